"""The tables of this room, as step 13 of `kb.store.upkeep.migrations` makes them; that step has shipped with them."""

from __future__ import annotations

WEBHOOKS = """
    CREATE TABLE hook_deliveries (      -- a journal: what was accepted, until what follows from it is done
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, hook TEXT NOT NULL,
        key TEXT NOT NULL,              -- the sender's id of the delivery; empty: it gave none
        content TEXT NOT NULL,          -- a hash of the body
        body TEXT NOT NULL,             -- what was sent, without secrets; of a done one empty
        state TEXT NOT NULL,            -- waiting, lookup, done, failed
        due TEXT NOT NULL,              -- when it may be worked on
        attempts INTEGER NOT NULL DEFAULT 0,
        note TEXT NOT NULL DEFAULT '',  -- what came of it, or why nothing did
        incident TEXT
    );
    CREATE INDEX hook_deliveries_key ON hook_deliveries(hook, key) WHERE key != '';
    CREATE INDEX hook_deliveries_content ON hook_deliveries(hook, content);
    CREATE INDEX hook_deliveries_open ON hook_deliveries(state, id) WHERE state != 'done';
    CREATE INDEX hook_deliveries_incident ON hook_deliveries(incident) WHERE incident IS NOT NULL;
    CREATE INDEX hook_deliveries_at ON hook_deliveries(at);
    CREATE TABLE hook_groups (          -- what a tool tells apart as one trouble
        hook TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, service TEXT NOT NULL,
        environment TEXT NOT NULL, fingerprint TEXT NOT NULL,
        incident TEXT,                  -- the one that it opened or joined
        joined INTEGER NOT NULL,        -- 1: only noted there, since too many were being opened
        firing INTEGER NOT NULL, started TEXT, ended TEXT,
        ends TEXT NOT NULL,             -- when it was over lately: an alert that flaps
        due TEXT,                       -- when the incident of one that flaps ends
        said TEXT NOT NULL,             -- a hash of what it said when it was looked up
        seen TEXT,
        PRIMARY KEY (hook, key)
    ) WITHOUT ROWID;
    CREATE INDEX hook_groups_incident ON hook_groups(incident) WHERE incident IS NOT NULL;
    CREATE INDEX hook_groups_alike ON hook_groups(fingerprint, service, environment);
    CREATE INDEX hook_groups_due ON hook_groups(due) WHERE due IS NOT NULL;
    CREATE TABLE announcements (        -- what is to be told of incidents, in the order in which it happened
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,
        kind TEXT NOT NULL,             -- opened, updated, resolved, reopened
        incident_id TEXT NOT NULL,
        body TEXT NOT NULL              -- as JSON
    );
    CREATE INDEX announcements_incident ON announcements(incident_id, at);
    CREATE INDEX announcements_at ON announcements(at);
"""
"""Statements, each ended by a semicolon and a line break."""
