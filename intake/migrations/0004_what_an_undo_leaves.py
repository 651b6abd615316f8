import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """An undo says what it leaves and why; an import outlives the account of whoever brought it."""

    dependencies = [
        ("intake", "0003_progress_and_position"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "made",
            "stays",
            models.CharField(
                blank=True,
                choices=[
                    ("edited", "edited since"),
                    ("changed", "the same details were changed again since; the newer ones stay"),
                    ("in_use", "something else uses it now"),
                    ("conflict", "the earlier details conflict with something entered since"),
                    ("lost", "what the earlier details referred to no longer exists"),
                    ("reach", "you no longer look after the company"),
                    ("company", "the company stays"),
                ],
                db_default="",
                max_length=8,
            ),
        ),
        migrations.AddField("made", "used_by", models.CharField(blank=True, db_default="", max_length=60)),
        migrations.AlterField(
            "import",
            "owner",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="imports", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
