"""Labelled queries and the shelves they are asked of, read from `../shared` beside the project.

A shelf is a set of documents, chunked, tokenised and embedded once.  One file is one entry here:
what is measured is ranking, not ingest.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kb.index.encoder import OnnxEncoder
from kb.lookup.features import Candidate, ChunkText, Query
from kb.lookup.rarity import CorpusStats
from kb.model import Passage
from kb.text.entries.chunks import chunk, spelled_out
from kb.text.tokens import tokenize

SHARED = Path(__file__).resolve().parents[2] / "shared"
RUNBOOKS = ("rb-prometheus-operator", "rb-openshift", "rb-kubevirt")


@dataclass(frozen=True)
class Question:
    """A query, its vector, and the entries of which any one is right (none: the answer is unknown)."""

    query: Query
    vector: np.ndarray
    relevant: frozenset[str]


@dataclass(frozen=True)
class Shelf:
    """Documents ready to be asked: chunks with their tokens and vectors."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    chunks: tuple[tuple[ChunkText, ...], ...]
    vectors: tuple[np.ndarray, ...]
    stats: CorpusStats

    def candidates(self, vector: np.ndarray) -> list[Candidate]:
        """Every document of the shelf as a candidate for the question with this vector."""
        return [self._candidate(row, self.vectors[row] @ vector) for row in range(len(self.ids))]

    def _candidate(self, row: int, cosines: np.ndarray) -> Candidate:
        chunks, values = self.chunks[row], tuple(cosines.tolist())
        title = next((v for c, v in zip(chunks, values, strict=True) if c.role == "title"), math.nan)
        return Candidate(self.ids[row], "document", self.titles[row], chunks, values, title)


@dataclass
class Embedder:
    """Sentence vectors as kb makes them (`KB_PRECISION` says in which precision), kept in a file where one is given."""

    cache: Path | None = None
    _known: dict[str, np.ndarray] = field(default_factory=dict)

    _encoder: OnnxEncoder = field(default_factory=OnnxEncoder)

    def __post_init__(self) -> None:
        if self.cache:
            self.cache = self.cache.with_suffix(f".{self._encoder.precision}.npz")
        if self.cache and self.cache.exists():
            with np.load(self.cache) as saved:
                self._known = {key: saved[key] for key in saved.files}

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """One normalised vector a text."""
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            vectors = self._encoder.encode(list(missing.values()))
            self._known.update(zip(missing, vectors, strict=True))
            if self.cache:
                np.savez(self.cache, **self._known)
        return np.stack([self._known[key] for key in keys])


def shelf(documents: Mapping[str, tuple[str, str]], embed: Embedder) -> Shelf:
    """Documents (id to title and body) chunked, tokenised, embedded and counted."""
    chunks = {key: chunk(_passages(title, body)) for key, (title, body) in documents.items()}
    tokens = {key: [tokenize(c.text) for c in cs] for key, cs in chunks.items()}
    vectors = embed([c.embedding_text for cs in chunks.values() for c in cs])
    ends = np.cumsum([len(cs) for cs in chunks.values()])[:-1]
    return Shelf(
        ids=tuple(chunks),
        titles=tuple(title for title, _ in documents.values()),
        chunks=tuple(
            tuple(ChunkText(c.role, tuple(t)) for c, t in zip(chunks[key], tokens[key], strict=True))
            for key in chunks
        ),
        vectors=tuple(np.split(vectors, ends)),
        stats=_stats(list(tokens.values())),
    )


def _passages(title: str, body: str) -> list[Passage]:
    return [
        Passage(role=role, text=text) for role, text in (("title", title), ("body", body)) if text.strip()
    ]


def _stats(entries: Sequence[Sequence[Sequence[str]]]) -> CorpusStats:
    df: Counter[str] = Counter()
    for chunks in entries:
        df.update({token for tokens in chunks for token in tokens})
    lengths = [len(tokens) for chunks in entries for tokens in chunks]
    return CorpusStats(
        len(entries), sum(lengths) / len(entries), df, average_chunk_length=sum(lengths) / len(lengths)
    )


def questions(rows: Iterable[tuple[str, Iterable[str]]], embed: Embedder) -> list[Question]:
    """Query texts and their relevant ids, tokenised and embedded."""
    pairs = [(" ".join(text.replace("<*>", " ").split()), frozenset(relevant)) for text, relevant in rows]
    vectors = embed([spelled_out(text) for text, _ in pairs])
    return [
        Question(Query(text, tuple(tokenize(text))), vector, relevant)
        for (text, relevant), vector in zip(pairs, vectors, strict=True)
    ]


def pairs(name: str) -> list[dict]:
    """The rows of one file of labelled pairs."""
    return [json.loads(line) for line in (SHARED / "pairs" / f"{name}.jsonl").read_text().splitlines()]


def folder(*names: str) -> dict[str, tuple[str, str]]:
    """Title and body of every Markdown document in folders of `corpora`, by path."""
    corpora = SHARED / "corpora"
    paths = [path for name in names for path in sorted((corpora / name).rglob("*.md"))]
    kept = [path for path in paths if path.name not in ("README.md", "_index.md")]
    return {str(path.relative_to(corpora)): _titled(path) for path in kept}


def _titled(path: Path) -> tuple[str, str]:
    text = path.read_text()
    front = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    title = re.search(r'^title:\s*"?(.*?)"?\s*$', front[1], re.MULTILINE) if front else None
    body = text[front.end() :] if front else text
    heading = re.match(r"\s*# +(.*)\n?", body)
    if heading:
        return heading[1].strip(), body[heading.end() :]
    return title[1] if title else path.stem, body
