"""Operations that learn: what an error means, what makes a tool fail, and whether the advice worked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypedDict, Unpack

from kb.base import KnowledgeBase
from kb.model.role import Role
from kb.operations.arguments import Flag, Log, Text, Words
from kb.operations.operation import reading, writing

if TYPE_CHECKING:
    from kb.model.healthy import HealthyAdded, HealthyReport, Rehearsal
    from kb.model.ledger import Trust
    from kb.model.receipts import Learned
    from kb.operations.records import HealthySources

Commands = Annotated[Words, "Commands that help, a line each."]
Regex = Annotated[Flag, "Whether the pattern is a regular expression; else its form tells."]


class LessonDetails(TypedDict, total=False):
    """What may be said of any lesson beside its text, cause and fix."""

    check: Annotated[Text, "What separates this cause from others with the same symptom."]
    warning: Annotated[Text, "What was tried and did not work, or why this is no error."]
    services: Annotated[Words, "The services it holds for; none means any."]
    environments: Annotated[Words, "The environments it holds in; none means any."]
    must_match: Annotated[Words, "Texts that the pattern must match."]
    must_not_match: Annotated[Words, "Texts that it must not match."]
    regex: Regex
    expires: Annotated[Text, "The day after which it no longer counts, as 2026-12-31."]


@writing("POST /tool-fixes", again=True)
def learn_tool_fix(
    kb: KnowledgeBase,
    tool_name: Annotated[Text, "The tool that fails, such as kubectl_exec."],
    error_pattern: Annotated[Text, "The text that it fails with."],
    root_cause: Annotated[Text, "Why."] = "",
    fix_description: Annotated[Text, "What helps."] = "",
    commands: Commands = (),
    **details: Unpack[LessonDetails],
) -> Learned:
    """Keep what makes a tool fail and what helps, once you found it out.  It is found at once, by everybody.

    Returns the id of the entry, whether it is new (`created`), and ids of entries that say nearly the same.  It starts
    unverified: confirm it with record_outcome when it helped.
    """
    return kb.learn_tool_fix(
        tool_name, error_pattern, root_cause, fix_description, commands, **_said(details)
    )


@writing("POST /patterns", again=True)
def learn_pattern(
    kb: KnowledgeBase,
    pattern: Annotated[Text, "The text that gives the error away, such as a log line."],
    meaning: Annotated[Text, "What it means: the cause."] = "",
    fix: Annotated[Text, "What fixes it."] = "",
    commands: Commands = (),
    category: Annotated[Text, "Such as pod_errors, network or auth."] = "",
    tools: Annotated[Words, "The tools it holds for; empty means any."] = (),
    **details: Unpack[LessonDetails],
) -> Learned:
    """Keep an error pattern for next time: call it after an incident, before you forget.

    Give the text as it stands in the log; what varies (ids, times, numbers) is masked.  Returns the id, whether it is
    new (`created`), and ids of entries that say nearly the same.
    """
    return kb.learn_pattern(pattern, meaning, fix, commands, category, tools=tools, **_said(details))


def _said(details: LessonDetails) -> dict[str, Any]:
    """The details that were given; who asks is the author of what names none."""
    return {name: value for name, value in details.items() if value not in ("", None)}


@writing("POST /outcomes", by=Role.RESPOND)
def record_outcome(
    kb: KnowledgeBase,
    entry_id: Annotated[Text, "The entry whose advice was applied."],
    result: Annotated[
        Text,
        "applied (being tried), resolved, failed, not_applied (this very text means something else), made_worse, or "
        "recurred (its last success came back).",
    ],
    lookup_id: Annotated[Text, "The lookup that offered it, where there was one."] = "",
    verified_by: Annotated[Text, "Who or what checked that the fix held; unverified counts less."] = "",
    note: Annotated[Text, "Anything worth keeping."] = "",
    incident_id: Annotated[Text, "The incident; else that of the lookup, or the one that is open."] = "",
) -> Trust:
    """Say what came of applying an entry: the next answer trusts it more, or less.

    Record failures too: advice that fails must not be offered first again.  Only the entry that was applied is
    credited, once an incident.  Returns its trust afterwards; an entry that keeps failing is taken away, one that is
    proven becomes active.
    """
    word = result.strip().lower().replace(" ", "_")
    return kb.record_outcome(entry_id, word, lookup_id or None, verified_by or None, note, incident_id)


@reading("POST /patterns/rehearsal", slow=True)
def rehearse_pattern(
    kb: KnowledgeBase,
    pattern: Annotated[Text, "The pattern as it would be."],
    entry_id: Annotated[Text, "The entry to edit; empty for a new pattern."] = "",
    regex: Regex = None,
) -> Rehearsal:
    """Try a pattern before you learn or edit it: which past lookups would it gain and lose?

    Tells as well whether it fires on lines that are known to be fine.  Writes nothing.
    """
    return kb.editing.rehearse(entry_id, pattern, regex, shown=3)


@reading("GET /healthy")
def healthy_list(kb: KnowledgeBase) -> HealthySources:
    """The logs that are known to be fine; a pattern that fires on one is in quarantine."""
    from kb.operations.records import HealthySources

    return HealthySources(sources=tuple(kb.healthy.sources()))


@writing("POST /healthy", again=True)
def healthy_add(
    kb: KnowledgeBase,
    log: Annotated[Log, "Lines of a time when all was well."],
    source: Annotated[Text, "What to call them, such as orders-api on a quiet Sunday."],
) -> HealthyAdded:
    """Say that these lines are fine: patterns that fire on them are offered no more until they are narrowed.

    One line a form is kept, without secrets.
    """
    added = kb.healthy.add(log.splitlines(), source)
    kb.editing.note("added a log that is fine", added.source)
    return added


@writing("POST /healthy/{source}/remove")
def healthy_remove(
    kb: KnowledgeBase, source: Annotated[Text, "The log, as healthy_list names it."]
) -> HealthyReport:
    """Forget a log that was known to be fine; entries that it alone kept in quarantine come back."""
    report = kb.healthy.remove(source)
    kb.editing.note("removed a log that was fine", source)
    return report
