from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0009_names_of_meetings_follow'),
    ]

    operations = [
        migrations.AddField(
            model_name='meeting',
            name='lasts_minutes',
            field=models.PositiveSmallIntegerField(default=60, verbose_name='length in minutes'),
            preserve_default=False,
        ),
    ]
