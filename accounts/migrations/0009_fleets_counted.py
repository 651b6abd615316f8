from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count_fleets(apps, schema_editor):
    vehicles = apps.get_model("accounts", "Vehicle").objects.filter(company=OuterRef("pk"), given_back_on=None).order_by()
    count = vehicles.values("company").annotate(count=Count("pk")).values("count")
    apps.get_model("accounts", "Company").objects.update(fleet_size=Coalesce(Subquery(count), 0))


class Migration(migrations.Migration):
    """What each company has now is counted in one statement."""

    dependencies = [("accounts", "0008_fleet_size")]

    operations = [migrations.RunPython(count_fleets, migrations.RunPython.noop)]
