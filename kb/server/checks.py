"""The argument of `incident_verify`: an object of checks, a list of those that hold, or "all"."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from kb.server.arguments import as_flag, as_object, as_text, as_words


def as_checks(value: object) -> object:
    """The checks as `Incidents.verify` takes them."""
    if isinstance(value, str) and value.strip().lower() == "all":
        return "all"
    if isinstance(value, dict) or (isinstance(value, str) and value.lstrip().startswith("{")):
        return {as_text(key): as_flag(held) for key, held in as_object(value).items()}
    return list(as_words(value))


_FORMS = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
Checks = Annotated[
    Any,
    BeforeValidator(as_checks),
    WithJsonSchema(_FORMS),
    Field(description='Keys that hold, an object of key to true or false, or "all".'),
]
