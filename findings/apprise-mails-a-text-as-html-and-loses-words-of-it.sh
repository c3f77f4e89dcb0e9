#!/bin/sh
# apprise 2.3.0: notify() mails a plain text as HTML, as it is: what stands in < > is gone, and its lines are one.
#
# Seen, of apprise.notify(title=…, body="lag > 5:\n  kubectl delete pod <pod-name>\n* wait") to mailto://, the two parts of the mail:
#   text/plain   lag > 5: kubectl delete pod  * wait
#   text/html    lag > 5:⏎  kubectl delete pod <pod-name>⏎* wait          a reader of mail shows it as the first
# notify() does not escape a body of which nobody said what it is, and mailto:// takes it for HTML; the part in plain text is made of
# that by leaving out the tags, of which <pod-name> is one.  With body_format="text", and by the command line, whose usual format is text,
# all of it arrives in plain text.  So the same words arrive whole from a shell and without the pod from a program.
# Needs pip and python3; on loopback.  Ends with 0 while it is so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m pip install -q --target site apprise==2.3.0 aiosmtpd==1.4.6 2> /dev/null
export PYTHONPATH=site
cat > ask.py << 'P'
import email, email.policy, socket, subprocess

import apprise
from aiosmtpd.controller import Controller

BODY = "lag > 5:\n  kubectl delete pod <pod-name>\n* wait"
came = []


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        came.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
mail = Controller(Mailbox(), hostname="127.0.0.1", port=port)
mail.start()
to = f"mailto://127.0.0.1:{port}?from=shop@example.com&to=on-call@example.com"


def parts():
    (message,) = came
    came.clear()
    texts = (part for part in message.walk() if part.get_content_maintype() == "text")
    found = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in texts}
    print(found)
    return found


try:
    target = apprise.Apprise()
    target.add(to)
    assert target.notify(title="orders", body=BODY)
    told = parts()
    assert told["text/html"] == BODY, "changed: it is escaped"
    assert told["text/plain"] == "lag > 5: kubectl delete pod  * wait", "changed: the plain part"
    assert target.notify(title="orders", body=BODY, body_format="text")
    assert parts() == {"text/plain": BODY + "\n"}
    subprocess.run(["site/bin/apprise", "-t", "orders", "-b", BODY, to], check=True)
    assert "<pod-name>" in parts()["text/plain"]
finally:
    mail.stop()
print("as stated")
P
python3 ask.py
