"""What is asked counts as it was written: names with digits, versions, variables and codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import copytree

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.lookup.question import asked_words, other_status, statuses
from kb.model.ledger import Verdict
from kb.text.masking import mask

ARTICLES = {
    "missing-pages.md": (
        "The shop answers 404",
        "The gateway answers 404 after a release. Publish the routes.",
    ),
    "overload.md": ("The shop answers 503", "The gateway answers 503 while it is drained. Add a replica."),
    "probe.md": ("Probes of the new office", "Call traceroute6 and note the hop at which it stops."),
    "path.md": ("Probes of the old office", "Call traceroute and note the hop at which it stops."),
    "browser-1.md": ("Tests of the page hang", "They hang with phantomjs@1.9.17, on two pages."),
    "browser-2.md": ("Tests of the page stop", "They stop with phantomjs@2.1.0, on two pages."),
}


@pytest.fixture(scope="module")
def shelf(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[KnowledgeBase]:
    """A home with articles that differ in a code, a digit of a name, a version."""
    home = copytree(new_home, tmp_path_factory.mktemp("written") / "home")
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        for name, (title, text) in ARTICLES.items():
            (home.parent / name).write_text(f"# {title}\n\n{text}\n")
        kb.ingest(*(home.parent / name for name in ARTICLES))
        yield kb


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("the gateway of the shop is returning 503", "The shop answers 503"),
        ("users of the shop see 404 since the release of the gateway", "The shop answers 404"),
        ("users of the shop see 503 at the gateway", "The shop answers 503"),
        ("traceroute6 of the office stops at a hop", "Probes of the new office"),
        ("npm ERR! phantomjs@2.1.0 install: tests", "Tests of the page stop"),
        ("npm ERR! phantomjs@1.9.17 install: tests", "Tests of the page hang"),
    ],
)
def test_the_entry_that_quotes_it_comes_first(shelf: KnowledgeBase, text: str, title: str) -> None:
    answer = shelf.check_known_issues(text)
    assert answer.matches[0].title == title


@pytest.mark.parametrize(
    "text", ["the gateway of the shop answers 502", "users of the shop see 500 at the gateway"]
)
def test_an_entry_on_another_code_is_never_known_and_says_so(shelf: KnowledgeBase, text: str) -> None:
    answer = shelf.check_known_issues(text)
    assert answer.verdict is not Verdict.KNOWN
    assert "but it is about" in answer.matches[0].reason


def known(*words: str):
    def frequencies(asked: Iterable[str]) -> dict[str, int]:
        return {word: 1 for word in asked if word in words}

    return frequencies


@pytest.mark.parametrize(
    ("written", "entries", "prose", "wanted"),
    [
        ("call traceroute6", ("traceroute6",), True, ["call", "traceroute6"]),
        ("call traceroute6", (), True, ["call", "tracerout"]),
        ("unset $install_test_reqs", ("install_test_reqs",), False, ["unset", "install_test_reqs"]),
        ("less than 3% left", ("3",), True, ["less", "3", "left"]),
        ("pid 3160778 of 12", ("3160778", "12"), False, ["pid"]),
        ("13:19:36 pool 1205 is locked", ("13", "36", "1205"), False, ["pool", "1205", "lock"]),
        ("pool 1205 is locked", (), False, ["pool", "lock"]),
        ("on loop2 of a disk", (), False, ["disk", "loop"]),
    ],
)
def test_of_what_varies_what_entries_have_is_asked(
    written: str, entries: tuple[str, ...], prose: bool, wanted: list[str]
) -> None:
    template = mask(written).replace("<*>", " ")
    assert asked_words(template, written, known(*entries), prose=prose) == wanted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("returning 503", ["503"]),
        ("users see 502 and 504, then 502 again", ["502", "504"]),
        ("HTTP/1.1 404 Not Found", ["404"]),
        ("took 500 ms", []),
        ("403 rows over limit", []),
        ("more than 500 orders, 450 of them late, port 443", []),
        ("line 404: unexpected token", []),
        ("10.1.2.404, 404-17, v404, 404/tcp, 1:404", []),
        ("503.5 and 450%", []),
        ("200 OK", []),
    ],
)
def test_a_status_is_told_from_other_numbers(text: str, found: list[str]) -> None:
    assert statuses(text) == found


def test_two_statuses_are_others_where_none_is_the_same() -> None:
    assert other_status("answers 503", "The 404 of the shop") == ("404", "503")
    assert other_status("answers 503, then 404", "The 404 of the shop") is None
    assert other_status("answers", "The 404 of the shop") is None
    assert other_status("answers 503", "The page of the shop") is None
