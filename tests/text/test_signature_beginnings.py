"""Literals looked up by how they begin: the same are found as by looking for each by itself."""

from __future__ import annotations

import random

from kb.text.signatures.engines import _PIECE_BYTES, Engine, Needle
from kb.text.signatures.prepared import prepare

LETTERS = "ab c"


def text_of(rng: random.Random, length: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(length))


def needles_of(rng: random.Random, count: int) -> tuple[Needle, ...]:
    return tuple(Needle(text_of(rng, rng.randrange(1, 24)).strip() or "a") for _ in range(count))


def test_short_and_long_literals_are_found_wherever_they_stand() -> None:
    rng = random.Random(4)
    for _ in range(40):
        needles = needles_of(rng, 220)
        prepared = prepare(text_of(rng, rng.randrange(0, 60)))
        found = set(Engine(needles).candidates(prepared))
        plain = {n for n, one in enumerate(needles) if " ".join(one.text.split()).encode() in prepared.folded}
        assert found == plain


def test_a_literal_is_found_across_the_pieces_of_a_long_text() -> None:
    needles = (Needle("quorum lost in shard 7"), *(Needle(f"filler number {n}") for n in range(220)))
    for before in range(_PIECE_BYTES - 24, _PIECE_BYTES + 2):
        text = "x" * before + " quorum lost in shard 7 " + "y" * 100
        assert set(Engine(needles).candidates(prepare(text))) == {0}, before


def test_a_text_that_is_one_literal_holds_it_and_an_empty_one_holds_none() -> None:
    for more in (0, 220):
        filler = (Needle(f"filler number {n}") for n in range(more))
        engine = Engine((Needle("quorum lost in shard 7"), Needle("ab"), *filler))
        assert set(engine.candidates(prepare("Quorum  lost in shard 7"))) == {0}
        assert engine.candidates(prepare("")) == {}
