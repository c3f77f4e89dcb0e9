"""All signatures of a home in one pass over a text, and what is looked for of each.

`SignatureSet.scan` has two steps.  An engine names the needles that may occur (`kb.text.signatures.engines`: fast,
never too few); RE2 then confirms each of them, finds its first occurrence and its named groups; a template is
confirmed by masking the place.  So the answers are the same, whichever engine was fit for the size of the job.  A set
compiles in the time it takes to validate its regexes; what an engine needs beyond is built at the first text that is
worth it.

What a person wrote is one occurrence, what is looked for is all of them (`sought`): a literal that is a line by its
template, wherever a line holds it; a text of several lines by the lines that tell; what was copied out of a carrier
(JSON, escapes) is read first.  Regexes, and literals that belong together, are looked for as they were written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from kb.model import Signature
from kb.text.carriers import unfold
from kb.text.masking_rules import PLACEHOLDER
from kb.text.signatures import templates
from kb.text.signatures.engines import Engine, Needle
from kb.text.signatures.hyperscan_engine import Dumped
from kb.text.signatures.prepared import Prepared, prepare
from kb.text.signatures.regex import compile_regex, validate_signature
from kb.text.signatures.templates import LONGEST, template_of
from kb.text.traces import LEADS, NAMED, trace_signature

_DUMP_TAG = b"kb-signatures-3\n"
_CHECKSUM_BYTES = 16


@dataclass(frozen=True, slots=True)
class SignatureHit:
    """One signature found: `spans` has the first place of each needle, `matched` the text of the first.

    Of a trace `found` has the numbers of the needles that occur, and `spans` their places; of all others all occur.
    """

    key: str
    signature: Signature
    spans: tuple[tuple[int, int], ...]
    captures: dict[str, str]
    matched: str
    found: tuple[int, ...] = ()


@dataclass(slots=True)
class SignatureSet:
    """Compiled signatures.  `problems` says which entries' signatures were refused and why."""

    items: tuple[tuple[str, Signature], ...]
    problems: list[tuple[str, str]]
    _needles: dict[Needle, int] = field(default_factory=dict)
    _numbered: tuple[Needle, ...] = ()
    _engine: Engine | None = None
    _users: dict[Needle, list[int]] = field(default_factory=dict)
    """The numbers of the signatures that a needle is part of."""
    traces: int = 0
    """How many of the signatures are traces."""
    _capturing: frozenset[str] = frozenset()
    """The entries that have a regex."""

    @classmethod
    def compile(cls, items: Iterable[tuple[str, Signature]]) -> SignatureSet:
        """A set of the signatures that can be matched; the others become problems."""
        good, problems = [], []
        for key, signature in items:
            if reason := validate_signature(signature):
                problems.append((key, reason))
            else:
                good.append((key, signature))
        return cls._made_of(tuple(good), problems)

    def with_more(self, items: Iterable[tuple[str, Signature]]) -> SignatureSet:
        """This set and a few signatures more, without compiling anew what this one has."""
        more = SignatureSet.compile(items)
        needles = tuple(needle for needle in more._needles if needle not in self._needles)
        made = SignatureSet(self.items + more.items, self.problems + more.problems)
        made._numbered = self._numbered + needles
        made._needles = self._needles | {needle: len(self._numbered) + n for n, needle in enumerate(needles)}
        made._engine = self._engine.with_more(needles) if self._engine else Engine(needles)
        made.traces = self.traces + more.traces
        made._capturing = self._capturing | more._capturing
        made._users = dict(self._users)
        for needle, users in more._users.items():
            made._users[needle] = [*self._users.get(needle, ()), *(len(self.items) + user for user in users)]
        return made

    @classmethod
    def _made_of(
        cls, items: tuple[tuple[str, Signature], ...], problems: list[tuple[str, str]]
    ) -> SignatureSet:
        needles = {needle: 0 for _, signature in items for needle in _needles_of(signature)}
        made = cls(items, problems, {needle: number for number, needle in enumerate(needles)})
        made._numbered = tuple(made._needles)
        made._engine = Engine(made._numbered)
        made.traces = sum(bool(signature.trace) for _, signature in items)
        made._capturing = frozenset(key for key, signature in items if signature.regex)
        for number, (_, signature) in enumerate(items):
            for needle in dict.fromkeys(_needles_of(signature)):
                made._users.setdefault(needle, []).append(number)
        return made

    def scan(
        self, text: str, seen: set[int] | None = None, known: Set[str] = frozenset()
    ) -> list[SignatureHit]:
        """Every signature that `text` holds, in the order in which the signatures were given.

        Those of `known` entries are left out, but for traces and entries that have a regex: of all others nothing
        more can be told than that they stand there.  With `seen`, which starts empty and goes along with a text that
        comes in blocks: the first hit of each signature only; of a trace one in each block.
        """
        if not self.items or not text or self._engine is None:
            return []
        prepared, found, seen = prepare(text), dict[Needle, _NeedlePlace](), set() if seen is None else seen
        needles, touched = self._numbered, set[int]()
        for number, start in sorted(self._engine.candidates(prepared).items()):
            users = [
                user
                for user in self._users[needles[number]]
                if user not in seen and not (known and self._is_known(user, known))
            ]
            if users and (place := _place_of(needles[number], prepared, start)):
                found[needles[number]] = place
                touched.update(users)
        complete = [number for number in sorted(touched) if _complete(self.items[number][1], found)]
        seen.update(number for number in complete if not self.items[number][1].trace)
        return _in_characters([_hit(*self.items[number], found) for number in complete], text, prepared)

    def _is_known(self, number: int, known: Set[str]) -> bool:
        key, signature = self.items[number]
        return key in known and not signature.trace and key not in self._capturing

    def owners(self, needle: Needle) -> int:
        """How many signatures look for this needle."""
        return len(self._users.get(needle, ()))

    @property
    def worth_keeping(self) -> bool:
        """Whether a text was long enough that an engine had to be compiled."""
        return self._engine is not None and self._engine.is_built

    def dump(self) -> bytes:
        """The set as bytes for a cache, with what its engine has built so far: a checksum, a header, the engine."""
        built = self._engine.dump() if self._engine else None
        header = {
            "items": [(key, sign.needles, sign.regex, sign.template, sign.trace) for key, sign in self.items],
            "problems": self.problems,
            "sizes": [len(built.plain), len(built.regex)] if built else None,
            "refused": built.refused if built else [],
        }
        parts = (built.plain, built.regex) if built else ()
        body = b"".join((json.dumps(header).encode(), b"\n", *parts))
        return _DUMP_TAG + blake2b(body, digest_size=_CHECKSUM_BYTES).digest() + body

    @classmethod
    def load(cls, data: bytes) -> SignatureSet:
        """The set that `dump` wrote.  ValueError when the bytes are not its, or are not whole."""
        start = len(_DUMP_TAG) + _CHECKSUM_BYTES
        body = data[start:]
        if (
            not data.startswith(_DUMP_TAG)
            or blake2b(body, digest_size=_CHECKSUM_BYTES).digest() != data[start - _CHECKSUM_BYTES : start]
        ):
            raise ValueError("not a dump of this version of SignatureSet")
        line, _, blobs = body.partition(b"\n")
        header = json.loads(line)
        items = tuple(
            (key, Signature(needles=tuple(needles), regex=regex, template=template, trace=trace))
            for key, needles, regex, template, trace in header["items"]
        )
        made = cls._made_of(items, [(key, reason) for key, reason in header["problems"]])
        if made._engine and header["sizes"]:
            size, _ = header["sizes"]
            made._engine.load(Dumped(blobs[:size], blobs[size:], header["refused"]))
        return made


@dataclass(frozen=True, slots=True)
class _NeedlePlace:
    span: tuple[int, int]
    captures: dict[str, str]


def _needles_of(signature: Signature) -> tuple[Needle, ...]:
    return tuple(Needle(text, signature.regex, signature.template) for text in signature.needles)


@lru_cache(maxsize=4096)
def _confirming(needle: Needle) -> Any:
    return compile_regex(needle.text, literal=not needle.regex)


def _place_of(needle: Needle, prepared: Prepared, start: int) -> _NeedlePlace | None:
    """Its first place in the text; `start` is where it begins at the earliest, or of a template its anchor."""
    if needle.template:
        place = templates.find(needle.text, prepared.data, start)
        return _NeedlePlace((place.start, place.end), {}) if place else None
    pattern = _confirming(needle)
    match = pattern.search(prepared.data, start)
    if match is None or match.start() == match.end():
        return None
    groups = {name: match.group(name) for name in pattern.groupindex} if needle.regex else {}
    return _NeedlePlace(
        match.span(), {_as_text(name): _as_text(value) for name, value in groups.items() if value is not None}
    )


def _as_text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _complete(signature: Signature, found: dict[Needle, _NeedlePlace]) -> bool:
    return bool(signature.trace) or all(needle in found for needle in _needles_of(signature))


def _hit(key: str, signature: Signature, found: dict[Needle, _NeedlePlace]) -> SignatureHit:
    places = {n: found[one] for n, one in enumerate(_needles_of(signature)) if one in found}
    captures = {name: value for place in reversed(places.values()) for name, value in place.captures.items()}
    spans = tuple(place.span for place in places.values())
    return SignatureHit(key, signature, spans, captures, "", tuple(places))


def _in_characters(hits: list[SignatureHit], text: str, prepared: Prepared) -> list[SignatureHit]:
    offsets = prepared.characters(offset for hit in hits for span in hit.spans for offset in span)
    turned = []
    for hit in hits:
        spans = tuple((offsets[start], offsets[end]) for start, end in hit.spans)
        start, end = spans[0]
        turned.append(replace(hit, spans=spans, matched=text[start:end]))
    return turned


def sought(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """The signatures as they are looked for, in their order."""
    return tuple(_sought_as(one) for one in signatures)


@lru_cache(maxsize=512)
def is_crash(text: str) -> bool:
    """Whether a text of several lines is the trace of a crash, with a message that leads."""
    signature = trace_signature(readable(text)) if "\n" in text.strip() else None
    return signature is not None and (NAMED in signature.trace or LEADS in signature.trace)


@lru_cache(maxsize=256)  # (an entry asks for it at each of its steps)
def readable(text: str) -> str:
    """What was learned, as a program wrote it: out of JSON and escapes; a line that needs no reading stays one line."""
    plain = text.strip()
    found = unfold(plain).text.strip()
    return plain if found.split("\n", 1)[0].strip() == plain else found


@lru_cache(maxsize=512)  # (learning asks for it at each of its steps)
def _sought_as(signature: Signature) -> Signature:
    if signature.regex or signature.template or len(signature.needles) != 1:
        return signature
    text = readable(signature.needles[0])
    if "\n" in text:
        return trace_signature(text) or signature
    template = template_of(text) if len(text) <= LONGEST else ""
    if not template:
        return signature
    if PLACEHOLDER in template:
        return replace(signature, needles=(template,), template=True)
    return replace(signature, needles=(template,))
