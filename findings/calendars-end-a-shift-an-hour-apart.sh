#!/bin/sh
# The night in which summer time ends: recurring-ical-events 3.8.2 and node-ical 0.26.1 end a repeated shift at different hours.
#
# Seen, of a weekly shift in Europe/Berlin from Saturday 9:00 (began before the change), on 24 and 25 October 2026:
#                                    recurring-ical-events   node-ical       RFC 5545
#   DURATION:P1D                     Sunday 9:00             Sunday 8:00     9:00: the same days
#   DURATION:PT24H                   Sunday 9:00             Sunday 8:00     8:00: the same hours
#   DTEND of Sunday 8:00             Sunday 8:00             Sunday 7:00     7:00: "the same exact duration" (3.8.5.3)
# Each has one rule for all three, so each is wrong in what the other has right, and neither warns.  By node-ical nobody is on
# call in the last hour before the next shift; by recurring-ical-events two are, where the calendar means hours.
# Needs pip, python3, npm, node 20 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site recurring-ical-events==3.8.2 icalendar==7.3.2 2> /dev/null
npm install --silent --no-audit --no-fund node-ical@0.26.1 > /dev/null 2>&1
cat > ask.py << 'P'
import sys

import icalendar, recurring_ical_events

with open(sys.argv[1]) as file:
    calendar = icalendar.Calendar.from_ical(file.read())
(shift,) = recurring_ical_events.of(calendar).between((2026, 10, 24), (2026, 10, 25))
print(shift.end.strftime("%Y-%m-%dT%H:%M%z"))
P
cat > ask.cjs << 'J'
const ical = require('node-ical');
const shift = Object.values(ical.sync.parseFile(process.argv[2])).find((one) => one.type === 'VEVENT');
const within = {from: new Date('2026-10-24T00:00Z'), to: new Date('2026-10-24T12:00Z')};
console.log(ical.expandRecurringEvent(shift, within).map((one) => one.end.toISOString()).join());
J
ends() { # how its end is written, its end by recurring-ical-events, by node-ical
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//shop//on-call BEGIN:VEVENT UID:1 DTSTAMP:20261001T000000Z SUMMARY:ann \
        'DTSTART;TZID=Europe/Berlin:20261003T090000' "$1" RRULE:FREQ=WEEKLY END:VEVENT END:VCALENDAR > shift.ics
    python=$(PYTHONPATH=site python3 ask.py shift.ics)
    node=$(TZ=UTC node ask.cjs shift.ics)
    echo "$1: $python, $node"
    [ "$python" = "$2" ]
    [ "$node" = "$3" ]
}
ends DURATION:P1D 2026-10-25T09:00+0100 2026-10-25T07:00:00.000Z
ends DURATION:PT24H 2026-10-25T09:00+0100 2026-10-25T07:00:00.000Z
ends 'DTEND;TZID=Europe/Berlin:20261004T080000' 2026-10-25T08:00+0100 2026-10-25T06:00:00.000Z
echo "as stated"
