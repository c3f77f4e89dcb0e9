"""A text is read in blocks of a few megabytes; in what pieces it comes makes no difference to the answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kb.lookup.question import BLOCK, ask
from kb.text.carriers import Unfolded

FINE = "2026-11-02T09:00:00Z INFO harbour served boat {} at pier 7\n"
FAULT = "2026-11-02T10:00:00Z ERROR harbour crane refused boat: hook lost\n"


def log(end: str = "\n") -> str:
    """Two blocks, the telling line across the place where they are cut."""
    lines = [FINE.format(n) for n in range(2 * BLOCK // 60)]
    at = next(n for n in range(len(lines)) if n * 58 > BLOCK - 100)
    return "".join([*lines[:at], FAULT, *lines[at:]]).replace("\n", end)


def pieces(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def asked(text: str | Iterator[str]) -> tuple[object, list[tuple[int, int, str]]]:
    """The evidence, and of each block its place and its beginning."""
    blocks = list[tuple[int, int, str]]()

    def note(block: Unfolded) -> None:
        blocks.append((block.offset, block.line, block.text[:80]))

    return ask(text, each_block=note).evidence, blocks


@pytest.mark.parametrize("size", [4_093, 65_536, 3 * BLOCK])
def test_pieces_of_any_size_are_the_text(size: int) -> None:
    text = log()
    assert asked(pieces(text, size)) == asked(text) == asked(iter(text.splitlines(keepends=True)))


def test_the_ends_of_lines_of_windows_change_places_and_nothing_else() -> None:
    plain, windows = asked(log())[0], asked(pieces(log("\r\n"), 65_536))[0]
    assert [(one.line.text, one.line.line) for one in windows] == [
        (one.line.text, one.line.line) for one in plain
    ]  # type: ignore[attr-defined]
    (fault,) = (one.line for one in windows if "hook lost" in one.line.text)  # type: ignore[attr-defined]
    assert log("\r\n")[fault.start : fault.end] == FAULT.strip()


def test_a_line_that_never_ends_is_cut_and_nothing_at_the_cut_is_lost() -> None:
    text = "x" * (BLOCK + 500_000) + " crane hook lost " + "y" * BLOCK
    found = list[tuple[int, str]]()

    def look(block: Unfolded) -> None:
        if (at := block.text.find("crane hook lost")) >= 0:
            found.append((block.place(at, at + 15).start, block.text[at : at + 15]))

    ask(pieces(text, 65_536), each_block=look)
    assert set(found) == {(text.index("crane"), "crane hook lost")}
