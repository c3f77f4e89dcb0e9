"""Lines of a brief that rest on entries: what is known, what is suspected, what did not work, the runbook.

Pure.  Text from memory is flattened to one line and cut, and names the entry that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.expression import expression
from kb.learning.trust import record_in_words
from kb.lookup.causes import trigger_of
from kb.lookup.scoring import KNOWN
from kb.memory.reader import EXPECTED
from kb.model.change import Change, ChangeKind
from kb.model.entry import CauseStatus, Status
from kb.model.ledger import Match, Result, Verdict
from kb.text.times import clock, day_of
from kb.triage.budget import BriefLine, shortened
from kb.triage.gather import BriefFacts
from kb.triage.playbook import change_name, minutes

K, S, U, R = "Known", "Suspected", "Unknown", "Runbook"
_TEXT, _SHORT, _COMMAND = 280, 140, 160
_COMMANDS, _SUSPECTED, _NEAREST, _STEPS = 3, 3, 2, 10
_RIVAL = 0.15
"""How much less likely than the first suspect one may be and still stand beside it."""
_SENTENCE = expression(r"(?<=[.!?])\s+")
_CHANGED = {
    ChangeKind.DEPLOYMENT: "deployment",
    ChangeKind.MIGRATION: "deployment",
    ChangeKind.CONFIG: "configuration",
    ChangeKind.DRIFT: "configuration",
}
"""Which trigger of a cause (`kb.lookup.causes`) a change speaks for."""


def known_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """Causes with their checks and fixes with their record; confirmed hypotheses of the open incident."""
    for hypothesis in facts.incident.hypotheses if facts.incident else ():
        if hypothesis.status is CauseStatus.CONFIRMED:
            text = f"Confirmed in this incident ({hypothesis.id}): {shortened(hypothesis.text, _TEXT)}"
            yield BriefLine(K, text, 0.4)
    if facts.answer.alternatives and sum(bool(match.check) for match in facts.known) > 1:
        yield BriefLine(K, f"{len(facts.known)} causes share this symptom; the checks tell them apart", 1.5)
    for number, match in enumerate(facts.known):
        yield from _entry_lines(K, match, 0.0 + number)


def suspected_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """What is only related, the hypotheses of the open incident, and the cause that a change favours."""
    if favoured := _favoured(facts):
        match, change = favoured
        ago = minutes(facts.started - change.at)
        text = (
            f"The {change_name(change)} {ago} before favours this cause: {shortened(_cause(match), _SHORT)}"
            f" (run its check) [{match.id}]"
        )
        yield BriefLine(S, text, 1.2, match.id)
    for hypothesis in facts.incident.hypotheses if facts.incident else ():
        if hypothesis.status is CauseStatus.SUSPECTED:
            yield BriefLine(S, f"Hypothesis {hypothesis.id}: {shortened(hypothesis.text, _TEXT)}", 3.2)
    if facts.answer.verdict is Verdict.UNKNOWN:
        return
    rivals = _rivals(facts)
    if len(rivals) > 1:
        yield BriefLine(S, f"{len(rivals)} causes share this symptom; the checks tell them apart", 1.5)
    for number, match in enumerate(facts.suspected[:_SUSPECTED]):
        first = number == 0 and not facts.known and not match.general
        rank = 0.0 if first else 0.0 + number if match.id in rivals else 5.0 + number
        yield from _entry_lines(S, match, rank)


def _rivals(facts: BriefFacts) -> tuple[str, ...]:
    """The suspected causes between which nothing but a check decides, where none is known."""
    if not facts.answer.alternatives or facts.known:
        return ()
    near = facts.suspected[0].confidence - _RIVAL if facts.suspected else 0.0
    return tuple(m.id for m in facts.suspected[:_SUSPECTED] if m.check and m.confidence >= near)


def unknown_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """That nothing like it is on record, where that is so; the nearest are named as no match."""
    if facts.answer.verdict is not Verdict.UNKNOWN:
        return
    yield BriefLine(U, "Nothing like it is on record", 0.2)
    told = {quirk.id for quirk in facts.quirks}
    near = [match for match in facts.answer.matches if match.id not in told]
    for number, match in enumerate(near[:_NEAREST]):
        helped = (
            f"; what helped there: {shortened(match.fix, _TEXT)}" if match.same_service and match.fix else ""
        )
        text = f"Nearest, not a match: {shortened(match.title, _SHORT)}{helped} [{match.id}]"
        yield BriefLine(U, text, (5.0 if helped else 8.0) + number / 10, match.id)


def warning_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """What did not work before, here or on record."""
    shown = (
        (*facts.known, *facts.suspected[:_SUSPECTED]) if facts.answer.verdict is not Verdict.UNKNOWN else ()
    )
    for number, match in enumerate([*shown, *([facts.runbook] if facts.runbook else [])]):
        if match.warning and match.warning != EXPECTED:
            text = f"{shortened(match.warning, _TEXT)} [{match.id}]"
            yield BriefLine("Warnings", text, 0.6 + number, match.id)
        for outcome in facts.failures.get(match.id, ())[:1]:
            how = "made it worse" if outcome.result is Result.MADE_WORSE else "did not work"
            note = f": {shortened(outcome.note, _SHORT)}" if outcome.note else ""
            text = f"The fix {how} on {day_of(outcome.at)}{note} [{match.id}]"
            yield BriefLine("Warnings", text, 0.7 + number, match.id)
    for tried in facts.incident.mitigations if facts.incident else ():
        if tried.worked is False:
            text = (
                f"Tried in this incident at {clock(tried.at)}, did not work: {shortened(tried.text, _SHORT)}"
            )
            yield BriefLine("Warnings", text, 0.5)
    for hypothesis in facts.incident.hypotheses if facts.incident else ():
        if hypothesis.status is CauseStatus.REFUTED:
            yield BriefLine(
                "Warnings", f"Refuted in this incident: {shortened(hypothesis.text, _SHORT)}", 0.8
            )


def runbook_lines(facts: BriefFacts) -> Iterator[BriefLine]:
    """The steps of the runbook that fits best, numbered, with its commands."""
    match = facts.runbook
    if match is None:
        if facts.alert.runbook_url:
            yield BriefLine(R, f"The alert names {facts.alert.runbook_url}; it was not found here", 4.0)
        return
    fits = "" if match.confidence >= KNOWN else "may fit; "
    general = "general advice; " if match.general else ""
    alone = not facts.known and not facts.suspected
    rank = 0.0 if alone else 7.0 if general else 4.0
    head = f"{shortened(match.title, _SHORT)} ({general or fits}{record(match)}) [{match.id}]"
    yield BriefLine(R, head, rank, match.id, chain=match.id)
    for number, step in enumerate(facts.steps[:_STEPS], 1):
        code = " (code: see the entry)" if step.rstrip().endswith(":") else ""
        text = f"{number}. {shortened(_with_code(step, match.commands), _TEXT, match.id)}{code}"
        yield BriefLine(R, text, rank + number / 50, match.id, chain=match.id)
    if len(facts.steps) > _STEPS:
        more = f"{len(facts.steps) - _STEPS} more steps: kb show {match.id}"
        yield BriefLine(R, more, rank + 0.8, match.id, chain=match.id)
    if not facts.steps and (text := shortened(match.meaning or match.fix, _TEXT, match.id)):
        yield BriefLine(R, text, rank + 0.1, match.id, chain=match.id)
    said = " ".join(" ".join(step.split()) for step in facts.steps)
    commands = [command for command in match.commands if " ".join(command.split()) not in said]
    for number, command in enumerate(commands[: 2 * _COMMANDS]):
        yield BriefLine(
            R, f"Run: {_code(command)}", rank + 0.5 + number / 50, match.id, chain=f"{match.id} run"
        )


def _with_code(step: str, commands: Sequence[str]) -> str:
    """The step with the lines that are commands marked as code: flattened, they would run into the prose."""
    known = {" ".join(command.split()) for command in commands}
    lines = [" ".join(line.split()) for line in step.splitlines()]
    return " ".join(f"`{line}`" if line in known else line for line in lines)


def _entry_lines(section: str, match: Match, rank: float) -> Iterator[BriefLine]:
    """A fix with its record, and its cause with the check; two lines, so that either can stand alone."""
    general = "general advice; " if match.general else ""
    unsure = "" if section == K else f"{general}{match.confidence:.2f}; "
    if match.kind == "alert_rule":
        says = f": {shortened(match.meaning, _TEXT)}" if match.meaning else ""
        text = f"Alert rule {match.title} ({unsure or 'same alert; '}no cause of its own){says}"
        yield BriefLine(
            section, f"{text}. {shortened(match.fix, _TEXT)}".rstrip(" .") + f" [{match.id}]", rank, match.id
        )
        return
    doing = _doing(match)
    if is_expected(match):
        also = f": {doing}" if doing else ""
        yield BriefLine(
            section, f"Not an error, expected ({unsure}{record(match)}){also} [{match.id}]", rank, match.id
        )
    elif doing:
        yield BriefLine(section, f"Fix ({unsure}{record(match)}): {doing} [{match.id}]", rank, match.id)
    check = f" Check: {shortened(match.check, _TEXT)}" if match.check else ""
    seen = f" ({match.title[:60]})" if match.kind == "incident" else ""
    if cause := shortened(_cause(match), _TEXT):
        yield BriefLine(
            section,
            f"Cause{seen}: {cause}{'' if cause[-1] in '.!?' else '.'}{check} [{match.id}]",
            rank + 0.3,
            match.id,
        )


def _doing(match: Match) -> str:
    """The fix with its commands, each told once; under the condition that a cause ending in a colon names."""
    code = [command for command in match.commands[:_COMMANDS] if command.strip()]
    fix = "" if match.fix.strip() in (*code, "\n".join(code)) else shortened(match.fix, _TEXT)
    _, lead = _without_lead(match.meaning)
    runs = "; ".join(map(_code, code))
    runs = f"Run: {runs}" if runs and (fix or not lead) else runs
    stop = "" if not runs or fix.endswith((".", "!", "?", ")")) else "."
    return " ".join(part for part in (shortened(lead, _SHORT), fix and f"{fix}{stop}", runs) if part)


def _without_lead(text: str) -> tuple[str, str]:
    """A text that ends in a colon, without its last sentence, and that sentence: it belongs to what follows."""
    sentences = _SENTENCE.split(text.strip())
    return (" ".join(sentences[:-1]), sentences[-1]) if text.rstrip().endswith(":") else (text, "")


def is_expected(match: Match) -> bool:
    """Whether it says that nothing is wrong: such an entry has no fix to apply."""
    return match.warning.startswith(EXPECTED)


def _cause(match: Match) -> str:
    return _without_lead(match.meaning)[0] or match.title


def record(match: Match) -> str:
    """`resolved 3 of 4, last 2026-11-02`, or that nobody has verified it."""
    words = record_in_words(match.trust)
    unverified = match.status is Status.CANDIDATE and not match.trust.resolved
    return f"unverified, {words}" if unverified else words


def _code(command: str) -> str:
    return f"`{shortened(command, _COMMAND)}`"


def _favoured(facts: BriefFacts) -> tuple[Match, Change] | None:
    """The one cause that a change before the alert speaks for, where the others speak of something else."""
    several = (
        [*facts.known, *facts.suspected[:_SUSPECTED]] if facts.answer.verdict is not Verdict.UNKNOWN else []
    )
    several = several if len(several) > 1 else []
    service = facts.alert.service.casefold()  # where it is not known, no change speaks for a cause
    own = [one for one in facts.before if one.service.casefold() in ("", service)]
    for change in sorted(own, key=lambda one: one.kind is not ChangeKind.DEPLOYMENT):
        wanted = _CHANGED.get(change.kind)
        fitting = [match for match in several if wanted and trigger_of(match) == wanted]
        if len(fitting) == 1:
            return fitting[0], change
    return None
