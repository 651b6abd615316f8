from django.db import migrations, models


class Migration(migrations.Migration):
    """Every column by which people or meetings are sorted has an index that also says what a list is narrowed by."""

    dependencies = [
        ("contacts", "0018_meetings_offered_again"),
    ]

    operations = [
        migrations.AlterField(
            model_name="person",
            name="name_folded",
            field=models.CharField(editable=False, max_length=200),
        ),
        migrations.AddIndex(
            model_name="meeting",
            index=models.Index(fields=["starts_at", "id", "company"], name="meeting_by_time"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["language", "id", "centre"], name="person_by_language"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(condition=models.Q(("is_confirmed", False)), fields=["entered_at", "id"], name="person_unconfirmed"),
        ),
    ]
