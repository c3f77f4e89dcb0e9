"""The keys of one item of a memory file, and what their values may be.

A `Reader` hands out the keys of one item and remembers which were asked for, so that what nobody
asked for ends in `extra`.  A value that cannot be used is a complaint with its line, and the entry
goes on without it; only an item that lacks what names it is a `EntryError`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from yaml.nodes import Node, ScalarNode

from kb.model import Origin, Provenance, Samples, Scope, Signature, Status, Verification
from kb.text import safe_yaml
from kb.text.signatures.signature import parse_signature, taken_literally
from kb.text.times import parse_instant

EXPECTED = "expected, not an error"
"""The warning of an entry that says `expected: true`."""


class EntryError(ValueError):
    """An item that cannot become a record; `line` where the fault stands, if not at its beginning."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class Reader:
    """The keys of one item.  A bare text is an item whose only key is `name`."""

    def __init__(self, node: Node, given: dict[str, str], origin: Origin) -> None:
        self._given = dict(given)
        self._origin = origin
        self._line = safe_yaml.line_of(node)
        self._left = {key: (line, value) for key, line, value in safe_yaml.pairs(node)}
        self.complaints: list[tuple[int, str]] = []
        if bare := safe_yaml.text_of(node).strip():
            self._left["description" if "name" in given else "name"] = (self._line, node)
        self._is_text = bool(bare)

    def name(self, *keys: str) -> str:
        """The text that names the entry; without it there is none."""
        if found := self.text(*keys) or (self.text("name") if self._is_text else ""):
            return found
        present = ", ".join(f"`{key}`" for key in self._left)
        raise EntryError(
            f"the entry has no `{keys[0]}`" + (f" (it has {present})" if present else ": it is empty"),
            self._line,
        )

    def text(self, *keys: str) -> str:
        """The first of `keys` that has a text, exactly as written; a list becomes lines."""
        for key in keys:
            if key not in self._left:
                continue
            node = self._left[key][1]
            found = safe_yaml.text_of(node).strip()
            if not isinstance(node, ScalarNode):
                found = "\n".join(texts_of(node))
            del self._left[key]
            if found:
                return found
        return next((self._given.pop(key) for key in keys if self._given.get(key)), "")

    def texts(self, *keys: str, comma: str = "") -> tuple[str, ...]:
        """A list of texts.  One string is split at its lines or, where it has one line, at `comma`."""
        found: list[str] = []
        for key in keys:
            if key in self._left:
                _, node = self._left.pop(key)
                found += (
                    split(safe_yaml.text_of(node), comma) if isinstance(node, ScalarNode) else texts_of(node)
                )
        return tuple(found)

    def samples(self, key: str) -> tuple[str, ...]:
        """A list of sample texts; one string is one sample, however many lines it has."""
        if key in self._left and isinstance(self._left[key][1], ScalarNode):
            found = self.text(key)
            return (found,) if found else ()
        return self.texts(key)

    def flag(self, key: str) -> bool | None:
        """A yes or no; None where nothing is said."""
        if key not in self._left:
            return None
        line, node = self._left.pop(key)
        said = safe_yaml.text_of(node).strip().lower()
        if said in ("", "null", "~"):
            return None
        if said in ("true", "yes", "on", "1", "false", "no", "off", "0"):
            return said in ("true", "yes", "on", "1")
        self.complaints.append((line, f"`{key}` must be true or false, not {said!r}"))
        return None

    def moment(self, *keys: str) -> datetime | None:
        """The first of `keys` that holds a date or time; without a zone it is taken as UTC."""
        for key in keys:
            if key in self._left and isinstance(self._left[key][1], ScalarNode):
                line, node = self._left.pop(key)
                raw = safe_yaml.text_of(node).strip()
                found = moment_of(raw)
                if raw and found is None:
                    self.complaints.append((line, f"`{key}` is not a date: {raw!r}; write YYYY-MM-DD"))
                if raw:
                    return found
        return None

    def part(self, key: str) -> Reader:
        """The keys under `key`, which is taken whole; an empty reader where it is not a mapping."""
        if key in self._left and safe_yaml.pairs(self._left[key][1]):
            _, node = self._left.pop(key)
            return Reader(node, {}, self._origin)
        return Reader(ScalarNode("tag:yaml.org,2002:null", ""), {}, self._origin)

    def rest(self) -> dict[str, Any]:
        """What nobody asked for, the name that the surroundings gave included."""
        given = {"key": self._given["name"]} if "name" in self._given else {}
        return given | {key: safe_yaml.value(node) for key, (_, node) in self._left.items()}

    def common(self) -> dict[str, Any]:
        """The fields that all kinds of entries share.  Call it last: it takes all that is left."""
        expected, warning = self.flag("expected"), self.text("warning")
        fields: dict[str, Any] = {
            "id": self.text("id"),
            "status": self._status(),
            "scope": self._scope(),
            "expires": self._date("expires"),
            "samples": self._samples(),
            "check": self.text("check"),
            "warning": "; ".join(part for part in (EXPECTED if expected else "", warning) if part),
            "provenance": self._provenance(),
        }
        return {**fields, "extra": self.rest()}

    def verification(self) -> Verification | None:
        """`verified: true`, a name, or who, when and in which incident."""
        if "verified" not in self._left:
            return None
        whole = self.part("verified")
        by, incident, at = whole.text("by"), whole.text("incident"), whole.moment("at", "when", "date")
        self.complaints += whole.complaints
        if by or at or incident:
            return Verification(by=by or None, at=at.date() if at else None, incident=incident or None)
        said = self.text("verified")
        if said.lower() in ("", "false", "no", "off", "null", "~", "0"):
            return None
        on = moment_of(said)
        named = None if on or said.lower() in ("true", "yes", "on", "1") else said
        return Verification(by=named, at=on.date() if on else None)

    def signature(self, pattern: str) -> tuple[Signature, ...]:
        """The signature of a pattern text; `regex` says how to read it, else the text itself does."""
        regex = self.flag("regex")
        if said := taken_literally(pattern, regex):
            self.complaints.append((self._line, said))
        try:
            return (parse_signature(pattern, regex),)
        except ValueError as error:
            self.complaints.append((self._line, f"`{pattern}` cannot be used as a signature: {error}"))
            return ()

    def _date(self, key: str) -> date | None:
        found = self.moment(key)
        return found.date() if found else None

    def _status(self) -> Status:
        if "status" not in self._left:
            return Status.ACTIVE
        line = self._left["status"][0]
        said = self.text("status").lower()
        if said in ("", *Status):
            return Status(said or Status.ACTIVE)
        self.complaints.append((line, f"`status` must be one of {', '.join(Status)}, not {said!r}"))
        return Status.ACTIVE

    def _scope(self) -> Scope:
        inner = self.part("scope")
        names = {"services": "service", "environments": "environment", "tools": "tool", "versions": "version"}
        both = {
            plural: (*inner.texts(plural, single, comma=","), *self.texts(plural, single, comma=","))
            for plural, single in names.items()
        }
        return Scope(**{plural: tuple(dict.fromkeys(found)) for plural, found in both.items()})

    def _samples(self) -> Samples:
        """Under `samples`, or beside the pattern."""
        inner, names = self.part("samples"), ("must_match", "must_not_match")
        return Samples(**{name: (*inner.samples(name), *self.samples(name)) for name in names})

    def _provenance(self) -> Provenance:
        origin = self._origin
        if "origin" in self._left:
            line = self._left["origin"][0]
            said = self.text("origin").lower()
            if said in tuple(Origin):
                origin = Origin(said)
            else:
                self.complaints.append((line, f"`origin` must be one of {', '.join(Origin)}, not {said!r}"))
        at = self.moment("learned_at", "date_learned", "learned")
        return Provenance(origin=origin, author=self.text("author") or None, at=at)


_BRACKETS = {"(": ")", "[": "]", "{": "}"}


def texts_of(node: Node) -> list[str]:
    """The items of a list or mapping as texts, empty ones left out."""
    if pairs := safe_yaml.pairs(node):
        return [f"{key}: {safe_yaml.text_of(item) or safe_yaml.value(item)}" for key, _, item in pairs]
    texts = (
        safe_yaml.text_of(item) if isinstance(item, ScalarNode) else "\n".join(texts_of(item))
        for item in safe_yaml.items(node)
    )
    return [text.strip() for text in texts if text.strip()]


def split(text: str, comma: str) -> list[str]:
    """The lines of a text, or of a single line the parts between commas outside brackets and quotes."""
    lines = re.sub(r"\\\n\s*", " ", text.strip()).split("\n")
    if len(lines) > 1 or not comma:
        return [line.strip() for line in lines if line.strip()]
    parts, closing = [""], list[str]()
    for position, letter in enumerate(lines[0]):
        if not closing and lines[0].startswith(comma, position):
            parts.append("")
            continue
        if closing and letter == closing[-1]:
            closing.pop()
        elif letter in _BRACKETS and not (closing and closing[-1] in "\"'"):
            closing.append(_BRACKETS[letter])
        elif letter in "\"'" and not closing:
            closing.append(letter)
        parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def moment_of(raw: str) -> datetime | None:
    """An ISO date or time; None where the text is none."""
    try:
        return parse_instant(raw)
    except ValueError:
        return None
