"""Whether a sentence tells that something was done: the grammar of deeds.

A word of `deed_words.ACTION` tells a deed only where it is the verb of somebody who acts.  Promises: none is told by a
noun (`the uptime increase happened`), by a participle before a noun (`increased error rates`), by what somebody only
said, saw or checked (`verified that the jobs were fixed`), by what programs or customers did, by what is called for
(`Use two keys`), by an attempt that nothing says helped, or by what is told as the trouble, a plan or a denial.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.postmortem.story.deed_words import (
    ACTION,
    BEGINNING,
    FIXES,
    MEANS,
    NOT_DONE,
    NOT_IN_THE_BASE_FORM,
    NOUNS,
    ONLY_ENDED,
    OTHERS,
    PROGRAMS,
    RECOVERED,
    SAID,
    SOMEBODY,
    TAKES_AWAY,
)
from kb.expression import expression

_FEWEST_WORDS = 3
"""Of an event that is all there is: `Resolved` says only that it ended."""
_SPOKEN = expression(r"[^\W\d_]{2,}")
_DOES = expression(
    r"\b(?:by|with|via|through|(?<!even )after|attempts? at|am|is|are|was|were|been|be|start\w*|beg[aiu]n\w*"
    r"|tr(?:y|ied)|kept"
    r"|then|and|decid\w+ on)"
    r"(?:\s+\w+ly|\s+(?:first|then|manual|also))?\s+$|[.:;,(–—-]\s*$",
    re.I,
)
"""What stands before an `…ing` that somebody did."""
_REASON_BEFORE = expression(r"^(?:since|as|because|although|though|while|even though)\b[^,]{5,160},\s+", re.I)
_PURPOSE = expression(
    r",?\s+(?:so that\b|so (?:we|they|it|he|she|the|this|both|all|each|no(?:body|thing)?|future|new|users)\b"
    r"(?=[^.;]{0,60}\b(?:can(?:not|['’]t)?|could|will|would|may|might|should|do(?:es)?(?: not|n['’]t)|stays?|keeps?)\b)"
    r"|in order to\b|to (?:ensure|make sure"
    r"|prevent|avoid|see|check|give|allow|get)\b"
    r"|prior to\b|before (?:\w+ing|it|they|the)\b).*$",
    re.I | re.S,
)

_NO_PROSE = expression(r"`[^`]*`|(?<=\])\([^()\s]*\)")
"""Code and addresses of links, whose words tell nothing."""
_PARTICIPLE_AFTER = expression(
    r"\b(?:an?|the|this|these|any|some|our|its|their|newly|only|no|one|two|three|several"
    r"|many|\d+|of|with|in|on|for|from|under|due to|because of|more)\s+$",
    re.I,
)
"""`The updated chart failed` tells of a chart, and not that somebody updated it; so does `with reduced capacity`."""
_NOUN_AFTER = expression(
    r"\b(?:an?|the|this|that|these|any|no|each|every|our|their|its|his|her|of|for|new|major|minor|latest|next|last"
    r"|first|second|previous|attempted|planned|scheduled|of|for)\s+(?:[\w.-]+\s+)?$",
    re.I,
)
"""`A major update of the library` tells of an update, and not that one was made."""
_AFTER_A_PREPOSITION = expression(
    r"\b(?:due to|because of|of|for|until|during|despite)\s+(?:(?:an?|the)\s+)?$", re.I
)
"""Before a base form that is a noun: `expected due to restart`."""
_IS_SUBJECT = expression(
    r"\s+(?:\w+ly\s+)?(?:is|are|was|were|has|have|had|did|does|happen\w*|occur\w*|took|takes|went|goes|fail(?:s|ed)?|succeed\w*|\w{3,}ed)\b",
    re.I,
)
"""What stands behind a noun: `the uptime increase happened`, `releases blocked until Monday`."""
_IN_A_NAME = expression(
    r"\s+(?:process|procedure|plan|strategy|scripts?|window|attempts?|policy|logic|button|loops?|feature|option|path|day|notes|candidate)\b",
    re.I,
)
"""What stands behind a verb that only names something: `the rollback process`, `a restart loop`."""
_SAID_BEFORE = expression(rf"\b(?:{SAID})\b[^,;:–—]*$", re.I)
"""What somebody said, saw or checked, up to the next clause."""
_GOES_ON = expression(
    r"(?:\b(?:and|then|so)\s+(?:\w+ly\s+|then\s+|also\s+)?|\b(?:we|i|they|he|she)\s+(?:\w+ly\s+)*)[\[*_\"“]*$",
    re.I,
)
"""After these, a verb is told of the same people: `found the node and restarted it`."""
_IN_A_REASON = expression(
    r"\b(?:because(?! of\b)|although|whether|if|unless|until|since|whose|where)\b[^,;:–—]*$", re.I
)
_NOT_YET = expression(r"\bno longer\s+(?:\w+ly\s+)?$|(?<!had )(?<!have )(?<!has )\bto be (?:\w+ly )?$", re.I)
_TRIED = expression(r"\b(?:tr(?:y|ies|ied|ying)|attempt\w*)\b[^,;]*$", re.I)
_BY_OTHERS = expression(rf"\b(?:{OTHERS})\s+(?:\w+ly\s+|also\s+|then\s+|had\s+|have\s+|who\s+)*$", re.I)
_BY_PROGRAMS = expression(
    rf"[^,.;]{{0,80}}?\bby (?:(?:an?|the|this|our|its|their)\s+)?(?:[\w`'’-]+\s+){{0,3}}?(?:{PROGRAMS})\b",
    re.I,
)
_BY_THINGS = expression(r"\b(?:it|which|that|this)\s+(?:had\s+|has\s+|then\s+|also\s+|\w+ly\s+)*$", re.I)
_AFTER_A_WORD = expression(r"(?<!\bto)(?<!\band)(?<!\bthen)(?:^|\s)[a-z][\w-]*\s+$")
"""Before a base form a word that is no name and joins nothing: `an imminent upgrade`, unlike `to upgrade`."""
_IS_BEFORE = expression(r"\b(?:is|are|was|were)\s+$", re.I)
_RESTORED = expression(r"\s*(?:$|[.,;)]|(?:and|at|in|for)\b)", re.I)
"""Behind `restored` where it tells a state and not what was restored: `services restored and stable`."""
_FOR_THE_FUTURE = expression(
    r"\bto (?:prevent|avoid|catch|detect|guard|reduce|protect)\b[^.;]*\b(?:future|again|recur\w*|similar|next time)\b",
    re.I,
)
"""What is done so that it does not come back ended nothing."""
_STATE_BEFORE = expression(r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+\s+)?$", re.I)
_ACTS_BEFORE = expression(
    rf"(?:(?:{SOMEBODY.pattern})\s+(?:\w+ly\s+|then\s+|also\s+|did\s+)*"
    r"|\b(?:after|following|by|via|through) (?:(?:an?|the|our|another) )?(?:[\w-]+ )?"
    r"|\b(?:able|enough|had|have|managed|decided|chose|opted|proceeded|us|was|were|went on) to\s+(?:\w+ly\s+)?"
    r"|\b(?:we|i|they)\b[^.;:]*\b(?:and|then)\s+)$",
    re.I,
)
"""Who acts, before a verb in its base form; without them it is called for: `Use two keys`."""
_ITS_OBJECT = expression(
    r"""\s+(?:the|all|an?|its|our|their|this|that|these|those|both|using|[`"“*\[\dA-Z])"""
)
"""What is stopped, rather than what stops."""
_REMARKS = expression(r" (?:but|although|though|yet) ")
_REMARK_BEHIND = expression(
    r",?\s+(?:but|although|though|yet)\b"
    r"(?![^.;]*(?:\b(?:help|work|fix|fail|resolv|succe|chang|effect|enough|still|persist|not|no|in vain)|n['’]t\b)).*$",
    re.I | re.S,
)
"""What is remarked behind a deed and does not say that it failed."""
_FOUND_NOT = expression(
    r"^[^,;]*\b(?:determin|conclud|found|show|discover|reveal|learn)\w*\b[^,;]*\bnot\b[^,;]*[,;]\s*", re.I
)
"""What turned out not to be so, before what was done instead."""
_ASIDE = expression(r"(?<!\])\([^()]*\)")
"""What stands in brackets says of a deed what it led to or who asked for it; an address behind a link is none."""


@lru_cache(maxsize=256)
def was_done(sentence: str, *, in_prose: bool = False, helped: bool = False) -> bool:
    """Whether a sentence tells a deed; in prose a verb in its base form needs somebody who acts, in a timeline none.

    An attempt is one where it `helped`: where the sentence, or what comes next, tells of recovery.
    """
    if not ACTION.search(sentence) or _FOR_THE_FUTURE.search(sentence) or sentence.endswith("?"):
        return False
    told = main_clause(_ASIDE.sub("", _NO_PROSE.sub("`x`", sentence)))
    deeds = [found for found in ACTION.finditer(told) if _is_deed(told, found, in_prose=in_prose)]
    if deeds and not helped and _TRIED.search(told[: deeds[0].start()]) and not RECOVERED.search(sentence):
        return False
    if all(ONLY_ENDED.match(found[0]) for found in deeds) and len(_SPOKEN.findall(told)) < _FEWEST_WORDS:
        return False
    return bool(deeds) and not NOT_DONE.search(told) and not BEGINNING.search(told)


def main_clause(sentence: str) -> str:
    """A sentence without what stands before or behind it to say why: what may, cannot or should not be."""
    told = _REASON_BEFORE.sub("", sentence)
    told = _FOUND_NOT.sub("", told) if " not " in told else told
    told = _REMARK_BEHIND.sub("", told) if _REMARKS.search(told) else told
    shorter = _PURPOSE.sub("", told)
    return shorter if ACTION.search(shorter) else sentence


def _is_deed(sentence: str, action: re.Match[str], *, in_prose: bool) -> bool:
    """Whether an action is what a sentence tells; `a job upgrading the chart failed` tells that the job failed."""
    before, word, after = sentence[: action.start()], action[0].split()[0].lower(), sentence[action.end() :]
    if action[0].split()[0].isupper() or _is_no_verb(before, word, after) or _is_not_told_as_done(before):
        return False
    if _BY_OTHERS.search(before) or (TAKES_AWAY.match(word) and _BY_PROGRAMS.match(after)):
        return False
    if not ONLY_ENDED.match(word) and _BY_THINGS.search(before):
        return False
    if _tells_a_state(before, word, after):
        return False
    if word.startswith("stop") and not _STATE_BEFORE.search(before) and not _stops_something(before, after):
        return False
    if in_prose and not NOT_IN_THE_BASE_FORM.search(word):
        return bool(
            _ACTS_BEFORE.search(before)
            or (word.startswith(("set", "reset")) and _STATE_BEFORE.search(before))
        )
    return not word.endswith("ing") or not re.search(r"\w", before) or bool(_DOES.search(before))


def _tells_a_state(before: str, word: str, after: str) -> bool:
    """Whether a word says how things are: `service is restored`, `the output is clean`."""
    if word == "restored" and re.search(r"\w", before) and _RESTORED.match(after):
        return True
    if (
        _IS_BEFORE.search(before)
        and not NOT_IN_THE_BASE_FORM.search(word)
        and not word.startswith(("set", "reset"))
    ):
        return True
    return bool(ONLY_ENDED.match(word) and _STATE_BEFORE.search(before) and not MEANS.search(after))


def _is_no_verb(before: str, word: str, after: str) -> bool:
    """Whether a word is a noun, or a participle that only describes one."""
    if not word.endswith("ing") and _PARTICIPLE_AFTER.search(before) and (word.endswith("ed") or " " in word):
        return True
    if not word.endswith("ed") and _IN_A_NAME.match(after):
        return True
    if not NOT_IN_THE_BASE_FORM.search(word) and _AFTER_A_PREPOSITION.search(before):
        return True
    if _IS_SUBJECT.match(after) and (NOUNS.fullmatch(word) or FIXES.fullmatch(word)):
        return True
    if NOUNS.fullmatch(word) and not NOT_IN_THE_BASE_FORM.search(word) and _AFTER_A_WORD.search(before):
        return not _ACTS_BEFORE.search(before)
    return bool(NOUNS.fullmatch(word) and _NOUN_AFTER.search(before))


def _is_not_told_as_done(before: str) -> bool:
    """Whether what stands before a verb makes it a saying, a reason or a denial."""
    if _NOT_YET.search(before) or _IN_A_REASON.search(before):
        return True
    return bool(_SAID_BEFORE.search(before)) and not _GOES_ON.search(before)


def _stops_something(before: str, after: str) -> bool:
    """Whether somebody stops something; `the last alert stopped` tells what was seen."""
    return not re.search(r"\w", before) or bool(_ITS_OBJECT.match(after))
