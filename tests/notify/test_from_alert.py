"""From the POST at a webhook to the channel, the mailbox and the button, with a real server in between."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import served
from tests.doubles.chat_server import ChatServer
from tests.doubles.mail_server import MailServer
from tests.notify.alerts import HOOKS, alert, send
from tests.notify.home import FIX, configure, learned, target
from tests.notify.test_presses import slack_press, to_slack

pytestmark = pytest.mark.slow


def test_an_alert_is_in_the_channel_with_what_is_known_and_its_end_in_the_same_thread(
    home: Path, encoder: OnnxEncoder
) -> None:
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        entry = learned(kb)
    with ChatServer() as chat, MailServer() as mail:
        configure(home, HOOKS, target("slack", chat.url), target("mail", mail.url, name="mail"))
        with served(home) as (url, _):
            assert send(url, alert("PoolExhausted", "checkout")) == 202
            (first,) = chat.wait_for(1)
            assert to_slack(url.removesuffix("/mcp"), slack_press(first, "It worked")).status_code == 200
            chat.wait_for(2)
            assert send(url, alert("PoolExhausted", "checkout", status="resolved")) == 202
            _, helped, over = chat.wait_for(3)
            mails = mail.wait_for(3)
    assert FIX in first.text
    assert "*Known*" in first.text
    assert "1 firing" in first.text
    assert "(it helped)" in helped.text
    assert "Resolved: " in over.text
    assert helped.thread == over.thread == first.id
    assert [one["In-Reply-To"] for one in mails] == [None, mails[0]["Message-ID"], mails[0]["Message-ID"]]
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        trust = kb.trust_of(kb.get(entry))
        (incident,) = kb.incidents.recent()
    assert (trust.resolved, trust.n) == (1, 1)
    assert incident.resolved is not None


def test_an_alert_that_opens_nothing_tells_nobody(home: Path) -> None:
    with ChatServer() as chat:
        configure(home, HOOKS, target("slack", chat.url))
        with served(home) as (url, _):
            assert send(url, alert("Slow", "checkout", severity="info")) == 202
            time.sleep(1.5)
    assert chat.messages == []


def test_a_target_that_is_added_while_the_server_runs_is_told(home: Path) -> None:
    with ChatServer() as chat:
        configure(home, HOOKS)
        with served(home) as (url, _):
            configure(home, HOOKS, target("json", chat.url))
            assert send(url, alert("Down", "checkout")) == 202
            (message,) = chat.wait_for(1)
    assert "Down" in message.text
