"""The memories that the simulated quarter compares: none, the ancestors', ours frozen, ours with its loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.quarter_agent import Answer, Ending, Lesson, Offer
from benchmarks.quarter_review import Reviewer
from benchmarks.quarter_stream import BEGIN, Incident, Quarter
from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder, Progress
from kb.lookup.scoring import RELATED
from kb.model.ledger import Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EXACT_BELOW = 50_000
"""All vectors are compared, as commands do."""


_TITLE = 160
_UNTOLD = "It is over"
"""How an incident is resolved of which nobody wrote down what helped."""


class NoMemory:
    """Every incident is investigated from scratch."""

    def ask(self, incident: Incident) -> Answer:  # noqa: ARG002
        """Nothing is known."""
        return Answer(verdict="unknown")

    def learn(self, lesson: Lesson, at: datetime) -> str:  # noqa: ARG002
        """Forgets."""
        return ""

    def end(self, answer: Answer, ending: Ending, at: datetime) -> None:
        """Forgets."""

    def tell(self, answer: Answer, offer: Offer, result: str, verified: bool, at: datetime) -> None:
        """Forgets."""

    def review(self, at: datetime) -> None:
        """Has nothing to look back on."""


@dataclass
class _Remembered:
    pattern: str
    fix: str
    confidence: float = 0.5


@dataclass
class SubstringMemory(NoMemory):
    """What the ancestors do, without their bugs: all that was learned is searched, nothing is lost.

    A pattern matches when it is a substring of the text; matches come in file order, five at the
    most.  Learned again, a pattern gets the new fix and more confidence.  Outcomes are not heard of.
    """

    entries: list[_Remembered] = field(default_factory=list)

    def ask(self, incident: Incident) -> Answer:
        """All matches in file order."""
        text = incident.text.lower()
        found = [
            Offer(id=str(index), fix=one.fix)
            for index, one in enumerate(self.entries)
            if one.pattern.lower() in text
        ]
        return Answer(verdict="known" if found else "unknown", offers=tuple(found[:5]))

    def learn(self, lesson: Lesson, at: datetime) -> str:  # noqa: ARG002
        """Append it, or overwrite the one with the same pattern."""
        for one in self.entries:
            if one.pattern == lesson.pattern:
                one.fix, one.confidence = lesson.fix, min(0.95, one.confidence + 0.1)
                return lesson.pattern
        self.entries.append(_Remembered(lesson.pattern, lesson.fix))
        return lesson.pattern


class RememberingEncoder(OnnxEncoder):
    """The real encoder; what two memories ask of the same text is computed once a process."""

    def __init__(self) -> None:
        super().__init__()
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """See `Encoder.encode`."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors |= zip(new, super().encode(new, progress), strict=True)
        return np.array([self._vectors[text] for text in texts], dtype=np.float32)


class Clock:
    """The simulated time."""

    now = BEGIN

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now


class FrozenSelf:
    """Our lookup, our learning, our incidents, and nobody ever says what came of an entry."""

    def __init__(self, home: Path, encoder: OnnxEncoder, quarter: Quarter) -> None:
        for folder in ("learned", "state"):  # an empty home: no starter advice for either side
            (home / folder).mkdir(parents=True)
        self.quarter, self.clock = quarter, Clock()
        self.kb = KnowledgeBase.open(
            home, clock=self.clock, encoder=encoder, exact_below=_EXACT_BELOW, actor="agent"
        )

    def ask(self, incident: Incident) -> Answer:
        """An incident is opened with the alert; then `check_known_issues` with the service, as an agent asks."""
        self.clock.now = incident.at
        opened = self.opened(incident)
        found = self.kb.check_known_issues(incident.text, service=incident.service, incident_id=opened)
        offers = () if found.verdict is Verdict.UNKNOWN else found.matches
        return Answer(
            verdict=found.verdict.value,
            lookup_id=found.lookup_id,
            incident_id=opened,
            offers=tuple(
                Offer(id=one.id, fix=one.fix, check=one.check, meaning=one.meaning)
                for one in offers
                if one.fix != _UNTOLD and one.confidence >= RELATED  # (below it the answer calls it unlikely)
            ),
        )

    def opened(self, incident: Incident) -> str:
        """An incident is opened with the alert; its id."""
        title = f"{incident.service}: {incident.text.splitlines()[0]}"[:_TITLE]
        return self.kb.incidents.open(title, service=incident.service, alert=incident.text).id

    def learn(self, lesson: Lesson, at: datetime) -> str:
        """`learn_pattern`."""
        self.clock.now = at
        return self.kb.learn_pattern(
            lesson.pattern,
            lesson.meaning,
            lesson.fix,
            check=lesson.check,
            services=[lesson.service] if lesson.service else [],
        ).id

    def end(self, answer: Answer, ending: Ending, at: datetime) -> None:
        """The incident is resolved with cause and remedy, as far as they were written down, and closed."""
        self.clock.now = at
        life, named = self.kb.incidents, self.names(ending)
        life.resolve(ending.fix or _UNTOLD, ending.meaning, entry_id=named, incident_id=answer.incident_id)
        if ending.verified:
            life.verify("all", by="on-call", incident_id=answer.incident_id)
        life.close(answer.incident_id)

    def names(self, ending: Ending) -> str:  # noqa: ARG002
        """The entry that the end of an incident names: none."""
        return ""

    def tell(self, answer: Answer, offer: Offer, result: str, verified: bool, at: datetime) -> None:
        """Not passed on."""

    def review(self, at: datetime) -> None:
        """Not held."""

    def close(self) -> None:
        """Let go of the home."""
        self.kb.close()


class ClosedLoop(FrozenSelf):
    """The same with outcomes, and with a review at the end of each week."""

    def __init__(self, home: Path, encoder: OnnxEncoder, quarter: Quarter) -> None:
        super().__init__(home, encoder, quarter)
        self.asked: dict[str, Incident] = {}
        self.reviewer = Reviewer(quarter, self.kb, self.asked)

    def ask(self, incident: Incident) -> Answer:
        """The same; the reviewer will know which incident it was."""
        answer = super().ask(incident)
        if answer.lookup_id:
            self.asked[answer.lookup_id] = incident
        return answer

    def names(self, ending: Ending) -> str:
        """The lesson that was learned in it; what was offered is told by `tell`."""
        return ending.learned

    def tell(self, answer: Answer, offer: Offer, result: str, verified: bool, at: datetime) -> None:
        """`record_outcome`."""
        self.clock.now = at
        self.kb.record_outcome(
            offer.id, result, lookup_id=answer.lookup_id, verified_by="on-call" if verified else None
        )

    def review(self, at: datetime) -> None:
        """The weekly summary, with its watch list, and the decisions on what is proposed."""
        self.clock.now = at
        self.kb.publish_review(days=7)
        self.reviewer.decide(at)
