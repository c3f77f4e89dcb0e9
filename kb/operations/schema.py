"""JSON Schemas of operations: of their arguments, and of the records that they answer with."""

from __future__ import annotations

from functools import cache
from typing import Any

from kb.operations.operation import Operation, Parameter

Schema = dict[str, Any]


def of_arguments(asked: Operation) -> Schema:
    """The arguments as an object; what is empty where it is left out says nothing of a default."""
    return {
        "type": "object",
        "properties": {one.name: of_argument(one) for one in asked.parameters.values()},
        "required": [one.name for one in asked.parameters.values() if one.is_needed],
    }


def of_argument(one: Parameter) -> Schema:
    """One argument."""
    told = {} if one.is_needed or one.default in ("", (), {}, None) else {"default": one.default}
    return {**one.form.schema, "description": one.says, **told}


@cache
def of_record(record: Any) -> Schema:
    """The record of an operation, as it is written in JSON: what stands under `$defs` is named by `#/$defs/NAME`."""
    from pydantic import TypeAdapter  # a quarter of a second for all records

    schema: Schema = _untitled(TypeAdapter(record).json_schema(mode="serialization"))
    return schema


def _untitled(schema: Any) -> Any:
    """The schema without the titles that only repeat names: agents read every byte of it."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)
    }
