"""Tools on changes: what was deployed, rolled back or changed by hand, and where to roll back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.mcp.arguments import NUMBER, Environment, Flag, Service, Text, Words
from kb.doors.mcp.offers import Offer, reading, writing
from kb.errors import InvalidInput
from kb.model.change import Change, RollbackTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeList:
    """Changes of a window, newest first."""

    changes: tuple[Change, ...]
    total: int


class ChangeTools:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        more = "ask for fewer hours, or for one service or kind"
        return (writing(self.record_change), reading(self.changes, more=more), reading(self.rollback_target))

    def record_change(
        self,
        kind: Annotated[Text, Field(description="deployment, rollback, drift, migration or config.")],
        service: Service = "",
        environment: Environment = "",
        version: Annotated[Text, Field(description="What runs afterwards: a tag, image or commit.")] = "",
        previous: Annotated[Text, Field(description="What ran before.")] = "",
        summary: Annotated[Text, Field(description="What was changed, in a sentence.")] = "",
        reason: Annotated[Text, Field(description="Why; a drift needs a reason.")] = "",
        author: Annotated[Text, Field(description="Who did it.")] = "",
        result: Annotated[Text, Field(description="succeeded, failed or unknown.")] = "unknown",
        reversible: Annotated[Flag, Field(description="Whether it can be taken back, where known.")] = None,
        expires: Annotated[Text, Field(description="For drift: the day until which it may stand.")] = "",
        at: Annotated[Text, Field(description="When: a time, or 2h for two hours ago; else now.")] = "",
    ) -> Change:
        """Record a change in production: the next triage weighs it as a possible cause.

        Call it for every deployment, rollback, manual change (drift, with a reason and a day on which it
        expires) and migration that you make or hear of.
        """
        return self._kb.changes.record(
            kind,
            service,
            environment,
            version=version,
            previous=previous,
            summary=summary,
            reason=reason,
            author=author,
            result=result,
            reversible=reversible,
            expires=expires or None,
            at=at or None,
        )

    def changes(
        self,
        service: Service = "",
        environment: Environment = "",
        hours: Annotated[
            float, Field(gt=0, le=87_600), NUMBER, Field(description="How many hours back from now.")
        ] = 24,
        kinds: Annotated[Words, Field(description="Only these, such as deployment, migration.")] = (),
        since: Annotated[Text, Field(description="In place of hours: a time, or 2h for two hours ago.")] = "",
        until: Annotated[Text, Field(description="With since: until when; else now.")] = "",
    ) -> ChangeList:
        """What was changed lately, newest first: the strongest hint at the cause of an outage.

        Ask for the window before the alert.  None found means that none was recorded, not that there was none.
        """
        if until and not since:
            raise InvalidInput("changes: `until` needs `since`: say when the window begins")
        if not since:
            found = [
                one
                for one in self._kb.changes.recent(hours, service, environment)
                if not kinds or one.kind in kinds
            ]
        else:
            found = self._kb.changes.between(since, until or None, service, environment, kinds)
        return ChangeList(changes=tuple(found), total=len(found))

    def rollback_target(
        self,
        service: Annotated[Text, Field(description="The service to roll back.")],
        environment: Environment = "",
    ) -> RollbackTarget:
        """Which version to roll back to, how often it ran well (of n), and what must be true first.

        `target` is null when no earlier version is on record.  Read `preconditions` before you act: a
        migration in between is not taken back with the code.
        """
        return self._kb.changes.rollback_target(service, environment)
