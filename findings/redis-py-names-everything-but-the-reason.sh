#!/bin/sh
# redis 8.1.0 (redis-py): that no sentinel answers is told in 2,000 characters without the reason, and repr of its errors has no words.
#
# Seen, with nothing behind the ports of two sentinels, str() of the MasterNotFoundError of master_for("orders").get("order:7"):
#   No master found for 'orders' : <redis.client.Redis(<redis.connection.ConnectionPool(<redis.connection.Connection(db=0,
#   username=<REDACTED>,…,retry=<redis.retry.Retry object at 0x7f…>,…)>)>)> - network:ConnectionError, <redis.client.Redis(…
# "Connection refused" stands nowhere in it, and each process writes other addresses of objects into it.  What ends each part
# is the repr of the error, which redis makes of its category and class alone:
#   str   Error 111 connecting to 127.0.0.1:…. Connection refused.
#   repr  network:ConnectionError
# So whatever shows errors by repr has no words of them: "%r", a list of errors, and the JSON of structlog 26.1.0:
#   log.error("request failed", error=error)    {"error": "network:ConnectionError", "event": "request failed"}
# Needs pip and python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site redis==8.1.0 structlog==26.1.0 2> /dev/null
cat > ask.py << 'P'
import io, json, socket

import structlog
from redis import Redis
from redis.exceptions import ConnectionError
from redis.sentinel import MasterNotFoundError, Sentinel

free = [socket.socket() for _ in range(2)]
for each in free:
    each.bind(("127.0.0.1", 0))
ports = [each.getsockname()[1] for each in free]
for each in free:
    each.close()

try:
    Redis("127.0.0.1", ports[0]).get("order:7")
    raise SystemExit("answered?")
except ConnectionError as error:
    out = io.StringIO()
    log = structlog.wrap_logger(structlog.PrintLogger(out), processors=[structlog.processors.JSONRenderer()])
    log.error("request failed", error=error)
    print("str ", error, "\nrepr", repr(error), "\njson", out.getvalue(), end="")
    assert "Connection refused" in str(error)
    assert repr(error) == "network:ConnectionError", "changed: repr"
    assert json.loads(out.getvalue())["error"] == "network:ConnectionError"
try:
    Sentinel([("127.0.0.1", port) for port in ports]).master_for("orders").get("order:7")
    raise SystemExit("answered?")
except MasterNotFoundError as error:
    print(len(str(error)), "characters:", str(error)[:120], "…", str(error)[-40:])
    assert len(str(error)) > 1500 and str(error).endswith("- network:ConnectionError"), "changed: the text"
    assert "refused" not in str(error), "changed: the reason is told"
    assert str(error).count(" object at 0x") > 2
print("as stated")
P
PYTHONPATH=site python3 ask.py
