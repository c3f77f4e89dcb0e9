"""Whatever comes in through any door, in any field: no byte of a home holds a secret."""

from __future__ import annotations

import json
import random
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation

from benchmarks.redaction_values import value
from kb import KbError, KnowledgeBase
from kb.doors.calls.workers import current_actor
from kb.doors.mcp.server import KbServer
from kb.errors import InvalidInput
from kb.index.encoder import OnnxEncoder
from kb.memory import yaml_file
from kb.operations.catalogue import operations
from kb.operations.operation import Toolset
from kb.store.database import Database
from kb.text.redact import redact, redact_data
from tests.conftest import RunKb
from tests.doors.conftest import Agent, connected, served

VALID: dict[str, Any] = {
    "error_text": "the sluice gate 7 is stuck half open",
    "alert": "SluiceGateStuck firing",
    "tool_name": "kubectl",
    "error_pattern": "the sluice motor draws no current",
    "pattern": "the sluice gate froze in place",
    "key": "state/environments",
    "list_path": "notes",
    "path": "environments.stage.note",
    "item": "x",
    "value": "x",
    "action": "looked",
    "title": "Sluice stuck",
    "text": "it is frozen",
    "severity": "SEV2",
    "result": "resolved",
    "reason": "seen",
    "resolution": "thawed",
    "checks": {"symptom_gone": True},
    "kind": "deploy",
    "service": "gate-api",
    "query": "sluice",
    "status": "confirmed",
    "name": "check_known_issues",
    "file": "learned/patterns",
    "proposal_id": "proposal-pattern-1",
    "version": "1.2",
}


class Secrets:
    """Texts with secrets in them, and a list of all the secrets that were made."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)
        self.made: list[str] = []

    def one(self, form: str = "S") -> str:
        self.made.append(value(form, self._source))
        return self.made[-1]

    def line(self) -> str:
        return f"DB_PASS={self.one()} then hvs.{self.one('T')} and https://u:{self.one()}@h/x"

    def short(self) -> str:
        return f"password={self.one()}"

    def key(self) -> str:
        body = "\n".join(self.one("B") for _ in range(20))
        return "-----BEGIN RSA PRIVATE " + f"KEY-----\n{body}\n-----END RSA PRIVATE " + "KEY-----"

    def long_line(self) -> str:
        return (
            f"error error failed {'x' * 1000} password='{self.one()} {'y' * 1400} failed {self.one()}' error"
        )

    def data(self) -> dict[str, Any]:
        return {
            "password": self.one("W"),
            "labels": {"api_token": self.one("T"), "alertname": self.short(), "service": self.short()},
            f"password={self.one()}": "x",
            "env": [{"name": "DB_PASSWORD", "value": self.one("W")}],
            "annotations": {"summary": self.line(), "description": self.key()},
        }


def leaks(home: Path, secrets: Secrets) -> set[str]:
    """Which of the secrets stand in a file of the home, or in the name of one, in any case."""
    files = [path for path in home.rglob("*") if path.is_file()]
    everything = b"\0".join(path.as_posix().encode() + b"\0" + path.read_bytes() for path in files).lower()
    return {secret for secret in secrets.made if secret.lower().encode() in everything}


@pytest.fixture
def watched(tmp_path: Path, new_home: Path, encoder: OnnxEncoder) -> Iterator[tuple[KnowledgeBase, Path]]:
    home = Path(shutil.copytree(new_home, tmp_path / "watched"))
    with KnowledgeBase.open(home, encoder=encoder, actor=current_actor) as kb:
        yield kb, home


def arguments_of(agent: Agent) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each tool with each of its arguments, and what else a call of it needs."""
    for tool in agent.portal.call(agent.client.list_tools).tools:
        needed = {name: VALID.get(name, "x") for name in tool.input_schema.get("required", [])}
        for name in tool.input_schema["properties"]:
            yield tool.name, name, needed


def an_incident(kb: KnowledgeBase, *, resolved: bool) -> str:
    """One of its own for each argument of a tool: calls end it."""
    found = kb.incidents.open(f"Sluice {uuid.uuid4().hex[:8]} stuck", service="gate-api").id
    kb.incidents.mitigate("thawed it", worked=True, incident_id=found)
    if resolved:
        kb.incidents.resolve("thawed", incident_id=found)
    return found


@pytest.mark.full
def test_no_argument_of_any_tool_nor_the_name_of_the_client_leaves_a_secret(
    watched: tuple[KnowledgeBase, Path],
):
    kb, home = watched
    secrets = Secrets(1)
    entry = kb.learn_pattern("the sluice gate 9 is frozen", "ice", "thaw it").id
    info = Implementation(name=f"agent {secrets.short()}", version=secrets.short())
    taken: dict[str, int] = {}
    with connected(KbServer(kb, toolset=Toolset.ALL), info=info) as agent:
        for tool, argument, needed in arguments_of(agent):
            ids = {"entry_id": entry} if "entry_id" in needed else {}
            if tool.startswith("incident_") and tool not in ("incident_open", "incident_list"):
                ids |= {"incident_id": an_incident(kb, resolved=tool == "incident_reopen")}
            forms = [
                secrets.line(),
                secrets.short(),
                secrets.key(),
                secrets.long_line(),
                secrets.data(),
                [secrets.short(), secrets.line()],
                json.dumps(secrets.data()),
            ]
            for form in forms:
                said = agent.result(tool, **{**needed, **ids, argument: form})
                taken[tool] = taken.get(tool, 0) + (not said.is_error)
        version = agent.call("entry_source", entry_id=entry)["version"]
        edited = {"values": {"fix": secrets.line(), "check": secrets.short()}, "reason": secrets.long_line()}
        agent.call("entry_edit", entry_id=entry, version=version, **edited)
        agent.call("entry_status", entry_id=entry, status="active", reason=secrets.line())
        agent.call("entry_undo", entry_id=entry, reason=secrets.line())

    writing = {name for name, one in operations().items() if not one.reads}
    assert {name for name in writing if not taken[name]} <= {
        "proposal_accept",
        "proposal_reject",  # there is none
        "incident_verify",
        "incident_close",
        "incident_postmortem",  # they take no text but ids and what is checked
        "entry_edit",
        "entry_status",
        "entry_undo",  # above, with a version and a status that there are
        "entry_merge",
        "healthy_remove",
        "hook_retry",
        "incident_merge",
        "incident_split",
        "message_send",  # there is no second one, no log, no message
    }
    assert len(secrets.made) > 5_000
    assert leaks(home, secrets) == set()


def test_no_argument_of_the_library_leaves_a_secret(watched: tuple[KnowledgeBase, Path], tmp_path: Path):
    kb, home = watched
    s = Secrets(2)
    kb.check_known_issues(f"job failed\n{s.key()}\nfatal: stop", s.short(), s.short(), s.short())
    kb.check_known_issues(s.long_line(), service=s.line())
    kb.check_known_issues(
        f"kind: Secret\ndata:\n  conn: {s.one('T')}\n  user: {s.one('T')}\nerror: not found"
    )
    lesson = kb.learn_pattern(
        s.line(),
        s.line(),
        s.key(),
        commands=[f"mysql -uroot -p{s.one()}"],
        category=s.short(),
        services=s.short(),
        author=s.short(),
    )
    kb.learn_tool_fix(s.short(), s.line(), s.line(), s.key(), tools=s.short())
    kb.record_outcome(lesson.id, "resolved", verified_by=s.short(), note=s.key())
    kb.session_log(s.line(), s.key())
    kb.memory_append("state/environments", "notes", s.data())
    kb.memory_update("state/environments", "environments.stage", s.data())
    kb.triage(s.data(), service=s.short())
    kb.investigate_alert(s.data(), evidence={s.short(): s.key()}, environment=s.short())
    opened = kb.incidents.open(
        s.line(), service=s.short(), environment=s.short(), severity="SEV1", alert=s.key()
    )
    kb.incidents.mitigate(s.line(), worked=True, incident_id=opened.id)
    kb.set_status(lesson.id, "active", s.line())
    folder = tmp_path / s.short()
    folder.mkdir()
    (folder / f"{s.short()}.md").write_text(
        f"# Postmortem {s.line()}\n\n{s.key()}\n\nThe root password is {s.one()}\n"
    )
    (folder / f"{s.short()}.log").write_text(f"INFO fine\n{s.key()}\nINFO {s.line()}\n{s.long_line()}\n")
    kb.ingest(folder)
    kb.healthy.add(["INFO fine", *s.key().splitlines(), s.line(), s.long_line()], s.short())

    assert leaks(home, s) == set()


def test_no_argument_of_a_command_leaves_a_secret(run_kb: RunKb, home: Path, tmp_path: Path):
    s = Secrets(3)
    log = tmp_path / f"{s.short()}.log"
    log.write_text(f"ERROR {s.line()}\n{s.key()}\n{s.long_line()}\n")
    commands = [
        ("check", s.line(), "--service", s.short(), "--tool", s.short(), "--environment", s.short()),
        ("check", "-"),
        ("learn", "pattern", s.line(), "--meaning", s.key(), "--category", s.short()),
        ("incident", "open", s.line(), "--service", s.short()),
        ("memory", "log", s.line(), f"seen: {s.key()}"),
        ("healthy", "add", str(log)),
        ("ingest", str(log)),
        ("triage", s.line(), "--service", s.short()),
    ]
    for words in commands:
        done = run_kb(*words, input=f"{s.key()}\nerror: {s.long_line()}\n")
        assert done.returncode in (0, 1, 3), done.stderr

    assert leaks(home, s) == set()


def test_nothing_that_comes_over_http_leaves_a_secret(home: Path):
    s = Secrets(4)
    with served(home, KB_TOKEN="w" * 24) as (url, _):
        client = httpx2.AsyncClient(headers={"Authorization": f"Bearer {'w' * 24}"}, timeout=30)
        info = Implementation(name=s.short(), version="1")
        with connected(streamable_http_client(url, http_client=client), info=info) as agent:
            agent.call("check_known_issues", error_text=f"{s.key()}\n{s.line()}", service=s.short())
            agent.call("learn_pattern", pattern=s.line(), meaning=s.key(), category=s.short())
            agent.call("memory_append", key="state/environments", list_path="notes", item=s.data())
            agent.call("incident_open", title=s.line(), alert=s.key(), impact=s.line())

    assert leaks(home, s) == set()


def test_the_gate_of_the_database_lets_no_secret_through_whoever_writes(home: Path):
    s = Secrets(5)
    db = Database(home / "state" / "kb.db")
    with db.write():
        db.execute("CREATE TABLE anything (a, b)")
        db.execute("INSERT INTO anything VALUES (?, ?)", [s.line(), json.dumps(s.data())])
        db.insert("INSERT INTO anything VALUES (?, ?)", [s.key(), None])
        db.execute_many("INSERT INTO anything VALUES (?, ?)", [[s.short(), 1], [s.long_line(), 2.0]])
    stored = json.loads(db.value("SELECT b FROM anything"))
    db.close()

    assert stored["password"] == "[redacted:secret]"
    assert stored["env"] == [{"name": "DB_PASSWORD", "value": "[redacted:secret]"}]
    assert leaks(home, s) == set()


def test_the_gate_of_the_memory_files_refuses_an_edit_that_adds_a_secret(home: Path):
    s = Secrets(6)
    path = home / "learned" / "patterns.yaml"
    mine = f"# mine: password={s.one()}\n"
    path.write_text(f"{mine}{path.read_text()}")

    yaml_file.change(path, home / "state" / "locks", lambda text: f"{text}# a remark\n")
    with pytest.raises(InvalidInput, match="holds a secret") as refused:
        yaml_file.change(path, home / "state" / "locks", lambda text: f"{text}# token={s.one('T')}\n")

    assert s.made[1] not in str(refused.value)
    assert path.read_text().startswith(mine)
    assert path.read_text().endswith("# a remark\n")
    assert leaks(home, s) == {s.made[0]}


def test_the_name_of_a_memory_file_and_a_path_into_it_hold_no_secret(watched: tuple[KnowledgeBase, Path]):
    kb, home = watched
    s = Secrets(7)

    for key, path in (
        (f"state/gh{'p_' + s.one('T')}", "notes"),
        ("state/environments", f"a.hvs{s.one('T')}.x y token={s.one('T')}"),
    ):
        with pytest.raises(KbError):
            kb.memory_append(key, path, "x")

    assert leaks(home, s) == set()


def test_data_is_redacted_by_its_keys_and_in_them():
    data = {
        "password": "swordfish",
        "retries": 3,
        "labels": {"api_key": "abcdefgh1234", "tier": "web"},
        "pin": None,
    }

    assert redact_data(data) == {
        "password": "[redacted:secret]",
        "retries": 3,
        "labels": {"api_key": "[redacted:secret]", "tier": "web"},
        "pin": None,
    }
    assert redact_data({"password=hunter22": 1}) == {"password=[redacted:secret]": 1}
    assert redact(json.dumps(redact_data(data))).count == 0


def test_data_nested_without_end_is_cut():
    deep: Any = "x"
    for _ in range(5_000):
        deep = {"password": [deep]}
    assert "password" in redact_data(deep)
