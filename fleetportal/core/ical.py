"""Calendar files (RFC 5545/5546) for invitations, changes and cancellations; times in the zone of the location, with that zone's rules.

icalendar is imported inside the functions: its eighty modules would take a fortieth of the start of each process.
"""

import functools
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Alarm, Event, Timezone, vCalAddress

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Fleetportal//Fleetportal//EN"
Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Party:
    """Who invites or is invited."""

    name: str
    email: str


@dataclass(frozen=True)
class Appointment:
    """An entry in a calendar. `uid` never changes, `sequence` increases with every change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    title: str
    place: str
    description: str
    organizer: Party
    attendee: Party
    stamp: datetime


def write(method: Method, appointment: Appointment) -> str:
    """The calendar file with that `method` for the attendee."""
    from icalendar import Calendar  # noqa: PLC0415

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(zone_rules(appointment.zone.key, appointment.starts_at.year))
    calendar.add_component(event_of(method, appointment))
    return str(calendar.to_ical().decode())


def attachment(method: Method, appointment: Appointment) -> dict[str, str]:
    """The file as an attachment for the outbox."""
    return {"name": "appointment.ics", "type": f"text/calendar; method={method}", "text": write(method, appointment)}


def event_of(method: Method, appointment: Appointment) -> "Event":
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.stamp)
    event.add("dtstart", appointment.starts_at.astimezone(appointment.zone))
    event.add("dtend", appointment.ends_at.astimezone(appointment.zone))
    event.add("summary", appointment.title)
    event.add("location", appointment.place)
    event.add("description", appointment.description)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", calendar_address(appointment.organizer), encode=False)
    event.add("attendee", invited(appointment.attendee, coming=method == "REQUEST"), encode=False)
    if method == "REQUEST":
        event.add_component(alarm(appointment.title))
    return event


def calendar_address(party: Party) -> "vCalAddress":
    from icalendar import vCalAddress, vText  # noqa: PLC0415

    found = vCalAddress(f"mailto:{party.email}")
    found.params["CN"] = vText(party.name)
    return found


def invited(party: Party, *, coming: bool) -> "vCalAddress":
    """`party` as an attendee. Guests who are `coming` replied on our page, so the calendar doesn't request a reply."""
    from icalendar import vText  # noqa: PLC0415

    found = calendar_address(party)
    found.params["ROLE"] = vText("REQ-PARTICIPANT")
    found.params["RSVP"] = vText("FALSE")
    if coming:
        found.params["PARTSTAT"] = vText("ACCEPTED")
    return found


def alarm(title: str) -> "Alarm":
    """A reminder two hours before."""
    from icalendar import Alarm  # noqa: PLC0415

    found = Alarm()
    found.add("action", "DISPLAY")
    found.add("description", title)
    found.add("trigger", timedelta(hours=-2))
    return found


@functools.lru_cache(maxsize=64)
def zone_rules(key: str, year: int) -> "Timezone":
    """The zone's offsets around `year`, so that a calendar program that doesn't know the zone shows the same instant."""
    from icalendar import Timezone  # noqa: PLC0415

    return Timezone.from_tzid(key, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
