#!/bin/sh
# llama-index-tools-mcp 0.6.0 (llama-index-core 0.14.25): a call that an MCP server refuses is no error; a model reads Python's repr.
#
# Seen, of a tool that raises ToolError("orders-7 has no leader"), and of one that answers two lines:
#   ToolOutput.is_error   False, of both
#   ToolOutput.content    meta=None content=[TextContent(type='text', text='… orders-7 has no leader', …)] … is_error=True …
#                         meta=None content=[TextContent(type='text', text='step 1: drain\nstep 2: restart', …)] …
# The answer as a whole is turned into a text by str(), so line ends are a backslash and an n, and what counts failed tools by
# is_error counts none.  The answer that the client underneath got has is_error=True and the text as it was sent.
# Needs pip and python 3.10 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv v
v/bin/python -m pip install -q llama-index-tools-mcp==0.6.0 llama-index-core==0.14.25 mcp==2.3.0 2> /dev/null
cat > server.py << 'P'
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("ledger", log_level="CRITICAL")


@server.tool(structured_output=False)
def renew() -> str:
    raise ToolError("orders-7 has no leader")


@server.tool(structured_output=False)
def runbook() -> str:
    return "step 1: drain\nstep 2: restart"


server.run()
P
cat > ask.py << 'P'
import asyncio, sys

from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


async def main():
    client = BasicMCPClient(sys.executable, args=["server.py"])
    tools = {tool.metadata.name: tool for tool in await McpToolSpec(client=client).to_tool_list_async()}
    refused, told = await tools["renew"].acall(), await tools["runbook"].acall()
    by_client = await client.call_tool("renew", {})
    for one in (refused, told):
        print(one.is_error, one.content)
    print("client", by_client.is_error, by_client.content[0].text)
    assert by_client.is_error and "orders-7 has no leader" in by_client.content[0].text
    assert refused.is_error is False, "changed: a refused call is an error"
    assert "TextContent(type='text'" in refused.content and "is_error=True" in refused.content, "changed: the text"
    assert r"step 1: drain\nstep 2: restart" in told.content, "changed: the lines are lines"
    print("as stated")


asyncio.run(main())
P
v/bin/python ask.py 2> /dev/null
