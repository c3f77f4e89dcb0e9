#!/bin/sh
# prefect 3.9.1: a flow that submits a task, waits for it and sees it fail is Completed, and its process ends with 0.
#
# Seen, of a flow with future = charge.submit() and then one of these, where charge raises RuntimeError("ledger has no leader"):
#   future.wait()          ERROR … Task run 'charge-…' - Finished in state Failed(…)
#                          INFO … Flow run '…' - Finished in state Completed()           status 0
#   charge.map([1, 2, 3]).wait(), of which the second fails                              the same
#   future.result()        ERROR … Flow run '…' - Finished in state Failed(…)            status 1
# wait() waits and raises nothing, and a flow is what it returns, not what its tasks came to.  An automation or a page on failed flows
# never hears of it; the runs of its tasks have it.  Needs pip and python 3.10 or newer; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install prefect==3.9.1 > /dev/null 2>&1
export PREFECT_HOME="$work/home" DO_NOT_TRACK=1 PREFECT_SERVER_ANALYTICS_ENABLED=false
cat > orders.py << 'P'
import sys

from prefect import flow, task


@task
def charge(order=2):
    if order == 2:
        raise RuntimeError("ledger has no leader")


@flow
def orders(how):
    if how == "map":
        charge.map([1, 2, 3]).wait()
    elif how == "wait":
        charge.submit().wait()
    else:
        charge.submit().result()


orders(sys.argv[1])
P
run() { # how, status, state of the flow
    code=0
    python/bin/python orders.py "$1" > out 2>&1 || code=$?
    grep -oE "(ERROR|INFO) .*(Flow|Task) run '[a-z0-9-]+' - Finished in state (Completed|Failed)" out
    echo "$1: status $code"
    grep -qE "Task run '[a-z0-9-]+' - Finished in state Failed" out
    grep -qE "Flow run '[a-z0-9-]+' - Finished in state $3" out
    [ "$code" = "$2" ]
}
run wait 0 Completed
run map 0 Completed
run result 1 Failed
echo "as stated"
