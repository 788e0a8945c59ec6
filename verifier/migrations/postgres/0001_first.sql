-- The one key that signs requests, sealed.
CREATE TABLE keys (
    purpose TEXT PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- The passphrase of the counter (one row).
CREATE TABLE desk (
    name TEXT PRIMARY KEY,
    passphrase TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL
);

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

-- `sealed` holds nonce, state and decryption key; it is erased when the request ends.
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    year BIGINT NULL,
    declared_on DATE NULL,
    age_seen BOOLEAN NOT NULL,
    query JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'refused')),
    sealed BYTEA NULL,
    ended_at TIMESTAMPTZ NULL,
    decision TEXT NULL,
    error TEXT NULL,
    response_code_hash BYTEA NULL
);
CREATE INDEX requests_by_expiry ON requests (state, expires_at);

-- `sealed` holds what was explained and each check; the rest says nothing of a person.
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL UNIQUE REFERENCES requests (id),
    rule TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('granted', 'denied', 'review', 'incomplete')),
    amount BIGINT NOT NULL,
    unit TEXT NOT NULL,
    reasons JSONB NOT NULL,
    evidence JSONB NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    sealed BYTEA NOT NULL
);
