from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_companies_by_end_and_contact")]

    operations = [
        migrations.AddField(
            model_name="jobline",
            name="amount_cents",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
