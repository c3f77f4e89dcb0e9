"""What was done to end an incident, read from its timeline and its prose where no section tells it.

Sentences that say outright what ended it (`resolved by rolling back`) go first, then the steps of the timeline up to
the recovery, then the summary and "what went well".  Promises: nothing is worded anew, every measure keeps its time
and the line it stands on; what somebody plans, suggests or denies was not done; nothing is taken from code.

The words in which reports tell that something was done, that it helped, or that it was only planned are the patterns
at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kb.expression import expression
from kb.model import Measure, TimelineEvent

MOST_MEASURES = 4
"""Measures that are kept at most: who reads them has an outage to end."""
_MOST_OF_TIMELINE = 3
_LAST_SENTENCES = 2
_SPOKEN = expression(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 3
"""Of an event that is all there is: `Resolved` says only that it ended."""
_DOES = expression(
    r"\b(?:by|with|via|through|after|attempts? at|am|is|are|was|were|been|be|start\w*|beg[aiu]n\w*|tr(?:y|ied)|kept"
    r"|then|and|decid\w+ on)"
    r"(?:\s+\w+ly|\s+(?:first|then|manual|also))?\s+$|[.:;,(–—-]\s*$",
    re.I,
)
"""What stands before an `…ing` that somebody did."""
_LONGEST_MEASURE = 400
_MANY_SENTENCES = 2
"""From so many on, an event tells more than one thing."""
_REASON_BEFORE = expression(r"^(?:since|as|because|although|though|while|even though)\b[^,]{5,160},\s+", re.I)
_PURPOSE = expression(
    r",?\s+(?:so (?:that )?(?:we|they|it|he|she|the|no|future|new|users)\b|in order to\b|to (?:ensure|make sure|prevent|avoid|see|check|give|allow|get)\b"
    r"|prior to\b|before (?:\w+ing|it|they|the)\b).*$",
    re.I | re.S,
)

_SENTENCE = expression(r"(?<=[.!?])[\"”)]?\s+(?=[A-Z\"“`*_\[])|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n(?=#)")
_ASIDE = expression(r"(?<!\])\([^()]*\)")
"""What stands in brackets says of a deed what it led to or who asked for it; an address behind a link is none."""
_FENCED = expression(r"^[ \t]*(```(?![^\n]*`)|~~~).*?^[ \t]*\1[ \t]*$", re.M | re.S)


@dataclass
class _KeptMeasures:
    """Measures in the order of their weight, each text once."""

    lines: Sequence[str]
    measures: list[Measure] = field(default_factory=list)

    def add(self, text: str, section: str, time: str = "") -> None:
        said = _one_line(text)
        if not said or any(said in one.text or one.text in said for one in self.measures):
            return
        line = line_of(text, self.lines)
        self.measures.append(Measure(text=said, time=time, section=section, line=line))


def what_was_done(
    timeline: Sequence[TimelineEvent],
    prose: Iterable[tuple[str, str]],
    body: str,
    lines: Sequence[str],
    causes: Sequence[str] = (),
) -> tuple[Measure, ...]:
    """At most `MOST_MEASURES` measures, in the order in which they should be read.

    `prose` gives the name and the text of each part that tells of what happened; `body` is looked into where they
    say nothing; `lines` are those of the file.  A sentence that tells one of the `causes` tells no measure besides.
    """
    kept = _KeptMeasures(lines)
    parts = [(name, _FENCED.sub("", text)) for name, text in prose]
    for name, text in parts:
        for sentence in _ended_by(text):
            kept.add(sentence, name)
    for event in _last_steps(timeline):
        kept.add(_deeds_of(event.text), "timeline", event.time)
    if not kept.measures:
        for name, text in parts:
            for sentence in _sentences(text):
                if _was_done(sentence) and not any(_one_line(sentence) in cause for cause in causes):
                    kept.add(sentence, name)
    if not kept.measures:
        for sentence in _ended_by(_FENCED.sub("", body)):
            kept.add(sentence, "text")
    if not kept.measures:
        for sentence in _by_somebody(_FENCED.sub("", body)):
            kept.add(sentence, "text")
    last = None if kept.measures else _recovery(timeline)
    if last is not None and len(_SPOKEN.findall(timeline[last].text)) >= _FEWEST_WORDS:
        kept.add(timeline[last].text, "timeline", timeline[last].time)
    return tuple(kept.measures[:MOST_MEASURES])


def line_of(text: str, lines: Sequence[str]) -> int | None:
    """The line of a file, counted from 1, on which a text begins; None where it does not stand there as it is."""
    start = _bare_words(text.strip().split("\n")[0])[:60]
    if len(start) < 4:
        return None
    return next(
        (number for number, line in enumerate(lines, 1) if start in _bare_words(line)), None
    ) or _line_of_beginning(start, lines)


def _line_of_beginning(start: str, lines: Sequence[str]) -> int | None:
    """Where a text begins that goes on over the end of a line."""
    short = start[:24]
    return next((number for number, line in enumerate(lines, 1) if short in _bare_words(line)), None)


def _bare_words(line: str) -> str:
    return re.sub(r"[^\w]+", " ", line).strip().lower()


def _ended_by(text: str) -> Iterator[str]:
    for sentence in _sentences(text):
        if _ENDED_BY.search(sentence) and _names_a_means(sentence) and not _NOT_DONE.search(sentence):
            yield sentence


def _by_somebody(text: str) -> list[str]:
    """The last sentences of a story in which people do something to what runs."""
    return [said for said in _sentences(text) if _was_done(said) and _SOMEBODY.search(said)][
        -_LAST_SENTENCES:
    ]


def _names_a_means(sentence: str) -> bool:
    """Whether a sentence says how; "restored" and "fixed" alone say that it ended and no more."""
    return any(not _ONLY_ENDED.match(found[0]) for found in _ACTION.finditer(sentence))


def _sentences(text: str) -> Iterator[str]:
    for part in _SENTENCE.split(text):
        said = part.strip()
        if said and not said.startswith(("|", "#", "![")):
            yield said


def _was_done(sentence: str) -> bool:
    told = _main_clause(_ASIDE.sub("", sentence))
    deeds = [found for found in _ACTION.finditer(told) if _is_deed(told, found)]
    if all(_ONLY_ENDED.match(found[0]) for found in deeds) and len(_SPOKEN.findall(told)) < _FEWEST_WORDS:
        return False
    return bool(deeds) and not _NOT_DONE.search(told) and not _BEGINNING.search(told)


def _main_clause(sentence: str) -> str:
    """A sentence without what stands before or behind it to say why: what may, cannot or should not be."""
    shorter = _PURPOSE.sub("", _REASON_BEFORE.sub("", sentence))
    return shorter if _ACTION.search(shorter) else sentence


def _deeds_of(text: str) -> str:
    """Of an event that takes several sentences to tell, those that tell what was done."""
    sentences = [said for said in _sentences(_FENCED.sub("", text))]
    deeds = [said for said in sentences if _was_done(said)]
    return " ".join(deeds) if len(sentences) >= _MANY_SENTENCES and deeds else text


def _is_deed(sentence: str, action: re.Match[str]) -> bool:
    """Whether an action is what a sentence tells; `a job upgrading the chart failed` tells that the job failed."""
    if not action[0].lower().endswith("ing"):
        return True
    before = sentence[: action.start()]
    return not re.search(r"\w", before) or bool(_DOES.search(before))


def _last_steps(timeline: Sequence[TimelineEvent]) -> list[TimelineEvent]:
    """The last steps before the recovery, those that surely end something before those that may."""
    end = _recovery(timeline)
    until = timeline if end is None else timeline[: end + 1]
    # What stands first is what set it off, as a rule: an upgrade, a deploy, a deletion by mistake.
    acted = [event for event in until[1:] if _is_step(event.text)] or [e for e in until if _is_step(e.text)]
    if end is not None and not acted:
        acted = [event for event in timeline[end + 1 :] if _is_step(event.text)]
    strong = [event for event in acted if _STRONG.search(_deeds_of(event.text))][-_MOST_OF_TIMELINE:]
    chosen = [*strong, *(event for event in acted[::-1] if event not in strong)][:_MOST_OF_TIMELINE]
    return [event for event in timeline if event in chosen]


def _is_step(text: str) -> bool:
    told = _FENCED.sub("", text)
    sentences = [*_sentences(told)]
    if len(sentences) >= _MANY_SENTENCES and any(map(_was_done, sentences)):
        return True
    return _was_done(told) or bool(
        _STRONG.search(told) and not _NOT_DONE.search(told) and _RECOVERED.search(told)
    )


def _recovery(timeline: Sequence[TimelineEvent]) -> int | None:
    """The place of the last event that tells of recovery."""
    found = [
        place
        for place, event in enumerate(timeline)
        if any(
            _RECOVERED.search(said) and not _NOT_DONE.search(said)
            for said in _sentences(_FENCED.sub("", event.text))
        )
    ]
    return found[-1] if found else None


def _one_line(text: str) -> str:
    """A measure as one line without bullets, of the length that somebody reads."""
    told = _FENCED.sub("", text)
    said = " ".join(re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", told).split())
    return said if len(said) <= _LONGEST_MEASURE else said[: _LONGEST_MEASURE - 1].rstrip() + "…"


_VERBS = (
    r"revok(?:es?|ed|ing)|unpublish(?:es|ed|ing)?|cop(?:ies|ied|ying) (?:the|a|over)|modif(?:ies|ied|ying)|rewr(?:ote|itten)|roll(?:s|ed|ing)?[ -]?(?:back|over)|rollback|generat(?:es?|ed)|re-?queu(?:es?|ed)|mark(?:s|ed)"
    r"|revert(?:s|ed|ing)?|restart(?:s|ed|ing)?|reboot(?:s|ed|ing)?"
    r"|restor(?:es?|ed|ing)"
    r"|destroy(?:s|ed|ing)?|delet(?:es?|ed|ing)|remov(?:es?|ed|ing)|scal(?:es?|ed"
    r"|ing)(?: (?:up|down|out))?|resiz(?:es?|ed|ing)"
    r"|increas(?:es?|ed|ing)|decreas(?:es?|ed|ing)|reduc(?:es?|ed|ing)|rais(?:es?|ed|ing)|lower(?:s|ed|ing)?"
    r"|bump(?:s|ed|ing)?|doubl(?:es?|ed|ing)|fail(?:s|ed|ing)?[ -]?over|disabl(?:es?|ed|ing)"
    r"|(?:re-?)?enabl(?:es?|ed|ing)"
    r"|deploy(?:s|ed|ing)?|redeploy(?:s|ed|ing)?|re-deploy(?:s|ed|ing)?|merg(?:es?|ed|ing)|push(?:es|ed|ing)?"
    r"|drain(?:s|ed|ing)?|cordon(?:s|ed|ing)?|uncordon(?:s|ed|ing)?|upgrad(?:es?|ed|ing)|downgrad(?:es?|ed|ing)"
    r"|updat(?:es?|ed|ing)|replac(?:es?|ed|ing)|recreat(?:es?|ed|ing)|re-?creat(?:es?|ed|ing)|creat(?:es?"
    r"|ed|ing)"
    r"|appl(?:y|ies|ied|ying)|patch(?:es|ed|ing)?|renew(?:s|ed|ing)?|rotat(?:es?|ed|ing)|clear(?:s|ed|ing)"
    r"|clean(?:s|ed|ing)?(?: up)?|flush(?:es|ed|ing)?|purg(?:es?|ed|ing)|kill(?:s|ed|ing)?|terminat(?:es?"
    r"|ed|ing)"
    r"|stop(?:s|ped|ping)?|start(?:s|ed|ing)? (?:the|a|an|up|new)|block(?:s|ed|ing)? (?:the|all|that|this"
    r"|them|their|its|traffic|access|requests|ip)"
    r"|ban(?:s|ned|ning)?"
    r"|switch(?:es|ed|ing)?|swap(?:s|ped|ping)?|redirect(?:s|ed|ing)?|re-?rout(?:es?|ed|ing)|mov(?:es?|ed"
    r"|ing)(?! forward)"
    r"|migrat(?:es?|ed|ing)|add(?:s|ed|ing)?|fix(?:es|ed|ing)?|hotfix(?:es|ed)?|chang(?:es?|ed|ing)"
    r"|correct(?:s|ed|ing)|reset(?:s|ting)?|re-?run(?:s|ning)?|provision(?:s|ed|ing)?|rebuil(?:ds?|t|ding)"
    r"|evict(?:s|ed|ing)?|releas(?:es?|ed|ing)|pin(?:s|ned|ning)|unpin(?:s|ned|ning)?|reconfigur(?:es?|ed|ing)"
    r"|throttl(?:es?|ed|ing)|recycl(?:es?|ed|ing)|reinstall(?:s|ed|ing)?|unmount(?:s|ed|ing)?|remount(?:s"
    r"|ed|ing)?"
    r"|detach(?:es|ed|ing)?|attach(?:es|ed|ing)?|promot(?:es?|ed|ing)|expand(?:s|ed|ing)?|(?<!\ban )extend(?:s|ed|ing)?"
    r"|allocat(?:es?|ed|ing)|free(?:s|d|ing) up|launch(?:es|ed|ing)|bounc(?:es?|ed|ing)|undid|undo(?:es"
    r"|ne|ing)?"
    r"|set(?:s|ting)? (?:the|a|up|it|up)|turn(?:s|ed|ing)? (?:it |them |the \w+ )?(?:off|on)|back ?ed out"
    r"|took out|taken out"
    r"|issued|reissued|re-?sync(?:s|ed|ing)?|repair(?:s|ed|ing)?|adjust(?:s|ed|ing)?|limit(?:s|ed|ing)"
    r"|land(?:s|ed|ing) (?:(?:a|an|the|his|her|their|our) )?(?:[\w-]+ ){0,2}(?:change|patch|fix|update|commit)e?s?"
    r"|whitelist(?:s|ed|ing)?|allowlist(?:s|ed|ing)?|unblock(?:s|ed|ing)?|tweak(?:s|ed|ing)?|ran (?:a|the"
    r"|`)|power[ -]?cycled"
    r"|upsiz(?:es?|ed|ing)|tun(?:es?|ed|ing)|import(?:s|ed|ing)|export(?:s|ed|ing)|cancel(?:s|led|ling|ed|ing)?"
)
_ACTION = expression(rf"(?<![\w-])(?:{_VERBS})(?![\w-])", re.I)
"""Something was done to what runs."""

_STRONG = expression(
    r"\broll(?:s|ed|ing)?[ -]?back|\brollback\b|\brevert|\brestart|\breboot|\bdelet(?:e[sd]?|ing)\b"
    r"|\bfail(?:ed|ing)?[ -]?over"
    r"|\b(?:the |a )?(?:hot)?fix (?:was |is |has been )?(?:deployed|merged|applied|released|live|rolled out)"
    r"|\b(?:deploy|merg|appl|releas|push)(?:es|ed|ied|s|ing)?\b.{0,40}\b(?:fix|patch|workaround)"
    r"|\bscal(?:ed|ing) (?:up|down|out)"
    r"|\brecreat|\breplaced\b|\bcordon|\bdrain",
    re.I,
)
"""What is done to end an outage rather than to change a system."""

_RECOVERED = expression(
    r"\b(?:resolved|recover(?:s|ed|y|ing)?|restored|mitigated|back (?:to normal|up|online|in service"
    r"|to life)|returns? to normal"
    r"|returned to normal|returning to normal|working (?:again|normally|as (?:expected|normal|intended"
    r"|it should))"
    r"|works (?:again|now)|healthy"
    r"|stabili[sz]e[ds]?|fixed|is (?:up|over|operational|live)(?: again)?|operational|all clear|subsid\w+"
    r"|comes? back"
    r"|came back|end(?:s|ed) (?:of|the) (?:incident|outage)|(?:incident|outage|issue|problem) (?:is "
    r"|was )?(?:over|ends?|ended|closed)"
    r"|no (?:more|longer|further) (?:errors|failures|failing|issues)|serving (?:traffic|requests"
    r"|users) again|(?<!deployed )(?<!merged )(?<!tested )(?<!built )success(?:ful(?:ly)?)?(?! (?:deployed|merged|tested|built))"
    r"|drops? back|good again|goes? back to normal|went back to normal)\b",
    re.I,
)
"""It was over, or nearly."""

_ENDED_BY = expression(
    r"\b(?:resolved|fixed|mitigated|restored|recovered|solved|remediated|corrected|stabili[sz]ed"
    r"|brought back|back (?:up|online)|alleviated)\b"
    r"[^.;]{0,60}?\b(?:by|after|once|when|through|via|using|with)\b"
    r"|\b(?:resolution|solution|remedy|workaround|(?:the|our|quick|short[ -]term|immediate"
    r"|temporary) fix) (?:was|is|were) (?:to|a|an|by)?\b"
    r"|\bto (?:resolve|fix|mitigate|remedy|recover from|stop|restore|bring back)\b[^.;]{3,80},? (?:we|i"
    r"|the \w+|they|engineers)\b"
    r"|\b(?:after|once|when|by|with)\b[^.;]{8,160}?,? (?:\w+ ){0,4}(?:came back|comes? (?:back )?up|recovered|(?:was|were) (?:restored|resolved|fixed|back)|worked again"
    r"|(?:was|were) able to (?:start|connect|run|resume)|returned to normal|went away|started working)\b"
    r"|\band (?:the |a |all |everything |new )?(?:[\w-]+ ){0,4}(?:came|comes?) (?:back )?(?:up|online)\b"
    r"|\b(?:this|that|which) (?:fixed|resolved|restored|brought|solved|mitigated|stopped|cleared)\b",
    re.I,
)
"""A sentence that ties the end to what brought it."""

_ONLY_ENDED = expression(r"restor|fix|correct|repair", re.I)
"""Verbs that say that it ended and not how."""

_NOT_DONE = expression(
    r"['’]ll\b|\b(?:we|i)(?:['’]re| are) (?:\w+ly )?(?:making|working|planning|looking|adding|going|still|improving|evaluating)\b|\bsorry\b|\b(?:scheduled|expects?|upcoming|window|will|would|should|could|can(?:no|['’])?t?|might|must|needs?|needed|plan(?:s|ned|ning)?"
    r"|propos\w+|consider\w*|recommend\w*"
    r"|want(?:s|ed)?|decid(?:es?|ed|ing) (?:not|against)|todo|to do|if we|next time|in (?:the )?future|going to"
    r"|did ?n[o'’]t (?:help|work|fix|resolve|change)|does ?n[o'’]t (?:help|work|fix)|no (?:effect"
    r"|improvement|change|luck)|without (?:success|effect)"
    r"|did(?: not|n['’]t) get|had not|was not|were not|is not|wasn['’]t|not been|still (?:failing|down|broken)|unsuccessful\w*"
    r"|has no effect|to no avail"
    r"|failed to|fails to|(?:try|tries|trying|tried|attempt(?:s|ed|ing)?) to)\b",
    re.I,
)
"""Plans, suggestions, denials, attempts."""

_BEGINNING = expression(
    r"\b(?:accident(?:al|ally)|breaking|malformed|culprit ingress|suggest(?:s|ed|ing)?|acknowledg\w+"
    r"|report(?:s|ed|ing) (?:that|high|issues?|problems?|errors?)"
    r"|unintentionally|mistakenly|expires?d?|noted that|discover(?:s|ed)|found out|asks?|awaiting"
    r"|monitoring continues|starting to (?:see|notice)"
    r"|OOM|out of memory|status page|message posted|follow-?up|ticket raised|incident raised|working on"
    r"|update (?:given|on))\b"
    r"|\bstop(?:s|ped) (?:respond|report|work|process|serv|accept|spinn|creat|start|sync|updat|emit|receiv|runn"
    r"|collect|schedul|send|writ|log)\w*ing\b"
    r"|\b(?:caused|causes?|causing|trigger(?:s|ed|ing)|broke|introduc(?:es|ed|ing)|prevent(?:s|ed|ing)|start(?:s"
    r"|ed)? (?:failing|to fail|seeing)|outage (?:starts|started|begins|began)"
    r"|incident (?:starts|started|begins|began)|errors? (?:start|begin|appear)|(?:issue"
    r"|problem) (?:starts|started|begins|began|noticed|reported))\b",
    re.I,
)
"""What set it off, or what somebody saw or said."""

_SOMEBODY = expression(
    r"\b(?:we|i|they|he|she|engineers?|operators?|(?:\w+ )?teams?|staff|developers?|administrators?"
    r"|admins?|on-?call|sre|support|the vendor)\b",
    re.I,
)
"""Who does something: people, rather than a program that starts, stops or removes things by itself."""
