#!/bin/sh
# ioredis 6.0.0: where no server can be reached, a command fails without the reason, the address and the command.
#
# Seen, of get("order:7") with nothing behind the port, after as many tries as maxRetriesPerRequest says (20):
#   MaxRetriesPerRequestError: Reached the max retries per request limit (which is 20). Refer to "maxRetriesPerRequest" option
#   for details.
# It has no cause, no fields and no frame of the caller: whether the connection was refused or was closed by a server that answers nothing, it is the
# same text.  "connect ECONNREFUSED 127.0.0.1:…" goes to the event "error" alone; a program that listens to it, so that
# ioredis does not print it as unhandled, must write it down itself.
# Needs npm and node 20 or newer; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"type": "module"}' > package.json
npm install --silent --no-audit --no-fund ioredis@6.0.0 > /dev/null 2>&1
cat > ask.js << 'J'
import net from "node:net";
import { inspect } from "node:util";
import Redis from "ioredis";

// One port that refuses, and one that closes each connection without an answer.
const refusing = net.createServer();
await new Promise((done) => refusing.listen(0, "127.0.0.1", done));
const port = refusing.address().port;
await new Promise((done) => refusing.close(done));
const closing = net.createServer((socket) => socket.once("data", () => socket.destroy()));
await new Promise((done) => closing.listen(0, "127.0.0.1", done));

async function said(port) {
  const events = [];
  const redis = new Redis({ host: "127.0.0.1", port, maxRetriesPerRequest: 1 });
  redis.on("error", (error) => events.push(error.message));
  const error = await redis.get("order:7").catch((error) => error);
  redis.disconnect();
  return { text: inspect(error).split("\n    at ")[0], whole: inspect(error), events };
}
const refused = await said(port), closed = await said(closing.address().port);
console.log(refused, closed);
const expect = (held, words) => { if (!held) { console.log("changed:", words); process.exit(1); } };
expect(refused.text.startsWith("MaxRetriesPerRequestError: Reached the max retries per request limit (which is 1)."), "another text");
expect(refused.text === closed.text, "the two are told apart");
expect(!/ECONNREFUSED|order:7|cause/.test(refused.whole), "the reason is there");
expect(refused.events.every((event) => event.includes("ECONNREFUSED")) && refused.events.length > 0, "another event");
console.log("as stated");
process.exit(0);
J
node ask.js
