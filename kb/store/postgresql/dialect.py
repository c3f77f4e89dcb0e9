"""The statements of `kb.store`, written for SQLite, as PostgreSQL reads them.  Pure.

Most of what differs is not here: functions that only SQLite has are functions of the schema (`functions.sql`), and
`rowid` is a column there.  What is left is a handful of spellings.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kb.expression import expression

_MARK = expression(r"\?(\d*)")
_ANY_OF = expression(r"\b(NOT )?IN \(SELECT (value|CAST\(value AS \w+\)) FROM json_each\((\?\d*)\)\)")
_NONE_OF = expression(r"\b(NOT )?IN \(\)")
_SAME = expression(r"\bIS (NOT )?(?=\?)")
_HINT = expression(r"(?<=[\s(])\+(?=[a-z])")
_MOST = expression(r"\bLIMIT (\?\d*)")
_FOLD = expression(r"\bcasefold\(")
_READS = expression(r"\s*(SELECT|WITH|EXPLAIN|SHOW)\b", re.IGNORECASE)


@lru_cache(1024)
def translated(sql: str) -> str:
    """A statement with `$1` for its values.

    A list that is asked for as JSON becomes an array, which an index is read by; `+`, which keeps SQLite from an index,
    goes; `IS ?` compares as it does there, also with nothing; a limit of -1 is none.
    """
    sql = _ANY_OF.sub(_any_of, sql)
    sql = _NONE_OF.sub(lambda found: "<> ALL ('{}')" if found[1] else "= ANY ('{}')", sql)
    sql = _SAME.sub(lambda found: f"IS {'' if found[1] else 'NOT '}DISTINCT FROM ", sql)
    sql = _MOST.sub(r"LIMIT nullif(\1, -1)", _HINT.sub("", sql))
    return _numbered(_FOLD.sub("kb_casefold(", sql))


def _any_of(found: re.Match[str]) -> str:
    without, value, given = found.groups()
    return f"{'<> ALL' if without else '= ANY'} (ARRAY(SELECT {value} FROM json_each({given})))"


def _numbered(sql: str) -> str:
    """`?` takes the number behind the highest one before it, as in SQLite."""
    last = 0

    def number(found: re.Match[str]) -> str:
        nonlocal last
        own = int(found[1] or last + 1)
        last = max(last, own)
        return f"${own}"

    return _MARK.sub(number, sql)


def only_reads(sql: str) -> bool:
    """Whether a statement changes nothing."""
    return bool(_READS.match(sql))


def storable(values: Sequence[object]) -> Sequence[object]:
    """The values of a statement; NUL, which no text of PostgreSQL can have, is the picture of it."""
    if any(type(one) is str and "\0" in one for one in values):
        return [one.replace("\0", "\u2400") if isinstance(one, str) else one for one in values]
    return values
