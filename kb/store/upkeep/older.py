"""What a home lacks that an older version made and that cannot be written: derived tables, as views of this connection.

The same queries fill those tables where the home can be written (`migrations`).
"""

from __future__ import annotations

import sqlite3

SCHEMA_OF_HALVES = 11
"""The schema from which on vectors are cached in half precision."""

OPEN_INCIDENTS = """
    SELECT o.subject, o.id AS opened, o.action AS title, (
        SELECT r.at FROM events r WHERE r.subject = o.subject AND r.kind = 'resolution' AND NOT EXISTS (
            SELECT 1 FROM events b WHERE b.subject = o.subject AND b.kind = 'reopened' AND b.id > r.id
        ) ORDER BY r.id DESC LIMIT 1
    ) AS resolved
    FROM events o WHERE o.kind = 'opened' AND o.subject IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM events c WHERE c.subject = o.subject AND c.kind = 'closed' AND NOT EXISTS (
            SELECT 1 FROM events r WHERE r.subject = c.subject AND r.kind = 'reopened' AND r.id > c.id
        )
    )"""
"""The incidents that were opened and not closed since, with the time at which they were resolved, if they are."""

_HALVES = (
    "SELECT content_hash, model, half(vector) AS vector FROM main.embeddings WHERE length(vector) % 4 = 0"
)
IN_HALVES = """
    CREATE TABLE halves (
        content_hash TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (content_hash, model)
    ) WITHOUT ROWID;
    INSERT INTO halves SELECT content_hash, model, half(vector) FROM embeddings
        WHERE length(vector) % 4 = 0 ORDER BY content_hash, model;
    DROP TABLE embeddings;
    ALTER TABLE halves RENAME TO embeddings;
"""
"""Step 11: cached vectors in half precision."""

_SINCE = {
    8: {"open_incidents": OPEN_INCIDENTS},
    10: {
        "lookups": "SELECT *, NULL AS repeats FROM main.lookups",
        "swept_lookups": "SELECT '' AS week, '' AS key, '' AS verdict, '' AS fingerprint, '' AS line, '' AS service,"
        " '[]' AS offers, '[]' AS moments WHERE 0",
        "swept_entries": "SELECT '' AS id, '' AS kind, '' AS headline, '' AS origin, '' AS happened, '' AS created_at"
        " WHERE 0",
    },
    SCHEMA_OF_HALVES: {"embeddings": _HALVES},
    13: {
        "hook_deliveries": "SELECT 0 AS id, '' AS at, '' AS hook, '' AS note, '' AS state, '' AS incident WHERE 0",
        "announcements": "SELECT 0 AS id, '' AS at, '' AS kind, '' AS incident_id, '' AS body WHERE 0",
    },
    14: {
        "deliveries": "SELECT 0 AS number, '' AS id, '' AS at, '' AS target, '' AS incident, '' AS kind, '' AS notice,"
        " 0 AS events, '' AS state, '' AS due, 0 AS attempts, 0 AS repeat, '' AS reason, '' AS reference,"
        " NULL AS sent_at WHERE 0",
        "presses": "SELECT '' AS once, '' AS at, '' AS delivery, '' AS person, '' AS result WHERE 0",
    },
    16: {"merged_incidents": "SELECT '' AS incident, '' AS into_incident WHERE 0"},
    18: {"outcome_sums": "SELECT DISTINCT entry_id, 0 AS mark, '' AS sums FROM outcomes"},
}
"""The tables and columns that came with a schema, or got another form."""


def half(vector: bytes) -> bytes:
    """A vector of float32 in half precision."""
    import numpy as np

    with np.errstate(all="ignore"):
        return np.frombuffer(vector, dtype="<f4").astype("<f2").tobytes()


def stand_in(connection: sqlite3.Connection, schema: int) -> None:
    """Let what came after this schema be read all the same."""
    connection.execute("PRAGMA temp_store = MEMORY")  # there may be no room for a file
    connection.create_function("half", 1, half, deterministic=True)
    for since, views in _SINCE.items():
        for name, query in views.items() if schema < since else ():
            connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
