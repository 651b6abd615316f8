#!/bin/sh
# Guessed: an event with extra dates (RDATE) and no rule takes place at its start and at those dates; so says RFC 5545
#   (3.8.5.3).
# Seen: ical.js' iterator leaves the start out and begins with the first extra date; with a rule beside them it is there.
#   Where the extra date has its own end (VALUE=PERIOD), the iterator gives a Period in place of a Time, and
#   getOccurrenceDetails, which the manual calls with what the iterator gave, ends with a TypeError. recurring-ical-events has
#   all of them, with their ends.
# With: ical.js 2.2.1, recurring-ical-events 3.8.2, icalendar 7.3.2.
# Why it matters: "two test drives, on the 5th and the 8th" is one on the page and two on the server.
# What to do: write each date as an event of its own, with its own UID; on reading in a browser add the start and unwrap
#   periods (their .start), or let the server count the dates.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir icalendar==7.3.2 recurring-ical-events==3.8.2
npm install --loglevel=error --no-fund --no-audit --no-update-notifier --cache "$room/cache" --prefix "$room" ical.js@2.2.1
cat >"$room/drives.ics" <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//example//EN
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20260101T000000Z
DTSTART:20260105T090000Z
DTEND:20260105T100000Z
RDATE:20260108T090000Z
SUMMARY:Test drives
END:VEVENT
END:VCALENDAR
END
sed 's#^RDATE:.*#RDATE;VALUE=PERIOD:20260108T090000Z/PT3H#' "$room/drives.ics" >"$room/periods.ics"
cat >"$room/drives.mjs" <<'END'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
const seen = (what, value, expected) => { console.log(`${what}: ${value}`); assert.deepStrictEqual(value, expected); };
const dates = (text) => {
  const event = new ICAL.Event(new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vevent"));
  const iterator = event.iterator(), found = [];
  for (let next = iterator.next(); next; next = iterator.next()) found.push(next);
  return [event, found];
};
const text = (name) => readFileSync(`${process.argv[2]}/${name}.ics`, "utf8").replaceAll("\n", "\r\n");
const [, found] = dates(text("drives"));
seen("ical.js: start on the 5th, extra date on the 8th", found.map(String), ["2026-01-08T09:00:00Z"]);
const ruled = dates(text("drives").replace("RDATE", "RRULE:FREQ=MONTHLY;COUNT=1\r\nRDATE"))[1];
seen("ical.js: with a rule", ruled.map(String), ["2026-01-05T09:00:00Z", "2026-01-08T09:00:00Z"]);
const [event, periods] = dates(text("periods"));
seen("ical.js: a period comes as", periods.map((one) => one.constructor.name), ["Period"]);
assert.throws(() => event.getOccurrenceDetails(periods[0]), { name: "TypeError" });
console.log("ical.js: its details: TypeError");
seen("ical.js: its start unwrapped", String(event.getOccurrenceDetails(periods[0].start).startDate), "2026-01-08T09:00:00Z");
END
node "$room/drives.mjs" "$room"
"$room/env/bin/python" - "$room" <<'END'
import sys
from importlib.metadata import version
from pathlib import Path

import icalendar
import recurring_ical_events

print("recurring-ical-events", version("recurring-ical-events"), "icalendar", version("icalendar"))
calendar = icalendar.Calendar.from_ical(Path(sys.argv[1], "periods.ics").read_text())
found = [f"{one.start:%d. %H:%M}-{one.end:%H:%M}" for one in recurring_ical_events.of(calendar).between((2026, 1, 1), (2026, 2, 1))]
print("recurring-ical-events:", found)
assert found == ["05. 09:00-10:00", "08. 09:00-12:00"]
END
