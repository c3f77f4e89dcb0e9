"""What ingest does to a home: a receipt for every file, and nothing done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.doors.cli.printed.text import incident_in_words
from kb.errors import InvalidInput
from kb.model.receipts import FileState

RUNBOOK = (
    "# WidgetJam\n\n## Meaning\n\nThe widget line {what} is jammed by paper.\n\n"
    "## Mitigation\n\n1. Clear the paper.\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    made.mkdir()
    (made / "jam.md").write_text(RUNBOOK.format(what="one"))
    (made / "LICENSE").write_text(
        "MIT License\n\nCopyright (c) 2026\n\nPermission is hereby granted, free of charge\n"
    )
    (made / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (made / "note.txt").write_text("Remember that the backup of tuesday lies in the cellar.\n")
    return made


def test_every_file_is_in_the_receipt_with_what_became_of_it(kb: KnowledgeBase, folder: Path) -> None:
    receipt = kb.ingest(folder)
    states = {Path(file.path).name: file.state for file in receipt.files}
    assert states == {
        "jam.md": FileState.ADDED,
        "note.txt": FileState.ADDED,
        "LICENSE": FileState.SKIPPED,
        "picture.png": FileState.SKIPPED,
    }
    assert all(file.reason for file in receipt.files if file.state is FileState.SKIPPED)


def test_a_second_run_changes_nothing_and_embeds_nothing(kb: KnowledgeBase, folder: Path) -> None:
    first = kb.ingest(folder)
    generation = kb.check()[1].published
    second = kb.ingest(folder)
    assert first.embedded > 0
    assert {file.state for file in second.files} == {FileState.UNCHANGED, FileState.SKIPPED}
    assert second.embedded == 0
    assert kb.check()[1].published == generation
    assert second.entries == first.entries


def test_a_touched_file_that_says_the_same_is_unchanged(kb: KnowledgeBase, folder: Path) -> None:
    kb.ingest(folder)
    (folder / "jam.md").write_text(RUNBOOK.format(what="one"))
    assert kb.ingest(folder / "jam.md").files[0].state is FileState.UNCHANGED


def test_a_changed_file_updates_its_entry_and_the_old_text_is_gone(kb: KnowledgeBase, folder: Path) -> None:
    before = kb.ingest(folder / "jam.md").files[0].entries
    (folder / "jam.md").write_text(RUNBOOK.format(what="seventeen, beside the dragon fountain,"))
    receipt = kb.ingest(folder / "jam.md").files[0]
    assert receipt.state is FileState.UPDATED
    assert receipt.entries == before
    assert "dragon" in kb.search("dragon fountain")[0].snippet


def test_a_file_that_is_gone_retires_what_it_held(kb: KnowledgeBase, folder: Path) -> None:
    kept = kb.ingest(folder)
    entry_id = next(file.entries[0] for file in kept.files if file.path.endswith("jam.md"))
    (folder / "jam.md").unlink()
    removed = [file for file in kb.ingest(folder).files if file.state is FileState.REMOVED]
    assert [file.retired for file in removed] == [1]
    assert kb.get(entry_id).status == "retired"
    assert all(hit.id != entry_id for hit in kb.search("widget line jammed"))


def test_the_same_text_in_two_files_is_one_entry_that_names_both(kb: KnowledgeBase, folder: Path) -> None:
    (folder / "second.md").write_text((folder / "jam.md").read_text())
    receipt = kb.ingest(folder)
    by_name = {Path(file.path).name: file for file in receipt.files}
    assert by_name["second.md"].copies == by_name["jam.md"].entries
    match = kb.check_known_issues("WidgetJam is firing: the widget line one is jammed by paper").matches[0]
    assert {Path(s.path).name for s in (match.source, *match.also) if s} == {"jam.md", "second.md"}


def test_a_copy_takes_over_when_the_first_file_goes(kb: KnowledgeBase, folder: Path) -> None:
    (folder / "second.md").write_text((folder / "jam.md").read_text())
    kb.ingest(folder)
    (folder / "jam.md").unlink()
    kb.ingest(folder)
    hit = kb.search("widget line jammed by paper")[0]
    assert hit.source is not None
    assert hit.source.path.endswith("second.md")


def test_the_path_is_shown_as_it_was_given(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    kb.ingest("docs")
    hit = kb.search("widget line jammed by paper")[0]
    assert hit.source is not None
    assert hit.source.path == "docs/jam.md"


def test_another_spelling_of_the_path_is_the_same_file(
    kb: KnowledgeBase, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    kb.ingest("docs/jam.md")
    assert kb.ingest(folder / "jam.md").files[0].state is FileState.UNCHANGED


def test_a_secret_in_a_file_is_in_no_row_of_the_database(kb: KnowledgeBase, home: Path, folder: Path) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLQ"
    (folder / "jam.md").write_text(RUNBOOK.format(what=f"with key {secret}"))
    receipt = kb.ingest(folder / "jam.md")
    assert receipt.files[0].redacted == 1
    kb.close()
    assert all(secret.encode() not in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_no_path_at_all_is_refused(kb: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match="no file or folder"):
        kb.ingest()


def test_a_copy_keeps_the_old_text_when_the_first_file_changes(kb: KnowledgeBase, folder: Path) -> None:
    (folder / "second.md").write_text((folder / "jam.md").read_text())
    kb.ingest(folder)
    (folder / "jam.md").write_text(
        "# Lunch\n\n## Meaning\n\nThe canteen is closed.\n\n## Mitigation\n\n1. Bring bread.\n"
    )
    kb.ingest(folder)
    hit = kb.search("widget line jammed by paper")[0]
    assert hit.source is not None
    assert hit.source.path.endswith("second.md")


def test_a_memory_file_of_another_home_does_not_take_our_entries_away(
    kb: KnowledgeBase, home: Path, tmp_path: Path
) -> None:
    text = "replica 3 of ledger-db refuses writes"
    ours = kb.learn_pattern(text, "ours", "our fix")
    theirs = tmp_path / "patterns.yaml"
    theirs.write_text((home / "learned" / "patterns.yaml").read_text().replace("our fix", "their fix"))
    kb.ingest(theirs)
    fixes = {match.id: match.fix for match in kb.check_known_issues(text).matches}
    assert fixes[ours.id] == "our fix"
    assert "their fix" in fixes.values()


def test_a_file_that_vanishes_meanwhile_is_said_and_all_others_are_read_and_embedded(
    kb: KnowledgeBase, folder: Path
) -> None:
    (folder / "zz.md").write_text(RUNBOOK.format(what="two").replace("WidgetJam", "WidgetTear"))
    (folder / "mm.md").write_text(RUNBOOK.format(what="three").replace("WidgetJam", "WidgetFold"))

    def vanish(what: str, done: int, _total: int) -> None:
        if (what, done) == ("read", 1):
            (folder / "mm.md").unlink()

    receipt = kb.ingest(folder, progress=vanish)

    states = {Path(file.path).name: file.state for file in receipt.files}
    assert (states["mm.md"], states["zz.md"]) == (FileState.FAILED, FileState.ADDED)
    assert receipt.embedded > 0
    assert kb.check()[1].waiting == 0


def test_a_file_that_was_known_and_vanishes_meanwhile_takes_its_entries_along(
    kb: KnowledgeBase, folder: Path
) -> None:
    kb.ingest(folder)

    def vanish(what: str, done: int, _total: int) -> None:
        if (what, done) == ("read", 1):
            (folder / "jam.md").unlink()

    receipt = kb.ingest(folder, progress=vanish)

    assert FileState.REMOVED in {one.state for one in receipt.files if one.path.endswith("jam.md")}
    assert kb.search("widget line jammed by paper", kinds=["runbook"], limit=1)[0].title != "WidgetJam"


PROCEDURE = "# DiskFull\n\nThe disk of the node is full.\n\n1. Delete old logs.\n2. Restart the pod.\n"


@pytest.mark.parametrize("above", ["alerts-team", "runbooks", "known-errors", "postmortems", "plain"])
@pytest.mark.parametrize(
    "text", [PROCEDURE, "# Disk\n\n## Cause\n\nFull.\n\n## Resolution\n\nDeleted logs.\n"]
)
def test_what_a_file_is_does_not_depend_on_folders_above_the_one_that_was_asked_for(
    kb: KnowledgeBase, tmp_path: Path, above: str, text: str
) -> None:
    kinds = set()
    for root in ("nothing-special", above):
        asked = tmp_path / root / "docs"
        asked.mkdir(parents=True)
        (asked / "disk.md").write_text(text)
        (file,) = kb.ingest(asked).files
        kinds.add(file.source)
    assert len(kinds) == 1


def test_a_past_incident_is_told_with_its_day_its_severity_and_what_was_done(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    (tmp_path / "2026-03-30-waf.md").write_text(
        "# Incident on 2026-03-30: WAF blocks logins\n\nSeverity: P2\n\n## Summary\n\nLogins of all"
        " customers were blocked."
        " Nobody could\norder.\n\n## Timeline (UTC)\n\n- 08:50 rule set 4 is deployed\n- 08:56 first messages\n"
        "- 09:43 rule set rolled back to 3\n- 09:50 logins are back to normal\n"
    )
    kb.ingest(tmp_path / "2026-03-30-waf.md")

    match = kb.check_known_issues("the firewall blocks logins of customers").matches[0]

    assert (str(match.date), match.severity) == ("2026-03-30", "SEV2")
    assert match.summary == "Logins of all customers were blocked."
    assert "09:43: rule set rolled back to 3 (timeline, line 14)" in match.fix
    assert incident_in_words(match) == "2026-03-30, SEV2: Logins of all customers were blocked."
