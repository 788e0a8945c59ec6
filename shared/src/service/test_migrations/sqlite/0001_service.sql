CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    account TEXT NOT NULL,
    sealed BLOB NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;

CREATE TABLE throttles (
    key TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,
    window_started_at TEXT NOT NULL
) STRICT;
