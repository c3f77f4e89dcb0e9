"""The table of this room, as step 16 of `kb.store.upkeep.migrations` makes it; that step has shipped with it."""

from __future__ import annotations

MERGED_INCIDENTS = """
    CREATE TABLE merged_incidents (     -- derived from events by the triggers below
        incident TEXT PRIMARY KEY,
        into_incident TEXT NOT NULL     -- which may be merged itself
    ) WITHOUT ROWID;
    CREATE TRIGGER incident_merged AFTER INSERT ON events WHEN new.kind = 'merged_into'
        BEGIN INSERT OR REPLACE INTO merged_incidents VALUES (new.subject, json_extract(new.data, '$.into')); END;
    CREATE TRIGGER merged_incident_ends AFTER INSERT ON events WHEN new.kind = 'merged_into'
        BEGIN DELETE FROM open_incidents WHERE subject = new.subject; END;
    CREATE TRIGGER incident_split AFTER INSERT ON events WHEN new.kind = 'split_from'
        BEGIN DELETE FROM merged_incidents WHERE incident = new.subject; END;
    CREATE TRIGGER split_incident_opens AFTER INSERT ON events
        WHEN new.kind = 'split_from' AND NOT coalesce(json_extract(new.data, '$.closed'), 0)
        BEGIN INSERT OR REPLACE INTO open_incidents
        SELECT subject, id, action, json_extract(new.data, '$.resolved') FROM events
        WHERE subject = new.subject AND kind = 'opened'; END;
"""
"""Statements, each ended by a semicolon and a line break."""
