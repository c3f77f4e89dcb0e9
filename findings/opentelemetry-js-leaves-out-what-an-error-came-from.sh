#!/bin/sh
# What an error came from is in no event of OpenTelemetry's SDK for JavaScript, 2.12.1, and in no JSON of winston 3.19.0; Python's SDK has it.
#
# Seen, of new Error("job 7 failed", {cause: new Error("ledger has no leader")}) and of an AggregateError "2 shards failed" with two
# errors in it:
#   OpenTelemetry, recordException    exception.message and exception.stacktrace of the outer error alone, of both
#   winston, errors({stack: true})    the same; with `cause: true`, too, it writes "cause":{"code":"ELEDGER"} and none of its words
#   pino 10.4.0                       all of it: "caused by: Error: ledger has no leader", aggregateErrors
#   opentelemetry-sdk 1.45.2, Python  all of it, in exception.stacktrace
# `stack` is all that they read, and Node has the cause in it only where it prints an error itself.  So of one request through two
# services the trace has the deepest cause where it was Python, and the outermost words where it was Node.
# Needs npm, node 20 or newer, pip and python 3.11 or newer.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @opentelemetry/api@1.9.1 @opentelemetry/sdk-trace-base@2.12.1 winston@3.19.0 pino@10.4.0 \
    > /dev/null 2>&1
python3 -m pip install -q --target site opentelemetry-sdk==1.45.2 2> /dev/null
cat > ask.cjs << 'J'
const assert = require('node:assert');
const {Writable} = require('node:stream');
const {BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor} = require('@opentelemetry/sdk-trace-base');
const pino = require('pino');
const winston = require('winston');

const cause = Object.assign(new Error('ledger has no leader'), {code: 'ELEDGER'});
const error = new Error('job 7 failed', {cause});
const errors = new AggregateError([new Error('shard 3 is away'), new Error('shard 7 is full')], '2 shards failed');

function traced(one) {
  const exporter = new InMemorySpanExporter();
  const span = new BasicTracerProvider({spanProcessors: [new SimpleSpanProcessor(exporter)]}).getTracer('shop').startSpan('charge');
  span.recordException(one);
  span.end();
  return JSON.stringify(exporter.getFinishedSpans()[0].events[0].attributes);
}

function logged(by, one) {
  let text = '';
  const stream = new Writable({write: (chunk, _, done) => { text += chunk; done(); }});
  by(stream, one);
  return text;
}

const byWinston = (options) => (stream, one) => winston.createLogger({
  format: winston.format.combine(winston.format.errors(options), winston.format.json()),
  transports: [new winston.transports.Stream({stream})],
}).error(one);
const byPino = (stream, one) => pino(stream).error(one, 'request failed');

const WORDS = {error: ['ledger has no leader'], errors: ['shard 3 is away', 'shard 7 is full']};
const TOLD = { // whether the cause is told, and whether the errors of the other are
  OpenTelemetry: [traced, false, false],
  winston: [(one) => logged(byWinston({stack: true}), one), false, false],
  'winston, cause': [(one) => logged(byWinston({stack: true, cause: true}), one), false, false],
  pino: [(one) => logged(byPino, one), true, true],
};
for (const [name, [tell, hasCause, hasErrors]] of Object.entries(TOLD)) {
  const [one, all] = [tell(error), tell(errors)];
  console.log(name.padEnd(15), one.replace(/\\n.*?"/g, '…"').trim().slice(0, 110));
  assert(one.includes('job 7 failed') && all.includes('2 shards failed'), name);
  assert.equal(WORDS.error.every((word) => one.includes(word)), hasCause, `changed: ${name}, the cause`);
  assert.equal(WORDS.errors.every((word) => all.includes(word)), hasErrors, `changed: ${name}, the errors`);
}
assert.match(logged(byWinston({stack: true, cause: true}), error), /"cause":\{"code":"ELEDGER"\}/);
J
node ask.cjs
cat > ask.py << 'P'
from opentelemetry.sdk.trace import TracerProvider


def told(error):
    span = TracerProvider().get_tracer("shop").start_span("charge")
    try:
        raise error
    except Exception as one:
        span.record_exception(one)
    return span.events[0].attributes["exception.stacktrace"]


error = RuntimeError("job 7 failed")
error.__cause__ = ConnectionError("ledger has no leader")
assert "ConnectionError: ledger has no leader" in told(error)
errors = told(ExceptionGroup("2 shards failed", [ValueError("shard 3 is away"), OSError("shard 7 is full")]))
assert "shard 3 is away" in errors and "shard 7 is full" in errors
print("Python's SDK    tells all of it")
P
PYTHONPATH=site python3 ask.py
echo "as stated"
