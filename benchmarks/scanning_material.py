"""Ten thousand literals, a thousand regexes, and a log in which some of them occur."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from benchmarks.log_lines import TEMPLATES, fill
from kb.model import Signature

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Signatures:
    """Needles as people write them: error texts, and regexes with numbers and names in them."""

    literals: list[str]
    regexes: list[str]

    def items(self) -> list[tuple[str, Signature]]:
        """Each as the signature of an entry of its own."""
        plain = [(f"literal-{n}", Signature(needles=(text,))) for n, text in enumerate(self.literals)]
        return plain + [
            (f"regex-{n}", Signature(needles=(text,), regex=True)) for n, text in enumerate(self.regexes)
        ]


def signatures(literals: int = 10_000, regexes: int = 1_000, seed: int = 5) -> Signatures:
    """Sentences from the words of well-known systems' logs."""
    rng = random.Random(seed)
    words = sorted({word for line in _templates() for word in re.findall(r"[A-Za-z]{4,}", line)})
    phrases = dict.fromkeys(" ".join(rng.choices(words, k=rng.randrange(3, 6))) for _ in range(2 * literals))
    ends = (r"\d+ms", r"\w+", r"(?P<host>[\w.-]+):\d+", r"code \d{1,3}", r"0x[0-9a-f]+", r"/[\w/.-]+")
    patterns = dict.fromkeys(
        rf"{rng.choice(words)} {rng.choice(words)} (?:failed|refused|lost) \w+ {rng.choice(words)}: {rng.choice(ends)}"
        for _ in range(2 * regexes)
    )
    return Signatures(list(phrases)[:literals], list(patterns)[:regexes])


def log(signs: Signatures, megabytes: int, every: int = 20_000, seed: int = 7) -> Iterator[str]:
    """Lines of all systems, among which every so often one that holds a literal or what a regex means."""
    rng = random.Random(seed)
    templates = _templates()
    pool = [f"2026-11-02T03:12:55.{n % 1000:03}Z {fill(rng.choice(templates), rng)}\n" for n in range(40_000)]
    size, number = 0, 0
    while size < megabytes * MEGABYTE:
        number += 1
        line = pool[rng.randrange(len(pool))]
        if number % every == 0:
            needle = rng.choice(signs.literals)
            line = f"2026-11-02T03:12:55.001Z ERROR {needle}, giving up\n"
        size += len(line)
        yield line


def _templates() -> list[str]:
    systems: dict[str, list[str]] = yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))
    return [line for lines in systems.values() for line in lines]
