"""Alert rules and runbooks held against each other: which rule leads nowhere, which runbook nobody keeps."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.model import AlertRule, Runbook
from kb.model.entry import Verification
from kb.model.ledger import Outcome, Result
from kb.model.runbook_health import RunbookHealth
from kb.review.report import as_markdown
from kb.review.runbooks import in_words, runbook_health, texts_of_today
from kb.text.entries.identify import runbook_keys
from kb.text.entries.written import owner_of
from kb.text.times import minute
from tests.conftest import RunKb
from tests.review.fixture_week import MONDAY

URL = "https://runbooks.example.com/kubernetes/"
WRITTEN = Runbook(id="r", name="KubePodCrashLooping", steps=("Look at its log.",), body="Look at its log.")


def rule(name: str, url: str = "") -> AlertRule:
    return AlertRule(id=f"rule-{name}", name=name, runbook_url=url)


def health(
    rules: list[AlertRule], *books: Runbook, changed: int = 1, outcomes: tuple[Outcome, ...] = ()
) -> RunbookHealth:
    """The health of a home whose runbooks changed so many days ago; the outcomes are of `WRITTEN`."""
    return runbook_health(
        rules, [(one, MONDAY - timedelta(days=changed)) for one in books], {"r": outcomes}, MONDAY
    )


def test_a_rule_leads_to_the_runbook_that_its_url_ends_in_or_that_has_its_name() -> None:
    rules = [
        rule("Crashes", f"{URL}kubepodcrashlooping.md"),
        rule("KubePodCrashLooping"),
        rule("A", f"{URL}x#KubePodCrashLooping"),
    ]
    found = health(rules, WRITTEN)
    assert (found.rules, found.covered) == (3, 3)
    assert found.without == found.missing == found.unwritten == found.unpointed == ()


def test_a_rule_without_a_runbook_is_another_thing_than_one_whose_runbook_is_not_there() -> None:
    found = health([rule("DiskFull"), rule("DiskSlow", f"{URL}diskslow")], WRITTEN)
    assert [one.name for one in found.without] == ["DiskFull"]
    assert [(one.name, one.runbook_url) for one in found.missing] == [("DiskSlow", f"{URL}diskslow")]
    assert found.covered == 0


@pytest.mark.parametrize(
    ("body", "is_stub"),
    [
        ("TODO: not written yet", True),
        ("## Meaning\n\nThe disk is full.\n\n## Mitigation\n\nTODO", True),
        (
            "## Meaning\n\nThe disk is full: see the TODO list of the storage team for what comes next here.",
            False,
        ),
    ],
)
def test_a_runbook_that_promises_what_to_do_is_not_written(body: str, is_stub: bool) -> None:
    found = health([rule("DiskFull")], Runbook(id="d", name="DiskFull", body=body))
    assert [one.runbook_id for one in found.unwritten] == (["d"] if is_stub else [])
    assert found.covered == (0 if is_stub else 1)


def test_a_runbook_with_steps_is_written_though_a_section_is_still_to_do() -> None:
    book = replace(WRITTEN, body="## Diagnosis\n\nTODO\n\n## Mitigation\n\n1. Look at its log.")
    assert health([rule("KubePodCrashLooping")], book).covered == 1


def test_a_runbook_that_no_rule_leads_to_is_named_only_where_there_are_rules() -> None:
    assert [one.entry_id for one in health([rule("DiskFull")], WRITTEN).unpointed] == ["r"]
    assert health([], WRITTEN).unpointed == ()


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Owner: payments team", "payments team"),
        ("**Team:** payments", "payments"),
        ("| Owner | payments |", "payments"),
        ("## Owners\n\n- payments", "- payments"),
        ("Maintained by: @ana", "@ana"),
        ("Owner: TBD", ""),
        ("Owner: <team>", ""),
        ("Owner:", ""),
        ("| Owner | Team |", ""),
        ("Tell the owner of the volume.", ""),
        ("The team decides.", ""),
    ],
)
def test_an_owner_is_who_the_text_names_as_such(text: str, owner: str) -> None:
    assert owner_of(Runbook(name="DiskFull", body=f"# DiskFull\n\n{text}\n")) == owner


def test_an_owner_may_stand_in_the_front_matter() -> None:
    assert owner_of(Runbook(name="DiskFull", extra={"owner": "payments"})) == "payments"
    assert owner_of(Runbook(name="DiskFull", extra={"owners": ["ana", "bo"]})) == "ana, bo"
    assert owner_of(Runbook(name="DiskFull", extra={"owner_slack": "#storage"})) == "#storage"


def test_a_runbook_is_stale_when_it_was_neither_verified_nor_changed_for_half_a_year() -> None:
    verified = replace(WRITTEN, verified=Verification(at=date(2026, 11, 1)))
    assert [one.reason for one in health([], WRITTEN, changed=200).stale] == [
        "never verified, unchanged since 2026-04-30"
    ]
    assert health([], WRITTEN, changed=20).stale == ()
    assert health([], verified, changed=400).stale == ()
    old = replace(WRITTEN, verified=Verification(at=date(2025, 1, 1)))
    assert health([], old, changed=20).stale == ()


def test_a_runbook_that_failed_is_stale_though_it_was_changed_lately() -> None:
    failed = Outcome(id="o", at=MONDAY - timedelta(days=3), entry_id="r", result=Result.FAILED)
    assert [one.reason for one in health([], WRITTEN, outcomes=(failed,)).stale] == [
        "failed on 2026-11-13, and nobody verified it since"
    ]


def test_words_tell_each_number_with_the_first_names() -> None:
    told = in_words(health([rule(f"Alert{n}") for n in range(7)], WRITTEN))
    assert told == [
        "0 of 7 alert rules lead to a runbook that is written",
        "7 of 7 alert rules without a runbook: Alert0, Alert1, Alert2, Alert3, Alert4 and 2 more",
        "1 of 1 runbooks that no rule leads to: KubePodCrashLooping",
        "1 of 1 runbooks without an owner in the text: KubePodCrashLooping",
    ]


RULES = """groups:
- name: disks
  rules:
  - alert: DiskFull
    expr: disk_free == 0
    annotations: {summary: The disk is full, runbook_url: https://runbooks.example.com/DiskFull}
  - alert: DiskSlow
    expr: disk_latency > 1
    annotations: {summary: The disk is slow, runbook_url: https://runbooks.example.com/DiskSlow}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "alerts"
    (folder / "runbooks").mkdir(parents=True)
    (folder / "rules.yaml").write_text(RULES)
    text = "# DiskFull\n\n## Meaning\n\nNo room is left.\n\n## Mitigation\n\n1. Run `rm /tmp/old`.\n"
    (folder / "runbooks" / "DiskFull.md").write_text(f"---\nowner: storage\n---\n{text}")
    return folder


def test_ingest_with_report_ends_with_the_health_of_the_runbooks(folder: Path, run_kb: RunKb) -> None:
    told = run_kb("ingest", str(folder), "--report").stdout
    assert told.partition("Runbook health\n")[2].splitlines() == [
        "  1 of 2 alert rules lead to a runbook that is written",
        "  1 of 2 alert rules with a runbook that is not in the home: DiskSlow",
    ]
    data = json.loads(run_kb("ingest", str(folder), "--report", "--json").stdout)
    assert [one["name"] for one in data["runbook_health"]["missing"]] == ["DiskSlow"]
    assert "runbook_health" not in json.loads(run_kb("ingest", str(folder), "--json").stdout)


def test_the_weekly_review_has_the_part_only_where_the_home_has_rules(
    folder: Path, kb: KnowledgeBase
) -> None:
    assert kb.reviews.summary().runbook_health is None
    assert "Runbook health" not in as_markdown(kb.reviews.summary())
    kb.ingest(folder)
    found = kb.reviews.runbook_health()
    assert (found.rules, found.covered, len(found.missing)) == (2, 1, 1)
    summary = kb.reviews.summary(now=MONDAY + timedelta(days=36_500))
    assert summary.runbook_health is not None
    assert "## Runbook health\n\n- 1 of 2 alert rules lead" in as_markdown(summary)


def test_a_rule_that_was_not_known_at_the_end_of_a_window_is_not_counted(
    folder: Path, kb: KnowledgeBase
) -> None:
    kb.ingest(folder)
    assert kb.reviews.summary(now=MONDAY - timedelta(days=3650)).runbook_health is None


def test_a_review_of_the_past_says_that_its_runbooks_are_those_of_now(
    folder: Path, kb: KnowledgeBase
) -> None:
    kb.ingest(folder)
    now = kb.reviews.clock()
    known = kb.reviews.summary(now=now + timedelta(seconds=1))
    assert known.runbook_health is not None
    assert kb.reviews.notes(known) == []
    assert texts_of_today(known, now + timedelta(days=7)) == [
        f"runbook health is that of the rules and runbooks as they are now, not as they were on {minute(known.until)}"
    ]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://wiki.example.com/runbooks/queue-full", "name:queuefull"),
        ("https://git.example.com/docs/queue-full/README.md", "name:queuefull"),
        ("https://git.example.com/docs/README.md#queue-full", "name:queuefull"),
        ("https://git.example.com/docs/queue-full.html.md.erb?plain=1", "name:queuefull"),
        ("docs/<*>/queue-full.adoc", "name:queuefull"),
        ("README.md", "name:anotheralert"),
        ("", "name:anotheralert"),
    ],
)
def test_the_end_of_a_url_names_the_runbook(url: str, key: str) -> None:
    assert runbook_keys(AlertRule(name="AnotherAlert", runbook_url=url))[0] == key
