"""A server answers at once: before the model is loaded the cheaper tiers answer, and the answer says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import anyio
import pytest

from kb import KnowledgeBase
from kb.doors.calls.opening import LOADING, WarmingEncoder
from kb.doors.mcp.pauses import PATIENCE, Pauses
from kb.doors.mcp.server import KbServer
from kb.errors import StoreBroken
from kb.index.encoder import EXPORTING, OnnxEncoder
from tests.conftest import ROOT
from tests.doors.conftest import connected, environment

NOBODY: Any = None
"""A request of no client: what is asked does not matter."""
PARAPHRASE = "the water stands below the bottom, says the sensor"


class BrokenEncoder(OnnxEncoder):
    """The real encoder with a model file that cannot be made."""

    def prepare(self) -> None:
        raise StoreBroken("no room for the model")


def test_before_the_model_is_loaded_the_cheaper_tiers_answer_and_say_so(home: Path, encoder: OnnxEncoder):
    warming = WarmingEncoder(encoder)
    with KnowledgeBase.open(home, encoder=warming) as kb, connected(KbServer(kb)) as agent:
        agent.call(
            "learn_pattern", pattern="FATAL tide gauge 7 reports a negative depth", fix="thaw the gauge"
        )

        exact = agent.call("check_known_issues", error_text="FATAL tide gauge 9 reports a negative depth")
        early = agent.call("check_known_issues", error_text=PARAPHRASE)
        warming.load(kb.home)
        late = agent.call("check_known_issues", error_text=PARAPHRASE)

    assert exact["verdict"] == "known"
    assert early["notes"][0] == f"meaning was not searched: {LOADING}"
    assert not any("meaning was not searched" in note for note in late["notes"])
    assert {match["tier"] for match in early["matches"]} <= {"lexical"}
    assert "semantic" in {match["tier"] for match in late["matches"]}


def test_a_model_that_cannot_be_loaded_is_told_by_every_answer(home: Path):
    warming = WarmingEncoder(BrokenEncoder())
    with KnowledgeBase.open(home, encoder=warming) as kb:
        warming.load(kb.home)

        notes = kb.check_known_issues(PARAPHRASE).notes

    assert "meaning was not searched: the model could not be loaded: no room for the model" in notes


def test_a_model_that_is_exported_first_is_waited_for_by_name(tmp_path: Path):
    assert WarmingEncoder(OnnxEncoder(cache=tmp_path)).prepare_later() == EXPORTING


def test_a_server_that_has_ended_loads_nothing_more(home: Path, encoder: OnnxEncoder):
    warming = WarmingEncoder(encoder)
    with KnowledgeBase.open(home) as kb:
        warming.stop()
        warming.load(kb.home)

    assert not warming.ready()


def test_the_handshake_and_the_list_of_tools_load_no_model(home: Path):
    script = """
import sys
from kb.doors.calls.opening import opened_to_serve
from kb.doors.mcp.server import KbServer
from mcp import Client
import anyio
async def main():
    with opened_to_serve(sys.argv[1]) as (kb, load_model):
        async with Client(KbServer(kb)) as client:
            tools = (await client.list_tools()).tools
    print(len(tools), *sorted({name.split(".")[0] for name in sys.modules}))
anyio.run(main)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    count, *loaded = done.stdout.split()
    assert int(count) > 20
    assert not {"numpy", "onnxruntime", "chromadb", "torch", "tokenizers", "sentence_transformers"} & set(
        loaded
    )


@pytest.mark.slow
def test_stdout_carries_the_protocol_alone_and_the_end_of_stdin_ends_it(home: Path):
    lines = [
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
        '"clientInfo":{"name":"raw","version":"1"}}}',
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"learn_pattern","arguments":'
        '{"pattern":"sluice gate jammed"}}}',
        "this is no JSON",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "--home", str(home), "mcp"],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.flush()
    answers = [process.stdout.readline() for _ in range(2)]

    rest, said = process.communicate(timeout=60)

    assert all(line.startswith('{"jsonrpc":"2.0"') for line in [*answers, *rest.splitlines()])
    assert "Traceback" not in said
    assert process.returncode == 0
    assert "sluice gate jammed" in (home / "learned" / "patterns.yaml").read_text()


def test_the_model_is_loaded_in_the_background(home: Path, encoder: OnnxEncoder):
    warming = WarmingEncoder(encoder)
    with KnowledgeBase.open(home) as kb:
        warming.load_later(kb.home)
        warming.load_later(kb.home)
        deadline = time.monotonic() + 30
        while not warming.ready() and time.monotonic() < deadline:
            time.sleep(0.01)
    warming.stop()

    assert warming.ready()


def test_the_model_is_loaded_in_a_pause_not_beside_a_question_that_follows_at_once():
    done = list[str]()

    async def requests() -> None:
        pauses = Pauses(lambda: done.append("loaded"), seconds=0.0)

        async def question(_: object) -> None:
            await anyio.sleep(0.05)
            done.append("answered")

        async def handshake(_: object) -> None:
            done.append("greeted")

        await pauses(NOBODY, handshake)
        await pauses(NOBODY, question)
        await anyio.sleep(0.05)

    anyio.run(requests)

    assert done == ["greeted", "answered", "loaded"]


def test_a_client_that_leaves_no_pause_does_not_keep_the_model_from_being_loaded():
    done = list[str]()

    async def requests() -> None:
        pauses = Pauses(lambda: done.append("loaded"), seconds=60.0)

        async def question(_: object) -> None:
            done.append("answered")

        for _ in range(PATIENCE + 1):
            await pauses(NOBODY, question)

    anyio.run(requests)

    assert done == ["answered"] * (PATIENCE + 1) + ["loaded"]


def test_a_server_that_waits_for_its_handshake_has_loaded_neither_mcp_s_client_half_nor_the_tools(home: Path):
    script = (
        "import sys\nfrom kb.doors.mcp.handshake import put_off_client\nput_off_client()\n"
        "from kb.doors.calls.opening import opened_to_serve\nfrom kb.doors.mcp.server import KbServer\n"
        "with opened_to_serve(sys.argv[1]) as (kb, load):\n    KbServer(kb, when_quiet=load)\n    print(*sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(home)],
        capture_output=True,
        text=True,
        env=environment(home),
        check=True,
    )

    loaded = done.stdout.split()
    assert "mcp.server.lowlevel.server" in loaded
    assert not {name for name in loaded if name.startswith(("mcp.client", "kb.lookup", "kb.learning"))}
    assert not {
        "kb.operations.asking",
        "kb.doors.mcp.replies",
        "kb.text.masking",
        "numpy",
        "kb.wiring",
    } & set(loaded)


def test_who_needs_the_client_half_of_mcp_after_all_gets_it(home: Path):
    script = (
        "from kb.doors.mcp.handshake import put_off_client\nput_off_client()\nimport mcp.server, sys\n"
        "assert 'mcp.client' not in sys.modules\nfrom mcp import Client\nimport mcp\n"
        "print(Client.__name__, mcp.Client is Client)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(home), check=True
    )

    assert done.stdout == "Client True\n"
