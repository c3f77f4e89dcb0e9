"""The names of environments, one list for lookup, triage, changes and ingest: `prod`, `prd` and `Production` are one.

Spellings of one name are folded, and nothing else: `uat` is not `staging`, `qa` is not `test`.  A name of no list is
its own, in lower case.
"""

from __future__ import annotations

import re

from kb.expression import expression

_SPELLINGS = {
    "production": "production prod prd live",
    "stage": "stage staging stg stag",
    "development": "development dev devel develop",
    "test": "test testing tst ci",
    "qa": "qa",
    "uat": "uat",
    "preprod": "preprod pre-prod preproduction pre-production",
    "sandbox": "sandbox",
    "canary": "canary",
}
_BY_WORD = {word: name for name, words in _SPELLINGS.items() for word in words.split()}
_KEYS = {"production": "prod", "stage": "staging", "development": "dev"}
"""What rows are kept by, where that is another word than the name: ids of changes are made of it."""
_AMBIGUOUS = ("live", "ci", "canary")
"""Words that are more often what a service does than where it runs, when they stand within a name."""
_REGION = r"(?:-(?:north|south|east|west|central|eu|us|ap|[a-z]{2}-[a-z]+-?\d|[a-z]{2,4}\d|\d{1,2}))*"
_NAME = rf"(?:{'|'.join(sorted(_BY_WORD, key=len, reverse=True))}){_REGION}"
_WHOLE = expression(_NAME, re.I)
# In a name `test` or `sandbox` may as well be what the service does.
_SERVICE_FIRST = expression(rf"([\w.-]+?)[-_](?!test|tst|sandbox|canary|ci\b|live\b)({_NAME})", re.I)
_ENVIRONMENT_FIRST = expression(r"(prod|production|staging)[-_]([\w.-]+)", re.I)


def canonical_environment(name: str) -> str:
    """`production` for `prod`; a name of no list stays as it is, in lower case and with dashes."""
    plain = name.strip().casefold().replace("_", "-")
    return _BY_WORD.get(plain, plain)


def same_environment(one: str, other: str) -> bool:
    """Whether both name the same environment; an empty name names none."""
    return bool(one.strip()) and canonical_environment(one) == canonical_environment(other)


def environment_key(name: str) -> str:
    """What rows of changes are kept and compared by: `production`, `PRD` and `prod` are `prod`."""
    word = name.strip().lower()
    found = _BY_WORD.get(word.replace("_", "-"))
    return _KEYS.get(found, found) if found else word


def is_environment(word: str) -> bool:
    """Whether a word names an environment: `prod`, `Staging`, `prod-west`."""
    return bool(_WHOLE.fullmatch(word.strip()))


def split_name(name: str) -> tuple[str, str]:
    """Service and environment of a name such as `auth-service-prod`; the second is empty where there is none."""
    if behind := _SERVICE_FIRST.fullmatch(name.strip()):
        return behind[1], behind[2]
    if before := _ENVIRONMENT_FIRST.fullmatch(name.strip()):
        return before[2], before[1]
    return name.strip(), ""


def environment_in(name: str) -> str:
    """The environment that the name of a cluster or namespace tells (`orders-prod`), or an empty string."""
    parts = re.split(r"[-_./:]", name.casefold())
    return next((_BY_WORD[part] for part in reversed(parts) if _tells(part, alone=len(parts) == 1)), "")


def without_environment(name: str) -> str:
    """`orders` for `orders-prod`: the name without an environment at its end or beginning."""
    parts = re.split(r"([-_.])", name)
    if len(parts) > 2 and _tells(parts[-1].casefold()):
        parts = parts[:-2]
    if len(parts) > 2 and _tells(parts[0].casefold()):
        parts = parts[2:]
    return "".join(parts)


def _tells(word: str, *, alone: bool = False) -> bool:
    return word in _BY_WORD and (alone or word not in _AMBIGUOUS)
