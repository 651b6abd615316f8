from django.db import migrations, models


class Migration(migrations.Migration):
    """Nothing looks for entries by their action alone, and every entry written paid for that index."""

    dependencies = [
        ("core", "0009_mail_line"),
    ]

    operations = [
        migrations.AlterField("entry", "action", models.CharField(max_length=60)),
    ]
