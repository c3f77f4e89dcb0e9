"""Records as MCP results: data within a budget, and a text for agents that read only that."""

from __future__ import annotations

from functools import singledispatch

from mcp_types import CallToolResult, TextContent

from kb.records.brief import Brief
from kb.records.ledger import Answer
from kb.review.markdown import render as render_review
from kb.review.summary import WeeklySummary
from kb.server.fit import clipped, compact, fit
from kb.server.incident_record import Postmortem, Update
from kb.server.offers import Offer
from kb.storage.codec import to_builtins
from kb.text.instants import minute

_LONGEST_ERROR = 1_500


def reply(record: object, offer: Offer) -> CallToolResult:
    """What a tool returned, as a result."""
    whole = to_builtins(record)
    data = fit(whole, offer.budget, newest=offer.newest, more=offer.more)
    if isinstance(record, Answer):
        data = {**data, "hidden": record.hidden + len(record.matches) - len(data["matches"])}
    text = clipped(text_of(record), offer.budget) or compact(data)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=data)


def refusal(sentence: str) -> CallToolResult:
    """A mistake that the agent can mend, in a sentence."""
    text = sentence if len(sentence) <= _LONGEST_ERROR else f"{sentence[:_LONGEST_ERROR]}…"
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


@singledispatch
def text_of(record: object) -> str:
    """The record as a person would read it; empty where its data say it best."""
    del record
    return ""


@text_of.register
def _(summary: WeeklySummary) -> str:
    return render_review(summary)


@text_of.register
def _(draft: Postmortem) -> str:
    saved = f"\n\nSaved as {draft.path}.\n" if draft.path else ""
    return f"{draft.markdown.rstrip()}{saved}"


@text_of.register
def _(update: Update) -> str:
    due = f"\n\nThe next one is due at {minute(update.next_due)}." if update.next_due else ""
    return f"{update.text.rstrip()}{due}"


@text_of.register
def _(brief: Brief) -> str:
    from kb.triage.render import render

    return render(brief)
