"""Other programs as clients: official SDKs of the day and of the day before, and the clients of two frameworks.

`docs/clients.md` has what came out, with versions.  They are installed by `tests/doors/other_client/install.sh`; what
is not there is not tested.  The Python SDK of the day is that of all other tests.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.operations.catalogue import offered
from kb.operations.operation import Toolset
from tests.conftest import ROOT
from tests.doors.conftest import environment, served

HERE = Path(__file__).parent / "other_client"
OFFICIAL = ("python-1", "typescript-1", "typescript-2")
FRAMEWORKS = ("pydantic-ai", "langchain")
BY_STDIO = ("env", f"PYTHONPATH={ROOT}", sys.executable, "-m", "kb", "mcp")
TOOLS = [one.name for one in offered(Toolset.CORE)]
pytestmark = pytest.mark.full


def program(name: str) -> list[str]:
    """How the client is started; skips where it is not installed."""
    python, folder = HERE / name / ".venv" / "bin" / "python", HERE / name
    node = shutil.which("node") if (folder / "node_modules").is_dir() else None
    if not node and not python.exists():
        pytest.skip(f"the client is not installed; run: tests/doors/other_client/install.sh {name}")
    return [node, str(folder / "client.mjs")] if node else [str(python), str(folder / "client.py")]


def told_by(home: Path, name: str, *server: str, **more: str) -> dict[str, Any]:
    """What the client, alone with its own packages, prints of the server."""
    kept = environment(home, **more)
    done = subprocess.run(
        [*program(name), *server],
        env={key: value for key, value in kept.items() if key not in ("PYTHONPATH", "PYTHONSAFEPATH")},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def check(told: dict[str, Any]) -> None:
    assert told["tools"] == TOOLS
    assert told["verdict"] == told["loosely"] == "known"
    assert told["commands"] == ["gangway off", "gangway on"]
    assert "did you mean `error_text`?" in told["refused"]
    assert told["skill"] == "learned/patterns"


def check_official(told: dict[str, Any]) -> None:
    check(told)
    assert told["server"] == "incident-kb"
    assert "kb://memory/learned/patterns" in told["resources"]
    assert told["prompts"] == ["incident_response"]
    assert told["former"] == "learned/patterns"
    assert told["author"] == "other-client"


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_client_of_an_official_sdk_is_understood_over_stdio_and_asks_its_person(home: Path, name: str):
    told = told_by(home, name, *BY_STDIO)

    check_official(told)
    assert told["severity"] == "SEV2"


@pytest.mark.parametrize("name", OFFICIAL)
def test_a_client_of_an_official_sdk_is_understood_over_http(home: Path, name: str):
    with served(home) as (url, _):
        told = told_by(home, name, url)

    check_official(told)
    assert told["severity"] is None  # in plain JSON, a server could not ask before 2026


@pytest.mark.parametrize("over", ["stdio", "http"])
def test_the_typescript_sdk_of_2026_begins_with_server_discover(home: Path, over: str):
    with served(home) as (url, _):
        server = BY_STDIO if over == "stdio" else (url,)
        told = told_by(home, "typescript-2", *server, MODE="auto")

    check_official(told)
    assert told["protocol"] == "2026-07-28"
    assert told["severity"] == "SEV2"


@pytest.fixture(scope="module", params=[(name, over) for name in FRAMEWORKS for over in ("stdio", "http")])
def framework(
    request: pytest.FixtureRequest, new_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    name, over = request.param
    program(name)
    home = Path(shutil.copytree(new_home, tmp_path_factory.mktemp(name) / "home"))
    with served(home) as (url, _):
        yield name, over, told_by(home, name, *(BY_STDIO if over == "stdio" else (url,)))


def test_a_framework_is_understood(framework: tuple[str, str, dict[str, Any]]):
    _, _, told = framework

    check(told)
    assert "Unknown tool name" in told["former"]  # they call what is listed: the rest by skill_run


def test_a_framework_asks_its_person_where_its_protocol_lets_it(framework: tuple[str, str, dict[str, Any]]):
    name, over, told = framework

    cannot = name == "langchain" and over == "http"  # it begins as before 2026
    assert told["severity"] == (None if cannot else "SEV2")


def test_what_a_framework_makes_of_our_schemas_says_the_same(framework: tuple[str, str, dict[str, Any]]):
    _, _, told = framework

    for schemas in told["schemas"].values():
        assert list(schemas) == TOOLS
        worked = schemas["incident_mitigate"]["properties"]["worked"]
        items = schemas["memory_append"]["properties"]["item"]
        alert = schemas["triage"]["properties"]["alert"]
        assert "boolean" in json.dumps(worked).lower()
        assert "string" not in json.dumps(worked).lower()
        for argument in (items, alert):
            choices = argument.get("anyOf") or argument["any_of"]
            assert {"string", "object", "array"} <= {one["type"].lower() for one in choices}
            assert all("items" in one for one in choices if one["type"].lower() == "array")
