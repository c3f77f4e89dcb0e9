"""Pydantic AI as an agent of kb, its model played by a function.  Usage: python client.py COMMAND ARGUMENTS…, or URL.

`schemas` are the tools' as it makes them for models that are held to them (strict).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport
from mcp.types import Implementation
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.profiles.google import GoogleJsonSchemaTransformer
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer
from pydantic_ai.providers.anthropic import AnthropicJsonSchemaTransformer
from story import story

MAKERS = {
    "openai": OpenAIJsonSchemaTransformer,
    "anthropic": AnthropicJsonSchemaTransformer,
    "google": GoogleJsonSchemaTransformer,
}


async def severity(*_: Any) -> ElicitResult[Any]:
    return ElicitResult(action="accept", content={"severity": "SEV2"})


async def main(command: str, *arguments: str) -> None:
    reached = (
        command
        if command.startswith("http")
        else StdioTransport(command, list(arguments), env=dict(os.environ))
    )
    toolset = MCPToolset(
        reached, elicitation_handler=severity, client_info=Implementation(name="other-client", version="1")
    )
    asked: asyncio.Queue[ToolCallPart | None] = asyncio.Queue()
    told: asyncio.Queue[Any] = asyncio.Queue()
    offered: dict[str, Any] = {}

    async def model(messages: list[Any], info: Any) -> ModelResponse:
        if offered:
            await told.put(messages[-1].parts[0].content)
        offered.update({tool.name: tool.parameters_json_schema for tool in info.function_tools})
        wanted = await asked.get()
        return ModelResponse(parts=[wanted or TextPart("done")])

    async def call(name: str, given: dict[str, Any]) -> dict[str, Any]:
        await asked.put(ToolCallPart(name, given))
        found = await told.get()
        return found if isinstance(found, dict) else {"error": found}

    agent = Agent(FunctionModel(model), toolsets=[toolset], retries=3)
    async with agent:
        run = asyncio.ensure_future(agent.run("what is known of the gangway?"))
        done = await story(call)
        await asked.put(None)
        await run
    schemas = {
        maker: {name: transformer(schema, strict=True).walk() for name, schema in offered.items()}
        for maker, transformer in MAKERS.items()
    }
    print(json.dumps({"tools": list(offered), "schemas": schemas, **done}))


asyncio.run(main(*sys.argv[1:]))
