"""The XML of a Word document in the elements that mammoth reads, so that no text of it is lost on the way.

mammoth leaves out what stands in an element that it does not know: fields in their short form, runs with a direction,
words with a reading above them (`findings/mammoth-leaves-out-the-text-of-simple-fields.sh`).  Of what is struck out it
knows one line through it, not two (`findings/mammoth-keeps-what-is-struck-out-twice.sh`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ingest.convert.forms import TYPEWRITER
from kb.expression import expression

_PART = expression(r"word/(?:document|footnotes|endnotes)\d*\.xml")
_STYLES = "word/styles.xml"
_UNREAD = expression(rb":(?:fldSimple|dir|bdo|ruby|dstrike)[\s/>]")
_AROUND_RUNS = ("fldSimple", "dir", "bdo", "rubyBase")
_BESIDE_RUNS = ("fldData", "rubyPr", "rt")


def readable(data: bytes) -> bytes:
    """The document with its text in elements that mammoth reads; the same bytes where there is nothing to do.

    Raises zipfile.BadZipFile and ElementTree.ParseError on a broken one.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        texts = {name: archive.read(name) for name in archive.namelist() if _PART.fullmatch(name)}
        changed = {name: _readable_part(part) for name, part in texts.items() if _UNREAD.search(part)}
        if not changed:
            return data
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as rewritten:
            for name in archive.namelist():
                rewritten.writestr(name, changed[name] if name in changed else archive.read(name))
    return out.getvalue()


def typed_styles(data: bytes) -> list[str]:
    """Lines of mammoth's style map for the styles that a document sets in a typewriter's letters.

    A paragraph of such a style is a block of code, a run is code.  Raises as `readable` does.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if _STYLES not in archive.namelist():
            return []
        root = ElementTree.fromstring(archive.read(_STYLES))
    return [made for style in root.iter() if style.tag.endswith("}style") for made in _of_style(style)]


def _of_style(style: Element) -> Iterator[str]:
    said = {name.rpartition("}")[2]: value for name, value in style.attrib.items()}
    fonts = " ".join(
        value
        for element in style.iter()
        if element.tag.endswith("}rFonts")
        for name, value in element.attrib.items()
        if name.endswith(("}ascii", "}hAnsi"))
    )
    names = [
        next(iter(element.attrib.values()))
        for element in style
        if element.tag.endswith("}name") and element.attrib
    ]
    if not names or "'" in names[0] or "\\" in names[0] or not TYPEWRITER.search(fonts):
        return
    if said.get("type") == "character":
        yield f"r[style-name='{names[0]}'] => code"
    elif said.get("type") == "paragraph" and not names[0].lower().startswith(("heading", "title", "normal")):
        yield f"p[style-name='{names[0]}'] => pre:separator('\\n')"


def _readable_part(part: bytes) -> bytes:
    root = ElementTree.fromstring(part)
    for element in reversed(list(root.iter())):
        element[:] = [kept for child in element for kept in _kept(child)]
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _kept(element: Element) -> Iterator[Element]:
    """An element as it is, or what stands in it where only that is read."""
    space, _, name = element.tag.rpartition("}")
    if name == "dstrike":
        element.tag = f"{space}}}strike"
    if name in _AROUND_RUNS or name == "ruby":
        yield from element
    elif name not in _BESIDE_RUNS:
        yield element
