from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever brings a file says which of its new companies are ones that are here already."""

    dependencies = [
        ("intake", "0004_what_an_undo_leaves"),
    ]

    operations = [
        migrations.AddField("import", "same_as", models.JSONField(db_default={}, default=dict)),
    ]
