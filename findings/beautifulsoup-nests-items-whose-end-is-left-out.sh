#!/bin/sh
# beautifulsoup4 4.15.0 with html.parser: items, rows and cells whose end tags are left out, as HTML allows, are nested.
#
# Seen, of <ol><li>drain the node<li>restart kubelet<li>uncordon the node</ol> (the standard: "optional tags"):
#   html.parser   items directly in the list: 1     html5lib 1.1   3
#   of a table with three rows of two cells: rows directly in the table 1, cells directly in its first row 1; html5lib 3, 2
#   markdownify 1.2.3 then writes   1. drain the node- restart kubelet- uncordon the node
# Three steps of a runbook are one line that is none of them, and a timeline has one event; nothing is raised or warned.
# The documentation of beautifulsoup4 tells the parsers apart by documents that are invalid; these are valid.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site beautifulsoup4==4.15.0 html5lib==1.1 markdownify==1.2.3 2> /dev/null
cat > ask.py << 'P'
from bs4 import BeautifulSoup
from markdownify import MarkdownConverter

LIST = "<ol><li>drain the node<li>restart kubelet<li>uncordon the node</ol>"
TABLE = "<table><tr><td>10:00<td>alert fires<tr><td>10:04<td>failover<tr><td>10:09<td>over</table>"
PAGE = f"<!DOCTYPE html><html lang=en><title>Runbook</title><body>{LIST}{TABLE}</body></html>"
seen = {}
for parser in ("html.parser", "html5lib"):
    page = BeautifulSoup(PAGE, parser)
    rows = [row for row in page.table.find_all("tr") if row.parent.name in ("table", "tbody")]
    seen[parser] = [len(page.ol.find_all("li", recursive=False)), len(rows), len(rows[0].find_all("td", recursive=False))]
    print(parser, seen[parser])
    written = MarkdownConverter(escape_misc=False).convert_soup(page.ol).strip()
    print(written)
    seen[parser].append(written.count("\n") + 1)
assert seen == {"html.parser": [1, 1, 1, 1], "html5lib": [3, 3, 2, 3]}, seen
print("as stated")
P
PYTHONPATH=site python3 ask.py
