from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists are sorted along an index that also says the centre, so that pages are skipped without a look at the rows."""

    dependencies = [("accounts", "0013_ends_looked_up")]

    operations = [
        migrations.AddIndex("company", models.Index(fields=["next_end_on", "id", "centre"], name="company_by_next_end")),
        migrations.AddIndex("company", models.Index(fields=["last_contact_at", "id", "centre"], name="company_by_last_contact")),
        migrations.RemoveIndex("company", name="company_by_fleet"),
        migrations.AddIndex("company", models.Index(fields=["fleet_size", "id", "centre"], name="company_by_fleet")),
        migrations.RemoveIndex("company", name="company_by_name"),
        migrations.AddIndex("company", models.Index(fields=["name_folded", "id", "centre"], name="company_by_name")),
    ]
