#!/bin/sh
# luigi 3.8.1 ends with 0 where a task raised, where what a task needs is not there, and where the task that was asked for did not run.
#
# Seen, of `luigi --module orders … --local-scheduler; echo $?`:
#   Charge, whose run() raises     * 1 failed: - 1 Charge() … This progress looks :( because there were failed tasks     0
#   Needs, whose input is missing  Did not run any tasks … :| because there were missing external dependencies          0
# Every code of luigi's section [retcode] is 0 until somebody sets it, so a job of Kubernetes is complete, a pipeline is green, and
# `luigi … && publish` publishes.  With [retcode] task_failed=1 the first ends with 1.
# Needs pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site luigi==3.8.1 2> /dev/null
cat > orders.py << 'P'
import luigi


class Charge(luigi.Task):
    def run(self):
        raise RuntimeError("ledger has no leader")


class Export(luigi.ExternalTask):
    def output(self):
        return luigi.LocalTarget("/nonexistent/orders.csv")


class Needs(luigi.Task):
    def requires(self):
        return Export()
P
export PYTHONPATH="site:."
run() {
    code=0
    python3 -m luigi --module orders "$1" --local-scheduler > out 2>&1 || code=$?
    echo "$1 $code: $(grep 'This progress looks' out)"
}
run Charge
[ "$code" = 0 ] && grep -q 'RuntimeError: ledger has no leader' out && grep -q '1 failed' out
run Needs
[ "$code" = 0 ] && grep -q 'Did not run any tasks' out
printf '[retcode]\ntask_failed=1\n' > luigi.cfg
run Charge
[ "$code" = 1 ]
echo "as stated"
