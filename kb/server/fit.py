"""Answers that fit a budget of tokens, however large the knowledge base: long lists and texts are cut.

What is left out is always said: `left_out` names each list with how many items it has and how many
are shown, and how to see the rest.
"""

from __future__ import annotations

import json
import re
from typing import Any

_PIECE = re.compile(r"\w+|[^\w\s]")
_TEXT_LIMITS = (None, 1_500, 500, 160, 60)
_ENOUGH = 5
"""Items of a list that are worth more than the ends of their texts."""
_NAMED = 5
_MANY_KEYS = 40


def tokens(text: str) -> int:
    """About how many tokens a model reads the text as; rather too many than too few."""
    return max(len(_PIECE.findall(text)), len(text.encode()) // 3)


def compact(data: object) -> str:
    """The data as JSON without blanks."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def fit(data: dict[str, Any], budget: int, *, newest: bool = False, more: str = "") -> dict[str, Any]:
    """The data within the budget; `newest` keeps the ends of lists, else their beginnings."""
    if len(compact(data)) < 2 * budget and tokens(compact(data)) <= budget:
        return data
    for limit in _TEXT_LIMITS:
        items = _most_items(data, budget, limit, newest, more)
        if items >= _ENOUGH or (items and limit == _TEXT_LIMITS[-1]):
            return _Cut(items, limit, newest).apply(data, more)
    return {"left_out": [{"where": "everything", "shown": 0, "total": 1}], "how": more}


def _most_items(data: dict[str, Any], budget: int, limit: int | None, newest: bool, more: str) -> int:
    """How long lists can be; 0 when even one item is too much."""
    low, high = 0, 2_000
    while low < high:
        middle = (low + high + 1) // 2
        cut = compact(_Cut(middle, limit, newest).apply(data, more))
        if len(cut) <= 4 * budget and tokens(cut) <= budget:
            low = middle
        else:
            high = middle - 1
    return low


class _Cut:
    """One way of cutting: so many items a list, so many characters a text."""

    def __init__(self, items: int, limit: int | None, newest: bool) -> None:
        self._items, self._limit, self._newest = items, limit, newest
        self._left: list[dict[str, object]] = []
        self._texts = 0

    def apply(self, data: dict[str, Any], more: str) -> dict[str, Any]:
        cut = {key: self._cut(value, key) for key, value in data.items()}
        if self._texts:
            self._left.append(
                {"where": "long texts", "shown": f"{self._limit} characters", "total": self._texts}
            )
        if self._left:
            cut["left_out"] = [one for one in self._left[:_NAMED] if one]
            cut["how"] = more
        return cut

    def _cut(self, value: Any, where: str) -> Any:
        if isinstance(value, str) and self._limit and len(value) > self._limit:
            self._texts += 1
            return f"{value[: self._limit]}… [{len(value) - self._limit} characters more]"
        if isinstance(value, list):
            kept = self._part(value, where, self._items)
            return [self._cut(item, f"{where}[]") for item in kept]
        if isinstance(value, dict):
            pairs = self._part(
                list(value.items()), where, max(self._items, _MANY_KEYS if self._items > 1 else 1)
            )
            return {key: self._cut(item, f"{where}.{key}") for key, item in pairs}
        return value

    def _part(self, values: list[Any], where: str, most: int) -> list[Any]:
        if len(values) <= most:
            return values
        self._left.append({"where": where, "shown": most, "total": len(values)})
        return values[-most:] if self._newest else values[:most]


def clipped(text: str, budget: int) -> str:
    """The first lines of the text that fit the budget, and how many more there are."""
    if tokens(text) <= budget:
        return text
    kept: list[str] = []
    lines, spent = text.splitlines(), 20
    for line in lines:
        spent += tokens(line) + 1
        if spent > budget:
            break
        kept.append(line)
    return "\n".join([*kept, f"[{len(lines) - len(kept)} lines more were left out]"])
