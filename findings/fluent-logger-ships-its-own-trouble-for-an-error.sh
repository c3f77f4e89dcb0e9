#!/bin/sh
# fluent-logger 0.11.1 (PyPI, CPython 3.11): of log.error(error) it ships a CRITICAL of its own, "Can't output to log", and of the
# error, of who logged it and of the host nothing.
#
# Seen by the server, of log.error(ValueError("no tenant 7")) with FluentHandler and its FluentRecordFormatter, all defaults:
#   {'level': 'CRITICAL', 'message': "Can't output to log", 'traceback': "Traceback …\nTypeError: can not serialize 'ValueError' object\n"}
# and of log.error("%s", ValueError("no tenant 7")):
#   {'sys_host': 'db-1', 'sys_name': 'shop', 'sys_module': 'ask', 'message': 'no tenant 7'}
# The class is the only word of it that is left, so every ValueError of every program is the same record, two grades above what was
# logged; its trace is of the library.  So is it of a dict in which one value is no plain one, such as
# {"order": 7, "why": error} or {"total": Decimal("9.90")}: order and total are gone, too.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install fluent-logger==0.11.1 msgpack==1.2.4 > /dev/null 2>&1
cat > ask.py << 'P'
import logging, socket, threading
from decimal import Decimal

import msgpack
from fluent.handler import FluentHandler, FluentRecordFormatter

server, got = socket.create_server(("127.0.0.1", 0)), []


def serve():
    connection, _ = server.accept()
    unpacker = msgpack.Unpacker(raw=False)
    while read := connection.recv(65536):
        unpacker.feed(read)
        got.extend(record for _, _, record in unpacker)


thread = threading.Thread(target=serve)
thread.start()
handler = FluentHandler("app", port=server.getsockname()[1])
handler.setFormatter(FluentRecordFormatter())
log = logging.getLogger("shop")
log.addHandler(handler)
error = ValueError("no tenant 7")
log.error("%s", error)
log.error(error)
log.error({"order": 7, "why": error})
log.error({"order": 7, "total": Decimal("9.90")})
handler.close()
thread.join(20)
as_text, *others = got
print(as_text)
assert as_text["message"] == "no tenant 7" and as_text["sys_name"] == "shop" and len(others) == 3
for record, kind in zip(others, ("ValueError", "ValueError", "decimal.Decimal")):
    print({**record, "traceback": "…" + record["traceback"][-52:]})
    assert record.keys() == {"level", "message", "traceback"}, "changed: it ships more"
    assert (record["level"], record["message"]) == ("CRITICAL", "Can't output to log")
    assert record["traceback"].endswith(f"TypeError: can not serialize '{kind}' object\n")
    assert "no tenant 7" not in str(record) and "9.90" not in str(record), "changed: the words are told"
print("as stated")
P
python/bin/python ask.py
