"""Does the vector index hold what the store says it holds?  Compares, probes, changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kb.index.embeddings import Embeddings
from kb.index.vectors import EMBED_AT_QUERY, LEFT_TO_DOCTOR, VectorIndex
from kb.store.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Matrix = NDArray[np.float32]

PROBES = 50
"""Vectors, evenly spread, that must find themselves."""
_ROUNDED = 1e-5
_REBUILD = "run: kb doctor --rebuild"


@dataclass
class VectorReport:
    """The numbers of both sides, and what is wrong, in words."""

    chunks: int = 0
    embedded: int = 0
    waiting: int = 0
    """Texts whose vector is still to be made: a killed ingest leaves some, every learn leaves a few."""
    published: int = 0
    outbox: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What needs nobody: the next check sees to it."""


def check_vectors(index: VectorIndex, db: Database, embeddings: Embeddings) -> VectorReport:
    """Compare the store with the index and let vectors find themselves."""
    index.notes.clear()
    while True:
        published = index.published()
        with db.snapshot():
            if published.generation != index.generation():
                continue  # another process published meanwhile: the two sides must be of one moment
            ids, matrix = embeddings.of_live_chunks()
            in_outbox = {row["chunk_id"] for row in db.rows("SELECT chunk_id FROM outbox")}
        break
    known = published.ids()
    report = VectorReport(
        chunks=int(db.value("SELECT count(*) FROM chunks WHERE embedding_text != ''")),
        embedded=len(ids),
        waiting=embeddings.pending(),
        published=len(known),
        outbox=len(in_outbox),
    )
    _waiting(report, embeddings.lost())
    if wanted := embeddings.outdated():
        report.notes.append(
            f"the vectors are of {embeddings.encoder.name}, and new texts get the same; {wanted} is quicker on this "
            "processor: kb doctor --embed-again makes all of them anew"
        )
    if missing := len(set(ids.tolist()) - known - in_outbox):
        report.problems.append(f"{missing} vectors are neither published nor in the outbox; {_REBUILD}")
    if lost := _lost_probes(index, db, ids, matrix):
        report.problems.append(f"{lost} probed vectors do not find themselves; {_REBUILD}")
    report.problems += dict.fromkeys(filter(None, [published.note, *index.notes, index.damage(ids, matrix)]))
    return report


def _waiting(report: VectorReport, lost: int) -> None:
    if lost:
        report.problems.append(f"the cached vectors of {lost} chunks are lost; run: kb doctor --repair")
    if report.waiting > EMBED_AT_QUERY:
        few = f"a check embeds {EMBED_AT_QUERY} at a time"
        how = few if report.waiting <= LEFT_TO_DOCTOR else "too many for checks to embed them"
        report.problems.append(
            f"{report.waiting} texts are not searchable by meaning yet ({how}); run: kb doctor --repair"
        )
    elif report.waiting:
        report.notes.append(f"{report.waiting} new texts wait for their vectors; the next check makes them")


def _lost_probes(index: VectorIndex, db: Database, ids: Ids, matrix: Matrix) -> int:
    lost = 0
    for row in range(0, len(ids), max(1, len(ids) // PROBES)):
        best = index.nearest_to(matrix[row], 10)
        # Texts that are the same have the same vector: any of them may come first.
        itself = float(matrix[row] @ matrix[row])
        if int(ids[row]) in {hit.chunk_id for hit in best} or (
            best and best[0].similarity >= itself - _ROUNDED
        ):
            continue
        lost += db.value("SELECT 1 FROM chunks WHERE id = ?", [int(ids[row])]) is not None
    return lost
