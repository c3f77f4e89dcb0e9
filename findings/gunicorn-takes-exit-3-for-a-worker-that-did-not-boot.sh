#!/bin/sh
# gunicorn 27.0.1 (PyPI, CPython 3.11): an application that ends its own process with status 3, of
# whatever reason and hours after it booted, is taken for a worker that failed to boot, which is gunicorn's own use
# of that number: the master says "Reason: Worker failed to boot." and ends the whole server.
# With status 5 only the worker is replaced, and the server goes on.
set -eu
work=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
cat > orders.py <<'P'
import os


def app(environ, start_response):
    if environ["PATH_INFO"].startswith("/exit/"):
        os._exit(int(environ["PATH_INFO"][6:]))
    start_response("200 OK", [("Content-Length", "3")])
    return [b"ok\n"]
P
cat > get.py <<'P'
import sys, time, urllib.request

for _ in range(int(sys.argv[2])):
    try:
        print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode().strip())
        sys.exit(0)
    except OSError as error:
        said = error
        time.sleep(0.2)
print("no answer:", said)
P
for version in 27.0.1; do
	python3 -m pip install -q --no-deps --target "g$version" "gunicorn==$version" packaging==26.4 2> /dev/null
	for status in 3 5; do
		port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		PYTHONPATH="g$version:." python3 -m gunicorn -b "127.0.0.1:$port" orders:app > "log$version-$status" 2>&1 &
		server=$!
		python3 get.py "http://127.0.0.1:$port/" 100
		python3 get.py "http://127.0.0.1:$port/exit/$status" 1 > /dev/null || true
		sleep 3
		after=$(python3 get.py "http://127.0.0.1:$port/" 10)
		echo "$version, status $status, afterwards: $after"
		grep -i 'reason' "log$version-$status" || true
		kill "$server" 2> /dev/null || true
		wait "$server" 2> /dev/null || true
		case $status in
		3) grep -q 'Worker failed to boot' "log$version-$status"; test "${after%%:*}" = "no answer" ;;
		5) test "$after" = ok ;;
		esac
	done
done
echo "as stated"
