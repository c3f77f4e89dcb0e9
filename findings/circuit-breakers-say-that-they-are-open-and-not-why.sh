#!/bin/sh
# pybreaker 1.4.1, aiobreaker 1.2.0, opossum 10.0.0 and cockatiel 4.0.0: what a circuit breaker refuses is told without the reason, and
# without the name that it was given; circuitbreaker 2.1.3 tells both.
#
# Seen, of a breaker called ledger that opens after two ConnectionErrors "no route to ledger-7", of each call after that:
#   pybreaker       Timeout not elapsed yet, circuit breaker still open
#   aiobreaker      ('Timeout not elapsed yet, circuit breaker still open', datetime.datetime(2026, 12, 1, …))
#   opossum         Breaker is open
#   cockatiel       Execution prevented because the circuit breaker is open
#   circuitbreaker  Circuit "ledger" OPEN until … (2 failures, 30 sec remaining) (last_failure: ConnectionError('no route to ledger-7'))
# None of the four has a cause, either.  The reason is in the log of two calls, and in none of the thousands that follow until the
# breaker closes; with two breakers in a service nobody can say which of what it needs is away.  (circuitbreaker's repr is
# CircuitBreakerError(): only its str has it.)
# Needs node 20 or newer, npm, pip and python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site pybreaker==1.4.1 aiobreaker==1.2.0 circuitbreaker==2.1.3 2> /dev/null
echo '{"type": "module"}' > package.json
npm install --silent --no-audit --no-fund opossum@10.0.0 cockatiel@4.0.0 > /dev/null 2>&1
cat > ask.py << 'P'
import aiobreaker, circuitbreaker, pybreaker

REASON = "no route to ledger-7"


def charge():
    raise ConnectionError(REASON)


def refused(call):
    """The third failure: the second opens the breaker."""
    for _ in range(3):
        try:
            call(charge)
        except Exception as error:
            last = error
    print(type(last).__module__, str(last))
    return last


for error in (
    refused(pybreaker.CircuitBreaker(fail_max=2, name="ledger").call),
    refused(aiobreaker.CircuitBreaker(fail_max=2, name="ledger").call),
):
    assert "still open" in str(error)
    assert REASON not in str(error) and "ledger" not in str(error), "changed: it is told"
    assert error.__cause__ is None and error.__context__ is None, "changed: it has a cause"
guarded = circuitbreaker.circuit(failure_threshold=2, name="ledger")(charge)
told = refused(lambda _: guarded())
assert REASON in str(told) and '"ledger"' in str(told) and repr(told) == "CircuitBreakerError()"
P
cat > ask.js << 'J'
import { inspect } from "node:util";
import { circuitBreaker, ConsecutiveBreaker, handleAll } from "cockatiel";
import CircuitBreaker from "opossum";

const expect = (held, words) => { if (!held) { console.log("changed:", words); process.exit(1); } };
async function charge() { throw new Error("no route to ledger-7"); }

async function refused(call, name, words) {
  let last;
  for (let i = 0; i < 3; i++) last = await call().catch((error) => error);
  console.log(name, last.message);
  expect(last.message === words && last.cause === undefined, name);
  expect(!inspect(last).split("\n    at ")[0].includes("ledger"), `${name} tells why`);
}

const opossum = new CircuitBreaker(charge, { name: "ledger", volumeThreshold: 2, errorThresholdPercentage: 1 });
await refused(() => opossum.fire(), "opossum", "Breaker is open");
const cockatiel = circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(2) });
await refused(() => cockatiel.execute(charge), "cockatiel", "Execution prevented because the circuit breaker is open");
console.log("as stated");
process.exit(0);
J
PYTHONPATH=site python3 ask.py
node ask.js
