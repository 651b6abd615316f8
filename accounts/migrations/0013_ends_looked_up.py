from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.utils import timezone


def look_up_ends(apps, schema_editor):
    running = apps.get_model("accounts", "Vehicle").objects.filter(
        company=OuterRef("pk"), given_back_on=None, contract_ends_on__gte=timezone.localdate()
    )
    first = running.order_by("contract_ends_on").values("contract_ends_on")[:1]
    apps.get_model("accounts", "Company").objects.update(next_end_on=Subquery(first))


class Migration(migrations.Migration):
    """The first end of each company's running contracts is looked up in one statement."""

    dependencies = [("accounts", "0012_ends_and_contacts_kept")]

    operations = [migrations.RunPython(look_up_ends, migrations.RunPython.noop)]
