"""What a container does, done here: the home is made and served, and the health check of the Dockerfile looks at it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.home import is_home
from tests.conftest import ROOT

SERVE = ROOT / "deploy" / "serve.sh"
TOKEN = "a-token-for-the-tests"


def environment(home: Path, port: int) -> dict[str, str]:
    """What a container's environment is like, with this checkout's kb on the path."""
    programs = home.parent / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    kb = programs / "kb"
    kb.write_text(f'#!/bin/sh\nexec {sys.executable} -m kb "$@"\n')
    kb.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "KB_HOME": str(home),
        "KB_TOKEN": TOKEN,
        "KB_PORT": str(port),
        "KB_ALLOW_HOSTS": "kb.internal kb.example.com",
    }


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def served(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    server = subprocess.Popen(["sh", str(SERVE)], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield server
    finally:
        server.kill()
        server.communicate()


def health_check() -> list[str]:
    """The command of the Dockerfile's HEALTHCHECK, for the interpreter of the tests."""
    said = re.search(
        r"^HEALTHCHECK.*?CMD (\[.*?\])$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE | re.DOTALL
    )
    assert said
    program, *rest = json.loads(said[1])
    assert program == "python"
    return [sys.executable, *rest]


def wait_until_well(environment: dict[str, str], server: subprocess.Popen[str]) -> None:
    for _ in range(300):
        assert server.poll() is None, server.communicate()[1]
        if subprocess.run(health_check(), env=environment, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise AssertionError("it did not become well")


@pytest.mark.full
def test_an_empty_volume_becomes_a_home_that_is_served_and_is_well_until_it_is_told_to_end(tmp_path: Path):
    port = free_port()
    around = environment(tmp_path / "volume" / "home", port)

    with served(around) as server:
        wait_until_well(around, server)
        assert is_home(tmp_path / "volume" / "home")
        for host in ("kb.internal", "kb.example.com", "localhost"):
            asked = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
            assert urllib.request.urlopen(asked, timeout=5).status == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) in (0, -signal.SIGTERM)

    assert subprocess.run(health_check(), env=around, capture_output=True, check=False).returncode != 0


def test_with_words_a_command_is_run_on_the_home(home: Path):
    around = environment(home, 0)
    ask = ["sh", str(SERVE), "search", "--limit", "1", "connection pool"]
    asked = subprocess.run(ask, env=around, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    assert "Respond to a slow database" in asked.stdout


def test_without_a_token_it_does_not_serve_the_network(home: Path):
    around = environment(home, 0)
    del around["KB_TOKEN"]
    done = subprocess.run(
        ["sh", str(SERVE)], env=around, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2  # a wrong setting, as everywhere
    assert "a token is needed: set KB_TOKEN" in done.stderr
