from django.db import migrations, models


class Migration(migrations.Migration):
    """An import says which sheets of its file are hidden there."""

    dependencies = [
        ("intake", "0006_fewer_indexes_of_staged_rows"),
    ]

    operations = [
        migrations.AddField("import", "hidden_sheets", models.JSONField(default=list, db_default=[])),
    ]
