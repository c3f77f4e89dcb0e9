"""Known errors: an article per file (symptom, cause, workaround, solution), or a section per error message.

A heading that quotes an error (`### Error: "x509: unknown authority"`), or names a failure below a heading such as
"Troubleshooting", starts an entry of its own, and the text of it that a log would hold becomes its signature
(`literals_of`).  What stands outside such sections is kept as one document.  Log blocks stay in the symptom, where
they are searched and fingerprinted.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import Any

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
from ingest.markdown.commands import commands_in, is_shell
from ingest.markdown.front_matter import split_front_matter
from ingest.markdown.parts import EntryPart, everything, heading_words, parts_of, repeating_sections
from ingest.source import Parsed, SourceFile
from ingest.sources.runbook import remainder
from kb.expression import expression
from kb.model import KnownError, Provenance, Scope, Signature, Source

_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "versions",
        expression(r"^(?:applicable|affected|impacted) versions?$|^(?:environment|applies to|versions?)$"),
    ),
    ("skip", expression(r"^(?:related|references?|see also|links?|further reading|fixed versions?)\b")),
    ("workaround", expression(r"\bwork-?arounds?\b|^mitigation|^(?:temporary|short[ -]term)\b")),
    (
        "check",
        expression(
            r"^(?:diagnostic steps|diagnosis|how to (?:check|verify|confirm|diagnose)|verification)\b"
        ),
    ),
    (
        "cause",
        expression(
            r"\bcauses?\b|\breasons?\b|^(?:why|details?|background|explanation|analysis|investigation)\b"
        ),
    ),
    (
        "resolution",
        expression(
            r"\b(?:solutions?|resolutions?|resolve|fix(?:es)?|remed\w+|recover\w*)\b|^(?:steps"
            r"|long[ -]term|actions?)\b"
        ),
    ),
    (
        "symptom",
        expression(
            r"^symptoms?\b|\bsymptoms?$|^(?:problem|issue)(?: (?:statement|description))?$"
            r"|^(?:problems|issues|errors?|error (?:messages?|logs?)|description|summary|overview)$"
        ),
    ),
)
_HEADING = expression(
    r"^(?:#{1,6}[ \t]+(?P<heading>.+?)|\*\*(?P<label>[^*\n]{3,50}?)\s*:?\*\*:?)[ \t]*#*$", re.M
)
_INCIDENT = expression(
    r"(?:timeline|action items?|lessons|what went|post-?\s?mortem|incident|follow-?ups?|attendees"
    r"|authors?$)\b"
)
_FOLDER = expression(r"^(?:kb|knowledge[-_]?base|known[-_](?:errors?|issues?)|troubleshooting)$", re.I)
_SAYS_WHAT_TO_DO = expression(
    r"^(?:to (?:resolve|fix|solve|work ?around|avoid|prevent|mitigate|remedy|correct|address|overcome)"
    r"|the (?:fix|solution|workaround)"
    r"|(?:a |possible |one )?(?:workaround|solution|fix|resolution)s?\b|ensure|make sure|verify|check"
    r"|as a workaround"
    r"|you (?:can|should|must|need to)|try|upgrade|update|set|add|use|configure|restart|run|install"
    r"|change|increase|if you)\b"
    r"|\bto (?:resolve|fix|solve|work around) (?:this|the|it)\b",
    re.I,
)
_CAUSAL = expression(
    r"\b(?:because|caused by|due to|occurs? (?:when|if)|happens? (?:when|if|because)|the reason|since"
    r"|results? from)\b",
    re.I,
)
_ANY_VERSION = expression(r"^\W*(?:all\b|any\b|see\b|n/?a\b|none\b)", re.I)


class KnownErrorArticles:
    """Articles about errors, and troubleshooting pages with a section per error."""

    name = "known_error"

    def recognises(self, file: SourceFile) -> float:
        """By the parts of an article, by headings that quote errors, and by the folder."""
        if not file.is_prose:
            return 0.0
        titles = [
            match["heading"] or match["label"] for match in _HEADING.finditer(FENCED.sub("", file.text))
        ]
        words = [heading_words(Block("heading", title, 1)) for title in titles]
        roles = {error_role(said) for said in words}
        cured, caused = bool(roles & {"workaround", "resolution"}), "cause" in roles
        score = 0.45 if caused and cured else 0.0
        if any(said.startswith("symptom") for said in words) and (caused or cured):
            score = 0.8
        elif score and any(re.match(r"(?:problem|issue|error)s?\b", said) for said in words):
            score = 0.65
        if sum(bool(_INCIDENT.match(said)) for said in words):
            score *= 0.4
        if any(_FOLDER.match(part) for part in file.folders) and not file.name.startswith("_"):
            score = max(score, 0.55) + 0.05
        return max(score, self._by_sections(file))

    def parse(self, file: SourceFile) -> Parsed:
        """The article, or every error section and a document of the rest."""
        front = split_front_matter(file.text, file.path)
        blocks = blocks_of(file.text, file.path)
        title = str(front.values.get("title") or "")
        repeating = repeating_sections(
            blocks, error_role, lambda roles: "symptom" in roles and len(roles - {"", "skip"}) > 1
        )
        whole = not repeating and _is_article(blocks)
        on_trouble_page = bool(_TROUBLE.search(title)) and not whole
        groups = grouped(
            blocks,
            lambda block, above: block.line in repeating or _starts_entry(block, above, on_trouble_page),
        )
        if len(groups) > 1 and not (whole and len(groups) == 2):
            errors = [_entry(group, file.path, {}) for group in groups[1:]]
            rest = remainder(groups[0], file.path, title or PurePath(file.path).stem)
            return Parsed(entries=(*rest, *errors), problems=front.problems)
        heading = next((block for block in blocks if block.kind == "heading" and block.level == 1), None)
        article = Block("heading", title, 1, level=1) if title else heading
        article = article or Block("heading", PurePath(file.path).stem, 1, level=1)
        rest_of = tuple(block for block in blocks if block is not heading or title)
        entry = _entry(BlockGroup(article, rest_of), file.path, front.values)
        return Parsed(entries=(entry,), problems=front.problems)

    def _by_sections(self, file: SourceFile) -> float:
        titles = re.findall(r"^#{2,6}[ \t]+(.+?)[ \t]*#*$", FENCED.sub("", file.text), re.M)
        literal = sum(is_literal_error(title) for title in titles)
        return 0.0 if not literal else 0.7 if literal < 2 else 0.8


def error_role(words: str) -> str:
    """What a heading of an article means: `symptom`, `cause`, `workaround`, `resolution`, …, or nothing."""
    return next((role for role, pattern in _ROLES if pattern.search(words)), "")


def _is_article(blocks: list[Block]) -> bool:
    """Whether the page tells of one error as a whole: symptoms, and what to make of them, near its top."""
    headings = [block for block in blocks if block.kind == "heading"]
    deepest = 2 if any(heading.level == 2 for heading in headings) else LABEL_LEVEL
    headings = [heading for heading in headings if heading.level <= deepest]
    roles = {error_role(heading_words(heading)) for heading in headings}
    return "symptom" in roles and bool(roles & {"cause", "workaround", "resolution"})


def _starts_entry(block: Block, above: tuple[Block, ...], on_trouble_page: bool) -> bool:
    if block.level >= LABEL_LEVEL or block.level < 2:
        return False
    if is_literal_error(block.text):
        return True
    if error_role(heading_words(block)):
        return False
    in_trouble = on_trouble_page or any(_TROUBLE.search(unmarked(parent.text)) for parent in above)
    return in_trouble and (names_failure(block.text) or quotes_message(block.text))


def _entry(group: BlockGroup, path: str, front: dict[str, Any]) -> KnownError:
    assert group.heading is not None
    title = unmarked(group.heading.text)
    parts = parts_of(group.blocks, error_role)
    if not any(part.role in ("cause", "workaround", "resolution", "symptom") for part in parts):
        parts = [reread for part in parts for reread in _by_wording(part)]
    elif parts[0].heading is None and not any(part.role == "symptom" for part in parts):
        parts[0] = EntryPart("symptom", None, parts[0].blocks)
    is_section = not front and group.heading.level > 1
    return KnownError(
        title=title,
        symptom=everything(parts, "symptom"),
        cause=everything(parts, "cause"),
        resolution=everything(parts, "resolution"),
        workaround=everything(parts, "workaround"),
        check=everything(parts, "check"),
        commands=commands_in(group.blocks),
        body=as_text(group.blocks),
        signatures=tuple(Signature(needles=(literal,)) for literal in literals_of(group.heading.text)),
        scope=Scope(versions=_versions(front.get("versions"), parts)),
        provenance=Provenance(
            author=", ".join(_texts(front.get("authors") or front.get("author"))) or None,
            at=_as_datetime(front.get("date")),
            source=Source(path=path, section=title if is_section else None, line=group.heading.line),
        ),
        extra={"categories": _texts(front["categories"])} if front.get("categories") else {},
    )


def _by_wording(part: EntryPart) -> list[EntryPart]:
    """A part without meaningful headings, told apart by its words: up to what says what to do is the symptom.

    A sentence that says why goes to the cause; from the first instruction on, all is the resolution.
    """
    if part.role == "skip":
        return [part]
    found: list[EntryPart] = []
    turned = False
    for block in part.blocks:
        says_what_to_do = block.kind in ("paragraph", "item") and bool(
            _SAYS_WHAT_TO_DO.search(unmarked(block.text))
        )
        turned = turned or says_what_to_do or is_shell(block)
        if block.kind == "code" and not is_shell(block) and says_failure(block.text):
            found.append(EntryPart("symptom", None, (block,)))
            continue
        causal = block.kind == "paragraph" and bool(_CAUSAL.search(block.text))
        found.append(EntryPart("resolution" if turned else "cause" if causal else "symptom", None, (block,)))
    return found


def _versions(front: Any, parts: list[EntryPart]) -> tuple[str, ...]:
    """The versions an article holds for; "all" is nowhere narrowed, so it is none."""
    written = _texts(front) + [
        block.text for part in parts if part.role == "versions" for block in part.blocks
    ]
    named = (unmarked(text).rstrip(".") for text in written if re.search(r"\d", text))
    return tuple(dict.fromkeys(text for text in named if not _ANY_VERSION.match(text) and len(text) < 120))


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _as_datetime(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else None


_TROUBLE = expression(
    r"\btrouble-?shoot\w*|\bknown (?:issues?|errors?|problems?|bugs?)\b|\b(?:common|possible|typical"
    r"|frequent) (?:\w+ )?"
    r"(?:issues?|errors?|problems?|failures?)\b|^(?:errors?|error (?:catalog|messages?|codes?|reference)"
    r"|faq|problems|issues)\b"
    r"|\berrors? catalog\b",
    re.I,
)
"""Headings below which each section is about one trouble."""

_FAILURE = expression(
    r"\b(?:errors?|fail(?:s|ed|ures?|ing)?|cannot|can['’]?t|could(?: not|n['’]t)|unable|denied|refused"
    r"|forbidden|not found"
    r"|no such|invalid|unsupported|unauthorized|timed? ?out|timeouts?|exceptions?|panic|fatal|crash\w*"
    r"|unknown|expired"
    r"|missing|conflicts?|exceed\w*|(?:do(?:es)? )?not (?:exist|work\w*|start\w*|respond\w*|recogni\w+"
    r"|configured|available"
    r"|allowed|permitted|ready)|doesn['’]t|don['’]t|isn['’]t|won['’]t|killed|unreachable|mismatch|stuck"
    r"|corrupt\w*|lost|slow"
    r"|rejected|aborted|hangs?|broken|wrong\w*|incorrect\w*|refus\w+|unexpected\w*|dubious|insufficient"
    r"|exhausted|too (?:many|large"
    r"|long|old|few)|undefined|unrecogni\w+|deadline|bad request|gateway|reset by peer|connection reset"
    r"|out of memory|oom|no space|deadlock\w*|evict\w+|interrupted|disconnect\w*|unhealthy|overflow\w*)\b"
    r"|\w(?:Exception|Error|Failure"
    r"|BackOff|Killed)\b",
    re.I,
)
_ERROR_PREFIX = expression(
    r"^(?:\w+ ){0,3}?(?:error|fatal|panic|exception|warning|failure)(?: message)?\s*:\s*", re.I
)
_SAYS_WHICH = expression(r"^(?:error|fatal|panic|exception)\b[^:]{0,12}:\s*\S", re.I)
_QUOTED = expression(r"`+\s*(?P<ticked>[^`]+?)\s*`+|(?<!\w)[\"“](?P<quoted>[^\"”]{4,})[\"”](?!\w)")
_SETTING_NAME = expression(r"^[\w.\[\]/-]+$")
_NAMES_ERROR = expression(r"[a-z](?:Exception|Error|Failure|BackOff|Killed)$|^(?:E[A-Z]{4,}|[A-Z]+\d{3,})$")
_ABOUT_SETTINGS = expression(
    r"\b(?:section|option|setting|command|parameter|keyword|variable|handling|how|configure|examples?)s?\b",
    re.I,
)


def is_literal_error(heading: str) -> bool:
    """Whether a heading quotes an error message, or begins with `Error:` and says which."""
    if _SAYS_WHICH.match(unmarked(heading)):
        return True
    quoted = _quoted(heading)
    if not quoted or not _FAILURE.search(unmarked(heading)):
        return False
    said = _says_error(heading)
    return any(_is_message(text) and (said or says_failure(text)) for text in quoted)


def says_failure(text: str) -> bool:
    """Whether a text speaks of something going wrong."""
    return bool(_FAILURE.search(text))


def names_failure(heading: str) -> bool:
    """Whether a heading says that something goes wrong; a heading that only gathers others does not."""
    words = unmarked(heading)
    return bool(_FAILURE.search(words)) and not _TROUBLE.search(words) and len(words.split()) > 1


def quotes_message(heading: str) -> bool:
    """Whether a heading quotes several words, as it would an error message."""
    return any(len(text.split()) > 2 for text in _quoted(heading) if _is_message(text))


def literals_of(heading: str) -> tuple[str, ...]:
    """The texts of a heading that a log would hold; several stand for alternatives."""
    if not is_literal_error(heading):
        return ()
    messages = tuple(text for text in _quoted(heading) if _is_message(text))
    if messages:
        return tuple(text for text in messages if says_failure(text)) or messages
    text = _ERROR_PREFIX.sub("", heading.replace("`", "")).strip().strip("\"“”'")
    return (text,) if len(text) > 6 else ()


def _says_error(heading: str) -> bool:
    """Whether a heading calls what it quotes an error, and is not about a setting for errors."""
    words = _QUOTED.sub("", heading)
    return bool(
        re.search(r"\b(?:errors?|exceptions?|messages?)\b", words, re.I)
    ) and not _ABOUT_SETTINGS.search(words)


def _quoted(heading: str) -> list[str]:
    """What stands in backticks or, without any, in quotes."""
    ticked = [match["ticked"] for match in _QUOTED.finditer(heading) if match["ticked"]]
    plain = [match["quoted"] for match in _QUOTED.finditer(heading) if match["quoted"]]
    return [_ERROR_PREFIX.sub("", text) if _ERROR_PREFIX.sub("", text) else text for text in ticked or plain]


def _is_message(text: str) -> bool:
    """A message rather than the name of a setting or command: several words, or an error's own name."""
    return bool(_NAMES_ERROR.search(text)) or (len(text.split()) > 1 and not _SETTING_NAME.match(text))
