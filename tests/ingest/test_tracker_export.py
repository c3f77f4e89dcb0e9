"""Tickets of trackers, pagers and status pages, as each of them exports them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from ingest.pipeline import Read, decode, parse_file
from ingest.trackers.jira_text import document_text
from kb.model import Document, Entry, Incident, Severity


def entries(content: Any, name: str = "export.json") -> list[Entry]:
    data = content if isinstance(content, str) else json.dumps(content)
    read = decode(data.encode(), name)
    assert isinstance(read, Read)
    return list(parse_file(read.file)[1].entries)


def incident(content: Any, name: str = "export.json") -> Incident:
    (entry,) = entries(content, name)
    assert isinstance(entry, Incident)
    return entry


def test_an_issue_of_github_with_the_label_incident_is_one_and_any_other_is_a_document() -> None:
    common = {
        "state": "closed",
        "created_at": "2026-03-01T10:00:00Z",
        "html_url": "https://x.example/1",
        "user": {"login": "kim"},
    }
    first, second = entries(
        [
            {
                **common,
                "number": 7,
                "title": "Cart is down",
                "closed_at": "2026-03-01T11:00:00Z",
                "labels": [{"name": "incident"}, {"name": "sev2"}],
                "body": "## Root cause\n\nA cache was emptied.\n\n## Resolution\n\nCache warmed.",
            },
            {
                **common,
                "number": 8,
                "title": "Add a dark theme",
                "closed_at": None,
                "labels": [],
                "body": "Please.",
            },
        ]
    )

    assert isinstance(first, Incident)
    assert (first.title, first.date, first.severity) == ("Cart is down", date(2026, 3, 1), Severity.SEV2)
    assert first.resolved == datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert ([one.text for one in first.causes], first.resolution) == (
        ["A cache was emptied."],
        "Cache warmed.",
    )
    assert isinstance(second, Document)


def test_an_incident_of_gitlab_keeps_its_severity_and_notes() -> None:
    found = incident(
        {
            "iid": 4,
            "title": "Search fails",
            "description": "Search answers 500.",
            "issue_type": "incident",
            "severity": "HIGH",
            "created_at": "2026-03-01T10:00:00.000Z",
            "closed_at": None,
            "labels": ["backend"],
            "notes": [
                {"created_at": "2026-03-01T10:20:00.000Z", "body": "Rolled back to 1.4, search works again"}
            ],
        }
    )

    assert (found.severity, found.extra["key"]) == (Severity.SEV2, "#4")
    assert "Rolled back to 1.4" in found.advice().fix


def test_an_issue_of_jira_is_read_from_both_formats_of_text() -> None:
    fields = {
        "summary": "Outage of checkout",
        "created": "2026-03-01T10:00:00.000+0100",
        "resolutiondate": None,
        "priority": {"name": "Highest"},
        "issuetype": {"name": "Incident"},
        "components": [{"name": "checkout"}],
    }
    wiki = {
        **fields,
        "description": "h2. Root cause\nThe pool was empty.\nh2. Resolution\nPool raised to 40.",
    }
    adf = {
        **fields,
        "description": {
            "type": "doc",
            "content": [
                {
                    "type": "heading",
                    "attrs": {"level": 2},
                    "content": [{"type": "text", "text": "Root cause"}],
                },
                {"type": "paragraph", "content": [{"type": "text", "text": "The pool was empty."}]},
                {
                    "type": "heading",
                    "attrs": {"level": 2},
                    "content": [{"type": "text", "text": "Resolution"}],
                },
                {"type": "paragraph", "content": [{"type": "text", "text": "Pool raised to 40."}]},
            ],
        },
    }
    for one in (wiki, adf):
        found = incident({"issues": [{"key": "OPS-1", "fields": one}]})

        assert found.scope.services == ("checkout",)
        assert found.started == datetime(2026, 3, 1, 9, tzinfo=UTC)
        assert ([cause.text for cause in found.causes], found.resolution) == (
            ["The pool was empty."],
            "Pool raised to 40.",
        )


RECORD = {
    "number": "INC0012",
    "short_description": "Users cannot log in",
    "description": "Login answers 503.",
    "opened_at": "2026-03-01 10:00:00",
    "resolved_at": "2026-03-01 11:00:00",
    "priority": "2 - High",
    "close_notes": "Restarted the directory.",
    "business_service": {"display_value": "Login", "link": "https://x.example"},
    "work_notes": "2026-03-01 10:20:00 - Kim Doe (Work notes)\nThe directory is out of memory.\n",
}


def test_a_record_of_service_now_tells_priority_service_and_close_notes() -> None:
    found = incident({"result": [RECORD]})

    assert (found.title, found.severity, found.resolution) == (
        "Users cannot log in",
        Severity.SEV2,
        "Restarted the directory.",
    )
    assert found.scope.services == ("Login",)
    assert [event.text for event in found.timeline] == ["The directory is out of memory."]


def test_a_time_without_a_zone_gives_a_day_and_no_instant() -> None:
    found = incident({"result": [RECORD]})

    assert (found.date, found.started, found.resolved) == (date(2026, 3, 1), None, None)


def test_the_table_of_service_now_is_read_like_its_records() -> None:
    found = incident(
        "Number,Short description,Priority,Opened,Resolved,Close notes,Business service\n"
        'INC0012,Users cannot log in,2 - High,2026-03-01 10:00:00,2026-03-01 11:00:00,"Restarted the\ndirectory.",Login\n',  # noqa: E501
        "incident.csv",
    )

    assert (found.title, found.severity, found.date) == (
        "Users cannot log in",
        Severity.SEV2,
        date(2026, 3, 1),
    )
    assert found.resolution == "Restarted the\ndirectory."
    assert found.scope.services == ("Login",)


def test_an_incident_of_a_status_page_has_its_updates_in_order_of_time() -> None:
    found = incident(
        {
            "page": {"id": "x"},
            "incidents": [
                {
                    "name": "Elevated errors",
                    "impact": "major",
                    "status": "resolved",
                    "created_at": "2026-03-01T10:00:00Z",
                    "resolved_at": "2026-03-01T11:00:00Z",
                    "components": [{"name": "API"}],
                    "incident_updates": [
                        {
                            "status": "resolved",
                            "body": "We rolled back the release and errors are gone.",
                            "created_at": "2026-03-01T11:00:00Z",
                        },
                        {
                            "status": "investigating",
                            "body": "We look into errors.",
                            "created_at": "2026-03-01T10:00:00Z",
                        },
                    ],
                }
            ],
        }
    )

    assert [event.text.split(":")[0] for event in found.timeline] == ["investigating", "resolved"]
    assert (found.severity, found.scope.services) == (Severity.SEV2, ("API",))
    assert "rolled back the release" in found.advice().fix


def test_an_incident_of_pagerduty_names_service_and_urgency() -> None:
    found = incident(
        {
            "incidents": [
                {
                    "incident_number": 31,
                    "title": "Disk of db-1 is full",
                    "status": "resolved",
                    "urgency": "high",
                    "created_at": "2026-03-01T10:00:00Z",
                    "resolved_at": "2026-03-01T10:30:00Z",
                    "service": {"summary": "db"},
                    "notes": [
                        {"content": "Deleted old dumps, disk at 60 %", "created_at": "2026-03-01T10:20:00Z"}
                    ],
                }
            ]
        }
    )

    assert (found.scope.services, found.severity) == (("db",), Severity.SEV2)
    assert "Deleted old dumps" in found.advice().fix


def test_a_ticket_without_a_title_is_told_and_hides_no_other() -> None:
    read = decode(json.dumps({"result": [{**RECORD, "short_description": ""}, RECORD]}).encode(), "x.json")
    assert isinstance(read, Read)
    _, parsed = parse_file(read.file)

    assert len(parsed.entries) == 1
    assert "without a title" in parsed.problems[0].message


def test_cells_that_a_script_wrote_as_mappings_give_what_they_are_called() -> None:
    text = (
        "number,opened_at,short_description,priority,impact,business_service,close_notes\n"
        "INC1,2026-03-01 10:00:00,Carts are slow,2,3,\"{'id': 'P6', 'summary': 'Carts', 'link': 'x'}\",Done by hand\n"
        "INC2,2026-03-02 10:00:00,Mail is slow,2,3,\"{'link': 'https://x', 'value': '27d'}\","
        "Closed before close notes were made mandatory\n"
    )

    first, second = entries(text, "incidents.csv")

    assert isinstance(first, Incident)
    assert isinstance(second, Incident)
    assert (first.scope.services, first.resolution, first.summary) == (("Carts",), "Done by hand", "")
    assert (second.scope.services, second.resolution) == ((), "")


WIKI = """\
h2. {anchor:steps}Resolution
# Look at the pods:
{code:bash}
# check
kubectl -n shop get pods
{code}
# Drain the node. Use {{kubectl drain n1 \\-\\-ignore-daemonsets}} only once.
#* or {{kubectl cordon n1}}
bq. *Warning:* never twice.
|| Step || Command ||
| 1 | {{kubectl rollout undo deploy/orders}} |
-Restart the database- \\(no longer needed), see [the runbook|https://wiki.example.com/orders]
The log said {noformat}shard 9 has no leader{noformat} again.
"""  # as pandoc 3.9 writes Jira's markup, but for the nested item and the last two lines


def test_jiras_markup_keeps_commands_lists_tables_and_what_is_struck_out() -> None:
    assert document_text(WIKI) == (
        "## Resolution\n1. Look at the pods:\n```bash\n# check\nkubectl -n shop get pods\n```\n"
        "1. Drain the node. Use `kubectl drain n1 --ignore-daemonsets` only once.\n   - or `kubectl cordon n1`\n"
        "> **Warning:** never twice.\n"
        "| Step | Command |\n| --- | --- |\n| 1 | `kubectl rollout undo deploy/orders` |\n"
        "~~Restart the database~~ (no longer needed), see [the runbook](https://wiki.example.com/orders)\n"
        "The log said `shard 9 has no leader` again.\n"
    )


def test_markdown_in_a_field_of_jira_stays_markdown() -> None:
    text = "# Summary\n\n* down from 10:00\n* a\\_b -x- **bold** {x}\n"

    assert document_text(text) == "# Summary\n\n- down from 10:00\n- a\\_b -x- **bold** {x}\n"
