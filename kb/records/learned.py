"""What is kept in memory files: patterns, tool fixes, procedures, quirks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kb.records.entry import Entry, passages_of
from kb.records.parts import Advice, Passage, Verification


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
