from django.db import migrations
from django.db.models import OuterRef, Subquery


def look_up_last_contacts(apps, schema_editor):
    real = apps.get_model("contacts", "Interaction").objects.filter(company=OuterRef("pk"), is_real_contact=True)
    newest = real.order_by("-happened_at").values("happened_at")[:1]
    apps.get_model("accounts", "Company").objects.update(last_contact_at=Subquery(newest))


class Migration(migrations.Migration):
    """The newest real contact of each company is looked up in one statement."""

    dependencies = [("accounts", "0014_companies_by_end_and_contact"), ("contacts", "0015_messages_concern_companies")]

    operations = [migrations.RunPython(look_up_last_contacts, migrations.RunPython.noop)]
