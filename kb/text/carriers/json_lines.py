"""Records in a block: JSON (a line each, behind a prefix, over many lines, in arrays, or cut in pieces by a runtime).

A record in logfmt whose message and trouble stand in fields of their own is read as if it were JSON (`told_in_pairs`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import kb.text.carriers.escapes as escapes
from kb.expression import expression
from kb.text.carriers.carried import bare
from kb.text.carriers.objects import is_trouble, messages
from kb.text.carriers.said import decoded
from kb.text.carriers.splits import Rows

_PIECE = 16_000
"""A runtime's piece of a longer line is about as long as this, and has no line end in it."""
_PLAIN = expression(
    r'(?m)^\{"log": ?"(?![{\[])([^"\\\n]*)\\n", ?"stream": ?"std(?:out|err)", ?"time": ?"[^"\\\n]*"\}$'
)
"""A line of docker's without anything in it that JSON writes otherwise."""
_WORDS = expression(r"(?:[A-Za-z]{2,40}[ ,]{1,3}){2}[A-Za-z]{2}")
_BEGIN = expression(r"(?:\{[ \t]?\"|\[[ \t]?\{[ \t]?\")")
_PAIR_KEY = expression(r"(?:(?<=[\s,;])|^)([A-Za-z_@][\w.@/-]{0,80})=")
_IN_QUOTES = expression(r"(?:\"((?:[^\"\\\n]|\\.){0,20000})\"|'((?:[^'\\\n]|\\.){0,20000})')(?=[\s,;]|$)")
_MESSAGE_KEYS = ("msg", "message", "event", "MESSAGE")
_TROUBLE_MARK = expression(
    r"(?i)[\s,;](?:\w{1,30}[._])?(?:err(?:or)?s?_?(?:msg|message|description|reason)?|last_?err(?:or)?|exception|exc_info"
    r"|(?:root_?)?cause|(?:failure_?)?reason|stack|failure|details?|why|fault|panic)="
)
_SAYS_TROUBLE = expression(
    r"^(?!(?:nil|null|none|true|false|undefined|<nil>)$)(?=.*[^\W\d_]{2})", re.I | re.S
)
_CARRIED = " what is carried by it"
"""Stands for a message where only what stands before one is asked for."""
_READER = json.JSONDecoder()
_CLOSING = {"{": ("}", "},"), "[": ("]", "],")}


def read(rows: Rows) -> Rows:
    """The messages of all objects; lines that are none, or whose objects hold no message, as they are."""
    if (plain := _plain(rows[0])) is not None:
        return plain, rows[1], rows[2]
    old, froms, tos = pieces_joined(rows)
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    at, count = 0, len(old)
    while at < count:
        line, begin, end, step = old[at], froms[at], tos[at], 1
        told: list[str] | None = None
        if "{" in line or line[-1:] == "[":
            found = decoded(line) if line[:1] == "{" else None
            if found is not None:
                told = messages(found)
            elif (many := _block(old, at)) is not None:
                told, step = many
                end = tos[at + step - 1]
            else:
                told = within(line)
        for one in told or old[at : at + step]:
            lines.append(one)
            first.append(begin)
            last.append(end)
        at += step
    return lines, first, last


def _plain(lines: list[str]) -> list[str] | None:
    """The messages where docker wrote all lines, all of them plain: found in one pass, without reading any JSON."""
    if not lines[0].startswith('{"log":'):
        return None
    found, behind = _PLAIN.findall("\n".join(lines)), lines[-1:] if not lines[-1] else []
    return [*found, *behind] if len(found) + len(behind) == len(lines) else None


def within(line: str) -> list[str] | None:
    """The messages of the objects behind a prefix; the line is first if what stands around them reads like prose."""
    match = _BEGIN.search(line)
    if match is None:
        return None
    told, end = _objects(line, match.start())
    if not told:
        return None
    carried = bare(line)
    if carried.start < carried.end <= match.start():  # (a logger's context, which is not of its message)
        return [line[: match.start()].rstrip(), *told]
    prose = _WORDS.search(line, 0, match.start()) or _WORDS.search(line, end)
    return [line, *told] if prose else told


def _objects(line: str, at: int) -> tuple[list[str], int]:
    """The messages of the objects that follow one another from a place on, and where the last one ends."""
    told: list[str] = []
    while at < len(line):
        try:
            found, at = _READER.raw_decode(line, at)
        except (ValueError, RecursionError):
            whole = decoded(line[at:].rstrip()) if not told else None
            return (messages(whole) or [], len(line)) if whole is not None else (told, at)
        told += messages(found) or []
        at = _between(line, at)
        if not line.startswith(("{", "["), at):
            break
    return told, at


def _between(line: str, at: int) -> int:
    """The place behind what stands between two objects."""
    while at < len(line) and line[at] in ", \t":
        at += 1
    return at


def in_pairs(text: str) -> bool:
    """Whether a text may hold a record in logfmt that says its trouble in a field of its own; a few searches in C."""
    return (
        "=" in text
        and any(f"{key}=" in text for key in _MESSAGE_KEYS)
        and _TROUBLE_MARK.search(text) is not None
    )


def told_in_pairs(line: str) -> list[str]:
    """A record in logfmt as its message and what it says of the trouble, each a line, as of an object in JSON.

    `level=error msg="job failed" err="no leader"` is another error than the same message with another `err`.
    """
    fields = pairs(line) if in_pairs(line) else {}
    message = next((fields[key] for key in _MESSAGE_KEYS if key in fields), "")
    troubles = {key: text for key, text in fields.items() if is_trouble(key) and _SAYS_TROUBLE.search(text)}
    return messages({"msg": message, **troubles}) if message and troubles else [line]


def pairs(line: str) -> dict[str, str]:
    """The fields of a record in logfmt, whatever carries it; empty where prose stands before the first of them."""
    begin = _PAIR_KEY.search(line)
    if begin is None or bare(line[: begin.start()] + _CARRIED).text != _CARRIED.strip():
        return {}
    return dict(_pairs(line, begin.start()))


def _pairs(line: str, at: int) -> Iterator[tuple[str, str]]:
    """Keys and values from a place on; a value without quotes goes on up to the next key."""
    while (key := _PAIR_KEY.search(line, at)) is not None:
        if (quoted := _IN_QUOTES.match(line, key.end())) is not None:
            text = quoted[1] or quoted[2] or ""
            yield key[1], escapes.c_undone(text) if "\\" in text else text
            at = quoted.end()
        else:
            following = _PAIR_KEY.search(line, key.end())
            at = following.start() if following else len(line)
            yield key[1], line[key.end() : at].strip(" \t,;")


def is_object(line: str) -> bool:
    """Whether the line is one object of JSON and nothing else; it is checked, not made."""
    if line[:1] != "{":
        return False
    try:
        _checker()(line)
    except (ValueError, RecursionError):
        return False
    return True


@cache
def _checker() -> Callable[[str], object]:
    import msgspec

    from kb.records import reader

    return reader(msgspec.Raw)


def objects_at(line: str, at: int) -> Any:
    """The object that begins at a place in a line, whatever stands behind it; a list of them where several follow.

    log4j2's layouts put no line end between their records unless they are told to.
    """
    found = decoded(line[at:].rstrip())
    if found is not None:
        return found
    all_of_them: list[Any] = []
    while at < len(line) and line[at] in "{[":
        try:
            found, at = _READER.raw_decode(line, at)
        except (ValueError, RecursionError):
            break
        all_of_them.append(found)
        at = _between(line, at)
    return all_of_them[0] if len(all_of_them) == 1 else all_of_them or None


def _block(lines: list[str], at: int) -> tuple[list[str], int] | None:
    """An object over many lines, from its opening bracket to the closing one with the same indent.

    The bracket stands alone, or behind what Ansible says of it: `fatal: [db-1]: FAILED! => {`.
    """
    opening = lines[at].rstrip()
    indent = opening[: len(opening) - len(opening.lstrip())]
    if opening[-1:] not in _CLOSING or not (opening.strip() in ("{", "[") or opening.endswith(" => {")):
        return None
    ends = {indent + closing for closing in _CLOSING[opening[-1]]}
    for to in range(at + 1, len(lines)):
        if lines[to].rstrip() in ends:
            text = "\n".join((opening[-1], *lines[at + 1 : to + 1])).strip().rstrip(",")
            found = decoded(text)
            told = messages(found) if found is not None else []
            return (told, to + 1 - at) if told else None
        if lines[to][:1].isalnum() or lines[to].rstrip() == opening:
            return None
    return None


def pieces_joined(rows: Rows) -> Rows:
    """A line that docker cut into several objects, as one object, by stream."""
    if not any(len(line) > _PIECE for line in rows[0]):
        return rows
    lines: list[str] = []
    first: list[int] = []
    last: list[int] = []
    cut: dict[str, int] = {}
    parts: dict[int, tuple[dict[str, Any], list[str]]] = {}
    for line, a, b in zip(*rows, strict=True):
        found = decoded(line) if (cut or len(line) > _PIECE) and line[:1] == "{" else None
        log = found.get("log") if isinstance(found, dict) else None
        stream = str(found.get("stream")) if isinstance(found, dict) else ""
        if isinstance(log, str) and stream in cut:
            parts[cut[stream]][1].append(log)
            last[cut[stream]] = b
            if log.endswith("\n"):
                del cut[stream]
            continue
        if (
            isinstance(log, str)
            and isinstance(found, dict)
            and len(log) > _PIECE // 4
            and not log.endswith("\n")
        ):
            cut[stream] = len(lines)
            parts[len(lines)] = (found, [log])
        lines.append(line)
        first.append(a)
        last.append(b)
    for at, (found, logs) in parts.items():
        if len(logs) > 1:
            lines[at] = json.dumps({**found, "log": "".join(logs)})
    return lines, first, last
