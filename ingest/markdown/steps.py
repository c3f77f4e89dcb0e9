"""The steps of a runbook, in order, with what is typed in each: from lists, paragraphs, headings and rows of tables.

Promises: a numbered heading is a step, whatever its words mean elsewhere; code keeps its lines and stands in the step
that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ingest.markdown.blocks import LABEL_LEVEL, Block, unmarked
from ingest.markdown.commands import inline_commands, is_shell
from ingest.markdown.parts import EntryPart, heading_words, is_placeholder, steps_in
from ingest.markdown.struck import is_struck
from kb.expression import expression

_NUMBERED = expression(r"^\W*(?:step\s+)?\d+\s*(?:[.):–—-]|\s)\s*\S|^\W*step\s+\d+\W*$", re.I)
_VERBS = """
    add apply assess attach back blacklist block bump check clean clear close confirm connect contact copy
    create debug decide delete deploy detach determine disable download drain edit enable ensure evaluate
    execute export expose extract fail find fix follow force free gather get give grant handle identify import
    increase inspect install investigate list locate log look make merge migrate modify monitor move notify open
    patch pause promote re-enable rebuild recover redeploy reduce remove rename renew replace report reset
    resize restart restore resume retry revert review revoke roll rotate run scale search set shut spin ssh
    start stop switch take tell test transfer trigger try turn unblock update upgrade upload use validate verify
    view wait warn
"""
_TELLS_TO_DO = expression(
    rf"(?:{'|'.join(rf'{verb}|{verb.removesuffix(chr(101))}{verb[-1]}?ing' for verb in _VERBS.split())})(?:\s|$)"
    r"(?!(?:is|are|was|were|has|have|notes?|history|types?|schedules?|overview)\b)"
)
"""A heading that tells to do something: what stands below it are steps."""
_LISTS_STEPS = expression(
    r"\b(?:things? to (?:check|try|do)|steps?|following|checks?|checklist|try)\b[^.]{0,60}:$", re.I
)
"""What announces a list of steps."""
_UNTICKED = expression(r"^(?P<before>[ \t]*(?:[-*+][ \t]+)?|[^\n:`]{1,80}:[ \t]+)\[[ xX]\][ \t]+", re.M)
"""The box of a check list, which is there to be ticked and says nothing."""
_ANY_CASE = expression(
    r"(?:resolution|fix|solution|steps|commands?|mitigation|workaround|remediation|actions?|procedure)"
)
"""Labels that stand below the heading of any case alike."""
_NUMBER = expression(r"^\W*(?:step\s+)?\d+\s*[.):–—-]*\s*", re.I)
_STEP_COLUMN = expression(
    r"\b(?:steps?|actions?|what to do|commands?|procedure|tasks?|do|fix|instructions?|remed\w+)\b", re.I
)
_NUMBER_COLUMN = expression(r"^(?:#|no\.?|nr\.?|step|number|\d*)$", re.I)


def steps_of(parts: list[EntryPart]) -> list[str]:
    """The steps of the parts that hold some, and of others that number theirs or give commands.

    Without any such part, those of a text that has commands or lists at all.  A step that is struck out is none.
    """
    return [_UNTICKED.sub(r"\g<before>", step) for step in _told(parts) if not is_struck(step)]


def _told(parts: list[EntryPart]) -> list[str]:
    numbered = [part for part in parts if part.heading and _NUMBERED.match(unmarked(part.heading.text))]
    if len(numbered) < 2:
        numbered = []
    parts = [*_folded(parts, numbered)] if numbered else parts
    numbered = [part for part in parts if part.heading and part.heading in [one.heading for one in numbered]]
    chosen = [part for part in parts if part in numbered or part.role == "steps" or _is_procedure(part)]
    named = _steps_below(parts, chosen, numbered)
    if named and any(map(_tells_to_do, parts)):
        return _steps_below(parts, [part for part in parts if part in chosen or _tells_to_do(part)], numbered)
    if named:
        return named
    other = [part for part in parts if part.role in ("", "steps")]
    if any(block.kind in ("code", "item") for part in other for block in part.blocks):
        return [step for part in other for step in _of_part(part)]
    return []


def _steps_below(parts: list[EntryPart], chosen: list[EntryPart], numbered: list[EntryPart]) -> list[str]:
    return [
        step
        for part in _within(parts, chosen)
        for step in (_of_heading(part) if part in numbered else _of_part(part))
    ]


def _within(parts: list[EntryPart], chosen: list[EntryPart]) -> Iterator[EntryPart]:
    """The chosen parts, labels that name no case (`**Resolution:**`) by the heading that they stand below."""
    above: Block | None = None
    for part in parts:
        heading = part.heading
        if heading is not None and heading.level < LABEL_LEVEL:
            above = heading
        if part not in chosen:
            continue
        if heading and above and heading.level == LABEL_LEVEL and _names_no_case(heading):
            case = f"{unmarked(above.text).rstrip(':')}: {unmarked(heading.text).rstrip(':')}"
            part = replace(part, heading=replace(heading, text=case))
        yield part


def _names_no_case(heading: Block) -> bool:
    return _ANY_CASE.fullmatch(heading_words(heading)) is not None


def _folded(parts: list[EntryPart], numbered: list[EntryPart]) -> Iterator[EntryPart]:
    """The parts, with the labels below a numbered heading told in its step (`**On the server:**` and its code)."""
    last: EntryPart | None = None
    for part in parts:
        is_label = part.heading is not None and part.heading.level == LABEL_LEVEL
        if last is not None and is_label and part not in numbered and part.role != "warning":
            assert part.heading is not None
            label = replace(
                part.heading, kind="paragraph", text=f"{unmarked(part.heading.text).rstrip(':')}:"
            )
            last = replace(last, blocks=(*last.blocks, label, *part.blocks))
            continue
        if last is not None:
            yield last
        last = part if part in numbered else None
        if last is None:
            yield part
    if last is not None:
        yield last


def _is_procedure(part: EntryPart) -> bool:
    """Whether a part whose heading means nothing of its own tells what to do."""
    if part.role:
        return False
    if any(map(_is_step_table, part.blocks)) or any(
        _LISTS_STEPS.search(lead.text) and below.kind == "item" for lead, below in pairwise(part.blocks)
    ):
        return True
    if part.heading is None:
        return any(said.kind == "paragraph" and is_shell(below) for said, below in pairwise(part.blocks))
    if _TELLS_TO_DO.match(heading_words(part.heading)):
        return True
    return any(block.ordered or is_shell(block) or bool(inline_commands(block.text)) for block in part.blocks)


def _tells_to_do(part: EntryPart) -> bool:
    """Whether a part whose heading means nothing of its own begins a paragraph with what to do."""
    paragraphs = [block.text for block in part.blocks if block.kind == "paragraph"]
    return not part.role and any(_TELLS_TO_DO.match(unmarked(text).lower()) for text in paragraphs)


def _of_heading(part: EntryPart) -> list[str]:
    """The step that a numbered heading is, with all that stands below it."""
    assert part.heading is not None
    lead = _NUMBER.sub("", unmarked(part.heading.text)).strip(" :") or unmarked(part.heading.text)
    below = [*_below(part)]
    said = [text for text, is_code in below if not is_code]
    if not said:
        return ["\n".join((lead, *(text for text, _ in below)))]
    if len(said) == 1 and not below[0][1]:
        return ["\n".join((f"{lead}: {said[0]}", *(text for text, is_code in below if is_code)))]
    return ["\n".join((f"{lead}: ", *(text if is_code else f"- {text}" for text, is_code in below)))]


def _below(part: EntryPart) -> Iterator[tuple[str, bool]]:
    """What stands below a heading, in order, and whether it is code."""
    for block in part.blocks:
        if block.kind in ("paragraph", "item") and not is_placeholder(block.text):
            yield block.text, False
        elif block.kind == "table":
            yield from ((row, False) for row in _rows(block))
        elif _is_own_code(block):
            yield block.text, True


def _of_part(part: EntryPart) -> list[str]:
    """The steps of a part; rows of a table of steps are steps, and code alone is the step that its heading names."""
    rows = [row for block in part.blocks if _is_step_table(block) for row in _rows(block)]
    steps = rows if part.heading is None and rows else [*steps_in(part), *rows]
    code = [block.text for block in part.blocks if _is_own_code(block) and is_shell(block)]
    if part.heading is None or not code:
        return steps
    is_label = part.heading.level == LABEL_LEVEL and heading_words(part.heading)
    if not steps and is_label:
        return ["\n".join((f"{unmarked(part.heading.text).rstrip(':')}:", *code))]
    if steps and len(steps) == 1 and steps[0].rstrip().endswith(":"):
        return ["\n".join((steps[0], *code))]
    return steps


def _is_own_code(block: Block) -> bool:
    """Code that no item holds already."""
    return block.kind == "code" and not block.level


def _is_step_table(block: Block) -> bool:
    """Whether a table tells what to do, by the names of its columns."""
    return block.kind == "table" and bool(block.rows) and any(map(_STEP_COLUMN.search, block.rows[0]))


def _rows(block: Block) -> Iterator[str]:
    """The rows of a table as steps, without the cells that only number them."""
    header, *rows = block.rows
    numbers = {place for place, name in enumerate(header) if _NUMBER_COLUMN.match(unmarked(name).strip())}
    for row in rows:
        cells = [
            cell
            for place, cell in enumerate(row)
            if cell.strip() and not (place in numbers and _is_number(cell))
        ]
        if cells:
            yield ": ".join(cells) if len(cells) == 2 and not inline_commands(cells[0]) else " | ".join(cells)


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"\W*(?:step\s*)?\d+\W*", cell, re.I))
