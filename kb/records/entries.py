"""The kinds of knowledge: pattern, tool fix, runbook, quirk, incident, known error, alert rule, document.

Each kind says how it is titled (`headline`), what identifies it (`natural_key`), what text it can
be found by (`passages`, `signatures`), and what it advises (`advice`).  Nothing here does I/O.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from kb.records.parts import (
    ActionItem,
    Advice,
    Cause,
    Passage,
    Provenance,
    Samples,
    Scope,
    Severity,
    Signature,
    Status,
    TimelineEvent,
    Verification,
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What all kinds share.  Subclasses add their fields and answer the four questions below."""

    kind: ClassVar[str]

    id: str = ""
    status: Status = Status.ACTIVE
    scope: Scope = Scope()
    provenance: Provenance = Provenance()
    expires: date | None = None
    samples: Samples = Samples()
    signatures: tuple[Signature, ...] = ()
    check: str = ""
    warning: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys of the source that kb does not know; kept, never interpreted."""

    @property
    def headline(self) -> str:
        """One line that names the entry to a person."""
        raise NotImplementedError

    @property
    def natural_key(self) -> str:
        """What makes two spellings of this entry the same entry; the id is derived from it."""
        return self.headline

    def passages(self) -> tuple[Passage, ...]:
        """The texts that the entry can be found by, title first, empty ones left out."""
        raise NotImplementedError

    def advice(self) -> Advice:
        """What to tell somebody who meets it."""
        raise NotImplementedError


def _passages(*pairs: tuple[str, str]) -> tuple[Passage, ...]:
    return tuple(Passage(role=role, text=text.strip()) for role, text in pairs if text.strip())


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
        return _passages(
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
        return _passages(
            ("title", self.error_pattern),
            ("cause", self.root_cause),
            ("fix", "\n".join((self.fix, *self.commands))),
            ("body", self.tool_name),
            *(("symptom", sample) for sample in self.samples.must_match),
        )

    def advice(self) -> Advice:
        return Advice(
            meaning=self.root_cause, fix=self.fix, commands=self.commands, check=self.check, warning=self.warning
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
        return _passages(("title", self.name), ("symptom", self.when), ("body", rest))

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
        return _passages(("title", self.headline), ("symptom", self.description), ("fix", self.workaround))

    def advice(self) -> Advice:
        return Advice(meaning=self.description, fix=self.workaround, check=self.check, warning=self.warning)


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
        return _passages(
            ("title", self.title),
            ("symptom", "\n".join((self.summary, self.impact))),
            ("cause", "\n".join(cause.text for cause in self.causes)),
            ("fix", "\n".join((self.mitigation, self.resolution, self.prevention))),
            ("body", self.body),
        )

    def advice(self) -> Advice:
        return Advice(
            meaning="\n".join(cause.text for cause in self.causes) or self.summary,
            fix="\n".join(part for part in (self.mitigation, self.resolution) if part),
            check=self.check,
            warning=self.warning,
        )


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
        return _passages(
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
        return _passages(("title", self.name), ("symptom", "\n".join((self.summary, self.description))))

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
        return _passages(("title", self.title), ("body", self.body))

    def advice(self) -> Advice:
        return Advice(meaning=self.body[:500], check=self.check, warning=self.warning)


KINDS: dict[str, type[Entry]] = {
    cls.kind: cls for cls in (Pattern, ToolFix, Runbook, Quirk, Incident, KnownError, AlertRule, Document)
}
"""Every kind of entry by its name."""
