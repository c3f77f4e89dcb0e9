"""Tools that learn: what an error means, what makes a tool fail, and whether the advice worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from kb.base import KnowledgeBase
from kb.doors.lesson_details import Detail, taking_details
from kb.doors.mcp.arguments import Flag, Text, Words
from kb.doors.mcp.offers import Offer, reading, writing
from kb.model.healthy import Rehearsal
from kb.model.ledger import Trust
from kb.model.receipts import Learned

Commands = Annotated[Words, Field(description="Commands that help: a list, or one text with commas.")]
Regex = Annotated[
    Flag, Field(description="Whether the pattern is a regular expression; else its form tells.")
]


def _argument(detail: Detail) -> tuple[Any, Any]:
    """A detail as an argument of a tool."""
    kind: Any = Words if detail.is_many else Flag if detail.form is bool else Text
    default: Any = () if detail.is_many else None if detail.form is bool else ""
    return Annotated[kind, Field(description=detail.says)], default


class Learning:
    """The tools over one knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb

    def offers(self) -> Sequence[Offer]:
        """The tools of this group, each with what it may do and how much it may say."""
        return (
            writing(self.learn_tool_fix, again=True),
            writing(self.learn_pattern, again=True),
            writing(self.record_outcome),
            reading(self.rehearse_pattern),
        )

    @taking_details(_argument)
    def learn_tool_fix(
        self,
        tool_name: Annotated[Text, Field(description="The tool that fails, such as kubectl_exec.")],
        error_pattern: Annotated[Text, Field(description="The text that it fails with.")],
        root_cause: Annotated[Text, Field(description="Why.")] = "",
        fix_description: Annotated[Text, Field(description="What helps.")] = "",
        commands: Commands = (),
        **details: Any,
    ) -> Learned:
        """Keep what makes a tool fail and what helps, once you found it out.  It is found at once, by everybody.

        Returns the id of the entry, whether it is new (`created`), and ids of entries that say nearly
        the same.  It starts unverified: confirm it with record_outcome when it helped.
        """
        return self._kb.learn_tool_fix(
            tool_name,
            error_pattern,
            root_cause,
            fix_description,
            commands,
            **{**details, "expires": details["expires"] or None},
        )

    @taking_details(_argument)
    def learn_pattern(
        self,
        pattern: Annotated[
            Text, Field(description="The text that gives the error away, such as a log line.")
        ],
        meaning: Annotated[Text, Field(description="What it means: the cause.")] = "",
        fix: Annotated[Text, Field(description="What fixes it.")] = "",
        commands: Commands = (),
        category: Annotated[Text, Field(description="Such as pod_errors, network or auth.")] = "",
        tools: Annotated[Words, Field(description="The tools it holds for; empty means any.")] = (),
        **details: Any,
    ) -> Learned:
        """Keep an error pattern for next time: call it after an incident, before you forget.

        Give the text as it stands in the log; what varies (ids, times, numbers) is masked.  Returns the
        id, whether it is new (`created`), and ids of entries that say nearly the same.
        """
        return self._kb.learn_pattern(
            pattern,
            meaning,
            fix,
            commands,
            category,
            tools=tools,
            **{**details, "expires": details["expires"] or None},
        )

    def record_outcome(
        self,
        entry_id: Annotated[Text, Field(description="The entry whose advice was applied.")],
        result: Annotated[
            Text,
            Field(
                description="applied (being tried), resolved, failed, not_applied, made_worse, or recurred "
                "(its last success came back)."
            ),
        ],
        lookup_id: Annotated[
            Text, Field(description="The lookup that offered it, where there was one.")
        ] = "",
        verified_by: Annotated[
            Text, Field(description="Who or what checked that the fix held; unverified counts less.")
        ] = "",
        note: Annotated[Text, Field(description="Anything worth keeping.")] = "",
        incident_id: Annotated[
            Text, Field(description="The incident; else that of the lookup, or the one that is open.")
        ] = "",
    ) -> Trust:
        """Say what came of applying an entry: the next answer trusts it more, or less.

        Record failures too: advice that fails must not be offered first again.  Only the entry that was
        applied is credited, once an incident.  Returns its trust afterwards; an entry that keeps failing is
        taken away, one that is proven becomes active.
        """
        word: Any = result.strip().lower().replace(" ", "_")
        return self._kb.record_outcome(
            entry_id, word, lookup_id or None, verified_by or None, note, incident_id
        )

    def rehearse_pattern(
        self,
        pattern: Annotated[Text, Field(description="The pattern as it would be.")],
        entry_id: Annotated[Text, Field(description="The entry to edit; empty for a new pattern.")] = "",
        regex: Regex = None,
    ) -> Rehearsal:
        """Try a pattern before you learn or edit it: which past lookups would it gain and lose?

        Tells as well whether it fires on lines that are known to be fine.  Writes nothing.
        """
        return self._kb.rehearse(entry_id, pattern, regex, shown=3)
