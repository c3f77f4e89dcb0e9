"""What really failed is done again by a press on the page: a message that a chat refused, a delivery of a tool."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import served
from tests.doubles.chat_server import ChatServer, Fault
from tests.hooks.conftest import SET, Inbox, alerts
from tests.hooks.test_following import FailsAtPoison
from tests.notify.home import configure, target
from tests.web.browser import chromium
from tests.web.conftest import WRITE
from tests.web.test_in_browser import Person
from tests.web.test_incidents_in_browser import sign_in

pytestmark = [pytest.mark.full, pytest.mark.slow]
MESSAGES, DELIVERIES = "section[aria-labelledby=messages]", "section[aria-labelledby=hooks]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


def test_a_message_that_a_chat_refused_is_sent_again(
    browser: Any, home: Path, encoder: OnnxEncoder, tmp_path: Path
):
    tokens = tmp_path / "tokens"
    tokens.write_text(f"write mara: {WRITE}\n")
    with (
        ChatServer(Fault(status=404, body="no such channel")) as chat,
        served(home, "--token-file", str(tokens)) as (url, _),
    ):
        configure(home, target("json", chat.url))
        mara = Person(browser, url.removesuffix("/mcp"))
        sign_in(mara, "/search", WRITE)
        with KnowledgeBase.open(home, encoder=encoder) as kb:
            kb.incidents.open("the weir does not close", service="weir", severity="SEV2")
            while not kb.notices.recent(["failed"]):
                mara.page.wait_for_timeout(50)
        mara.page.goto("/health")
        assert "HTTP 404" in mara.texts(f"{MESSAGES} li")[0]
        assert chat.messages == []

        mara.page.click(f"{MESSAGES} button:text-is('Send again')")
        mara.page.wait_for_selector(".done:has-text('Sent again.')")

        (arrived,) = chat.wait_for(1)
        assert "the weir does not close" in arrived.text
        mara.page.reload()
        assert "delivered" in mara.texts(f"{MESSAGES} li")[0]
        with KnowledgeBase.open(home, encoder=encoder) as kb:
            assert [(one.actor, one.what) for one in kb.upkeep.deeds.between(actor="mara")[0]] == [
                ("mara", "edit")
            ]
        assert mara.mistakes == []
        mara.context.close()


def test_a_delivery_that_could_not_be_worked_on_is_worked_on_again(
    browser: Any, home: Path, encoder: OnnxEncoder
):
    configure(home, SET)
    began = datetime.now(UTC) - timedelta(hours=6)
    with KnowledgeBase.open(home, encoder=encoder, clock=lambda: inbox.now) as kb:
        inbox = Inbox(kb, began)
        following = kb.hooks._following
        kb.hooks._following = FailsAtPoison(
            following.deliveries, following.groups, following.news, following.incidents, following.ask
        )
        inbox.sends(alerts("Poison", now=inbox.now))
        for _ in range(5):
            inbox.passes(hours=1)
            kb.hooks.work()
        assert kb.hooks.counts()["failed"] == 1
    with served(home) as (url, _):
        someone = Person(browser, url.removesuffix("/mcp"))
        someone.page.goto("/health")
        assert "ZeroDivisionError" in someone.texts(f"{DELIVERIES} li")[0]

        someone.page.click(f"{DELIVERIES} button:text-is('Work on it again')")
        someone.page.wait_for_selector(".done:has-text('Worked on again.')")

        assert "opened an incident" in someone.texts(f"{DELIVERIES} li")[0]
        someone.page.click(f"{DELIVERIES} li a")
        someone.page.wait_for_selector("h1:has-text('Poison')")
        assert someone.mistakes == []
        someone.context.close()
