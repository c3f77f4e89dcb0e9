#!/bin/sh
# pydantic-ai-slim 2.68.0 (fastmcp-slim 4.2.3, mcp 2.3.0) warns that an elicitation handler "will never be called", and calls it.
#
# Seen, of an MCPToolset(elicitation_handler=…) at a server of MCP 2026-07-28 whose tool asks its caller (Resolve, Elicit):
#   UserWarning: `elicitation_handler` will never be called: … negotiated a modern MCP session, which holds no connection for the
#   server to issue sampling or elicitation requests over.
#   the handler was asked: How severe is it?
#   the tool answered: severity SEV2
# The question comes back as the answer of the call (input_required), and fastmcp hands it to the handler.  Who believes the
# warning takes a handler away that works.
# Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv v
v/bin/python -m pip install -q "pydantic-ai-slim[mcp]==2.68.0" fastmcp-slim==4.2.3 mcp==2.3.0 2> /dev/null
cat > server.py << 'P'
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver import Elicit, Resolve
from pydantic import BaseModel

server = MCPServer("incidents", log_level="ERROR")


class Severity(BaseModel):
    severity: str


def ask() -> Elicit[Severity]:
    return Elicit("How severe is it?", Severity)


@server.tool()
def opened(title: str, given: Annotated[Severity, Resolve(ask)]) -> str:
    return f"severity {given.severity}"


server.run()
P
cat > ask.py << 'P'
import asyncio, sys, warnings

from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel

asked, answered = [], []


async def handler(message, *_):
    asked.append(message)
    return ElicitResult(action="accept", content={"severity": "SEV2"})


async def model(messages, info):
    if len(messages) == 1:
        return ModelResponse(parts=[ToolCallPart("opened", {"title": "checkout is down"})])
    answered.append(messages[-1].parts[0].content)
    return ModelResponse(parts=[TextPart("done")])


async def main():
    toolset = MCPToolset(StdioTransport(sys.executable, ["server.py"]), elicitation_handler=handler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with (agent := Agent(FunctionModel(model), toolsets=[toolset])):
            await agent.run("open an incident")
    said = [str(one.message) for one in caught if "elicitation_handler" in str(one.message)]
    print(*said, f"the handler was asked: {asked}", f"the tool answered: {answered}", sep="\n")
    assert len(said) == 1 and said[0].startswith("`elicitation_handler` will never be called")
    assert asked == ["How severe is it?"]
    assert answered == ["severity SEV2"]
    print("as stated")


asyncio.run(main())
P
v/bin/python ask.py
