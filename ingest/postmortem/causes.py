"""Contributing factors, and how sure a report is of each.

A list is one cause an item, prose is one cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.markdown.sections import MarkdownSection
from ingest.postmortem.labels import is_blank_line, without_blanks
from kb.expression import expression
from kb.model import Cause, CauseStatus

_DOUBT = expression(
    r"\b(?:suspect(?:ed|s)?|suspicion|probabl[ey]|(?:most )?likely|(?:we|i) (?:believe|think|assume|guess)"
    r"|theori[sz]ed"
    r"|believed to|may (?:have|be)"
    r"|might (?:have|be)|could have been|possibly|(?:a|one|another|is|was) possible|perhaps"
    r"|presumabl[ey]|hypothes[ie]s|theory"
    r"|unconfirmed|not confirmed"
    r"|unclear|(?:yet )?unknown (?:reason|cause)|still investigating|seems? to|appears? to"
    r"|appeared to|thought to|vermutlich"
    r"|wahrscheinlich|mutmaßlich)\b",
    re.I,
)
_GOES_ON = expression(
    r"\binvestigat(?:ion|ions|ing|e)\b[^.]{0,60}\b(?:root )?causes?\b(?![^.]{0,40}\b(?:found|identified"
    r"|showed|shows|revealed)\b)"
    r"|\b(?:root )?cause\b[^.]{0,60}\b(?:under (?:\w+ )?investigation|being investigated"
    r"|not (?:yet )?(?:known|clear|been (?:\w+ )?(?:found|identified|"
    r"determined|established))|(?:still |yet )*(?:unknown|unclear|to be determined)|tbd)\b"
    r"|\b(?:do|does|did)(?: not|n['’]t) (?:yet )?know\b[^.]{0,30}\bcause|\bstill (?:investigating"
    r"|analy[sz]ing|looking (?:into|for))\b"
    r"|\b(?:analysis|investigation)s?\b[^.]{0,30}\b(?:ongoing|continu(?:es|ing)|in progress|under ?way"
    r"|not (?:yet )?(?:finished|complete))\b"
    r"|^\W*(?:(?:still |currently |yet )*(?:under|being|to be) (?:\w+ )?(?:investigat\w+|determined)"
    r"|(?:yet )?unknown|unclear|tbd|not (?:yet )?known)\W*$",
    re.I,
)
"""A sentence that says that the cause is still looked for: it is none."""
_NAMES_ONE = expression(
    r"\b(?:caused by|because|due to|triggered by|was that|turned out|(?:could|may|might) be|likely"
    r"|probably|suspect\w*)\b",
    re.I,
)
_CONFIRMED = expression(
    r"\b(?:confirmed|verified|proved|proven|reproduced|certain(?:ly)?|demonstrated)\b", re.I
)
_FACTOR = expression(r"\bcontribut|\bfactors?\b", re.I)
_DOUBTED = expression(r"^\s*suspected(?:, not confirmed)?:\s+", re.I)
_SAYS_WHY = expression(
    r"\broot cause (?:was|is|of|turned)|\b(?:was|were|is|been) (?:\w+ )?(?:caused|triggered) by\b"
    r"|\bcaused by\b"
    r"|\b(?:was|were|is) (?:\w+ )?due to\b|\b(?:primary|main|underlying|actual) (?:cause|reason"
    r"|issue|problem) (?:\w+ ){0,6}(?:was|is)\b"
    r"|\bthe (?:(?:most )?(?:probable|likely) )?(?:cause|reason) (?:\w+ ){0,6}(?:was|is)\b"
    r"|\bto be the (?:root )?cause of\b"
    r"|\bwas because\b|\bhappened because\b"
    r"|\bverursacht durch\b",
    re.I,
)
_CAUSAL = expression(
    r"\bcaus(?:e|ed|es|ing)\b|\breasons?\b|\bdue to\b|\bbecause\b|\btrigger"
    r"|\bursache",
    re.I,
)
_ITEM = expression(r"^\s*(?:[-*+]|\d+[.)])\s", re.M)
_LAST_BREAK = expression(r"\n[ \t]*\n|(?<=[.!?])\s+(?=[A-Z])")
"""Where a paragraph or a sentence ends."""
_FENCED = expression(r"^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$", re.M | re.S)
_ANNOUNCES = expression(
    r"\b(?:caus\w+|factors?|reasons?|problems?|issues?|bugs?|mistakes?|things|failures?|failed|gaps?|errors?|flaws?|why"
    r"|because|due to|wrong|contribut\w+|combin\w+|led to|events|ursachen?|gründe|faktoren)\b",
    re.I,
)
"""The words of a lead to a list of causes, rather than to details of one."""
_SHORTEST_PROSE = 40
"""Characters of what stands beside a list and is a cause by itself."""
_SENTENCE = expression(r"(?<=[.!?])\s+(?=[A-Z\"“`])|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)")


def parse_causes(section: MarkdownSection) -> Iterator[Cause]:
    """The causes under one heading (its own text; subsections are asked for themselves)."""
    factors = is_contributing(section.title)
    items = [item for item in section.items if not is_blank_line(item)]
    has_items = bool(items)
    before, after = _around_list(section) if has_items else (section.text, "")
    items = [] if _only_details(before) else items
    for text in (_prose(before, has_items=has_items), *items, _prose(after, has_items=has_items)):
        if text:
            yield from _stated(text, section, factors)
    for row in section.rows:
        joined = ": ".join(cell for cell in row if cell and not is_blank_line(cell))
        if joined:
            yield from _stated(joined, section, factors)


def _only_details(before: str) -> bool:
    """Whether a list goes on about a cause that the text before it tells: it is announced, and not as causes."""
    told = _without_code(before).strip()
    if not told.endswith(":"):
        return False
    breaks = [found.end() for found in _LAST_BREAK.finditer(told)]
    lead = told[breaks[-1] if breaks else 0 :]
    return len(told) - len(lead) >= _SHORTEST_PROSE and not _ANNOUNCES.search(lead)


def _without_code(text: str) -> str:
    return _FENCED.sub("", text)


def is_contributing(title: str) -> bool:
    """Whether a heading announces what only contributed."""
    return _FACTOR.search(title) is not None


def is_open(sentence: str) -> bool:
    """Whether a sentence says that the cause is still looked for, and names none."""
    return bool(_GOES_ON.search(sentence)) and not _NAMES_ONE.search(sentence)


def _stated(text: str, section: MarkdownSection, factors: bool) -> Iterator[Cause]:
    """One cause, without the sentences that say that it is still looked for; none where nothing is left."""
    told = (
        " ".join(part for part in _SENTENCE.split(text) if not is_open(part))
        if _GOES_ON.search(text)
        else text
    )
    if told.strip():
        doubtful = bool(_DOUBT.search(section.title)) or (factors and not _CONFIRMED.search(told))
        yield cause(told, doubtful=doubtful)


def is_only_a_guess(text: str) -> bool:
    """Whether a text says what may have been the cause and no more: what stands so as a resolution fixed nothing."""
    return (
        len(_SENTENCE.split(text.strip())) == 1 and bool(_SAYS_WHY.search(text)) and bool(_DOUBT.search(text))
    )


def cause(text: str, *, doubtful: bool = False) -> Cause:
    """A cause with the status that its own words give it."""
    suspected = doubtful or _is_doubted(text)
    text = _DOUBTED.sub("", text)
    return Cause(text=text.strip(), status=CauseStatus.SUSPECTED if suspected else CauseStatus.CONFIRMED)


def _is_doubted(text: str) -> bool:
    """Whether doubt is cast on the cause itself: in the first sentence, or in one that speaks of causes."""
    first, *rest = _SENTENCE.split(text.strip())
    return any(_DOUBT.search(s) for s in (first, *(s for s in rest if _CAUSAL.search(s))))


def _prose(text: str, *, has_items: bool) -> str:
    """The text outside lists and tables; a lead-in (`Several things came together:`) is not a cause."""
    text = re.sub(r"^\s*\|.*$|^\s*!\[[^\]]*\]\([^)]*\)\s*$", "", text, flags=re.M)
    text = re.sub(r"\n\s*-{3,}\s*\Z", "", without_blanks(text).strip()).strip()
    if has_items and text.endswith(":"):  # the sentence that announces the list
        breaks = [found.start() for found in _LAST_BREAK.finditer(text)]
        text = text[: breaks[-1] if breaks else 0].strip()
    return "" if has_items and len(text) < _SHORTEST_PROSE else text


def _around_list(section: MarkdownSection) -> tuple[str, str]:
    """The text of a section before its first list and behind its last."""
    items = list(_ITEM.finditer(section.text))
    if not items:
        return section.text, ""
    end = re.search(r"\n\s*\n(?=\S)", section.text[items[-1].end() :])
    return section.text[: items[0].start()], section.text[items[-1].end() + end.end() :] if end else ""
