from django.db import migrations, models


class Migration(migrations.Migration):
    """Companies keep how many vehicles they have: first as none, counted next."""

    dependencies = [("accounts", "0007_policies")]

    operations = [
        migrations.AddField("company", "fleet_size", models.PositiveIntegerField(default=0, editable=False)),
    ]
