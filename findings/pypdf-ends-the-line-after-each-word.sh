#!/bin/sh
# pypdf 7.1.1 ends a line with each text object of a page, also where the next one stands on the same line, right behind it.
#
# ISO 32000-2, 9.4.1: a text object (BT … ET) sets where its text begins; none of it says that a line ends.  PDFs that
# Google Docs makes have one for each word.  Seen, of three words drawn side by side with reportlab 5.1.0 (in Helvetica 12,
# a space apart, at one height):
#   pypdf extract_text():                          "Restart\nthe\nqueue.\n", in its visitor as well
#   pypdf extract_text(extraction_mode="layout"):  one line
#   pdfminer.six 20260107 extract_text():          one line
# A runbook read so has no sentence, no heading of two words and no command.  Needs pip and python3.  Ends with 0 while it
# is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site pypdf==7.1.1 reportlab==5.1.0 pdfminer.six==20260107 2> /dev/null
cat > ask.py << 'P'
from io import BytesIO

from pdfminer.high_level import extract_text
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

file, x = BytesIO(), 72
canvas = Canvas(file)
canvas.setFont("Helvetica", 12)
for word in ("Restart", "the", "queue."):
    canvas.drawString(x, 700, word)
    x += canvas.stringWidth(word + " ", "Helvetica", 12)
canvas.save()
page = PdfReader(file).pages[0]
seen = page.extract_text(), page.extract_text(extraction_mode="layout"), extract_text(BytesIO(file.getvalue()))
print(*map(repr, seen), sep="\n")
pieces = []
page.extract_text(visitor_text=lambda text, cm, tm, font, size: pieces.append((text, round(tm[5]))))
assert [height for text, height in pieces if text.strip()] == [700, 700, 700]
assert "".join(text for text, _ in pieces).split("\n")[:3] == ["Restart", "the", "queue."]
assert seen[0] == "Restart\nthe\nqueue.\n"
assert all(text.split() == ["Restart", "the", "queue."] and len(text.strip().splitlines()) == 1 for text in seen[1:])
print("as stated")
P
PYTHONPATH=site python3 ask.py
