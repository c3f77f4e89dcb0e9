"""Tickets as each tracker writes them in JSON: which keys hold what.

GitHub (REST and `gh issue list --json`), GitLab, Jira (REST v2, and v3 with its document format), ServiceNow's table
API, Statuspage, PagerDuty, incident.io.  Each reader takes a mapping and gives a ticket, or None where it is none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

from ingest.deployments.reading import at, line_of, listed, text
from ingest.trackers.jira_text import document_text
from ingest.trackers.ticket import Ticket, TicketUpdate
from kb.expression import expression

_WATCHED = expression(r"\W+ (?P<site>.+?) (?:is down|has degraded performance)")
"""The title of an issue that Upptime opens, after its sign."""
_NO_NOTES = expression(
    r"closed before close notes were made mandatory\W*|closed by caller\W*|n/?a|none|-+|\.+", re.I
)
_TAG = expression(r"<[^>]+>")


def first(item: Any, *keys: str) -> str:
    """The first text under one of the keys, which may be paths with dots."""
    return next((said for key in keys if (said := text(item, *key.split(".")).strip())), "")


def shown(item: Any, key: str) -> str:
    """A field of ServiceNow: a text, or a mapping with what is shown of it."""
    return first(item, key, f"{key}.display_value", f"{key}.value")


def names(items: Any) -> tuple[str, ...]:
    """The names in a list of texts or of mappings."""
    if not isinstance(items, list):
        return ()
    found = (
        one if isinstance(one, str) else first(one, "name", "title", "summary", "value") for one in items
    )
    return tuple(name for name in found if name)


def github(item: dict[str, Any]) -> Ticket | None:
    """An issue of GitHub, or of Gitea, which writes them the same."""
    if not (
        {"created_at", "createdAt"} & item.keys() and {"number", "html_url"} & item.keys() and "title" in item
    ):
        return None
    if "incident_number" in item or "iid" in item:
        return None
    comments = at(item, "comments")
    watched = _WATCHED.fullmatch(text(item, "title").strip())
    return Ticket(
        title=text(item, "title"),
        key=f"#{text(item, 'number')}" if text(item, "number") else first(item, "html_url", "url"),
        text=text(item, "body"),
        opened=first(item, "created_at", "createdAt"),
        resolved=first(item, "closed_at", "closedAt"),
        labels=names(at(item, "labels")),
        severity=severity_among(names(at(item, "labels"))),
        services=(watched["site"],) if watched else (),
        author=first(item, "user.login", "author.login"),
        updates=tuple(
            TicketUpdate(first(one, "createdAt", "created_at"), text(one, "body"))
            for one in listed({"all": comments}, "all")
            if text(one, "body")
        ),
        line=line_of(item),
    )


def gitlab(item: dict[str, Any]) -> Ticket | None:
    """An issue or incident of GitLab."""
    if not {"iid", "title", "description"} <= item.keys():
        return None
    return Ticket(
        title=text(item, "title"),
        key=first(item, "references.full") or f"#{text(item, 'iid')}",
        text=text(item, "description"),
        opened=text(item, "created_at"),
        resolved=text(item, "closed_at"),
        labels=names(at(item, "labels")),
        kind=first(item, "issue_type", "type"),
        severity=_known(text(item, "severity")) or severity_among(names(at(item, "labels"))),
        author=first(item, "author.username", "author.name"),
        updates=tuple(
            TicketUpdate(text(one, "created_at"), text(one, "body"))
            for one in listed(item, "notes")
            if text(one, "body")
        ),
        line=line_of(item),
    )


def jira(item: dict[str, Any]) -> Ticket | None:
    """An issue of Jira."""
    fields = at(item, "fields")
    if "key" not in item or not isinstance(fields, dict) or "summary" not in fields:
        return None
    return Ticket(
        title=text(fields, "summary"),
        key=text(item, "key"),
        text=document_text(at(fields, "description")),
        opened=text(fields, "created"),
        resolved=text(fields, "resolutiondate"),
        severity=first(fields, "priority.name"),
        services=names(at(fields, "components")),
        labels=names(at(fields, "labels")),
        kind=first(fields, "issuetype.name"),
        author=first(fields, "reporter.displayName", "creator.displayName"),
        updates=tuple(
            TicketUpdate(text(one, "created"), document_text(at(one, "body")))
            for one in listed(fields, "comment", "comments")
        ),
        line=line_of(item),
    )


def service_now(item: dict[str, Any]) -> Ticket | None:
    """A record of ServiceNow's incident table."""
    if not {"number", "short_description"} <= item.keys():
        return None
    service = shown(item, "business_service") or shown(item, "cmdb_ci")
    return Ticket(
        title=shown(item, "short_description"),
        key=shown(item, "number"),
        text=plain_text(shown(item, "description")),
        opened=shown(item, "opened_at") or shown(item, "sys_created_on"),
        resolved=shown(item, "resolved_at") or shown(item, "closed_at"),
        severity=_numbered(shown(item, "priority") or shown(item, "severity")),
        services=(service,) if service else (),
        author=shown(item, "opened_by") or shown(item, "caller_id"),
        cause=plain_text(shown(item, "u_root_cause") or shown(item, "cause")),
        resolution=told_fix(plain_text(shown(item, "close_notes"))),
        updates=tuple(_journal(shown(item, "work_notes") or shown(item, "comments_and_work_notes"))),
        line=line_of(item),
        is_incident=True,
    )


def statuspage(item: dict[str, Any]) -> Ticket | None:
    """An incident of a page of Statuspage, newest update first."""
    if not {"name", "incident_updates"} <= item.keys():
        return None
    updates = sorted(listed(item, "incident_updates"), key=lambda one: first(one, "display_at", "created_at"))
    return Ticket(
        title=text(item, "name"),
        key=first(item, "shortlink", "id"),
        text=plain_text(text(item, "postmortem_body")),
        opened=first(item, "started_at", "created_at"),
        resolved=text(item, "resolved_at"),
        severity=_known(text(item, "impact")),
        services=names(at(item, "components")),
        updates=tuple(
            TicketUpdate(
                first(one, "display_at", "created_at"),
                f"{text(one, 'status')}: {plain_text(text(one, 'body'))}",
            )
            for one in updates
        ),
        line=line_of(item),
        is_incident=True,
    )


def pagerduty(item: dict[str, Any]) -> Ticket | None:
    """An incident of PagerDuty."""
    if not (
        {"incident_number", "title"} <= item.keys()
        or (text(item, "type") == "incident" and "service" in item)
    ):
        return None
    return Ticket(
        title=first(item, "title", "summary", "description"),
        key=first(item, "incident_number", "id"),
        text=first(item, "body.details", "description"),
        opened=text(item, "created_at"),
        resolved=first(item, "resolved_at", "last_status_change_at")
        if text(item, "status") == "resolved"
        else "",
        severity=first(item, "priority.summary", "priority.name", "urgency"),
        services=tuple(
            name for name in (first(item, "service.summary", "service.name", "service_name"),) if name
        ),
        updates=tuple(
            TicketUpdate(text(one, "created_at"), first(one, "content", "channel.summary", "summary"))
            for one in (*listed(item, "notes"), *listed(item, "log_entries"))
        ),
        resolution=first(item, "resolution", "resolve_reason"),
        line=line_of(item),
        is_incident=True,
    )


def incident_io(item: dict[str, Any]) -> Ticket | None:
    """An incident of incident.io or Rootly, which name their severities in a mapping."""
    if not (
        {"reference", "name", "severity"} <= item.keys()
        or {"sequential_id", "summary", "severity"} <= item.keys()
    ):
        return None
    return Ticket(
        title=first(item, "name", "title"),
        key=first(item, "reference", "sequential_id"),
        text=first(item, "summary"),
        opened=first(item, "started_at", "created_at", "reported_at"),
        resolved=first(item, "resolved_at", "closed_at"),
        severity=first(item, "severity.name", "severity"),
        services=names(at(item, "services")),
        resolution=first(item, "resolution_message", "mitigation_message"),
        updates=tuple(
            TicketUpdate(first(one, "created_at"), first(one, "message", "event"))
            for one in listed(item, "updates")
        ),
        line=line_of(item),
        is_incident=True,
    )


READERS: tuple[Callable[[dict[str, Any]], Ticket | None], ...] = (
    service_now,
    jira,
    statuspage,
    pagerduty,
    gitlab,
    incident_io,
    github,
)


def severity_among(labels: tuple[str, ...]) -> str:
    """The label that names a severity: `severity::1`, `SEV2`, `P1`, `priority/critical`."""
    named = re.compile(
        r"\b(?:sev(?:erity)?|prio(?:rity)?)\b|^(?:sev-?|p)\d$|^(?:critical|major|minor)$", re.I
    )
    return next((re.sub(r"[:/]+", " ", label) for label in labels if named.search(label)), "")


def plain_text(said: str) -> str:
    """A text that may be HTML, without its tags."""
    if not _TAG.search(said):
        return said.strip()
    broken = re.sub(r"<br\s*/?>|</p>|</li>|</div>", "\n", said, flags=re.I)
    return html.unescape(_TAG.sub("", broken)).strip()


def _journal(notes: str) -> Iterator[TicketUpdate]:
    """The entries of a journal field: `2026-11-03 10:20:00 - Kim Doe (Work notes)` above each."""
    head = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - [^\n]*$", re.M)
    found = list(head.finditer(notes))
    for one, following in zip(found, [*found[1:], None], strict=True):
        yield TicketUpdate(one[1], notes[one.end() : following.start() if following else len(notes)].strip())


def _numbered(said: str) -> str:
    """`2 - High` as its word, since the number alone is on another scale elsewhere."""
    found = re.match(r"\d\s*-\s*(\w+)", said)
    return found[1] if found else said


def told_fix(notes: str) -> str:
    """Close notes that tell something; nothing where ServiceNow itself filled them in."""
    return "" if _NO_NOTES.fullmatch(notes.strip()) else notes


def _known(said: str) -> str:
    return "" if said.lower() in ("none", "unknown", "") else said
