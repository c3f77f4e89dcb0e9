"""LangChain's MCP adapters as an agent of kb.  Usage: python client.py COMMAND ARGUMENTS…, or: python client.py URL.

`schemas` are the tools' as it makes them for models.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_google_genai._function_utils import convert_to_genai_function_declarations
from langchain_mcp_adapters.callbacks import Callbacks
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools
from mcp.types import ElicitResult
from story import story


async def severity(*_: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"severity": "SEV2"})


def for_gemini(tool: BaseTool) -> Any:
    found = convert_to_genai_function_declarations([tool])
    (one,) = found if isinstance(found, list) else [found]
    return json.loads(one.function_declarations[0].model_dump_json(exclude_none=True))["parameters"]


async def main(command: str, *arguments: str) -> None:
    reached: dict[str, Any] = (
        {"transport": "streamable_http", "url": command}
        if command.startswith("http")
        else {"transport": "stdio", "command": command, "args": list(arguments), "env": dict(os.environ)}
    )
    client = MultiServerMCPClient({"kb": reached}, callbacks=Callbacks(on_elicitation=severity))
    async with client.session("kb") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}

        async def call(name: str, given: dict[str, Any]) -> dict[str, Any]:
            if name not in tools:
                return {"error": f"Unknown tool name: {name}"}
            asked = {"type": "tool_call", "id": "1", "name": name, "args": given}
            found = await tools[name].ainvoke(asked)
            if found.status == "error":
                return {"error": found.content[0]["text"]}
            return dict(found.artifact["structured_content"])

        done = await story(call)
    schemas = {
        "openai": {
            name: convert_to_openai_tool(tool)["function"]["parameters"] for name, tool in tools.items()
        },
        "google": {name: for_gemini(tool) for name, tool in tools.items()},
    }
    print(json.dumps({"tools": list(tools), "schemas": schemas, **done}))


asyncio.run(main(*sys.argv[1:]))
