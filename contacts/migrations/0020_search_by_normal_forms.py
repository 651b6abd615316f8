from django.db import migrations


def write_search_rows_anew(apps, schema_editor):
    """A job writes them in the background; an empty installation has none."""
    if apps.get_model("accounts", "Company").objects.exists():
        apps.get_model("core", "Job").objects.create(kind="contacts.search", args={})


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0019_indexes_for_every_sort"),
        ("core", "0008_jobs_outlive_accounts"),
    ]

    operations = [migrations.RunPython(write_search_rows_anew, migrations.RunPython.noop)]
