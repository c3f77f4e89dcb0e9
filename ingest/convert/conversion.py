"""Any document as Markdown, and how it was read: the one place that knows which converter takes which form.

Promises: text that is Markdown already, data, tables and code come back as they are; a converter that fails on a text
leaves the text, and says so; a document that is too long to be one comes back as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.convert.archive import names, unpacked_size
from ingest.convert.extensions import plain_markdown
from ingest.convert.forms import FileForm, form_of
from kb.expression import expression

MOST_PROSE = 1_000_000
"""Characters of a document: a book has no more.  What is longer is kept as it is, and its parts are not read."""
_PICTURE = expression(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+")
"""What a saved page holds of its pictures."""
MOST_UNPACKED = 4 * 1024 * 1024
"""Bytes of XML in a Word document: more than that nobody wrote."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The text to read, in which form it was written, and what is to be said of that."""

    text: str
    form: FileForm | None = None
    notes: tuple[str, ...] = ()
    lines_hold: bool = True
    """Whether a line of the text has the number that it has in the file."""


def convert_text(name: str, text: str) -> Converted:
    """A text under a name, as Markdown where it is a document in another form."""
    form = form_of(name, text)
    if form is FileForm.MARKDOWN:
        return Converted(text if len(text) > MOST_PROSE else plain_markdown(text), form)
    convert = _CONVERTERS.get(form)
    if convert is None or not text.strip():
        return Converted(text, form)
    if form is FileForm.HTML:
        text = _PICTURE.sub("", text)
    if len(text) > MOST_PROSE and form is not FileForm.NOTEBOOK:
        return Converted(text, form)
    try:
        markdown, unread = convert(text)
    except Exception as error:  # a converter's mistake must not lose the text
        said = f"the {form} in it cannot be read ({type(error).__name__}: {error}); it is kept as plain text"
        return Converted(text, form, (said,))
    if form is FileForm.PLAIN:
        return Converted(markdown, form)
    how = f"read as {form}" + (f"; {unread}" if unread else "")
    return Converted(markdown, form, (how,), lines_hold=form in (FileForm.ASCIIDOC, FileForm.PLAIN))


def convert_bytes(data: bytes) -> Converted | None:
    """A Word document or a PDF as Markdown; None where the bytes are neither.  Raises ValueError on a broken one."""
    try:
        if data.startswith(b"%PDF-"):
            from ingest.convert.pdf import pdf_to_markdown

            text, unread = pdf_to_markdown(data)
            if not text.strip():
                raise ValueError("it has no text, only pictures; what stands in them is not read")
            notes = ("read as PDF", unread) if unread else ("read as PDF",)
            return Converted(text, FileForm.MARKDOWN, notes, lines_hold=False)
        if data.startswith(b"PK\x03\x04") and "word/document.xml" in names(data):
            from ingest.convert.office import docx_to_markdown

            if unpacked_size(data, ".xml") > MOST_UNPACKED:
                raise ValueError(
                    f"it unpacks to more than {MOST_UNPACKED // 2**20} MB; save it as .html or .pdf, or in parts"
                )
            return Converted(
                docx_to_markdown(data), FileForm.MARKDOWN, ("read as Word document",), lines_hold=False
            )
    except ValueError:
        raise
    except Exception as error:  # the converters raise many kinds; each means that the file is broken
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return None


def _rst(text: str) -> tuple[str, str]:
    from ingest.convert.restructured import rst_to_markdown

    return rst_to_markdown(text), ""


def _html(text: str) -> tuple[str, str]:
    from ingest.convert.html import html_to_markdown

    return html_to_markdown(text), ""


def _asciidoc(text: str) -> tuple[str, str]:
    from ingest.convert.asciidoc import asciidoc_to_markdown

    return asciidoc_to_markdown(text)


def _org(text: str) -> tuple[str, str]:
    from ingest.convert.org import org_to_markdown

    return org_to_markdown(text)


def _notebook(text: str) -> tuple[str, str]:
    from ingest.convert.notebook import notebook_to_markdown

    return notebook_to_markdown(text)


def _plain(text: str) -> tuple[str, str]:
    from ingest.convert.plain import plain_to_markdown

    return plain_to_markdown(text), ""


_CONVERTERS: dict[FileForm, Callable[[str], tuple[str, str]]] = {
    FileForm.RESTRUCTURED_TEXT: _rst,
    FileForm.HTML: _html,
    FileForm.ASCIIDOC: _asciidoc,
    FileForm.ORG: _org,
    FileForm.NOTEBOOK: _notebook,
    FileForm.PLAIN: _plain,
}
