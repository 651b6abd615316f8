"""What a driver typed of their company is named for what it is."""

from django.db import migrations

RENAMED = (
    ("gifts.claim", "place", "company_or_plate"),
)


def in_histories(apps, schema_editor):
    for table, old, new in RENAMED:
        apps.get_model("core", "Change").objects.filter(object_type=table, field=old).update(field=new)


def back(apps, schema_editor):
    for table, old, new in RENAMED:
        apps.get_model("core", "Change").objects.filter(object_type=table, field=new).update(field=old)


class Migration(migrations.Migration):
    dependencies = [("gifts", "0002_messages_concern_companies"), ("core", "0010_entries_without_index_of_actions")]

    operations = [
        migrations.RenameField("claim", "place", "company_or_plate"),
        migrations.RunPython(in_histories, back),
    ]
