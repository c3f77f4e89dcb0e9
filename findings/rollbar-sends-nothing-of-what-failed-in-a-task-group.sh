#!/bin/sh
# rollbar 1.5.0 and elastic-apm 6.26.2 (PyPI, CPython 3.11) send of an asyncio.TaskGroup that failed its own sentence, and none of
# what failed; the notes of an error neither of them sends.  sentry-sdk 2.75.0 and bugsnag 4.9.2 send each with its class and words.
#
# Seen, of a group in which ValueError("no tenant 4711") and ConnectionError("ledger-7 is away") were raised, as class: message of
# all exceptions that were sent:
#   rollbar      ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
#   elastic-apm  ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
#   sentry       ExceptionGroup: unhandled errors in a TaskGroup, ValueError: no tenant 4711, ConnectionError: ledger-7 is away
#   bugsnag      ExceptionGroup: … (2 sub-exceptions), ValueError: no tenant 4711, ConnectionError: ledger-7 is away
# asyncio, anyio and trio say the same sentence of any group, so there all faults of a program become one item, which was seen
# before.  (elastic-apm has their repr() among the local variables of asyncio's frames, where no search and no grouping looks.)
# The cause of a plain exception (raise … from …) all four send.
# Needs pip and python3.  Nothing leaves the machine.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install rollbar==1.5.0 elastic-apm==6.26.2 sentry-sdk==2.75.0 bugsnag==4.9.2 > /dev/null 2>&1
cat > ask.py << 'P'
import asyncio, json, logging, sys

import bugsnag
import elasticapm
import rollbar
import sentry_sdk
from sentry_sdk.transport import Transport

logging.disable(logging.CRITICAL)
sent = {}


class Sentry(Transport):
    def capture_envelope(self, envelope):
        sent["sentry"] = envelope.items[0].payload.json


class Bugsnag:
    def deliver(self, config, payload, options=None):
        sent["bugsnag"] = json.loads(payload)

    def deliver_sessions(self, *given, **more):
        pass


class Elastic(elasticapm.Client):
    def queue(self, kind, data, flush=False):
        sent["elastic-apm"] = data


sentry_sdk.init("http://a@127.0.0.1:1/1", transport=Sentry, default_integrations=False)
bugsnag.configure(api_key="a" * 32, delivery=Bugsnag(), asynchronous=False, auto_capture_sessions=False)
rollbar.init("a" * 32, "production", handler="blocking")
rollbar.send_payload = lambda payload, token: sent.update(rollbar=payload)
elastic = Elastic(service_name="shop", disable_send=True, central_config=False, metrics_interval="0ms", cloud_provider=False)


def links(error):
    said = f"{error['type']}: {error['message'].removeprefix(error['type'] + ': ')}"
    return [said, *(one for cause in error.get("cause") or [] for one in links(cause))]


READ = {
    "rollbar": lambda one: [
        f"{trace['exception']['class']}: {trace['exception']['message']}"
        for body in [one["data"]["body"]]
        for trace in body.get("trace_chain") or [body["trace"]]
    ],
    "elastic-apm": lambda one: links(one["exception"]),
    "sentry": lambda one: [f"{error['type']}: {error['value']}" for error in reversed(one["exception"]["values"])],
    "bugsnag": lambda one: [f"{error['errorClass']}: {error['message']}" for error in one["events"][0]["exceptions"]],
}


async def fails(error):
    raise error


async def group():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fails(ValueError("no tenant 4711")))
        tasks.create_task(fails(ConnectionError("ledger-7 is away")))


async def chain():
    try:
        await fails(ConnectionError("ledger-7 is away"))
    except ConnectionError as error:
        raised = RuntimeError("cannot book")
        raised.add_note(" ".join(["while", "closing", "day", "12"]))
        raise raised from error


def told(work):
    try:
        asyncio.run(work())
    except Exception as error:
        sentry_sdk.capture_exception(error)
        bugsnag.notify(error)
        rollbar.report_exc_info(sys.exc_info())
        elastic.capture_exception()
    return {name: " | ".join(read(sent[name])) for name, read in READ.items()}, dict(sent)


of_group, _ = told(group)
for name, said in of_group.items():
    print(name, "->", said)
    each = "no tenant 4711" in said and "ledger-7 is away" in said
    assert "unhandled errors in a TaskGroup" in said
    assert each == (name in ("sentry", "bugsnag")), f"changed: {name}"
of_chain, whole = told(chain)
for name, said in of_chain.items():
    print(name, "->", said)
    assert "cannot book" in said and "ledger-7 is away" in said, f"changed: {name} leaves the cause out"
    assert ("while closing day 12" in json.dumps(whole[name], default=str)) == (name in ("sentry", "bugsnag")), f"changed: {name}, of notes"
print("as stated")
P
python/bin/python ask.py
