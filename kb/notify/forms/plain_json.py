"""JSON: the notice as data, for a program of one's own.

`id` is the same in every attempt, and stands in `Idempotency-Key`, too; `thread` is the same for all of an incident.
With a secret, `X-Kb-Signature` is the HMAC-SHA256 of `X-Kb-Timestamp`, a full stop and the body, in hex.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from kb.model.notice import Notice
from kb.notify.fitting import fitted
from kb.notify.forms.form import JSON_HEADERS, Fate, HttpPost, Reply, Sending, as_json, fate_by_status
from kb.text.entries.codec import to_builtins

WHOLE = 200_000
"""Bytes of a message."""
FORMAT = 1
"""Raised when a reader of the message must change."""


class JsonForm:
    """Notices as JSON."""

    def request(self, sending: Sending) -> HttpPost:
        """The request that tells it."""
        target = sending.target
        notice = fitted(sending.notice, lambda one: len(as_json(_message(sending, one))), WHOLE)
        body = as_json(_message(sending, notice))
        headers = {**JSON_HEADERS, "idempotency-key": sending.id}
        if target.token:
            headers["authorization"] = f"Bearer {target.token}"
        if target.secret:
            stamp = str(int(sending.at.timestamp()))
            signature = hmac.new(target.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
            headers |= {"x-kb-timestamp": stamp, "x-kb-signature": signature.hexdigest()}
        return HttpPost(url=target.url, body=body, headers=headers)

    def fate(self, reply: Reply) -> Fate:
        """What the answer means, by its status."""
        return fate_by_status(reply)


def _message(sending: Sending, notice: Notice) -> dict[str, Any]:
    said = to_builtins(notice)
    thread = notice.incident_id
    return {"version": FORMAT, "id": sending.id, "repeat": sending.repeat, "thread": thread, **said}
