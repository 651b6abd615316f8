"""Calendar files (RFC 5545/5546) for invitations, changes and cancellations; times in the zone of the location, with that zone's rules.

icalendar is imported inside the functions: its eighty modules would take a fortieth of the start of each process.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from django.utils.encoding import punycode

if TYPE_CHECKING:
    from icalendar import Alarm, Component, Event, Timezone, vCalAddress

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Fleetportal//Fleetportal//EN"
Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Party:
    """Who invites or is invited."""

    name: str
    email: str

    @classmethod
    def read(cls, written: str) -> "Party":
        """The party that `str` wrote."""
        name, _between, email = written.rpartition(" <")
        return cls(name, email.removesuffix(">"))

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def uri(self) -> str:
        """The address as a URI, which holds ASCII alone: of a domain in other letters its xn-- form, by which calendars know it."""
        local, at, domain = self.email.rpartition("@")
        return f"mailto:{local}{at}{punycode(domain)}"


@dataclass(frozen=True)
class Appointment:
    """An entry in a calendar. `uid` and `organizer` never change, `sequence` increases with every change."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    title: str
    location: str
    description: str
    organizer: Party
    attendee: Party
    stamp: datetime


@dataclass(frozen=True)
class AnswerToInvitation:
    """What a calendar program says of one invitation: matched by `uid`, `sequence` and `attendee`, never by a time."""

    uid: str
    sequence: int
    attendee: str  # the address
    answer: str  # "ACCEPTED", "DECLINED", "TENTATIVE", …
    comment: str = ""


def answers_in(text: str) -> list[AnswerToInvitation]:
    """The answers in a calendar file whose method is REPLY or COUNTER; nothing of any other, or of one that can't be read."""
    from icalendar import Calendar  # noqa: PLC0415

    try:
        calendars = Calendar.from_ical(text, multiple=True)
        return [answer for calendar in calendars if says_reply(calendar.get("METHOD")) for answer in answers_of(calendar)]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):  # what icalendar raises on broken files
        return []


def says_reply(method: object) -> bool:
    return str(method).upper() in ("REPLY", "COUNTER")


def answers_of(calendar: "Component") -> Iterator[AnswerToInvitation]:
    for event in calendar.walk("VEVENT"):
        attendees = event.get("ATTENDEE", [])
        for attendee in attendees if isinstance(attendees, list) else [attendees]:
            address = str(attendee)
            local = address[7:] if address[:7].casefold() == "mailto:" else address
            answer = str(getattr(attendee, "params", {}).get("PARTSTAT", "NEEDS-ACTION")).upper()
            yield AnswerToInvitation(str(event.get("UID", "")), int(event.get("SEQUENCE", 0)), local, answer, str(event.get("COMMENT", "")))


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
    event.add("location", appointment.location)
    event.add("description", appointment.description)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("organizer", calendar_address(appointment.organizer), encode=False)
    event.add("attendee", invited(appointment.attendee, coming=method == "REQUEST"), encode=False)
    if method == "REQUEST":
        event.add_component(alarm(appointment.title))
    return event


def calendar_address(party: Party) -> "vCalAddress":
    from icalendar import vCalAddress, vText  # noqa: PLC0415

    found = vCalAddress(party.uri)
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
    """The zone's offsets around `year`, so that a calendar program that doesn't know the zone shows the same instant.

    Written here, because icalendar's own (7.3.0, `from_tzid`) lets summer time begin at the new clock's 03:00, and RFC 5545 wants the
    beginning by the clock that was valid before it: 02:00.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard  # noqa: PLC0415

    zone, first = ZoneInfo(key), datetime(year - 1, 1, 1, tzinfo=UTC)
    kinds: dict[tuple[timedelta, timedelta, str, bool], list[datetime]] = {}
    for moment in [first, *changes(zone, first, datetime(year + 2, 1, 1, tzinfo=UTC))]:
        before, after = (moment - timedelta(seconds=1)).astimezone(zone), moment.astimezone(zone)
        offset_from, offset_to = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
        begins = (moment + offset_from).replace(tzinfo=None)  # by the clock that was valid until then
        kinds.setdefault((offset_from, offset_to, after.tzname() or key, bool(after.dst())), []).append(begins)
    rules = Timezone()
    rules.add("tzid", key)
    for (offset_from, offset_to, name, is_summer), times in kinds.items():
        part = TimezoneDaylight() if is_summer else TimezoneStandard()
        part.add("dtstart", times[0])
        part.add("tzoffsetfrom", offset_from)
        part.add("tzoffsetto", offset_to)
        part.add("tzname", name)
        if times[1:]:
            part.add("rdate", times[1:])
        rules.add_component(part)
    return rules


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The moments between the two at which the zone's clocks change, in UTC, to the second; found day by day."""
    day = timedelta(days=1)
    while first < last:
        early, late = first, first + day
        if early.astimezone(zone).utcoffset() != late.astimezone(zone).utcoffset():
            while late - early > timedelta(seconds=1):
                middle = (early + (late - early) / 2).replace(microsecond=0)
                same = middle.astimezone(zone).utcoffset() == early.astimezone(zone).utcoffset()
                early, late = (middle, late) if same else (early, middle)
            yield late
        first += day
