"""One database for many: what one writes the others find at once; what cannot be written is refused with a sentence."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

import psycopg
import pytest

from kb import KnowledgeBase
from kb.errors import EntryNotFound, HomeBusy, HomeNotWritable, StoreAway, StoreBroken
from kb.home import Home
from kb.model.ledger import Outcome, Verdict
from kb.starter import make_home
from kb.store.database import Database
from kb.store.deferred import DeferredLookups, LookupRows
from kb.store.engines.turn import Turn
from kb.store.entries import Stored
from kb.store.ledger import Ledger
from kb.store.postgresql import pool
from kb.store.postgresql.connection import Address
from kb.store.postgresql.steps import SCHEMA
from tests.conftest import database_of
from tests.doubles.encoders import HashedEncoder
from tests.doubles.postgres import PostgresServer
from tests.postgresql.conftest import Terminate, naming

pytestmark = pytest.mark.full
LINE = "FATAL the sluice of basin 4 jammed at 0x17"
NOW = datetime(2026, 5, 20, 10, tzinfo=UTC)


def opened(home: Path) -> KnowledgeBase:
    return KnowledgeBase.open(home, encoder=HashedEncoder(), clock=lambda: NOW)


@pytest.fixture
def db(shared_home: Path) -> Iterator[Database]:
    with closing(database_of(shared_home)) as found:
        yield found


def test_no_file_of_sqlite_is_made(shared_home: Path) -> None:
    with opened(shared_home) as kb:
        kb.check_known_issues(LINE)
    assert [file.name for file in (shared_home / "state").glob("kb.db*")] == ["kb.db.elsewhere"]


def test_a_folder_of_such_a_home_says_where_nobody_names_its_database(shared_home: Path) -> None:
    (shared_home / "kb.toml").unlink()
    with opened(shared_home) as kb:
        said = [one.message for one in kb.refresh()]
        assert said == kb.upkeep.doctor()[0]
        assert "neither KB_DATABASE_URL nor [database] of kb.toml names it here" in said[0]
        (shared_home / "state" / "kb.db.elsewhere").unlink()
        assert kb.refresh() == []


def test_a_lookup_waits_for_no_disk_and_all_else_does(
    shared_home: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    naming(shared_home, f"{url}&options={quote('-c synchronous_commit=on')}")
    waited = dict[str, str]()
    insert, record = DeferredLookups.insert, Ledger.record_outcome

    def inserted(self: DeferredLookups, rows: LookupRows) -> None:
        waited["lookup"] = str(self._db.value("SHOW synchronous_commit"))
        insert(self, rows)

    def recorded(self: Ledger, outcome: Outcome) -> None:
        waited["outcome"] = str(self._db.value("SHOW synchronous_commit"))
        record(self, outcome)

    monkeypatch.setattr(DeferredLookups, "insert", inserted)
    monkeypatch.setattr(Ledger, "record_outcome", recorded)
    with opened(shared_home) as kb:
        entry = kb.learn_pattern(LINE, "grit", "rinse it").id
        lookup = kb.check_known_issues(LINE).lookup_id
        kb.record_outcome(entry, "resolved", lookup)
    assert waited == {"lookup": "off", "outcome": "on"}


def test_what_one_process_learns_another_one_finds_at_once(shared_home: Path) -> None:
    with opened(shared_home) as here:
        assert here.check_known_issues(LINE).verdict is Verdict.UNKNOWN
        learn = [sys.executable, "-m", "kb", "--home", str(shared_home), "learn", "pattern", LINE]
        subprocess.run(
            [*learn, "--meaning", "a tree in it", "--fix", "pull it out"], check=True, capture_output=True
        )
        answer = here.check_known_issues(LINE.replace("0x17", "0x99"))
    assert (answer.verdict, answer.matches[0].fix) == (Verdict.KNOWN, "pull it out")


def test_hosts_that_open_a_new_database_at_once_make_it_once(tmp_path: Path, url: str) -> None:
    homes, failed = [tmp_path / name for name in "abcd"], list[BaseException]()

    def open_it(home: Path) -> None:
        try:
            (home / "state").mkdir(parents=True)
            naming(home, url)
            database_of(home).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it, args=[home]) for home in homes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_connection_that_was_cut_is_made_anew_by_the_next_question(
    shared_home: Path, cut: Terminate
) -> None:
    with opened(shared_home) as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        assert cut() == 1
        assert kb.check_known_issues(LINE).verdict is Verdict.KNOWN
        cut()
        assert kb.session_log("pulled it out").action == "pulled it out"


def test_a_write_that_is_cut_is_undone_as_a_whole_and_says_so(db: Database, cut: Terminate) -> None:
    with pytest.raises(StoreAway, match="cannot be reached"):
        _write_and_be_cut(db, cut)
    assert (db.meta("first"), db.meta("second")) == ("", "")
    with db.write():
        db.set_meta("third", "3")
    assert db.meta("third") == "3"


def _write_and_be_cut(db: Database, cut: Terminate) -> None:
    with db.write():
        db.set_meta("first", "1")
        cut()
        db.set_meta("second", "2")


def test_a_question_does_not_wait_for_a_writer_and_its_lookup_is_kept_for_later(
    shared_home: Path, db: Database
) -> None:
    with opened(shared_home) as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        with db.write():
            db.set_meta("theirs", "1")
            answer = kb.check_known_issues(LINE)
            assert kb._parts.ledger.is_waiting(str(answer.lookup_id))
        kb.counts()
        assert not kb._parts.ledger.is_waiting(str(answer.lookup_id))
        assert kb._parts.ledger.has_lookup(str(answer.lookup_id))


def test_a_database_that_takes_no_writes_answers_says_so_and_writes_again_when_it_does(
    shared_home: Path,
    postgres_server: PostgresServer,
    database: str,
    cut: Terminate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "PRIMARY_SECONDS", 0.0)
    with opened(shared_home) as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        postgres_server.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        cut()
        answer = kb.check_known_issues(LINE)
        assert (answer.verdict, answer.lookup_id) == (Verdict.KNOWN, None)
        with pytest.raises(HomeNotWritable, match="takes no writes just now") as refused:
            kb.session_log("pulled it out")
        assert "nothing was changed" in str(refused.value)
        postgres_server.run(f"ALTER DATABASE {database} RESET default_transaction_read_only")
        assert kb.session_log("pulled it out").action == "pulled it out"


def test_a_wrong_password_is_told_and_never_shown(
    shared_home: Path, postgres_server: PostgresServer, database: str
) -> None:
    guarded = postgres_server.guarded(database, "the-right-word")
    naming(shared_home, guarded.replace("the-right-word", "a-secret-word"))
    with pytest.raises(StoreAway, match="look at the password") as told:
        database_of(shared_home)
    assert "a-secret-word" not in str(told.value)


def test_a_database_of_a_newer_kb_is_left_alone(
    shared_home: Path, postgres_server: PostgresServer, database: str
) -> None:
    taken = "(99, 'of tomorrow', now(), 'it would lose outcomes')"
    postgres_server.run(f"INSERT INTO schema_steps VALUES {taken}", database)
    said = rf"newer kb, beside which .* \(step 99: it would lose outcomes; this one knows {SCHEMA}\)"
    with pytest.raises(StoreBroken, match=said):
        database_of(shared_home)


def test_a_statement_that_takes_too_long_is_ended_and_told(shared_home: Path, url: str) -> None:
    naming(shared_home, f"{url}&options={quote('-c statement_timeout=50')}")
    with closing(database_of(shared_home)) as db, pytest.raises(StoreAway, match="took too long"):
        db.rows("SELECT pg_sleep(5)")


def test_a_server_that_takes_no_more_connections_is_told(
    shared_home: Path, postgres_server: PostgresServer, database: str
) -> None:
    postgres_server.run(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    plain = postgres_server.plain(database)
    naming(shared_home, plain)
    with pytest.raises(StoreAway, match="takes no more connections"):
        database_of(shared_home)


def test_background_work_is_one_process_turn_until_it_ends_or_its_connection_does(
    tmp_path: Path, url: str, shared_home: Path, cut: Terminate
) -> None:
    other = tmp_path / "other host"
    (other / "state").mkdir(parents=True)
    naming(other, url)
    mine, theirs = (
        Turn(Home(home), home / "state" / "locks" / "hooks.lock") for home in (shared_home, other)
    )

    assert (mine.take(), mine.take(), theirs.take()) == (True, True, False)
    mine.give()
    assert (theirs.take(), mine.take()) == (True, False)
    cut()
    assert (mine.take(), theirs.take()) == (True, False)
    beside = Turn(Home(other), other / "state" / "locks" / "hooks.lock")
    assert beside.take() is False  # since the first one has it, not since `theirs` kept the file
    mine.give()
    assert beside.take() is True
    beside.give()


def test_numbers_come_in_the_order_of_commits_so_that_who_reads_on_misses_nothing(shared_home: Path) -> None:
    with closing(database_of(shared_home)) as one, closing(database_of(shared_home)) as other:
        add = "INSERT INTO announcements (at, kind, incident_id, body) VALUES (?, 'opened', ?, '{}')"
        with one.write():
            first = one.insert(add, ["2026", "a"])
            with pytest.raises(HomeBusy), other.at_once(), other.write():
                other.insert(add, ["2026", "b"])
        with other.write():
            assert other.insert(add, ["2026", "b"]) > first


def test_a_question_that_loses_its_connection_while_it_reads_is_answered_over_another_one(
    shared_home: Path, cut: Terminate
) -> None:
    with opened(shared_home) as kb:
        kb.learn_pattern(LINE, "a tree in it", "pull it out")
        many, lost = kb._parts.entries.many, list[int]()

        def many_of_a_lost_one(ids: Iterable[str]) -> dict[str, Stored]:
            if not lost:
                lost.append(cut())
            return many(ids)

        kb._parts.entries.many = many_of_a_lost_one  # type: ignore[method-assign]
        answer = kb.check_known_issues(LINE)

    assert lost[0] > 0
    assert [one.title for one in answer.matches] == [LINE]
    assert answer.lookup_id


def test_a_nul_in_a_text_or_a_question_is_no_error(shared_home: Path) -> None:
    with opened(shared_home) as kb:
        learned = kb.learn_pattern(f"{LINE} with \0 in it", "a tree in it", "pull it out").id
        assert kb.check_known_issues(f"{LINE} with \0 in it").matches[0].id == learned
        with pytest.raises(EntryNotFound):
            kb.get("pattern-\0-of-nothing")


def test_a_copy_of_its_ledger_is_put_back_into_either_engine(
    tmp_path: Path, shared_home: Path, postgres_server: PostgresServer
) -> None:
    with opened(shared_home) as kb:
        learned = kb.learn_pattern(LINE, "a tree in it", "pull it out").id
        asked = kb.check_known_issues(LINE)
        kb.record_outcome(learned, "resolved", asked.lookup_id, verified_by="ana")
        copy, rows = kb.upkeep.backup(tmp_path / "copy.db")
    assert rows >= 3
    plain = tmp_path / "plain"
    make_home(plain)
    with opened(plain) as kb:
        kb.upkeep.restore(copy)
        assert kb._parts.ledger.has_lookup(str(asked.lookup_id))
        back, again = kb.upkeep.backup(tmp_path / "back.db")
        assert (kb._parts.ledger.outcomes_of([learned])[learned][0].verified_by, again) == ("ana", rows)
    empty = tmp_path / "empty"
    (empty / "state").mkdir(parents=True)
    (empty / "learned").mkdir()
    name = postgres_server.create()
    naming(empty, postgres_server.url(name))
    with opened(empty) as kb:
        assert sum(kb.upkeep.restore(back).values()) == rows
        event = kb.session_log("numbers go on behind those that were put back")
        assert event.action.startswith("numbers go on")
    postgres_server.drop(name)


def test_a_write_in_a_write_that_is_undone_leaves_the_lock_with_the_outer_one(shared_home: Path) -> None:
    with closing(database_of(shared_home)) as one, closing(database_of(shared_home)) as other:
        with one.write():
            with pytest.raises(LookupError), one.write():
                raise LookupError
            with pytest.raises(HomeBusy), other.at_once(), other.write():
                other.set_meta("theirs", "1")
            one.set_meta("ours", "1")
        assert (other.meta("ours"), other.meta("theirs")) == ("1", "")


def test_in_a_snapshot_a_write_that_is_undone_takes_its_lock_along_and_the_next_one_takes_it_again(
    shared_home: Path,
) -> None:
    with closing(database_of(shared_home)) as one, closing(database_of(shared_home)) as other:
        with one.snapshot():
            one.meta("any")
            with pytest.raises(LookupError), one.write():
                raise LookupError
            with one.write():
                one.set_meta("ours", "1")
            with one.write():
                one.set_meta("more", "1")
            with pytest.raises(HomeBusy), other.at_once(), other.write():
                other.set_meta("theirs", "1")
        assert (other.meta("ours"), other.meta("more"), other.meta("theirs")) == ("1", "1", "")


def test_where_no_server_answers_only_the_first_question_waits(
    shared_home: Path, cut: Terminate, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[object]()

    def refused(_address: Address, further: object) -> NoReturn:
        tried.append(further)
        raise psycopg.OperationalError("connection timeout expired")

    with closing(database_of(shared_home)) as db:
        monkeypatch.setattr(Address, "_connect", refused)
        cut()
        for _ in range(3):
            with pytest.raises(StoreAway, match="too slow, or something on the way"):
                db.rows("SELECT 1")
    assert len(tried) == 2  # the primary, and any of the others
