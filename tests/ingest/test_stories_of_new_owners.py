"""What reports and runbooks of owners that were not looked at before showed: kinds of sentences, and steps in place."""

from __future__ import annotations

from ingest.pipeline import parse_file
from ingest.postmortem.postmortem import read_incident
from ingest.source import SourceFile
from ingest.sources.runbook import RunbookMarkdown
from kb.model import Incident, Runbook


def story(text: str) -> Incident:
    return read_incident(f"# Checkout outage on 2026-03-02\n\n{text}\n", "postmortems/2026-03-02-checkout.md")


def causes(text: str) -> list[str]:
    return [one.text for one in story(text).causes]


def done(text: str) -> str:
    return "\n".join(one.text for one in story(text).done)


def steps(text: str) -> list[str]:
    entry = RunbookMarkdown().parse(SourceFile(path="runbooks/queue.md", text=text)).entries[0]
    assert isinstance(entry, Runbook)
    return list(entry.steps)


def test_a_cause_that_goes_on_with_it_and_this_is_told_from_where_it_is_named() -> None:
    text = "The key of the vault expired on Monday. It was renewed everywhere but on one host. This broke all logins."

    (told,) = causes(text)

    assert told.startswith("The key of the vault expired")


def test_what_is_quoted_of_somebody_else_is_no_cause() -> None:
    text = "> The outage was caused by a full disk.\n\nSo says a template. Checkout was down for an hour."

    assert not any("full disk" in one for one in causes(text))


def test_what_was_not_affected_for_a_reason_tells_no_cause() -> None:
    assert causes("During the outage the archive was not impacted because nobody had used it.") == []


def test_a_load_caused_by_users_is_not_what_caused_the_outage() -> None:
    assert causes("We watched only the load caused by the web shop during the outage.") == []


def test_what_an_investigation_found_is_a_cause_though_no_word_of_trouble_is_in_it() -> None:
    text = "Upon further investigation, we identified that the base image had been moved to another libc."

    assert any("another libc" in one for one in causes(text))


def test_an_apology_for_what_the_outage_caused_is_no_cause() -> None:
    assert causes("First of all, we apologize for the trouble that this outage caused.") == []


def test_a_list_of_details_behind_a_cause_in_prose_is_no_list_of_causes() -> None:
    text = (
        "## Root cause\n\nThe build did not wait for its library, which was built at the same time.\n\n"
        "When it ran on a clean machine:\n\n1. Both builds began\n2. The file was looked for\n"
    )

    (told,) = causes(text)

    assert "did not wait" in told


def test_a_result_that_so_announces_is_a_deed_and_no_purpose() -> None:
    text = (
        "## Timeline\n\n- 10:00 Checkout fails.\n- 10:20 Connections are never closed, so the pool was removed, "
        "fixing the leak.\n"
    )

    assert "the pool was removed" in done(text)


def test_a_purpose_that_so_announces_tells_no_deed() -> None:
    assert "later" not in done("Nobody was there to help, so that we could have removed the pool later.")


def test_what_was_replaced_is_told_beside_the_cause() -> None:
    text = "This was due to a failed power supply, which has now been replaced."

    assert "replaced" in done(text)


def test_an_update_that_is_a_noun_was_not_made_to_end_anything() -> None:
    assert done("The new libc contained a major update of its tables. Checkout was down.") == ""


def test_a_day_may_be_written_with_the_name_of_its_month_behind_the_year() -> None:
    found = read_incident(
        "# Long block times\n\n- Date: 2025-DEC-05\n- Root causes: haste\n- Resolution: none\n",
        "incidents/long.md",
    )

    assert str(found.date) == "2025-12-05"


def test_a_heading_that_names_several_parts_still_tells_the_cause() -> None:
    text = "## Response, Cause, Prevention\n\nThe first outage was caused by a disk that had no space left."

    assert any("no space left" in one for one in causes(text))


def test_what_is_to_prevent_it_is_an_action_under_any_heading() -> None:
    text = (
        "To prevent similar outages in the future, we made some changes:\n\n1. Keys are renewed daily.\n"
        "2. Alerts ring.\n"
    )

    assert [one.text for one in story(text).action_items] == ["Keys are renewed daily.", "Alerts ring."]


def test_a_story_with_a_cause_and_lessons_is_an_incident_in_any_folder() -> None:
    text = (
        "# The revoke that waited\n\nWe revoked a grant on Monday and nothing failed until a replica restarted.\n\n"
        "## The root cause\n\nThe role of the replicas lost its only grant.\n\n## Lessons\n\n"
        "Look at who will connect.\n"
    )
    name, _ = parse_file(SourceFile(path="docs/stories/revoke.md", text=text))

    assert name == "postmortem"


def test_each_command_stands_behind_what_is_said_of_it() -> None:
    text = (
        "# Proxy\n\n## 1. Enable\n\nLink the site.\n\n```bash\nln -s a b\n```\n\nReload it.\n\n```bash\n"
        "nginx -s reload\n```\n"
        "\n## 2. Check\n\nLook at the log.\n"
    )

    first = steps(text)[0]

    assert (
        first.index("Link the site")
        < first.index("ln -s")
        < first.index("Reload it")
        < first.index("nginx -s")
    )


def test_what_is_typed_at_a_prompt_belongs_to_the_step_above() -> None:
    text = (
        "# Drive\n\n## Procedure\n\n1. Remove the drive\nme@host ~ $ `mdadm --fail a`\n\n"
        "me@host ~ $ `mdadm --remove a`\n\n2. Wait\n"
    )

    assert "mdadm --fail a" in steps(text)[0]
    assert "mdadm --remove a" in steps(text)[0]


def test_a_label_that_any_case_has_is_told_by_its_case() -> None:
    text = (
        "# Backup failure\n\n## Steps\n\n### Disk full\n\n**Resolution:**\n\n```bash\nrm -f old\n```\n\n"
        "### No rights\n\n**Resolution:**\n\n```bash\nchown me backups\n```\n"
    )

    told = steps(text)

    assert any("Disk full" in one and "rm -f old" in one for one in told)
    assert any("No rights" in one and "chown me" in one for one in told)


def test_labels_below_a_numbered_heading_are_part_of_its_step() -> None:
    text = (
        "# Move\n\n## 1. Enable it on both\n\n**one:**\n\n```bash\nenable one\n```\n\n**two:**\n\n"
        "```bash\nenable two\n```\n\n## 2. Wait\n"
    )

    first = steps(text)[0]

    assert "Enable it on both" in first
    assert "enable one" in first
    assert "enable two" in first


def test_code_in_a_shells_language_is_typed_though_its_lead_speaks_of_what_it_looks_like() -> None:
    text = (
        "# Role\n\n## Checks\n\n"
        "It goes over TCP, since the socket fails in a way that looks like a missing grant:\n\n```bash\n"
        "psql -h db\n```\n"
    )

    assert "psql -h db" in "\n".join(steps(text))
