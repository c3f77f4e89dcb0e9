#!/bin/sh
# Elastic's ecs-logging 2.3.0 writes the last link of an exception alone: cause, notes and errors of a group are in no field.
#
# Seen, of a RuntimeError raised from a ConnectionError, logged with log.exception("request failed"):
#   "error":{"message":"job 7 failed","stack_trace":"  File \"ask.py\", line …","type":"RuntimeError"}
# "ledger has no leader", the words of the cause, stand nowhere, not even in stack_trace, which is the frames of the last
# exception without its head and its words.  Of an ExceptionGroup there is "2 shards failed (2 sub-exceptions)" and
# neither of the two.  The formatter of the standard library, and python-json-logger 4.2.0, write all of them.
# Needs pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site ecs-logging==2.3.0 python-json-logger==4.2.0 2> /dev/null
cat > ask.py << 'P'
import io, json, logging

import ecs_logging
from pythonjsonlogger.json import JsonFormatter


def chain():
    try:
        raise ConnectionError("ledger has no leader")
    except ConnectionError as error:
        raise RuntimeError("job 7 failed") from error


def group():
    raise ExceptionGroup("2 shards failed", [ValueError("shard 3 is away"), OSError("shard 7 is full")])


def noted():
    error = RuntimeError("job 7 failed")
    error.add_note("the third time since noon")
    raise error


def said(formatter, fail):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    log = logging.Logger("orders")
    log.addHandler(handler)
    try:
        fail()
    except Exception:
        log.exception("request failed")
    return out.getvalue()


WORDS = {
    chain: ["ConnectionError: ledger has no leader"],
    group: ["ValueError: shard 3 is away", "OSError: shard 7 is full"],
    noted: ["third time since noon"],
}
for fail, words in WORDS.items():
    ecs, others = said(ecs_logging.StdlibFormatter(), fail), [said(JsonFormatter(), fail), said(logging.Formatter(), fail)]
    print(fail.__name__, json.loads(ecs)["error"])
    assert not any(word in ecs for word in words), "changed: the words are there"
    assert all(word in other for word in words for other in others), others
assert json.loads(ecs)["error"]["stack_trace"].startswith("  File "), "changed: the stack has its head"
print("as stated")
P
PYTHONPATH=site python3 ask.py
