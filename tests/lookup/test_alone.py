"""A line of a log is asked by itself, too, where it alarms and tells something."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.lookup.question import MOST_LINES, alone, ask
from kb.model.ledger import Verdict
from kb.text.kinds import Kind

CALM = [
    f"2026-11-29T09:00:{n:02d}Z INFO depot.gate - parcel {n} weighed on scale {n % 3}, sent on"
    for n in range(20)
]
GRAVE = "2026-11-29T09:00:07Z ERROR depot.lift - hoist 4 refuses to move beyond shelf 12"
ENDS = "2026-11-29T09:00:30Z ERROR depot.belt - conveyor failed to brake before the loading ramp"
NOTE = """# The hoist does not move

## Symptoms

The log of the depot says that the hoist refuses to move beyond the shelf, and the motor hums.

## Workaround

Free the chain behind the shelf, then start the motor again.
"""


def test_the_telling_lines_of_a_log_are_asked_by_themselves_the_gravest_first() -> None:
    found = alone(ask("\n".join([*CALM, GRAVE, ENDS, GRAVE.replace("4", "5")])))
    assert [one.kind for one in found] == [Kind.LINE] * len(found)
    said = [one.written for one in found]
    assert any("hoist" in line for line in said)
    assert any("conveyor" in line for line in said)
    assert len(said) == 2, said


def test_there_are_few_of_them() -> None:
    names = ("Hoist", "Ramp", "Scale", "Belt", "Gate", "Shelf", "Lift")
    grave = [
        f"ERROR {name.lower()}: {name}JammedError: the {name.lower()} of hall B is jammed" for name in names
    ]
    assert len(alone(ask("\n".join([*CALM, *grave])))) == MOST_LINES


@pytest.mark.parametrize(
    "text",
    [
        GRAVE,
        "The hoist has been stuck since this morning.\nWe cannot move any parcel, and customers complain.",
        "\n".join(CALM),
        "\n".join([*CALM, "error: failed"]),
    ],
    ids=["one line", "people's words", "nothing alarms", "says too little"],
)
def test_what_is_no_log_and_what_tells_nothing_is_asked_as_a_whole_alone(text: str) -> None:
    assert alone(ask(text)) == []


def test_what_quotes_one_line_of_a_log_is_found_by_it(home: Path, encoder: OnnxEncoder) -> None:
    (home.parent / "hoist.md").write_text(NOTE)
    others = [
        f"2026-11-29T09:01:0{n}Z ERROR depot.{place} - {place} {what}"
        for n, (place, what) in enumerate(
            [
                ("ramp", "rejected the pallet, its barcode is torn"),
                ("gate", "lost the driver's badge of tenant blue"),
                ("belt", "denied the crate, which weighs more than the roller bears"),
            ]
        )
    ]
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.ingest(home.parent / "hoist.md")
        answer = kb.check_known_issues("\n".join([*CALM[:10], *others, GRAVE, *CALM[10:]]))
    assert answer.verdict is not Verdict.UNKNOWN, answer.matches
    assert answer.matches[0].title == "The hoist does not move"
    assert "by itself" in answer.matches[0].reason
