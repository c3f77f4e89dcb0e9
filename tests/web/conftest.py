"""Servers with the page on them, and somebody who uses it without a script: addresses, forms, a cookie."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from bs4 import BeautifulSoup, Tag

from kb import KnowledgeBase
from kb.index.encoder import OnnxEncoder
from tests.doors.conftest import served
from tests.web.reviewers import Waiting, waiting_home

ADMIN, READ = "admin-token-of-the-watch", "read-token-of-the-watch"
RESPOND, WRITE = "respond-token-of-noor-0001", "write-token-of-mara-00001"
WHOLE = {"HX-Request": "true"}
"""A page is sent as a whole, with its own status, however long it takes."""
LINE = "FATAL: berth 7 of the tide gauge refuses moorings"


@dataclass
class Visit:
    """A browser without scripts: what it was shown last, and the forms on it."""

    url: str
    client: httpx2.Client = field(init=False)
    answer: httpx2.Response = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx2.Client(base_url=self.url, timeout=60, follow_redirects=True)

    def look(self, path: str, **headers: str) -> BeautifulSoup:
        """The page at a path."""
        self.answer = self.client.get(path, headers={"Accept": "text/html", **headers})
        return self.shown

    def send(self, form: Tag, headers: dict[str, str] | None = None, **given: str) -> BeautifulSoup:
        """A form with what stands in its fields, as it is sent by the browser when a button is pressed."""
        fields = {
            str(one["name"]): str(one.get("value", ""))
            for one in form.find_all("input")
            if one.get("name")
            and one.get("type") != "file"
            and (one.get("type") != "checkbox" or one.has_attr("checked"))
        }
        fields |= {str(one["name"]): one.get_text().removeprefix("\n") for one in form.find_all("textarea")}
        self.answer = self.client.post(
            str(form["action"]), data={**fields, **given}, headers={"Origin": self.url, **(headers or {})}
        )
        return self.shown

    def sign_in(self, token: str, name: str = "ana", path: str = "/") -> BeautifulSoup:
        return self.send(self.form(self.look(path)), token=token, name=name)

    def ask(self, text: str) -> BeautifulSoup:
        return self.send(self.form(self.look("/"), "asking"), error_text=text)

    def form(self, page: BeautifulSoup, kind: str = "") -> Tag:
        found = page.select_one(f"main form.{kind}" if kind else "main form")
        assert found is not None, page.get_text()
        return found

    @property
    def shown(self) -> BeautifulSoup:
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def told(self) -> str:
        """The sentence of a refusal."""
        found = self.shown.select_one("[role=alert]")
        assert found is not None, self.answer.text
        return found.get_text(" ", strip=True)


@pytest.fixture(scope="module")
def web_home(tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder) -> Path:
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp("web") / "home"))
    with KnowledgeBase.open(home, encoder=encoder) as kb:
        kb.learn_pattern(
            LINE,
            "the gauge counts moorings twice",
            "reset the counter of the berth",
            ["gauge reset --berth 7"],
            services=["tide-gauge"],
            check="`gauge status` says doubled",
        )
    return home


@pytest.fixture(scope="module")
def entry_id(web_home: Path) -> str:
    with KnowledgeBase.open(web_home) as kb:
        return next(one.id for one in kb.places() if one.title == LINE)


@pytest.fixture(scope="module")
def open_url(web_home: Path) -> Iterator[str]:
    """A server of this machine alone: nobody signs in."""
    with served(web_home) as (url, _):
        yield url.removesuffix("/mcp")


@pytest.fixture(scope="module")
def guarded_url(web_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a token for each role, two of them given to somebody."""
    tokens = tmp_path_factory.mktemp("tokens") / "tokens"
    tokens.write_text(f"write: {ADMIN}\nread: {READ}\nrespond noor: {RESPOND}\nwrite mara: {WRITE}\n")
    with served(web_home, "--token-file", str(tokens)) as (url, _):
        yield url.removesuffix("/mcp")


@pytest.fixture(scope="module")
def waiting(
    tmp_path_factory: pytest.TempPathFactory, new_home: Path, encoder: OnnxEncoder
) -> Iterator[Waiting]:
    """A home in which a reviewer has something to do, on a server of this machine alone."""
    with waiting_home(tmp_path_factory.mktemp("waiting"), new_home, encoder) as found:
        yield found


@pytest.fixture
def visit(open_url: str) -> Visit:
    return Visit(open_url)


@pytest.fixture
def stranger(guarded_url: str) -> Visit:
    return Visit(guarded_url)
