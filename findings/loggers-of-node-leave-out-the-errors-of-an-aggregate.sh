#!/bin/sh
# winston, consola, tslog and Elastic's formatter of pino write of an AggregateError that all failed, and none of what failed.
#
# Seen, of a Promise.any whose two promises were rejected with "shard east has no leader" and "shard west is read-only":
#   winston 3.19.0 (format.errors({stack: true, cause: true}))  "stack":"AggregateError: All promises were rejected"
#   consola 3.4.2 (fancy: false)                                [error] All promises were rejected
#   tslog 5.1.0 (type: json)        "error":{"name":"AggregateError","message":"All promises were rejected","stack":[]}
#   @elastic/ecs-pino-format 1.5.0  "error":{"type":"AggregateError",…,"stack_trace":"AggregateError: All promises were rejected"}
#   pino 10.4.0, node's console     both of them
# An AggregateError of Promise.any has no stack either, so nothing in the record tells what failed, or where.  The same error in
# pino loses its errors once Elastic's format is set.  winston's `cause: true` writes "cause":{} of an error that has one.
# Needs node 20 or newer, npm, python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts winston@3.19.0 consola@3.4.2 tslog@5.1.0 pino@10.4.0 \
    @elastic/ecs-pino-format@1.5.0 > /dev/null
cat > ask.js << 'J'
const winston = require('winston');
const pino = require('pino');
const { ecsFormat } = require('@elastic/ecs-pino-format');
const { createConsola } = require('consola');
const { Logger } = require('tslog');
const format = winston.format.combine(winston.format.errors({ stack: true, cause: true }), winston.format.json());
const log = winston.createLogger({ format, transports: [new winston.transports.Console()] });
const failed = () => Promise.any(['shard east has no leader', 'shard west is read-only'].map((why) => Promise.reject(new Error(why))));
const to = {
  winston: (error) => log.error(error),
  winstonCause: () => log.error(new Error('job failed', { cause: new Error('shard east has no leader') })),
  consola: (error) => createConsola({ fancy: false, stdout: process.stdout, stderr: process.stdout }).error(error),
  tslog: (error) => new Logger({ type: 'json' }).error('job failed', error),
  ecs: (error) => pino(ecsFormat(), pino.destination({ sync: true })).error(error, 'job failed'),
  pino: (error) => pino(pino.destination({ sync: true })).error(error, 'job failed'),
  console: (error) => console.log(error),
};
failed().catch((error) => to[process.argv[2]](error));
J
for logger in winston consola tslog ecs pino console winstonCause; do
    node ask.js $logger > $logger.said 2>&1
    printf '%-12s ' $logger
    head -n 1 $logger.said | cut -c1-150
done
for logger in winston consola tslog ecs; do
    grep -q 'All promises were rejected' $logger.said
    if grep -q 'shard' $logger.said; then echo "changed: $logger tells what failed"; exit 1; fi
done
for logger in pino console; do
    grep -q 'shard east has no leader' $logger.said
    grep -q 'shard west is read-only' $logger.said
done
grep -q '"cause":{}' winstonCause.said
if grep -q 'shard' winstonCause.said; then echo "changed: winston tells the cause"; exit 1; fi
echo "as stated"
