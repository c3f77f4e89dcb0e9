"""Is a word of letters and digits an id, or a name with a number in it?

`x2x9p0`, `9f4abc77`, `01HQ3K7Z8M` are ids; `node12`, `Log4jLogger`, `md5sum` are names.  Nobody can
tell an id that happens to be all letters, or letters with a number at the end, from a name: those
count as names, whose number varies.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"\d+|[A-Za-z]+")
_WORD = re.compile(r"(?=[A-Za-z]*[aeiouyAEIOUY])[A-Za-z]{3,}")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CAMEL = re.compile(r"[A-Z][a-z]{3,}|[a-z]{3,}[A-Z]")
_LONG = 12
"""From this length on, a single digit before a letter makes an id, where no words show."""

_JUMBLED = 8
"""From this length on, letters that change case without making words make an id."""


def looks_like_id(word: str) -> bool:
    """Whether a word is an id: six or more letters and digits with at least one digit, or very many letters."""
    if _is_jumbled(word):
        return True
    runs = _RUN.findall(word)
    letters = [run for run in runs if run[0].isalpha()]
    resumed = sum(before[0].isdigit() for before in runs[:-1])  # letters that follow digits
    if _CAMEL.search(word) and resumed < 3:
        return False
    if (
        resumed >= 2
        or len(runs) > 3
        or (resumed and len(word) >= _LONG and (word.islower() or word.isupper()))
    ):
        return True
    if len(runs) == 3:
        return not any(_WORD.search(run) for run in letters)
    # One run of each: a letter or two before or after many digits is no name, except capitals: `KB2813347`.
    return len(runs) == 2 and len(letters[0]) <= 2 and len(word) >= 8 and not word[:2].isupper()


def _is_jumbled(word: str) -> bool:
    """Whether upper and lower case and digits change places as in no name: `kMf0KOlSNdk`, not `waitForOk2Send`."""
    if len(word) < _JUMBLED or word.isupper() or word.islower():
        return False
    humps = _HUMP.findall(word)
    spoken = sum(len(hump) for hump in humps if len(hump) > 3 or _WORD.match(hump))
    return len(_RUN.findall(word)) + len(humps) >= 5 and spoken < 0.4 * len(word)
