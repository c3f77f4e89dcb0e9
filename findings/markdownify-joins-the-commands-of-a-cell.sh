#!/bin/sh
# markdownify 1.2.3 joins the lines of a <pre> in a table cell to one command, and leaves a bar in a cell a bar.
#
# Seen, of a table Step, Command, Then (runbooks in Confluence are often such tables):
#   | 1 | ``` kubectl drain n1 kubectl uncordon n1 ``` | wait |
#   | 2 | `ps aux | grep orders` | look |
# Who copies the first types one command with four more arguments; the second has four cells of three, so GitHub's Markdown
# (here markdown-it-py 4.3.0) shows `ps aux as the command, "grep orders`" under Then, and "look" nowhere.  escape_misc=True
# escapes a bar in text, and still not one in code.  Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site markdownify==1.2.3 beautifulsoup4==4.15.0 markdown-it-py==4.3.0 2> /dev/null
cat > ask.py << 'P'
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdownify import markdownify

PAGE = (
    "<table><tr><th>Step</th><th>Command</th><th>Then</th></tr>"
    "<tr><td>1</td><td><pre>kubectl drain n1\nkubectl uncordon n1</pre></td><td>wait</td></tr>"
    "<tr><td>2</td><td><code>ps aux | grep orders</code></td><td>look</td></tr></table>"
)
for escape in (False, True):
    said = markdownify(PAGE, escape_misc=escape).strip()
    print(said.split("\n", 2)[2])
    assert "drain n1 kubectl uncordon n1" in said and "`ps aux | grep orders`" in said, said
    shown = BeautifulSoup(MarkdownIt("commonmark").enable("table").render(said), "html.parser")
    cells = [cell.get_text() for cell in shown.find_all("tr")[2].find_all("td")]
    print(cells)
    assert cells == ["2", "`ps aux", "grep orders`"], cells
print("as stated")
P
PYTHONPATH=site python3 ask.py
