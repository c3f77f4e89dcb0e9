"""Schemas of arguments as the programs between agent and model take them: each wants its own part of JSON Schema.

OpenAI's models and Copilot refuse every tool of a request in which one array says nothing of its items.  Gemini's take
one type where a list of types stands.  Anthropic's SDK wants a type, or a choice of types, everywhere.  LangChain keeps
one type beside null for Gemini.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kb.operations.catalogue import operations
from kb.operations.schema import of_arguments


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every schema of a value within this one."""
    for part in schema.get("anyOf", [schema]):
        yield part
        if "items" in part:
            yield from parts(part["items"])


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_value_has_one_type_or_a_choice_of_such_and_arrays_say_what_is_in_them(name: str):
    arguments = of_arguments(operations()[name])

    assert isinstance(arguments["properties"], dict)
    for argument, schema in arguments["properties"].items():
        for part in parts(schema):
            assert isinstance(part.get("type"), str), f"{argument}: {part}"
            assert part["type"] != "array" or "items" in part, f"{argument}: {part}"
        types = [part["type"] for part in schema.get("anyOf", [])]
        assert "null" not in types or len(types) == 2, f"{argument}: only one of these is kept beside null"


def test_what_may_be_left_out_or_unknown_may_be_null_where_every_argument_must_be_given():
    """Models that are held to the schema give every argument: null says of a truth value that nobody knows."""
    worked = of_arguments(operations()["incident_mitigate"])["properties"]["worked"]

    assert {"type": "null"} in worked["anyOf"]


def test_no_argument_has_a_name_that_a_framework_keeps_for_itself():
    """LangChain drops what is given under these, and says nothing (`findings/langchain-drops-…`)."""
    kept = {"config", "run_manager", "runtime"}

    for one in operations().values():
        assert not kept & set(one.parameters), one.name
