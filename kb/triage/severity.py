"""How severe an alert is, and on which words that rests.

A severity that somebody gave is confirmed.  Else the label of the alert counts, else the words of
seed 002's and 003's definitions ("complete outage", "data loss", "major functionality", "service down");
both are unconfirmed.  Where nothing is told, nothing is judged.

Words count where they are asserted: not behind a negation ("no data loss"), not of something that is over
("outage resolved"), not in a question, a drill, or another sense of "down" ("down to 3 %").  What merely
could happen ("may lead to data loss") counts one step less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.errors import InvalidInput
from kb.expression import expression
from kb.model.brief import Alert, JudgedSeverity
from kb.model.entry import Severity
from kb.text.evidence.evidence import pick_evidence
from kb.text.redact import redact
from kb.text.severities import parse_severity

_LINES = 12
_WORDS_SHOWN = 3
_LONGEST = 60
_I = re.IGNORECASE

_WHOLE = (
    r"service|web ?site|site|web ?app|application|app|api|system|platform|production|prod|database|db|cluster"
    r"|backend"
    r"|everything|store|shop|checkout|login|payments?|datacenter|data centre|region"
)
_VERY = r"(?:(?:now|currently|completely|totally|entirely|fully|hard|still|all)\s+)*"
_NOT_DOWN = (
    r"(?!\s*(?:to\b|by\b|from\b|for (?:planned|maintenance|scheduled)|\d|about\b|at least|below|under\b|a bit"
    r"|slightly"
    r"|stream|load|time budget|scal|grad|sampl))"
)
_DOWN = (
    rf"\b(?P<subject>[\w./-]+)\s+(?:is|are|was|were|has been|have been|went|goes|has gone|appears|seems)\s+{_VERY}"
    rf"down\b{_NOT_DOWN}"
)
_SHORT_DOWN = rf"\b(?:{_WHOLE})\s+{_VERY}down\b{_NOT_DOWN}"
_ALERT_DOWN = r"\b\w*(?:Service|Site|Website|Api|API|Database|Cluster)Down\b"
_WHOLE_GROUP = (
    r"(?:all|every|100 ?%(?: of)?) (?:our |the )?(?:users?|customers?|requests?|tenants?|traffic"
    r"|orders?|regions?)"
)

_SEVERE = expression(
    r"\b(?:complete|completely|total|full|major|global|site-?wide|company-?wide|production) outages?\b"
    r"|\bdata[- ](?:loss|corruption|breach|leak)\b|\b(?:los(?:t|ing)|delet(?:ed|ing)|corrupt(?:ed"
    r"|ing)) (?:\w+ ){0,2}"
    r"(?:customer |user |production )?data\b|\bsecurity (?:breach|incident|compromise)\b|\bransomware\b"
    r"|\b(?:credentials?|keys?|tokens?|accounts?|passwords?|hosts?|servers?) (?:\w+ )?(?:were |was |are |is "
    r"|have been "
    r"|has been )?(?:compromised|leaked|stolen|exposed)\b|\bexfiltrat\w+|\bunauthori[sz]ed access\b|\bintrusion\b"
    r"|\b(?:completely|totally|entirely) (?:down|unavailable|unreachable|unresponsive)\b"
    r"|\b(?:nobody|no ?one) can (?:log ?in|reach|use|access|order|pay|check ?out)\b"
    rf"|\b{_WHOLE_GROUP} (?:are |is )?(?:affected|impacted|fail\w*|unable|down|blocked|locked out"
    rf"|see(?:ing)? errors)"
    rf"|\b(?:affect\w*|impact\w*|fail\w*|unavailable|down) (?:for |to )?{_WHOLE_GROUP}"
    rf"|{_DOWN}|{_SHORT_DOWN}",
    _I,
)
_MAJOR = expression(
    r"\bmajor functionality\b|\bsignificant(?:ly)? (?:user |customer )?(?:impact\w*|affected|degrad\w*)\b"
    r"|\b(?:many|most|half of(?: the)?|thousands of|hundreds of) (?:our )?(?:users?|customers?|requests?|orders?)\b"
    r"|\b(?:severely|performance|service|badly) degrad\w+|\bdegraded (?:performance|service)\b"
    r"|\b(?:high|elevated|increased|rising|spike in|spiking) (?:\w+ ){0,2}?(?:error|failure|5xx) ?(?:rates?"
    r"|ratio|s\b)"
    r"|\b(?:error|failure) ?(?:rates?|ratio) (?:is |are )?(?:spik\w+|high|elevated|above|over|rising|rose"
    r"|jumped|at [1-9]\d)"
    r"|\berror (?:spike|surge)\b|\b(?:5xx|50[0234])(?: errors?)? (?:spik\w+|surge|on|for|rate|from)"
    r"|\blatency spik\w+|\bspike in latency|\b(?:high|p9\d) latency\b|\bp9\d(?:\.\d)? (?:latency )?(?:is )?(?:>"
    r"|above|over)"
    r"|\blatency (?:is )?(?:>|above|over|high)|\b(?:payments?|orders?|logins?|checkouts?|sign-?ins?|uploads?"
    r"|requests?) "
    r"(?:are |is )?(?:failing|timing out|broken)\b|\bpartial(?:ly)? (?:outage|unavailable)\b|\bpartial outage\b"
    r"|\boutages?\b|\bcannot (?:log ?in|check ?out|pay|order)\b|\bHighErrorRate\b|\bHighLatency\w*\b",
    _I,
)
_LIMITED = expression(
    r"\bminor functionality\b|\blimited (?:user |customer )?impact\b|\b(?:some|a few|few|several"
    r"|\d{1,2}) (?:users|customers)\b"
    r"|\bpartial(?: \w+)? impact\b|\bintermittent\w*\b|\bsubset of (?:users|customers|requests)\b|\bone (?:user"
    r"|customer|tenant)\b"
    r"|\bslower than usual\b",
    _I,
)
_SMALL = expression(
    r"\bminimal impact\b|\bcosmetic\b|\btypos?\b|\bminor issue\b|\b(?:no|without) (?:user|customer"
    r"|visible)[- ]?(?:\w+ )?impact\b"
    r"|\bmisaligned\b|\bwrong colou?r\b",
    _I,
)
_SCALE = (
    (Severity.SEV1, _SEVERE),
    (Severity.SEV1, expression(_ALERT_DOWN)),
    (Severity.SEV2, _MAJOR),
    (Severity.SEV3, _LIMITED),
    (Severity.SEV4, _SMALL),
)

_CLAUSE = expression(
    r"(?<=[.!?])\s+|[;\n]+|,?\s+\b(?:but|however|although|while|yet)\b\s*|,\s+(?=(?:and|so|then)\b)|\s[-–—]\s"
)
_NEGATED = expression(
    r"\b(?:no|not|never|without|nor|neither|none of|isn'?t|aren'?t|wasn'?t|weren'?t|didn'?t|doesn'?t|don'?t"
    r"|hasn'?t|cannot be"
    r"|ruled? out|rules out|excluded?|unlikely|avoid\w*|averted|prevent\w*|instead of|rather than|free of|zero"
    r"|0|denied"
    r"|(?:not|no) (?:sign|evidence|indication|risk|signs) of)\b[^,:]{0,60}$",
    _I,
)
_ELSEWHEN = expression(
    r"\b(?:last|previous|earlier|past|former|prior|yesterday'?s?|historical|similar to|like the|since the|after the"
    r"|simulat\w*|drill|exercise|rehears\w*|test(?:ing)?(?: of| for)?|game ?day|post-?mortem (?:of|for|on)"
    r"|in case of"
    r"|runbook for|protects? (?:from|against)|guards? against|how to|if (?:the|a|an|you|it))\b[^,:]{0,40}$",
    _I,
)
_OVER = expression(
    r"^[^,:]{0,30}?\b(?:(?:is|are|was|were|has been|have been|got|now) )?(?:resolved|over\b(?! \d)|ended|fixed"
    r"|mitigated|cleared"
    r"|averted|prevented|avoided|recovered|ruled out|unlikely|restored|back (?:up|online)|drill|exercise"
    r"|simulation|test\b"
    r"|rehearsal|game ?day|post-?mortem|review|last (?:week|month|year)|yesterday|is not|was not|did not|never)",
    _I,
)
_POSSIBLE = expression(
    r"\b(?:may|might|could|can|would|possibly|eventually|potential(?:ly)?)\b[^,:]{0,60}$", _I
)
_PART = expression(
    r"(?i)^(?:\d+|one|two|node\w*|pods?|replicas?|instances?|targets?|exporter\w*|links?|interfaces?|disks?"
    r"|ports?|members?|peers?"
    r"|brokers?|workers?|shards?|rates?|ratio|latency|traffic|usage|load|cpu|memory|errors?|costs?|requests"
    r"|sales|orders"
    r"|numbers?|count|temperature|time|times|they|it's|that|which|what|slow\w*|scal\w*|shut\w*|cool\w*)$"
)


def judge_severity(alert: Alert, given: str = "") -> JudgedSeverity:
    """The severity, whether somebody gave it, and the words; None where nothing tells it.

    Raises InvalidInput when the given label is on no scale that is in use.
    """
    if given.strip():
        severity = parse_severity(given)
        if severity is None:
            raise InvalidInput(
                f"severity {given!r} is on no known scale; give SEV1 to SEV4, P1 to P4, or critical, high, medium, low"
            )
        return JudgedSeverity(severity=severity, confirmed=True, words=(given.strip()[:_LONGEST],))
    if severity := alert.severity or parse_severity(alert.severity_label):
        return JudgedSeverity(severity=severity, words=(alert.severity_label[:_LONGEST] or str(severity),))
    return _by_words(alert)


def _by_words(alert: Alert) -> JudgedSeverity:
    found: dict[Severity, dict[str, None]] = {}
    lines = [line.text for line in pick_evidence(alert.text, _LINES)]
    for severity, words in _asserted([alert.name, *lines], alert.service):
        found.setdefault(severity, {})[redact(words).text] = None
    if not found:
        return JudgedSeverity(severity=None)
    worst = min(found)
    return JudgedSeverity(
        severity=worst, words=tuple(words[:_LONGEST] for words in found[worst])[:_WORDS_SHOWN]
    )


def _asserted(lines: list[str], service: str) -> Iterator[tuple[Severity, str]]:
    for clause in (part for line in lines for part in _CLAUSE.split(line)):
        if clause.rstrip().endswith("?"):
            continue
        for severity, pattern in (*_SCALE, *_down_of(service)):
            for match in pattern.finditer(clause):
                if counted := _weighed(severity, match, clause):
                    yield counted, " ".join(match[0].lower().split())


def asserted_words(pattern: re.Pattern[str], text: str) -> str:
    """The first words that the pattern finds and the text asserts ("no data loss" does not); or empty."""
    for clause in (part for part in _CLAUSE.split(text) if pattern.search(part)):
        if clause.rstrip().endswith("?"):
            continue
        for match in pattern.finditer(clause):
            if _weighed(Severity.SEV1, match, clause):
                return " ".join(match[0].lower().split())
    return ""


def _down_of(service: str) -> tuple[tuple[Severity, re.Pattern[str]], ...]:
    """`orders down`, for the service that the alert is about."""
    if not service:
        return ()
    return ((Severity.SEV1, re.compile(rf"\b{re.escape(service)}\s+{_VERY}down\b{_NOT_DOWN}", _I)),)


def _weighed(severity: Severity, match: re.Match[str], clause: str) -> Severity | None:
    """The severity that the words tell here; None where they are not asserted."""
    if "subject" in match.re.groupindex and match["subject"] and _PART.match(match["subject"]):
        return None
    before, after = clause[: match.start()], clause[match.end() :]
    if _ELSEWHEN.search(before) or _OVER.match(after):
        return None
    if severity is not Severity.SEV4 and _NEGATED.search(before):
        return None
    if severity is Severity.SEV1 and _POSSIBLE.search(before):
        return Severity.SEV2
    return severity
