from __future__ import annotations

from pathlib import Path

import pytest

from ingest.source import SourceFile
from ingest.sources.bug_signatures import BugSignatures, QueryError, parse_query, readable
from kb.model import KnownError, Signature

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def test_messages_joined_by_and_are_needles_of_one_signature():
    query = parse_query('message:"a b" AND message:"c" AND tags:"console"')

    assert query.alternatives == (("a b", "c"),)
    assert query.fields == {"tags": ("console",)}


def test_messages_joined_by_or_are_alternatives():
    query = parse_query('((message:"a" AND message:"b") OR message:"c") AND tags:console')

    assert query.alternatives == (("a", "b"), ("c",))


def test_what_must_not_occur_is_no_needle():
    query = parse_query('message:"a" AND NOT message:"b" AND NOT (queue:x OR queue:y)')

    assert query.alternatives == (("a",),)
    assert query.excluded == ("b",)
    assert query.fields == {"not queue": ("x", "y")}


def test_a_group_of_required_terms_is_one_signature():
    assert parse_query('message:(+"a" +"b")').alternatives == (("a", "b"),)


def test_escapes_are_undone():
    assert parse_query(r'message:"say \"hi\": u\'x\'"').alternatives == (("say \"hi\": u'x'",),)


def test_an_open_quote_is_an_error_not_a_guess():
    with pytest.raises(QueryError):
        parse_query('message:"a')


def test_a_bug_file_becomes_a_known_error_named_after_the_bug():
    text = 'query: >-\n  message:"pool is empty" AND\n  tags:"x"\n'
    file = SourceFile(path="queries/1234.yaml", text=text)
    (entry,) = BugSignatures().parse(file).entries

    assert isinstance(entry, KnownError)
    assert entry.title == "1234: pool is empty"
    assert entry.signatures == (Signature(needles=("pool is empty",)),)


def test_a_query_that_cannot_be_read_is_kept_as_text_with_a_problem():
    parsed = BugSignatures().parse(SourceFile(path="q/1.yaml", text="query: 'message:\"a'\n"))

    assert parsed.problems[0].line == 1
    (entry,) = parsed.entries
    assert isinstance(entry, KnownError)
    assert entry.symptom == 'message:"a'


TABLE = """\
{
    "bug#1": {
        "description": "reset failed \\\\(-1\\\\)|hci0: .* timeout",
        "products": {"os": ["15.2"]},
        "type": "bug"
    },
    "noise": {"description": "kernel: hello", "products": {}, "type": "ignore"}
}
"""


def test_a_table_of_regexes_becomes_known_errors_with_versions():
    entry, _ = BugSignatures().parse(SourceFile(path="bugs.json", text=TABLE)).entries

    assert isinstance(entry, KnownError)
    assert entry.signatures == (Signature(needles=(r"reset failed \(-1\)|hci0: .* timeout",), regex=True),)
    assert entry.scope.versions == ("os 15.2",)
    assert entry.symptom == "reset failed (-1)\nhci0: … timeout"


def test_what_the_table_ignores_is_a_warning():
    _, noise = BugSignatures().parse(SourceFile(path="bugs.json", text=TABLE)).entries

    assert noise.warning.startswith("expected, not an error")


def test_a_regex_reads_as_the_text_it_stands_for():
    assert readable(r"sshd.*: error in \S+ \(code \d+\)") == "sshd … : error in … (code … )"


@pytest.mark.parametrize(("folder", "count"), [("ke-elastic-recheck", 633), ("ke-opensuse-bugrefs", 143)])
def test_every_real_signature_is_read(folder: str, count: int):
    if not CORPORA.is_dir():
        pytest.skip("../shared/corpora is absent")
    source = BugSignatures()
    paths = [path for path in (CORPORA / folder).rglob("*") if path.suffix in (".yaml", ".json")]
    parsed = [source.parse(SourceFile(path=str(path), text=path.read_text())) for path in paths]

    assert sum(len(found.entries) for found in parsed) == count
    assert [problem for found in parsed for problem in found.problems] == []
    assert all(entry.signatures for found in parsed for entry in found.entries)
