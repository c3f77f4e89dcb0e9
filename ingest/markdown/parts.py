"""The parts of an entry by what their headings mean: `## Impact` and all below it is the impact.

A heading that means nothing of its own takes the meaning of the heading that it stands under, so
`### Slow disk` below `## Diagnosis` is diagnosis.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from ingest.markdown.blocks import LABEL_LEVEL, Block, as_text, unmarked
from ingest.markdown.commands import begins_with_command, is_shell
from kb.expression import expression

_NUMBERING = expression(r"^(?:step\s+)?(?:\d+(?:\.\d+)*[.):]?|[a-z]\))\s+", re.I)
_SHOWS_OUTPUT = expression(
    r"\b(?:(?:example|sample|expected|following|similar|this|the|its) outputs?\b|outputs?\W*$"
    r"|looks? (?:\w+ )?like|similar to|(?:should|will|you['’]ll|would) (?:see|show|return|display)|returns?"
    r"|response)\b[^.]*[:.]?\s*$",
    re.I,
)
"""What stands above code that nobody types."""
_AT_PROMPT = expression(r"\s*`?[\w.-]+@[\w.-]+[^$#\n]{0,40}[$#]\s+\S")
_TELLS_HOW = expression(r"\s*(?:we |you )?(?:can |may )?do (?:this|that|so|it)\b[^.\n]{0,60}:\s*", re.I)
_ONLY_NUMBER = expression(r"(?:step\s+)?\d+\s*[.):]*", re.I)
_ONLY_LINK = expression(r"(?:\w+: *)?(?:<?https?://\S+>?|\[[^\]]*\]\([^)]*\))\.?")
_LONGEST_STEP = 2000
"""Characters that a step has before links are gathered into it no more."""
_GOES_WITH_LEAD = expression(r"`[^`]+`\.?$|\W{0,3}(?:note|important|caution)\b|[^.\n:]{1,50}:\s*$", re.I)
"""Behind a lead (`Follow these steps:`) the command itself, a note, or another lead."""
_PLACEHOLDER = expression(
    r"^[\W_]*(?:(?:todo|tbd|tba|wip)\b[^.]{0,60}|n/?a|none|coming soon|to be (?:written|done|added)"
    r"|<insert[^>]*>"
    r"|todo: this (?:playbook|runbook|section) has not been written yet)[\W_]*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class EntryPart:
    """What stands under one heading, down to the next; `role` is empty where nothing is known of it."""

    role: str
    heading: Block | None
    blocks: tuple[Block, ...]


def parts_of(blocks: Iterable[Block], role_of: Callable[[str], str]) -> list[EntryPart]:
    """Part blocks at their headings; `role_of` gives the meaning of a heading's words, or nothing."""
    parts: list[tuple[str, Block | None, list[Block]]] = [("", None, [])]
    path: list[tuple[int, str]] = []
    for block in blocks:
        if block.kind != "heading":
            parts[-1][2].append(block)
            continue
        while path and path[-1][0] >= block.level:
            path.pop()
        role = role_of(heading_words(block)) or (path[-1][1] if path else "")
        path.append((block.level, role))
        parts.append((role, block, []))
    return [EntryPart(role, heading, tuple(found)) for role, heading, found in parts if heading or found]


def repeating_sections(
    blocks: Iterable[Block], role_of: Callable[[str], str], needed: Callable[[set[str]], bool]
) -> set[int]:
    """The lines of sibling headings that each have the `needed` roles below them, where most siblings do.

    Sections below a heading that has a role itself are parts of one entry, never entries.
    """
    siblings: dict[tuple[int, int], list[Block]] = defaultdict(list)
    below: dict[int, set[str]] = defaultdict(set)
    for heading, above in headings_of(blocks):
        role = role_of(heading_words(heading))
        for parent in above:
            below[parent.line].add(role)
        if heading.level < LABEL_LEVEL and not role and not roles_among(above, role_of):
            siblings[(above[-1].line if above else 0, heading.level)].append(heading)
    found: set[int] = set()
    for group in siblings.values():
        parted = {heading.line for heading in group if needed(below[heading.line])}
        found |= parted if len(parted) >= 2 and len(parted) * 2 >= len(group) else set()
    return found


def roles_among(above: Iterable[Block], role_of: Callable[[str], str]) -> bool:
    """Whether a heading above, the title of the page left aside, has a role."""
    return any(parent.level > 1 and role_of(heading_words(parent)) for parent in above)


def headings_of(blocks: Iterable[Block]) -> Iterator[tuple[Block, tuple[Block, ...]]]:
    """Every heading with those that it stands under, outermost first."""
    path: list[Block] = []
    for block in blocks:
        if block.kind == "heading":
            while path and path[-1].level >= block.level:
                path.pop()
            yield block, tuple(path)
            path.append(block)


def heading_words(heading: Block) -> str:
    """A heading in lower case without numbering, emphasis and closing punctuation."""
    return _NUMBERING.sub("", unmarked(heading.text)).strip(" :.#?!—-").lower()


def prose(parts: Iterable[EntryPart], role: str) -> str:
    """The text of all parts of a role, subheadings included, code left out."""
    texts = [
        _with_heading(part, role_of_first=number == 0)
        for number, part in enumerate(p for p in parts if p.role == role)
    ]
    return "\n\n".join(text for text in texts if text)


def everything(parts: Iterable[EntryPart], role: str) -> str:
    """Like `prose`, code included."""
    found = [part for part in parts if part.role == role]
    texts = (
        as_text(([part.heading] if part.heading and n else []) + list(part.blocks))
        for n, part in enumerate(found)
    )
    return "\n\n".join(text for text in texts if text)


def steps_in(part: EntryPart) -> list[str]:
    """The steps of a part: its numbered items, else its paragraphs and items in order, each with the code below it.

    A subheading that says what to do leads its first step.  Paragraphs beside numbered items are steps where they lead
    to code.
    """
    steps = [text for text in _said_with_code(part) if not is_placeholder(text)]
    lead = unmarked(part.heading.text).rstrip(":") if part.heading else ""
    words = heading_words(part.heading) if part.heading else ""
    if lead and (opening := _typed_first(part)):
        return ["\n".join((f"{lead}:", *opening)), *steps]
    if len(words.split()) < 3 or re.fullmatch(r"how to \w+(?: (?:it|this))?", words):
        return steps
    if steps:
        return [f"{lead}: {steps[0]}", *steps[1:]]
    return [lead] if any(block.kind == "code" for block in part.blocks) else []


def _typed_first(part: EntryPart) -> list[str]:
    """What is to be typed right below a heading, before anything is said of it."""
    opening = takewhile(lambda block: block.kind == "code", part.blocks)
    return [block.text for block in opening if is_shell(block)]


def _said_with_code(part: EntryPart) -> Iterator[str]:
    """The paragraphs and items of a part, each with the code that stands below it."""
    told: list[tuple[Block, list[str]]] = []
    for block in part.blocks:
        if block.kind == "paragraph" and told and not told[-1][1] and _belongs(block.text, told[-1][0].text):
            told[-1] = (replace(told[-1][0], text=f"{told[-1][0].text} {block.text}"), [])
        elif block.kind in ("paragraph", "item"):
            told.append((block, []))
        elif block.kind == "code" and not block.level and told and not _is_output(block, told[-1][0].text):
            told[-1][1].append(block.text)
    numbered = any(block.ordered for block, _ in told)
    for block, code in told:
        if block.kind == "item" or not numbered or code:
            yield "\n".join((block.text, *code))


def _is_output(block: Block, said: str) -> bool:
    """Whether code is what a command prints, by the words above it, rather than what is to be typed."""
    return bool(_SHOWS_OUTPUT.search(said)) and not begins_with_command(block)


def _belongs(paragraph: str, before: str) -> bool:
    """Whether a paragraph is part of the step before it.

    A link and no more is, the command that was announced, what stands at a prompt, what tells how to do the step
    (`You can do this by typing:`), and anything behind a number that stands alone.
    """
    if len(before) > _LONGEST_STEP:
        return False
    announced = before.rstrip().endswith(":") and _GOES_WITH_LEAD.match(paragraph)
    return bool(
        announced
        or _ONLY_LINK.fullmatch(paragraph)
        or _AT_PROMPT.match(paragraph)
        or _TELLS_HOW.fullmatch(paragraph)
        or _ONLY_NUMBER.fullmatch(before.strip())
    )


def is_placeholder(text: str) -> bool:
    """Whether a text only says that something is still to be written."""
    return bool(_PLACEHOLDER.match(text))


def _with_heading(part: EntryPart, *, role_of_first: bool) -> str:
    said = [block for block in part.blocks if block.kind != "code" and not is_placeholder(block.text)]
    lead = [part.heading] if part.heading and not role_of_first and said else []
    return as_text([*lead, *said])
