"""Does the vector index hold what the store says it holds?  Compares, probes, changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.storage.database import Database
from kb.storage.embeddings import Embeddings
from kb.storage.vectors import VectorIndex

PROBES = 50
"""Vectors, evenly spread, that must find themselves."""
_SAME = 0.999999


@dataclass
class VectorReport:
    """The numbers of both sides, and what is wrong, in words."""

    chunks: int = 0
    embedded: int = 0
    published: int = 0
    outbox: int = 0
    problems: list[str] = field(default_factory=list)


def check_vectors(index: VectorIndex, db: Database, embeddings: Embeddings) -> VectorReport:
    """Compare the store with the index and let vectors find themselves."""
    ids, matrix = embeddings.of_live_chunks()
    report = VectorReport(
        chunks=int(db.value("SELECT count(*) FROM chunks WHERE embedding_text != ''")),
        embedded=len(ids),
        published=index.published_size(),
        outbox=index.outbox_size(),
    )
    if missing := report.chunks - report.embedded:
        report.problems.append(f"{missing} chunks have no vector yet; run: kb doctor --repair")
    lost = 0
    for row in range(0, len(ids), max(1, len(ids) // PROBES)):
        best = index.nearest_to(matrix[row], 10)
        # Texts that are the same have the same vector: any of them may come first.
        lost += not best or (int(ids[row]) not in {h.chunk_id for h in best} and best[0].similarity < _SAME)
    if lost:
        report.problems.append(f"{lost} probed vectors do not find themselves; run: kb doctor --rebuild")
    report.problems += index.notes
    return report
