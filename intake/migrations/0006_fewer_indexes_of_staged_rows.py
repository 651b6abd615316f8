import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A staged row is found by fewer indexes: one less for its import, one less for its fingerprint on PostgreSQL."""

    dependencies = [
        ("intake", "0005_companies_settled"),
    ]

    operations = [
        migrations.AlterField("stagedrow", "fingerprint", models.CharField(blank=True, max_length=40)),
        migrations.AlterField(
            "stagedrow",
            "run",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="intake.import"),
        ),
        migrations.AddIndex("stagedrow", models.Index(fields=["fingerprint"], name="staged_by_fingerprint")),
    ]
