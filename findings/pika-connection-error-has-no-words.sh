#!/bin/sh
# pika 1.4.4: that RabbitMQ cannot be reached is an error whose text is empty.
#
# Seen, of pika.BlockingConnection with nothing behind the port:
#   str(error)     (nothing)
#   repr(error)    AMQPConnectionError: (AMQPConnectorSocketConnectError: ConnectionRefusedError(111, 'Connection refused'),)
#   log.error("cannot reach the broker: %s", error)    cannot reach the broker:
#   the last line of its traceback                     pika.exceptions.AMQPConnectionError
# It has neither __cause__ nor __context__, so no traceback holds the refusal, the host or the port: AMQPConnectionError has a
# __repr__ and no __str__.  aio-pika 10.2.1 says "[Errno 111] Connect call failed ('127.0.0.1', …)".
# Needs pip and python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site pika==1.4.4 aio-pika==10.2.1 2> /dev/null
cat > ask.py << 'P'
import asyncio, io, logging, socket, traceback

import aio_pika
import pika

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
out = io.StringIO()
log = logging.Logger("orders")
log.addHandler(logging.StreamHandler(out))
logging.getLogger("pika").disabled = True
try:
    pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
    raise SystemExit("connected?")
except pika.exceptions.AMQPConnectionError as error:
    log.error("cannot reach the broker: %s", error)
    whole = traceback.format_exc()
    print("str ", repr(str(error)))
    print("repr", repr(error))
    print("log ", repr(out.getvalue()))
    print("last", whole.strip().splitlines()[-1])
    assert str(error) == "", "changed: it has words"
    assert "Connection refused" in repr(error)
    assert error.__cause__ is None and error.__context__ is None, "changed: it has a cause"
    assert whole.strip().endswith("pika.exceptions.AMQPConnectionError")
    assert "refused" not in whole, "changed: the traceback says why"
try:
    asyncio.run(aio_pika.connect(f"amqp://127.0.0.1:{port}/"))
    raise SystemExit("connected?")
except aio_pika.exceptions.AMQPConnectionError as error:
    print("aio-pika", error)
    assert "Connect call failed" in str(error)
print("as stated")
P
PYTHONPATH=site python3 ask.py
