#!/bin/sh
# celery 5.7.0: of a task whose process is killed, as by the kernel for its memory, the worker's log names neither task nor id.
#
# Seen, of shop.charge, which kills itself with SIGKILL, in order:
#   INFO/MainProcess] Task shop.charge[0925c239-…] received
#   ERROR/MainProcess] Process 'ForkPoolWorker-1' pid:13902 exited with 'signal 9 (SIGKILL)'
#   ERROR/MainProcess] Task handler raised error: WorkerLostError('Worker exited prematurely: signal 9 (SIGKILL) Job: 0.')
# "Job: 0" counts the jobs of the pool and stands in no other line.  The last line is written ten seconds after the first
# (lost_worker_timeout of billiard), so it stands among other tasks; which one died is told only by no line that it ended.
# Of a task that raises, and of one that takes too long, name and id are told:
#   ERROR/ForkPoolWorker-1] Task shop.refund[…] raised unexpected: ValueError('no tenant 9')
#   ERROR/MainProcess] Hard time limit (1s) exceeded for shop.wait[…]
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install celery==5.7.0 > /dev/null 2>&1
mkdir queue control
cat > shop.py << 'P'
import os, time

from celery import Celery

app = Celery("shop", broker="filesystem://")
app.conf.broker_transport_options = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}


@app.task(name="shop.charge")
def charge(): os.kill(os.getpid(), 9)


@app.task(name="shop.refund")
def refund(): raise ValueError("no tenant 9")


@app.task(name="shop.wait", time_limit=1)
def wait(): time.sleep(60)
P
cat > ask.py << 'P'
import time
import shop

for task in (shop.refund, shop.wait):
    task.delay()
time.sleep(8)
print(shop.charge.delay().id)
P
PYTHONPATH=. timeout 45 python/bin/celery -A shop worker -c 1 -l info --logfile=log > /dev/null 2>&1 &
worker=$!
PYTHONPATH=. python/bin/python ask.py > id
for _ in $(seq 30); do grep -q 'WorkerLostError(' log && break; sleep 1; done
kill $worker 2> /dev/null || true
wait $worker || true
grep -E '^\[.*(shop\.|raised error|exited with)' log | cut -d: -f3- | cut -c1-160
grep -q "ERROR/.*Task shop.refund\[.*\] raised unexpected: ValueError('no tenant 9')" log
grep -q 'ERROR/MainProcess\] Hard time limit (1s) exceeded for shop.wait\[' log
grep -q "ERROR/MainProcess\] Task handler raised error: WorkerLostError('Worker exited prematurely: signal 9 (SIGKILL) Job: " log
[ "$(grep -cE "shop\.charge\[" log)" = 1 ] || { echo "changed: it is named"; exit 1; }
[ "$(grep -c "$(cat id)" log)" = 1 ] || { echo "changed: its id is told"; exit 1; }
echo "as stated"
