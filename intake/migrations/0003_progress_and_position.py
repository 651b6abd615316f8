from django.db import migrations


class Migration(migrations.Migration):
    """What was called progress is where the dry run goes on; what was called counts is the progress."""

    dependencies = [("intake", "0002_names_follow")]

    operations = [
        migrations.RenameField("import", "progress", "position"),
        migrations.RenameField("import", "counts", "progress"),
    ]
