#!/bin/sh
# tslog 5.1.0 takes the method cause() of VError (1.10.1) for the cause: it writes the code of that method as the message of an
# error, with a stack through tslog itself, and of the real cause nothing; consola 3.4.2 writes [Function: we_cause].
#
# Seen, of new VError(new Error("ledger has no leader"), "cannot renew the lease") made a WError "job failed":
#   tslog (json)            "cause":{"name":"Error","message":"function we_cause(c)\n{\n\tif (mod_isError(c))…
#                           "stack":[{"fullFilePath":"…/tslog/esm/internal/errorUtils.js:52:19"…
#   consola (fancy: false)  [cause]: [Function: we_cause]
#   pino 10.4.0             caused by: LeaseError: cannot renew the lease: ledger has no leader
# VError is older than `cause` of ECMAScript 2022 and has it as a method; the line that a person takes for the root is code of a
# library, the same for every error.  Needs node 20 or newer, npm.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts tslog@5.1.0 consola@3.4.2 pino@10.4.0 verror@1.10.1 > /dev/null
cat > ask.js << 'J'
const { VError, WError } = require('verror');
const pino = require('pino');
const { createConsola } = require('consola');
const { Logger } = require('tslog');
const cause = new VError({ cause: new Error('ledger has no leader'), name: 'LeaseError' }, 'cannot renew the lease');
const error = new WError(cause, 'job failed');
const to = {
  tslog: () => new Logger({ type: 'json' }).error('job failed', error),
  consola: () => createConsola({ fancy: false, stdout: process.stdout, stderr: process.stdout }).error(error),
  pino: () => pino(pino.destination({ sync: true })).error(error, 'job failed'),
};
to[process.argv[2]]();
J
for logger in tslog consola pino; do node ask.js $logger > $logger.said; done
node -p 'const { cause } = JSON.parse(require("fs").readFileSync("tslog.said")).error; JSON.stringify([cause.message, cause.stack[0].fullFilePath])' | tee cause
grep '\[cause\]' consola.said
grep -o 'caused by: LeaseError: [a-z :]*' pino.said
grep -qF '["function we_cause(c)\n{\n\tif (mod_isError(c))' cause
grep -q 'tslog/esm/internal/errorUtils.js' cause
grep -qF '[cause]: [Function: we_cause]' consola.said
grep -q 'caused by: LeaseError: cannot renew the lease: ledger has no leader' pino.said
for logger in tslog consola; do
    if grep -q "no leader" $logger.said; then echo "changed: $logger tells the cause"; exit 1; fi
done
echo "as stated"
