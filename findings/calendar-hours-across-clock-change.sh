#!/bin/sh
# Guessed: DURATION:PT15H from 18:00 on the evening before summer time begins ends at 10:00: RFC 5545 counts hours exactly and
#   days by the clock, which is why PT24H and P1D are two things.
# Seen: icalendar, recurring-ical-events, ics and ical.js all say 9:00, after 14 hours; PT24H is P1D. ical.js doesn't even
#   agree with itself: to it, 18:00 to 9:00 lasts PT14H.
# With: icalendar 7.3.2, recurring-ical-events 3.8.2, ics 0.7.3, ical.js 2.2.1.
# Why it matters: a car lent "for 15 hours" over that night is due back an hour early. Four packages that agree look like a
#   proof: comparing two of them finds nothing.
# What to do: write DTEND, never DURATION; on reading, add hours to the start in UTC and days to the time of the clock.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir icalendar==7.3.2 recurring-ical-events==3.8.2 ics==0.7.3 arrow==1.4.0
npm install --loglevel=error --no-fund --no-audit --no-update-notifier --cache "$room/cache" --prefix "$room" ical.js@2.2.1
cat >"$room/loan.ics" <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
BEGIN:VTIMEZONE
TZID:Europe/Berlin
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
DTSTART;TZID=Europe/Berlin:20260328T180000
DURATION:PT15H
SUMMARY:Loan of a car
END:VEVENT
END:VCALENDAR
END
"$room/env/bin/python" - "$room/loan.ics" <<'END'
import sys
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

import icalendar
import recurring_ical_events
from ics import Calendar


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


text = Path(sys.argv[1]).read_text()
for name in ("icalendar", "recurring-ical-events", "ics"):
    print(name, version(name))
calendar = icalendar.Calendar.from_ical(text)
event = calendar.events[0]
seen("icalendar: ends", event.end.isoformat(), "2026-03-29T09:00:00+02:00")
seen("icalendar: really after", str(event.end.astimezone(UTC) - event.start.astimezone(UTC)), "14:00:00")
again = recurring_ical_events.of(calendar).at((2026, 3, 28))[0]
seen("recurring-ical-events: ends", again.end.isoformat(), "2026-03-29T09:00:00+02:00")
seen("ics: ends", [str(one.end) for one in Calendar(text).events], ["2026-03-29T09:00:00+02:00"])
whole_day = icalendar.Calendar.from_ical(text.replace("PT15H", "PT24H")).events[0]
seen("icalendar: PT24H ends", whole_day.end.isoformat(), "2026-03-29T18:00:00+02:00")
END
cat >"$room/loan.mjs" <<'END'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
const text = readFileSync(process.argv[2], "utf8").replaceAll("\n", "\r\n");
const event = (source) => new ICAL.Event(new ICAL.Component(ICAL.parse(source)).getFirstSubcomponent("vevent"));
const seen = (what, value, expected) => { console.log(`${what}: ${value}`); assert.strictEqual(value, expected); };
seen("ical.js: PT15H ends (UTC)", event(text).endDate.toJSDate().toISOString(), "2026-03-29T07:00:00.000Z");
const until = text.replace("DURATION:PT15H", "DTEND;TZID=Europe/Berlin:20260329T090000");
seen("ical.js: 18:00 to 9:00 lasts", event(until).duration.toString(), "PT14H");
END
node "$room/loan.mjs" "$room/loan.ics"
