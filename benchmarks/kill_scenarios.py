"""Every command that writes, as it is killed: what is run, and how it shows afterwards that it was done.

`SCENARIOS` and `READING` together are all commands of the program, and `TOOLS` all tools for agents that write;
`tests/durability/test_every_command_killed.py` holds them against the program, so a new one needs a line here.
In words and queries, `{token}` is a word of its own for each write, other names in braces are facts of the home.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb import KnowledgeBase
from kb.store.upkeep.migrations import migrations
from kb.text.times import utc_now
from tests.store.old_home.make import unpack

TOKENS = ("alder", "birch", "cedar")
Facts = dict[str, str]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One command: `words` are run once for each of `times` tokens; `before` them, unkilled, what they need."""

    name: str
    words: Words
    kept: str
    """A query that finds something when the write is there, or the name of a memory file that has the token then."""
    times: int = 3
    before: tuple[Words, ...] = ()
    prepare: Callable[[Path, Facts], None] = lambda _home, _facts: None
    again: bool = True
    """Whether a caller who got no answer may simply run it again; else that is refused, since it was done."""


def _event(kind: str, text: str = "{token}") -> str:
    return f"SELECT 1 FROM events WHERE kind = '{kind}' AND action || details || data LIKE '%{text}%'"


def _entry(text: str) -> str:
    return f"SELECT 1 FROM entries WHERE retired_at IS NULL AND data LIKE '%{text}%'"


_INCIDENT = ("incident", "open", "the pier is dark", "--service", "pier")
_ON = ("-i", "{incident}")
_ANOTHER = ("incident", "open", "the quay is dark", "--service", "quay")
_OTHER = f"incident-{utc_now():%Y%m%d}-the-quay-is-dark"
"""The beginning of its id."""


def _document(home: Path, _facts: Facts) -> None:
    for token in TOKENS:
        (home / "documents" / f"{token}.md").write_text(
            f"# The {token} winch lost its pawl\n\n## Symptoms\n\n```\nFATAL {token} winch lost its pawl\n```\n\n"
            f"## Root cause\n\nThe {token} pawl was worn.\n\n## Workaround\n\nReplace the {token} pawl.\n"
        )


def _healthy(home: Path, _facts: Facts) -> None:
    for token in TOKENS:
        text = "".join(f"INFO {token} winch turned {number} times\n" for number in range(40))
        (home / "documents" / f"{token}.log").write_text(text)


def _repository(home: Path, _facts: Facts) -> None:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=ana", "-c", "user.email=ana@example.com", *words],
            cwd=home / "documents",
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    for token in TOKENS:
        git("commit", "-q", "--allow-empty", "-m", f"turn the {token} winch")


def _edit(home: Path, _facts: Facts) -> None:
    (home / "documents" / "edit.yaml").write_text("meaning: the alder pawl\nfix: replace the alder pawl\n")


def _old_rows(home: Path, _facts: Facts) -> None:
    with closing(sqlite3.connect(home / "state" / "kb.db")) as db, db:
        db.execute("UPDATE lookups SET at = '2021' || substr(at, 5) WHERE incident IS NULL")
        db.execute("UPDATE proposals SET state = 'rejected'")


def _secrets(home: Path, _facts: Facts) -> None:
    """Rows that an older kb wrote: what it did not know for a secret stands in them."""
    with closing(sqlite3.connect(home / "state" / "kb.db")) as db, db:
        db.execute(
            "INSERT INTO events (at, action, details, actor) VALUES ('2026', 'tried', 'password=hunter2pass', '')"
        )
        db.execute("UPDATE entries SET data = replace(data, 'thaw it', 'run it with password=hunter2pass')")


def _copy(home: Path, _facts: Facts) -> None:
    """A home without history, and the copy of one that has some."""
    with KnowledgeBase.open(home) as kb:
        kb.backup(home / "documents" / "copy.db")
    shutil.rmtree(home / "state")
    (home / "state").mkdir()


def first_schema(home: Path, _facts: Facts) -> None:
    """The database as the first step of the schema left it, with the entries that it held; no vectors."""
    from sqlite_utils import Database

    now, old = home / "state" / "kb.db", home.parent / "first.db"
    db = Database(old)
    migrations.apply(db, stop_before="vectors")
    with closing(sqlite3.connect(now)) as rows:
        for table in ("files", "entries", "copies", "chunks", "fingerprints", "term_entries"):
            _take(rows, db.conn, table, "*")
        _take(rows, db.conn, "chunk_terms", "rowid, terms")
        _take(rows, db.conn, "signatures", "entry_id, needles, regex")
    db.conn.commit()
    db.close()
    shutil.rmtree(home / "state")
    (home / "state").mkdir()
    shutil.move(old, now)


def _take(source: sqlite3.Connection, target: sqlite3.Connection, table: str, columns: str) -> None:
    rows = source.execute(f"SELECT {columns} FROM {table}").fetchall()
    names = "" if columns == "*" else f"({columns})"
    for row in rows:
        target.execute(f"INSERT INTO {table} {names} VALUES ({','.join('?' * len(row))})", row)


def old_home(home: Path, _facts: Facts) -> None:
    """The home that commit 2995bad left, in place of this one."""
    shutil.rmtree(home)
    shutil.move(unpack(home.parent / "unpacked"), home)
    shutil.move(home.parent / "unpacked", home / "documents")


SCENARIOS = (
    Scenario("init", ("init", "{documents}/{token}"), "file:documents/{token}/state"),
    Scenario("ingest", ("ingest", "{documents}/{token}.md"), _entry("{token} winch"), prepare=_document),
    Scenario(
        "check",
        ("check", "FATAL {token} winch lost its pawl"),
        "SELECT 1 FROM lookups WHERE evidence LIKE '%{token}%'",
    ),
    Scenario(
        "triage",
        ("triage", "FATAL {token} winch lost its pawl"),
        "SELECT 1 FROM lookups WHERE evidence LIKE '%{token}%'",
    ),
    Scenario(
        "outcome",
        ("outcome", "{entry}", "resolved", "--note", "{token}", "--verified-by", "ana"),
        "SELECT 1 FROM outcomes WHERE note = '{token}'",
    ),
    Scenario(
        "status",
        ("status", "{entry}", "retired", "--reason", "{token}"),
        "SELECT 1 FROM moves m JOIN entries e ON e.id = m.entry_id WHERE m.reason = '{token}' AND m.done = 1"
        " AND e.status = 'retired'",
        times=1,
        again=False,
    ),
    Scenario("weekly", ("weekly",), "SELECT 1 FROM reviews", times=1),
    Scenario("proposals", ("proposals",), "SELECT 1 FROM proposals WHERE state = 'open'", times=1),
    Scenario(
        "accept",
        ("accept", "{proposal}", "-m", "{token} meaning", "-f", "mend it"),
        _entry("{token} meaning"),
        times=1,
        again=False,
    ),
    Scenario(
        "accept --edit",
        ("accept", "{proposal}", "--edit", "{documents}/edit.yaml"),
        _entry("the alder pawl"),
        times=1,
        prepare=_edit,
        again=False,
    ),
    Scenario(
        "reject",
        ("reject", "{proposal}", "--reason", "{token}"),
        "SELECT 1 FROM proposals WHERE reason = '{token}' AND state = 'rejected'",
        times=1,
        again=False,
    ),
    Scenario(
        "sweep",
        ("sweep",),
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM lookups WHERE at < '2022')"
        " AND (SELECT sum(count) FROM swept_lookups) > 5",
        times=1,
        prepare=_old_rows,
    ),
    Scenario(
        "redact",
        ("redact",),
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM events WHERE details LIKE '%hunter2%')"
        " AND NOT EXISTS (SELECT 1 FROM entries WHERE data LIKE '%hunter2%')",
        times=1,
        prepare=_secrets,
    ),
    Scenario("backup", ("backup", "{documents}/{token}.db"), "copy:documents/{token}.db"),
    Scenario(
        "restore",
        ("restore", "{documents}/copy.db"),
        "SELECT 1 FROM outcomes WHERE note = 'before all'",
        times=1,
        prepare=_copy,
        again=False,
    ),
    Scenario(
        "doctor --repair", ("doctor", "--repair"), "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox)", times=1
    ),
    Scenario(
        "doctor --rebuild",
        ("doctor", "--rebuild"),
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM outbox)",
        times=1,
    ),
    Scenario(
        "learn pattern",
        ("learn", "pattern", "FATAL {token} winch lost its pawl", "--fix", "replace the pawl"),
        "file:learned/patterns.yaml",
    ),
    Scenario(
        "learn tool-fix",
        ("learn", "tool-fix", "winchctl", "the {token} drum is not empty", "--fix", "turn it"),
        "file:learned/tool_fixes.yaml",
    ),
    Scenario(
        "healthy add",
        ("healthy", "add", "{documents}/{token}.log"),
        "SELECT 1 FROM healthy WHERE line LIKE '%{token}%'",
        prepare=_healthy,
    ),
    Scenario(
        "healthy remove",
        ("healthy", "remove", "calm"),
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM healthy WHERE line LIKE '%{token}%')",
        prepare=_healthy,
        times=1,
        before=(("healthy", "add", "{documents}/alder.log", "--source", "calm"),),
        again=False,
    ),
    Scenario(
        "healthy check",
        ("healthy", "check"),
        "SELECT 1",
        times=1,
        prepare=_healthy,
        before=(("healthy", "add", "{documents}/alder.log"),),
    ),
    Scenario(
        "change record",
        ("change", "record", "deployment", "--service", "pier", "--version", "{token}"),
        "SELECT 1 FROM changes WHERE version = '{token}'",
    ),
    Scenario(
        "change drift",
        ("change", "drift", "--end", "{drift}"),
        "SELECT 1 FROM changes WHERE kind = 'drift' AND json_extract(data, '$.extra.ended') IS NOT NULL",
        times=1,
        again=False,
    ),
    Scenario(
        "change import-git",
        ("change", "import-git", "{documents}", "--service", "pier"),
        "SELECT 1 FROM changes WHERE data LIKE '%{token} winch%'",
        times=1,
        prepare=_repository,
    ),
    Scenario(
        "incident open",
        ("incident", "open", "the {token} pier is dark", "--service", "{token}"),
        _event("opened"),
    ),
    Scenario("incident log", ("incident", "log", "looked at {token}", *_ON), _event("note")),
    Scenario(
        "incident acknowledge", ("incident", "acknowledge", "--by", "{token}", *_ON), _event("acknowledged")
    ),
    Scenario("incident severity", ("incident", "severity", "SEV2", "{token}", *_ON), _event("severity")),
    Scenario(
        "incident hypothesis", ("incident", "hypothesis", "the {token} pawl", *_ON), _event("hypothesis")
    ),
    Scenario(
        "incident mitigate",
        ("incident", "mitigate", "tied {token}", "--no-help", "--entry", "{entry}", *_ON),
        _event("mitigation") + " AND EXISTS (SELECT 1 FROM outcomes WHERE result = 'failed')",
    ),
    Scenario(
        "incident resolve",
        ("incident", "resolve", "mended {token}", "--entry", "{entry}", *_ON),
        _event("resolution") + " AND EXISTS (SELECT 1 FROM entries WHERE id = '{incident}')",
        times=1,
    ),
    Scenario(
        "incident verify",
        ("incident", "verify", "all", "--by", "ana", *_ON),
        _event("verification", "") + " AND EXISTS (SELECT 1 FROM outcomes WHERE incident = '{incident}' AND"
        " result = 'resolved')",
        times=1,
        before=(("incident", "resolve", "mended", "--entry", "{entry}", *_ON),),
    ),
    Scenario(
        "incident action-item",
        ("incident", "action-item", "oil {token}", "--owner", "ana", *_ON),
        _event("action_item"),
    ),
    Scenario("incident review", ("incident", "review", "--lesson", "{token}", *_ON), _event("review")),
    Scenario(
        "incident close",
        ("incident", "close", *_ON),
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM open_incidents WHERE subject = '{incident}')",
        times=1,
        before=(("incident", "resolve", "mended", *_ON),),
        again=False,
    ),
    Scenario(
        "incident reopen",
        ("incident", "reopen", "{incident}", "{token} is back"),
        _event("reopened"),
        times=1,
        before=(
            ("incident", "resolve", "mended", "--entry", "{entry}", *_ON),
            ("incident", "verify", "all", *_ON),
            ("incident", "close", *_ON),
        ),
        again=False,
    ),
    Scenario(
        "incident merge",
        ("incident", "merge", _OTHER, "--into", "{incident}"),
        "SELECT 1 FROM merged_incidents WHERE into_incident = '{incident}' AND EXISTS"
        " (SELECT 1 FROM outcomes WHERE note = '' AND incident = '{incident}')",
        times=1,
        before=(_ANOTHER, ("incident", "mitigate", "tied it", "--entry", "{entry}", "-i", _OTHER)),
        again=False,
    ),
    Scenario(
        "incident split",
        ("incident", "split", "-i", _OTHER),
        "SELECT 1 FROM events WHERE kind = 'split' AND NOT EXISTS (SELECT 1 FROM merged_incidents)",
        times=1,
        before=(_ANOTHER, ("incident", "merge", _OTHER, "--into", "{incident}")),
        again=False,
    ),
    Scenario("incident update", ("incident", "update", "--focus", "{token}", *_ON), _event("update")),
    Scenario(
        "incident postmortem",
        ("incident", "postmortem", "--folder", "{documents}/{token}", *_ON),
        "glob:documents/{token}/*.md",
        before=(("incident", "resolve", "mended", *_ON),),
    ),
    Scenario(
        "memory append",
        (
            "memory",
            "append",
            "learned/patterns",
            "pier_patterns",
            "{{pattern: the {token} drum is stuck, fix: turn it}}",
        ),
        "file:learned/patterns.yaml",
    ),
    Scenario(
        "memory update",
        ("memory", "update", "state/environments", "{token}.status", "degraded {token}"),
        "file:state/environments.yaml",
    ),
    Scenario("memory log", ("memory", "log", "looked at {token}"), _event("note")),
    Scenario("(from schema 1)", ("memory", "log", "looked at {token}"), _event("note"), prepare=first_schema),
    Scenario("(from 2995bad)", ("memory", "log", "looked at {token}"), _event("note"), prepare=old_home),
)

READING = frozenset(
    {
        "search",
        "show",
        "rehearse",
        "eval",
        "config check",
        "config show",
        "hooks list",
        "notify list",
        "notify targets",
        "healthy list",
        "change list",
        "change rollback-target",
        "incident list",
        "incident show",
        "memory keys",
        "memory read",
        "memory query",
        "mcp",
        "serve",  # doors: what agents write by them are the tools below
        "web",
    }
)

ELSEWHERE = frozenset(
    {
        "memory export",  # tests/memory/test_exchange_killed.py
        "memory import",
        "migrate",  # tests/postgresql/test_migrate.py
        "hooks retry",  # tests/hooks/test_killed_deliveries.py
        "notify send",  # tests/durability/test_people_told.py
        "notify test",
    }
)
"""Commands whose work is killed at every step in tests of its own."""

TOOLS = {
    "check_known_issues": "check",
    "triage": "triage",
    "investigate_alert": "triage",
    "debug_prod": "triage",
    "learn_pattern": "learn pattern",
    "learn_tool_fix": "learn tool-fix",
    "record_outcome": "outcome",
    "memory_append": "memory append",
    "memory_update": "memory update",
    "memory_session_log": "memory log",
    "proposal_accept": "accept",
    "proposal_reject": "reject",
    "record_change": "change record",
    "incident_open": "incident open",
    "incident_log": "incident log",
    "incident_mitigate": "incident mitigate",
    "incident_resolve": "incident resolve",
    "incident_verify": "incident verify",
    "incident_close": "incident close",
    "incident_reopen": "incident reopen",
    "incident_acknowledge": "incident acknowledge",
    "incident_severity": "incident severity",
    "incident_hypothesise": "incident hypothesis",
    "incident_action_item": "incident action-item",
    "incident_review": "incident review",
    "incident_status_update": "incident update",
    "incident_postmortem": "incident postmortem",
    "incident_merge": "incident merge",
    "incident_split": "incident split",
    "weekly_summary": "weekly",
    "entry_status": "status",
    "entry_undo": "status",
    "entry_edit": "memory update",
    "entry_merge": "accept",
    "healthy_add": "healthy add",
    "healthy_remove": "healthy remove",
    "message_send": "notify send",
    "hook_retry": "hooks retry",
}
"""Tools for agents that write, each with the scenario of the same work."""


def filled(text: str, facts: Facts, token: str) -> str:
    """The words or the query with the facts in place of the braces."""
    return text.format(**facts, token=token)


def is_kept(home: Path, scenario: Scenario, facts: Facts, token: str) -> bool:
    """Whether what the command wrote is there, seen by plain SQLite or in the plain file."""
    kind, _, path = filled(scenario.kept, facts, token).partition(":")
    if kind == "file":
        file = home / path
        return file.is_dir() or (file.is_file() and (token in path or token in file.read_text()))
    if kind == "glob":
        return any(file.stat().st_size for file in home.glob(path))
    database = home / (path if kind == "copy" else "state/kb.db")
    if not database.is_file():
        return False
    query = "SELECT 1 FROM outcomes WHERE note = 'before all'" if kind == "copy" else f"{kind}{_}{path}"
    with closing(sqlite3.connect(database)) as db:
        return db.execute(query).fetchone() is not None


def words_of(scenario: Scenario, facts: Facts, token: str) -> Sequence[str]:
    """The command line of one write."""
    return [filled(word, facts, token) for word in scenario.words]


def facts_in(text: str) -> Facts:
    """What `json.dumps` wrote of the facts."""
    found: Facts = json.loads(text)
    return found
