"""What gives an entry away at first sight: the fingerprints of its texts, and its name.

A *crash key* is the kind of a crash of a kernel and the function to blame (`kb.text.crashes.blame`), however else
the two logs differ.  A *name key* is the entry's name without case and punctuation; an alert that says
`KubePodCrashLooping` finds the runbook of that name, and a rule finds the runbook its URL ends in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.expression import expression
from kb.model import AlertRule, Entry, Incident, KnownError, Pattern, Runbook, ToolFix
from kb.text.crashes.blame import first_crash
from kb.text.evidence.alarm import alarm
from kb.text.evidence.evidence import pick_evidence
from kb.text.masking import MASK_VERSION, fingerprint, mask
from kb.text.rewordings import Reworded, reworded
from kb.text.signatures.set import readable

REWORDED = "reworded:"
"""How the origin of a fingerprint begins that is another version's wording; what differs stands in its template."""
CRASH = "crash"
"""The origin of a fingerprint that is a crash of a kernel; its template is the name of the crash."""
_CODE_BLOCK = expression(r"^ *(```|~~~)[^\n]*\n(.*?)^ *\1", re.MULTILINE | re.DOTALL)
_BULLET = expression(r"^\s*(?:[-*+•]|\d+[.)])\s+|\*\*|`")
_SYMPTOM_LINES, _SHORT = 40, 120
_LOG_LINES = 12
"""Lines of an entry's logs that are fingerprinted, the most telling ones."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A template that gives an entry away, and where it comes from: `title`, `sample`, `log`, `asked` …"""

    value: str
    origin: str
    template: str


def fingerprints_of(entry: Entry) -> tuple[Fingerprint, ...]:
    """Every fingerprint of the entry; those of its own title and samples before those of its logs."""
    found: dict[str, Fingerprint] = {}
    for origin, line in _lines(entry):
        if value := fingerprint(line):
            found.setdefault(value, Fingerprint(value, origin, mask(line)[:500]))
    for other in _otherwise(entry):
        if value := fingerprint(other.text):
            found.setdefault(value, Fingerprint(value, f"{REWORDED}{other.kind}", other.note))
    for name in _crashes(entry):
        found.setdefault(crash_key(name), Fingerprint(crash_key(name), CRASH, name))
    if isinstance(entry, (Runbook, AlertRule)) and (key := name_key(entry.name)):
        found[key] = Fingerprint(key, "name", entry.name)
    return tuple(found.values())


def _otherwise(entry: Entry) -> Iterator[Reworded]:
    """What other versions of the program say instead of the line that the entry was learned by."""
    if isinstance(entry, (Pattern, ToolFix)) and (title := _title(entry)):
        yield from reworded(title)


def _title(entry: Entry) -> str:
    """The line that the entry is known by; empty where that is a regex, or several lines, which are looked for each."""
    if not isinstance(entry, (Pattern, ToolFix, KnownError)) or any(s.regex for s in entry.signatures):
        return ""
    title = getattr(entry, "pattern", "") or getattr(entry, "error_pattern", "") or entry.headline
    title = readable(title)
    return "" if "\n" in title else title


def _crashes(entry: Entry) -> Iterator[str]:
    """The crash of each text of several lines that the entry was learned by or quotes."""
    texts = [getattr(entry, "pattern", "") or getattr(entry, "error_pattern", ""), *entry.samples.must_match]
    if isinstance(entry, (KnownError, Incident)):
        symptom = entry.symptom if isinstance(entry, KnownError) else entry.summary
        texts += [block for _, block in _CODE_BLOCK.findall(f"{symptom}\n{entry.body}")]
    for text in texts:
        if "\n" in text and (crash := first_crash(readable(text))) is not None:
            yield crash.name


def _lines(entry: Entry) -> Iterator[tuple[str, str]]:
    if title := _title(entry):
        yield "title", title
    for sample in entry.samples.must_match:
        yield from (("sample", line.text) for line in pick_evidence(sample, _LOG_LINES))
    if isinstance(entry, (KnownError, Incident)):
        symptom = entry.symptom if isinstance(entry, KnownError) else entry.summary
        yield from (("symptom", line) for line in _short_lines(symptom))
        yield from (("log", line) for line in _log_lines(f"{symptom}\n{entry.body}"))


def _short_lines(text: str) -> Iterable[str]:
    """Points of a list and lines that stand alone: symptoms as people write them down."""
    for line in _CODE_BLOCK.sub("", text).splitlines()[:_SYMPTOM_LINES]:
        bare = _BULLET.sub("", line).strip()
        if bare and len(bare) <= _SHORT and not bare.startswith(("#", "|", "!", "<")):
            yield bare


def _log_lines(text: str) -> Iterable[str]:
    """The lines of code blocks that tell of an error; tables and commands give nothing away."""
    for _, block in _CODE_BLOCK.findall(text):
        yield from (line.text for line in pick_evidence(block, _LOG_LINES) if alarm(line.text) > 0)


def crash_key(name: str) -> str:
    """`crash:kasan: use-after-free read in skb_release`, of the name of a crash."""
    return f"crash:{name.casefold()}"


_DOCUMENT = expression(r"(?:\.(?:md|markdown|mdx|html?|adoc|asciidoc|rst|org|txt|erb))+$", re.I)


_NO_NAME = expression(r"[^a-z0-9]+")
_INDEXES = ("readme", "index", "_index")


def name_key(name: str) -> str:
    """`name:kubepodcrashlooping`; empty where there is nothing to compare."""
    plain = _NO_NAME.sub("", name.lower())
    return f"name:{plain}" if len(plain) > 3 else ""


def runbook_keys(rule: AlertRule) -> tuple[str, ...]:
    """The name keys that the rule's runbook may have: the end of its URL, then the rule's own name.

    `…/queue/README.md` ends in `queue`.
    """
    parts = reversed(rule.runbook_url.partition("?")[0].rstrip("/").replace("#", "/").split("/"))
    names = (_DOCUMENT.sub("", part) for part in parts)
    tail = next((name for name in names if name.lower() not in _INDEXES), "")
    return tuple(dict.fromkeys(key for key in (name_key(tail), name_key(rule.name)) if key))


def of_today(stored: str, line: str) -> str:
    """A fingerprint that these rules made: the stored one, or that of its line; as stored where the line gives none."""
    return stored if stored.startswith(f"f{MASK_VERSION}:") else fingerprint(line) or stored
