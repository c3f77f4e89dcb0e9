#!/bin/sh
# node-ical 0.26.1: a change of "this and all that follow" changes one shift; all after it are of who handed them over.
#
# Seen, of a weekly shift of ann that bob takes from 2 November on (RECURRENCE-ID;RANGE=THISANDFUTURE, as RFC 5545, 3.8.4.4 has it):
#                 recurring-ical-events 3.8.2, ical.js 2.2.1    node-ical's expandRecurringEvent
#   26 October    ann                                           ann
#   2 November    bob                                           bob
#   9 November    bob                                           ann
# It keeps the change under the day that it names and drops the range.  So the first week is right, and from the second on a page
# goes to whom is no longer on call.  Needs pip, python3, npm, node 20 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site recurring-ical-events==3.8.2 icalendar==7.3.2 2> /dev/null
npm install --silent --no-audit --no-fund node-ical@0.26.1 ical.js@2.2.1 > /dev/null 2>&1
printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 PRODID:-//shop//on-call \
    BEGIN:VEVENT UID:1 DTSTAMP:20261001T000000Z SUMMARY:ann \
    DTSTART:20261019T090000Z DTEND:20261020T090000Z RRULE:FREQ=WEEKLY END:VEVENT \
    BEGIN:VEVENT UID:1 DTSTAMP:20261001T000000Z SUMMARY:bob \
    'RECURRENCE-ID;RANGE=THISANDFUTURE:20261102T090000Z' \
    DTSTART:20261102T090000Z DTEND:20261103T090000Z END:VEVENT END:VCALENDAR > shifts.ics
cat > ask.py << 'P'
import icalendar, recurring_ical_events

with open("shifts.ics") as file:
    shifts = recurring_ical_events.of(icalendar.Calendar.from_ical(file.read())).between((2026, 10, 26), (2026, 11, 10))
print(*(f"{shift.start:%m-%d}={shift['SUMMARY']}" for shift in shifts))
P
cat > node-ical.cjs << 'J'
const ical = require('node-ical');
const shifts = Object.values(ical.sync.parseFile('shifts.ics')).find((one) => one.type === 'VEVENT');
const within = {from: new Date('2026-10-26T00:00Z'), to: new Date('2026-11-10T00:00Z')};
const told = (one) => `${one.start.toISOString().slice(5, 10)}=${one.summary}`;
console.log(ical.expandRecurringEvent(shifts, within).map(told).join(' '));
J
cat > ical.mjs << 'J'
import {readFileSync} from 'node:fs';
import ICAL from 'ical.js';
const events = new ICAL.Component(ICAL.parse(readFileSync('shifts.ics', 'utf8'))).getAllSubcomponents('vevent');
const shifts = new ICAL.Event(events[0], {exceptions: [events[1]]});
const who = (day) => shifts.getOccurrenceDetails(ICAL.Time.fromDateTimeString(`2026-${day}T09:00:00Z`)).item.summary;
console.log(['10-26', '11-02', '11-09'].map((day) => `${day}=${who(day)}`).join(' '));
J
python=$(PYTHONPATH=site python3 ask.py)
node=$(TZ=UTC node node-ical.cjs)
js=$(TZ=UTC node ical.mjs)
printf 'recurring-ical-events  %s\nical.js                %s\nnode-ical              %s\n' "$python" "$js" "$node"
[ "$python" = "10-26=ann 11-02=bob 11-09=bob" ]
[ "$js" = "$python" ]
[ "$node" = "10-26=ann 11-02=bob 11-09=ann" ]
echo "as stated"
