"""What asking a log line by line gains and costs: the same questions with it and without it (`kb.lookup.question`).

`python -m benchmarks.line_by_line` puts each log of an article, each line of a CI, and each real fault that was
provoked a second time (with a word of its telling line left out, so that no exact tier finds it) among twenty lines of
logs from times when all was well, and asks for the article, the note on the bug, the fault.  Then the same with the
right entries retired, and logs of other sources, which nothing answers.  Nothing is tuned on what was left out.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from benchmarks.questions import share
from benchmarks.ranking_material import SHARED, pairs
from benchmarks.reliability import Asking, ids_by_path
from kb import KnowledgeBase
from kb.errors import KbError
from kb.model import Status

LINES, SEED = 20, 3
"""Healthy lines around what is asked, and where the draw of them begins."""


def amid(text: str, healthy: Sequence[str], draw: random.Random) -> str:
    """The text somewhere among healthy lines."""
    at, place = draw.randrange(len(healthy) - LINES), draw.randrange(LINES)
    around = healthy[at : at + LINES]
    return "\n".join([*around[:place], text, *around[place:]])


def articles(kb: KnowledgeBase) -> Iterator[Asking]:
    """Logs that users quoted, and the articles that explain them."""
    kb.ingest(SHARED / "corpora" / "ke-longhorn-kb")
    ids_of = ids_by_path(kb)
    yield from ((row["query"], ids_of(row["relevant"])) for row in pairs("symptom_log_to_article"))


def bugs(kb: KnowledgeBase) -> Iterator[Asking]:
    """Lines of the logs of a CI, and the notes on the bugs that they belong to; every other one."""
    rows = [row for row in pairs("signature_to_bug") if row["text"].strip()]
    with tempfile.TemporaryDirectory() as scratch:
        for row in rows:
            text = f"# {row['text'].splitlines()[0]}\n\n{row['text']}\n"
            Path(scratch, f"{row['relevant']}.md").write_text(text)
        kb.ingest(Path(scratch))
        ids_of = ids_by_path(kb)
        asked = [row for row in rows if row["informative"]][::2]
        yield from [(row["query"], ids_of(f"/{row['relevant']}.md")) for row in asked]


def faults(kb: KnowledgeBase) -> Iterator[Asking]:
    """Logs of real faults that were learned before by their telling line, of which a word is missing now."""
    rows = [row for row in _logs() if row["tells"].strip()]
    learned: dict[str, set[str]] = {}
    for row in rows:
        if row["occurrence"] == 1:
            try:
                entry = kb.learn_pattern(
                    row["tells"].strip(), f"cause of {row['fault']}", f"fix of {row['fault']}"
                )
            except KbError:  # (too general to be learned)
                continue
            learned.setdefault(row["fault"], set()).add(entry.id)
    draw = random.Random(SEED)
    for row in rows:
        words = row["tells"].strip().split(" ")
        if row["occurrence"] == 2 and learned.get(row["fault"]) and len(words) > 5:
            at = draw.randrange(len(words) // 2, len(words))
            text = _read(row).replace(row["tells"].strip(), " ".join([*words[:at], *words[at + 1 :]]))
            yield text, frozenset(learned[row["fault"]])


def strangers(source: str) -> list[str]:
    """Logs of the other sources."""
    if source != "articles":
        return [row["query"] for row in pairs("symptom_log_to_article")]
    return [_read(row) for row in _logs() if row["occurrence"] == 2 and row["tells"].strip()][::4]


def _logs() -> list[dict[str, str | int]]:
    return [json.loads(line) for line in (SHARED / "logs" / "index.jsonl").read_text().splitlines()]


def _read(row: dict[str, str | int]) -> str:
    return (SHARED / "logs" / str(row["file"])).read_text(encoding="utf-8", errors="replace")


def report(kb: KnowledgeBase, asked: Sequence[Asking], strange: Sequence[str]) -> None:
    """Ask all, and print the shares."""
    began, right, known, gone = time.process_time(), 0, [0, 0], [0, 0]
    for text, ids in asked:
        answer = kb.check_known_issues(text, record=False)
        first = bool(answer.matches) and answer.matches[0].id in ids
        right += first and answer.verdict != "unknown"
        known[0] += answer.verdict == "known"
        known[1] += answer.verdict == "known" and not first
        for key in ids:
            kb.set_status(key, Status.RETIRED, "to ask without it")
        verdict = kb.check_known_issues(text, record=False).verdict
        gone = [gone[0] + (verdict == "related"), gone[1] + (verdict == "known")]
        for key in ids:
            kb.set_status(key, Status.ACTIVE, "asked without it")
    said = [kb.check_known_issues(text, record=False).verdict for text in strange]
    print(f"  first and not unknown {share(right, len(asked))}; known {known[0]}, of these wrong {known[1]}")
    print(f"  right one gone: related {gone[0]}, known {gone[1]} of {len(asked)}")
    print(f"  strangers related {said.count('related')}, known {said.count('known')} of {len(said)}", end="")
    print(f"; {time.process_time() - began:.0f} s of the processor")


def main() -> None:
    """Ask all sources, with and without."""
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not there: nothing to measure")
    lines = [
        line for path in sorted(SHARED.glob("logs/*/healthy*.log")) for line in path.read_text().splitlines()
    ]
    for source in (articles, bugs, faults):
        draw = random.Random(SEED)
        with tempfile.TemporaryDirectory() as scratch:
            home = Path(scratch, "home")
            for folder in ("learned", "state"):
                (home / folder).mkdir(parents=True)
            with KnowledgeBase.open(home) as kb:
                asked = [(amid(text, lines, draw), ids) for text, ids in source(kb)]
                strange = [amid(text, lines, draw) for text in strangers(source.__name__)]
                for what, line_by_line in (("line by line", True), ("as a whole", False)):
                    print(f"{source.__name__}, {what}: {len(asked)} logs")
                    with ExitStack() as patches:
                        if not line_by_line:
                            patches.enter_context(patch("kb.lookup.lookup.alone", lambda _: []))
                        report(kb, asked, strange)


if __name__ == "__main__":
    main()
