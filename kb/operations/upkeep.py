"""Operations that look after the home: how it is, what people were told, and what tools sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from kb.base import KnowledgeBase
from kb.errors import InvalidInput
from kb.model.role import Role
from kb.operations.arguments import Limit, Moment, Text, Words, whole
from kb.operations.operation import PAGE, reading, writing

if TYPE_CHECKING:
    from kb.model.notice import Delivery
    from kb.model.overview import Overview
    from kb.operations.records import Deeds, Health, HookDeliveries, Messages


@reading("GET /overview")
def overview(kb: KnowledgeBase) -> Overview:
    """How the home is, at a glance: what it offers, when it was last fed, what waits for somebody."""
    return kb.upkeep.overview()


@reading("GET /doctor", PAGE, slow=True)
def doctor(kb: KnowledgeBase) -> Health:
    """What is wrong with the home and its indexes, each in a sentence that says what mends it.  Changes nothing."""
    from kb.operations.records import Health

    wrong, vectors = kb.upkeep.doctor()
    return Health(
        wrong=(*wrong, *vectors.problems, *map(str, kb.upkeep.problems())),
        notes=tuple(vectors.notes),
        chunks=vectors.chunks,
        embedded=vectors.embedded,
        waiting=vectors.waiting,
    )


@reading("GET /messages", PAGE, more="a smaller limit shows the newest")
def messages(
    kb: KnowledgeBase,
    state: Annotated[Words, "Only these: waiting, sending, delivered, silenced, failed, dropped."] = (),
    limit: Limit = 20,
) -> Messages:
    """What was told to whom of incidents, the newest first, and what could not be delivered."""
    from kb.operations.records import Messages

    return Messages(counts=kb.notices.counts(), messages=tuple(kb.notices.recent(state, limit)))


@writing("POST /messages/{message_id}/send", by=Role.RESPOND)
def message_send(
    kb: KnowledgeBase, message_id: Annotated[Text, "The message, as `messages` gives it."]
) -> Delivery:
    """Send a message again, whatever became of it; one that may have arrived says that it is a repeat."""
    (sent,) = kb.notices.send(message_id)
    kb.editing.note(f"sent a message to {sent.target} again", sent.id)
    return sent


@reading("GET /hook-deliveries", PAGE, more="a smaller limit shows the newest")
def hook_deliveries(
    kb: KnowledgeBase,
    state: Annotated[Words, "Only these: waiting, lookup, done, failed."] = (),
    limit: Limit = 20,
) -> HookDeliveries:
    """What tools sent by webhook, the newest first, and what followed from it."""
    from kb.operations.records import HookDeliveries

    found = kb.hooks.recent(state, limit)
    return HookDeliveries(counts=kb.hooks.counts(), deliveries=tuple(found))


@writing("POST /hook-deliveries/retry", by=Role.ADMIN)
def hook_retry(
    kb: KnowledgeBase, numbers: Annotated[Words, "Deliveries by their number; else all that failed."] = ()
) -> HookDeliveries:
    """Work again on what tools sent and could not be worked on; returns it as it is then."""
    from kb.operations.records import HookDeliveries

    tried = kb.hooks.retry(numbers)
    kb.editing.note("worked again on what tools sent", ", ".join(numbers) or "all that failed")
    return HookDeliveries(counts=kb.hooks.counts(), deliveries=tuple(tried))


@reading(
    "GET /audit", PAGE, by=Role.ADMIN, slow=True, more="a shorter window, or one sort or person, shows less"
)
def audit(
    kb: KnowledgeBase,
    since: Annotated[Moment, "From this moment on; else all."] = None,
    until: Annotated[Moment, "Before this moment; else now."] = None,
    what: Annotated[
        Words,
        "Only these: outcome, status, proposal, incident, log, edit, change, review, lesson; lookup, told only here.",
    ] = (),
    actor: Annotated[Text, "Only what this person or program did."] = "",
    limit: Annotated[int, whole(1, 100_000), "How many at most."] = 100,
) -> Deeds:
    """Who did what, the newest first: decisions, outcomes, steps of incidents, edits, changes of a status, lessons."""
    from kb.operations.records import Deeds
    from kb.store.upkeep.deeds import WHAT

    if unknown := [one for one in what if one not in WHAT]:
        raise InvalidInput(f"audit: {unknown[0][:60]!r} is none of: {', '.join(WHAT)}")
    found, total = kb.upkeep.deeds.between(since, until, what=what, actor=actor, limit=limit)
    return Deeds(deeds=tuple(found), total=total)
