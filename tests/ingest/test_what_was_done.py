"""What fixed an incident that has no section for it: read from its course and its prose, with line and time."""

from __future__ import annotations

from ingest.postmortem.postmortem import Postmortem
from ingest.source import SourceFile
from kb.model import Incident


def read(text: str) -> Incident:
    (entry,) = Postmortem().parse(SourceFile(path="postmortems/2026-03-30-waf.md", text=text)).entries
    assert isinstance(entry, Incident)
    return entry


def test_the_last_steps_before_recovery_are_what_was_done() -> None:
    incident = read(
        "# Incident on 2026-03-30: WAF blocks logins\n\n## Timeline (UTC)\n\n- 08:50 rule set 4 is deployed\n"
        "- 08:56 messages about blocked logins\n- 09:20 sessions look odd\n- 09:43 rule set rolled back\n"
        "- 09:50 logins are back to normal\n- 10:30 meeting to plan what follows\n"
    )

    assert [(one.time, one.text, one.section, one.line) for one in incident.done] == [
        ("09:43", "rule set rolled back", "timeline", 8)
    ]
    assert "09:43: rule set rolled back (timeline, line 8)" in incident.advice().fix
    assert "unverified" in incident.advice().fix


def test_a_sentence_that_says_what_ended_it_goes_first() -> None:
    incident = read(
        "# Incident on 2026-03-30: logs missing\n\n## Summary\n\nLogs were missing for an hour. The incident"
        " was resolved by"
        " rolling back the\nshipper to 1.2.\n\n## Timeline (UTC)\n\n- 09:00 no logs\n- 09:10 node drained\n-"
        " 10:00 resolved\n"
    )

    first, second = incident.done
    assert first.text == "The incident was resolved by rolling back the shipper to 1.2."
    assert (first.section, first.line) == ("summary", 5)
    assert second.text == "node drained"


def test_what_went_well_tells_the_fix_where_nothing_else_does() -> None:
    incident = read(
        "# Incident on 2026-03-30: queue stuck\n\n## Impact\n\nNo mails for an hour.\n\n## What went well\n\n"
        "- Kim restarted the workers within minutes\n- The alert was clear\n"
    )

    assert [(one.text, one.section) for one in incident.done] == [
        ("Kim restarted the workers within minutes", "went well")
    ]


def test_plans_suggestions_and_failed_attempts_were_not_done() -> None:
    incident = read(
        "# Incident on 2026-03-30: queue stuck\n\n## Timeline (UTC)\n\n- 09:00 mails wait\n"
        "- 09:05 we plan to restart the workers\n- 09:07 Kim suggests deleting the queue\n"
        "- 09:10 restarted one worker, did not help\n- 09:15 raised the memory limit to 2 GiB\n- 09:20"
        " resolved\n"
    )

    assert [one.text for one in incident.done] == ["raised the memory limit to 2 GiB"]


def test_a_report_that_has_a_section_for_it_needs_no_guess() -> None:
    incident = read(
        "# Incident on 2026-03-30: WAF\n\n## Resolution\n\nThe rule set was rolled back.\n\n"
        "## Timeline (UTC)\n\n- 09:00 blocked\n- 09:43 node restarted\n- 09:50 resolved\n"
    )

    assert incident.done == ()
    assert incident.advice().fix == "The rule set was rolled back."


def test_a_report_that_tells_no_step_has_none_made_up() -> None:
    incident = read(
        "# Incident on 2026-03-30: slow pages\n\n## Impact\n\nPages were slow for an hour.\n\n## Root"
        " cause\n\nUnclear.\n"
    )

    assert incident.done == ()
    assert incident.advice().fix == ""


def test_what_could_not_be_placed_is_counted_by_kind() -> None:
    text = (
        "# Incident on 2026-03-30: queue stuck\n\n## Our friends the pigeons\n\nThey carry messages.\n\n"
        "## Timeline\n\n- 09:00 stuck\n- 09:10 restarted\n- 09:20 UTC resolved\n"
    )
    parsed = Postmortem().parse(SourceFile(path="postmortems/2026-03-30-queue.md", text=text))

    assert parsed.notes == (
        "unread: times of events that are no instant, since day or zone is not told: 2",
        "unread: sections of no known kind: 1",
    )
