"""Of crashes of many runtimes, alone and amid a log, the line that a person would take has the highest score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kb.text.carriers import unfold
from kb.text.evidence.evidence import EvidenceLine, EvidenceReader, pick_evidence

SAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "crash_samples.yaml").read_text(encoding="utf-8")
)
HEALTHY = "".join(
    f"2026-11-29T09:00:{n % 60:02}Z INFO served request {n} in {n % 7} ms\n" for n in range(100)
)
each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])


def first(lines: list[EvidenceLine]) -> str:
    return max(lines, key=lambda line: (line.score, -line.line)).text.strip()


@each
def test_the_telling_line_comes_first_alone(sample: dict[str, Any]) -> None:
    assert first(pick_evidence(sample["text"])) == sample["tells"].strip()


@each
def test_the_telling_line_comes_first_amid_a_log(sample: dict[str, Any]) -> None:
    assert first(pick_evidence(HEALTHY + sample["text"] + HEALTHY)) == sample["tells"].strip()


@each
def test_the_telling_line_comes_first_over_the_end_of_a_block(sample: dict[str, Any]) -> None:
    lines = (HEALTHY + sample["text"] + HEALTHY).splitlines(keepends=True)
    reader, offset = EvidenceReader(), 0
    for at in range(0, len(lines), 52):  # the third block begins within each of the samples
        block = "".join(lines[at : at + 52])
        reader.read(block, unfold(block, offset, at + 1).place)
        offset += len(block)
    best = max(reader.best(), key=lambda line: (line.score, -line.line))
    tells = sample.get(
        "in_two_blocks", sample["tells"]
    ).strip()  # (a chain that goes on there is not turned round)
    assert best.text.strip() == tells
    assert "".join(lines)[best.start : best.end].strip() == sample.get("its_message", tells).strip()
