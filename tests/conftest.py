"""What all tests share: a throwaway home, an open knowledge base on it, and the command line.

No test can touch a real home: `KB_HOME` points nowhere while tests run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from kb import KnowledgeBase
from kb.home import Home
from kb.index.encoder import OnnxEncoder
from kb.starter import make_home
from kb.store.database import Database
from tests.doubles.command import run_command

if TYPE_CHECKING:
    from tests.doubles.databases import Databases
    from tests.doubles.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
RunKb = Callable[..., subprocess.CompletedProcess[str]]

# Where this is set (many container images do), every worker and every process of a test compiles all of kb anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--engine postgresql`: the homes of tests have their database there, one each; `tenants`: beside a tenant."""
    parser.addoption("--engine", choices=("sqlite", "postgresql", "tenants"), default="sqlite")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What only one engine has is not asked of the other; the mark says what that is."""
    mark = item.get_closest_marker("sqlite")
    if mark and item.config.getoption("engine") != "sqlite":
        pytest.skip(f"of SQLite alone: {mark.args[0]}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests run last (of their file, where files are shared out to workers): quick ones tell at once.

    What kills processes, fills disks and starts servers of others is `make test-full`'s.
    """
    for item in items:
        if Path(item.path).parent.name == "durability":
            item.add_marker("full")
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile(
    "same every time"
)  # a failure that nobody can repeat helps nobody, nor does a busy machine's


@pytest.fixture(autouse=True)
def _no_real_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "KB_HOME",
        "KB_TENANT",
        "KB_DATABASE_URL",
        "KB_CHROMA_URL",
        "KB_MODEL",
        "KB_PRECISION",
        "ANTHROPIC_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server for all tests of this process that ask for one."""
    from tests.doubles.postgres import server

    with server() as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def databases(request: pytest.FixtureRequest) -> Iterator[Databases | None]:
    """Where homes of tests have their databases; None where each has its own file."""
    if request.config.getoption("engine") == "sqlite":
        yield None
        return
    from tests.doubles.databases import Databases

    server = request.getfixturevalue("postgres_server")
    with Databases(server, with_tenants=request.config.getoption("engine") == "tenants") as made:
        yield made


@pytest.fixture(autouse=True)
def _database(request: pytest.FixtureRequest, databases: Databases | None) -> Iterator[None]:
    if databases is None:
        yield
        return
    folder = request.getfixturevalue("tmp_path")
    yield
    databases.forget(folder)


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    """The real encoder, loaded once for all tests of this process."""
    return OnnxEncoder()


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Path:
    """A new home whose starter knowledge is indexed; tests get a copy."""
    folder = tmp_path_factory.mktemp("new") / "home"
    make_home(folder)
    with KnowledgeBase.open(folder, encoder=encoder) as kb:
        kb.search("anything")
    return folder


def lend_vectors(known: Path, home: Path) -> None:
    """Let a home have the vectors of another for the same texts, so that it need not embed them again."""
    with KnowledgeBase.open(home) as kb:
        kb.counts()
    with closing(database_of(known)) as other, closing(database_of(home)) as db, db.write():
        rows = [tuple(row) for row in other.rows("SELECT content_hash, model, vector FROM embeddings")]
        db.execute_many("INSERT INTO embeddings VALUES (?,?,?) ON CONFLICT DO NOTHING", rows)


def database_of(home: Path) -> Database:
    """The database of a home, to look into it or to damage it, whatever its engine."""
    return Database(Home(home).database)


@pytest.fixture
def home(tmp_path: Path, new_home: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path / "home"))


@pytest.fixture
def kb(home: Path, encoder: OnnxEncoder) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(home, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def run_kb(home: Path) -> RunKb:
    """The command line, in this process; what a process of its own does differently has its own tests."""

    def run(*words: str, home: Path = home, input: str = "") -> subprocess.CompletedProcess[str]:
        return run_command(*words, environment={**os.environ, "KB_HOME": str(home)}, input=input)

    return run


def corpora() -> Path:
    """The public material beside the project; tests that need it skip where it is absent."""
    found = SHARED / "corpora"
    if not found.is_dir():
        pytest.skip("the corpora are not beside the project (../shared/corpora)")
    return found
