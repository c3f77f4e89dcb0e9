#!/bin/sh
# uvicorn 0.54.0 (PyPI, CPython 3.11): an ASGI application whose startup raises (lifespan, here a plain
# ValueError) is served all the same, and the log at its usual level has no line of the error: the default
# --lifespan auto takes any exception for "lifespan is not supported".  With --lifespan on it is told, and the
# server ends.
set -eu
work=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
cat > orders.py <<'P'
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        raise ValueError("no price list")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"served"})
P
cat > get.py <<'P'
import sys, time, urllib.request

for _ in range(200):
    try:
        print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())
        sys.exit(0)
    except OSError:
        time.sleep(0.2)
print("no answer")
P
for version in 0.54.0; do
	python3 -m pip install -q --no-deps --target "u$version" "uvicorn==$version" click==8.1.7 h11==0.14.0 2> /dev/null
	for lifespan in auto on; do
		port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		PYTHONPATH="u$version:." python3 -m uvicorn --port "$port" --lifespan "$lifespan" orders:app > "log$version-$lifespan" 2>&1 &
		server=$!
		said=$(python3 get.py "http://127.0.0.1:$port/")
		kill "$server" 2> /dev/null || true
		wait "$server" 2> /dev/null || true
		echo "$version, lifespan $lifespan: $said; lines that tell of the error: $(grep -c 'no price list' "log$version-$lifespan" || true)"
		case $lifespan in
		auto) test "$said" = served; ! grep -q 'no price list' "log$version-$lifespan" ;;
		on) test "$said" = "no answer"; grep -q 'no price list' "log$version-$lifespan" ;;
		esac
	done
done
echo "as stated"
