#!/bin/sh
# OpenTelemetry's Python SDK 1.45.2: the span of the call that was too slow has neither an error nor an exception.
#
# A timeout cancels the call, and CancelledError is no Exception: start_as_current_span records and marks those alone.  Seen:
#   charge card  UNSET  no events                        (cut off by asyncio.wait_for, in the middle)
#   checkout     ERROR  TimeoutError, one exception      (the span around the wait_for)
#   refund       UNSET  no events                        (cancelled by its TaskGroup because another task failed)
#   notify       ERROR  ValueError, one exception        (the other task)
#   migrate      UNSET  no events                        (ended by SystemExit)
# Whoever looks for the lowest span with an error finds the caller, and the call that hung counts as one that was fine.
# Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site opentelemetry-sdk==1.45.2 2> /dev/null
cat > ask.py << 'P'
import asyncio

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

kept, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
tracer = provider.get_tracer("orders")


async def hang(name):
    with tracer.start_as_current_span(name):
        await asyncio.sleep(60)


async def fail(name):
    with tracer.start_as_current_span(name):
        await asyncio.sleep(0)
        raise ValueError("no channel")


async def main():
    try:
        with tracer.start_as_current_span("checkout"):
            await asyncio.wait_for(hang("charge card"), 0.05)
    except TimeoutError:
        pass
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(hang("refund"))
            group.create_task(fail("notify"))
    except* ValueError:
        pass


asyncio.run(main())
try:
    with tracer.start_as_current_span("migrate"):
        raise SystemExit(3)
except SystemExit:
    pass
seen = {one.name: (one.status.status_code.name, [event.name for event in one.events]) for one in kept.get_finished_spans()}
for name, said in seen.items():
    print(name, *said)
quiet, loud = ("UNSET", []), ("ERROR", ["exception"])
assert seen == {"charge card": quiet, "checkout": loud, "refund": quiet, "notify": loud, "migrate": quiet}, seen
print("as stated")
P
PYTHONPATH=site python3 ask.py
