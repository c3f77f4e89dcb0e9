#!/bin/sh
# langchain-mcp-adapters 0.3.2 (langchain-core 1.8.3) does not pass on arguments named config, run_manager or runtime.
#
# A tool of an MCP server, deploy(service, config, run_manager, runtime), as the model is told of it, and what arrives of a call
# that gives all four:
#   told     config, run_manager, runtime, service
#   arrived  service=web config=(none) run_manager=(none) runtime=(none)
# There is no error and no warning, and the message is of status success.  Where such an argument is required, the call is
# refused by the server as if the model had left it out.  The same call by the SDK (mcp 1.30.0) arrives whole.
# Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv v
v/bin/python -m pip install -q langchain-mcp-adapters==0.3.2 langchain-core==1.8.3 mcp==1.30.0 2> /dev/null
cat > server.py << 'P'
from mcp.server.fastmcp import FastMCP

server = FastMCP("deploys", log_level="WARNING")


@server.tool()
def deploy(service: str, config: str = "(none)", run_manager: str = "(none)", runtime: str = "(none)") -> str:
    return f"service={service} config={config} run_manager={run_manager} runtime={runtime}"


server.run()
P
cat > ask.py << 'P'
import asyncio, sys

from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools

GIVEN = {"service": "web", "config": "blue.toml", "run_manager": "nomad", "runtime": "python"}


async def main():
    client = MultiServerMCPClient({"deploys": {"transport": "stdio", "command": sys.executable, "args": ["server.py"]}})
    async with client.session("deploys") as session:
        (tool,) = await load_mcp_tools(session)
        called = await tool.ainvoke({"type": "tool_call", "id": "1", "name": "deploy", "args": GIVEN})
        by_sdk = await session.call_tool("deploy", GIVEN)
    told, arrived, whole = sorted(tool.args), called.content[0]["text"], by_sdk.content[0].text
    print("told    ", ", ".join(told))
    print("arrived ", arrived, f"({called.status})")
    print("by SDK  ", whole)
    assert told == ["config", "run_manager", "runtime", "service"]
    assert arrived == "service=web config=(none) run_manager=(none) runtime=(none)"
    assert called.status == "success"
    assert whole == "service=web config=blue.toml run_manager=nomad runtime=python"
    print("as stated")


asyncio.run(main())
P
v/bin/python ask.py
