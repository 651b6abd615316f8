"""An event has a location; whoever waits has a number."""

from django.db import migrations, models

RENAMED = (
    ("events.event", "place", "location"),
    ("events.registration", "place", "waiting_number"),
    ("events.seating", "last_place", "last_waiting_number"),
)


def in_histories(apps, schema_editor):
    for table, old, new in RENAMED:
        apps.get_model("core", "Change").objects.filter(object_type=table, field=old).update(field=new)


def back(apps, schema_editor):
    for table, old, new in RENAMED:
        apps.get_model("core", "Change").objects.filter(object_type=table, field=new).update(field=old)


class Migration(migrations.Migration):
    dependencies = [("events", "0009_invitations_in_waves"), ("core", "0010_entries_without_index_of_actions")]

    operations = [
        migrations.RemoveIndex("registration", "registration_waiting"),
        migrations.RenameField("event", "place", "location"),
        migrations.RenameField("registration", "place", "waiting_number"),
        migrations.RenameField("seating", "last_place", "last_waiting_number"),
        migrations.AddIndex(
            "registration", models.Index(fields=["seating", "status", "waiting_number"], name="registration_waiting")
        ),
        migrations.RunPython(in_histories, back),
    ]
