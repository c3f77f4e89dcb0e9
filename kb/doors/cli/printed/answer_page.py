"""The answer to `kb check` as a page: what it is and what to do first, numbers and ids dim and last.

It fits a screen: `LINES` for `known` and `related`, `LINES_UNKNOWN` for `unknown`, at 80 columns; narrower ones get
as many more lines as the same words take.  What does not fit goes in the order in which it helps least: texts get
shorter, then matches behind the first ones keep what tells them apart and what to do, then those that hardly fit go;
the page says so.  Causes that share a symptom all stay.  `long` shows all of it.  Pure: an answer in, lines out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.doors.cli.printed.lines import (
    ASIDE,
    KNOWN,
    PLAIN,
    RELATED,
    TITLE,
    UNKNOWN,
    WARNING,
    blank_between,
    command_row,
    cut,
    height,
    inner,
    labelled,
    styled,
    text_rows,
    wrapped,
)
from kb.doors.cli.printed.text import incident_in_words, near, place, standing_in_words
from kb.learning.trust import record_in_words, trust_in_words
from kb.lookup.scoring import RELATED as LEAST_RELATED
from kb.model.ledger import NO_MATCH, Answer, Match, Standing
from kb.text.tokens import one_line

if TYPE_CHECKING:
    from rich.text import Text

LINES, LINES_UNKNOWN = 22, 8
"""Lines of a page at 80 columns: with the question above and the prompt below, a terminal of 24 holds it."""
_USUAL = 80
_WORDS = {"known": ("KNOWN", KNOWN), "related": ("RELATED", RELATED), "unknown": ("UNKNOWN", UNKNOWN)}


@dataclass(frozen=True, slots=True)
class Fit:
    """How much of an answer is shown: matches in full and rows of each text; rows of others; matches in one line."""

    rows: int | None = None
    full: int | None = None
    slim: int = 2
    brief: int | None = None


_FITS = (
    *(Fit(rows, None, brief=3) for rows in (12, 8, 5, 3)),
    *(Fit(rows, full, brief=2) for full in (3, 2, 1) for rows in (5, 3)),
    *(Fit(3, 0, slim, brief) for slim, brief in ((6, 2), (4, 2), (3, 2), (2, 1), (1, 0))),
)
"""From the most that is shown to the least."""


def answer_page(answer: Answer, short: Mapping[str, str], width: int, *, long: bool = False) -> list[Text]:
    """The page; `short` has what to show for the ids of entries and of the lookup."""
    page = _Page(answer, short, width, long)
    if long:
        return page.lines(Fit())
    least = LINES_UNKNOWN if answer.verdict == "unknown" else LINES
    most = -(-least * _USUAL // min(width, _USUAL))
    fitting = (lines for fit in _FITS if height(lines := page.lines(fit), width) <= most)
    return next(fitting, None) or [
        *page.lines(_FITS[-1])[: most - 1],
        styled(("… all: kb check --long", ASIDE)),
    ]


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    short: Mapping[str, str]
    width: int
    long: bool

    def lines(self, fit: Fit) -> list[Text]:
        if self.answer.verdict == "unknown":
            return [*self._headline("no entry matches this"), *self._nearest(fit), *self._end()]
        full, slim, brief = self._parted(fit)
        alone = self.answer.verdict == "known" and not self.answer.alternatives
        said = full[0].title if alone and full else self._said()
        blocks = [[*self._headline(said), *(self._match(full[0], fit) if alone and full else ())]]
        if not alone:
            blocks += [[*self._title(n, one), *self._match(one, fit)] for n, one in enumerate(full, 1)]
            blocks.append(
                [line for n, one in enumerate(slim, len(full) + 1) for line in self._slim(n, one, fit)]
            )
        hidden = len(self.answer.matches) - len(full) - len(slim) - len(brief)
        return [*blank_between([*blocks, [*self._brief(brief, hidden), *self._end()]])]

    def _said(self) -> str:
        if self.answer.alternatives:
            return "several causes share this symptom; the checks tell them apart"
        return (
            "this was seen before"
            if self.answer.verdict == "known"
            else "nothing fits surely; these are close"
        )

    def _parted(self, fit: Fit) -> tuple[list[Match], list[Match], list[Match]]:
        """The matches that are shown in full, those of which the main lines are, and those of which one line is."""
        matches = list(self.answer.matches)
        if self.long:
            return matches, [], []
        likely = [one for one in matches if one.confidence >= LEAST_RELATED] or matches[:1]
        if self.answer.verdict == "known" and not self.answer.alternatives:
            return likely[:1], [], matches[1:][: fit.brief]
        full = likely[: fit.full]
        slim = likely[len(full) :]
        return full, slim, matches[len(likely) :][: fit.brief]

    def _headline(self, said: str) -> list[Text]:
        word, style = _WORDS[self.answer.verdict]
        return wrapped(styled((word, style), (f"  {one_line(said, 300)}", TITLE)), self.width, 2, 0)

    def _title(self, number: int, match: Match) -> list[Text]:
        return wrapped(styled((f"{number}. ", ASIDE), (one_line(match.title, 300), TITLE)), self.width, 3, 0)

    def _match(self, match: Match, fit: Fit) -> Iterator[Text]:
        """Warning, fix and command first; then what tells it apart; then what it rests on."""
        if match.standing is Standing.FAILING:
            yield from self._rows("record", f"failing: {record_in_words(match.trust)}", None, WARNING)
        yield from self._rows("WARNING", match.warning, fit.rows, WARNING)
        if self.answer.alternatives:
            yield from self._rows("check", match.check, fit.rows)
        yield from self._rows("fix", match.fix, fit.rows)
        yield from self._commands(match.commands[: fit.rows])
        if not self.answer.alternatives:
            yield from self._rows("check", match.check, fit.rows)
        yield from self._rows("meaning", match.meaning, fit.rows)
        yield from self._rows("incident", incident_in_words(match), fit.rows)
        if match.trust.n and match.standing is not Standing.FAILING:
            yield from self._rows("record", record_in_words(match.trust), None)
        yield from self._evidence(match)
        if self.long or self.answer.verdict != "known":
            yield from self._rows("why", match.reason, fit.rows and 2, ASIDE)
        for facts in self._facts(match):
            yield from wrapped(styled((facts, ASIDE)), self.width, 2)

    def _evidence(self, match: Match) -> Iterator[Text]:
        """The line that it rests on, unless that only says again what was asked or what the entry is called."""
        found = match.evidence
        if found and (self.long or found.line > 1 or self.answer.verdict == "known"):
            text = one_line(found.text, 160 if self.long else inner(self.width))
            if self.long or one_line(found.text, 300) not in one_line(match.title, 400):
                yield from self._rows(f"line {found.line}", text, None)

    def _slim(self, number: int, match: Match, fit: Fit) -> Iterator[Text]:
        """The title, and what to do; of one of several causes, what tells it apart."""
        facts = f"  {self._id(match)}, {match.confidence:.2f}"
        title = one_line(match.title, max(12, self.width - len(facts) - 3))
        yield styled((f"{number}. ", ASIDE), (title, TITLE), (facts, ASIDE))
        if match.standing is Standing.FAILING or match.warning:
            said = match.warning or f"failing: {record_in_words(match.trust)}"
            yield from self._rows("WARNING", said, 1, WARNING)
        if self.answer.alternatives:
            yield from self._rows("check", match.check, fit.slim)
        yield from self._rows("fix", match.fix, fit.slim)
        yield from self._commands(match.commands[: 1 if not match.fix else fit.slim // 2])
        if not (match.fix or match.commands):
            yield from self._rows("meaning", match.meaning, fit.slim)

    def _commands(self, commands: Sequence[str]) -> Iterator[Text]:
        for command in commands:
            rows = [command_row(line) for line in command.splitlines()]
            yield from labelled("run", rows, self.width)

    def _rows(self, label: str, text: str, most: int | None, style: str = PLAIN) -> list[Text]:
        if not text:
            return []
        text = one_line(text, 400) if most == 1 else text  # an opening that says nothing must not stand alone
        rows = cut(text_rows(text, inner(self.width), style), most, inner(self.width))
        return labelled(label, rows, self.width, WARNING if style is WARNING else ASIDE)

    def _id(self, match: Match) -> str:
        return self.short.get(match.id, match.id)

    def _facts(self, match: Match) -> list[str]:
        """`tool fix 3a6839, untried · 0.87 by fingerprint · examples/memory/fixes.yaml`, in as few lines as fit."""
        standing = "" if match.standing is Standing.ESTABLISHED else f", {standing_in_words(match)}"
        kind = match.kind.replace("_", " ")
        facts = [f"{kind} {self._id(match)}{standing} · {match.confidence:.2f} by {match.tier}"]
        if match.source:
            facts.append(place(match.source) if self.long else near(match.source.path))
        if self.long:
            facts += [match.id, *([f"trust {trust_in_words(match.trust)}"] if match.trust.n else [])]
        whole = " · ".join(facts)
        return [whole] if len(whole) <= self.width - 2 else facts

    def _brief(self, matches: list[Match], hidden: int) -> Iterator[Text]:
        for match in matches:
            facts = f"  {self._id(match)}, {match.confidence:.2f}"
            title = one_line(match.title, max(12, self.width - len(facts) - 6))
            yield styled(("also  ", ASIDE), (title, PLAIN), (facts, ASIDE))
        if hidden:
            yield styled((f"{hidden} more not shown (--long)", ASIDE))
        if self.answer.hidden:
            yield styled((f"{self.answer.hidden} more not shown (--limit)", ASIDE))

    def _nearest(self, fit: Fit) -> Iterator[Text]:
        if self.long:
            for number, match in enumerate(self.answer.matches, 1):
                yield from self._title(number, match)
                yield from self._match(match, fit)
            return
        label = "  nearest, no match: " if self.width >= 60 else "  no match: "
        for number, match in enumerate(self.answer.matches[: fit.brief]):
            facts = f"  {self._id(match)}, {match.confidence:.2f}"
            title = one_line(match.title, max(12, self.width - len(label) - len(facts)))
            yield styled((label if not number else " " * len(label), ASIDE), (title, PLAIN), (facts, ASIDE))

    def _end(self) -> Iterator[Text]:
        """Notes, what the log says of itself, and what to do next."""
        answer = self.answer
        for note in (one for one in answer.notes if one != NO_MATCH):
            yield from self._aside(styled(("note  ", RELATED), (note, PLAIN)), 2)
        if answer.seen:
            told = ", ".join(f"{name} {text}" for name, text in answer.seen.items())
            yield from self._aside(styled((f"seen  {told}", ASIDE)), 1)
        yield from wrapped(styled((f"next  {self._next()}", ASIDE)), self.width, 6, 0)
        lookup = (
            f"lookup {self.short.get(answer.lookup_id, answer.lookup_id)}"
            if answer.lookup_id
            else "not recorded"
        )
        yield styled((f"{lookup}, {answer.took_ms:.0f} ms", ASIDE))

    def _aside(self, line: Text, most: int) -> list[Text]:
        return cut(wrapped(line, self.width, 6, 0), None if self.long else most, self.width)

    def _next(self) -> str:
        if self.answer.verdict == "unknown" or not self.answer.matches:
            return "kb search WORDS; once known: kb learn pattern TEXT -m MEANING -f FIX"
        if self.answer.alternatives or self.answer.verdict == "related":
            return "kb show ID; once tried: kb outcome ID resolved (or failed)"
        entry = self._id(self.answer.matches[0])
        return f"kb show {entry}; once tried: kb outcome {entry} resolved (or failed)"
