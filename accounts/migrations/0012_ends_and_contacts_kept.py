from django.db import migrations, models


class Migration(migrations.Migration):
    """Companies keep the first end of a contract and the newest contact: first none, looked up next."""

    dependencies = [("accounts", "0011_service_visits")]

    operations = [
        migrations.AddField("company", "next_end_on", models.DateField(null=True, editable=False)),
        migrations.AddField("company", "last_contact_at", models.DateTimeField(null=True, editable=False)),
    ]
