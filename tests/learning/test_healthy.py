"""A signature that fires where all is well is quarantined, whichever came first, and comes back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kb import KnowledgeBase
from kb.doors.cli.app import app
from kb.errors import HomeNotWritable, InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.learning.firing import fired
from kb.model import Signature, Status
from kb.model.healthy import HealthyLine
from kb.store.database import Database
from kb.text.evidence.templates import LogTemplates
from kb.text.signatures.signature import SignatureSet

QUIET = [
    "2026-11-02T09:00:01Z INFO shard rebalance finished in 12 ms",
    "2026-11-02T09:00:02Z INFO lease renewed for worker 7",
    "2026-11-02T09:00:03Z WARN lease renewed late for worker 9",
]
FIRES = "lease renewed late"


def patterns(home: Path) -> Path:
    return home / "learned" / "patterns.yaml"


def written(home: Path, items: str) -> None:
    file = patterns(home)
    file.write_text(f"{file.read_text()}\nlease_patterns:\n{items}")


def ids(kb: KnowledgeBase, text: str) -> list[str]:
    return [
        match.id
        for match in kb.check_known_issues(text).matches
        if match.tier in ("signature", "fingerprint")
    ]


# -- the three ways an entry comes ------------------------------------------------------------------


def test_a_pattern_learned_after_the_log_is_quarantined_from_the_start_and_the_note_shows_the_line(
    kb: KnowledgeBase,
) -> None:
    kb.healthy.add(QUIET, "api")
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    assert learned.status is Status.QUARANTINED
    assert "1 of 3 healthy templates of api" in learned.note
    assert "WARN lease renewed late for worker 9" in learned.note
    assert ids(kb, "lease renewed late for worker 4") == []


def test_a_pattern_that_fires_on_a_log_added_later_is_taken_off_offer_and_reported(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    assert ids(kb, "lease renewed late for worker 4") == [learned.id]
    added = kb.healthy.add(QUIET, "api")
    assert added.report.fresh == (learned.id,)
    assert added.report.quarantined[0].lines == (QUIET[2],)
    assert kb.get(learned.id).status is Status.QUARANTINED
    assert ids(kb, "lease renewed late for worker 4") == []


def test_a_pattern_edited_by_hand_is_quarantined_by_the_next_call_which_says_where_it_stands(
    kb: KnowledgeBase, home: Path
) -> None:
    kb.healthy.add(QUIET, "api")
    written(home, "  - id: lease\n    pattern: lease lost for good\n    fix: restart\n")
    assert kb.get("lease").status is Status.ACTIVE
    file = patterns(home)
    file.write_text(file.read_text().replace("lease lost for good", FIRES))
    answer = kb.check_known_issues(FIRES)
    assert kb.get("lease").status is Status.QUARANTINED
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "id: lease" in text)
    assert any(
        f"learned/patterns.yaml:{line}: quarantined: it fires on 1 of 3" in note for note in answer.notes
    )
    assert any("quarantined: it fires" in str(problem) for problem in kb.problems())


def test_another_process_sees_the_quarantine(kb: KnowledgeBase, home: Path, encoder: OnnxEncoder) -> None:
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    with KnowledgeBase.open(home, encoder=encoder) as other:
        other.healthy.add(QUIET, "api")
    assert ids(kb, "lease renewed late for worker 4") == []
    assert kb.get(learned.id).status is Status.QUARANTINED


# -- and the way back ---------------------------------------------------------------------------------


def test_a_narrowed_pattern_is_offered_again_as_what_it_was(kb: KnowledgeBase, home: Path) -> None:
    kb.healthy.add(QUIET, "api")
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    file = patterns(home)
    file.write_text(file.read_text().replace(f"pattern: {FIRES}", f"pattern: {FIRES} thrice"))
    assert ids(kb, "lease renewed late thrice") == [learned.id]
    assert kb.get(learned.id).status is Status.CANDIDATE
    assert kb.healthy.check().quarantined == ()


def test_removing_the_log_brings_back_what_it_alone_kept_out(kb: KnowledgeBase) -> None:
    kb.healthy.add(QUIET, "api")
    kb.healthy.add([QUIET[2]], "worker")
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    assert kb.healthy.remove("worker").released == ()
    assert kb.healthy.remove("api").released == (learned.id,)
    assert kb.get(learned.id).status is Status.CANDIDATE


def test_a_status_set_by_hand_does_not_bring_back_what_still_fires(kb: KnowledgeBase, home: Path) -> None:
    kb.healthy.add(QUIET, "api")
    written(home, f"  - id: lease\n    pattern: {FIRES}\n    fix: restart\n    status: active\n")
    assert kb.get("lease").status is Status.QUARANTINED
    file = patterns(home)
    file.write_text(file.read_text().replace("status: quarantined", "status: active"))
    assert kb.get("lease").status is Status.QUARANTINED


def test_what_a_person_moves_back_stays_until_there_is_more_to_say(kb: KnowledgeBase) -> None:
    kb.healthy.add(QUIET, "api")
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    now = datetime(2026, 11, 3, tzinfo=UTC)
    kb._parts.moves.undo(learned.id, reason="that log was not healthy", actor="ana", now=now)
    assert ids(kb, "lease renewed late for worker 4") == [learned.id]
    report = kb.healthy.check()
    assert (report.quarantined, [one.entry_id for one in report.on_offer]) == ((), [learned.id])
    kb.healthy.add([f"{QUIET[2]} again", *QUIET], "api")
    assert kb.get(learned.id).status is Status.QUARANTINED


def test_a_known_error_from_a_document_is_quarantined_and_released_too(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    table = tmp_path / "bugs.yaml"
    table.write_text(
        "bsc1: {pattern: 'lease renewed late', type: bug}\nbsc2: {pattern: 'lease renewed for', type: ignore}\n"
    )
    wide, ignored = kb.ingest(table).files[0].entries
    kb.healthy.add(QUIET, "api")
    assert (kb.get(wide).status, kb.get(ignored).status) == (Status.QUARANTINED, Status.ACTIVE)
    table.write_text(f"{table.read_text()}bsc3: {{pattern: 'lease revoked', type: bug}}\n")
    kb.ingest(table)
    assert kb.get(wide).status is Status.QUARANTINED
    kb.healthy.remove("api")
    assert kb.get(wide).status is Status.ACTIVE


def test_a_read_only_home_refuses_before_it_reads_the_log(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    kb.refresh()
    monkeypatch.setattr(Database, "refuses", "the home is read-only")
    log = iter(QUIET)
    with pytest.raises(HomeNotWritable):
        kb.healthy.add(log, "api")
    assert list(log) == QUIET


# -- the rule -----------------------------------------------------------------------------------------


def test_a_pattern_marked_as_expected_may_fire_on_healthy_lines(kb: KnowledgeBase, home: Path) -> None:
    written(home, f"  - id: lease\n    pattern: {FIRES}\n    fix: nothing to do\n    expected: true\n")
    report = kb.healthy.add(QUIET, "api").report
    assert report.quarantined == ()
    assert [(one.entry_id, one.reason) for one in report.on_offer] == [("lease", "")]
    assert kb.get("lease").status is Status.ACTIVE


@pytest.mark.parametrize(("others", "status"), [(28, Status.QUARANTINED), (36, Status.ACTIVE)])
def test_an_expected_pattern_that_fires_on_more_than_a_tenth_of_the_templates_says_nothing(
    kb: KnowledgeBase, home: Path, others: int, status: Status
) -> None:
    written(home, "  - id: lease\n    pattern: lease renewed\n    fix: nothing\n    expected: true\n")
    names = [f"{one}{two}" for one in "abcdefgh" for two in "vwxyz"][:others]
    quiet = [f"INFO step {name}-phase of the nightly job ended" for name in names]
    leases = [f"INFO lease renewed {how}" for how in ("early", "in time", "late", "twice")]
    kb.healthy.add([*quiet, *leases], "api")
    assert sum(source.templates for source in kb.healthy.sources()) == others + 4
    assert kb.get("lease").status is status


def test_needles_on_different_lines_of_one_log_fire_and_of_two_logs_do_not() -> None:
    both = SignatureSet.compile([("both", Signature(needles=("lease lost", "store slow")))])
    apart = [healthy_line("one", "INFO lease lost once"), healthy_line("two", "INFO store slow today")]
    together = [replace(line, source="one") for line in apart]
    assert fired(both, apart) == {}
    (found,) = fired(both, together)["both"]
    assert [line.line for line in found.lines] == ["INFO lease lost once", "INFO store slow today"]


def healthy_line(source: str, text: str) -> HealthyLine:
    return HealthyLine(
        fingerprint=text, line=text, count=1, source=source, added_at=datetime(2026, 11, 2, tzinfo=UTC)
    )


def test_neighbours_in_the_table_do_not_make_a_match_together(kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern("lease renewed shard", "x", "y")
    kb.healthy.add(["INFO lease renewed", "INFO shard rebalanced", "INFO lease renewed"], "api")
    assert kb.get(learned.id).status is Status.CANDIDATE


# -- what is kept of a log -----------------------------------------------------------------------------


def test_one_line_a_template_is_kept_with_its_count_and_without_secrets(kb: KnowledgeBase) -> None:
    log = [f"INFO login of user {n} with password=hunter{n}2secret\n" for n in range(1000, 1200)]
    added = kb.healthy.add(log, "auth")
    (line,) = kb.healthy.lines("auth")
    assert (added.lines, added.templates, line.count) == (200, 1, 200)
    assert "hunter" not in line.line
    assert added.redacted == 1


def test_the_very_line_that_a_signature_fires_on_is_kept_though_its_template_is_there(
    kb: KnowledgeBase,
) -> None:
    learned = kb.learn_pattern("idle=0 active", "the pool is exhausted", "raise the limit")
    log = [f"INFO pool idle={n} active=4" for n in (6, 5, 4, 0, 3)]
    report = kb.healthy.add(log, "api").report
    assert report.quarantined[0].lines == ("INFO pool idle=0 active=4",)
    assert (report.quarantined[0].templates, report.quarantined[0].of) == (1, 1)
    assert kb.get(learned.id).status is Status.QUARANTINED
    kb.healthy.add(log, "api")
    assert kb.get(learned.id).status is Status.QUARANTINED


def test_adding_a_log_again_changes_nothing_and_a_grown_one_adds_what_is_new(kb: KnowledgeBase) -> None:
    kb.healthy.add(QUIET, "api")
    before = [(line.fingerprint, line.line, line.count) for line in kb.healthy.lines()]
    assert kb.healthy.add(QUIET, "api").fresh == 0
    assert [(line.fingerprint, line.line, line.count) for line in kb.healthy.lines()] == before
    assert kb.healthy.add([*QUIET, "INFO compaction done"], "api").fresh == 1


def test_exit_codes_stay_apart_and_times_do_not() -> None:
    same = LogTemplates().read(
        ["2026-01-01T00:00:00Z job 12345 ended", "2026-01-02T11:12:13Z job 99999 ended"]
    )
    apart = LogTemplates().read(["job ended with exit code 0", "job ended with exit code 137"])
    assert (same.templates, apart.templates) == (1, 2)


def test_a_log_of_endless_templates_is_cut_and_the_rest_counted() -> None:
    words = [f"{one}{two}" for one in "abcdefghij" for two in "klmnopqrst"]
    read = LogTemplates(most=60).read(f"step {word}" for word in [*words, *words])
    assert (read.templates, read.left_out, read.lines) == (60, 80, 200)


def test_a_log_that_looks_ill_is_taken_in_with_a_question(kb: KnowledgeBase) -> None:
    added = kb.healthy.add([*QUIET, "FATAL out of memory: killed process 4711"], "api")
    assert added.alarming == ("FATAL out of memory: killed process 4711",)


# -- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no line with a word"),
        (b"1 2 3\n\n", "no line with a word"),
        (b"\x1f\x8b\x08\x00abc", "is packed; unpack it on the way: zcat"),
        (b"fine\nnot \x00 fine\n", "line 2 holds a NUL byte"),
    ],
)
def test_a_file_that_is_no_log_is_refused_and_nothing_is_kept(
    kb: KnowledgeBase, tmp_path: Path, content: bytes, says: str
) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(content)
    with pytest.raises(InvalidInput, match=says):
        kb.healthy.add(log)
    assert kb.healthy.sources() == []


def test_a_missing_file_an_unnamed_stream_and_an_unknown_source_are_told(
    kb: KnowledgeBase, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        kb.healthy.add(tmp_path / "none.log")
    with pytest.raises(InvalidInput, match="has no name"):
        kb.healthy.add(QUIET)
    with pytest.raises(InvalidInput, match="no healthy log 'web'; there are: none"):
        kb.healthy.remove("web")
    with pytest.raises(InvalidInput, match="no healthy log 'web'"):
        kb.healthy.lines("web")


# -- samples ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["must_match", "must_not_match"])
def test_an_edit_that_breaks_its_own_samples_is_told_with_its_line_and_not_offered(
    kb: KnowledgeBase, home: Path, key: str
) -> None:
    sample = "lease lost by worker 3" if key == "must_match" else "lease regained"
    written(home, f"  - id: lease\n    pattern: lease lost\n    fix: restart\n    {key}: ['{sample}']\n")
    kb.check_known_issues("x")
    file = patterns(home)
    bad = "lease gone" if key == "must_match" else "lease regained"
    file.write_text(file.read_text().replace("pattern: lease lost", f"pattern: {bad}"))
    problems = [str(problem) for problem in kb.refresh()]
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "id: lease" in text)
    assert any(
        one.startswith(f"learned/patterns.yaml:{line}: quarantined: its signature") for one in problems
    )
    assert "lease" not in ids(kb, bad)
    file.write_text(file.read_text().replace(f"pattern: {bad}", "pattern: lease lost"))
    assert kb.refresh() == []
    assert ids(kb, "lease lost") == ["lease"]


# -- the command line ---------------------------------------------------------------------------------------


def test_the_commands_add_list_check_and_remove(home: Path, tmp_path: Path, kb: KnowledgeBase) -> None:
    learned = kb.learn_pattern(FIRES, "the store is slow", "move the store")
    log = tmp_path / "api.log"
    log.write_text("\n".join(QUIET))

    def run(*words: str, given: str | None = None) -> str:
        result = CliRunner().invoke(app, ["--home", str(home), "healthy", *words], input=given)
        assert result.exit_code == 0, result.output
        return result.stdout

    out = run("add", str(log))
    assert f"{log}: 3 lines, 3 templates, 3 of them new" in out
    assert f"QUARANTINED  {FIRES}" in out
    assert f"   | {QUIET[2]}" in out
    assert "stdin: 1 lines" in run("add", "-", given="INFO compaction done\n")
    assert [source["source"] for source in json.loads(run("list", "--json"))] == [str(log), "stdin"]
    assert QUIET[0] in run("list", str(log))
    assert json.loads(run("check", "--json"))["quarantined"][0]["entry_id"] == learned.id
    assert f"released  {learned.id}" in run("remove", str(log))
