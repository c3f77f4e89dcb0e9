"""Two tenants, asked for everything by everybody: no word of one is told to the other, no row of it changes.

Three times: as it is; with our own guard taken away, where row-level security alone holds; and in the name of a
superuser, for whom there is no row-level security, where our own guard alone holds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from kb import KnowledgeBase
from kb.doors.calls.calls import Calls
from kb.doors.http.api import as_json
from kb.errors import KbError
from kb.model.notice import Delivery, DeliveryState, Notice, NoticeKind
from kb.model.role import Role
from kb.operations.catalogue import operations
from kb.operations.examples import EXAMPLES
from kb.starter import make_home
from kb.store.database import Database
from kb.store.notices.journal import NoticeJournal
from kb.store.notices.presses import PressTable
from kb.store.postgresql import own_rows, schema
from tests.conftest import database_of
from tests.doubles.chat_server import ChatServer
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer
from tests.notify.home import configure, target
from tests.postgresql.conftest import naming

pytestmark = pytest.mark.full
SECRETS = {"payments": "osprey", "billing": "ptarmigan"}
"""A word of each tenant that nothing asks for, and that stands in all that it knows and did."""
LINE = "FATAL the sluice of basin 4 jammed at 0x17"
ROUNDS = 2
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


@pytest.fixture(params=["as it is", "without our guard", "without the database's"])
def teams(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    postgres_server: PostgresServer,
    database: str,
    tmp_path: Path,
) -> Path:
    """The home of both tenants, kept apart by one guard or by both."""
    url = postgres_server.owned(database)
    if request.param == "without our guard":
        monkeypatch.setattr(own_rows, "OWN", "tenant IS NOT NULL")
    if request.param == "without the database's":
        monkeypatch.setattr(schema, "_refuse_who_may_all", lambda *_: None)
        all_guarded = schema._TABLES.replace("row_security_active(c.oid)", "true")
        monkeypatch.setattr(schema, "_TABLES", all_guarded)
        url = postgres_server.url(database)
    naming(tmp_path, url)
    make_home(tmp_path)
    for name in SECRETS:
        make_home(tmp_path / "tenants" / name)
    return tmp_path


@pytest.fixture
def chats(teams: Path) -> Iterator[Mapping[str, ChatServer]]:
    """Where the people of each are told."""
    with ExitStack() as stack:
        chats = {name: stack.enter_context(ChatServer()) for name in SECRETS}
        for name, chat in chats.items():
            configure(teams / "tenants" / name, target("json", chat.url))
        yield chats


@pytest.fixture
def bases(teams: Path, chats: Mapping[str, ChatServer]) -> Iterator[Mapping[str, KnowledgeBase]]:
    """Both, open, and with a past that is the same but for its secret, so that most ids are the same, too."""
    assert chats
    with ExitStack() as stack:
        opened = {
            name: stack.enter_context(
                KnowledgeBase.open(teams / "tenants" / name, encoder=HashedEncoder(), actor=f"{secret} ana")
            )
            for name, secret in SECRETS.items()
        }
        for name, kb in opened.items():
            live(kb, SECRETS[name])
        yield opened


def live(kb: KnowledgeBase, secret: str) -> None:
    learned = kb.learn_pattern(LINE, f"the {secret} sits in it", f"ask the {secret} desk").id
    kb.learn_tool_fix(
        "kubectl_exec", "error: container not found", f"{secret} restarted", f"wait for {secret}"
    )
    lookup = kb.check_known_issues(LINE, service="mill").lookup_id
    kb.record_outcome(learned, "resolved", lookup, verified_by=f"{secret} ana", note=f"{secret} helped")
    kb.moves.set_status(learned, "active", f"{secret} has read it")
    for number in range(3):
        kb.check_known_issues(f"ERROR the broker refuses frame {number} of {secret}", service="mill")
    kb.incidents.open("the basin runs over", service="mill", impact=f"{secret} gets wet feet")
    kb.incidents.hypothesise(f"{secret} sits in the sluice")
    kb.incidents.mitigate(f"called the {secret} desk", worked=True)
    kb.session_log(f"{secret} was called", f"{secret} came")
    kb.changes.record("deployment", "mill", version="v2", summary=f"{secret} shipped it")
    kb.healthy.add([f"INFO {secret} is fine"], "a quiet Sunday")
    kb.memory_append(
        "learned/runbooks", "procedures", {"name": "Drain the basin", "steps": [f"Call {secret}"]}
    )
    kb.memory_update("state/environments", "environments.stage.status", f"{secret} nests there")
    kb.reviews.publish(days=7)
    tell(kb, learned, secret)
    assert kb.proposals.list()
    with kb._parts.db.write():
        kb._parts.db.execute(
            "INSERT INTO hook_deliveries (at, hook, key, content, body, state, due, note)"
            " VALUES ('2026-05-20T10:00:00+00:00', 'alertmanager', '', ?1, ?1, 'failed', '2026', ?1)",
            [f"from {secret}"],
        )


def tell(kb: KnowledgeBase, entry_id: str, secret: str) -> None:
    """Messages to people, in all states, and a button that was pressed."""
    (incident,) = kb.incidents.open_ones()
    for number, state in enumerate(DeliveryState):
        notice = Notice(
            kind=NoticeKind.UPDATED,
            headline=f"The {secret} is called, {state}",
            incident_id=incident.id,
            entry_id=entry_id,
            document=f"What the {secret} did",
        )
        told = Delivery(
            id=f"kb-00ff{number}",
            at=NOW,
            target="on-call",
            notice=notice,
            state=state,
            due=NOW,
            reason=f"the {secret} does not answer",
            reference=secret,
        )
        NoticeJournal(kb._parts.db).add(told)
    PressTable(kb._parts.db).add("kb-press-1", "kb-00ff2", f"{secret} ana", "resolved", NOW)


def rows_of(server: PostgresServer, database: str, tenant: str) -> Mapping[str, object]:
    tables = server.run("SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity", database)
    return {
        name: server.run(f"SELECT t::text FROM {name} t WHERE tenant = '{tenant}' ORDER BY 1", database)
        for (name,) in tables
    }


def files_of(home: Path) -> Mapping[str, bytes]:
    return {
        str(file): file.read_bytes() for part in ("learned", "state") for file in (home / part).glob("*.yaml")
    }


def ids_of(server: PostgresServer, database: str) -> list[str]:
    """The ids of everything of everybody, but for those that tell a secret."""
    asked = (
        "SELECT id FROM entries UNION SELECT id FROM lookups UNION SELECT id FROM outcomes"
        " UNION SELECT id FROM proposals UNION SELECT subject FROM events WHERE subject IS NOT NULL"
        " UNION SELECT id FROM changes UNION SELECT id::text FROM hook_deliveries UNION SELECT id::text FROM moves"
        " UNION SELECT id FROM deliveries"
    )
    found = sorted(one for (one,) in server.run(asked, database))
    return [one for one in found if not any(secret in one for secret in SECRETS.values())]


def arguments(name: str, ids: list[str], chance: random.Random) -> dict[str, Any]:
    """What an operation is asked: its example, with ids that there are in place of those of the example."""
    given = dict(EXAMPLES.get(name, {}))
    for one in operations()[name].parameters.values():
        if one.name.endswith("_id") or one.name in ("into", "about"):
            given[one.name] = chance.choice(ids)
        elif one.name == "service":
            given[one.name] = "mill"
        elif one.name in ("error_text", "alert", "pattern", "error_pattern"):
            given[one.name] = LINE
        elif one.name == "query":
            given[one.name] = "the basin or the sluice"
        elif one.name in ("limit", "days", "hours"):
            given[one.name] = 50
    return given


def asked(kb: KnowledgeBase, name: str, given: Mapping[str, Any], role: Role) -> str:
    """All that is told of one call."""
    try:
        return anyio.run(lambda: Calls(kb).answer(name, given, as_json, role=role, actor="eve")).decode()
    except KbError as error:
        return str(error)


def test_whatever_is_asked_by_whomever_nothing_of_the_other_is_told_or_changed(
    bases: Mapping[str, KnowledgeBase],
    chats: Mapping[str, ChatServer],
    teams: Path,
    postgres_server: PostgresServer,
    database: str,
) -> None:
    chance = random.Random(17)
    for mine, theirs in (("billing", "payments"), ("payments", "billing")):
        before = rows_of(postgres_server, database, theirs)
        files = files_of(teams / "tenants" / theirs)
        told = 0
        for name in operations():
            ids = ids_of(postgres_server, database)
            for role in Role:
                for _ in range(ROUNDS):
                    given = arguments(name, ids, chance)
                    said = asked(bases[mine], name, given, role).casefold()
                    assert SECRETS[theirs] not in said, (name, role, given)
                    told += SECRETS[mine] in said
        assert rows_of(postgres_server, database, theirs) == before
        assert files_of(teams / "tenants" / theirs) == files
        assert told > 50
        listed = asked(bases[mine], "messages", {"limit": 50}, Role.ADMIN)
        assert SECRETS[mine] in listed
        sent = asked(bases[mine], "message_send", {"message_id": "kb-00ff2"}, Role.ADMIN)
        assert f"The {SECRETS[mine]} is called" in sent
        assert all(SECRETS[theirs] not in one.text for one in chats[mine].messages)
        assert any(SECRETS[mine] in one.text for one in chats[mine].messages)


def test_each_statement_that_changes_rows_leaves_those_of_the_other(
    bases: Mapping[str, KnowledgeBase], teams: Path, postgres_server: PostgresServer, database: str
) -> None:
    assert bases
    before = rows_of(postgres_server, database, "payments")
    db = database_of(teams / "tenants" / "billing")
    try:
        for table in before:
            _empty(db, table)
    finally:
        db.close()
    assert rows_of(postgres_server, database, "payments") == before
    left = rows_of(postgres_server, database, "billing")
    assert {name for name, rows in left.items() if rows} == set()


def _empty(db: Database, table: str) -> None:
    with db.write():
        db.execute(f"DELETE FROM {table}")
