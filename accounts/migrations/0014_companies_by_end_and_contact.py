from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists are sorted by them."""

    dependencies = [("accounts", "0013_ends_looked_up")]

    operations = [
        migrations.AddIndex("company", models.Index(fields=["next_end_on", "id"], name="company_by_next_end")),
        migrations.AddIndex("company", models.Index(fields=["last_contact_at", "id"], name="company_by_last_contact")),
    ]
