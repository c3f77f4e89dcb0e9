#!/bin/sh
# mcp 2.3.0 (Python SDK): of a tool that raises, the client is told that it failed and not why; mcp 1.30.0 told the words.
#
# Seen, of a tool that raises ValueError("orders-7 has no leader; ask orders-3"), is_error in both:
#   1.30.0  FastMCP     Error executing tool renew: orders-7 has no leader; ask orders-3
#   2.3.0   MCPServer   Error executing tool renew
# The words are in the server's own log on stderr alone.  So a model that corrected its call by what the tool said has nothing to go
# by after the upgrade; ToolError("…") (mcp.server.mcpserver.exceptions) is what still reaches it.
# Needs pip and python 3.10 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for version in 1.30.0 2.3.0; do
    python3 -m venv "v$version"
    "v$version/bin/python" -m pip install -q "mcp==$version" 2> /dev/null
done
cat > server.py << 'P'
try:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer
    from mcp.server.fastmcp.exceptions import ToolError

server = MCPServer("ledger")


@server.tool()
def renew() -> str:
    raise ValueError("orders-7 has no leader; ask orders-3")


@server.tool()
def renew_told() -> str:
    raise ToolError("orders-7 has no leader; ask orders-3")


server.run()
P
cat > ask.py << 'P'
import asyncio, sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main():
    with open("log", "w") as log:
        server = StdioServerParameters(command=sys.executable, args=["server.py"])
        async with stdio_client(server, errlog=log) as streams, ClientSession(*streams) as session:
            await session.initialize()
            for tool in ("renew", "renew_told"):
                answer = await session.call_tool(tool, {})
                assert getattr(answer, "is_error", None) or getattr(answer, "isError", None)
                print(f"{tool}:", answer.content[0].text)


asyncio.run(main())
P
for version in 1.30.0 2.3.0; do
    "v$version/bin/python" ask.py > "told$version"
    sed "s/^/$version  /" "told$version"
done
grep -q '^renew: Error executing tool renew: orders-7 has no leader; ask orders-3$' told1.30.0
grep -q '^renew: Error executing tool renew$' told2.3.0
grep -q 'orders-7 has no leader' log
grep -q '^renew_told: .*orders-7 has no leader; ask orders-3$' told2.3.0
echo "as stated"
