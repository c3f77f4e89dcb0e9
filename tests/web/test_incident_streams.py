"""The stream of an incident: each step is told as it is taken, to those who may see it, and to no more than fit."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from kb import KnowledgeBase
from kb.doors.web.streams import MOST
from tests.doors.conftest import served
from tests.web.conftest import Visit
from tests.web.test_ask_entry_and_search import words

pytestmark = pytest.mark.full


@pytest.fixture
def streamed(web_home: Path) -> Iterator[tuple[str, object]]:
    with served(web_home) as (url, process):
        yield url.removesuffix("/mcp"), process


def test_a_stream_tells_the_number_of_each_step_whoever_takes_it_and_ends_with_the_server(
    streamed: tuple[str, object], web_home: Path
):
    url, process = streamed
    with KnowledgeBase.open(web_home) as kb:
        one = kb.incidents.open("the stream of the river swells")
        begun = one.timeline[-1].id
        with httpx2.stream("GET", f"{url}/incidents/{one.id}/stream", timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["cache-control"] == "no-store"
            lines = answer.iter_lines()
            assert number(lines) == begun
            noted = kb.incidents.log("two metres", incident_id=one.id)
            del noted
            assert number(lines) == kb.incidents.get(one.id).timeline[-1].id
            process.terminate()  # type: ignore[attr-defined]
            assert not [line for line in lines if line.startswith("data:")]
    assert process.wait(timeout=10) == 0  # type: ignore[attr-defined]


def number(lines: Iterator[str]) -> int:
    for line in lines:
        if found := re.fullmatch(r"data: (\d+)", line):
            return int(found[1])
    raise AssertionError("the stream ended")


def test_a_stream_is_for_those_who_signed_in(stranger: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        one = kb.incidents.open("the stream is secret")

    stranger.look(f"/incidents/{one.id}/stream")

    assert stranger.answer.url.path == "/sign-in"


def test_of_an_incident_that_is_not_there_nothing_is_streamed(visit: Visit):
    visit.look("/incidents/none-0/stream")

    assert visit.answer.status_code == 404


def test_there_are_so_many_streams_and_no_more_and_pages_answer_beside_them(visit: Visit, web_home: Path):
    with KnowledgeBase.open(web_home) as kb:
        one = kb.incidents.open("everybody looks at the tide")
    at = f"{visit.url}/incidents/{one.id}"
    with (
        ExitStack() as opened_ones,
        httpx2.Client(timeout=60, limits=httpx2.Limits(max_connections=MOST)) as many,
    ):
        held = []  # (a stream whose lines nobody holds is closed)
        for _ in range(MOST):
            answer = opened_ones.enter_context(many.stream("GET", f"{at}/stream"))
            held.append(answer.iter_lines())
            assert number(held[-1]) == one.timeline[-1].id
        with visit.client.stream("GET", f"{at}/stream") as refused:
            pass
        page = visit.look(f"/incidents/{one.id}")

    assert refused.status_code == 503
    assert words(page, "h1") == "everybody looks at the tide"
    for _ in range(100):  # (the server hears of each that has gone a moment later)
        with visit.client.stream("GET", f"{at}/stream") as answer:
            if answer.status_code == 200:
                break
        time.sleep(0.1)
    assert answer.status_code == 200
