from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0006_search_by_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='concerns_type',
            field=models.CharField(blank=True, max_length=60, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='message',
            name='concerns_id',
            field=models.BigIntegerField(null=True),
        ),
    ]
