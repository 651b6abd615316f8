from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0003_audience_in_words")]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="to_tell",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddIndex(
            model_name="registration",
            index=models.Index(condition=models.Q(("to_tell", ""), _negated=True), fields=["event", "id"], name="registration_to_tell"),
        ),
    ]
