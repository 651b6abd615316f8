from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Replace

# What names the table of a row: (app, model, field).
NAMING = (
    ("core", "Entry", "object_type"),
    ("core", "Change", "object_type"),
    ("core", "Message", "about_type"),
    ("contacts", "Interaction", "about_type"),
    ("contacts", "Decision", "made_type"),
)


def rename(apps, before, after):
    """What names meetings names them by the app that has them now: content types with their permissions, history, timeline, letters."""
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label=before, model="meeting").update(app_label=after)
    for app, model, field in NAMING:
        rows = apps.get_model(app, model).objects.filter(**{field: f"{before}.meeting"})
        rows.update(**{field: f"{after}.meeting"})
    letters = apps.get_model("core", "Message").objects.filter(template__startswith=f"{before}/mail/meeting_")
    letters.update(template=Replace("template", Value(f"{before}/mail/"), Value(f"{after}/mail/")))


def forwards(apps, schema_editor):
    rename(apps, "events", "contacts")


def backwards(apps, schema_editor):
    rename(apps, "contacts", "events")


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("core", "0003_message_recipient_type"),
        ("contacts", "0008_meetings_come"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
