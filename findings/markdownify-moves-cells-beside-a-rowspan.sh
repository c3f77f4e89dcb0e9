#!/bin/sh
# markdownify 1.2.3 honours colspan and drops rowspan: the row beside a cell of two rows is moved to the left.
#
# Seen, of a timeline in which two events share their minute, the way Confluence and Word (through mammoth 1.13.0) write it:
#   | 10:00 | alert fires | pager |
#   | failover starts | ann |            (the columns are Time, Event, Who)
# The event stands under Time and who did it under Event; what reads rows by their columns loses the event or the minute.
# Of colspan=2 it writes a second, empty cell, so tables look cared for; the documentation speaks of neither.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site markdownify==1.2.3 beautifulsoup4==4.15.0 2> /dev/null
cat > ask.py << 'P'
from markdownify import markdownify

said = markdownify(
    "<table><tr><th>Time</th><th>Event</th><th>Who</th></tr>"
    "<tr><td rowspan='2'>10:00</td><td>alert fires</td><td>pager</td></tr>"
    "<tr><td>failover starts</td><td>ann</td></tr>"
    "<tr><td>10:09</td><td colspan='2'>over</td></tr></table>"
).strip()
print(said)
rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in said.splitlines()[2:]]
assert rows == [["10:00", "alert fires", "pager"], ["failover starts", "ann"], ["10:09", "over", ""]], rows
print("as stated")
P
PYTHONPATH=site python3 ask.py
