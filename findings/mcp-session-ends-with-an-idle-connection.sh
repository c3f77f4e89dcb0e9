#!/bin/sh
# mcp 2.3.0 with uvicorn 0.54.0 and httpx2 2.16.2 (PyPI, CPython 3.11), streamable HTTP, all defaults: the server ends
# an idle connection after 5 s, and the client lets go of one after 5 s, too, counted from when the answer arrived.
# Over a link with 200 ms of latency a call 4.75 s after the last one is sent on a connection that the server has just
# ended.  Not that call alone fails: the error ends the client's task group, the call is cancelled, and with it the
# session of an agent that did nothing but think for some seconds.  With --timeout-keep-alive 75 the same call is
# answered.
set -eu
work=$(mktemp -d)
server= link=
trap 'kill $server $link 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
cat > orders.py <<'P'
from mcp.server import MCPServer

server = MCPServer("orders")


@server.tool()
def waiting() -> int:
    """How many orders wait."""
    return 3


app = server.streamable_http_app()
P
cat > link.py <<'P'
"""Bytes, and the ends of connections, arrive 200 ms later, either way."""

import asyncio
import sys

LATENCY = 0.2


async def carry(reader, writer):
    loop, sent = asyncio.get_running_loop(), asyncio.Queue()

    async def arrive():
        while True:
            due, data = await sent.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                writer.close()
                return
            writer.write(data)

    arriving = asyncio.create_task(arrive())
    data = b"-"
    while data:
        try:
            data = await reader.read(65536)
        except OSError:
            data = b""
        sent.put_nowait((loop.time() + LATENCY, data))
    await arriving


async def connected(reader, writer):
    there = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
    await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))


async def main():
    async with await asyncio.start_server(connected, "127.0.0.1", int(sys.argv[1])) as listening:
        await listening.serve_forever()


asyncio.run(main())
P
cat > agent.py <<'P'
import sys

import anyio
from mcp import Client


def single(error):
    if isinstance(error, BaseExceptionGroup):
        return [one for part in error.exceptions for one in single(part)]
    return [error]


async def main():
    said = []
    try:
        async with Client(sys.argv[1]) as client:
            for pause in (0, 1, 4.75):
                await anyio.sleep(pause)
                try:
                    await client.call_tool("waiting", {})
                    said.append(f"after {pause} s answered")
                except anyio.get_cancelled_exc_class():
                    said.append(f"after {pause} s cancelled")
                    raise
    except BaseExceptionGroup as error:
        said.append("session ended by " + ", ".join(type(one).__name__ for one in single(error)))
    print("; ".join(said))


anyio.run(main)
P
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
python3 -m venv env
env/bin/pip install -q mcp==2.3.0 uvicorn==0.54.0 httpx2==2.16.2 2> /dev/null
for seconds in 5 75; do
	port=$(free) far=$(free)
	env/bin/uvicorn --log-level critical --port "$port" --timeout-keep-alive "$seconds" orders:app > log 2>&1 &
	server=$!
	env/bin/python link.py "$far" "$port" 2> /dev/null &
	link=$!
	sleep 4
	said=$(env/bin/python agent.py "http://127.0.0.1:$far/mcp" 2> /dev/null)
	echo "an idle connection is kept for $seconds s: $said"
	kill $server $link
	wait $server $link 2> /dev/null || true
	case $seconds in
	5) test "$said" = "after 0 s answered; after 1 s answered; after 4.75 s cancelled; session ended by RemoteProtocolError" ;;
	75) test "$said" = "after 0 s answered; after 1 s answered; after 4.75 s answered" ;;
	esac
done
echo "as stated"
