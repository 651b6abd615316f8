"""A meeting has a location, a complaint its text, a gift policy its wording."""

from django.db import migrations

RENAMED = (
    ("contacts.meeting", "place", "location"),
    ("contacts.complaint", "words", "text"),
    ("contacts.giftpolicy", "words", "wording"),
)


def in_histories(apps, schema_editor):
    for table, old, new in RENAMED:
        apps.get_model("core", "Change").objects.filter(object_type=table, field=old).update(field=new)


def back(apps, schema_editor):
    for table, old, new in RENAMED:
        apps.get_model("core", "Change").objects.filter(object_type=table, field=new).update(field=old)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0025_templates_of_the_trade"), ("core", "0010_entries_without_index_of_actions")]

    operations = [
        migrations.RenameField("meeting", "place", "location"),
        migrations.RenameField("complaint", "words", "text"),
        migrations.RenameField("giftpolicy", "words", "wording"),
        migrations.RunPython(in_histories, back),
    ]
