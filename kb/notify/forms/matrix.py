"""Matrix: an event of a room, in a thread (`m.thread`).

The delivery's id is the transaction's, so that a homeserver which got it already answers with the event that there is.
Texts are escaped HTML beside their plain form, and `m.mentions` is empty: nothing in them calls `@room`.
An event has 65,536 bytes.
"""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from kb.model.notice import Notice
from kb.notify.fitting import fitted
from kb.notify.forms.form import (
    JSON_HEADERS,
    Fate,
    HttpPost,
    Reply,
    Sending,
    as_json,
    facts_line,
    fate_by_status,
    head_lines,
    plain_lines,
)

WHOLE = 40_000
"""Bytes of what is told, in both of its forms; signatures and encryption come on top."""


class MatrixForm:
    """Notices for a room of Matrix."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it."""
        target = sending.target
        notice = fitted(sending.notice, lambda one: len(as_json(_event(sending, one))), WHOLE)
        room, transaction = quote(target.channel, safe=""), quote(sending.id, safe="")
        return HttpPost(
            url=f"{target.url.rstrip('/')}/_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}",
            body=as_json(_event(sending, notice)),
            headers={**JSON_HEADERS, "authorization": f"Bearer {target.token}"},
            method="PUT",
        )

    def fate(self, reply: Reply) -> Fate:
        """What the homeserver's answer means."""
        return fate_by_status(reply, str(reply.data().get("event_id") or ""))


def _event(sending: Sending, notice: Notice) -> dict[str, Any]:
    event: dict[str, Any] = {
        "msgtype": "m.text",
        "body": _plain(sending, notice),
        "format": "org.matrix.custom.html",
        "formatted_body": _html(sending, notice),
        "m.mentions": {},
    }
    if sending.thread:
        event["m.relates_to"] = {
            "rel_type": "m.thread",
            "event_id": sending.thread,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": sending.thread},
        }
    return event


def _plain(sending: Sending, notice: Notice) -> str:
    told = replace(sending, notice=notice)
    return "\n".join([notice.headline, *plain_lines(told), *([notice.document] if notice.document else [])])


def _html(sending: Sending, notice: Notice) -> str:
    parts = [f"<p><strong>{html.escape(notice.headline)}</strong></p>"]
    parts += [f"<p><em>{html.escape(line)}</em></p>" for line in head_lines(sending)]
    if facts := facts_line(notice):
        parts.append(f"<p>{html.escape(facts)}</p>")
    for section in notice.sections:
        items = "".join(f"<li>{html.escape(line)}</li>" for line in section.lines)
        parts.append(f"<p><strong>{html.escape(section.title)}</strong></p><ul>{items}</ul>")
    for link in notice.links:
        parts.append(f'<p><a href="{html.escape(link.url)}">{html.escape(link.text)}</a></p>')
    if notice.document:
        parts.append(f"<pre><code>{html.escape(notice.document)}</code></pre>")
    return "".join(parts)
