-- The memory files of a home whose hosts share no folder; SQLite's homes have them as files.
CREATE TABLE memory_files (
    path TEXT PRIMARY KEY,          -- the memory key, such as learned/patterns
    text TEXT NOT NULL,             -- all of it, with a byte order mark where it has one
    sha256 TEXT NOT NULL,           -- of the text as UTF-8
    version BIGINT NOT NULL,        -- 1, and one more with each change
    author TEXT NOT NULL,           -- who made this version; empty where nobody said
    at TEXT NOT NULL                -- when
);
