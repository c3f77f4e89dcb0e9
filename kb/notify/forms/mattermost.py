"""Mattermost: a bot's posts, in threads, with buttons; or an incoming webhook, which has no threads.

What is told stands in an attachment, where Mattermost fetches no previews, and `@` is parted from what follows, since
`@channel` would call everybody.  `pending_post_id` makes the server know a post again that it got half a minute ago.
"""

from __future__ import annotations

from typing import Any

from kb.model.notice import BUTTONS, Notice
from kb.notify.fitting import fitted
from kb.notify.forms.form import (
    COLOURS,
    JSON_HEADERS,
    UNKNOWN_COLOUR,
    Fate,
    HttpPost,
    Reply,
    Sending,
    as_json,
    facts_line,
    fate_by_status,
    head_lines,
)
from kb.notify.pressing import VALID, Button, signed
from kb.text.escaping import fenced, inert

WHOLE = 12_000
"""Characters of an attachment: a post has 16,383, as JSON with its attachments more."""


class MattermostForm:
    """Notices for a channel of Mattermost."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it."""
        target = sending.target
        notice = fitted(sending.notice, lambda one: len(_text(sending, one)), WHOLE)
        attachment = _attachment(sending, notice)
        if not target.token:
            body: dict[str, Any] = {"text": "", "attachments": [attachment]}
            return HttpPost(url=target.url, body=as_json(body), headers=JSON_HEADERS)
        post = {
            "channel_id": target.channel,
            "message": "",
            "root_id": sending.thread,
            "pending_post_id": sending.id,
            "props": {"attachments": [attachment], "kb_notice": sending.id},
        }
        return HttpPost(
            url=f"{target.url.rstrip('/')}/api/v4/posts",
            body=as_json(post),
            headers={**JSON_HEADERS, "authorization": f"Bearer {target.token}"},
        )

    def fate(self, reply: Reply) -> Fate:
        """What Mattermost's answer means; a post that is an answer names the first one of its thread."""
        data = reply.data()
        return fate_by_status(reply, str(data.get("root_id") or data.get("id") or ""))


def quiet(text: str) -> str:
    """The text as a line of Mattermost's Markdown that mentions nobody and links nowhere."""
    return inert(text).replace("@", "@\u200b")


def _text(sending: Sending, notice: Notice) -> str:
    lines = [f"_{line}_" for line in head_lines(sending)]
    if facts := facts_line(notice):
        lines.append(quiet(facts))
    for section in notice.sections:
        lines += ["", f"**{quiet(section.title)}**", *(f"- {quiet(line)}" for line in section.lines)]
    if notice.links:
        lines += ["", *(f"[{quiet(link.text)}]({_address(link.url)})" for link in notice.links)]
    if notice.document:
        lines += ["", fenced(notice.document)]
    return "\n".join(lines).strip("\n")


def _attachment(sending: Sending, notice: Notice) -> dict[str, Any]:
    colour = COLOURS.get(notice.severity, UNKNOWN_COLOUR) if notice.severity else UNKNOWN_COLOUR
    attachment: dict[str, Any] = {
        "fallback": quiet(notice.headline),
        "color": f"#{colour:06x}",
        "title": quiet(notice.headline),
        "text": _text(sending, notice),
    }
    if notice.entry_id and sending.target.secret and sending.target.callback:
        attachment["actions"] = [_action(sending, label, result) for label, result in BUTTONS]
    return attachment


def _action(sending: Sending, label: str, result: str) -> dict[str, Any]:
    """A button; Mattermost keeps its context to itself and sends it along with a press."""
    target, button = sending.target, Button.of(sending, result)
    integration = {"url": target.callback, "context": signed(button, target.secret, sending.at + VALID)}
    return {"id": result.replace("_", ""), "type": "button", "name": label, "integration": integration}


def _address(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
