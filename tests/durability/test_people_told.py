"""`kb serve` is killed again and again while it tells people of a storm: they hear of each incident, once or marked."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import environment
from tests.doubles.chat_server import ChatServer
from tests.notify.home import configure, target

pytestmark = pytest.mark.slow
INCIDENTS, KILLS = 60, 6


def start(home: Path) -> subprocess.Popen[bytes]:
    """A server."""
    words = [sys.executable, "-m", "kb", "serve", "--port", "0"]
    return subprocess.Popen(words, env=environment(home), stderr=subprocess.DEVNULL)


def test_nobody_is_left_out_and_nothing_is_doubled_in_silence(home: Path, encoder: OnnxEncoder) -> None:
    with ChatServer() as chat:
        configure(home, target("json", chat.url, name="program"), target("slack", chat.url, name="channel"))
        opened = list[str]()
        with KnowledgeBase.open(home, encoder=encoder) as kb:
            for _ in range(KILLS):
                server = start(home)
                before = len(chat.messages)
                for _ in range(INCIDENTS // KILLS):
                    number = len(opened)
                    opened.append(kb.incidents.open(f"trouble {number}", service=f"s{number}").id)
                ends = time.monotonic() + 20
                while len(chat.messages) < before + 5 and time.monotonic() < ends:
                    time.sleep(0.002)
                server.kill()
                server.wait()
            kb.notices.send()
            waiting = kb.notices.recent(["waiting", "sending", "failed"], 1000)
        messages = list(chat.messages)
    assert waiting == []
    said = [one for one in messages if one.tool == "json"]
    assert {one.body["incident_id"] for one in said} == set(opened)
    times = Counter(one.body["id"] for one in said)
    unmarked = Counter(one.body["id"] for one in said if not one.body["repeat"])
    assert len(times) == INCIDENTS
    assert max(unmarked.values()) == 1
    in_slack = [one.body["metadata"]["event_payload"]["id"] for one in messages if one.tool == "slack"]
    assert len(set(in_slack)) == INCIDENTS
