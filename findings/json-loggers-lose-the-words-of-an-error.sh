#!/bin/sh
# The same error, given to winston, pino and bunyan as their texts are given, is in none of their JSON: its words are gone.
#
# Seen: winston 3.19.0  log.error(error)                    {"code":"ELEDGER","level":"error"}
#       winston 3.19.0  log.error('job failed', {error})    {"error":{"code":"ELEDGER"},"level":"error","message":"job failed"}
#       pino 10.4.0     log.error({error}, 'job failed')    "error":{"code":"ELEDGER"},"msg":"job failed"
#       pino 10.4.0     log.error('job failed', error)      "msg":"job failed"
#       bunyan 2.0.5    log.error({error}, 'job failed')    "error":{"code":"ELEDGER"},"msg":"job failed"
# Message and stack of an Error are no enumerable fields, and only `err` (pino, bunyan) or format.errors (winston, at the
# top alone) reads them: a record of level error may hold a code and not one word.  winston's
# log.error('job failed', error) keeps them, and glues both texts to one message.  It also writes into the error that it
# is given: after log.warn(error) the error has `level: 'warn'`, which the crash that it ends in then prints.
# Needs node 18 or newer, npm, python3.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts winston@3.19.0 pino@10.4.0 bunyan@2.0.5 > /dev/null
cat > ask.js << 'J'
const error = () => Object.assign(new Error('ledger has no leader'), { code: 'ELEDGER' });
const winston = require('winston');
const one = winston.createLogger({ format: winston.format.json(), transports: [new winston.transports.Console()] });
one.error(error());
one.error('job failed', { error: error() });
one.error('job failed', error());
const two = require('pino')(require('pino').destination({ sync: true }));
two.error({ error: error() }, 'job failed');
two.error('job failed', error());
two.error(error(), 'job failed');
const three = require('bunyan').createLogger({ name: 'orders' });
three.error({ error: error() }, 'job failed');
const kept = error();
one.warn(kept);
console.log(JSON.stringify({ left: kept.level }));
J
node ask.js > said.log
cut -c1-150 said.log
python3 - << 'P'
import json
said = [json.loads(line) for line in open("said.log")]
keys = [{key: one[key] for key in ("code", "error", "err", "message", "msg") if key in one} for one in said]
lost = {"code": "ELEDGER"}
told = [one for one in keys if "no leader" in json.dumps(one)]
assert {"code": "ELEDGER"} in keys, keys
assert keys.count({"error": lost, "msg": "job failed"}) == 2, keys
assert {"error": lost, "message": "job failed"} in keys, keys
assert {"msg": "job failed"} in keys, keys
assert {"left": "warn"} in said, said[-1]
assert len(told) == 2 and {"job failed ledger has no leader"} <= {one.get("message") for one in told}, told
print("as stated")
P
