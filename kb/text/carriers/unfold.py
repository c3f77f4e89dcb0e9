"""A block of a log as the programs wrote its lines: JSON read, escapes undone, pieces of one line joined.

A few searches in C tell what there is to undo; each kind of it is one step over the lines, so that a block costs
what is in it.  Where it is not certain what a program wrote, the line stays and what it may have been stands under it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

import kb.text.carriers.behind as behind
import kb.text.carriers.escapes as escapes
import kb.text.carriers.journal as journal
import kb.text.carriers.json_lines as json_lines
import kb.text.carriers.objects as objects
import kb.text.carriers.redrawn as redrawn
import kb.text.carriers.splits as splits
from kb.expression import expression
from kb.text.carriers.carried import bare
from kb.text.carriers.said import may_say_level, says
from kb.text.carriers.splits import Rows

_SAYS = 64_000
"""Characters of a line whose carriers are asked what they say."""


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Where something stands in the text as it was given: the number of its line, and characters."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Source:
    """The block as it was given, and from which of its lines each readable line comes."""

    text: str
    first: array[int]
    last: array[int]
    starts: list[int] = field(default_factory=list)
    raw_starts: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unfolded:
    """A block whose lines are readable.  `text` has them, one under another.

    Where nothing had to be undone, `text` is the very string that was given, but for `\\r` at all ends of lines.
    """

    text: str
    offset: int = 0
    """The character of the whole text at which the block begins."""
    line: int = 1
    """The number of the block's first line in the whole text."""
    _source: _Source | None = field(default=None, repr=False, compare=False)
    _returns: bool = field(default=False, repr=False, compare=False)
    """Whether each line of the block ended in a carriage return as well, which is in none of the texts here."""

    @property
    def changed(self) -> bool:
        """Whether anything had to be undone, ends of lines apart."""
        return self._source is not None

    def place(self, start: int, end: int) -> LinePlace:
        """Where in the whole text, as it was given, `text[start:end]` comes from.

        Exact where the line was left as it was, or its message stands in it to the letter; else the whole line.
        """
        place, given = self._place(start, end), self.text if self._source is None else self._source.text
        if self._returns:
            before = given.count("\n", 0, place.start)
            behind = before + given.count("\n", place.start, place.end)
            place = LinePlace(place.line, place.start + before, place.end + behind)
        return LinePlace(self.line + place.line, self.offset + place.start, self.offset + place.end)

    def _place(self, start: int, end: int) -> LinePlace:
        """The same within the block, its lines counted from 0."""
        if self._source is None:
            return LinePlace(self.text.count("\n", 0, start), start, end)
        row, line_start, line_end = self._row(start)
        number, raw_start, raw_end = self._raw(row)
        raw = self._source.text[raw_start:raw_end]
        inner = self.text[start : min(end, line_end)]
        at = raw.find(self.text[line_start:line_end]) if line_end - line_start > 3 else -1
        at = at + start - line_start if at >= 0 else raw.find(inner) if inner.strip() else -1
        if at < 0:
            return LinePlace(number, raw_start, raw_end)
        return LinePlace(number + raw.count("\n", 0, at), raw_start + at, raw_start + at + len(inner))

    def said(self, at: int) -> Mapping[str, str]:
        """What the carriers that were undone say of the line at `text[at]`, by the names of `SAID`."""
        if self._source is None:
            return {}
        row, start, end = self._row(at)
        _, raw_start, raw_end = self._raw(row)
        if raw_end - raw_start > _SAYS:  # (a line of megabytes holds many, and is read for each of them)
            return {}
        raw = self._source.text[raw_start:raw_end]
        if told := journal.says_at(self._source.text, raw_start):
            return told
        if self.text[start:end] in (raw, *escapes.without_colours(raw).split("\r")):
            return {}  # what carries it stands in the line itself
        return _said(raw)

    @property
    def tells_levels(self) -> bool:
        """Whether `said` of any line may tell a severity; one look at the block where all of it is JSON without one."""
        if self._source is None:
            return False
        text = self._source.text
        if may_say_level(text):
            return True
        return not all(map(json_lines.is_object, filter(None, text.split("\n"))))

    def _row(self, at: int) -> tuple[int, int, int]:
        source = self._source
        assert source is not None
        if not source.starts:
            source.starts.extend(_line_starts(self.text))
        row = bisect_right(source.starts, max(0, min(at, len(self.text)))) - 1
        end = source.starts[row + 1] - 1 if row + 1 < len(source.starts) else len(self.text)
        return row, source.starts[row], end

    def _raw(self, row: int) -> tuple[int, int, int]:
        source = self._source
        assert source is not None
        if not source.raw_starts:
            source.raw_starts.extend(_line_starts(source.text))
        first, last = source.first[row], source.last[row]
        end = source.raw_starts[last] - 1 if last < len(source.raw_starts) else len(source.text)
        return first, source.raw_starts[first], end


def unfold(text: str, offset: int = 0, line: int = 1) -> Unfolded:
    """The block, readable.  A block with nothing to undo costs no more than a few searches in C."""
    if returns := "\r" in text and text.count("\r\n") == text.count("\r") == text.count("\n"):
        text = text.replace("\r\n", "\n")
    now = text
    rows: Rows | None = None
    for needed, step in _STEPS:
        if needed(now):
            rows = _one_line_each(step(rows if rows is not None else _rows(text)))
            now = "\n".join(rows[0])
    if rows is None or now == text:
        return Unfolded(text, offset, line, _returns=returns)
    return Unfolded(now, offset, line, _Source(text, array("q", rows[1]), array("q", rows[2])), returns)


def _one_line_each(rows: Rows) -> Rows:
    """The rows, those apart in which a line end was undone: each row is one line, or places would shift."""
    if not any("\n" in line for line in rows[0]):
        return rows
    parts = [(one, a, b) for line, a, b in zip(*rows, strict=True) for one in line.split("\n")]
    return [one for one, _, _ in parts], [a for _, a, _ in parts], [b for _, _, b in parts]


def _rows(text: str) -> Rows:
    lines = text.split("\n")
    return lines, list(range(len(lines))), list(range(1, len(lines) + 1))


def _line_starts(text: str) -> list[int]:
    lengths = map(len, text.split("\n"))
    return list(accumulate(map((1).__add__, lengths), initial=0))[:-1]


def _said(raw: str) -> Mapping[str, str]:
    if (begin := raw.find("{")) >= 0:
        begin -= begin > 0 and raw[begin - 1] == "["
        found = json_lines.objects_at(raw, begin)
        if found is not None:
            before = dict(bare(raw[:begin] + " what is carried by it").said) if begin else {}
            return {**before, **says(found)}
    line = escapes.without_colours(raw.split("\n", 1)[0])
    in_pairs = says(json_lines.pairs(line)) if json_lines.in_pairs(line) else {}
    return {**bare(line).said, **in_pairs}


def _each(change: Callable[[str], list[str] | str]) -> Callable[[Rows], Rows]:
    """A step that changes lines one by one."""

    def step(rows: Rows) -> Rows:
        lines: list[str] = []
        first: list[int] = []
        last: list[int] = []
        for line, a, b in zip(*rows, strict=True):
            changed = change(line)
            for one in [changed] if isinstance(changed, str) else changed:
                lines.append(one)
                first.append(a)
                last.append(b)
        return lines, first, last

    return step


def _colours(rows: Rows) -> Rows:
    clean = escapes.without_colours("\n".join(rows[0])).split("\n")
    return (clean, rows[1], rows[2]) if len(clean) == len(rows[1]) else rows


def _returns(line: str) -> list[str]:
    """What a terminal would have written over itself, each as a line."""
    return [part for part in line.split("\r") if part] or [""] if "\r" in line else [line]


def _quoted_printable(rows: Rows) -> Rows:
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    open_line = False
    for line, a, b in zip(*rows, strict=True):
        if open_line:
            lines[-1] += line
            last[-1] = b
        else:
            lines.append(line)
            first.append(a)
            last.append(b)
        open_line = lines[-1].endswith("=") and len(line) > 20
        if open_line:
            lines[-1] = lines[-1][:-1]
    return [escapes.quoted_printable_undone(line) if "=" in line else line for line in lines], first, last


_ENCODED = expression(
    r"(?i:-encoding: quoted-printable)|(?:=[89A-F][0-9A-F]){2}|=3D|(?m:^[^\n]{66,74}[^\n=]=$)"
)


def _is_quoted_printable(text: str) -> bool:
    return "=" in text and "=\n" in text and _ENCODED.search(text) is not None


def _long(text: str) -> bool:
    return any(text.find("\n", at, at + 500) < 0 for at in range(0, len(text) - 500, 500))


def _has(*marks: str) -> Callable[[str], bool]:
    return lambda text: any(mark in text for mark in marks)


def _drawn(text: str) -> bool:
    return any(bar in text and f"{bar}\n" in text for bar in "|│┃")


_CRASHES = (
    ("(", "k (most recent call last):"),
    ("x", "Exception in thread"),
    ("p", "panic"),
    ("U", "Unhandled ex"),
    ("z", "-zero return code"),
)
"""What a crash may begin with, each with a letter of it that is looked for first: most logs lack some."""
_SHOWN = _has("': '", "=>", ": '", ": `", ': "', '":"', '="', "='")


def _keyed(text: str) -> bool:
    return any(mark in text for mark in "\"'`") and _SHOWN(text)


def _unfinished(text: str) -> bool:
    return any(letter in text and mark in text for letter, mark in _CRASHES)


def _framed(text: str) -> bool:
    return (
        any(mark in text and f"\n{mark} " in text for mark in ">│|#║┃▌")
        or text[:2] in ("> ", "│ ")
        or (len(text) < 1500 and 0 < text.count("\n") < 9)
    )


_XML = (
    "<?xml",
    "</test",
    "<![CDATA[",
    "</failure>",
    "</msg>",
    "</error>",
    "</system-err>",
    "</td>",
    "</pre>",
    "</p>",
    "</div>",
    "</span>",
    "</li>",
    "</code>",
    "</message>",
)
_SYSLOG = expression(r"[^\n]<\d{1,3}>(?:1 \d{4}-|[A-Z][a-z]{2} [ \d]\d )")


def _untagged(rows: Rows) -> Rows:
    """Lines of a page or of XML without their tags; an object that stood between them is read (Monolog's mails)."""
    told = _each(escapes.tags_undone)(rows)
    return json_lines.read(told) if any(line.rstrip()[-1:] == "{" for line in told[0]) else told


_Step = tuple[Callable[[str], bool], Callable[[Rows], Rows]]
_TERMINAL: tuple[_Step, ...] = (
    (_has("\x1b", "\x08"), _colours),
    (_has("\r"), _each(_returns)),
    (
        lambda text: "#" in text and "#0" in text and _has("#011", "#012", "#015", "#033")(text),
        _each(lambda line: escapes.syslog_undone(line).split("\n")),
    ),
)
_STEPS: tuple[_Step, ...] = (
    *_TERMINAL,
    (lambda text: "P" in text and ("stdout P" in text or "stderr P" in text), splits.cri_joined),
    (lambda text: "<" in text and _SYSLOG.search(text) is not None, _each(splits.syslog_parted)),
    (_long, splits.full_joined),
    (journal.is_journal, journal.messages_of),
    (lambda text: "{" in text and '"' in text, json_lines.read),
    (lambda text: "/" in text and "goo.gle/debug" in text, _each(escapes.debug_marks_undone)),
    (lambda text: "]" in text and "[object] (" in text, _each(objects.thrown_in_php)),
    (json_lines.in_pairs, _each(json_lines.told_in_pairs)),
    *_TERMINAL,
    (_has(redrawn.BOXED), redrawn.unboxed),
    (_has(redrawn.STACK_OF_TSLOG), redrawn.told_with_bullets),
    (_has(redrawn.FRAME_OF_JUL), redrawn.told_in_xml),
    (lambda text: "<" in text and "</" in text and _has(*_XML)(text), _untagged),
    (lambda text: "&" in text and escapes.has_entities(text), _each(escapes.entities_undone)),
    (_is_quoted_printable, _quoted_printable),
    (_has("\\"), _each(behind.escaped)),
    (_keyed, _each(behind.keyed)),
    (lambda text: ('"' in text and ',"' in text) or _drawn(text), _each(behind.cells)),
    (_unfinished, _each(splits.unfinished_parted)),
    (_has(redrawn.WRAPPED), redrawn.root_last),
    (_has(redrawn.NEXT_IN_PHP), redrawn.php_turned),
    (_has(redrawn.LAST_OF_RUBY), redrawn.ruby_turned),
    (_has(redrawn.GO), redrawn.told_in_go),
    (_has("\n          "), splits.columns_joined),
    (_framed, splits.folds_joined),
)
"""What may have to be undone: how a block shows it, and the step that undoes it, from the outside in."""
