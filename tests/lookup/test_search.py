"""Search with filters: they are asked of the indexes, and a list that was cut says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model import Incident, Origin, Pattern, Provenance, Runbook, Scope
from kb.starter import make_home
from kb.store.catalogue import FileRecord
from kb.store.lexical_index import Filter
from tests.conftest import RunKb
from tests.doubles.encoders import HashedEncoder

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WORDS = "the harbour crane lost its hydraulic pressure and froze"
MADE = Provenance(origin=Origin.INGESTED)


def _fill(kb: KnowledgeBase, count: int = 300) -> None:
    """Hundreds of runbooks that fit the words better than the one incident, and the one entry of a service, do."""
    runbooks = [
        Runbook(
            name=f"Crane {n}: {WORDS}", when=f"{WORDS}, {WORDS}", steps=(f"warm crane {n}",), provenance=MADE
        )
        for n in range(count)
    ]
    one = Incident(
        title="Containers waited at the quay",
        summary=f"For an hour nothing was unloaded. {WORDS}.",
        provenance=MADE,
    )
    other = Pattern(
        pattern="tide gauge silent",
        meaning="a harbour crane bent it",
        scope=Scope(services=("Ärger",)),
        provenance=MADE,
    )
    record = FileRecord(path="/made/x.md", given="x.md", sha256="", stamp="", parser="made/1")
    with kb._parts.db.write():
        kb._parts.catalogue.bring_in_step(record, [*runbooks, one, other], now=NOW, fold_copies=True)


@pytest.fixture(params=[None, 10], ids=["small", "large"])
def kb(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[KnowledgeBase]:
    make_home(tmp_path / "home")
    with KnowledgeBase.open(tmp_path / "home", encoder=HashedEncoder(), large_from=request.param) as opened:
        _fill(opened)
        opened.repair()
        yield opened


def test_the_one_incident_among_three_hundred_runbooks_is_found(kb: KnowledgeBase) -> None:
    assert [hit.title for hit in kb.search(WORDS, kinds=["incident"])] == ["Containers waited at the quay"]


def test_the_one_entry_of_a_service_is_found_in_whatever_case_it_is_named(kb: KnowledgeBase) -> None:
    for name in ("Ärger", "ärger", "ÄRGER"):
        assert [hit.title for hit in kb.search(WORDS, service=name)] == ["tide gauge silent"]


def test_both_indexes_are_asked_for_what_passes(kb: KnowledgeBase) -> None:
    only = Filter(kinds=("incident",))
    assert {hit.entry_id.split("-")[0] for hit in kb._parts.lexical.search(WORDS.split(), 5, only)} == {
        "incident"
    }
    assert {hit.entry_id.split("-")[0] for hit in kb._parts.vectors.search(WORDS, 5, only)} == {"incident"}


def test_where_many_pass_the_nearest_are_asked_for(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.index.vectors.COMPARED", 0)
    found = kb._parts.vectors.search("containers waited at the quay", 5, Filter(kinds=("incident",)))
    assert {hit.entry_id.split("-")[0] for hit in found} == {"incident"}


def test_what_came_since_the_words_were_published_is_filtered_as_well(kb: KnowledgeBase) -> None:
    kb.learn_pattern("hydraulic pressure of gantry lost", "it leaks", "seal it", services=["gantry"])
    assert [hit.title for hit in kb.search(WORDS, service="Gantry")] == ["hydraulic pressure of gantry lost"]


def test_a_limit_above_what_a_lookup_ranks_gets_as_many(kb: KnowledgeBase) -> None:
    assert len(kb.search(WORDS, kinds=["runbook"], limit=250)) == 250


def test_a_list_that_was_cut_says_so(kb: KnowledgeBase) -> None:
    hits = kb.search(WORDS, kinds=["runbook"], limit=3)
    assert (len(hits), hits.passing >= 300, f"the best 3 of {hits.passing} entries" in hits.note) == (
        3,
        True,
        True,
    )
    assert kb.search(WORDS, kinds=["incident"]).note == ""


def test_the_command_line_says_that_a_list_was_cut(run_kb: RunKb) -> None:
    cut = run_kb("search", "--kind", "runbook", "--limit", "2", "restart the service")
    assert "the best 2 of" in cut.stderr
    assert len(json.loads(run_kb("search", "--limit", "2", "--json", "restart").stdout)) == 2


def test_a_past_incident_of_triage_is_found_among_hundreds_of_runbooks(
    tmp_path: Path, encoder: OnnxEncoder
) -> None:
    make_home(tmp_path / "home")
    with KnowledgeBase.open(tmp_path / "home", encoder=encoder) as kb:
        _fill(kb, 150)
        kb.repair()
        brief = kb.triage(WORDS, budget=3000)
    assert "Containers waited at the quay" in str(
        [one for one in brief.sections if one.title == "Past incidents"]
    )


def test_a_search_for_a_service_that_no_entry_names_says_so(kb: KnowledgeBase) -> None:
    kb.learn_pattern("hydraulic pressure of gantry lost", "it leaks", "seal it", services=["gantry"])
    hits = kb.search(WORDS, service="gantri")
    assert (list(hits), hits.note) == ([], "no entry names the service 'gantri'; did you mean gantry?")
    assert kb.search(WORDS, kinds=["quirk"], service="gantry").note == ""
