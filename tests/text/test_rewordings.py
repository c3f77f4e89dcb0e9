"""Other wordings of a line: every example of the table, both ways, and what must not be reworded."""

from __future__ import annotations

import time

import pytest

from kb.text.masking import fingerprint
from kb.text.rewordings import Example, Rewording, fits, reworded, rewordings, sources, wording

EXAMPLES = [(one, example) for one in rewordings() for example in one.examples]


def _says(line: str, wanted: str) -> bool:
    """Whether one of the other wordings of the line is the wanted one, but for what nobody can know."""
    others = [other.text for other in reworded(line)]
    return any(fingerprint(text) == fingerprint(wanted) or fits(text, wanted) for text in others)


@pytest.mark.parametrize(("one", "example"), EXAMPLES)
def test_the_old_text_of_an_example_is_turned_into_the_new_one(one: Rewording, example: Example) -> None:
    assert _says(example.before, example.after), one.note


@pytest.mark.parametrize(("one", "example"), [(a, b) for a, b in EXAMPLES if not a.only_new])
def test_the_new_text_of_an_example_is_turned_into_the_old_one(one: Rewording, example: Example) -> None:
    assert _says(example.after, example.before), one.note


def test_what_varies_is_carried_over_and_what_stands_around_stays() -> None:
    line = "2026-11-29 09:02:12 UTC LOG:  server process (PID 4711) was terminated by signal 9: Killed (db-3)"

    (other,) = reworded(line)

    assert other.text == (
        "2026-11-29 09:02:12 UTC LOG:  client backend (PID 4711) was terminated by signal 9: Killed (db-3)"
    )
    assert other.kind == "words"
    assert other.note == "PostgreSQL 18 says `client backend` where 17 said `server process`"


def test_a_text_that_changed_twice_is_known_in_all_three_wordings() -> None:
    texts = {one.text for one in reworded("ERROR:  must be superuser to do CHECKPOINT")}

    assert texts == {
        "ERROR:  must be superuser or have privileges of pg_checkpoint to do CHECKPOINT",
        "ERROR:  permission denied to execute CHECKPOINT command",
    }


def test_a_rule_about_all_settings_holds_for_one_that_no_example_names() -> None:
    (other,) = reworded("HINT:  Consider increasing max_wal_size and checkpoint_timeout.")

    assert other.text == 'HINT:  Consider increasing "max_wal_size" and "checkpoint_timeout".'
    assert other.kind == "wrapper"


def test_a_ruby_method_that_no_example_names_loses_its_class() -> None:
    texts = {
        one.text for one in reworded("worker.rb:7:in 'Sidekiq::Job#perform': timed out (Timeout::Error)")
    }

    assert "worker.rb:7:in `perform': timed out (Timeout::Error)" in texts


@pytest.mark.parametrize(
    "line",
    [
        "the remaining seats are reserved for superusers",
        "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
        "web server process started",
        "Received 200 OK",
        "SET work_mem = '4MB'",
        "--max_connections=100",
        "mysqld: my.cnf: max_connections: 151",
        "Error: db down",
        "TimeoutError: Navigation timeout of 30000 ms exceeded",
        "method 'GET' is not allowed",
        "unexpected token in the header",
        "kubelet: client backend unreachable",
        "",
        " ",
    ],
)
def test_a_line_of_another_program_has_no_other_wording(line: str) -> None:
    assert reworded(line) == ()


def test_an_exception_alone_on_its_line_is_read_where_the_name_within_a_text_is_not() -> None:
    assert "asyncio.exceptions.TimeoutError" in {one.text for one in reworded("TimeoutError")}
    assert reworded("TimeoutError: page did not load") == ()


@pytest.mark.parametrize(
    "piece", ["'", "in `", ":in 'a.", '"wal_level" ', "' for #<", "Unexpected token ", "(Caused by "]
)
def test_a_line_made_to_be_slow_is_not(piece: str) -> None:
    line = piece * (200_000 // len(piece))

    began = time.perf_counter()
    reworded(line)

    assert time.perf_counter() - began < 1


def test_every_text_that_is_read_has_characters_of_its_own() -> None:
    weak = [
        text
        for one in rewordings()
        if not one.each
        for text in (one.before, *(() if one.only_new else (one.after,)))
        if wording(text).own < 7 or not wording(text).anchor
    ]
    assert weak == []


def test_two_faults_that_an_older_version_worded_alike_stay_two() -> None:
    comma = "SyntaxError: Expected double-quoted property name in JSON at position 7"

    texts = {one.text for one in reworded(comma)}

    assert "SyntaxError: Unexpected token <*> in JSON at position 7" in texts
    assert not any("Unexpected non-whitespace character" in text for text in texts)


def test_what_stands_behind_a_very_long_line_is_kept() -> None:
    line = "LOG:  server process (PID 1) was terminated by signal 9: Killed" + " x" * 5000 + " end"

    (other,) = reworded(line)

    assert len(other.text) == len(line)
    assert other.text.endswith(" x end")


def test_nothing_is_added_to_a_message_that_goes_on() -> None:
    assert reworded("java.net.ConnectException: Connection refused: /10.0.0.7:5432") == ()
    assert reworded("java.lang.NullPointerException: order must not be null") == ()
    (other,) = reworded("java.net.ConnectException: Connection refused")
    assert other.text == "java.net.ConnectException: Connection refused (Connection refused)"


def test_every_rewording_has_examples_versions_and_a_source() -> None:
    for one in rewordings():
        assert one.examples, one
        assert one.old != one.new, one
        assert one.kind in ("wrapper", "words")
        assert one.software in sources(), one.software
        assert all(example.how and example.before != example.after for example in one.examples), one


@pytest.mark.parametrize(
    ("template", "line", "expected"),
    [
        ("<*> is not in <*>", "5 is not in the list", True),
        ("<*> is not in <*>", "5 is in the list", False),
        ("limit <*>", "limit 5 reached", True),
        ("limit <*> reached", "limit reached", False),
        ("limit 5", "limit 5", True),
        ("limit 5", "limit 50", False),
    ],
)
def test_a_template_fits_the_lines_that_it_may_stand_for(template: str, line: str, expected: bool) -> None:
    assert fits(template, line) is expected
