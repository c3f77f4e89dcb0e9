"""What tells a candidate from its siblings: runbooks of one product share most of their words, and differ in a few.

Where the right one is not in the home, its sibling shares as much with the question as the right one would.  Six
things speak against it, whatever else is shared:

- the question says which alert it is (`KubeletDown: …`), and the candidate is named as another is;
- it names an alert that nothing at hand speaks of;
- it has a telling word that the candidate nowhere has and a neighbour is named by, in place of a word of the
  candidate's name that the question lacks;
- the candidate's name has a word of which the question has the opposite (`OPPOSITES`);
- its name has a number (`P99`, `24h`), and the question another one of that kind;
- its name has a word that the question says in no form, neither in another one for the same (`kb.text.synonyms`), and
  the entry neither holds nearly all of the question's words nor has a piece that says nearly the same.

By the first, no alert that is asked with its name gets a sibling for known.  By the text alone the last takes most of
them away (`benchmarks/siblings.py`).  One of the two alone does not do: right answers lack a word of their name about
as often as siblings do, and a logistic of 26 such figures, fitted on one half, took little more than a fourth of the
siblings of the other away where it took 4 % of the right ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, takewhile

from kb.expression import expression
from kb.lookup.features import Candidate, Query, has_relative, lacking, plain_words
from kb.lookup.rarity import CorpusStats
from kb.text.entries.chunks import spelled_out
from kb.text.synonyms import NEGATIONS, SYNONYMS
from kb.text.tokens import stem

OPPOSITES = (
    ("warning", "critical"),
    ("client", "server"),
    ("read", "write"),
    ("receive", "transmit"),
    ("any", "some"),
    ("high", "low"),
    ("ingress", "egress"),
    ("inbound", "outbound"),
    ("upload", "download"),
    ("primary", "replica"),
    ("zone", "node"),
)
"""Words that are said of the same thing and never mean the same."""
_TELLING = 1.5
"""The rarity of a word that tells: less than a fourth of the entries have it."""
_NEIGHBOURS = 12
"""Candidates among which the one is looked for that the question is about."""
_HELD, _COVERED, _NEAR = 0.95, 0.9, 0.9
"""Of the question's rarest words, and of the weight of all, the shares that say that an entry speaks of it; and the
cosine of a piece that says nearly the same."""
_SHORTEST_DENIED = 4
"""Letters of what a word that begins with `mis` denies: `mismatch`, and not `missing`."""
_PRODUCT = 2
"""Words at the head of a name that may be the product and what of it."""
_BESIDE = frozenset(("out", "up", "to", "in", "too", "many"))
"""Words of a name that say how, and not what."""
_WORD = expression(r"[^\W_]+")
_NUMBER = expression(r"(?<![\w.])([A-Za-z]{0,2})(\d{1,5})([A-Za-z%]{0,3})(?![\w.])")
_BEFORE_NUMBER = expression(r"(?<=[A-Za-z]{3})(?=\d)")
_EXCLUDED = tuple((stem(one), stem(other)) for pair in OPPOSITES for one, other in permutations(pair))


def differences(
    query: Query,
    ranked: Sequence[Candidate],
    stats: CorpusStats,
    values: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, str]:
    """For each candidate by id why it is rather a sibling of what is asked, or empty; `ranked` comes best first.

    `values` are the features of each (`kb.lookup.features`).  The chance of a candidate is that of one that comes
    first.  Where that one is a sibling, the next are no better for it, but those that speak of the alert by its name.
    """
    values = values or {}
    own = {
        one.entry_id: telling_difference(query, one, ranked, stats, values.get(one.entry_id))
        for one in ranked
    }
    first = next(iter(ranked), None)
    if first is None or not own[first.entry_id] or not _is_name(first.title):
        return own
    nearer = f"but {first.title.strip()!r} is nearer, and about something else"
    named = {one.entry_id for one in ranked if query.alert and _says(one, query.alert)}
    return {key: why or ("" if key in named else nearer) for key, why in own.items()}


def subject_first(query: Query, ranked: Sequence[Candidate], stats: CorpusStats) -> list[Candidate]:
    """The same order, but where the question is about another subject than the first, that one's runbook leads.

    An alert is named subject first: "Kubelet has disappeared" is about KubeletDown, though KubeSchedulerDown is worded
    like it.  It is so where the question has the first word of a neighbour's name, which is rare and which the first
    nowhere has, and not that of the first's own.
    """
    first = next(iter(ranked), None)
    own = plain_words(first.title) if first and _is_name(first.title) else ()
    if first is None or not own or own[0] in query.known_words:
        return list(ranked)
    said = {*own, *(token for one in first.chunks for token in one.tokens)}
    for other in ranked[1:_NEIGHBOURS]:
        subject, *rest = plain_words(other.title) if _is_name(other.title) else ("",)
        if (
            set(own).intersection(rest)
            and subject in query.known_words - said
            and stats.idf(subject) >= _TELLING
        ):
            return [other, *(one for one in ranked if one is not other)]
    return list(ranked)


def telling_difference(
    query: Query,
    first: Candidate,
    candidates: Sequence[Candidate],
    stats: CorpusStats,
    values: Mapping[str, float] | None = None,
) -> str:
    """Why the first is rather a sibling of what is asked, in words; empty where nothing says so.

    `candidates` are all that were found: their names show what the words of its own stand for.  `values` are the
    features of the first, where they are known.
    """
    if query.alert and _is_name(first.title) and _is_other(query.alert, first.title):
        return f"but it is named {first.title.strip()}, and the alert {query.alert}"
    if name := next((name for name in query.names if not _says(first, name)), ""):
        return f"but it says nothing of {name!r}, which the text names"
    if (word := word_of_neighbour(query, first, candidates, stats))[0]:
        return f"but it says nothing of {word[0]!r}, as {word[1]} does by its name"
    own, other = excluded_word(query, first.title) or other_number(query.written, first.title) or ("", "")
    if own:
        return f"but its name says {own!r}, and the text {other!r}"
    if values and not _speaks_of_it(values) and (missed := unsaid(query, first.title)):
        return f"but its name says {missed!r}, and the text nothing like it"
    return ""


def _speaks_of_it(values: Mapping[str, float]) -> bool:
    """Whether an entry has nearly all words of the question, or a piece that says nearly the same."""
    covers = values["rare_words"] >= _HELD and values["coverage"] >= _COVERED
    return covers or values["cosine"] >= _NEAR


def unsaid(query: Query, title: str) -> str:
    """A word of an alert's name that the question says in no form and in no other word for the same; or empty.

    A name begins with its product, of one or two words, which texts leave out (`KubePodCrashLooping`).  A word of the
    question stands for one of the name alone: who says "filesystem" has not said "files".
    """
    words = plain_words(title)
    if not _is_name(title):
        return ""
    missing = set(lacking(query, title))
    missing |= {one for one in words if one not in query.known_words and _is_borrowed(one, words, query)}
    product = len(list(takewhile(missing.__contains__, words[:_PRODUCT])))
    others = (one for one in words[product:] if one in missing and not _is_put_otherwise(one, query))
    return next((_by_stem(title).get(one, one) for one in others), "")


def _is_borrowed(word: str, name: Sequence[str], query: Query) -> bool:
    """Whether the only words of the question that begin as this one are other words of the name."""
    rest = [one for one in query.words if one == word or one not in name]
    return has_relative(word, query) and not has_relative(word, Query(" ".join(rest), ()))


def _is_put_otherwise(word: str, query: Query) -> bool:
    """Whether the question says the same in another word, or denies what the word denies: `not matched`."""
    asked = query.known_words
    if word in _BESIDE or SYNONYMS.get(word, frozenset()) & asked:
        return True
    denied = word.removeprefix("mis") if word.startswith("mis") else ""
    if word == "not" or len(denied) >= _SHORTEST_DENIED:
        return bool(asked & NEGATIONS) and (word == "not" or any(one.startswith(denied) for one in asked))
    return False


def _is_name(title: str) -> bool:
    """Whether the title is one word, put together of several, as alerts are named."""
    return len(title.split()) == 1 and len(spelled_out(title).split()) > 1


def _is_other(alert: str, title: str) -> bool:
    """Whether they are two names; two words alone may be a product (`PostgreSQL`) of which the title tells more."""
    words = plain_words(alert)
    return "".join(words) != "".join(plain_words(title)) and (
        len(words) > 2 or not set(words) <= set(plain_words(title))
    )


def _says(candidate: Candidate, name: str) -> bool:
    """Whether the candidate has the name, or its words in a row; or all of them in its own name."""
    parts = list(plain_words(name))
    if set(parts) <= set(plain_words(candidate.title)):
        return True
    return any(name.lower() in one.tokens or _in_a_row(parts, one.tokens) for one in candidate.chunks)


def _in_a_row(parts: Sequence[str], tokens: Sequence[str]) -> bool:
    starts = (at for at, token in enumerate(tokens) if token == parts[0])
    return any(list(tokens[at : at + len(parts)]) == parts for at in starts)


def word_of_neighbour(
    query: Query, first: Candidate, candidates: Sequence[Candidate], stats: CorpusStats
) -> tuple[str, str]:
    """A telling word of the question that the first nowhere has, and the neighbour that is named by it; or two empty.

    A neighbour shares half of the words of the first's name, of which the question must lack one: the word stands in
    its place.
    """
    own = set(plain_words(first.title))
    if not _is_name(first.title) or not lacking(query, first.title):
        return "", ""
    said = {token for one in first.chunks for token in one.tokens}
    for other in candidates:
        words = plain_words(other.title)
        if not _is_name(other.title) or 2 * len(own.intersection(words)) < len(own):
            continue
        for word in words:
            if word in query.known_words and word not in own | said and stats.idf(word) >= _TELLING:
                return _by_stem(other.title).get(word, word), other.title.strip()
    return "", ""


def excluded_word(query: Query, title: str) -> tuple[str, str] | None:
    """A word of the title that the question lacks, and its opposite, which the question has and the title lacks."""
    own, asked = _by_stem(title), _by_stem(query.text)
    return next(
        (
            (own[one], asked[other])
            for one, other in _EXCLUDED
            if one in own
            and other not in own
            and other in asked
            and one not in asked
            and not has_relative(one, query)
        ),
        None,
    )


def other_number(asked: str, title: str) -> tuple[str, str] | None:
    """A number of the title that the question lacks, and one of the same kind, such as `p95` for `p99`, that it has."""
    there = list(_numbers(asked))
    for kind, number, written in _numbers(title):
        alike = [(value, text) for other, value, text in there if other == kind]
        if alike and all(value != number for value, _ in alike):
            return written, alike[0][1]
    return None


def _numbers(text: str) -> Iterator[tuple[tuple[str, str], int, str]]:
    """Each number with letters about it: those, its value, and how it is written."""
    for match in _NUMBER.finditer(_BEFORE_NUMBER.sub(" ", spelled_out(text))):
        kind = match[1].lower(), match[3].lower()
        if any(kind):
            yield kind, int(match[2]), match[0]


def _by_stem(text: str) -> dict[str, str]:
    return {stem(word.lower()): word.lower() for word in _WORD.findall(spelled_out(text))}
