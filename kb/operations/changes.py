"""Operations on changes: what was deployed, rolled back or changed by hand, and where to roll back to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.role import Role
from kb.operations.arguments import Environment, Flag, Service, Text, Words, number
from kb.operations.operation import reading, writing

if TYPE_CHECKING:
    from kb.model.change import Change, RollbackTarget
    from kb.operations.records import ChangeList


@writing("POST /changes", by=Role.RESPOND)
def record_change(
    kb: KnowledgeBase,
    kind: Annotated[Text, "deployment, rollback, drift, migration or config."],
    service: Service = "",
    environment: Environment = "",
    version: Annotated[Text, "What runs afterwards: a tag, image or commit."] = "",
    previous: Annotated[Text, "What ran before."] = "",
    summary: Annotated[Text, "What was changed, in a sentence."] = "",
    reason: Annotated[Text, "Why; a drift needs a reason."] = "",
    author: Annotated[Text, "Who did it."] = "",
    result: Annotated[Text, "succeeded, failed or unknown."] = "unknown",
    reversible: Annotated[Flag, "Whether it can be taken back; leave it out where nobody knows."] = None,
    expires: Annotated[Text, "For drift: the day until which it may stand, as 2026-05-20."] = "",
    at: Annotated[Text, "When: a time in UTC, or 2h for two hours ago; else now."] = "",
) -> Change:
    """Record a change in production: the next triage weighs it as a possible cause.

    Call it for every deployment, rollback, manual change (drift, with a reason and a day on which it expires) and
    migration that you make or hear of.  The same one recorded again stays one.
    """
    return kb.changes.record(
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


@reading("GET /changes", more="ask for fewer hours, or for one service or kind")
def changes(
    kb: KnowledgeBase,
    service: Service = "",
    environment: Environment = "",
    hours: Annotated[float, number(0, 87_600), "How many hours back from now."] = 24,
    kinds: Annotated[Words, "Only these, such as deployment, migration."] = (),
    since: Annotated[Text, "In place of hours: a time, or 2h for two hours ago."] = "",
    until: Annotated[Text, "With since: until when; else now."] = "",
) -> ChangeList:
    """What was changed lately, newest first: the strongest hint at the cause of an outage.

    Ask for the window before the alert.  None found means that none was recorded, not that there was none.
    """
    from kb.operations.records import ChangeList

    if until and not since:
        raise InvalidInput("changes: `until` needs `since`: say when the window begins")
    if since:
        found = kb.changes.between(since, until or None, service, environment, kinds)
    else:
        recent = kb.changes.recent(hours, service, environment)
        found = [one for one in recent if not kinds or one.kind in kinds]
    return ChangeList(changes=tuple(found), total=len(found))


@reading("GET /rollback-target")
def rollback_target(
    kb: KnowledgeBase,
    service: Annotated[Text, "The service to roll back."],
    environment: Environment = "",
) -> RollbackTarget:
    """Which version to roll back to, how often it ran well (of n), and what must be true first.

    `target` is null when no earlier version is on record.  Read `preconditions` before you act: a migration in between
    is not taken back with the code.
    """
    return kb.changes.rollback_target(service, environment)
