from email.utils import parseaddr

from django.conf import settings
from django.db import migrations, models


def keep_organizers(apps, schema_editor):
    """Entries that are in calendars keep the organizer that they were sent with last; times proposed before count as sent."""
    meetings = apps.get_model("contacts", "Meeting").objects
    meetings.update(is_offer_told=True)
    for meeting in meetings.filter(revision__gt=0).select_related("account_manager", "company__centre"):
        manager, centre = meeting.account_manager, meeting.company.centre
        name = f"{manager.first_name} {manager.last_name}".strip() or manager.username if manager else centre.name
        address = (manager.email if manager else "") or centre.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        meetings.filter(pk=meeting.pk).update(organizer=f"{name} <{address}>"[:400])


class Migration(migrations.Migration):
    dependencies = [("contacts", "0017_people_by_name_and_centre")]

    operations = [
        migrations.AddField("meeting", "offers", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField("meeting", "is_offer_told", models.BooleanField(default=False, editable=False)),
        migrations.AddField("meeting", "organizer", models.CharField(blank=True, editable=False, max_length=400)),
        migrations.RunPython(keep_organizers, migrations.RunPython.noop),
    ]
