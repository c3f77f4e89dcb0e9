"""The contexts and harmless texts of `benchmarks.redaction`, with fresh values, and what goes with cutting."""

from __future__ import annotations

import json
import random
import re
from importlib.resources import files

import pytest

from benchmarks.redaction import tokens
from benchmarks.redaction_values import Context, contexts, harmless, value
from kb.lookup.question import ask
from kb.text.evidence.templates import LogTemplates
from kb.text.redact import hidden, redact, redact_lines
from kb.text.secrets.reading import Marks, undisguised
from kb.text.secrets.search import _search

CONTEXTS = list(contexts(random.Random(20)))
SEEDS = range(3)


@pytest.mark.parametrize("context", CONTEXTS, ids=[f"{c.kind}-{n}" for n, c in enumerate(CONTEXTS)])
def test_no_secret_is_left_in_a_context(context: Context):
    text = redact(context.text).text
    assert [secret for secret in context.secrets if secret in text] == []
    assert redact(text).text == text


@pytest.mark.parametrize("text", harmless())
def test_harmless_text_stays_as_it_is(text: str):
    assert redact(text).text == text


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tokens_of_a_kept_rule_set_are_taken_out_bare_and_behind_names(seed: int):
    left = [c for c in tokens(random.Random(seed)) if any(s in redact(c.text).text for s in c.secrets)]
    assert left == []


def test_the_rules_say_where_they_come_from_and_under_which_licence():
    found = json.loads(files("kb.text.secrets").joinpath("shapes.json").read_text("utf-8"))
    assert re.fullmatch("[0-9a-f]{40}", found["commit"])
    assert found["licence"][0] == "MIT License"
    assert len(found["rules"]) > 200


def test_what_is_hidden_keeps_its_places_and_is_still_named_in_a_part():
    secret = value("S", random.Random(1))
    text = f"line one\nDB_PASS={secret} and more"

    shown = hidden(text)

    assert len(shown) == len(text)
    assert shown.index(" and more") == text.index(" and more")
    assert secret[-4:] not in shown
    assert redact(shown[-15:]).text == "[redacted:secret] and more"


def test_a_private_key_is_not_stored_line_by_line():
    source = random.Random(2)
    body = [value("B", source) for _ in range(12)]
    key = "\n".join(("-----BEGIN PRIVATE " + "KEY-----", *body, "-----END PRIVATE " + "KEY-----"))

    lines = [e.line.text for e in ask(f"deploy failed\n{key}\nfatal: no such host").evidence]

    assert not any(part in line for part in body for line in lines)
    assert "deploy failed" in lines
    assert not any(part in line for part in body for line in redact_lines(key.splitlines()))


def test_a_line_that_is_cut_off_from_the_name_of_its_secret_keeps_none_of_it():
    secret = value("S", random.Random(3)) * 200
    line = f"password='{secret} fatal error {secret}'"

    (found,) = ask(line).evidence
    log = LogTemplates().read([f"ERROR {line}", "INFO fine words here"])

    assert secret[:13] not in found.line.text
    assert all(secret[:13] not in one.line for one in log.by_fingerprint.values())


def test_marks_are_found_alike_by_every_engine_wherever_they_overlap():
    marks, source = _search().marks, random.Random(4)
    words = [mark.decode() for mark in marks._marks]
    for _ in range(300):
        text = "".join(source.choices([*words, "a", "B ", "é", "\n"], k=6))
        text = text.upper() if source.random() < 0.5 else text
        data = text.encode("ascii", "replace")
        assert sorted(marks.places(text)) == sorted(marks._one_by_one(data.lower())), text
    assert Marks(["ab", "b"]).places("xAB" * 100_000)[:3] == [(1, 0), (2, 1), (4, 0)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("pass\\u0077ord=x", "password=x"),
        ('{\\\\"a\\\\":1}', '{"a":1}'),
        ("ｐｗ＝a", "pw=a"),
        ("p\u200bw%3Da&quot;", 'pw=a"'),
        ("\x1b[31mred\x1b[0m", "red"),
    ],
)
def test_a_disguised_text_is_read_and_its_places_are_those_of_the_text(text: str, plain: str):
    read = undisguised(text)
    assert read is not None
    assert read.text == plain
    assert read.span(0, len(plain))[1] <= len(text)
    for place, character in enumerate(plain):
        start, end = read.span(place, place + 1)
        assert end > start
        assert len(text[start:end]) > 1 or text[start] == character or not text[start].isascii()


UNITS = [
    "kind: Secret\n",
    "password,a\n",
    "secret: |\n",
    "sid=",
    "mysql -p",
    "cookie=a=",
    "jira ",
    "1234|",
    "a: &b ",
    "| sudo -S",
    "basic ",
    '\\"key\\":',
    "token>",
    "pass:'",
    "{'key':",
    "private key---",
]


@pytest.mark.parametrize("unit", UNITS)
def test_many_marks_take_time_in_proportion(unit: str):
    assert redact(unit * 4_000).count >= 0
