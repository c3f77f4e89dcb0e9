"""Names for files and ids, from any text."""

from __future__ import annotations

import re

from kb.text.redact import redact

LENGTH = 40
"""Longer slugs are cut at this many characters."""


def slug(text: str) -> str:
    """The words of the text in lower case, joined by `-`: letters and digits of ASCII only."""
    return re.sub(r"[^a-z0-9]+", "-", redact(text).text.lower()).strip("-")[:LENGTH].rstrip("-")
