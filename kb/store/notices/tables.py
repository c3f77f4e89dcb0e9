"""The tables of this room, as step 14 of `kb.store.upkeep.migrations` makes them; that step has shipped with them."""

from __future__ import annotations

NOTICES = """
    CREATE TABLE deliveries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,        -- goes along with every attempt
        at TEXT NOT NULL,               -- when it was to be told
        target TEXT NOT NULL,           -- its name in kb.toml
        incident TEXT NOT NULL,         -- empty for a test
        kind TEXT NOT NULL,
        notice TEXT NOT NULL,           -- as JSON, without secrets
        events INTEGER NOT NULL,        -- of its incident, told with this and those before
        state TEXT NOT NULL, due TEXT NOT NULL, attempts INTEGER NOT NULL,
        repeat INTEGER NOT NULL,        -- whether an earlier attempt may have arrived
        reason TEXT NOT NULL,
        reference TEXT NOT NULL,        -- what the tool calls it
        sent_at TEXT
    );
    CREATE INDEX deliveries_of ON deliveries(incident, target, number);
    CREATE INDEX deliveries_open ON deliveries(target, incident, number)
        WHERE state IN ('waiting', 'sending', 'silenced');
    CREATE TABLE presses (              -- buttons that were pressed, each request once
        once TEXT PRIMARY KEY, at TEXT NOT NULL, delivery TEXT NOT NULL, person TEXT NOT NULL,
        result TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX presses_of ON presses(delivery, person, result);
"""
"""Statements, each ended by a semicolon and a line break."""
