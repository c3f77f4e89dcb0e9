"""An entry's texts cut into the pieces that are indexed: a title, then bodies of about 150 words.

`chunk` is pure and deterministic.  A chunk has two texts: `text` is what words are looked up in,
`embedding_text` is what the model sees: the same piece under the entry's title, identifiers
spelled out, because a paragraph alone rarely says what it is about.  Pieces end at headings and
paragraphs where they can.  Text that an entry repeats (a symptom that also stands in the body) is
kept once.  Nothing is lost from a huge entry: after `MAX_CHUNKS` pieces the distinct words of the
rest follow in one last chunk of role `rest`, found by words only (its `embedding_text` is empty).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from kb.expression import expression
from kb.model import Passage
from kb.text.masking import mask
from kb.text.masking_rules import PLACEHOLDER

TARGET_WORDS = 150
"""A piece is closed when the next paragraph would take it past this."""
MAX_CHUNKS = 200
"""Pieces an entry can have, before the rest is kept as words only."""
_HEADED_WORDS = 40
"""A heading opens a new piece once the current one has this many words."""
_MAX_CHARACTERS = 1600
"""Logs and tables have few spaces; what is longer than this is too long whatever its words."""

_PARAGRAPH = expression(r"\n[ \t]*\n|\n(?=#{1,6}[ \t])")
_HEADING = expression(r"#{1,6}[ \t]")
_WORD = expression(r"\S+")
_HUMP = expression(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One indexed piece of an entry; `ordinal` counts from 0, `role` is its passage's."""

    ordinal: int
    role: str
    text: str
    embedding_text: str


def chunk(passages: Sequence[Passage]) -> list[Chunk]:
    """Cut an entry's passages into chunks, titles first; no passages, no chunks."""
    title = without_ids(next((passage.text for passage in passages if passage.role == "title"), ""))
    pieces = list(_pieces(passages))
    kept, rest = pieces[:MAX_CHUNKS], pieces[MAX_CHUNKS:]
    chunks = [
        Chunk(n, role, text, spelled_out(title if role == "title" else f"{title}. {text}" if title else text))
        for n, (role, text) in enumerate(kept)
    ]
    if rest:
        words = dict.fromkeys(word for _, text in rest for word in text.split())
        chunks.append(Chunk(len(chunks), "rest", " ".join(words), ""))
    return chunks


ASKED = "asked"
"""The role of a piece that is no text of the entry: words that it was asked in when it helped."""

WHOLE = "whole"
"""The role of the piece that says in one what a short entry is about: where it holds, what is seen, why, what helps."""


def whole(names: Sequence[str], title: str, said: Sequence[str], ordinal: int) -> Chunk:
    """One piece of all that a short entry says, for questions that people ask in their own words.

    Its words are `names` (services and tools), the others stand in its other pieces; the model sees all of it.
    """
    about = " ".join(names)
    told = " ".join([without_ids(title) + ".", *said]).split()[:TARGET_WORDS]
    return Chunk(
        ordinal, WHOLE, about, spelled_out(f"{about}: {' '.join(told)}" if about else " ".join(told))
    )


def reworded(lines: Iterable[str], first: int) -> list[Chunk]:
    """The pieces for lines that an entry was asked in, numbered from `first`.

    They are embedded as they are: what is asked again has no title either.
    """
    texts = map(without_ids, lines)
    return [Chunk(n, ASKED, text, spelled_out(text)) for n, text in enumerate(texts, first)]


def without_ids(title: str) -> str:
    """A title without its ids, numbers and times, which mean nothing to the model; as it is if nothing is left."""
    return " ".join(mask(title).replace(PLACEHOLDER, " ").split()) or title


def spelled_out(text: str) -> str:
    """`text` with its identifiers as words (`KubePodCrashLooping`: `Kube Pod Crash Looping`)."""
    return text if text.islower() and "_" not in text else _HUMP.sub(" ", text)


def _pieces(passages: Sequence[Passage]) -> Iterator[tuple[str, str]]:
    """Role and text of every piece, repeated paragraphs left out."""
    seen: set[str] = set()
    for passage in sorted(passages, key=lambda passage: passage.role != "title"):
        fresh = (part for part in _paragraphs(passage.text) if _is_new(part, seen))
        yield from ((passage.role, text) for text in _packed(fresh))


def _is_new(paragraph: str, seen: set[str]) -> bool:
    normal = " ".join(paragraph.split()).casefold()
    if not normal or normal in seen:
        return False
    seen.add(normal)
    return True


def _paragraphs(text: str) -> Iterator[str]:
    for block in _PARAGRAPH.split(text):
        yield from _bounded(block.strip())


def _bounded(block: str) -> Iterator[str]:
    """The block itself, or slices of it at line ends, then spaces, that are not too long."""
    start = 0
    while start < len(block):
        window = block[start : start + _MAX_CHARACTERS + 1]
        end = _cut(window)
        yield window[:end].strip()
        start += end


def _cut(window: str) -> int:
    """Where a slice that starts here ends: with the text, or at a line end, a space, or anywhere."""
    words = [match.end() for match in islice(_WORD.finditer(window), TARGET_WORDS + 1)]
    if len(window) <= _MAX_CHARACTERS and len(words) <= TARGET_WORDS:
        return len(window)
    limit = min(_MAX_CHARACTERS, words[TARGET_WORDS - 1] if len(words) > TARGET_WORDS else _MAX_CHARACTERS)
    newline, space = window.rfind("\n", limit // 3, limit + 1), window.rfind(" ", limit // 3, limit + 1)
    return newline if newline > 0 else space if space > 0 else limit


def _words(text: str) -> int:
    return len(text.split())


def _packed(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs joined to pieces of about `TARGET_WORDS`."""
    piece: list[str] = []
    for paragraph in paragraphs:
        if piece and _closes(piece, paragraph):
            yield "\n\n".join(piece)
            piece = []
        piece.append(paragraph)
    if piece:
        yield "\n\n".join(piece)


def _closes(piece: list[str], following: str) -> bool:
    words = sum(map(_words, piece))
    if _HEADING.match(following) and words >= _HEADED_WORDS:
        return True
    too_wide = sum(map(len, piece)) + len(following) > _MAX_CHARACTERS
    heading_only = len(piece) == 1 and _HEADING.match(piece[0]) and "\n" not in piece[0]
    return not heading_only and (too_wide or words + _words(following) > TARGET_WORDS)
