"""Proposals as text: a table for people, and the YAML that would be written with the reasons as comments.  Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kb.errors import InvalidInput
from kb.memory.yaml_edit import load, render
from kb.model.proposal import KeptProposal, Proposal, ProposalKind, Waiting
from kb.text.safe_yaml import YamlRefused

_WIDTH = 100
_BLANK = {ProposalKind.PATTERN: ("meaning", "fix", "commands"), ProposalKind.RUNBOOK: ("commands",)}
"""Keys that are shown although they are empty, since somebody who edits it should fill them in."""


def table(waiting: Waiting) -> str:
    """One proposal a line, its reasons below it; an empty list says what was looked at."""
    if not waiting.proposals:
        return f"nothing is proposed (looked at {waiting.looked_at_in_words})"
    lines = [f"{'KIND':<13}{'RECORDS':>7}  {'ID':<31}WHAT"]
    for one in waiting.proposals:
        lines += _rows(one.proposal)
    return "\n".join(lines)


def _rows(proposal: Proposal) -> Iterator[str]:
    title = " ".join(proposal.title.split())
    yield f"{proposal.kind:<13}{proposal.weight:>7}  {proposal.id:<31}{textwrap.shorten(title, 90)}"
    for reason in proposal.reasons:
        yield from _wrapped(reason, " " * 22 + "- ", " " * 24)


def details(one: KeptProposal) -> str:
    """One proposal with what was decided on it, and the lines that it rests on."""
    decision = one.decision
    when = f" on {decision.at.date()}" if decision.at else ""
    said = f"{decision.state}{when}" + (f" by {decision.by}" if decision.by else "")
    lines = [*_rows(one.proposal), f"{' ' * 22}{said}" + (f": {decision.reason}" if decision.reason else "")]
    return "\n".join((*lines, *(f"{' ' * 22}| {line}" for line in one.proposal.lines)))


def outcome(accepted: KeptProposal) -> str:
    """What accepting it did, in a line."""
    proposal = accepted.proposal
    match proposal.kind:
        case ProposalKind.PATTERN | ProposalKind.RUNBOOK:
            status = f"active, reviewed by {proposal.reviewed_by}" if proposal.reviewed_by else "candidate"
            file = "patterns" if proposal.kind is ProposalKind.PATTERN else "runbooks"
            return f"written to learned/{file}.yaml as {status}"
        case ProposalKind.MERGE:
            return f"{proposal.retires} is retired; its texts are samples of {proposal.entry_id} now"
        case ProposalKind.VERIFICATION:
            return f"{proposal.entry_id} is verified"
        case ProposalKind.RETIREMENT:
            return f"{proposal.retires} is retired; take it back with: kb status {proposal.retires} --undo"


def as_yaml(proposals: Sequence[KeptProposal]) -> str:
    """A YAML document for each proposal: what would be written, in a form that `kb accept --edit` takes."""
    return "---\n".join("".join(f"{line}\n" for line in _document(one.proposal)) for one in proposals)


def _document(proposal: Proposal) -> Iterator[str]:
    yield f"# {proposal.id}: {_what(proposal)}"
    for reason in proposal.reasons:
        yield from _wrapped(reason, "# - ", "#   ")
    if proposal.retires:
        yield from _commented(_retired(proposal))
    for name, value in _item(proposal).items():
        if name in proposal.review:
            yield f"# from {proposal.review[name]}, please review:"
        yield from render({name: value}).rstrip("\n").split("\n")


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """The text in lines; ids, which are full of hyphens, stay whole."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _what(proposal: Proposal) -> str:
    match proposal.kind:
        case ProposalKind.PATTERN:
            return "a pattern to append to learned/patterns.yaml"
        case ProposalKind.RUNBOOK:
            return "a runbook to append to learned/runbooks.yaml"
        case ProposalKind.MERGE:
            return f"values to set in {proposal.entry_id}, which then speaks for {proposal.retires} as well"
        case ProposalKind.VERIFICATION:
            return f"a verification to set in {proposal.entry_id}"
        case ProposalKind.RETIREMENT:
            return f"{proposal.retires} to retire"


def _item(proposal: Proposal) -> Mapping[str, Any]:
    blank = {name: [] if name == "commands" else "" for name in _BLANK.get(proposal.kind, ())}
    return {**proposal.item, **{name: value for name, value in blank.items() if name not in proposal.item}}


def _retired(proposal: Proposal) -> dict[str, str]:
    merged = {"merged_into": proposal.entry_id} if proposal.kind is ProposalKind.MERGE else {}
    return {"id": proposal.retires, "status": "retired", **merged}


def _commented(values: Mapping[str, str]) -> Iterator[str]:
    yield "# and of the entry that goes:" if "merged_into" in values else "# set:"
    yield from (f"#   {line}" for line in render(dict(values)).rstrip("\n").split("\n"))


def read_edits(text: str, place: str) -> dict[str, Any]:
    """The edits of a file, in the form that `as_yaml` prints.  Raises InvalidInput, naming `place:line`."""
    try:
        found = load(text)
    except YamlRefused as error:
        line = f":{error.line}" if error.line else ""
        raise InvalidInput(f"{place}{line}: {error}; nothing was accepted") from error
    if found is None:
        return {}  # nothing but comments: there was nothing to edit
    if not isinstance(found, dict):
        raise InvalidInput(
            f"{place}: must be YAML of the form 'key: value', as kb proposals ID --yaml prints it"
        )
    return found
