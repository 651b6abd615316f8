from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery

NOUNS = ("registration", "invitation")


def say_whom_they_concern(apps, schema_editor):
    """Messages about a registration or an invitation: its company."""
    messages = apps.get_model("core", "Message").objects.filter(concerns_type="")
    for name in NOUNS:
        named = apps.get_model("events", name).objects.filter(pk=OuterRef("about_id"))
        about = messages.filter(Exists(named), about_type=f"events.{name}")
        about.update(concerns_type="accounts.company", concerns_id=Subquery(named.values("company")[:1]))


class Migration(migrations.Migration):
    """Administrators see messages from before core 0007 as they see later ones."""

    dependencies = [("events", "0004_registration_to_tell"), ("core", "0007_message_concerns")]

    operations = [migrations.RunPython(say_whom_they_concern, migrations.RunPython.noop)]
