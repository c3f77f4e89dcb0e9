"""Text of others as data in a request: between tags that the text cannot close."""

from __future__ import annotations

import hashlib


def delimited(name: str, text: str) -> str:
    """The text between tags whose name depends on the text itself, so that nothing in it ends them."""
    tag = f"{name}-{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"
    return f"<{tag}>\n{text}\n</{tag}>"
