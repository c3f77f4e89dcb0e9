"""What every command has: examples that can be typed, JSON in three forms, a place in the help, the same exit codes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kb.doors.cli.app import app
from kb.doors.cli.printed.shape import picked
from kb.doors.cli.tree.examples import EXAMPLES, SECTIONS
from kb.doors.cli.tree.exits import TABLE, Ends
from kb.doors.cli.tree.furnish import commands_of
from kb.doors.cli.tree.root import FILES, tree
from kb.errors import InvalidInput
from tests.conftest import ROOT, RunKb

COMMANDS = [path for path, _ in commands_of(app)]
SPEAKS_A_PROTOCOL = {"mcp"}
"""Its standard output is JSON already, of the protocol alone."""
NEEDS_NO_HOME = {"init"}
LINE = "FATAL tide gauge 7 reports a negative depth"


def words_of(example: str) -> list[str]:
    """The words of `kb` in an example, as a shell would give them: without remarks, pipes, files and variables."""
    words = shlex.split(example, comments=True)
    words = words[words.index("kb") + 1 :]
    return words[: next((n for n, word in enumerate(words) if word in ("|", ">", "<", "&&")), len(words))]


def typed(path: str) -> list[str]:
    """The words of the first example of a command that is one by itself."""
    alone = (one for one in EXAMPLES[path] if one.startswith("kb ") and not set(" <|>") & set(words_of(one)))
    return words_of(next(alone))


def test_each_file_of_commands_is_known_by_what_is_typed_for_it() -> None:
    for _file, _add, names in FILES:
        for name in names:
            assert set(names) <= set(typer.main.get_command(tree([name])).commands)  # type: ignore[attr-defined]

    assert {name for _, _, names in FILES for name in names} == {path.split()[0] for path in COMMANDS}


@pytest.mark.parametrize("before", [["--home", "check"], ["--home=check"], ["--json"], []])
def test_the_command_is_found_behind_the_options_of_all(before: list[str]) -> None:
    assert "mcp" in typer.main.get_command(tree([*before, "mcp"])).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [[], ["--help"], ["--help", "check"], ["chek"], ["--home"]])
def test_without_a_command_all_are_there(words: list[str]) -> None:
    commands = typer.main.get_command(tree(words)).commands  # type: ignore[attr-defined]

    assert set(commands) == {path.split()[0] for path in COMMANDS}


@pytest.mark.parametrize("path", COMMANDS)
def test_the_help_of_every_command_ends_with_examples_of_it(path: str) -> None:
    shown = CliRunner().invoke(app, [*path.split(), "--help"], prog_name="kb", terminal_width=200)
    assert shown.exit_code == 0
    listed = shown.stdout.partition("Examples:\n")[2]
    assert f"kb {path}" in listed
    assert [line.strip() for line in listed.strip().splitlines()] == list(EXAMPLES[path])


@pytest.mark.parametrize(
    ("path", "example"),
    [(path, one) for path, examples in EXAMPLES.items() for one in examples if "export" not in one],
)
def test_every_example_is_understood(path: str, example: str) -> None:
    root: Any = typer.main.get_command(app)
    words = words_of(example)
    with root.make_context("kb", list(words)) as context:
        command, rest = root, [*context._protected_args, *context.args]
        while getattr(command, "commands", None):
            command, rest = command.commands[rest[0]], rest[1:]
            context = command.make_context(command.name, list(rest), parent=context)
            rest = [*getattr(context, "_protected_args", []), *context.args]
    assert path.split()[-1] == command.name


def test_nothing_is_said_of_a_command_that_there_is_not() -> None:
    assert set(EXAMPLES) == set(COMMANDS)
    assert {name for names in SECTIONS.values() for name in names} <= {path.split()[0] for path in COMMANDS}


def test_every_command_stands_under_a_head_of_the_help() -> None:
    shown = CliRunner().invoke(app, ["--help"], prog_name="kb", terminal_width=120).stdout
    assert "More:" not in shown
    heads = [shown.index(f"{head}:\n") for head in SECTIONS]
    assert heads == sorted(heads)


@pytest.mark.parametrize("path", [path for path in COMMANDS if path not in SPEAKS_A_PROTOCOL])
def test_every_command_takes_json_in_its_three_forms(path: str) -> None:
    shown = CliRunner().invoke(app, [*path.split(), "--help"], prog_name="kb", terminal_width=200).stdout
    for option in ("--json ", "--jsonl ", "--fields A,B.C"):
        assert option in shown


@pytest.mark.parametrize("path", COMMANDS)
def test_a_mistake_ends_every_command_with_the_same_code(path: str, run_kb: RunKb, tmp_path: Path) -> None:
    wrong = run_kb(*path.split(), "--no-such-option")
    assert (wrong.returncode, wrong.stdout) == (Ends.WRONG, "")
    assert "No such option" in wrong.stderr
    if path in NEEDS_NO_HOME:
        return
    lost = run_kb(*typed(path), home=tmp_path / "nowhere")
    assert (lost.returncode, lost.stdout) == (Ends.FAILED, ""), lost
    assert lost.stderr.startswith("kb: ")


UNKNOWN_IDS = [
    ("show", "tide-404"),
    ("status", "tide-404"),
    ("status", "tide-404", "retired", "--reason", "x"),
    ("outcome", "tide-404", "resolved"),
    ("rehearse", "tide-404", "--pattern", "tide gauge"),
    ("accept", "tide-404"),
    ("reject", "tide-404", "--reason", "x"),
    ("proposals", "tide-404"),
    ("incident", "show", "-i", "tide-404"),
    ("incident", "log", "looked", "-i", "tide-404"),
    ("incident", "close", "-i", "tide-404"),
]
NOT_AS_THINGS_STAND = [
    ("incident", "close"),
    ("incident", "verify", "all"),
    ("incident", "reopen", "it is back"),
    ("status", "LEARNED", "--undo"),
    ("status", "LEARNED", "candidate", "--reason", "x"),
    ("outcome", "LEARNED", "recurred"),
    ("incident", "hypothesis", "--id", "h7"),
    ("change", "import-git", "/nowhere"),
    ("restore", "/nowhere.db"),
]
NONSENSE = [
    ("search", "x", "--kind", "novel"),
    ("search", "x", "--limit", "0"),
    ("search", "x", "--since", "soon"),
    ("learn", "pattern", " "),
    ("weekly", "--days", "0"),
    ("change", "record", "earthquake"),
    ("change", "list", "--since", "soon"),
    ("incident", "open", ""),
    ("incident", "open", "x", "--severity", "huge"),
    ("memory", "query", "no/such", "x"),
    ("triage", "x", "--budget", "1"),
    ("eval", str(ROOT / "pyproject.toml")),
    ("check", "pool", "--fields", "no_such_field"),
    ("sweep", "--days", "-4"),
]


@pytest.mark.parametrize("words", UNKNOWN_IDS, ids=" ".join)
def test_an_id_that_nothing_has_is_1_everywhere(run_kb: RunKb, words: tuple[str, ...]) -> None:
    done = run_kb(*words)
    assert (done.returncode, done.stdout) == (Ends.FAILED, ""), done


@pytest.mark.parametrize("words", NOT_AS_THINGS_STAND, ids=" ".join)
def test_what_cannot_be_done_as_things_stand_is_1_everywhere(run_kb: RunKb, words: tuple[str, ...]) -> None:
    learned = run_kb("learn", "pattern", LINE, "-m", "it froze").stdout.strip()
    run_kb("incident", "open", "Gauge dark")
    done = run_kb(*(learned if word == "LEARNED" else word for word in words))
    assert (done.returncode, done.stdout) == (Ends.FAILED, ""), done


@pytest.mark.parametrize("words", NONSENSE, ids=" ".join)
def test_a_value_that_makes_no_sense_is_2_everywhere(run_kb: RunKb, words: tuple[str, ...]) -> None:
    done = run_kb(*words)
    assert (done.returncode, done.stdout) == (Ends.WRONG, ""), done


@pytest.mark.parametrize(
    "words", [("--no-such-option",), ("--limit", "0", "x"), ("",), ("x", "--fields", "nothing")]
)
def test_where_the_code_says_the_verdict_every_mistake_is_3(run_kb: RunKb, words: tuple[str, ...]) -> None:
    assert run_kb("check", "--exit-code", *words).returncode == Ends.ASKED


def test_the_page_of_the_command_line_has_every_exit_code() -> None:
    page = (ROOT / "docs/cli.md").read_text()
    assert set(TABLE) == set(Ends)
    for code, says in TABLE.items():
        assert f"| {int(code)} | {says} |" in page


def test_a_list_is_printed_an_item_a_line_and_anything_else_on_one(run_kb: RunKb) -> None:
    run_kb("learn", "pattern", LINE, "-m", "it froze")
    run_kb("learn", "pattern", "ERROR sluice gate 3 is jammed", "-m", "gravel")
    rows = [
        json.loads(line)
        for line in run_kb("search", "--kind", "pattern", "gauge sluice", "--jsonl").stdout.splitlines()
    ]
    assert {row["kind"] for row in rows} == {"pattern"}
    assert len(rows) > 1
    (answer,) = run_kb("check", LINE, "--jsonl").stdout.splitlines()
    assert json.loads(answer)["verdict"] == "known"
    assert run_kb("incident", "list", "--jsonl").stdout == ""


def test_fields_are_printed_in_their_places_and_json_may_be_said_before_the_command(run_kb: RunKb) -> None:
    run_kb("learn", "pattern", LINE, "-m", "it froze", "-c", "thaw 7")
    said = json.loads(
        run_kb("--json", "check", LINE, "--fields", "verdict, matches.id,matches.source.path").stdout
    )
    assert set(said) == {"verdict", "matches"}
    assert set(said["matches"][0]) == {"id", "source"}
    assert said["matches"][0]["source"] == {"path": "learned/patterns.yaml"}
    said = run_kb("show", said["matches"][0]["id"], "--fields", "commands", "--jsonl").stdout
    assert said == '{"commands": ["thaw 7"]}\n'


def test_what_one_command_line_said_is_forgotten_by_the_next(run_kb: RunKb) -> None:
    assert run_kb("search", "pool", "--jsonl", "--fields", "id").stdout.startswith("{")
    assert not run_kb("search", "pool").stdout.startswith("{")


@pytest.mark.parametrize(
    ("value", "fields", "left"),
    [
        ([{"a": 1, "b": 2}, {"a": 3}], ["a"], [{"a": 1}, {"a": 3}]),
        ({"a": {"b": 1, "c": 2}, "d": 3}, ["a.c", "d"], {"a": {"c": 2}, "d": 3}),
        ({"a": None}, ["a.b"], {"a": None}),
        ([], ["a.b"], []),
        ({"a": [{"b": 1, "c": 1}, {"b": 2}]}, ["a.b"], {"a": [{"b": 1}, {"b": 2}]}),
        ({"a": {"b": 1}}, ["a.b", "a"], {"a": {"b": 1}}),
    ],
)
def test_fields_are_picked_at_any_depth(value: object, fields: list[str], left: object) -> None:
    assert picked(value, fields) == left


def test_a_field_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput, match=r"no field 'a\.x'; there are: a\.b, a\.c"):
        picked([{"a": {"b": 1}}, {"a": {"c": 1}}], ["a.b", "a.x"])


@pytest.mark.parametrize("command", ["check", "triage"])
def test_the_name_of_a_file_is_no_error_text(command: str, run_kb: RunKb, tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text(LINE)

    refused = run_kb(command, str(log))

    assert (refused.returncode, refused.stdout) == (Ends.WRONG, "")
    said = " ".join(refused.stderr.split())
    assert f"is a file; to ask about what it holds: kb {command} - < " in said


@pytest.mark.parametrize("command", ["check", "triage"])
@pytest.mark.parametrize("said", ["var/aap.log", ".", "./"])
def test_the_name_of_a_file_that_is_not_there_or_of_a_folder_is_no_error_text(
    command: str, said: str, run_kb: RunKb
) -> None:
    asked = run_kb(command, said)
    assert asked.returncode == 2
    assert f"to ask about a log: kb {command} - < LOG" in " ".join(asked.stderr.split())


def test_a_text_that_tells_of_a_file_is_an_error_text(run_kb: RunKb) -> None:
    assert run_kb("check", "cannot open var/aap.log").returncode == 0


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (["check", "-n", "0", "x"], "it must be 1 or more"),
        (["check", "-n", "few", "x"], "it must be a whole number"),
        (["serve", "--port", "99999"], "it must be 65535 or less"),
        (["weekly", "--format", "pdf"], "'pdf' is not one of"),
        (["search", "--since", "yesterday", "x"], "2026-"),
        (["weekly", "--until", "2026-13-01"], "it must be a time, such as 2026-11-02T09:00:00"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_plain_words(
    said: list[str], plain: str, run_kb: RunKb
) -> None:
    refused = run_kb(*said)
    told = " ".join(refused.stderr.split())
    assert refused.returncode == 2
    assert plain in told
    assert not any(word in told for word in ("Input should", "Value error", "%Y"))


def test_an_id_that_is_empty_is_no_id_of_anything(run_kb: RunKb) -> None:
    refused = run_kb("show", "")
    assert (refused.returncode, refused.stderr) == (
        2,
        "kb: the id of the entry is empty; ids come from: kb check, kb search\n",
    )


def test_without_words_a_search_lists_the_newest_and_says_so(run_kb: RunKb) -> None:
    assert run_kb("search", "-n", "1").stderr.startswith("the newest 1 of ")
    assert run_kb("search", "-n", "1", "slow", "database").stderr.startswith("the best 1 of ")


def test_the_command_line_says_that_a_memory_file_is_new(run_kb: RunKb) -> None:
    typo = run_kb("memory", "append", "learned/runbokks", "procedures", "{name: Open it, steps: [turn]}")
    assert "note: learned/runbokks.yaml is a new file; was learned/runbooks meant?" in typo.stderr
    assert (
        "note" not in run_kb("memory", "append", "learned/runbokks", "procedures", "{name: Shut it}").stderr
    )
