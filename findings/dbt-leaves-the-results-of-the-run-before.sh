#!/bin/sh
# dbt-core 1.10.23: after a run that fails before its first model, target/run_results.json says success: it is that of the run before.
#
# Seen, of `dbt run`, then of another after a model with ref('gone') was added:
#   first    status 0    run_results.json: model.shop.orders success
#   second   status 2    Compilation Error  Model 'model.shop.bad' … depends on a node named 'gone' which was not found
#                        run_results.json: model.shop.orders success, with the time of the first run
# Whatever reads the file after the run, such as a step that uploads it for a dashboard, reads that all is well.  Only its
# generated_at and invocation_id tell.  And a name that is misspelled is no error: `dbt run --select odrers` says "does not match
# any enabled nodes", "Nothing to do", and ends with 0.  Needs pip and python 3.11 to 3.13.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv python
python/bin/pip -q install dbt-core==1.10.23 dbt-duckdb==1.10.1 > /dev/null 2>&1
export DBT_PROFILES_DIR=. DBT_SEND_ANONYMOUS_USAGE_STATS=false
printf 'name: shop\nversion: "1.0"\nprofile: shop\n' > dbt_project.yml
printf 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.db}}}\n' > profiles.yml
mkdir models
echo "select 7 as id" > models/orders.sql
run() {
    code=0
    python/bin/dbt --no-use-colors run "$@" > out 2>&1 || code=$?
    results=$(python3 -c 'import json
told = json.load(open("target/run_results.json"))
print(*(one["unique_id"] + " " + one["status"] for one in told["results"]), told["metadata"]["generated_at"])')
    echo "status $code, $results"
}
run
[ "$code" = 0 ]
before=$results
echo "select * from {{ ref('gone') }}" > models/bad.sql
run
[ "$code" = 2 ]
grep "depends on a node named 'gone'" out
[ "$results" = "$before" ]
case "$results" in "model.shop.orders success "*) ;; *) exit 1 ;; esac
rm models/bad.sql
run --select odrers
[ "$code" = 0 ]
grep "does not match any enabled nodes" out
echo "as stated"
