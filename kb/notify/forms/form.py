"""What a form is: a notice as the request that a tool takes, and the tool's answer as what became of it.

A form is pure.  It makes an `HttpPost`, or a mail, of a notice; what sends them is `kb.notify.transport`.  Text that
comes from elsewhere (alerts, entries, logs) is inert in each form: it mentions nobody, links nowhere, fetches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol, runtime_checkable

from kb.model.entry import Severity
from kb.model.notice import Notice, Target

AGAIN = "Sent again: an earlier attempt may have arrived"
"""Stands above a notice of whose earlier attempt nobody knows whether it arrived."""
COLOURS = {Severity.SEV1: 0xC62828, Severity.SEV2: 0xEF6C00, Severity.SEV3: 0xF9A825, Severity.SEV4: 0x2E7D32}
"""The colour beside a notice, as RGB."""
UNKNOWN_COLOUR = 0x607D8B


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One attempt: the notice with its delivery's id, and the message that it answers, if there is one."""

    id: str
    at: datetime
    """The time of the attempt."""
    notice: Notice
    target: Target
    repeat: bool = False
    thread: str = ""
    """What the tool calls the first message of the incident there; empty for that message itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPost:
    """A request as it goes out."""

    url: str = field(repr=False)
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the tool answered: status, headers (names in small letters), the beginning of the body."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def data(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The tool has it, and calls it `reference`, empty where it does not say; `note` is worth knowing all the same."""

    reference: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The tool will never take it like that."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """It was not taken, and may be another time: after `seconds`, where the tool says when."""

    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Nobody knows whether it arrived: it must be sent again, marked as a repeat."""

    reason: str


Fate = Taken | NotTaken | Later | Unknown


class Form(Protocol):
    """How one tool wants notices over HTTP."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it."""
        ...

    def fate(self, reply: Reply) -> Fate:
        """What the tool's answer means."""
        ...


@runtime_checkable
class MailForm(Protocol):
    """How a notice is written as a mail."""

    def letter(self, sending: Sending) -> EmailMessage:
        """The mail that tells it."""
        ...


def as_json(value: object) -> bytes:
    """The body of a request in JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


JSON_HEADERS = {"content-type": "application/json; charset=utf-8"}


def fate_by_status(reply: Reply, reference: str = "") -> Fate:
    """What an answer means by its HTTP status: 2xx is taken, 4xx refused, 429 and 5xx another time.

    Of 502 and 504 a gateway says that it does not know what became of the request.
    """
    status = reply.status
    if 200 <= status < 300:
        return Taken(reference=reference)
    reason = f"HTTP {status}{_said(reply)}"
    if status in (502, 504):
        return Unknown(reason=reason)
    if status in (408, 425, 429) or status >= 500:
        return Later(reason=reason, seconds=retry_after(reply))
    return NotTaken(reason=reason)


def retry_after(reply: Reply) -> float | None:
    """The seconds of `Retry-After`, or of a JSON body's `retry_after` (Discord) or `retry_after_ms` (Matrix)."""
    data = reply.data()
    milliseconds = data.get("retry_after_ms")
    given = data.get("retry_after", reply.headers.get("retry-after"))
    try:
        found = float(milliseconds) / 1000 if milliseconds is not None else float(given or "")
    except (TypeError, ValueError):
        return None
    return found if 0 <= found < 1e6 else None


def _said(reply: Reply) -> str:
    text = " ".join(reply.body[:200].decode("utf-8", "replace").split())
    return f": {text}" if text else ""


def head_lines(sending: Sending) -> list[str]:
    """What stands above everything else: that it is a repeat."""
    return [AGAIN] if sending.repeat else []


def facts_line(notice: Notice) -> str:
    """The facts of a notice in one line."""
    return " · ".join(f"{name}: {value}" for name, value in notice.facts if value)


def plain_lines(sending: Sending) -> Iterator[str]:
    """A notice as lines of plain text, without its headline and its document."""
    notice = sending.notice
    yield from head_lines(sending)
    if facts := facts_line(notice):
        yield facts
    for section in notice.sections:
        yield ""
        yield section.title
        yield from (f"- {line}" for line in section.lines)
    if notice.links:
        yield ""
        yield from (f"{link.text}: {link.url}" for link in notice.links)


def pieces(lines: list[str], most: int) -> Iterator[str]:
    """The lines joined to pieces of at most `most` characters; a longer line is parted."""
    piece = ""
    for line in lines:
        for part in [line[at : at + most] for at in range(0, len(line), most)] or [""]:
            if piece and len(piece) + 1 + len(part) > most:
                yield piece
                piece = part
            else:
                piece = f"{piece}\n{part}" if piece else part
    if piece:
        yield piece
