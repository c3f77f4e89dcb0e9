"""What all peers get: the same documents, the same cases, vectors of the same model.

A document is a title and a body.  Peers that search vectors get it in the pieces that kb indexes (titles
repeated, identifiers spelled out), and the best piece of a document counts: that is more than a plain
store would give them.  Vectors of documents are kept in a file between runs; questions are embedded when
they are asked, as part of a peer's latency.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.ranking_material import RUNBOOKS, SHARED, folder, pairs
from kb.evaluation.cases import Case
from kb.index.encoder import OnnxEncoder
from kb.index.model_cache import cache_folder
from kb.model import Passage
from kb.text.entries.chunks import chunk

Hits = list[tuple[str, float]]
"""Documents with the peer's own score, best first."""


@dataclass(frozen=True)
class Document:
    """One document; `id` is its path, or its name."""

    id: str
    title: str
    body: str

    @property
    def text(self) -> str:
        """Title and body."""
        return f"{self.title}\n{self.body}"

    @property
    def pieces(self) -> list[str]:
        """What a vector store holds of it."""
        passages = [
            Passage(role=role, text=text)
            for role, text in (("title", self.title), ("body", self.body))
            if text.strip()
        ]
        return [piece.embedding_text for piece in chunk(passages) if piece.embedding_text]


@dataclass(frozen=True)
class Task:
    """Documents and the cases that are asked of them; `sources` are the files that kb ingests."""

    name: str
    documents: tuple[Document, ...]
    cases: tuple[Case, ...]
    sources: tuple[Path, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    """Files to write and ingest, where the documents are no files: name to text."""

    def files(self, where: Path) -> list[Path]:
        """What to ingest."""
        for name, text in self.written.items():
            where.mkdir(parents=True, exist_ok=True)
            (where / name).write_text(text)
        return [*self.sources, *([where] if self.written else [])]


@dataclass
class Vectors:
    """MiniLM through ONNX, as kb uses it; vectors of documents are kept in a file."""

    cache: Path = field(default_factory=lambda: cache_folder() / "benchmark-peers.npz")

    @cached_property
    def encoder(self) -> OnnxEncoder:
        """Loaded when the first text is embedded."""
        return OnnxEncoder()

    @cached_property
    def _known(self) -> dict[str, np.ndarray]:
        if not self.cache.exists():
            return {}
        with np.load(self.cache) as saved:
            return dict(zip(saved["keys"].tolist(), saved["vectors"], strict=True))

    def of_documents(self, texts: Sequence[str]) -> np.ndarray:
        """A row a text, from the cache where it is there."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            self._known.update(zip(missing, self.encoder.encode(list(missing.values())), strict=True))
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self.cache, keys=np.array([*self._known]), vectors=np.stack([*self._known.values()]))
        return np.stack([self._known[key] for key in keys])

    def of_question(self, text: str) -> np.ndarray:
        """Embedded anew, each time."""
        return self.encoder.encode([text])[0]


def asked(query: str) -> str:
    """The question as peers get it: placeholders of masked values are no words."""
    return " ".join(query.replace("<*>", " ").split())


def best_of_pieces(pieces: Iterable[tuple[str, float]]) -> Hits:
    """Documents by their best piece, best first."""
    best: dict[str, float] = {}
    for document, score in pieces:
        best[document] = max(score, best.get(document, float("-inf")))
    return sorted(best.items(), key=lambda hit: -hit[1])


def tasks() -> list[Task]:
    """The three tasks; those of alerts also hold the alerts that nothing covers."""
    return [replace(task, cases=with_copies(task)) for task in (_alerts(), _bugs(), _articles())]


def with_copies(task: Task) -> tuple[Case, ...]:
    """The cases with every document as right that says word for word what a right one says.

    Folders hold files of each other, and bugs share texts; kb shows one and names the others with it.
    """
    by_text: dict[str, list[str]] = {}
    for one in task.documents:
        by_text.setdefault(" ".join(one.text.split()), []).append(one.id)
    same = {key: keys for keys in by_text.values() for key in keys}
    return tuple(
        replace(
            case, relevant=tuple(dict.fromkeys(k for name in case.relevant for k in same.get(name, [name])))
        )
        for case in task.cases
    )


def _alerts() -> Task:
    rows = [*pairs("alert_to_runbook"), *pairs("no_match_alerts")]
    cases = [Case(query=row["query"], relevant=tuple(row["relevant"])) for row in rows]
    sources = tuple(SHARED / "corpora" / name for name in RUNBOOKS)
    return Task("alert to runbook", _documents(RUNBOOKS), tuple(cases), sources)


def _articles() -> Task:
    cases = [
        Case(query=row["query"], relevant=tuple(row["relevant"])) for row in pairs("symptom_log_to_article")
    ]
    sources = (SHARED / "corpora" / "ke-longhorn-kb",)
    return Task("symptom log to article", _documents(["ke-longhorn-kb"]), tuple(cases), sources)


def _documents(names: Sequence[str]) -> tuple[Document, ...]:
    return tuple(Document(path, title, body) for path, (title, body) in folder(*names).items())


def _bugs() -> Task:
    rows = pairs("signature_to_bug")
    texts = {row["relevant"]: row["text"].strip().partition("\n") for row in rows}
    cases = [
        Case(query=row["query"], relevant=(f"{row['relevant']}.md",)) for row in rows if row["informative"]
    ]
    documents = [Document(f"{bug}.md", title, body.strip()) for bug, (title, _, body) in texts.items()]
    written = {one.id: f"# {one.title}\n\n{one.body}\n" for one in documents}
    return Task("signature to bug", tuple(documents), tuple(cases), written=written)
