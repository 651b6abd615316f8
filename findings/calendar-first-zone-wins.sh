#!/bin/sh
# Guessed: a calendar file is read by the time zone that it carries itself (VTIMEZONE), whatever was read before.
# Seen: a zone's name is remembered for the whole process, and the first file that defines it wins. Outlook calls every zone
#   of the user's own making "Customized Time Zone": after one such file from Berlin, 9:00 of a file from Moscow (UTC+4 there)
#   is taken as UTC+2. Nothing is raised or logged. vobject does the same.
# With: icalendar 7.3.2, vobject 0.9.9.
# Why it matters: a worker reads the answers of many companies one after another; which of them is hours wrong depends on the
#   order, so it can't be reproduced on a single file.
# What to do: before each file, `icalendar.timezone.tzp.use_default()`, which forgets what was learned (shown below); or a
#   process per file.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir icalendar==7.3.2 vobject==0.9.9 python-dateutil==2.9.0.post0
"$room/env/bin/python" - <<'END'
from importlib.metadata import version

import icalendar
import vobject


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


def file(winter, summer):
    lines = f"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:{summer}
TZOFFSETTO:{winter}
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:{winter}
TZOFFSETTO:{summer}
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
DTSTART;TZID=Customized Time Zone:20260706T090000
SUMMARY:Test drive
END:VEVENT
END:VCALENDAR
"""
    return lines.replace("\n", "\r\n")


def hours(moment):
    return moment.utcoffset().total_seconds() / 3600


west, east = file("+0100", "+0200"), file("+0300", "+0400")
print("icalendar", version("icalendar"), "vobject", version("vobject"))
by_icalendar = [hours(icalendar.Calendar.from_ical(text).events[0].start) for text in (west, east)]
seen("icalendar, west then east, hours before UTC", by_icalendar, [2, 2])
seen("vobject, west then east", [hours(vobject.readOne(text).vevent.dtstart.value) for text in (west, east)], [2, 2])
fresh = []
for text in (west, east):
    icalendar.timezone.tzp.use_default()
    fresh.append(hours(icalendar.Calendar.from_ical(text).events[0].start))
seen("icalendar, told to forget before each file", fresh, [2, 4])
END
