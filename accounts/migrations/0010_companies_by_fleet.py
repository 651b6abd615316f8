from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists are sorted by it: of all companies, and of one centre's."""

    dependencies = [("accounts", "0009_fleets_counted")]

    operations = [
        migrations.AddIndex("company", models.Index(fields=["fleet_size", "id"], name="company_by_fleet")),
        migrations.AddIndex("company", models.Index(fields=["centre", "fleet_size", "id"], name="company_by_centre_fleet")),
    ]
