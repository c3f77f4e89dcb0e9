"""The kinds of entries: four that documents tell, and four that are learned into memory files.

Documents tell incidents, known errors, alert rules and texts of no known form; memory files hold patterns, tool
fixes, procedures (`Runbook`, which documents tell as well) and quirks of services.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from kb.model.entry import (
    ActionItem,
    Advice,
    Cause,
    Entry,
    Measure,
    Passage,
    Severity,
    TimelineEvent,
    Verification,
    passages_of,
)


@dataclass(frozen=True, kw_only=True)
class Incident(Entry):
    """Something that went wrong once, from a postmortem, a status page or opened live.

    Mitigation (the bleeding stopped), resolution (the cause removed) and prevention (it cannot
    come back) are three things; durations are derived from the four times, never stored.
    """

    kind: ClassVar[str] = "incident"

    title: str
    date: date | None = None
    started: datetime | None = None
    detected: datetime | None = None
    acknowledged: datetime | None = None
    mitigated: datetime | None = None
    resolved: datetime | None = None
    severity: Severity | None = None
    severity_label: str = ""
    summary: str = ""
    impact: str = ""
    causes: tuple[Cause, ...] = ()
    mitigation: str = ""
    resolution: str = ""
    prevention: str = ""
    done: tuple[Measure, ...] = ()
    """What was done, read from course and prose where no section tells what fixed it: unverified."""
    timeline: tuple[TimelineEvent, ...] = ()
    action_items: tuple[ActionItem, ...] = ()
    lessons: tuple[str, ...] = ()
    went_well: tuple[str, ...] = ()
    went_wrong: tuple[str, ...] = ()
    body: str = ""

    @property
    def headline(self) -> str:
        return self.title

    @property
    def natural_key(self) -> str:
        return f"{self.date or ''} {self.title}"

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(
            ("title", self.title),
            ("symptom", "\n".join((self.summary, self.impact))),
            ("cause", "\n".join(cause.text for cause in self.causes)),
            ("fix", "\n".join((self.mitigation, self.resolution, self.prevention))),
            ("body", self.body),
        )

    def advice(self) -> Advice:
        return Advice(
            meaning="\n".join(map(_cause_in_words, self.causes)) or self.summary,
            fix="\n".join(
                part for part in (self.mitigation, self.resolution, _done_in_words(self.done)) if part
            ),
            check=self.check,
            warning=self.warning,
        )


def _cause_in_words(cause: Cause) -> str:
    """A cause; of one that was read from prose, where it stands, and that nobody verified it."""
    return f"{cause.text} (line {cause.line}, unverified)" if cause.line else cause.text


def _done_in_words(done: tuple[Measure, ...]) -> str:
    """What was done, as a list that says where each line of it stands and that nobody verified it."""
    if not done:
        return ""
    lines = ("- " + (f"{one.time}: " if one.time else "") + one.text + _place_in_words(one) for one in done)
    return "\n".join(("What was done, as the report tells it (unverified):", *lines))


def _place_in_words(measure: Measure) -> str:
    where = [part for part in (measure.section, f"line {measure.line}" if measure.line else "") if part]
    return f" ({', '.join(where)})" if where else ""


@dataclass(frozen=True, kw_only=True)
class KnownError(Entry):
    """A documented error: how it shows, why, and how to live with it or end it."""

    kind: ClassVar[str] = "known_error"

    title: str
    symptom: str = ""
    cause: str = ""
    resolution: str = ""
    workaround: str = ""
    commands: tuple[str, ...] = ()
    body: str = ""

    @property
    def headline(self) -> str:
        return self.title

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(
            ("title", self.title),
            ("symptom", self.symptom),
            ("cause", self.cause),
            ("fix", "\n".join((self.workaround, self.resolution))),
            ("body", self.body),
        )

    def advice(self) -> Advice:
        return Advice(
            meaning=self.cause or self.symptom,
            fix="\n".join(part for part in (self.workaround, self.resolution) if part),
            commands=self.commands,
            check=self.check,
            warning=self.warning,
        )


@dataclass(frozen=True, kw_only=True)
class AlertRule(Entry):
    """A monitoring alert: its text, its expression, and the runbook that it names."""

    kind: ClassVar[str] = "alert_rule"

    name: str
    summary: str = ""
    description: str = ""
    expr: str = ""
    severity: Severity | None = None
    severity_label: str = ""
    runbook_url: str = ""
    group: str = ""

    @property
    def headline(self) -> str:
        return self.name

    @property
    def natural_key(self) -> str:
        return f"{self.group} {self.name} {self.expr}"

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(("title", self.name), ("symptom", "\n".join((self.summary, self.description))))

    def advice(self) -> Advice:
        fix = f"Runbook: {self.runbook_url}" if self.runbook_url else ""
        meaning = self.description or self.summary
        return Advice(meaning=meaning, fix=fix, check=self.check, warning=self.warning)


@dataclass(frozen=True, kw_only=True)
class Document(Entry):
    """A text that could not be understood as anything better; kept so that it can be found."""

    kind: ClassVar[str] = "document"

    title: str
    body: str = ""

    @property
    def headline(self) -> str:
        return self.title

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(("title", self.title), ("body", self.body))

    def advice(self) -> Advice:
        return Advice(meaning=self.body[:500], check=self.check, warning=self.warning)


@dataclass(frozen=True, kw_only=True)
class Pattern(Entry):
    """An error pattern: what it looks like, what it means, what fixes it."""

    kind: ClassVar[str] = "pattern"

    pattern: str
    meaning: str = ""
    fix: str = ""
    commands: tuple[str, ...] = ()
    category: str = ""

    @property
    def headline(self) -> str:
        return self.pattern

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(
            ("title", self.pattern),
            ("cause", self.meaning),
            ("fix", "\n".join((self.fix, *self.commands))),
            *(("symptom", sample) for sample in self.samples.must_match),
        )

    def advice(self) -> Advice:
        return Advice(
            meaning=self.meaning, fix=self.fix, commands=self.commands, check=self.check, warning=self.warning
        )


@dataclass(frozen=True, kw_only=True)
class ToolFix(Entry):
    """What makes one tool fail in one way, and what to do about it."""

    kind: ClassVar[str] = "tool_fix"

    tool_name: str
    error_pattern: str
    root_cause: str = ""
    fix: str = ""
    commands: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        return f"{self.tool_name}: {self.error_pattern}"

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(
            ("title", self.error_pattern),
            ("cause", self.root_cause),
            ("fix", "\n".join((self.fix, *self.commands))),
            ("body", self.tool_name),
            *(("symptom", sample) for sample in self.samples.must_match),
        )

    def advice(self) -> Advice:
        return Advice(
            meaning=self.root_cause,
            fix=self.fix,
            commands=self.commands,
            check=self.check,
            warning=self.warning,
        )


@dataclass(frozen=True, kw_only=True)
class Runbook(Entry):
    """A procedure: when it applies and the steps to take, in order."""

    kind: ClassVar[str] = "runbook"

    name: str
    when: str = ""
    impact: str = ""
    steps: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    body: str = ""
    """The text of the document, whole; empty for procedures of `learned/runbooks.yaml`."""
    verified: Verification | None = None

    @property
    def headline(self) -> str:
        return self.name

    def passages(self) -> tuple[Passage, ...]:
        rest = self.body or "\n".join((*self.steps, *self.commands))
        return passages_of(("title", self.name), ("symptom", self.when), ("body", rest))

    def advice(self) -> Advice:
        return Advice(
            meaning=self.when,
            fix="\n".join(f"{n}. {step}" for n, step in enumerate(self.steps, 1)),
            commands=self.commands,
            check=self.check,
            warning=self.warning,
        )


@dataclass(frozen=True, kw_only=True)
class Quirk(Entry):
    """A way in which one service behaves that surprises people who do not know it."""

    kind: ClassVar[str] = "quirk"

    service: str
    name: str
    description: str = ""
    workaround: str = ""

    @property
    def headline(self) -> str:
        return f"{self.service}: {self.name}"

    def passages(self) -> tuple[Passage, ...]:
        return passages_of(("title", self.headline), ("symptom", self.description), ("fix", self.workaround))

    def advice(self) -> Advice:
        return Advice(meaning=self.description, fix=self.workaround, check=self.check, warning=self.warning)
