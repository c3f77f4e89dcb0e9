"""The tables of this room, as step 10 of `kb.store.upkeep.migrations` makes them; that step has shipped with them."""

from __future__ import annotations

OLD_ROWS = """
    ALTER TABLE lookups ADD COLUMN repeats TEXT;
    CREATE INDEX lookups_asked ON lookups(fingerprint, actor, at) WHERE repeats IS NULL;
    CREATE INDEX lookups_repeats ON lookups(repeats) WHERE repeats IS NOT NULL;
    CREATE INDEX outcomes_lookup ON outcomes(lookup_id) WHERE lookup_id IS NOT NULL;
    CREATE TABLE swept_lookups (        -- lookups that were swept, counted by week and by what they have in common
        week TEXT NOT NULL,             -- its Monday
        key TEXT NOT NULL,              -- of what they have in common: all columns up to `offers`
        verdict TEXT NOT NULL, fingerprint TEXT NOT NULL, line TEXT NOT NULL, service TEXT NOT NULL,
        offers TEXT NOT NULL,           -- ids of the entries that they offered, best first
        count INTEGER NOT NULL,
        moments TEXT NOT NULL,          -- microseconds from its begin, so that any window can be counted
        PRIMARY KEY (week, key)
    ) WITHOUT ROWID;
    CREATE TABLE swept_entries (        -- retired entries that were swept: what a review of their time calls them
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, headline TEXT NOT NULL, origin TEXT NOT NULL, happened TEXT,
        created_at TEXT NOT NULL, retired_at TEXT NOT NULL, swept_at TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX swept_entries_created ON swept_entries(created_at);
    CREATE TRIGGER entry_back AFTER INSERT ON entries
        WHEN EXISTS (SELECT 1 FROM swept_entries WHERE id = new.id)
        BEGIN UPDATE entries SET created_at = (SELECT created_at FROM swept_entries WHERE id = new.id)
        WHERE id = new.id; DELETE FROM swept_entries WHERE id = new.id; END;
"""
"""Statements, each ended by a semicolon and a line break."""
