"""An entry of a memory file is edited: tried first, written with all else left alone, and the second of two is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.errors import FileChanged, InvalidInput, Refused

LINE = "FATAL: berth 7 of the tide gauge refuses moorings"
FILE = "learned/patterns.yaml"


@pytest.fixture
def entry_id(kb: KnowledgeBase, home: Path) -> str:
    learned = kb.learn_pattern(LINE, "the gauge counts twice", "reset it", ["gauge reset"]).id
    path = home / FILE
    path.write_text(
        path.read_text().replace("the gauge counts twice", "the gauge counts twice  # a word of ana")
    )
    return learned


def test_a_dry_run_shows_the_diff_and_writes_nothing(kb: KnowledgeBase, home: Path, entry_id: str):
    before = (home / FILE).read_bytes()
    version = kb.editing.source(entry_id).version

    tried = kb.editing.edit(entry_id, {"fix": "reset the counter"}, version, dry_run=True)

    assert [line for line in tried.diff if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-  fix: reset it",
        "+  fix: reset the counter",
    ]
    assert (tried.written, tried.rehearsal, tried.problem) == (False, None, "")
    assert (home / FILE).read_bytes() == before


def test_an_edit_is_written_with_everything_else_left_alone_and_is_found_at_once(
    kb: KnowledgeBase, home: Path, entry_id: str
):
    source = kb.editing.source(entry_id)
    before = (home / FILE).read_text()

    done = kb.editing.edit(entry_id, {"fix": "reset the counter", "check": "`gauge status`"}, source.version)

    after = (home / FILE).read_text()
    assert done.written
    assert "# a word of ana" in after
    assert set(before.splitlines()) - set(after.splitlines()) == {"  fix: reset it"}
    (match, *_) = kb.check_known_issues(LINE).matches
    assert (match.id, match.fix, match.check) == (entry_id, "reset the counter", "`gauge status`")


def test_an_edited_pattern_tells_what_it_gains_loses_and_fires_on(kb: KnowledgeBase, entry_id: str):
    kb.check_known_issues(f"ERROR {LINE}")
    kb.check_known_issues("ERROR berth 9 is closed to moorings")
    kb.healthy.add(["INFO berth 3 is open", "INFO all quiet"], "a quiet Sunday")
    version = kb.editing.source(entry_id).version

    tried = kb.editing.edit(entry_id, {"pattern": "is closed to moorings"}, version, dry_run=True)
    assert tried.rehearsal is not None
    assert (tried.rehearsal.gained.count, tried.rehearsal.lost.count) == (1, 1)

    wide = kb.editing.edit(entry_id, {"pattern": "berth 3 is open"}, version, dry_run=True)
    assert "it fires on 1 of 2 healthy templates" in wide.problem
    with pytest.raises(Refused, match="would be quarantined: it fires on"):
        kb.editing.edit(entry_id, {"pattern": "berth 3 is open"}, version)


def test_an_entry_keeps_its_id_and_its_record_when_its_pattern_changes(kb: KnowledgeBase, entry_id: str):
    kb.record_outcome(entry_id, "resolved", verified_by="ana")
    version = kb.editing.source(entry_id).version

    kb.editing.edit(entry_id, {"pattern": "berth 7 of the tide gauge refuses"}, version)

    assert kb.get(entry_id).headline == "berth 7 of the tide gauge refuses"
    assert kb.trust_of(kb.get(entry_id)).resolved == 1


def test_of_two_who_edit_one_entry_the_second_is_told_and_loses_nothing(
    kb: KnowledgeBase, home: Path, entry_id: str
):
    version = kb.editing.source(entry_id).version
    kb.editing.edit(entry_id, {"fix": "reset the counter"}, version)
    written = (home / FILE).read_bytes()

    with pytest.raises(FileChanged, match="somebody else changed"):
        kb.editing.edit(entry_id, {"fix": "replace the gauge"}, version)

    assert (home / FILE).read_bytes() == written


def test_an_edit_of_another_entry_of_the_file_is_no_conflict(kb: KnowledgeBase, entry_id: str):
    version = kb.editing.source(entry_id).version
    kb.learn_pattern("the lighthouse of pier 4 is dark", "a fuse", "replace it")

    assert kb.editing.edit(entry_id, {"fix": "reset the counter"}, version).written


def test_who_edited_what_and_why_is_in_the_audit(kb: KnowledgeBase, entry_id: str):
    kb.editing.edit(
        entry_id, {"fix": "reset the counter"}, kb.editing.source(entry_id).version, reason="tried it"
    )

    (deed,), total = kb.upkeep.deeds.between(what=["edit"])

    assert (deed.said, deed.about, deed.details, total) == ("edited", entry_id, "tried it", 1)


def test_what_stands_in_a_document_is_not_edited_here(kb: KnowledgeBase, tmp_path: Path):
    (tmp_path / "pm.md").write_text(
        "# Buoy outage\n\n**Date**: 2026-05-20\n\n## Summary\n\nGone.\n\n## Root cause\n\nA storm.\n"
    )
    kb.ingest(tmp_path / "pm.md")
    (found,) = [one.id for one in kb.places() if one.title == "Buoy outage"]

    with pytest.raises(Refused, match=r"is read from a document \(.*pm.md\); edit it there"):
        kb.editing.source(found)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"id": "other"}, "'id' .* is written by kb"),
        ({"status": "active"}, "'status' .* is written by kb"),
        ({"commands": "one"}, "`commands` must be a list"),
        ({"pattern": ""}, "nothing was written|does not hold|no `pattern`"),
    ],
)
def test_values_that_cannot_be_are_refused_and_nothing_is_written(
    kb: KnowledgeBase, home: Path, entry_id: str, values: dict[str, object], said: str
):
    before = (home / FILE).read_bytes()

    with pytest.raises((InvalidInput, FileChanged), match=said):
        kb.editing.edit(entry_id, values, kb.editing.source(entry_id).version)

    assert (home / FILE).read_bytes() == before


def test_a_secret_is_redacted_on_its_way_into_the_file(kb: KnowledgeBase, home: Path, entry_id: str):
    secret = "AKIAIOSFODNN7EXAMPLQ"

    kb.editing.edit(entry_id, {"fix": f"use {secret}"}, kb.editing.source(entry_id).version)

    assert secret not in (home / FILE).read_text()


def test_a_quirk_and_a_runbook_are_edited_by_their_own_keys(kb: KnowledgeBase, home: Path):
    (home / "learned/service_quirks.yaml").write_text(
        "services:\n  tide-gauge:\n    quirks:\n      - name: counts twice\n        description: at high tide\n"
    )
    kb.memory_append(
        "learned/runbooks", "procedures", {"name": "Reset a gauge", "steps": ["Stop it", "Start it"]}
    )
    named = {one.title: one.id for one in kb.places()}

    (quirk,) = [key for title, key in named.items() if "counts twice" in title]
    kb.editing.edit(quirk, {"workaround": "count by hand"}, kb.editing.source(quirk).version)
    book = named["Reset a gauge"]
    kb.editing.edit(book, {"steps": ["Stop it", "Wait", "Start it"]}, kb.editing.source(book).version)

    assert "workaround: count by hand" in (home / "learned/service_quirks.yaml").read_text()
    assert kb.get(book).steps == ("Stop it", "Wait", "Start it")  # type: ignore[attr-defined]
