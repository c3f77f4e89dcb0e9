#!/bin/sh
# apache-airflow 3.3.2: `airflow tasks test` of a task that raises ends with 0; and the callback of its run is told no exception.
#
# Seen, of a task that raises RuntimeError("ledger has no leader"):
#   airflow tasks test orders charge    … new_state=failed …            status 0
#   airflow dags test orders            … state=failed … DagRun failed  status 1
#   on_failure_callback of the task     context["exception"] is the RuntimeError
#   on_failure_callback of the DAG      no "exception" in the context; reason is "task_failure", ti the task that failed
# So a script that tries a task by `airflow tasks test … && …` goes on, and a message of a DAG's callback with {{ exception }}
# in it says that something failed, and nothing of what.  Needs pip and python 3.10 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install apache-airflow==3.3.2 > /dev/null 2>&1
mkdir dags
cat > dags/orders.py << 'P'
import datetime, os

from airflow.sdk import dag, task


def told(by):
    def tell(context):
        with open(os.environ["TOLD"], "a") as file:
            print(by, "exception" in context, repr(context.get("exception")), context.get("reason"), file=file)

    return tell


@dag(schedule=None, start_date=datetime.datetime(2026, 11, 1), on_failure_callback=told("dag"))
def orders():
    @task(on_failure_callback=told("task"))
    def charge():
        raise RuntimeError("ledger has no leader")

    charge()


orders()
P
export AIRFLOW_HOME="$work" AIRFLOW__CORE__DAGS_FOLDER="$work/dags" AIRFLOW__CORE__LOAD_EXAMPLES=False TOLD="$work/told"
python/bin/airflow db migrate > /dev/null 2>&1
run() {
    code=0
    rm -f told
    python/bin/airflow "$@" > out 2>&1 || code=$?
    grep -q 'RuntimeError: ledger has no leader' out
    echo "airflow $*: $code"
}
run dags test orders
[ "$code" = 1 ]
cat told
grep -q "^task True RuntimeError('ledger has no leader')" told
grep -q '^dag False None task_failure' told
run tasks test orders charge
[ "$code" = 0 ]
grep -q 'new_state=failed' out
echo "as stated"
