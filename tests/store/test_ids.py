"""A part of an id stands for it where it is clear, in every command; where it is not, what may be meant is told."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import KnowledgeBase
from kb.errors import EntryNotFound, InvalidInput
from kb.store.ids.known_ids import Space
from kb.store.ids.short_ids import meant, nearest, shortened
from tests.conftest import RunKb

IDS = [
    "incident-20261121-sluice-is-shut-b68a2f",
    "pattern-tide-gauge-froze-207a9620",
    "pattern-tide-gauge-froze-207a9620-2",
    "pattern-tide-table-lost-3a683952",
    "runbook-tide-3a68ffff",
    "tide-1",
    "tide-12",
]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("tide-1", ["tide-1"]),  # whole goes before beginning
        ("pattern-tide-t", ["pattern-tide-table-lost-3a683952"]),
        ("3a6839", ["pattern-tide-table-lost-3a683952"]),
        ("3a68", ["pattern-tide-table-lost-3a683952", "runbook-tide-3a68ffff"]),
        ("b68a2f", ["incident-20261121-sluice-is-shut-b68a2f"]),
        ("207a9620", ["pattern-tide-gauge-froze-207a9620"]),
        ("207a9620-2", ["pattern-tide-gauge-froze-207a9620-2"]),
        ("207a9", ["pattern-tide-gauge-froze-207a9620", "pattern-tide-gauge-froze-207a9620-2"]),
        ("pat", []),  # three letters say too little
        ("", []),
        ("table-lost", []),
    ],
)
def test_a_part_stands_for_the_ids_that_begin_or_end_so(given: str, found: list[str]) -> None:
    assert meant(given, IDS) == found


def test_an_id_that_is_gone_is_never_taken_for_the_numbered_one_beside_it() -> None:
    assert meant("pattern-tide-gauge-froze-207a9620", ["pattern-tide-gauge-froze-207a9620-2"]) == []
    assert meant("207a9620", ["pattern-tide-gauge-froze-207a9620-2"]) == []


digits = st.text("0123456789abcdef", min_size=8, max_size=8)
some_id = st.builds(
    "{}-{}-{}{}".format,
    st.sampled_from(["pattern", "runbook"]),
    st.sampled_from(["tide", "lock-wait"]),
    digits,
    st.sampled_from(["", "-2", "-3"]),
)


@given(
    st.lists(
        st.one_of(some_id, st.from_regex(r"[a-c]{2,5}(-[a-c]{1,4}){0,3}", fullmatch=True)),
        min_size=1,
        unique=True,
    )
)
def test_what_is_shown_for_an_id_finds_it_alone(ids: list[str]) -> None:
    for one in ids:
        assert meant(shortened(one, ids), ids) == [one]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("pattern-tide-tabel", "pattern-tide-table-lost-3a683952"),
        ("patern-tide-table-lost-3a683952", "pattern-tide-table-lost-3a683952"),
        ("3a683925", "pattern-tide-table-lost-3a683952"),
        ("incident-20261121-sluize-is-shut", "incident-20261121-sluice-is-shut-b68a2f"),
    ],
)
def test_a_mistyped_id_is_told_what_it_may_mean(typed: str, near: str) -> None:
    assert nearest(typed, IDS)[0] == near


def test_what_is_like_nothing_is_told_nothing() -> None:
    assert nearest("pattern-owls-in-the-attic", IDS) == []


@pytest.fixture
def learned(kb: KnowledgeBase) -> str:
    return kb.learn_pattern("FATAL tide gauge 7 reports a negative depth", "it froze", "thaw it").id


def test_every_command_that_takes_the_id_of_an_entry_takes_a_part_of_it(learned: str, run_kb: RunKb) -> None:
    part = learned.rpartition("-")[2][:6]
    for words in (
        ("show", part),
        ("status", part),
        ("outcome", part, "resolved"),
        ("rehearse", part, "--pattern", "tide gauge 7"),
        ("incident", "open", "Gauge dark"),
        ("incident", "mitigate", "thawed it", "--entry", part),
        ("incident", "resolve", "thawed", "--entry", learned[:20]),
    ):
        done = run_kb(*words)
        assert done.returncode == 0, done
    assert f"{learned} is " in run_kb("status", part).stdout
    events = json.loads(run_kb("incident", "show", "--json").stdout)
    assert events["applied"] == [learned]


def test_incidents_lookups_changes_and_proposals_take_parts_too(learned: str, run_kb: RunKb) -> None:
    opened = run_kb("incident", "open", "Gauge dark", "--service", "tide").stdout.split()[0]
    lookup = json.loads(run_kb("check", "FATAL tide gauge 7 reports a negative depth", "--json").stdout)
    drift = run_kb("change", "record", "drift", "--service", "tide", "--reason", "ice").stdout.split()[0]
    for words in (
        ("incident", "show", "-i", opened[-6:]),
        ("incident", "log", "looked", "-i", opened[:19]),
        ("check", "gauge", "--incident", opened[-6:]),
        ("triage", "gauge", "--incident", opened[-6:]),
        ("outcome", learned, "resolved", "--lookup", lookup["lookup_id"][7:13], "--incident", opened[-6:]),
        ("change", "drift", "--end", drift.rpartition("-")[2][:7]),
        ("incident", "resolve", "thawed", "-i", opened[:19]),
        ("incident", "reopen", opened[:19], "it froze again"),
    ):
        done = run_kb(*words)
        assert done.returncode == 0, (words, done)


def test_an_outcome_by_parts_counts_for_the_whole(learned: str, kb: KnowledgeBase) -> None:
    lookup = kb.check_known_issues("FATAL tide gauge 7 reports a negative depth").lookup_id or ""
    incident = kb.incidents.open("Gauge dark").id
    kb.record_outcome(learned[-8:], "resolved", lookup[7:14], incident_id=incident[-6:])
    (said,) = kb._parts.ledger.outcomes_of([learned])[learned]
    assert (said.lookup_id, said.incident) == (lookup, incident)


def test_the_incident_of_another_system_is_never_completed(kb: KnowledgeBase) -> None:
    kb.incidents.open("Gauge dark")
    for foreign in ("4711", "INC-1", "incid", "a"):
        assert kb.ids.referred(foreign) == foreign


def test_what_several_ids_begin_with_is_refused_with_the_list(kb: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match=r"may be 5 ids, give more of it: pattern-.*, pattern-"):
        kb.get("pattern-")


def test_an_id_of_something_else_is_called_so(learned: str, kb: KnowledgeBase) -> None:
    lookup = kb.check_known_issues("tide gauge").lookup_id or ""
    with pytest.raises(EntryNotFound, match=f"it is a lookup: {lookup}"):
        kb.get(lookup)
    with pytest.raises(InvalidInput, match=f"it is an entry: {learned}"):
        kb.record_outcome(learned, "resolved", learned)


def test_a_mistyped_id_of_an_entry_is_answered_with_the_nearest(learned: str, kb: KnowledgeBase) -> None:
    with pytest.raises(EntryNotFound, match=f"did you mean {learned}"):
        kb.get(learned.replace("gauge", "guage"))


def test_who_gives_words_of_a_title_is_told_the_ids_that_are_called_so(
    learned: str, kb: KnowledgeBase
) -> None:
    with pytest.raises(EntryNotFound, match=f"did you mean {learned}"):
        kb.get("negative-gauge")


def test_short_forms_grow_until_they_are_unique(kb: KnowledgeBase) -> None:
    db = kb._parts.db
    kb.counts()
    with db.write():
        for one in ("proposal-merge-aaaaaa11", "proposal-merge-aaaaaa12", "proposal-merge-bbbbbb11"):
            db.execute("INSERT INTO proposals VALUES (?,'2026-01-01','merge','{}','open',NULL,'','')", [one])
    assert kb.ids.short(Space.PROPOSAL, ["proposal-merge-aaaaaa11", "proposal-merge-bbbbbb11"]) == {
        "proposal-merge-aaaaaa11": "aaaaaa11",
        "proposal-merge-bbbbbb11": "bbbbbb",
    }
