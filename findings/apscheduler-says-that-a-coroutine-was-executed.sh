#!/bin/sh
# APScheduler 3.11.3 (PyPI, CPython 3.11): an async function as a job of its BackgroundScheduler never runs, and each time the
# log says that it was executed successfully.
#
# Seen, of `async def close_day(): …` that would raise, in the log at INFO:
#   INFO apscheduler.executors.default Running job "close_day (trigger: date[…], next run at: …)" (scheduled at …)
#   INFO apscheduler.executors.default Job "close_day (trigger: date[…], next run at: …)" executed successfully
# EVENT_JOB_EXECUTED is told with the coroutine as its retval, EVENT_JOB_ERROR never.  The only trace of it is a warning of
# Python's on stderr ("coroutine 'close_day' was never awaited"), which is in no log.  The AsyncIOScheduler runs it, and tells
# that it raised; given `lambda: close_day()`, that one says "executed successfully" as well and runs nothing.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install APScheduler==3.11.3 > /dev/null 2>&1
cat > ask.py << 'P'
import asyncio, inspect, logging, sys, time

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.background import BackgroundScheduler

logging.basicConfig(filename=sys.argv[1], level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
ran, told = [], []


async def close_day():
    ran.append(1)
    raise ValueError("no tenant 7")


def noted(event):
    told.append((event.code == EVENT_JOB_ERROR, inspect.iscoroutine(event.retval)))


async def in_loop(job):
    scheduler = AsyncIOScheduler()
    scheduler.add_listener(noted, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    scheduler.add_job(job)
    scheduler.start()
    await asyncio.sleep(0.5)
    scheduler.shutdown()


if sys.argv[1] == "background":
    scheduler = BackgroundScheduler()
    scheduler.add_listener(noted, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
    scheduler.add_job(close_day)
    scheduler.start()
    time.sleep(0.5)
    scheduler.shutdown()
else:
    asyncio.run(in_loop(close_day if sys.argv[1] == "loop" else lambda: close_day()))
print(sys.argv[1], "ran:", bool(ran), "told (error, coroutine):", told)
P
for way in background loop lambda; do python/bin/python ask.py $way 2> $way.err | tee $way.out; done
grep -h 'executors' background | cut -c1-80
grep -qF 'background ran: False told (error, coroutine): [(False, True)]' background.out || { echo "changed: it runs, or fails"; exit 1; }
grep -qE '^INFO apscheduler.executors.default Job "close_day .*executed successfully$' background
if grep -qE 'WARN|ERROR|awaited' background; then echo "changed: the log says that something is wrong"; exit 1; fi
grep -q "RuntimeWarning: coroutine 'close_day' was never awaited" background.err
grep -qF 'loop ran: True told (error, coroutine): [(True, False)]' loop.out
grep -qE '^ERROR apscheduler.executors.default Job "close_day .*raised an exception' loop
grep -qF 'lambda ran: False told (error, coroutine): [(False, True)]' lambda.out || { echo "changed: of a lambda it runs"; exit 1; }
grep -qE 'lambda.*executed successfully$' lambda
echo "as stated"
