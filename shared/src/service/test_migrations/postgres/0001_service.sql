CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,
    account TEXT NOT NULL,
    sealed BYTEA NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE throttles (
    key TEXT PRIMARY KEY,
    tries BIGINT NOT NULL,
    window_started_at TIMESTAMPTZ NOT NULL
);
