"""Whoever was invited before people were held is held by the event that invited them, as if it had just done so."""

from datetime import timedelta

from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone

AT_ONCE = 1000
REACH = timedelta(days=365)  # the greatest distance of two occasions that a policy may ask for


def hold_invited(apps, schema_editor):
    hold_model, invitations = apps.get_model("contacts", "Hold"), apps.get_model("events", "Invitation").objects
    replies = apps.get_model("events", "Registration").objects.filter(event=OuterRef("event"), person=OuterRef("person"))
    now = timezone.now()
    rows = invitations.filter(event__state="published", event__starts_at__gt=now - REACH).annotate(replied=Exists(replies))
    holder, holds = {}, []
    for row in rows.select_related("event").order_by("invited_at", "pk").iterator(chunk_size=AT_ONCE):
        event = row.event
        hold = hold_model(
            person_id=row.person_id,
            kind=event.kind,
            centre_id=event.centre_id,
            company_id=row.company_id,
            about_type="events.event",
            about_id=event.pk,
            held_at=row.invited_at,
            until=event.starts_at,
        )
        before = holder.get((row.person_id, event.kind))
        if row.replied or row.declined_at:
            hold.released_at, hold.released_because = now, "answered"
        elif event.starts_at <= now:
            hold.released_at, hold.released_because = now, "over"
        elif before is not None:  # an open one: only the last of several is held on
            before.released_at, before.released_because = now, "taken_over"
        if hold.released_at is None:
            holder[row.person_id, event.kind] = hold
        holds.append(hold)
    hold_model.objects.bulk_create(holds, batch_size=AT_ONCE)


def release_all(apps, schema_editor):
    apps.get_model("contacts", "Hold").objects.filter(about_type="events.event").delete()


class Migration(migrations.Migration):
    dependencies = [("events", "0010_locations_and_waiting_numbers"), ("contacts", "0031_who_holds_a_person")]

    operations = [migrations.RunPython(hold_invited, release_all)]
