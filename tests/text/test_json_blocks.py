"""A block of JSON that is read in one pass reads as one that is read line by line, and levels are not missed in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.text.carriers import json_lines, objects, unfold
from kb.text.carriers.objects import messages

SAID = st.sampled_from(
    [
        "quorum lost",
        "",
        " indented",
        "tab\there",
        'a "quoted" word',
        '{"msg": "inner"}',
        "[1]",
        "café",
        "a\\b",
        "two\nlines",
        "status 200",
        '{"level":"error","msg":"inner"}',
        "x: 1",
    ]
)
END = st.sampled_from(["\n", "\n", "\n", "", "\r\n"])


def docker(text: str, compact: bool, stream: str = "stderr") -> str:
    fields = {"log": text, "stream": stream, "time": "2026-11-02T09:02:12.1Z"}
    return json.dumps(fields, separators=(",", ":") if compact else None)


@given(st.lists(st.tuples(SAID, END), min_size=1, max_size=6), st.booleans(), st.booleans())
def test_lines_of_docker_read_at_once_say_what_they_say_one_by_one(
    said: list[tuple[str, str]], compact: bool, ended: bool
) -> None:
    lines = [docker(text + end, compact) for text, end in said]
    found = json_lines._plain([*lines, ""] if ended else lines)
    one_by_one = [messages(json.loads(line)) for line in lines]
    assert found is None or found == [*(line for (line,) in one_by_one), *([""] if ended else [])]


@pytest.mark.parametrize("compact", [True, False])
def test_plain_lines_of_docker_are_read_at_once(compact: bool) -> None:
    lines = [docker(f"request {number} took 4 ms\n", compact, "stdout") for number in range(3)]
    assert json_lines._plain([*lines, ""]) == [*(f"request {number} took 4 ms" for number in range(3)), ""]


NAMES = st.sampled_from(
    [
        "level",
        "@l",
        "Level",
        "_LEVEL_",
        "log.level",
        "s",
        "status",
        "severity_number",
        "msg",
        "message",
        "time",
        "stage",
        "detail",
        "attributes",
    ]
)
VALUES = st.sampled_from(
    [
        "error",
        "ERROR",
        3,
        "it went away",
        "firing",
        '{"level": "warn"}',
        {"name": "ERROR"},
        {"severity": "fatal"},
        ["a"],
        [{"key": "level", "value": {"stringValue": "warn"}}],
    ]
)
LINE = st.one_of(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4).map(json.dumps),
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4).map(lambda one: json.dumps(json.dumps(one))),
    SAID.map(lambda text: docker(text + "\n", compact=True)),
    st.sampled_from(
        [
            '{"msg":"cut',
            "ERROR it went away",
            "<3>app: it went away",
            '{"\\u006cevel":"error","msg":"it went away"}',
        ]
    ),
)


@settings(max_examples=300)
@given(st.lists(LINE, min_size=1, max_size=5))
def test_a_block_that_tells_no_levels_says_no_severity_of_any_line(lines: list[str]) -> None:
    block = unfold("".join(f"{line}\n" for line in lines))
    starts = [0, *(at + 1 for at, letter in enumerate(block.text) if letter == "\n")]
    severities = [severity for at in starts if (severity := block.said(at).get("severity"))]
    assert block.tells_levels or not severities


def test_a_block_of_docker_tells_no_levels_and_one_of_a_logger_does() -> None:
    plain, graded = docker("it went away\n", compact=True), '{"level":50,"msg":"it went away"}'
    assert not unfold(f"{plain}\n{plain}\n").tells_levels
    assert unfold(f"{plain}\n{graded}\n").tells_levels


FIELDS = st.sampled_from(
    [
        "msg",
        "message",
        "@m",
        "@mt",
        "MessageTemplate",
        "level",
        "error.type",
        "error.message",
        "type",
        "value",
        "name",
        "frames",
        "locals",
        "err",
        "stack",
        "code",
        "Log",
        "x" * 90,
        "",
    ]
)
CONTENTS = st.sampled_from(
    [
        "the lease of {shard} went away",
        "KeyError",
        "sku",
        "",
        "a b c",
        3,
        None,
        True,
        1.5,
        {"msg": "inner"},
        ["a", "b"],
    ]
)


@settings(max_examples=400)
@given(st.dictionaries(FIELDS, CONTENTS, max_size=5))
def test_a_flat_object_says_what_a_look_at_every_value_finds(found: dict[str, object]) -> None:
    flat = objects._flat_strings(found)
    assert not flat or flat == list(objects._strings(found))


def test_the_record_of_a_logger_is_read_as_a_flat_object() -> None:
    assert objects._flat_strings({"level": "info", "message": "it went away", "ms": 12}) == [
        ("", "info"),
        ("m", "it went away"),
    ]
