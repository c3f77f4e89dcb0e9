#!/bin/sh
# WeasyPrint 70.0 draws code that may scroll, and every number of a list, behind all else of a page; pypdf reads them there.
#
# Seen, of an <ol> of two steps, each with a command in a <pre style="overflow: auto"> (as the style sheets of GitHub, pandoc
# and Sphinx have it), and a heading below; extract_text() of pypdf 7.1.1, line by line:
#   Look at the pods: / Restart: / Rollback / Undo it. / 1. / kubectl get pods / 2. / kubectl rollout restart deploy/orders
#   without the overflow: the commands stand below their steps, the numbers still at the end
#   pdfminer.six 20260107, with it: 1. / Look at the pods: / kubectl get pods / 2. …
# It is the painting order of CSS 2.2, appendix E, and Chromium's printing has it, too.  On paper nothing shows it; read so, a
# runbook has steps without commands, and commands without a step.  Needs pip and python3, and Pango (apt-get, Debian 12,
# where it is not installed).  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ldconfig -p | grep -q libpangoft2-1.0 || apt-get -qq install -y libpangoft2-1.0-0 fonts-dejavu-core > /dev/null 2>&1
python3 -m venv python
python/bin/pip -q install weasyprint==70.0 pypdf==7.1.1 pdfminer.six==20260107 > /dev/null 2>&1
cat > ask.py << 'P'
from io import BytesIO

from pdfminer.high_level import extract_text
from pypdf import PdfReader
from weasyprint import HTML


def page(style):
    code = [f'<pre style="{style}">{command}</pre>' for command in ("kubectl get pods", "kubectl rollout restart deploy/orders")]
    return HTML(
        string=f"<ol><li><p>Look at the pods:</p>{code[0]}</li><li><p>Restart:</p>{code[1]}</li></ol><h2>Rollback</h2><p>Undo it.</p>"
    ).write_pdf()


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def by_pypdf(pdf):
    return lines("\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


scrolls, plain = page("overflow: auto"), page("")
for told in (by_pypdf(scrolls), by_pypdf(plain), lines(extract_text(BytesIO(scrolls)))):
    print(" / ".join(told))
told = by_pypdf(scrolls)
assert told[:4] == ["Look at the pods:", "Restart:", "Rollback", "Undo it."], "changed: the commands stand in their steps"
assert {"1.", "2.", "kubectl get pods", "kubectl rollout restart deploy/orders"} <= set(told[4:]), told
told = by_pypdf(plain)
assert told.index("kubectl get pods") < told.index("Restart:"), told
assert told.index("1.") > told.index("Undo it."), "changed: the numbers stand before their steps"
told = lines(extract_text(BytesIO(scrolls)))
assert told.index("kubectl get pods") < told.index("Restart:") < told.index("Rollback"), told
print("as stated")
P
python/bin/python ask.py
