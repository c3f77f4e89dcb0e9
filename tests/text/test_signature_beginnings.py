"""Literals looked up by how they begin: the same are found as by looking for each by itself."""

from __future__ import annotations

import random

from kb.text.prepared import prepare
from kb.text.signature_engines import Engine

LETTERS = "ab c"


def text_of(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(length))


def test_short_and_long_literals_are_found_wherever_they_stand() -> None:
    rng = random.Random(4)
    for _ in range(200):
        needles = tuple((text_of(rng, rng.randrange(1, 24)).strip() or "a", False) for _ in range(20))
        text = text_of(rng, rng.randrange(0, 60))
        prepared = prepare(text)
        found = set(Engine(needles).candidates(prepared))
        plain = {
            n for n, (needle, _) in enumerate(needles) if " ".join(needle.split()).encode() in prepared.folded
        }
        assert found == plain


def test_a_text_that_is_one_literal_holds_it_and_an_empty_one_holds_none() -> None:
    engine = Engine((("quorum lost in shard 7", False), ("ab", False)))
    assert set(engine.candidates(prepare("Quorum  lost in shard 7"))) == {0}
    assert engine.candidates(prepare("")) == {}
