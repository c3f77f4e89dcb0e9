"""Teams: an Adaptive Card to a workflow ("when a webhook request is received").  Workflows have no threads.

Texts are runs of a `RichTextBlock`, which knows no Markdown, so nothing in them acts.  A card has 28 KB.
"""

from __future__ import annotations

from typing import Any

from kb.model.notice import Notice
from kb.notify.fitting import fitted
from kb.notify.forms.form import (
    JSON_HEADERS,
    Fate,
    HttpPost,
    Reply,
    Sending,
    as_json,
    fate_by_status,
    head_lines,
)

WHOLE = 24_000
"""Bytes of the message."""


class TeamsForm:
    """Notices for a workflow of Teams."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it."""
        notice = fitted(sending.notice, lambda one: len(as_json(_message(sending, one))), WHOLE)
        return HttpPost(url=sending.target.url, body=as_json(_message(sending, notice)), headers=JSON_HEADERS)

    def fate(self, reply: Reply) -> Fate:
        """What the workflow's answer means: 202, and nothing of the message."""
        return fate_by_status(reply)


def _message(sending: Sending, notice: Notice) -> dict[str, Any]:
    body = [_text(notice.headline, size="Large", weight="Bolder")]
    body += [_text(line, weight="Bolder") for line in head_lines(sending)]
    if notice.facts:
        body += [_text(f"{name}: {value}", subtle=True) for name, value in notice.facts if value]
    for section in notice.sections:
        body.append(_text(section.title, weight="Bolder"))
        body += [_text(f"• {line}") for line in section.lines]
    if notice.document:
        body += [_text(line, monospace=True) for line in notice.document.split("\n") if line]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if notice.links:
        actions = [
            {"type": "Action.OpenUrl", "title": link.text[:60], "url": link.url} for link in notice.links
        ]
        card["actions"] = actions[:6]
    content = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "id": sending.id, "attachments": [content]}


def _text(
    text: str,
    *,
    size: str = "Default",
    weight: str = "Default",
    subtle: bool = False,
    monospace: bool = False,
) -> dict[str, Any]:
    run: dict[str, Any] = {"type": "TextRun", "text": text, "size": size, "weight": weight}
    if subtle:
        run["isSubtle"] = True
    if monospace:
        run["fontType"] = "Monospace"
    return {"type": "RichTextBlock", "inlines": [run]}
