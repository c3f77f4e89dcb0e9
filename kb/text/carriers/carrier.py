"""One carrier of the table: its name, how it looks, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PHRASE = "lease table rejects renewal: slot 1841 owned by peer 27"
"""What the examples carry; `§` stands for it in them."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """What a program writes around a line.  Without a pattern it is read field by field."""

    name: str
    example: str
    """A whole line, in which `§` stands for the message."""
    pattern: str = ""
    """What stands before the message, in named pieces."""
    closes: str = ""
    """A regular expression of what stands behind the message where `pattern` stands before it."""
    said: Mapping[str, str] = field(default_factory=dict)
    """What the example says of its line."""
