"""A short text is scanned when its fingerprints are known; what is found is what a scan beforehand finds."""

from __future__ import annotations

import pytest

from kb.lookup.candidates import Found
from kb.lookup.exact import SignatureScan
from kb.model import Signature
from kb.model.ledger import Tier
from kb.text.carriers import unfold
from kb.text.signatures.set import SignatureSet

LINE = "anchor winch jammed at link 40 of chain port\n"
WINCH, CHAIN = Signature(needles=("anchor winch jammed at link",)), Signature(needles=("chain port",))
LINK = Signature(needles=(r"jammed at link (?P<link>\d+)",), regex=True)


def printed(*ids: str) -> list[Found]:
    return [Found(one, Tier.FINGERPRINT, "same template", None, 0.9, whole=True) for one in ids]


def scanned(items: list[tuple[str, Signature]], text: str, *already: list[Found]) -> list[str]:
    scan = SignatureScan(SignatureSet.compile(items))
    for line in text.splitlines(keepends=True):
        scan.block(unfold(line))
    for found in already:
        scan.end(found)
    return [one.entry_id for one in scan.found()]


@pytest.mark.parametrize("text", [LINE, LINE * 2, LINE * 1_000], ids=["one block", "two", "many"])
def test_what_a_fingerprint_found_is_not_found_again_and_everything_else_is(text: str) -> None:
    items = [("winch", WINCH), ("chain", CHAIN)]
    assert sorted(scanned(items, text, [])) == ["chain", "winch"]
    assert scanned(items, text, printed("winch")) == ["chain"]


def test_what_stands_between_the_words_of_a_regex_is_told_whatever_found_the_entry() -> None:
    assert scanned([("winch", WINCH), ("winch", LINK)], LINE, printed("winch")) == ["winch"]


def test_an_entry_that_no_fingerprint_finds_any_more_is_looked_for_again() -> None:
    items = [("winch", WINCH), ("chain", CHAIN)]
    assert sorted(scanned(items, LINE, printed("winch"), [])) == ["chain", "winch"]
    assert scanned(items, LINE, [], printed("winch")) == ["chain"]


def test_whoever_waits_to_be_told_is_told_while_the_text_is_read() -> None:
    told = list[str]()
    scan = SignatureScan(SignatureSet.compile([("winch", WINCH)]), lambda found: told.append(found.entry_id))
    scan.block(unfold(LINE))
    assert told == ["winch"]
