#!/bin/sh
# smolagents 1.26.0 (mcpadapt 0.1.19): of the answer of an MCP tool an agent reads the first block, and an error as an answer.
#
# Seen, of a tool that answers in two blocks, and of one whose answer has isError, called as an agent calls it:
#   "KNOWN: 2 entries", "do not restart ledger-7"   'KNOWN: 2 entries'     and a WARNING in the log of mcpadapt
#   "the home is locked", isError                   'the home is locked'   returned like any answer; nothing raised, nothing logged
# MCP lets an answer have as many blocks as it wants; the second is where this server says what must not be done.  A tool that raises is
# an AgentToolExecutionError of its step in smolagents; a tool of MCP that failed is a step that went well.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv v
v/bin/python -m pip install -q smolagents==1.26.0 mcpadapt==0.1.19 mcp==1.30.0 2> /dev/null
cat > server.py << 'P'
import asyncio

import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

app = Server("kb")
TAKES = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


@app.list_tools()
async def tools():
    return [types.Tool(name="check", description="Was this seen before?", inputSchema=TAKES)]


def block(text):
    return types.TextContent(type="text", text=text)


@app.call_tool()
async def call(name, arguments):
    if arguments["text"] == "locked":
        return types.CallToolResult(content=[block("the home is locked")], isError=True)
    return types.CallToolResult(content=[block("KNOWN: 2 entries"), block("do not restart ledger-7")])


async def main():
    async with stdio_server() as (read, write):
        await app.run(read, write, app.create_initialization_options())


asyncio.run(main())
P
cat > ask.py << 'P'
import logging, sys

from mcp import StdioServerParameters
from smolagents import MCPClient


class Kept(logging.Handler):
    lines = []

    def emit(self, record):
        self.lines.append((record.levelname, record.getMessage()))


logging.getLogger().addHandler(Kept())
with MCPClient(StdioServerParameters(command=sys.executable, args=["server.py"]), structured_output=False) as (check,):
    refused = check(text="locked")
    said = list(Kept.lines)
    known = check(text="no leader")
print(repr(refused), said)
print(repr(known), Kept.lines)
assert refused == "the home is locked", "changed: an error is told as one"
assert not [line for line in said if "locked" in line[1]], "changed: the error is logged"
assert known == "KNOWN: 2 entries", "changed: the other blocks are read"
assert ("WARNING", "tool check returned multiple content, using the first one") in Kept.lines
print("as stated")
P
v/bin/python ask.py
