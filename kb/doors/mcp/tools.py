"""Operations as tools: what `tools/list` says of them, in as few tokens as tell an agent when and how to call."""

from __future__ import annotations

import json

from mcp_types import Tool, ToolAnnotations

from kb.operations.operation import Operation
from kb.operations.schema import Schema, of_arguments, of_record
from kb.operations.skills import Call

SMALL = 300
"""Bytes up to which the schema of an answer is listed unasked: what it answers stands in its description, too."""


def tool(asked: Operation, *, output_schemas: bool = False) -> Tool:
    """The operation as a tool; with `output_schemas`, the schema of its answer is told, however large."""
    return Tool(
        name=asked.name,
        description=asked.says,
        input_schema=of_arguments(asked),
        output_schema=_output(asked, whole=output_schemas),
        annotations=_hints(asked),
    )


def _output(asked: Operation, *, whole: bool) -> Schema | None:
    if asked.record is Call:  # it answers what the other operation answers
        return None
    schema = of_record(asked.told_record)
    return schema if whole or len(json.dumps(schema, separators=(",", ":"))) <= SMALL else None


def _hints(asked: Operation) -> ToolAnnotations:
    if asked.reads and asked.record is not Call:  # what another operation does is that one's matter
        return ToolAnnotations(read_only_hint=True, open_world_hint=False)
    return ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=asked.again, open_world_hint=False
    )
