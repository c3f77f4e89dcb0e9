"""Slack: `chat.postMessage` with a bot's token, in threads and with buttons; or an incoming webhook, which has neither.

The limits are those of Slack's reference (header 150, section 3,000 characters, 50 blocks, a button's value 2,000).
Signs that Slack obeys (`&`, `<`, `>`) are escaped, and texts are `verbatim`, so that no name or address in them
becomes a mention or a link.
"""

from __future__ import annotations

from typing import Any

from kb.model.notice import BUTTONS, Notice
from kb.notify.fitting import fitted
from kb.notify.forms.form import (
    JSON_HEADERS,
    Fate,
    HttpPost,
    Later,
    NotTaken,
    Reply,
    Sending,
    Taken,
    as_json,
    facts_line,
    fate_by_status,
    head_lines,
    pieces,
    retry_after,
)
from kb.notify.pressing import Button, packed

API = "https://slack.com/api"
WHOLE = 11_000
"""Characters of all texts of a message; Slack cuts long ones, and nobody reads them."""
MOST_BLOCKS = 50
"""Slack's own limit."""
_SECTION = 2_900
_FOR_NOW = (
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
)
"""Errors of Slack's that say nothing of the message itself."""


class SlackForm:
    """Notices for a channel of Slack."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it."""
        target = sending.target
        notice = fitted(sending.notice, lambda one: _length(sending, one), WHOLE)
        body: dict[str, Any] = {"text": _fallback(sending, notice), "blocks": _blocks(sending, notice)}
        body |= {"unfurl_links": False, "unfurl_media": False}
        if not target.token:
            return HttpPost(url=target.url, body=as_json(body), headers=JSON_HEADERS)
        body["channel"] = target.channel
        body["metadata"] = {"event_type": "kb_notice", "event_payload": {"id": sending.id}}
        if sending.thread:
            body["thread_ts"] = sending.thread
        return HttpPost(
            url=f"{(target.url or API).rstrip('/')}/chat.postMessage",
            body=as_json(body),
            headers={**JSON_HEADERS, "authorization": f"Bearer {target.token}"},
        )

    def fate(self, reply: Reply) -> Fate:
        """What Slack's answer means: the API answers 200 for what it refuses, too, with `ok: false`."""
        data = reply.data()
        if reply.status != 200 or "ok" not in data:
            return fate_by_status(reply)
        if data["ok"]:
            return Taken(reference=str(data.get("ts") or ""))
        error = str(data.get("error") or "no reason given")
        if error in _FOR_NOW:
            return Later(reason=f"Slack says {error}", seconds=retry_after(reply))
        return NotTaken(reason=f"Slack says {error}")


def escape(text: str) -> str:
    """The text as Slack's mrkdwn shows it and does nothing with."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fallback(sending: Sending, notice: Notice) -> str:
    return escape(" - ".join([*head_lines(sending), notice.headline]))


def _blocks(sending: Sending, notice: Notice) -> list[dict[str, Any]]:
    first = {"type": "header", "text": {"type": "plain_text", "text": notice.headline, "emoji": False}}
    blocks: list[dict[str, Any]] = [first]
    blocks += [_context(escape(line)) for line in head_lines(sending)]
    if facts := facts_line(notice):
        blocks.append(_context(escape(facts)))
    for section in notice.sections:
        lines = [f"*{escape(section.title)}*", *(f"• {escape(line)}" for line in section.lines)]
        blocks += [_section(piece) for piece in pieces(lines, _SECTION)]
    if notice.links:
        links = (f"<{_address(link.url)}|{escape(link.text).replace('|', '/')}>" for link in notice.links)
        blocks.append(_section(" · ".join(links)))
    if notice.document:
        parts = pieces(escape(notice.document).replace("```", "'''").split("\n"), _SECTION)
        blocks += [_section(f"```\n{part}\n```") for part in parts]
    if notice.entry_id and sending.target.token and sending.target.secret:
        blocks.append(_actions(sending))
    return blocks


def _length(sending: Sending, notice: Notice) -> int:
    """Characters of the blocks; of more blocks than Slack takes more than it takes."""
    blocks = _blocks(sending, notice)
    return WHOLE + 1 if len(blocks) > MOST_BLOCKS else len(as_json(blocks).decode())


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:_SECTION], "verbatim": True}]}


def _address(url: str) -> str:
    return url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace("&", "&amp;")


def _actions(sending: Sending) -> dict[str, Any]:
    buttons = []
    for label, result in BUTTONS:
        value = packed(Button.of(sending, result))
        text = {"type": "plain_text", "text": label, "emoji": False}
        buttons.append({"type": "button", "action_id": f"kb_{result}", "text": text, "value": value})
    return {"type": "actions", "block_id": sending.id, "elements": buttons}
