"""Log lines whose right groups are known: from templates of our own, or from public labelled sets.

`benchmarks/log_templates.yaml` holds lines of well-known systems with a kind of value in each slot; what a
value of each kind looks like stands in `log_values`.  A folder named by `KB_LOG_SETS` adds labelled sets in the
form of loghub: files `*_structured*.csv` with the columns Content and EventId (or EventTemplate).  Those
sets have licences of their own and stay where they are.
"""

from __future__ import annotations

import csv
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.log_values import KINDS

TEMPLATES = Path(__file__).with_name("log_templates.yaml")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class LogSet:
    """Lines of one system, each with the name of its group."""

    name: str
    lines: list[str]
    groups: list[str]


def log_sets(lines: int = 2000, seed: int = 1) -> Iterator[LogSet]:
    """Our own sets, `lines` lines each, then those of the folder that KB_LOG_SETS names."""
    for name, templates in yaml.safe_load(TEMPLATES.read_text(encoding="utf-8")).items():
        yield _filled(name, templates, lines, random.Random(f"{name}{seed}"))
    folder = os.environ.get("KB_LOG_SETS")
    for path in sorted(Path(folder).rglob("*_structured*.csv")) if folder else ():
        yield _labelled(path)


def _labelled(path: Path) -> LogSet:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file))
    column = "EventId" if rows and "EventId" in rows[0] else "EventTemplate"
    return LogSet(path.stem, [row["Content"] for row in rows], [row[column] for row in rows])


def _filled(name: str, templates: list[str], count: int, rng: random.Random) -> LogSet:
    """Every template at least ten times, some far more often than others, as in real logs."""
    weights = [1 / (1 + rank) for rank in range(len(templates))]
    rng.shuffle(weights)
    chosen = templates * 10 + rng.choices(templates, weights, k=max(0, count - 10 * len(templates)))
    rng.shuffle(chosen)
    return LogSet(name, [fill(template, rng) for template in chosen], chosen)


def fill(template: str, rng: random.Random) -> str:
    """The template with a fresh value in every slot."""
    filled = _SLOT.sub(lambda slot: KINDS[slot[1]](rng), template.replace("{{", "\0").replace("}}", "\1"))
    return filled.replace("\0", "{").replace("\1", "}")
