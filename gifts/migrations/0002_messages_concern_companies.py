from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery

COMPANY, CENTRE = "accounts.company", "accounts.centre"


def say_whom_they_concern(apps, schema_editor):
    """Messages about a voucher: its company, or else the centre of its programme; codes for a programme: its centre."""
    messages = apps.get_model("core", "Message").objects.filter(concerns_type="")
    for name, way, concerns in (
        ("voucher", "company", COMPANY),
        ("voucher", "programme__centre", CENTRE),
        ("challenge", "programme__centre", CENTRE),
    ):
        named = apps.get_model("gifts", name).objects.filter(**{"pk": OuterRef("about_id"), f"{way}__isnull": False})
        about = messages.filter(Exists(named), about_type=f"gifts.{name}")
        about.update(concerns_type=concerns, concerns_id=Subquery(named.values(way)[:1]))


class Migration(migrations.Migration):
    """Administrators see messages from before core 0007 as they see later ones."""

    dependencies = [("gifts", "0001_vouchers_and_gifts"), ("core", "0007_message_concerns")]

    operations = [migrations.RunPython(say_whom_they_concern, migrations.RunPython.noop)]
