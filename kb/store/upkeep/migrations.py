"""The schema of `state/kb.db`, as steps that are applied once, in order, each in a transaction.

A step that has shipped is never edited: what must change is a new step at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from kb.store.hooks.tables import WEBHOOKS
from kb.store.incidents.tables import MERGED_INCIDENTS
from kb.store.lexical_index import FILTERED
from kb.store.notices.tables import NOTICES
from kb.store.outcomes.tables import OUTCOME_SUMS
from kb.store.upkeep.older import IN_HALVES, OPEN_INCIDENTS, half
from kb.store.upkeep.tables import OLD_ROWS

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("kb")

# What must not be split inside a token: the tokeniser is kb's own (`kb.text.tokens`), FTS5 only
# parts its output at spaces.
_TOKEN_CHARACTERS = "!#$%&()*+,-./:;<=>?@[\\]^_`{|}~"


def _run(db: Database, script: str) -> None:
    """Run a script inside the step's transaction (`executescript` would commit it first)."""
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations()
def knowledge(db: Database) -> None:
    """Entries, the files they come from, their searchable pieces."""
    _run(
        db,
        f"""
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE files (
            path TEXT PRIMARY KEY,          -- absolute, or the memory key of a file of the home
            given TEXT NOT NULL,            -- as it was given to ingest
            sha256 TEXT NOT NULL,
            stamp TEXT NOT NULL,            -- inode, size and mtime when it was last read
            parser TEXT NOT NULL,           -- the source that understood it, and its version
            skipped TEXT NOT NULL DEFAULT '',
            problems TEXT NOT NULL DEFAULT '[]',
            read_at TEXT NOT NULL
        );
        CREATE TABLE entries (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            status TEXT NOT NULL,
            headline TEXT NOT NULL,
            digest TEXT NOT NULL,
            data TEXT NOT NULL,
            origin TEXT NOT NULL,
            file TEXT NOT NULL,             -- files.path
            path TEXT NOT NULL,             -- source.path, as it was given
            section TEXT,
            line INTEGER,
            services TEXT NOT NULL DEFAULT '[]',
            happened TEXT,                  -- date of an incident, else null
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            retired_at TEXT
        );
        CREATE INDEX entries_file ON entries(file);
        CREATE INDEX entries_digest ON entries(digest);
        CREATE INDEX entries_kind ON entries(kind, status);
        CREATE TABLE copies (               -- the same entry, word for word, in another file
            entry_id TEXT NOT NULL,
            file TEXT NOT NULL,
            path TEXT NOT NULL,
            section TEXT,
            line INTEGER,
            PRIMARY KEY (entry_id, file, section, line)
        );
        CREATE INDEX copies_file ON copies(file);
        CREATE TABLE chunks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            entry_id TEXT NOT NULL,
            ordinal INTEGER NOT NULL,
            role TEXT NOT NULL,
            text TEXT NOT NULL,
            content_hash TEXT NOT NULL,     -- of the text that is embedded
            embedding_text TEXT NOT NULL,   -- empty: found by words only
            length INTEGER NOT NULL         -- in tokens
        );
        CREATE INDEX chunks_entry ON chunks(entry_id);
        CREATE INDEX chunks_content ON chunks(content_hash);
        CREATE VIRTUAL TABLE chunk_terms USING fts5(
            terms,
            tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co P* S*' tokenchars '{_TOKEN_CHARACTERS}'"
        );
        CREATE TABLE term_entries (term TEXT PRIMARY KEY, entries INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE signatures (entry_id TEXT NOT NULL, needles TEXT NOT NULL, regex INTEGER NOT NULL);
        CREATE INDEX signatures_entry ON signatures(entry_id);
        CREATE TABLE fingerprints (
            fingerprint TEXT NOT NULL, entry_id TEXT NOT NULL, origin TEXT NOT NULL, template TEXT NOT NULL,
            PRIMARY KEY (fingerprint, entry_id)
        ) WITHOUT ROWID;
        CREATE INDEX fingerprints_entry ON fingerprints(entry_id);
        """,
    )


@migrations()
def vectors(db: Database) -> None:
    """The embedding cache, and the outbox of vectors that no published folder holds yet."""
    _run(
        db,
        """
        CREATE TABLE embeddings (
            content_hash TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
            PRIMARY KEY (content_hash, model)
        ) WITHOUT ROWID;
        CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, chunk_id INTEGER NOT NULL);
        CREATE INDEX outbox_chunk ON outbox(chunk_id);
        """,
    )


@migrations()
def ledger(db: Database) -> None:
    """What happened: lookups, what they offered, what came of it, what was said on the way."""
    _run(
        db,
        """
        CREATE TABLE lookups (
            id TEXT PRIMARY KEY, at TEXT NOT NULL, verdict TEXT NOT NULL, fingerprint TEXT NOT NULL,
            evidence TEXT NOT NULL, tool TEXT NOT NULL, service TEXT NOT NULL, environment TEXT NOT NULL,
            took_ms REAL NOT NULL, actor TEXT NOT NULL
        );
        CREATE INDEX lookups_at ON lookups(at);
        CREATE TABLE offers (
            lookup_id TEXT NOT NULL, entry_id TEXT NOT NULL, rank INTEGER NOT NULL, tier TEXT NOT NULL,
            confidence REAL NOT NULL, PRIMARY KEY (lookup_id, entry_id)
        ) WITHOUT ROWID;
        CREATE INDEX offers_entry ON offers(entry_id);
        CREATE TABLE outcomes (
            id TEXT PRIMARY KEY, at TEXT NOT NULL, entry_id TEXT NOT NULL, result TEXT NOT NULL,
            lookup_id TEXT, verified_by TEXT, note TEXT NOT NULL, actor TEXT NOT NULL
        );
        CREATE INDEX outcomes_entry ON outcomes(entry_id);
        CREATE INDEX outcomes_at ON outcomes(at);
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, action TEXT NOT NULL,
            details TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT
        );
        CREATE INDEX events_at ON events(at);
        """,
    )


@migrations()
def incidents_and_changes(db: Database) -> None:
    """Events become the steps of incidents; changes to production are kept beside them."""
    _run(
        db,
        """
        ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT 'note';
        ALTER TABLE events ADD COLUMN data TEXT NOT NULL DEFAULT '{}';
        CREATE INDEX events_subject ON events(subject, id) WHERE subject IS NOT NULL;
        CREATE INDEX events_kind ON events(kind, at) WHERE kind != 'note';
        CREATE TABLE changes (
            id TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            kind TEXT NOT NULL,
            service TEXT NOT NULL,
            environment TEXT NOT NULL,
            version TEXT NOT NULL,
            expires TEXT,
            file TEXT,                      -- files.path it was ingested from, else null
            data TEXT NOT NULL,             -- the whole change as JSON
            actor TEXT NOT NULL
        );
        CREATE INDEX changes_at ON changes(at);
        CREATE INDEX changes_service ON changes(service, environment, at);
        CREATE INDEX changes_file ON changes(file);
        """,
    )


@migrations()
def the_loop(db: Database) -> None:
    """Outcomes know their incident and service; moves, proposals, healthy lines and reviews are kept."""
    _run(
        db,
        """
        ALTER TABLE lookups ADD COLUMN incident TEXT;
        CREATE INDEX lookups_incident ON lookups(incident) WHERE incident IS NOT NULL;
        ALTER TABLE outcomes ADD COLUMN incident TEXT;
        ALTER TABLE outcomes ADD COLUMN service TEXT NOT NULL DEFAULT '';
        ALTER TABLE outcomes ADD COLUMN success TEXT;
        CREATE INDEX outcomes_incident ON outcomes(incident) WHERE incident IS NOT NULL;
        CREATE TABLE moves (                -- every change of an entry's status, with its reason
            id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, entry_id TEXT NOT NULL,
            was TEXT NOT NULL, became TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            said TEXT NOT NULL,             -- the status in the entry's own file at that time
            done INTEGER NOT NULL           -- 0 until the file that owns the entry says so, too; 2 overruled by it
        );
        CREATE INDEX moves_entry ON moves(entry_id, id);
        CREATE INDEX moves_pending ON moves(id) WHERE done = 0;
        CREATE TABLE proposals (
            id TEXT PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL,
            state TEXT NOT NULL,            -- open, accepted, rejected, outdated
            decided_at TEXT, decided_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
        );
        CREATE INDEX proposals_state ON proposals(state, at);
        CREATE TABLE healthy (              -- lines that are known to be fine, one a template and source
            source TEXT NOT NULL, fingerprint TEXT NOT NULL, line TEXT NOT NULL, count INTEGER NOT NULL,
            added_at TEXT NOT NULL, PRIMARY KEY (source, fingerprint)
        ) WITHOUT ROWID;
        CREATE TABLE reviews (              -- where a summary stopped, and what it put on the watch list
            id INTEGER PRIMARY KEY AUTOINCREMENT, made_at TEXT NOT NULL, since TEXT NOT NULL,
            until TEXT NOT NULL, watch TEXT NOT NULL, actor TEXT NOT NULL,
            mark INTEGER NOT NULL DEFAULT 0 -- 1: `kb weekly --since-last` goes on from here
        );
        CREATE INDEX reviews_until ON reviews(until);
        CREATE VIEW ledger AS               -- offered, applied, resolved, recurred: one row a stage
            SELECT l.at, 'offered' AS stage, o.entry_id, l.id AS lookup_id, l.incident, l.service, l.actor,
                o.rank, NULL AS verified_by
            FROM offers o JOIN lookups l ON l.id = o.lookup_id
            UNION ALL
            SELECT at, result, entry_id, lookup_id, incident, service, actor, NULL, verified_by FROM outcomes;
        """,
    )


@migrations()
def wordings(db: Database) -> None:
    """What was asked when an entry resolved it becomes a way to find that entry; derived from the ledger."""
    _run(
        db,
        """
        CREATE TABLE wordings (             -- lines of lookups that the entry resolved, a few an entry
            entry_id TEXT NOT NULL, fingerprint TEXT NOT NULL, line TEXT NOT NULL,
            at TEXT NOT NULL,               -- when it was last asked and resolved
            services TEXT NOT NULL,         -- for which services it was asked; empty: not said
            verified INTEGER NOT NULL,      -- 1 when somebody verified one of the successes
            PRIMARY KEY (entry_id, fingerprint)
        ) WITHOUT ROWID;
        """,
    )


@migrations()
def traces(db: Database) -> None:
    """Of a trace, what each of its lines is for; `regex` keeps what kind of signature it is, a bit a kind."""
    _run(db, "ALTER TABLE signatures ADD COLUMN trace TEXT NOT NULL DEFAULT '';")


@migrations()
def aged_homes(db: Database) -> None:
    """What a question asks of a long history has an index of its own, so that it reads no more of it than it needs."""
    _run(
        db,
        f"""
        CREATE TABLE open_incidents (       -- derived from events by the triggers below
            subject TEXT PRIMARY KEY,
            opened INTEGER NOT NULL,        -- events.id
            title TEXT NOT NULL,
            resolved TEXT                   -- when it was resolved, if it is
        ) WITHOUT ROWID;
        INSERT INTO open_incidents {OPEN_INCIDENTS};
        CREATE INDEX open_incidents_opened ON open_incidents(opened);
        CREATE INDEX open_incidents_title ON open_incidents(title);
        CREATE INDEX open_incidents_resolved ON open_incidents(resolved);
        CREATE TRIGGER incident_opened AFTER INSERT ON events WHEN new.kind = 'opened' AND new.subject IS NOT NULL
            BEGIN INSERT OR REPLACE INTO open_incidents VALUES (new.subject, new.id, new.action, NULL); END;
        CREATE TRIGGER incident_resolved AFTER INSERT ON events WHEN new.kind = 'resolution'
            BEGIN UPDATE open_incidents SET resolved = new.at WHERE subject = new.subject; END;
        CREATE TRIGGER incident_closed AFTER INSERT ON events WHEN new.kind = 'closed'
            BEGIN DELETE FROM open_incidents WHERE subject = new.subject; END;
        CREATE TRIGGER incident_reopened AFTER INSERT ON events WHEN new.kind = 'reopened'
            BEGIN INSERT OR REPLACE INTO open_incidents SELECT subject, id, action, NULL FROM events
            WHERE subject = new.subject AND kind = 'opened'; END;
        CREATE TABLE held_signatures (      -- as `signatures`, of entries in quarantine
            entry_id TEXT NOT NULL, needles TEXT NOT NULL, regex INTEGER NOT NULL, trace TEXT NOT NULL
        );
        CREATE INDEX held_signatures_entry ON held_signatures(entry_id);
        CREATE TABLE held_fingerprints (    -- as `fingerprints`, of entries in quarantine
            fingerprint TEXT NOT NULL, entry_id TEXT NOT NULL, PRIMARY KEY (fingerprint, entry_id)
        ) WITHOUT ROWID;
        CREATE INDEX held_fingerprints_entry ON held_fingerprints(entry_id);
        CREATE INDEX entries_quarantined ON entries(id) WHERE status = 'quarantined';
        CREATE INDEX moves_rule ON moves(rule, became, entry_id);
        """,
    )
    # Only code can tell what entries in quarantine are found by; without this mark it makes all of that anew.
    db.execute(
        "DELETE FROM meta WHERE key = 'mask_version' AND EXISTS (SELECT 1 FROM entries WHERE status = 'quarantined')"
    )


@migrations()
def pieces(db: Database) -> None:
    """The items of memory files, so that of a changed file only the changed items are read."""
    _run(
        db,
        """
        CREATE TABLE pieces (               -- see `kb.memory.pieces`; only of files that are made of them
            file TEXT NOT NULL, hash TEXT NOT NULL, section TEXT NOT NULL, line INTEGER NOT NULL,
            said TEXT NOT NULL,             -- what it says of the kind of its list; empty: it is no item
            ids TEXT NOT NULL,              -- the entries it holds
            PRIMARY KEY (file, hash)
        ) WITHOUT ROWID;
        CREATE INDEX pieces_line ON pieces(file, line);
        CREATE INDEX pieces_said ON pieces(file, section, said, line);
        """,
    )


@migrations()
def old_rows(db: Database) -> None:
    """What was asked again is told apart; of what is swept, the counts and the titles stay."""
    _run(db, OLD_ROWS)


@migrations()
def half_vectors(db: Database) -> None:
    """Cached vectors are kept in half precision, a quarter of the room."""
    db.conn.create_function("half", 1, half, deterministic=True)
    _run(db, IN_HALVES)


@migrations()
def ids_in_files(db: Database) -> None:
    """The ids of a file's entries are read from an index, without the entries."""
    _run(
        db,
        """
        CREATE INDEX entries_in_file ON entries(file, id);
        DROP INDEX entries_file;
        """,
    )


@migrations()
def webhooks(db: Database) -> None:
    """What webhooks brought, which troubles it tells of, and what is to be told of incidents."""
    _run(db, WEBHOOKS)


@migrations()
def notices(db: Database) -> None:
    """What people are told, to whom, and what became of it; presses of buttons."""
    _run(db, NOTICES)


@migrations()
def troubles(db: Database) -> None:
    """Deliveries know what their tool tells the trouble apart by, so that down, up and down again are three."""
    if (
        "trouble" not in db["hook_deliveries"].columns_dict
    ):  # a step of one day had it in the table from the start
        _run(db, "ALTER TABLE hook_deliveries ADD COLUMN trouble TEXT NOT NULL DEFAULT '';")
    _run(db, "CREATE INDEX IF NOT EXISTS hook_deliveries_trouble ON hook_deliveries(hook, trouble, id);")


@migrations()
def merged_incidents(db: Database) -> None:
    """Incidents may be merged, and split again."""
    _run(db, MERGED_INCIDENTS)


@migrations()
def entries_looked_through(db: Database) -> None:
    """Entries are listed and counted by what a search filters by, without reading what they say."""
    _run(db, FILTERED)


@migrations()
def outcome_sums(db: Database) -> None:
    """What the outcomes of an entry add up to is kept, so that trust reads one row for years of them."""
    _run(db, OUTCOME_SUMS)
