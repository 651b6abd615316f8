from django.db import migrations

from fleetportal.core.outbox.concerning import say_whom_they_concern


def fill_in(apps, schema_editor):
    """Messages about a meeting: its company."""
    say_whom_they_concern(apps, "contacts.meeting", "company", "accounts.company")


class Migration(migrations.Migration):
    """Administrators see messages from before core 0007 as they see later ones."""

    dependencies = [("contacts", "0014_service_visits_on_the_timeline"), ("core", "0007_message_concerns")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
