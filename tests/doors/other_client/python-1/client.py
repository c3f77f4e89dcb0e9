"""The Python SDK 1.x as an agent of kb.  Usage: python client.py COMMAND ARGUMENTS…, or: python client.py URL."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import anyio

sys.path.insert(0, str(Path(__file__).parents[1]))

from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from story import story


async def severity(context: Any, params: Any) -> types.ElicitResult:
    del context, params
    return types.ElicitResult(action="accept", content={"severity": "SEV2"})


async def main(command: str, *arguments: str) -> None:
    reached = (
        streamable_http_client(command)
        if command.startswith("http")
        else stdio_client(StdioServerParameters(command=command, args=list(arguments), env=dict(os.environ)))
    )
    info = types.Implementation(name="other-client", version="1")
    async with (
        reached as (read, write, *_),
        ClientSession(read, write, client_info=info, elicitation_callback=severity) as session,
    ):
        begun = await session.initialize()

        async def call(name: str, given: dict[str, Any]) -> dict[str, Any]:
            found = await session.call_tool(name, given)
            return {"error": found.content[0].text} if found.isError else found.structuredContent

        told = {
            "protocol": begun.protocolVersion,
            "server": begun.serverInfo.name,
            "tools": [tool.name for tool in (await session.list_tools()).tools],
            "resources": [str(one.uri) for one in (await session.list_resources()).resources],
            "prompts": [one.name for one in (await session.list_prompts()).prompts],
            **await story(call),
        }
    print(json.dumps(told))


anyio.run(main, *sys.argv[1:])
