from django.db import migrations

MODELS = ("import", "layout", "stagedrow", "made")


def rename(apps, before, after):
    """What names a table or a kind of job names it by the app that has it now."""
    apps.get_model("contenttypes", "ContentType").objects.filter(app_label=before, model__in=MODELS).update(app_label=after)
    apps.get_model("core", "Job").objects.filter(kind=f"{before}.import").update(kind=f"{after}.import")
    for table in ("Entry", "Change"):
        for model in MODELS:
            rows = apps.get_model("core", table).objects.filter(object_type=f"{before}.{model}")
            rows.update(object_type=f"{after}.{model}")


def forwards(apps, schema_editor):
    rename(apps, "contacts", "intake")


def backwards(apps, schema_editor):
    rename(apps, "intake", "contacts")


class Migration(migrations.Migration):
    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("core", "0003_message_recipient_type"),
        ("intake", "0001_imports"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
