#!/bin/sh
# mammoth 1.13.0 leaves out what a field of a Word document shows, where the field is written in its short form.
#
# A field (the day, a property, a number of a caption) is written as a run of fldChar elements, or as one w:fldSimple; both
# are valid, Word shows them alike, and mammoth reads only the first:
#   fldChar      <p>Severity: SEV1, paged</p>
#   w:fldSimple  <p>Severity: , paged</p>      "An unrecognised element was ignored: w:fldSimple"
# The message speaks of an element, not of text, and is one of many harmless ones.  The same with w:dir, w:bdo and w:ruby.
# Needs pip and python3.  Ends with 0 while it is so.
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


def page(field):
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
        text = run('<w:t xml:space="preserve">Severity: </w:t>') + field + run('<w:t>, paged</w:t>')
        parts.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{BASE}/wordprocessingml/2006/main"><w:body><w:p>{text}</w:p></w:body></w:document>',
        )
    file.seek(0)
    return mammoth.convert_to_html(file)


shown = run("<w:t>SEV1</w:t>")
mark = '<w:fldChar w:fldCharType="{}"/>'
long = (
    run(mark.format("begin")) + run("<w:instrText> DOCPROPERTY Severity </w:instrText>") + run(mark.format("separate"))
    + shown + run(mark.format("end"))
)
seen = [page(long).value]
for name, short in (
    ("fldSimple", f'<w:fldSimple w:instr=" DOCPROPERTY Severity ">{shown}</w:fldSimple>'),
    ("dir", f'<w:dir w:val="ltr">{shown}</w:dir>'),
    ("bdo", f'<w:bdo w:val="ltr">{shown}</w:bdo>'),
    ("ruby", run(f"<w:ruby><w:rubyBase>{shown}</w:rubyBase></w:ruby>")),
):
    said = page(short)
    print(name, said.value, [one.message for one in said.messages])
    seen.append(said.value)
print("fldChar", seen[0])
assert seen == ["<p>Severity: SEV1, paged</p>", *["<p>Severity: , paged</p>"] * 4], seen
print("as stated")
P
PYTHONPATH=site python3 ask.py
