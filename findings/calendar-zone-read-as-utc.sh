#!/bin/sh
# Guessed: a reader that collects a file's VTIMEZONE blocks uses them; a series that is read and written stays at its hour.
# Seen: ics reads the events before the zones, so a zone known only by the file (Outlook's "W. Europe Standard Time") is UTC:
#   8:00 in Berlin becomes 8:00 UTC. The zone itself is there, in the calendar's own table. Where the name is a known one,
#   writing turns a weekly series into UTC without its zone: 8:00 in winter is 9:00 from April. It also adds a calendar scale
#   that no standard knows, "GEORGIAN".
# With: ics 0.7.3 (arrow 1.4.0).
# Why it matters: the driver comes an hour late to an appointment that every test with "Europe/Berlin" and a single date shows
#   right.
# What to do: don't read or write appointments with ics; icalendar maps Windows' names and keeps TZID. In a test of any
#   calendar package, use a zone whose name only the file explains, and a series over the end of March.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir ics==0.7.3 arrow==1.4.0 icalendar==7.3.2
"$room/env/bin/python" - <<'END'
from importlib.metadata import version

import icalendar
from ics import Calendar


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


def file(zone):
    return f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
BEGIN:VTIMEZONE
TZID:{zone}
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
DTSTART;TZID={zone}:20260302T080000
DTEND;TZID={zone}:20260302T090000
RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=8
SUMMARY:Handover
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


print("ics", version("ics"), "arrow", version("arrow"), "icalendar", version("icalendar"))
outlook = Calendar(file("W. Europe Standard Time"))
seen("ics knows the zone", list(outlook._timezones), ["W. Europe Standard Time"])
seen("ics reads 8:00 of that zone as", [str(event.begin) for event in outlook.events], ["2026-03-02T08:00:00+00:00"])
right = icalendar.Calendar.from_ical(file("W. Europe Standard Time")).events[0].start
seen("icalendar reads it as", right.isoformat(), "2026-03-02T08:00:00+01:00")
written = Calendar(file("Europe/Berlin")).serialize()
kept = [line for line in written.splitlines() if line.startswith(("DTSTART", "RRULE", "BEGIN:VTIMEZONE", "CALSCALE"))]
seen("ics writes the series", sorted(kept), ["CALSCALE:GEORGIAN", "DTSTART:20260302T070000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=8"])
END
