from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest of what customers did, for Today: found without reading all that ever happened."""

    dependencies = [("contacts", "0010_length_of_meetings")]

    operations = [
        migrations.AddIndex(
            "interaction",
            models.Index(fields=["-happened_at", "-id"], name="interaction_from_customers", condition=models.Q(direction="in")),
        ),
    ]
