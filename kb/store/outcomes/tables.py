"""The table of this room, as step 18 of `kb.store.upkeep.migrations` makes it; that step has shipped with it."""

from __future__ import annotations

_CHANGED = "UPDATE outcome_sums SET mark = random(), sums = '' WHERE entry_id IN"
_COUNTED = (
    "INSERT INTO outcome_sums VALUES ({0}.entry_id, random(), '')"
    " ON CONFLICT (entry_id) DO UPDATE SET mark = excluded.mark, sums = ''"
)
_OF = "(SELECT entry_id FROM outcomes WHERE {0} = {1}.{2})"

OUTCOME_SUMS = f"""
    CREATE TABLE outcome_sums (         -- of every entry that has an outcome; the triggers below see to it
        entry_id TEXT PRIMARY KEY,
        mark INTEGER NOT NULL,          -- another one whenever its outcomes, or what they count for, change
        sums TEXT NOT NULL              -- what they add up to, as JSON; empty: not added up since
    ) WITHOUT ROWID;
    INSERT INTO outcome_sums SELECT entry_id, random(), '' FROM (SELECT DISTINCT entry_id FROM outcomes);
    CREATE INDEX outcomes_refused ON outcomes(entry_id) WHERE result = 'not_applied';
    CREATE TRIGGER outcome_told AFTER INSERT ON outcomes
        BEGIN {_COUNTED.format("new")}; END;
    CREATE TRIGGER outcome_changed AFTER UPDATE ON outcomes
        BEGIN {_COUNTED.format("old")}; {_COUNTED.format("new")}; END;
    CREATE TRIGGER outcome_gone AFTER DELETE ON outcomes
        BEGIN {_COUNTED.format("old")}; END;
    CREATE TRIGGER lookup_changed AFTER UPDATE OF incident, repeats ON lookups
        BEGIN {_CHANGED} {_OF.format("lookup_id", "new", "id")}; END;
    CREATE TRIGGER lookup_gone AFTER DELETE ON lookups
        BEGIN {_CHANGED} {_OF.format("lookup_id", "old", "id")}; END;
    CREATE TRIGGER outcomes_of_opened AFTER INSERT ON events WHEN new.kind = 'opened'
        BEGIN {_CHANGED} {_OF.format("incident", "new", "subject")}; END;
    CREATE TRIGGER outcomes_of_report AFTER INSERT ON entries WHEN new.kind = 'incident'
        BEGIN {_CHANGED} {_OF.format("incident", "new", "id")}; END;
    CREATE TRIGGER outcomes_of_no_report AFTER DELETE ON entries WHEN old.kind = 'incident'
        BEGIN {_CHANGED} {_OF.format("incident", "old", "id")}; END;
"""
"""Statements, each ended by a semicolon and a line break."""
