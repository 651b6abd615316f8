from django.db import migrations

from fleetportal.core.outbox.concerning import say_whom_they_concern


def fill_in(apps, schema_editor):
    """Messages about a registration or an invitation: its company."""
    say_whom_they_concern(apps, "events.registration", "company", "accounts.company")
    say_whom_they_concern(apps, "events.invitation", "company", "accounts.company")


class Migration(migrations.Migration):
    """Administrators see messages from before core 0007 as they see later ones."""

    dependencies = [("events", "0004_registration_to_tell"), ("core", "0007_message_concerns")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
