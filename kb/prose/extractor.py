"""Which texts are handed to a model during an ingest, and when to stop asking.

Asked are postmortems in which the parser found no cause or no timeline, and texts that no parser
understood.  After a failure that the next text would share (no key, overload), nothing more is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.source import SourceFile
from kb.model import Document, Entry, Incident, Status
from kb.prose.client import Asks, ProseMissing
from kb.prose.extraction import SYSTEM, Extracted, PostmortemQuotes, fill, request_of
from kb.text.redact import redact

LONGEST_TEXT = 100_000
"""Characters of a text that are still sent to a model."""
BY_MODEL = "+model"
"""What is added to the name of the parser of a file that a model has read, too."""
_SOURCES = ("postmortem", "document")


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The entries of one file after extraction: `asked` when a model really read it; `told` in sentences."""

    entries: tuple[Entry, ...]
    asked: bool = False
    told: tuple[str, ...] = ()


@dataclass
class Extractor:
    """Asks a model about the texts that parsers could not read far enough; one for each ingest."""

    client: Asks
    stopped: str = field(default="", init=False)
    """Why no more is asked; empty while all is well."""
    read_by_model: int = field(default=0, init=False)
    """Texts that a model answered about."""
    waiting: int = field(default=0, init=False)
    """Texts that were not asked about since then."""

    def wants_again(self, parser: str) -> bool:
        """Whether a file that was read before is to be looked at again, by the name of its parser."""
        return parser.partition("/")[0] in _SOURCES

    def read(self, source: str, entries: Sequence[Entry], file: SourceFile) -> ModelReading:
        """The entries of a file, with what a model found in its text where its parser found too little."""
        wanted = next((entry for entry in entries if _wants(entry, file)), None)
        if wanted is None or len(entries) != 1 or source not in _SOURCES:
            return ModelReading(tuple(entries))
        if len(file.text) > LONGEST_TEXT:
            said = f"not sent to a model: it has more than {LONGEST_TEXT} characters"
            return ModelReading(tuple(entries), told=(said,))
        if self.stopped:
            self.waiting += 1
            return ModelReading(tuple(entries))
        text = redact(file.text).text
        try:
            quotes = self.client.ask(SYSTEM, request_of(text), PostmortemQuotes)
        except ProseMissing as error:
            return self._unanswered(entries, error)
        self.read_by_model += 1
        return self._answered(wanted, quotes, text)

    def outcome(self) -> tuple[str, ...]:
        """What is to be said of the whole ingest, if anything."""
        sent = f"texts sent to {self.client.model} and read by it: {self.read_by_model}"
        if not self.stopped:
            return (sent,)
        stopped = f"extraction stopped because {self.stopped}; texts not asked about: {self.waiting}"
        return (sent, stopped) if self.read_by_model else (stopped,)

    def _unanswered(self, entries: Sequence[Entry], error: ProseMissing) -> ModelReading:
        if error.lasting:
            self.stopped, self.waiting = str(error), self.waiting + 1
            return ModelReading(tuple(entries))
        return ModelReading(tuple(entries), told=(f"nothing was extracted by a model because {error}",))

    def _answered(self, entry: Entry, quotes: PostmortemQuotes, text: str) -> ModelReading:
        if isinstance(entry, Document) and not quotes.tells_of_incident:
            return ModelReading((entry,), asked=True, told=("a model found no incident in it",))
        incident = entry if isinstance(entry, Incident) else _as_incident(entry)
        found = fill(incident, quotes, text, model=self.client.model)
        understood = isinstance(entry, Incident) or {"causes", "timeline"} & set(found.filled)
        return ModelReading(
            (found.incident if understood and found.filled else entry,),
            asked=True,
            told=_told(found, bool(understood)),
        )


def _wants(entry: Entry, file: SourceFile) -> bool:
    if isinstance(entry, Incident):
        return not entry.causes or not entry.timeline
    return isinstance(entry, Document) and file.is_prose


def _as_incident(entry: Entry) -> Incident:
    """A plain document as the incident that it seems to tell of; unverified."""
    body = entry.body if isinstance(entry, Document) else ""
    return Incident(
        title=entry.headline,
        body=body,
        status=Status.CANDIDATE,
        scope=entry.scope,
        provenance=entry.provenance,
        expires=entry.expires,
        check=entry.check,
        warning=entry.warning,
        extra=entry.extra,
    )


def _told(found: Extracted, understood: bool) -> tuple[str, ...]:
    rejected = tuple(f"rejected from a model's answer: {one}" for one in found.rejected)
    if not found.filled:
        return ("a model found nothing to add", *rejected)
    if not understood:
        return ("kept as a document: a model found neither causes nor a timeline in it", *rejected)
    return (f"extracted by a model, unverified: {', '.join(found.filled)}", *rejected)
