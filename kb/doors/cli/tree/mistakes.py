"""What typer says of a value that makes no sense, in kb's words.  Pure.

Typer hands on the sentences of the library that reads the values, which name its own terms and not what to write.
"""

from __future__ import annotations

from kb.expression import expression

_LIBRARY = "Value error, "
_WORDS = (
    (expression(r"Input should be a valid integer.*"), "it must be a whole number"),
    (expression(r"Input should be a valid number.*"), "it must be a number"),
    (expression(r"Input should be a valid datetime.*"), "it must be a time, such as 2026-11-02T09:00:00"),
    (expression(r"Input should be greater than or equal to (\S+)"), r"it must be \1 or more"),
    (expression(r"Input should be less than or equal to (\S+)"), r"it must be \1 or less"),
)


def in_plain_words(said: str) -> str:
    """The sentence as a person would say it; one that is plain already stays."""
    for library, plain in _WORDS:
        said = library.sub(plain, said)
    return said.removeprefix(_LIBRARY)
