#!/bin/sh
# apprise 2.3.0: of an information, or of a recovery with another title, it sends Opsgenie nothing, and says that it was sent.
#
# Seen, of one apprise.Apprise with opsgenie://…, what notify(title=…, notify_type=…) returned, and what was asked of the server:
#   failure  "orders is down"         SUCCESS    POST /v2/alerts
#   info     "failover at 12:00"      SUCCESS    nothing
#   success  "orders is up again"     SUCCESS    nothing
#   success  "orders is down"         SUCCESS    POST /v2/alerts/…/close
# A success closes the alerts of its own title that this process opened (the command line keeps them on disk), an information is a
# note on them; where there are none the plugin writes one line at INFO ("nothing to map") and returns as after a delivery.  The
# recovery of an alert often has another title, and comes from another process after a deployment: the alert stays open and pages on,
# while the program is told that all is well.  An information that had only Opsgenie as its target never arrives.
# Needs pip and python3; it sends nothing.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site apprise==2.3.0 2> /dev/null
cat > ask.py << 'P'
import apprise
import requests

asked = []


class Accepted(requests.Response):
    def __init__(self):
        super().__init__()
        self.status_code, self._content = 202, b'{"result": "Request will be processed", "took": 0.3, "requestId": "r-1"}'


def post(url, **_):
    asked.append(url.removeprefix("https://api.opsgenie.com"))
    return Accepted()


requests.post = post


def target():
    made = apprise.Apprise()
    assert made.add("opsgenie://a1b2c3d4-e5f6/")
    return made


def told(by, kind, title, *due):
    asked.clear()
    result = by.notify(title=title, body="ledger-7", notify_type=kind)
    print(kind, repr(title), result, asked)
    assert result, "changed: it says that nothing was sent"
    assert asked == list(due), "changed: what is sent"


shop = target()
told(shop, "failure", "orders is down", "/v2/alerts")
told(shop, "info", "failover at 12:00")
told(shop, "success", "orders is up again")
told(shop, "success", "orders is down", "/v2/alerts/r-1/close")
told(target(), "success", "orders is down")
print("as stated")
P
PYTHONPATH=site python3 ask.py
