from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0006_organizer_stays")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="translations",
            field=models.JSONField(blank=True, default=dict, verbose_name="texts in other languages"),
        ),
    ]
