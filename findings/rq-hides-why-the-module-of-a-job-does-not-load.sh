#!/bin/sh
# rq 3.0.0: where the module of a job cannot be loaded, the worker says that the name of the job is invalid, and nowhere why.
#
# Seen, of a job `shop.charge` whose module is there and begins with `import ledger_client`, a package that is not installed:
#   KeyError: 'shop.charge'
#   During handling of the above exception, another exception occurred:
#   ValueError: Invalid attribute name: shop.charge
# Neither the log nor what is kept of the failed job holds ModuleNotFoundError or the name of the package.  Of a function that
# a loaded module does not have it says: AttributeError: module 'orders' has no attribute ''.
# And a job that depends on one that failed is never run: it stays "deferred", and no line of the log names it.
# Needs pip and python3; redis is fakeredis, on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install rq==3.0.0 "fakeredis[lua]==2.41.0" > /dev/null 2>&1
echo 'import ledger_client
def charge(): pass' > shop.py
echo 'def book(): pass' > orders.py
cat > work.py << 'P'
import logging

from fakeredis import FakeStrictRedis
from rq import Queue, SimpleWorker

logging.basicConfig(filename="log", level=logging.INFO)
redis = FakeStrictRedis()
queue = Queue(connection=redis)
jobs = [queue.enqueue("shop.charge"), queue.enqueue("orders.cancel")]
after = queue.enqueue("orders.book", depends_on=jobs[0])
SimpleWorker([queue], connection=redis).work(burst=True)
told = open("log").read() + "".join(job.latest_result().exc_string for job in jobs)
print("\n".join(line for line in told.splitlines() if "Error: " in line))
assert "KeyError: 'shop.charge'" in told and "ValueError: Invalid attribute name: shop.charge" in told
assert "AttributeError: module 'orders' has no attribute ''" in told
assert "ModuleNotFound" not in told and "ledger_client" not in told, "changed: it says what is missing"
assert after.id not in told, "changed: the log tells of the job that waits"
assert after.get_status() == "deferred", "changed: it is run, or said to have failed"
print("as stated")
P
PYTHONPATH=. python/bin/python work.py
