"""Discord: an incoming webhook.  In a forum each incident is a thread of its own; elsewhere webhooks have no threads.

Limits: title 256, description 4,096 characters.  `allowed_mentions` is empty, so that no text calls anybody, and what
stands in an embed is not fetched.
"""

from __future__ import annotations

from typing import Any

from kb.model.notice import Notice
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
from kb.text.escaping import fenced, inert

FORUM = "forum"
"""What a target's `channel` says where its webhook is of a forum."""
WHOLE = 3_900
"""Characters of the description."""


class DiscordForm:
    """Notices for a webhook of Discord."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it; `wait` asks for the message, which says what Discord calls it."""
        notice = fitted(sending.notice, lambda one: len(_text(sending, one)), WHOLE)
        colour = COLOURS.get(notice.severity, UNKNOWN_COLOUR) if notice.severity else UNKNOWN_COLOUR
        embed = {
            "title": inert(notice.headline)[:256],
            "description": _text(sending, notice),
            "color": colour,
        }
        body: dict[str, Any] = {"embeds": [embed], "allowed_mentions": {"parse": []}}
        url = sending.target.url
        url += ("&" if "?" in url else "?") + "wait=true"
        if sending.target.channel == FORUM:
            if sending.thread:
                url += f"&thread_id={sending.thread}"
            else:
                body["thread_name"] = notice.headline[:100]
        return HttpPost(url=url, body=as_json(body), headers=JSON_HEADERS)

    def fate(self, reply: Reply) -> Fate:
        """What Discord's answer means; in a forum the message's channel is the thread."""
        return fate_by_status(reply, str(reply.data().get("channel_id") or ""))


def _text(sending: Sending, notice: Notice) -> str:
    lines = [f"*{line}*" for line in head_lines(sending)]
    if facts := facts_line(notice):
        lines.append(inert(facts))
    for section in notice.sections:
        lines += ["", f"**{inert(section.title)}**", *(f"- {inert(line)}" for line in section.lines)]
    if notice.links:
        lines += ["", *(f"[{inert(link.text)}](<{link.url}>)" for link in notice.links)]
    if notice.document:
        lines += ["", fenced(notice.document)]
    return "\n".join(lines).strip("\n")
