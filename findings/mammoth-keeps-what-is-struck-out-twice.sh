#!/bin/sh
# mammoth 1.13.0 takes what is struck out with two lines in Word (w:dstrike) for text like any other, and says nothing.
#
# Seen:  w:strike   <p><s>Restart the database</s></p>
#        w:dstrike  <p>Restart the database</p>           and no message
# Word's dialog has both beside each other, and who retires a step may take either; the retired step then reads as one to
# follow.  Its documentation lists strikethrough as supported.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site mammoth==1.13.0 2> /dev/null
cat > ask.py << 'P'
import io, zipfile
import mammoth

BASE = "http://schemas.openxmlformats.org"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def run(inner):
    return f"<w:r>{inner}</w:r>"


def page(text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{BASE}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{TYPE}"/></Types>',
        )
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{BASE}/package/2006/relationships"><Relationship Id="r1" Target="word/document.xml" '
            f'Type="{BASE}/officeDocument/2006/relationships/officeDocument"/></Relationships>',
        )
        parts.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{BASE}/wordprocessingml/2006/main"><w:body><w:p>{text}</w:p></w:body></w:document>',
        )
    file.seek(0)
    return mammoth.convert_to_html(file)


def step(looks):
    return run(f'<w:rPr>{looks}</w:rPr><w:t>Restart the database</w:t>')


seen = {looks: page(step(looks)) for looks in ("<w:strike/>", "<w:dstrike/>")}
for looks, said in seen.items():
    print(looks, said.value, said.messages)
assert seen["<w:strike/>"].value == "<p><s>Restart the database</s></p>"
assert seen["<w:dstrike/>"].value == "<p>Restart the database</p>"
assert not any(said.messages for said in seen.values())
print("as stated")
P
PYTHONPATH=site python3 ask.py
