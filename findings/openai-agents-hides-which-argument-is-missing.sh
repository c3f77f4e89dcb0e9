#!/bin/sh
# openai-agents 0.24.0: a call of an MCP tool without a required argument does not reach the server, and the model is not told which.
#
# Seen, of a tool scale(service, replicas) of an MCP server, called with {"service": "web"}:
#   what the model reads                    An error occurred while running the tool. Please try again.
#   with failure_error_function=None        UserError: Failed to call tool 'scale' on MCP server '…': missing required parameters: replicas
#   what the server says of the same call   … replicas  Field required …
# The client looks at `required` itself, and its usual failure_error_function drops what it found.  What the server would have said
# never comes, and a server that takes an argument by other names, too, never sees the call; the model has nothing to mend it by.  A
# call that a server refuses is told in the server's words.  Needs pip and python 3.10 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv v
v/bin/python -m pip install -q openai-agents==0.24.0 mcp==2.3.0 2> /dev/null
cat > server.py << 'P'
from mcp.server import MCPServer

server = MCPServer("deploys", log_level="CRITICAL")


@server.tool()
def scale(service: str, replicas: int) -> str:
    with open("calls", "a") as file:
        print(service, replicas, file=file)
    return f"{service} has {replicas}"


server.run()
P
cat > ask.py << 'P'
import asyncio, json, sys

from agents import Agent, RunContextWrapper
from agents.exceptions import UserError
from agents.mcp import MCPServerStdio
from agents.mcp.util import MCPUtil
from agents.tool_context import ToolContext


async def called(server, given, **how):
    (tool,) = await MCPUtil.get_function_tools(server, False, RunContextWrapper(None), Agent(name="on-call"), **how)
    text = json.dumps(given)
    return await tool.on_invoke_tool(
        ToolContext(context=None, tool_name=tool.name, tool_call_id="1", tool_arguments=text), text
    )


async def main():
    async with MCPServerStdio(params={"command": sys.executable, "args": ["server.py"]}) as server:
        missing = await called(server, {"service": "web"})
        wrong = await called(server, {"service": "web", "replicas": "many"})
        right = await called(server, {"service": "web", "replicas": 3})
        try:
            await called(server, {"service": "web"}, failure_error_function=None)
            raise SystemExit("changed: it is no error")
        except UserError as error:
            why = str(error)
        by_sdk = await server.session.call_tool("scale", {"service": "web"})
    print("missing ", missing)
    print("wrong   ", str(wrong["text"]).splitlines()[0])
    print("why     ", why)
    print("server  ", " ".join(by_sdk.content[0].text.split())[:120])
    assert missing == "An error occurred while running the tool. Please try again.", "changed: the model is told"
    assert why.endswith("missing required parameters: replicas")
    assert "replicas" in wrong["text"] and right["text"] == "web has 3"
    assert "replicas Field required" in " ".join(by_sdk.content[0].text.split())
    assert open("calls").read() == "web 3\n"
    print("as stated")


asyncio.run(main())
P
v/bin/python ask.py 2> /dev/null
