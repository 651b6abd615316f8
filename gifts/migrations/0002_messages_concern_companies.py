from django.db import migrations

from fleetportal.core.outbox.concerning import say_whom_they_concern


def fill_in(apps, schema_editor):
    """Messages about a voucher: its company, or else the centre of its programme; codes for a programme: its centre."""
    say_whom_they_concern(apps, "gifts.voucher", "company", "accounts.company")
    say_whom_they_concern(apps, "gifts.voucher", "programme__centre", "accounts.centre")
    say_whom_they_concern(apps, "gifts.challenge", "programme__centre", "accounts.centre")


class Migration(migrations.Migration):
    """Administrators see messages from before core 0007 as they see later ones."""

    dependencies = [("gifts", "0001_vouchers_and_gifts"), ("core", "0007_message_concerns")]

    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
