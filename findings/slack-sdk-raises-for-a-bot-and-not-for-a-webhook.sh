#!/bin/sh
# slack_sdk 3.48.0: a message that Slack refuses raises where a bot sends it, and nothing where an incoming webhook does.
#
# Seen, of a server that answers as Slack does where the webhook was removed (404, no_service), the blocks are wrong (400,
# invalid_blocks) or too much was sent (429):
#   WebhookClient(url).send(text="the ledger has no leader")                  returns, whatever the status; nothing is logged
#   WebClient(token).chat_postMessage(channel=…, text=…), for {"ok": false}   raises SlackApiError
# Both are in one package and documented side by side; what is returned has status_code and body, which nobody looks at who
# wrote `send(…)` in the place of `chat_postMessage(…)`.  So an alert goes out with exit code 0, and to nobody; a 429 is not tried
# again.  Needs pip and python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site slack_sdk==3.48.0 2> /dev/null
cat > ask.py << 'P'
import io, logging, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

ANSWERS = {"/404": b"no_service", "/400": b"invalid_blocks", "/429": b"rate_limited"}
came = []


class Slack(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        came.append(self.path)
        told = ANSWERS.get(self.path, b'{"ok": false, "error": "channel_not_found"}')
        self.send_response(int(self.path[1:]) if self.path in ANSWERS else 200)
        if self.path == "/429":
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Slack)
threading.Thread(target=server.serve_forever, daemon=True).start()
at = f"http://127.0.0.1:{server.server_port}"
out = io.StringIO()
logging.basicConfig(stream=out)
for path, body in ANSWERS.items():
    answer = WebhookClient(at + path).send(text="the ledger has no leader")
    print("webhook", answer.status_code, answer.body)
    assert (str(answer.status_code), answer.body) == (path[1:], body.decode())
assert came == list(ANSWERS), "changed: one is tried again"
assert out.getvalue() == "", "changed: it is logged"
try:
    WebClient("xoxb-none", base_url=at + "/api/").chat_postMessage(channel="C1", text="the ledger has no leader")
    raise SystemExit("changed: the bot's client raises no more")
except SlackApiError as error:
    print("bot    ", " ".join(str(error).split()))
print("as stated")
P
PYTHONPATH=site python3 ask.py
