"""Buttons that people press: believed when signed, recorded once, in the name of who pressed; over a real server."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from kb.model.ledger import Result
from kb.notify.pressing import slack_signature
from tests.doors.conftest import served
from tests.doubles.chat_server import ChatServer, Message
from tests.notify.conftest import SECRET
from tests.notify.home import SYMPTOM, configure, learned, target

pytestmark = pytest.mark.slow


@dataclass
class Pressed:
    """A server that told a chat of an incident, and what the chat got."""

    url: str
    home: Path
    chat: ChatServer
    encoder: OnnxEncoder
    entry: str
    incidents: int = 0

    def told(self, tool: str) -> tuple[str, Message]:
        """Open an incident; its id, and what the tool was told of it."""
        self.incidents += 1
        with KnowledgeBase.open(self.home, encoder=self.encoder) as kb:
            # (each of a service of its own: the same trouble of one service would be a recurrence)
            title, service = f"{SYMPTOM} ({self.incidents})", f"service-{self.incidents}"
            incident = kb.incidents.open(title, service=service, severity="SEV2")
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            for message in list(self.chat.messages):
                if message.tool == tool and incident.id in message.text and not message.thread:
                    return incident.id, message
            time.sleep(0.02)
        raise AssertionError(f"{tool} was not told of {incident.id}")

    def outcomes(self, incident: str) -> list[tuple[str, str, str | None]]:
        """Result, actor and verifier of each outcome of the entry in an incident, without `applied`."""
        with KnowledgeBase.open(self.home, encoder=self.encoder) as kb:
            found = kb._parts.ledger.outcomes_of([self.entry]).get(self.entry, [])
        return [
            (str(one.result), one.actor, one.verified_by)
            for one in found
            if one.incident == incident and one.result is not Result.APPLIED
        ]


@pytest.fixture(scope="module")
def pressed(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[Pressed]:
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("pressed") / "home"))
    with ChatServer() as chat:
        configure(home, target("slack", chat.url, name="s"), target("mattermost", chat.url, name="m"))
        with KnowledgeBase.open(home, encoder=encoder) as kb:
            entry = learned(kb)
        with served(home) as (url, _):
            yield Pressed(url.removesuffix("/mcp"), home, chat, encoder, entry)


def slack_press(message: Message, label: str, person: str = "ana") -> bytes:
    """The body of Slack's request when somebody presses a button, as its reference has it."""
    (actions,) = (block for block in message.body["blocks"] if block["type"] == "actions")
    (button,) = (one for one in actions["elements"] if one["text"]["text"] == label)
    payload = {
        "type": "block_actions",
        "user": {"id": f"U-{person}", "username": person, "name": person, "team_id": "T1"},
        "api_app_id": "A1",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": message.id, "channel_id": "C0001"},
        "trigger_id": f"1.2.{time.monotonic_ns()}",
        "channel": {"id": "C0001", "name": "incidents"},
        "actions": [{**button, "block_id": actions["block_id"], "action_ts": f"{time.time():.6f}"}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def to_slack(url: str, body: bytes, secret: str = SECRET, at: float | None = None) -> httpx2.Response:
    """Send it as Slack does."""
    stamp = str(int(time.time() if at is None else at))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": slack_signature(secret, stamp, body),
    }
    return httpx2.post(f"{url}/hooks/slack", content=body, headers=headers, timeout=30)


def mattermost_press(message: Message, label: str, person: str = "ben") -> dict[str, Any]:
    """What Mattermost sends when somebody presses a button, as its documentation has it."""
    (button,) = (one for one in message.body["props"]["attachments"][0]["actions"] if one["name"] == label)
    return {
        "user_id": f"id-{person}",
        "user_name": person,
        "channel_id": "C0001",
        "channel_name": "incidents",
        "team_id": "t",
        "team_domain": "t",
        "post_id": message.id,
        "trigger_id": f"trigger-{time.monotonic_ns()}",
        "type": "button",
        "data_source": "",
        "context": button["integration"]["context"],
    }


def to_mattermost(url: str, body: dict[str, Any]) -> httpx2.Response:
    """Send it as Mattermost does."""
    return httpx2.post(f"{url}/hooks/mattermost", json=body, timeout=30)


@pytest.mark.parametrize(
    ("label", "outcome"),
    [
        ("It worked", ("resolved", "ana", "ana")),
        ("It did not", ("failed", "ana", None)),
        ("Not this", ("not_applied", "ana", None)),
    ],
)
def test_a_press_in_slack_is_an_outcome_in_the_name_of_who_pressed(
    label: str, outcome: tuple[str, str, str | None], pressed: Pressed
) -> None:
    incident, message = pressed.told("slack")
    answer = to_slack(pressed.url, slack_press(message, label))
    assert answer.status_code == 200
    assert pressed.outcomes(incident) == [outcome]


def test_a_press_in_mattermost_is_one_as_well_and_says_so(pressed: Pressed) -> None:
    incident, message = pressed.told("mattermost")
    answer = to_mattermost(pressed.url, mattermost_press(message, "It worked"))
    assert answer.json()["ephemeral_text"].startswith("Noted: It worked")
    assert pressed.outcomes(incident) == [("resolved", "ben", "ben")]


def test_a_press_is_a_step_of_the_incident_and_is_told_in_its_thread(pressed: Pressed) -> None:
    incident, message = pressed.told("slack")
    to_slack(pressed.url, slack_press(message, "It worked"))
    ends = time.monotonic() + 20
    while not any(one.thread == message.id and "(it helped)" in one.text for one in pressed.chat.messages):
        assert time.monotonic() < ends
        time.sleep(0.02)
    with KnowledgeBase.open(pressed.home, encoder=pressed.encoder) as kb:
        lived = kb.incidents.get(incident)
    assert lived.mitigated is not None
    assert lived.applied == (pressed.entry,)


def test_the_same_request_again_is_refused_and_recorded_once(pressed: Pressed) -> None:
    incident, message = pressed.told("slack")
    body, at = slack_press(message, "It did not"), time.time()
    answers = [to_slack(pressed.url, body, at=at).status_code for _ in range(3)]
    assert answers == [200, 401, 401]
    assert pressed.outcomes(incident) == [("failed", "ana", None)]


def test_mattermosts_request_again_is_refused_as_well(pressed: Pressed) -> None:
    incident, message = pressed.told("mattermost")
    body = mattermost_press(message, "It worked")
    answers = [to_mattermost(pressed.url, body).status_code for _ in range(2)]
    assert answers == [200, 401]
    assert len(pressed.outcomes(incident)) == 1


def test_pressing_twice_says_it_once_and_two_people_say_it_twice(pressed: Pressed) -> None:
    incident, message = pressed.told("mattermost")
    first, second, other = (
        to_mattermost(pressed.url, mattermost_press(message, "It worked", person=person)).json()
        for person in ("ben", "ben", "cleo")
    )
    assert first["ephemeral_text"].startswith("Noted")
    assert second["ephemeral_text"].startswith("You said that before")
    assert other["ephemeral_text"].startswith("Noted")
    assert [actor for _, actor, _ in pressed.outcomes(incident)] == ["ben", "cleo"]


def test_a_forged_or_old_signature_is_refused(pressed: Pressed) -> None:
    incident, message = pressed.told("slack")
    body = slack_press(message, "It worked")
    forged = to_slack(pressed.url, body, secret="another-secret-altogether")
    old = to_slack(pressed.url, body, at=time.time() - 301)
    ahead = to_slack(pressed.url, body, at=time.time() + 400)
    unsigned = httpx2.post(f"{pressed.url}/hooks/slack", content=body, timeout=30)
    assert [one.status_code for one in (forged, old, ahead, unsigned)] == [401, 401, 401, 401]
    assert "more than five minutes old" in old.json()["error"]
    assert pressed.outcomes(incident) == []


def test_a_body_that_was_changed_after_it_was_signed_is_refused(pressed: Pressed) -> None:
    incident, message = pressed.told("slack")
    body, stamp = slack_press(message, "It did not"), str(int(time.time()))
    signature = slack_signature(SECRET, stamp, body)
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}
    answer = httpx2.post(
        f"{pressed.url}/hooks/slack", content=body.replace(b"failed", b"resolved"), headers=headers
    )
    assert answer.status_code == 401
    assert pressed.outcomes(incident) == []


@pytest.mark.parametrize("changed", ["entry", "result", "delivery", "target", "incident"])
def test_a_button_of_mattermost_that_says_something_else_is_refused(changed: str, pressed: Pressed) -> None:
    incident, message = pressed.told("mattermost")
    body = mattermost_press(message, "It did not")
    body["context"]["button"][changed] = "resolved"
    assert to_mattermost(pressed.url, body).status_code == 401
    assert pressed.outcomes(incident) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b'{"context": []}', b"[" * 50_000, b'{"context": {"button": {"x": 1}}}'],
)
def test_what_is_no_press_is_refused_and_breaks_nothing(body: bytes, pressed: Pressed) -> None:
    assert httpx2.post(f"{pressed.url}/hooks/mattermost", content=body, timeout=30).status_code == 401
    assert to_slack(pressed.url, body).status_code == 401


def test_a_body_that_is_too_large_for_a_press_is_refused(pressed: Pressed) -> None:
    answer = httpx2.post(f"{pressed.url}/hooks/mattermost", content=b"x" * 100_000, timeout=30)
    assert answer.status_code == 413


def test_a_button_that_ended_is_refused() -> None:
    from kb.notify.pressing import Button, NotBelieved, pressed_in_mattermost, signed

    button = Button(delivery="kb-1", target="m", entry="pattern-1", result="resolved")
    until = datetime(2026, 11, 30, tzinfo=UTC)
    body = json.dumps(
        {"user_id": "u", "user_name": "ben", "trigger_id": "t", "context": signed(button, SECRET, until)}
    )
    assert (
        pressed_in_mattermost(body.encode(), {"m": SECRET}, datetime(2026, 11, 30, 23, tzinfo=UTC)).button
        == button
    )
    with pytest.raises(NotBelieved, match="ended"):
        pressed_in_mattermost(body.encode(), {"m": SECRET}, datetime(2026, 12, 1, 1, tzinfo=UTC))
