"""The verification checklist: what must hold before a fix counts as one.

The six items are those of the incident workflow that kb grew from; an item nobody looked at is
neither held nor broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kb.errors import InvalidInput
from kb.records.live import CheckItem

ITEMS: dict[str, str] = {
    "error_rates": "Error rates back to baseline",
    "response_times": "Response times normal",
    "complaints": "No user complaints",
    "services": "All services healthy",
    "dashboards": "Monitoring dashboards green",
    "alerts": "No related alerts firing",
}
"""Key and wording of each item, in order."""

_TRUE, _FALSE = ("true", "yes", "y", "1", "ok", "pass", "passed"), ("false", "no", "n", "0", "failed", "fail")


def parse_checks(given: Mapping[str, object] | Iterable[str] | str) -> dict[str, bool]:
    """What was found, by key: from a mapping, a list of the items that hold, or `all`.

    Raises InvalidInput for an item that is not on the list or an answer that is neither yes nor no.
    """
    if isinstance(given, str):
        if given.strip().casefold() == "all":
            return dict.fromkeys(ITEMS, True)
        given = [part for part in re.split(r"[,\n]", given) if part.strip()]
    if isinstance(given, Mapping):
        found = {_key(str(name)): _truth(str(name), value) for name, value in given.items()}
    else:
        found = {_key(str(name)): True for name in given}
    if not found:
        raise InvalidInput(f"no item of the checklist was given; there are: {', '.join(ITEMS)} (or: all)")
    return found


def checklist(found: Mapping[str, bool]) -> tuple[CheckItem, ...]:
    """All six items with what was found of each."""
    return tuple(CheckItem(key=key, text=text, held=found.get(key)) for key, text in ITEMS.items())


def _key(name: str) -> str:
    wanted = re.sub(r"[\W_]+", " ", name).strip().casefold()
    for key, text in ITEMS.items():
        if wanted in (key.replace("_", " "), key.split("_")[0], text.casefold()):
            return key
    raise InvalidInput(f"{name!r} is not on the checklist; there are: {', '.join(ITEMS)} (or: all)")


def _truth(name: str, value: object) -> bool:
    word = str(value).strip().casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise InvalidInput(f"{name}: {value!r} is neither true nor false")
