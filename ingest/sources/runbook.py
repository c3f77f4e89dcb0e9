"""Runbook Markdown: one alert per file, or many alerts as sections of one file, each its own entry.

Sections are entries where their headings look like alert names (`MimirIngesterUnhealthy`), or where several sections
of one level repeat the same subheadings.  What stands outside them is kept as a document.  A runbook without a single
step is a stub: kept, and marked as one.

A runbook is called by its first heading, unless that says nothing, or another thing than file and front matter
(`runbook_name`).  Alerts name runbooks, so an alert's name goes before a sentence: `KafkaLagHigh.md` headed "Consumers
are behind" is KafkaLagHigh.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import PurePath

from ingest.markdown.blocks import (
    FENCED,
    LABEL_LEVEL,
    Block,
    BlockGroup,
    as_text,
    blocks_of,
    grouped,
    unmarked,
)
from ingest.markdown.commands import commands_in
from ingest.markdown.front_matter import FrontMatter, split_front_matter
from ingest.markdown.parts import (
    EntryPart,
    headings_of,
    is_placeholder,
    parts_of,
    prose,
    repeating_sections,
    roles_among,
)
from ingest.markdown.steps import steps_of
from ingest.source import Parsed, SourceFile
from kb.expression import expression
from kb.model import Document, Entry, Provenance, Runbook, Source
from kb.text.entries.written import is_role_of_owner

_WHEN = expression(
    r"^(?:(?:alert|runbook) )?(?:meaning|summary|overview|descriptions?|details|about|context|background"
    r"|symptoms?|purpose"
    r"|explanation|when|triggers?|problem|issue|definition|intro\w*|scope)\b(?: (?:of|to use|this|the)\b.*)?$"
    r"|^(?:how it works|what (?:is|does|this|it|happened)\b.*|when (?:to|does|do)\b.*|why .*)$"
)
_IMPACT = expression(r"^(?:\w+ )?(?:impact|consequences?|severity|effects?)(?: \w+)?$")
_WARNS = expression(r"^(?:warning|danger|caution)(?:$|: )")
_STEPS = expression(
    r"\b(?:diagnos\w*|mitigat\w*|procedures?|resol\w+|steps?|troubleshoot\w*|investigat\w*|fix\w*"
    r"|debug\w*|remediat\w*"
    r"|recover\w*|respon(?:se|d)\w*|actions?|verif\w*|workarounds?|solutions?|triage|what to do"
    r"|what do i do|roll(?:ing)? ?back"
    r"|playbook|how to|checks?|escalat\w*|restor\w*|instructions?|tasks?|process)\b"
)
_STRONG = expression(
    r"^(?:#{1,6}|\*\*)\s*(?:[\d.]+\s*)?(meaning|impact|diagnos[ie]s|mitigation|procedure|investigation"
    r"|escalation|triage"
    r"|troubleshooting(?: steps)?|remediation|how to (?:\**)?(?:investigate|fix|resolve|mitigate)"
    r"|alert (?:details|description|meaning)|possible checks|what to do|first steps|verification"
    r"|rollback)\W*$",
    re.I | re.M,
)
_TITLED = expression(
    r"\A(?:---.*?^title:[^\n]*|.{0,400}?^#[ \t][^\n]*)\b(?:runbook|playbook)s?\b", re.M | re.S | re.I
)
_LABELLED = expression(
    r"^How (?:it \**works|to \**(?:investigate|fix|resolve)|to \**\w+\** it)\b.*:\s*$", re.M | re.I
)
_POSTMORTEM = expression(
    r"^(?:#{1,6}|\*\*)\s*(?:timeline|action items?|lessons\b.*|what went (?:well|wrong).*|post-?\s?mortem\b.*"
    r"|incident (?:summary|timeline).*)\W*$",
    re.I | re.M,
)
_FOLDER = expression(r"(?:^|[-_.])(?:runbooks?|playbooks?|sops?|alerts?|procedures)(?:[-_.]|$)", re.I)
_NAMED = expression(r"(?:^|[-_. ])runbooks?(?:[-_. ]|$)", re.I)
_GUIDES = expression(
    r"(?:^|[-_. ])(?:how[-_ ]?tos?|troubleshoot(?:ing)?|what[-_ ]to[-_ ]do|disaster[-_ ]recovery|on-?call"
    r"|maintenance|operations)(?:[-_. ]|$)",
    re.I,
)
_NUMBERED_LINE = expression(r"^[ \t]*\d+[.)][ \t]+\S", re.M)
_NUMBERED_HEADING = expression(r"^#{2,4}[ \t]+(?:step[ \t]+)?\d+[.):][ \t]*\S", re.M | re.I)
_FEWEST_STEPS = 3
_NO_RUNBOOK = expression(
    r"^(?:_?index|readme|contributing|changelog|code_of_conduct|summary|template)$", re.I
)
_ABOUT = ("description", "summary")
_HARMLESS = expression(
    r"\b(?:alert|runbook)\b[^.]{0,30}\b(?:is|are|was|has been) (?:now )?deprecated\b|\bsafe(?:ly)? (?:be "
    r"|to )?(?:ignored?|silenced?)|\b(?:this|it|that|which|behaviou?r)(?: alert)? is"
    r" expected\b(?! (?:to|that|by))|\bexpected behaviou?r\b|\bnot an error\b"
    r"|\bno action (?:is )?(?:needed|required|necessary)\b"
    r"|\bfalse positives?\b|\bby design\b",
    re.I,
)
_SENTENCE = expression(r"(?<=[.!?;])\s+(?=[A-Z*_`])")


class RunbookMarkdown:
    """Procedures and alert descriptions in Markdown."""

    name = "runbook"

    def recognises(self, file: SourceFile) -> float:
        """By section names, then by the folder it lies in, its name and an alert name as its title."""
        stem = PurePath(file.path).stem
        if not file.is_prose or _NO_RUNBOOK.match(stem):
            return 0.0
        text = FENCED.sub("", file.text)
        strong = {match.lower() for match in _STRONG.findall(text)}
        strong |= {"labels"} if len(_LABELLED.findall(text)) > 1 else set()
        titled = bool(_TITLED.search(text))
        in_folder = any(_FOLDER.search(part) for part in file.folders) or bool(_NAMED.search(stem))
        names = re.findall(r"^#{1,4}\s+`?([\w-]+)`?(?:\s*\[.*\])?\s*$", text, re.M)
        alerts = sum(map(is_alert_name, names))
        score = (
            0.25 * min(len(strong), 3)
            + 0.25 * in_folder
            + 0.6 * titled
            + 0.25 * (alerts > 0)
            + 0.25 * (alerts > 3)
        )
        score = max(score, 0.5 * in_folder, 0.4 * _guides_by_commands(file, stem))
        score += 0.3 * (in_folder and len(_NUMBERED_HEADING.findall(text)) >= _FEWEST_STEPS)
        if len(_POSTMORTEM.findall(text)) > 1:
            score *= 0.3
        return min(score, 0.92)

    def parse(self, file: SourceFile) -> Parsed:
        """One entry, or one per alert section and a document of the rest."""
        front = split_front_matter(file.text, file.path)
        blocks = blocks_of(file.text, file.path)
        starts = entry_lines(blocks)
        title = str(front.values.get("title") or "") or PurePath(file.path).stem
        if not starts:
            return Parsed(entries=(_single(file, blocks, front),), problems=front.problems)
        groups = grouped(blocks, lambda block, _: block.line in starts)
        entries = [_section(group, file.path) for group in groups if group.heading]
        return Parsed(entries=(*remainder(groups[0], file.path, title), *entries), problems=front.problems)


def _guides_by_commands(file: SourceFile, stem: str) -> bool:
    """Whether a text named as a guide (`how-to-resync.md`, a folder `troubleshooting`) says what to type."""
    if not any(_GUIDES.search(name) for name in (stem, *file.folders)):
        return False
    blocks = blocks_of(file.text, file.path)
    return bool(commands_in(blocks)) or len(_NUMBERED_LINE.findall(file.text)) >= _FEWEST_STEPS


def remainder(group: BlockGroup, path: str, title: str) -> tuple[Document, ...]:
    """What stands outside all entries of a file, as a document; headings alone are nothing."""
    if all(block.kind == "heading" for block in group.blocks):
        return ()
    first = next((block for block in group.blocks if block.kind == "heading" and block.level == 1), None)
    name = unmarked(first.text) if first else title
    source = Source(path=path, line=group.blocks[0].line)
    return (Document(title=name, body=as_text(group.blocks), provenance=Provenance(source=source)),)


def entry_lines(blocks: list[Block]) -> set[int]:
    """The lines of the headings that start an entry each; none where the file is one runbook."""
    siblings: dict[tuple[int, int], list[Block]] = defaultdict(list)
    for heading, above in headings_of(blocks):
        if heading.level < LABEL_LEVEL and not roles_among(above, runbook_role):
            siblings[(above[-1].line if above else 0, heading.level)].append(heading)
    named: set[int] = set()
    for group in siblings.values():
        alerts = {heading.line for heading in group if is_alert_name(heading.text)}
        named |= alerts if len(alerts) >= 2 and len(alerts) * 2 >= len(group) else set()
    return named or repeating_sections(
        blocks, runbook_role, lambda roles: "steps" in roles and bool({"when", "impact"} & roles)
    )


def runbook_role(words: str) -> str:
    """What a heading of a runbook means: `when`, `impact`, `steps`, `warning`, or nothing."""
    if _WARNS.match(words):
        return "warning"
    if _WHEN.match(words):
        return "when"
    if _IMPACT.match(words):
        return "impact"
    return "steps" if _STEPS.search(words) else ""


def _single(file: SourceFile, blocks: list[Block], front: FrontMatter) -> Runbook:
    first = _title_of(blocks)
    title = str(front.values.get("title") or front.values.get("alert") or "")
    about = [str(front.values[key]) for key in _ABOUT if isinstance(front.values.get(key), str)]
    body = front.body
    name, said = runbook_name(unmarked(first.text) if first else "", title, PurePath(file.path).name)
    rest = [block for block in blocks if block is not first]
    heading = unmarked(first.text) if first else name
    found = _runbook(heading, rest, body.strip(), Source(path=file.path, line=first.line if first else 1))
    found = replace(found, name=name, extra=found.extra | _owners(front))
    return replace(found, when="\n\n".join(text for text in (said, *about, found.when) if text))


def _title_of(blocks: list[Block]) -> Block | None:
    """The heading that is the title: the first of level 1, or the name of an alert that stands above all others."""
    headings = [block for block in blocks if block.kind == "heading"]
    if first := next((block for block in headings if block.level == 1), None):
        return first
    above = [block for block in headings if block.level == min(one.level for one in headings)]
    return above[0] if len(above) == 1 and above[0] is headings[0] and is_alert_name(above[0].text) else None


def _owners(front: FrontMatter) -> dict[str, str]:
    """What front matter says of who answers for the runbook."""
    said = {str(key): value for key, value in front.values.items() if is_role_of_owner(str(key))}
    return {
        key: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in said.items()
        if value
    }


def _section(group: BlockGroup, path: str) -> Entry:
    assert group.heading is not None
    name = unmarked(group.heading.text)
    source = Source(path=path, section=name, line=group.heading.line)
    return _runbook(name, list(group.blocks), as_text(group.blocks), source)


def _runbook(name: str, blocks: list[Block], body: str, source: Source) -> Runbook:
    parts = parts_of(blocks, runbook_role)
    steps, commands = steps_of(parts), commands_in(blocks)
    first = parts[0].blocks if parts and parts[0].heading is None else ()
    intro = as_text(
        [block for block in first if block.kind not in ("code", "table") and not is_placeholder(block.text)]
    )
    return Runbook(
        name=without_kind(name),
        when="\n\n".join(text for text in (intro, prose(parts, "when")) if text),
        impact=prose(parts, "impact"),
        steps=tuple(steps),
        commands=commands,
        body=body,
        warning=_warning(name, parts),
        provenance=Provenance(source=source),
        extra={} if steps else {"stub": True},
    )


def _warning(name: str, parts: list[EntryPart]) -> str:
    """The sentences that say the alert may be ignored, from where a runbook introduces itself."""
    told = [
        block.text
        for part in parts
        if part.role not in ("steps", "warning")
        for block in part.blocks
        if block.kind == "paragraph"
    ]
    sentences = [
        sentence for text in told for sentence in _SENTENCE.split(text) if _HARMLESS.search(sentence)
    ]
    if "deprecated" in name.lower() and not any("deprecated" in sentence.lower() for sentence in sentences):
        sentences.insert(0, "This alert is deprecated.")
    boxes = [text for part in parts if part.role == "warning" if (text := _boxed(part))]
    return " ".join((*boxes, *(unmarked(sentence) for sentence in sentences[:3])))


def _boxed(part: EntryPart) -> str:
    """What a box of warning says, its title first; the name of the box itself is left out."""
    title = re.sub(r"^\w+\s*:?\s*", "", unmarked(part.heading.text)) if part.heading else ""
    text = unmarked(as_text([block for block in part.blocks if block.kind != "code"]))
    return ": ".join(said for said in (title, text) if said)


_CAMEL_NAME = expression(r"^[A-Z][A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9_]*$|^[A-Z]{2,}[a-z]\w+[A-Z]\w*$")
_KEBAB_NAME = expression(r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+){2,}$")
_KIND_OF_TEXT = expression(
    r"\s*[\[(][^\])]*[\])]\s*$|^(?:alert(?: rule)?|(?:alert )?run-?book|play-?book|sop)(?:\s+(?:name|for))?"
    r"\s*[:–—-]\s*",
    re.I,
)
_TEMPLATE_CODE = expression(r"<%.*?%>|\{\{.*?\}\}|\{%.*?%\}|\$\{.*?\}")
_GENERIC_HEADING = expression(
    r"(?:(?:alert|the|this|a|an|general|operational|ops|on-?call|incident|response"
    r"|service) )*(?:run-?books?|play-?books?|overview|alerts?|meaning|summary"
    r"|introduction|description|troubleshooting|documentation|readme|index|title|untitled|procedures?"
    r"|guide|steps|details|sop|usage|update|create|delete|add|remove|install(?:ation)?|set-?up|back-?up|restore)",
    re.I,
)

_SHORTEST_NAME = 6
"""Characters that the name of an alert exceeds."""


def runbook_name(heading: str, title: str, file_name: str) -> tuple[str, str]:
    """The name, and what its heading says besides where that is not the name.

    `heading` and `title` (of front matter) may be empty.
    """
    stem = _stem(file_name)
    said = without_kind(heading)
    if not said or _TEMPLATE_CODE.search(heading) or _GENERIC_HEADING.fullmatch(said):
        return without_kind(title) or stem, ""
    if (
        _CAMEL_NAME.match(stem)
        and len(stem) > _SHORTEST_NAME
        and _letters_of(stem) not in _letters_of(said)
        and not is_alert_name(said)
    ):
        return stem, said
    return said, ""


def is_alert_name(title: str) -> bool:
    """Whether a heading is a name such as `KubePodCrashLooping` or `err-too-many-series`."""
    name = _KIND_OF_TEXT.sub("", unmarked(title))
    return bool(_CAMEL_NAME.match(name) or _KEBAB_NAME.match(name)) and len(name) > _SHORTEST_NAME


def without_kind(name: str) -> str:
    """A name without what only says that it is a runbook's or an alert's."""
    return _KIND_OF_TEXT.sub("", name).strip() or name


def _stem(file_name: str) -> str:
    """The name of a file without any of its suffixes that are letters: `queue.html.md.erb` is `queue`."""
    stem = PurePath(file_name).name
    while re.search(r"\.[A-Za-z]\w{0,8}$", stem):
        stem = stem.rpartition(".")[0]
    return stem


def _letters_of(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
