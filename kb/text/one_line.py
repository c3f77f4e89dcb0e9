"""A text on one line of bounded length, for lists and reasons."""

from __future__ import annotations


def one_line(text: str, most: int) -> str:
    """The text with its white space folded, cut with an ellipsis to at most `most` characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
