"""Files of labelled cases, good and bad."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.errors import FileUnreadable, InvalidInput
from kb.evaluation.cases import is_named, load_cases, parse_cases

GOOD = """\
# what we were asked in October
- query: "remaining connection slots are reserved"
  service: checkout
  env: prod
  relevant: [runbooks/pool.md, 502]
- query: "the printer is out of paper"
  relevant: []
"""


def test_cases_are_read_as_they_are_written() -> None:
    read = parse_cases(GOOD, "cases.yaml")

    first, second = read.cases
    assert (first.query, first.service) == ("remaining connection slots are reserved", "checkout")
    assert first.relevant == ("runbooks/pool.md", "502")
    assert second.relevant == ()
    assert read.ignored == ("env",)


def test_json_lines_and_a_mapping_of_cases_say_the_same() -> None:
    lines = (
        '{"query": "no space \\ud83d\\udd34", "relevant": "disk.md", "source": "may"}\n'
        '\n{"query": "x", "relevant": []}\n'
    )
    mapping = (
        'cases:\n- query: "no space 🔴"\n  relevant: disk.md\n  group: may\n- {query: x, relevant: []}\n'
    )

    assert parse_cases(lines, "a.jsonl").cases == parse_cases(mapping, "a.yaml").cases
    assert parse_cases(lines, "a.jsonl").cases[0].group == "may"


def test_cases_of_several_files_are_grouped_by_their_file(tmp_path: Path) -> None:
    for name in ("known", "unknown"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"query": name, "relevant": []}))
    read = load_cases([tmp_path / "known.jsonl", tmp_path / "unknown.jsonl"])
    assert [case.group for case in read.cases] == ["known", "unknown"]
    assert load_cases([tmp_path / "known.jsonl"]).cases[0].group == ""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "- query: x\n", "a.yaml:1: the case has no `relevant`"),
        ("a.yaml", "- query: x\n  relevent: [y]\n", "a.yaml:1: the case has no `relevant`"),
        ("a.yaml", "- query: x\n  relevant: []\n- relevant: []\n", "a.yaml:3: the case has no `query`"),
        ("a.yaml", "- query: x\n  relevant:\n", "a.yaml:1: `relevant` is to be a list"),
        ("a.yaml", "- query: x\n  relevant: [{id: y}]\n", "a.yaml:1: `relevant` is to be a list"),
        ("a.yaml", "- query: [x]\n  relevant: []\n", "a.yaml:1: `query` is to be a text"),
        ("a.yaml", "- just a text\n", "a.yaml:1: a case is a mapping"),
        ("a.yaml", "query: x\nrelevant: []\n", "a.yaml:1: a list of cases is expected"),
        ("a.yaml", "- query: 'x\n", "a.yaml:"),
        ("a.jsonl", '{"query": "x", "relevant": []}\n{"query": \n', "a.jsonl:2: not valid JSON"),
        ("a.jsonl", '{"query": "x", "relevant": [1]}\n', "a.jsonl:1: `relevant` is to be a list"),
        ("a.jsonl", '["x"]\n', "a.jsonl:1: a case is a mapping"),
    ],
)
def test_a_mistake_is_told_with_its_line(name: str, text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_cases(text, name)
    assert str(error.value).startswith(said)


def test_all_mistakes_of_a_file_are_told_at_once_and_many_are_counted() -> None:
    with pytest.raises(InvalidInput) as error:
        parse_cases("- query: x\n" * 12, "a.yaml")
    assert str(error.value).count("\n") == 10
    assert str(error.value).endswith("and 2 more mistakes")


def test_a_file_without_cases_or_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty.yaml", tmp_path / "binary.yaml"
    empty.write_text("# nothing yet\n")
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="no cases"):
        load_cases([empty])
    with pytest.raises(FileUnreadable, match="UTF-8"):
        load_cases([binary])
    with pytest.raises(FileUnreadable, match="No such file"):
        load_cases([tmp_path / "absent.yaml"])


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("runbook-pool-1a2b3c4d", True),
        ("connection pool exhausted", True),
        ("pool.md", True),
        ("runbooks/pool.md", True),
        ("./runbooks/pool.md", True),
        ("/srv/runbooks/pool.md", True),
        ("ool.md", False),
        ("books/pool.md", False),
        ("pool", False),
    ],
)
def test_a_right_answer_is_named_by_id_title_or_end_of_path(name: str, fits: bool) -> None:
    paths = ["other.md", "/srv/runbooks/pool.md"]
    assert is_named(name, "runbook-pool-1a2b3c4d", "Connection pool exhausted", paths) is fits
