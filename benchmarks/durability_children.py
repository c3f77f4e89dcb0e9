"""The processes of the durability runs: each does one job and prints a line for every acknowledged write.

`python -m benchmarks.durability_children JOB HOME …`; see `durability_rounds` for who starts them.
"""

from __future__ import annotations

import json
import sys
from itertools import count
from pathlib import Path

import numpy as np

from benchmarks.durability_material import article, story, write
from kb import KnowledgeBase


def say(*words: object) -> None:
    """One line to the parent, flushed: what is printed was acknowledged."""
    print(json.dumps(words), flush=True)


def learn(home: Path, first: str, many: str = "") -> None:
    """Learn one story after the other."""
    with KnowledgeBase.open(home) as kb:
        kb.counts()
        say("ready")
        for number in range(int(first), int(first) + int(many)) if many else count(int(first)):
            say(number, write(kb, number))


def ingest(home: Path, first: str) -> None:
    """Ingest one article after the other; each ingest embeds and publishes."""
    with KnowledgeBase.open(home) as kb:
        kb.check_known_issues("warm up", deep=True)
        say("ready")
        for number in count(int(first)):
            receipt = kb.ingest(article(home / "documents", number))
            say(number, receipt.files[0].entries[0])


def absorb(home: Path, first: str) -> None:
    """Learn, embed and publish a new generation, over and over."""
    with KnowledgeBase.open(home) as kb:
        kb.check_known_issues("warm up", deep=True)
        say("ready")
        for number in count(int(first)):
            say(number, write(kb, number))
            kb._parts.embeddings.embed_pending()
            kb._parts.vectors.absorb(force=True)


def verify(home: Path) -> None:
    """Look for the writes that stdin lists, as `[number, id]` lines; prints what is not as it was written."""
    wrong: dict[str, list[int]] = {
        "damaged": [],
        "not by its text": [],
        "not by its vector": [],
        "not in other words": [],
    }
    asked = [json.loads(line) for line in sys.stdin]
    with KnowledgeBase.open(home) as kb:
        while kb._parts.embeddings.pending():
            kb.check_known_issues("what waits for its vector gets it now", deep=True)
        for number, entry_id in asked:
            for name, fine in look(kb, number, entry_id).items():
                wrong[name] += [] if fine else [number]
        say(
            {
                "asked": len(asked),
                "generation": kb._parts.vectors.generation().number,
                "notes": kb._parts.vectors.notes,
                **wrong,
            }
        )


def find(home: Path) -> None:
    """As `verify`, but only asks for the texts, which needs no vectors."""
    asked = [json.loads(line) for line in sys.stdin]
    with KnowledgeBase.open(home) as kb:
        offered = {number: kb.check_known_issues(story(number).text, limit=10).matches for number, _ in asked}
    say([number for number, entry_id in asked if entry_id not in {match.id for match in offered[number]}])


def look(kb: KnowledgeBase, number: int, entry_id: str) -> dict[str, bool]:
    """Whether one write is whole, and found by its text, by its vector and in other words."""
    told, vectors = story(number), kb._parts.vectors
    entry = kb.get(entry_id)
    offered = [match.id for match in kb.check_known_issues(told.text, limit=10).matches]
    owns = [vectors.nearest_to(vector, 5)[0] for vector in own_vectors(kb, entry_id)]
    meant = {hit.entry_id for hit in vectors.search(told.paraphrase, 40)}
    return {
        "damaged": told.text in entry.headline and told.fix in entry.advice().fix,
        "not by its text": entry_id in offered,
        "not by its vector": all(hit.entry_id == entry_id and hit.similarity > 0.999 for hit in owns)
        and bool(owns),
        "not in other words": entry_id in meant,
    }


def own_vectors(kb: KnowledgeBase, entry_id: str) -> list[np.ndarray]:
    """The vectors of the entry, as the cache has them."""
    rows = kb._parts.db.rows("SELECT id FROM chunks WHERE entry_id = ? AND embedding_text != ''", [entry_id])
    found = kb._parts.embeddings.of_chunks([row["id"] for row in rows])
    assert len(found) == len(rows), f"{entry_id} has {len(rows)} texts and {len(found)} vectors"
    return [np.frombuffer(vector, dtype=np.float32) for _, vector in found]


if __name__ == "__main__":
    job, place, *rest = sys.argv[1:]
    {"learn": learn, "ingest": ingest, "absorb": absorb, "verify": verify, "find": find}[job](
        Path(place), *rest
    )
