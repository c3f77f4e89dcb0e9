"""A mail as it travels, as the text that its reader sees: the subject, and the body without encodings and markup.

Monitoring writes mails in quoted-printable, in base64, in several parts, as HTML; Alertmanager's own template is HTML.
"""

from __future__ import annotations

from email import message_from_string
from email.policy import default
from html.parser import HTMLParser

from kb.expression import expression

_READ = 1_000_000
"""Characters of a mail that are read."""
_MOST_PARTS = 50
"""Parts within parts: the time that they take grows with the square of their number."""
_HEAD = expression(r"\s{0,8}(?:[!-9;-~]{1,80}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n){0,50}){2,200}\n")
_ENCODED = expression(r"(?im)^(?:MIME-Version|Content-Transfer-Encoding):")
_BLANKS = expression(r"\s+")
_ENDS_A_LINE = frozenset(
    {"br", "p", "div", "tr", "td", "th", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "pre"}
)
_UNSEEN = frozenset({"style", "script", "head", "title"})


def as_read(text: str) -> str:
    """The subject and the body of a mail; any other text as it is."""
    head = _HEAD.match(text, 0, 100_000) if ":" in text[:100] else None
    if head is None or not _ENCODED.search(head[0]) or text.casefold().count("boundary") > _MOST_PARTS:
        return text
    try:
        mail = message_from_string(text[:_READ].lstrip(), policy=default)
        subject, body = str(mail["subject"] or ""), mail.get_body(("plain", "html"))
        told = str(body.get_content()) if body is not None else ""
        is_page = body is not None and body.get_content_type() == "text/html"
    except (LookupError, ValueError, AttributeError, TypeError, RecursionError):
        return text  # (a charset that is none, a header or a part that the standard library cannot read)
    told = _lines(told) if is_page else told
    return f"Subject: {subject}\n\n{told}" if told.strip() else text


def _lines(page: str) -> str:
    """The text of a page, a line for each of its blocks."""
    reader = _Reader()
    reader.feed(page)
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._unseen += tag in _UNSEEN
        if tag in _ENDS_A_LINE:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        if tag in _ENDS_A_LINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(_BLANKS.sub(" ", data))
