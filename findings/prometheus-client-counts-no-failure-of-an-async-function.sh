#!/bin/sh
# prometheus_client 0.26.0 (PyPI, CPython 3.11): on an async function its decorators count no failure, no time and no call under way.
#
# Seen, of two calls at once of an async function that waits .3 s and raises, with count_exceptions(), time() and
# track_inprogress() on it, and of the same without async:
#   async charge_failures_total 0.0   charge_seconds_count 2.0   charge_seconds_sum 0.00008   under way meanwhile: 0, 0
#   plain charge_failures_total 2.0   charge_seconds_count 2.0   charge_seconds_sum 0.6       under way meanwhile: 1, 1
# What is measured is the making of the coroutine.  Nothing is said when it is decorated: the count of calls is right, so an
# alert on failures or on slowness is never fired, and a board shows a service that answers at once.  As a context manager
# within the function (`with FAILURES.count_exceptions():`) the same counter counts them.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install prometheus_client==0.26.0 > /dev/null 2>&1
cat > ask.py << 'P'
import asyncio, time

from prometheus_client import CollectorRegistry, Counter, Gauge, Summary


def measured(name):
    registry = CollectorRegistry()
    failures, seconds = Counter("charge_failures", "-", registry=registry), Summary("charge_seconds", "-", registry=registry)
    charging = Gauge("charging", "-", registry=registry)
    under_way = []

    def noted():
        under_way.append(registry.get_sample_value("charging"))

    def all_of(function):
        return failures.count_exceptions()(seconds.time()(charging.track_inprogress()(function)))

    def told():
        found = {key: registry.get_sample_value(f"charge_{key}") for key in ("failures_total", "seconds_count", "seconds_sum")}
        print(name, found, "under way meanwhile:", under_way)
        return found, under_way

    return failures, all_of, noted, told


_, all_of, noted, told = measured("plain")


@all_of
def charge():
    noted()
    time.sleep(0.3)
    raise ValueError("no tenant 7")


for _ in range(2):
    try:
        charge()
    except ValueError:
        pass
plain, during = told()
assert plain["failures_total"] == 2 and plain["seconds_sum"] >= 0.6 and during == [1, 1]

counter, all_of, noted, told = measured("async")


@all_of
async def charge_async():
    noted()
    await asyncio.sleep(0.3)
    raise ValueError("no tenant 7")


async def both():
    return await asyncio.gather(charge_async(), charge_async(), return_exceptions=True)


raised = asyncio.run(both())
assert [type(one) for one in raised] == [ValueError, ValueError]
found, during = told()
assert found["seconds_count"] == 2, "changed: calls are not counted"
assert found["failures_total"] == 0, "changed: failures are counted"
assert found["seconds_sum"] < 0.1, "changed: the time is measured"
assert during == [0, 0], "changed: calls under way are counted"


async def within():
    with counter.count_exceptions():
        await charge_async()


try:
    asyncio.run(within())
except ValueError:
    pass
assert told()[0]["failures_total"] == 1, "changed: a context manager does not count"
print("as stated")
P
python/bin/python ask.py
