from django.db import migrations


class Migration(migrations.Migration):
    """The table of meetings belongs to the app contacts from here on (contacts.0008 takes it up)."""

    dependencies = [("events", "0001_seats_and_guests")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("Meeting", "contacts_meeting")],
            state_operations=[migrations.DeleteModel("Meeting")],
        ),
    ]
