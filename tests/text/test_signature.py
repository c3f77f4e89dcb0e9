from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model import Signature
from kb.text.signatures.engines import Engine, Needle, Re2Sets
from kb.text.signatures.hyperscan_engine import Hyperscan
from kb.text.signatures.prepared import prepare
from kb.text.signatures.signature import (
    SignatureSet,
    parse_signature,
    specificity,
    text_specificity,
    validate_signature,
)


def keys(text: str, *signatures: str | Signature) -> list[str]:
    items = [(str(s), parse_signature(s) if isinstance(s, str) else s) for s in signatures]
    return [hit.key for hit in SignatureSet.compile(items).scan(text)]


@pytest.mark.parametrize(
    "text", ["a.*b", r"exit \d+", "(timeout|timed out)", "[^x]+y", r"foo\.bar", "(?i)oom", r"\bOOM\b"]
)
def test_a_text_with_regex_syntax_is_a_regex(text: str) -> None:
    assert parse_signature(text).regex


@pytest.mark.parametrize(
    "text",
    [
        "connection refused",
        "what? (no)",
        "a|b",
        "foo(bar)",
        r"C:\data\work",
        "[main] 5 * 3",
        "(?<=a)b.*",
        "$1.50",
    ],
)
def test_any_other_text_is_a_literal(text: str) -> None:
    assert not parse_signature(text).regex


def test_the_caller_may_decide() -> None:
    assert parse_signature("a.b", regex=True).regex
    assert not parse_signature("a.*b", regex=False).regex


@pytest.mark.parametrize(
    ("regex", "word"),
    [
        ("(?<=a)b", "lookbehind"),
        ("(?=a)b", "lookahead"),
        (r"(a)\1", "backreference"),
        ("(?>a)b", "atomic"),
        ("a*+b", "possessive"),
        ("((a{100}){100}){100}", "repetition"),
        ("(", "missing )"),
        (".*", "empty text"),
        ("x" * 5000, "too large"),
        ("", "empty"),
    ],
)
def test_a_refused_regex_is_explained(regex: str, word: str) -> None:
    assert word in (validate_signature(parse_signature(regex, regex=True)) or "")


def test_a_refused_signature_leaves_the_others_working() -> None:
    made = SignatureSet.compile(
        [("bad", Signature(needles=("(?<=a)b",), regex=True)), ("good", parse_signature("boom"))]
    )
    assert [key for key, _ in made.problems] == ["bad"]
    assert [hit.key for hit in made.scan("BOOM")] == ["good"]


@pytest.mark.parametrize(
    ("literal", "text", "found"),
    [
        ("connection refused", "Connection\n  REFUSED", True),
        ("401", "9f4012ab", False),
        ("401", "status=401,", True),
        ("403", "403 rows", True),
        ("oom", "room oomph", False),
        ("error: (no) [x]*", "ERROR: (no) [x]* y", True),
        ("ошибка сети", "ОШИБКА\xa0 сети", True),
        ("a b", "\x1b[31ma\x1b[0m b", True),
        ("...", "a...b", True),
        ("x_y", "x_y", True),
    ],
)
def test_a_literal_ignores_case_and_blanks_and_ends_at_words(literal: str, text: str, found: bool) -> None:
    assert bool(keys(text, Signature(needles=(literal,)))) is found


def test_all_needles_must_occur_in_any_order() -> None:
    both = Signature(needles=("foo", "bar"))
    assert keys("bar then foo", both)
    assert not keys("foo alone", both)


def test_a_hit_says_where_and_what() -> None:
    text = "é 😀 pod web-1 OOMKilled"
    (hit,) = SignatureSet.compile([("id", parse_signature(r"pod (?P<pod>[\w-]+) OOMKilled"))]).scan(text)
    assert hit.captures == {"pod": "web-1"}
    assert [text[start:end] for start, end in hit.spans] == [hit.matched] == ["pod web-1 OOMKilled"]


def test_line_anchors_hold_at_lines_also_with_carriage_returns() -> None:
    assert keys("a\r\nboom 1\r\nc", r"^boom \d$")


def test_an_evil_regex_takes_linear_time() -> None:
    assert keys("a" * 100_000 + "b", Signature(needles=("(a+)+$",), regex=True)) == []


@pytest.mark.parametrize("text", ["", "  ", "\x00\xff", "\ud800", "😀", "x" * 10_000_000])
def test_any_text_can_be_scanned(text: str) -> None:
    assert keys(text, "boom", r"bo+m \d") == []


WORDS = ["disk", "Full", "pool", "503", "x509:", "a\tb", "é", "(no)", "K", "straße", "ſet"]
NEEDLES = [(word, False) for word in WORDS] + [("disk full", False), ("set", False), ("k", False)]
NEEDLES += [
    (regex, True) for regex in (r"disk\s+\w+", r"^pool", r"\d{3}$", r"(?i)FULL", r"[^a]o+l", r"po{1,300}l")
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*WORDS, "\n", "\r\n", "  ", "DISK", "xpool", "\u212a"]), max_size=12).map(
        " ".join
    )
)
def test_every_engine_finds_at_least_what_re2_confirms(text: str) -> None:
    items = [(needle, Signature(needles=(needle,), regex=regex)) for needle, regex in NEEDLES]
    expected = {hit.key for hit in SignatureSet.compile(items).scan(text)}
    engine = Engine(tuple(Needle(*one) for one in NEEDLES))
    for kind in (Hyperscan, Re2Sets):
        engine._built = kind(engine._literals, engine._regexes)
        assert expected <= {NEEDLES[number][0] for number in engine.candidates(prepare(text))}


@pytest.mark.parametrize("kind", [Hyperscan, Re2Sets])
def test_a_large_text_gives_the_same_hits_with_every_engine(kind: type) -> None:
    source = random.Random(3)
    words = ["".join(source.choices("abcdefghij", k=5)) for _ in range(400)]
    text = "\n".join(" ".join(source.choices(words, k=9)) for _ in range(3_000))
    items = [(str(n), Signature(needles=(" ".join(source.choices(words, k=2)),))) for n in range(300)]
    items += [
        (f"r{n}", Signature(needles=(rf"{source.choice(words)} \w+ {source.choice(words)}",), regex=True))
        for n in range(30)
    ]
    one_by_one, at_once = SignatureSet.compile(items), SignatureSet.compile(items)
    assert at_once._engine
    at_once._engine._built = kind(at_once._engine._literals, at_once._engine._regexes)
    assert at_once.scan(text) == one_by_one.scan(text) != []


def test_a_set_survives_dump_and_load() -> None:
    made = SignatureSet.compile([("a", parse_signature("boom")), ("b", parse_signature(r"b\w+ \d"))])
    assert made._engine
    made._engine._built = Hyperscan(made._engine._literals, made._engine._regexes)
    hits = made.scan("boom 1")
    assert SignatureSet.load(made.dump()).scan("boom 1") == hits != []
    with pytest.raises(ValueError, match="not a dump"):
        SignatureSet.load(b"else")


@pytest.mark.parametrize(
    "text", ["connection refused", "timeout", "permission denied", "error", "not found", "500", "", " "]
)
def test_generic_texts_tell_little(text: str) -> None:
    assert specificity(parse_signature(text)) < 0.35
    assert text_specificity(text) < 0.35


@pytest.mark.parametrize(
    "text",
    [
        "OOMKilled after 4 hours uptime",
        "x509: certificate signed by unknown authority",
        "ORA-12541: TNS:no listener",
    ],
)
def test_specific_texts_tell_much(text: str) -> None:
    assert specificity(parse_signature(text)) > 0.6


def test_of_alternatives_the_weakest_counts() -> None:
    assert specificity(parse_signature("(error|ORA-12541 listener missing) .*")) < 0.35
    assert specificity(parse_signature(".* etcdserver: .*", regex=True)) < specificity(
        parse_signature("etcdserver: mvcc")
    )


@given(st.text())
def test_specificity_is_between_nothing_and_certainty(text: str) -> None:
    assert 0.0 <= text_specificity(text) <= 1.0
    assert 0.0 <= specificity(Signature(needles=(text,), regex=True)) <= 1.0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["disk", "quota  ", "full ", "\n", "   ", "at\t", " x", "é", "é  disk", "ﬁx"]),
        max_size=40,
    )
)
def test_an_engine_finds_what_one_by_one_search_finds_whatever_the_blanks(pieces: list[str]) -> None:
    items = [
        (text, Signature(needles=(text,)))
        for text in ("disk quota full", "quota full", "full at", "x disk", "at x disk", "é disk")
    ]
    text = "".join(pieces)
    small, large = SignatureSet.compile(items), SignatureSet.compile(items)
    assert large._engine
    large._engine._built = large._engine._build()

    assert large.scan(text) == small.scan(text)


def test_with_blocks_each_signature_is_told_once() -> None:
    made = SignatureSet.compile(
        [("a", Signature(needles=("disk full",))), ("b", Signature(needles=("link down",)))]
    )
    seen: set[int] = set()

    told = [
        [hit.key for hit in made.scan(block, seen)]
        for block in ("disk full", "disk  full, link down", "link down")
    ]

    assert told == [["a"], ["b"], []]
