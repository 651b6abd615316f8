"""The one row of the house's face: Wagtail would make it as somebody looks at its form, and a GET writes nothing."""

from django.db import migrations


def make_row(apps, schema_editor):
    apps.get_model("cms", "HouseBrand").objects.get_or_create()


def remove_row(apps, schema_editor):
    apps.get_model("cms", "HouseBrand").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_house_brand")]
    operations = [migrations.RunPython(make_row, remove_row)]
