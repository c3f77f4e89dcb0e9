"""What a fresh process loads: nothing heavy before it is needed, and never torch to answer a question."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb import KnowledgeBase
from kb.store.database import SCHEMA
from tests.conftest import ROOT

HEAVY = {
    "chromadb",
    "torch",
    "onnxruntime",
    "mcp",
    "anthropic",
    "numpy",
    "sentence_transformers",
    "transformers",
    "sqlite_utils",
    "pandas",
    "tokenizers",
    "ruamel",
    "markdown_it",
    "ingest",
}
LINE = "FATAL tide gauge 7 reports a negative depth"


def loaded_by(script: str, *arguments: str) -> set[str]:
    """The names in HEAVY that a process has loaded at its end; `script` must not fail."""
    tail = (
        "import atexit, sys; atexit.register(lambda: "
        "print('LOADED', *{n.split('.')[0] for n in sys.modules}, file=sys.stderr))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{tail}\n{script}", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return HEAVY & set(done.stderr.rpartition("LOADED")[2].split())


RUN = "from kb.doors.cli import main; main()"


def test_importing_kb_loads_nothing_heavy():
    assert loaded_by("import kb; kb.KnowledgeBase") == set()


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["check", "--help"],
        ["learn", "pattern", "--help"],
        ["change", "list", "--help"],
        ["--version"],
    ],
)
def test_help_loads_nothing_heavy(words: list[str]):
    assert loaded_by(RUN, *words) == set()


def test_a_question_that_a_signature_settles_loads_nothing_heavy(home: Path):
    with KnowledgeBase.open(home) as kb:
        kb.learn_pattern(LINE, "the gauge froze")

    assert loaded_by(RUN, "--home", str(home), "check", LINE, "--json") == set()


def test_learning_and_recording_load_no_model(home: Path):
    assert not loaded_by(RUN, "--home", str(home), "learn", "pattern", LINE) & {
        "torch",
        "chromadb",
        "onnxruntime",
    }
    assert not loaded_by(RUN, "--home", str(home), "memory", "log", "done") & {
        "torch",
        "chromadb",
        "onnxruntime",
    }


def test_a_question_that_needs_vectors_loads_neither_torch_nor_chroma(home: Path):
    with KnowledgeBase.open(home) as kb:
        kb.learn_pattern(LINE, "the gauge froze")
        kb.repair()

    loaded = loaded_by(
        RUN, "--home", str(home), "check", "the water stands below the bottom, says the sensor"
    )

    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "chromadb", "sentence_transformers", "transformers"}


def test_the_schema_number_is_the_number_of_migrations():
    from sqlite_utils import Database

    from kb.store.upkeep.migrations import migrations

    assert len(migrations.pending(Database(memory=True))) == SCHEMA
