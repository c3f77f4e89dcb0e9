"""The draft of a postmortem with what it rests on: each statement, and the steps of the incident that say so.  Pure.

The Markdown is that of `postmortem`, which ingest reads back, so nothing is written into it; the numbers stand beside
the same statements, part by part.  What nobody has said yet is `missing`, never filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from kb.incidents.life import one_line, span, told
from kb.incidents.merging import lived
from kb.incidents.overview import of_status, step_in_words
from kb.incidents.postmortem import causes, file_name, postmortem, warnings
from kb.model.entry import ActionItem, CauseStatus
from kb.model.incident import DraftLine, DraftPart, DraftSource, IncidentDraft, LiveIncident, Step
from kb.model.ledger import Event
from kb.text.times import second

Says = Callable[[Event], bool]


def sourced_draft(incident: LiveIncident) -> IncidentDraft:
    """The draft; a step is a source once, whichever statements rest on it."""
    numbering = _Numbering(lived(incident.timeline))
    parts = tuple(part for part in _parts(incident, numbering) if part.lines)
    return IncidentDraft(
        incident_id=incident.id,
        file_name=file_name(incident),
        markdown=postmortem(incident),
        parts=parts,
        sources=tuple(numbering.sources()),
    )


class _Numbering:
    """Numbers the steps in the order in which statements rest on them."""

    def __init__(self, steps: Sequence[Event]) -> None:
        self.steps, self._numbers = steps, dict[int, int]()

    def of(self, says: Says) -> tuple[int, ...]:
        """The numbers of the steps that say it."""
        found = (place for place, step in enumerate(self.steps) if says(step))
        return tuple(self._numbers.setdefault(place, len(self._numbers) + 1) for place in found)

    def line(self, text: str, says: Says) -> DraftLine:
        """A statement with its sources."""
        return DraftLine(text=one_line(text), sources=self.of(says))

    def sources(self) -> Iterator[DraftSource]:
        """The steps that were numbered, in the order of their numbers."""
        for place, number in self._numbers.items():
            step = self.steps[place]
            yield DraftSource(
                number=number,
                step=step.id,
                at=step.at,
                text=one_line(step_in_words(step)),
                actor=step.actor,
                entry_id=str(step.data.get("entry_id") or ""),
            )


def _parts(incident: LiveIncident, by: _Numbering) -> Iterator[DraftPart]:
    yield DraftPart(heading="Summary", lines=tuple(_summary(incident, by)))
    yield DraftPart(heading="Timeline", lines=tuple(_timeline(by)))
    yield _part("Root cause", _causes(incident, by), "What caused it")
    tried = [one for one in incident.mitigations if one.worked is not False]
    yield DraftPart(
        heading="What stopped it", lines=tuple(by.line(one.text, _tried(one.text)) for one in tried)
    )
    yield _part(
        "What ended it",
        [by.line(incident.resolution, _is(Step.RESOLUTION))] if incident.resolution else [],
        "What was done to fix it",
    )
    yield DraftPart(heading="Tried without success", lines=tuple(_warnings(incident, by)))
    prevention = (
        [by.line(incident.prevention, _has("prevention", incident.prevention))] if incident.prevention else []
    )
    yield DraftPart(heading="So that it cannot come back", lines=tuple(prevention))
    yield _part("Went well", _reviewed(incident.went_well, "went_well", by), "Things that worked")
    yield _part("Went wrong", _reviewed(incident.went_wrong, "went_wrong", by), "Things that did not work")
    yield _part(
        "To do", [_to_do(one, by) for one in incident.action_items], "What prevents it, by whom, when"
    )
    yield _part("Lessons", _reviewed(incident.lessons, "lessons", by), "What was learned")


def _part(heading: str, lines: Iterable[DraftLine], otherwise: str) -> DraftPart:
    """A part that every postmortem has: what is missing in it is said."""
    found = tuple(lines)
    return DraftPart(heading=heading, lines=found or (DraftLine(text=otherwise, missing=True),))


def _summary(incident: LiveIncident, by: _Numbering) -> Iterator[DraftLine]:
    begun = incident.started or incident.detected
    level = incident.severity_label or incident.severity
    opened = _is(Step.OPENED)
    yield by.line(incident.title, opened)
    yield by.line(f"Began {second(begun)}", opened)
    if incident.resolved:
        ended = f"Ended {second(incident.resolved)}, after {span(incident.resolved - begun)}"
        yield by.line(ended, _is(Step.RESOLUTION))
    else:
        yield DraftLine(text="When it ended", missing=True)
    if level:
        set_later = any(map(_is(Step.SEVERITY), by.steps))
        yield by.line(f"Severity {level}", _is(Step.SEVERITY) if set_later else opened)
    else:
        yield DraftLine(text="How severe it was", missing=True)
    if incident.services:
        yield by.line(f"Services: {', '.join(incident.services)}", opened)
    if incident.impact:
        yield by.line(f"Impact: {incident.impact}", _has("impact", incident.impact))
    else:
        yield DraftLine(text="Who was affected, and how", missing=True)


def _timeline(by: _Numbering) -> Iterator[DraftLine]:
    for step in by.steps:
        if text := told(step):
            yield by.line(f"{second(step.at)} {text}", lambda one, step=step: one is step)  # type: ignore[misc]


def _causes(incident: LiveIncident, by: _Numbering) -> Iterator[DraftLine]:
    words = {CauseStatus.CONFIRMED: "Confirmed", CauseStatus.SUSPECTED: "Suspected, not confirmed"}
    for one in causes(incident):
        yield by.line(f"{words[one.status]}: {one.text}", _supposed(one.text))


def _warnings(incident: LiveIncident, by: _Numbering) -> Iterator[DraftLine]:
    for text in warnings(incident):
        said = text.partition(": ")[2]
        refuted = any(one_line(one.text) == said for one in of_status(incident, CauseStatus.REFUTED))
        yield by.line(text, _supposed(said) if refuted else _tried(said))


def _reviewed(points: Iterable[str], name: str, by: _Numbering) -> list[DraftLine]:
    return [by.line(point, _has(name, point)) for point in points]


def _to_do(item: ActionItem, by: _Numbering) -> DraftLine:
    whose = item.owner or "nobody yet"
    due = item.due.isoformat() if item.due else "no day yet"
    text = f"{'Done: ' if item.done else ''}{item.text} ({whose}, {due})"
    return by.line(text, lambda step: step.kind == Step.ACTION_ITEM and step.action == item.text)


def _is(kind: Step) -> Says:
    return lambda step: step.kind == kind


def _tried(text: str) -> Says:
    wanted = one_line(text)
    return lambda step: step.kind in (Step.MITIGATION, Step.RESOLUTION) and one_line(step.action) == wanted


def _supposed(text: str) -> Says:
    wanted = one_line(text)
    return lambda step: step.kind == Step.HYPOTHESIS and one_line(step.action) == wanted


def _has(name: str, value: str) -> Says:
    def says(step: Event) -> bool:
        said = step.data.get(name)
        return value in said if isinstance(said, list | tuple) else bool(said) and said == value

    return says
