from email.utils import parseaddr

from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def keep_organizers(apps, schema_editor):
    """Entries that are in calendars keep the organizer that they were sent with last."""
    registrations = apps.get_model("events", "Registration").objects
    known = registrations.order_by().values_list("event", flat=True).distinct()
    for event in apps.get_model("events", "Event").objects.filter(pk__in=known).select_related("host", "centre"):
        host = event.host
        name = f"{host.first_name} {host.last_name}".strip() or host.username if host else event.centre.name
        address = (host.email if host else "") or event.centre.email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        registrations.filter(event=event).update(organizer=f"{name} <{address}>"[:400])


def note_seats(apps, schema_editor):
    apps.get_model("events", "Registration").objects.filter(status="seated").update(had_seats=True)


def count_those_who_fit(apps, schema_editor):
    """A waiting party that is larger than all the seats is no longer counted: it holds up nobody."""
    seatings, registrations = apps.get_model("events", "Seating").objects, apps.get_model("events", "Registration").objects
    for seating in seatings.filter(waiting__gt=0):
        seating.waiting = registrations.filter(seating=seating, status="waiting", party__lte=seating.capacity).count()
        seating.save(update_fields=["waiting"])


def count_all(apps, schema_editor):
    waiting = apps.get_model("events", "Registration").objects.filter(status="waiting", party__gt=F("seating__capacity"))
    for seating in {registration.seating for registration in waiting.select_related("seating")}:
        seating.waiting = seating.registrations.filter(status="waiting").count()
        seating.save(update_fields=["waiting"])


class Migration(migrations.Migration):
    dependencies = [("events", "0005_messages_concern_companies")]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="organizer",
            field=models.CharField(blank=True, editable=False, max_length=400),
        ),
        migrations.AddField(
            model_name="registration",
            name="had_seats",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunPython(note_seats, migrations.RunPython.noop),
        migrations.RunPython(keep_organizers, migrations.RunPython.noop),
        migrations.RunPython(count_those_who_fit, count_all),
    ]
