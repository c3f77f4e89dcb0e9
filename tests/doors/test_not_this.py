"""Whoever says "not this one", by whichever door: the same question gets another answer at all of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import connected, environment, served
from tests.web.conftest import Visit

pytestmark = pytest.mark.slow
TEXTS = {
    "page": "FATAL lock gate jams at high water",
    "api": "ERROR buoy lantern flickers since its battery freezes",
    "agent": "CRITICAL pilot boat radio hears nothing but static",
    "terminal": "PANIC crane winch overspeeds while it lowers containers",
}


def text(teller: str) -> str:
    return TEXTS[teller]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder) -> Path:
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("not-this") / "home"))
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        for teller in TEXTS:
            kb.learn_pattern(text(teller), "driftwood", "clear the sill")
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with served(home) as (found, _):
        yield found.removesuffix("/mcp")


def kb_says(home: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kb", *words],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def by_page(url: str, home: Path) -> None:
    del home
    visit = Visit(url)
    form = visit.ask(text("page")).select_one(".match .outcome form")
    assert form is not None
    visit.send(form, result="not_applied")


def by_api(url: str, home: Path) -> None:
    del home
    found = httpx2.post(f"{url}/api/v1/check", json={"error_text": text("api")}, timeout=60).json()
    told = {
        "entry_id": found["matches"][0]["id"],
        "result": "not_applied",
        "lookup_id": found["lookup_id"],
    }
    assert httpx2.post(f"{url}/api/v1/outcomes", json=told, timeout=60).status_code == 200


def by_agent(url: str, home: Path) -> None:
    del home
    with connected(f"{url}/mcp") as agent:
        found = agent.call("check_known_issues", error_text=text("agent"))
        agent.call(
            "record_outcome",
            entry_id=found["matches"][0]["id"],
            result="not_applied",
            lookup_id=found["lookup_id"],
        )


def by_terminal(url: str, home: Path) -> None:
    del url
    found = json.loads(kb_says(home, "check", "--json", text("terminal")))
    kb_says(
        home, "outcome", found["matches"][0]["id"], "not_applied", "--lookup", found["lookup_id"], "--json"
    )


@pytest.mark.parametrize(
    ("teller", "tell"),
    [("page", by_page), ("api", by_api), ("agent", by_agent), ("terminal", by_terminal)],
)
def test_what_one_door_is_told_all_doors_know(
    url: str, home: Path, teller: str, tell: Callable[[str, Path], None]
):
    asked = text(teller)
    tell(url, home)

    page = Visit(url).ask(asked)
    api = httpx2.post(f"{url}/api/v1/check", json={"error_text": asked}, timeout=60).json()
    terminal = json.loads(kb_says(home, "check", "--json", asked))
    with connected(f"{url}/mcp") as agent:
        agents = agent.call("check_known_issues", error_text=asked)

    assert not page.select(".match")
    assert "this very text is not this one" in page.get_text()
    for answer in (api, terminal, agents):
        assert answer["verdict"] != "known"
        assert any("this very text is not this one" in note for note in answer["notes"])
