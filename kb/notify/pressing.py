"""Buttons below a notice, and who is believed that one was pressed.  Pure.

Slack signs each request with the app's secret over a timestamp and the body (`v0=`, HMAC-SHA256); one that is older
than five minutes is refused.  Mattermost signs nothing, but keeps the context of a button to itself and sends it
along: that holds a token of ours, an HMAC over all that the button says, and ends after a month.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec

from kb.errors import KbError
from kb.records import from_data
from kb.text.times import day_of

if TYPE_CHECKING:
    from kb.notify.forms.form import Sending

OLDEST = timedelta(minutes=5)
"""How old a request of Slack's may be, as Slack advises."""
VALID = timedelta(days=30)
"""How long a button of Mattermost's can be pressed."""


class NotBelieved(KbError):
    """A press whose sender cannot prove to be the tool; nothing was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What a press of a button says: of which delivery, about which entry, with which outcome."""

    delivery: str
    target: str
    entry: str
    result: str
    incident: str = ""
    lookup: str = ""

    @classmethod
    def of(cls, sending: Sending, result: str) -> Button:
        """The button of a notice that stands for this outcome."""
        notice = sending.notice
        return cls(
            delivery=sending.id,
            target=sending.target.name,
            entry=notice.entry_id,
            result=result,
            incident=notice.incident_id,
            lookup=notice.lookup_id or "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A press that is believed.  `person` is the name that the tool gives; `once` tells a request from all others."""

    button: Button
    tool: str
    person: str
    person_id: str
    once: str


def packed(button: Button) -> str:
    """The button as the value that Slack sends back; at most 2,000 characters."""
    return msgspec.json.encode(button).decode()


def slack_signature(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a request, as Slack makes it."""
    signed_text = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed_text, hashlib.sha256).hexdigest()


def pressed_in_slack(
    headers: Mapping[str, str], body: bytes, secrets: Mapping[str, str], now: datetime
) -> Press:
    """The press that a request of Slack's tells; `secrets` are those of the targets, by name.  Raises NotBelieved.

    Names of headers are in small letters.
    """
    timestamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
        raise NotBelieved("the request has no X-Slack-Request-Timestamp")
    if abs(now.timestamp() - int(timestamp)) > OLDEST.total_seconds():
        raise NotBelieved("the request is more than five minutes old, or the clocks differ by that")
    by = [
        name
        for name, secret in secrets.items()
        if hmac.compare_digest(slack_signature(secret, timestamp, body).encode(), signature.encode())
    ]
    if not by:
        raise NotBelieved("the signature is not that of a secret of kb.toml")
    payload = _object(parse_qs(body.decode("utf-8", "replace")).get("payload", [""])[0])
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if payload.get("type") != "block_actions" or not isinstance(action, dict):
        raise NotBelieved("it is signed, but no press of a button")
    button = _button(_object(action.get("value")))
    if button.target not in by:
        raise NotBelieved("the button is of another target than the secret")
    user = _mapping(payload.get("user"))
    person = _text(user, "name") or _text(user, "username")
    return Press(
        button=button, tool="slack", person=person, person_id=_text(user, "id"), once=f"slack {signature}"
    )


def signed(button: Button, secret: str, until: datetime | None = None) -> dict[str, Any]:
    """The context of a button for Mattermost: what it says, how long it holds, and the token that proves both."""
    ends = day_of(until).isoformat() if until else ""
    said = msgspec.to_builtins(button)
    return {"button": said, "until": ends, "token": _token(said, ends, secret)}


def pressed_in_mattermost(body: bytes, secrets: Mapping[str, str], now: datetime) -> Press:
    """The press that a request of Mattermost's tells.  Raises NotBelieved."""
    data = _object(body)
    context = _mapping(data.get("context"))
    said, ends, token = _mapping(context.get("button")), _text(context, "until"), _text(context, "token")
    button = _button(said)
    secret = secrets.get(button.target, "")
    if not secret or not hmac.compare_digest(_token(said, ends, secret).encode(), token.encode()):
        raise NotBelieved("the token is not that of a button of ours")
    if ends and ends < day_of(now).isoformat():
        raise NotBelieved("the button has ended; say it with: kb outcome")
    once = _text(data, "trigger_id")
    if not once or not _text(data, "user_id"):
        raise NotBelieved("the request has no trigger_id or no user_id, which Mattermost always sends")
    person = _text(data, "user_name")
    return Press(
        button=button,
        tool="mattermost",
        person=person,
        person_id=_text(data, "user_id"),
        once=f"mattermost {once}",
    )


def _token(said: Mapping[str, Any], ends: str, secret: str) -> str:
    text = json.dumps([said, ends], sort_keys=True, separators=(",", ":"))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _button(said: Mapping[str, Any]) -> Button:
    try:
        return from_data(said, Button)
    except msgspec.ValidationError as error:
        raise NotBelieved(f"it is not a button of kb's ({error})") from None


def _object(text: object) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, (str, bytes)) else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotBelieved("what it says is no JSON object")
    return found


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
