"""A vehicle is returned on the day of its delivery at the earliest; where it was entered otherwise, that day is taken."""

from django.db import migrations, models
from django.db.models import F, Q


def mend(apps, schema_editor):
    vehicles = apps.get_model("accounts", "Vehicle").objects.using(schema_editor.connection.alias)
    vehicles.filter(given_back_on__lt=F("delivered_on")).update(given_back_on=F("delivered_on"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_tier_and_phase_settled"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=Q(given_back_on=None) | Q(delivered_on=None) | Q(given_back_on__gte=F("delivered_on")),
                name="vehicle_returned_after_delivery",
            ),
        ),
    ]
