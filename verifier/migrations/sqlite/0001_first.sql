-- The one key that signs requests, sealed.
CREATE TABLE keys (
    purpose TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- The passphrase of the counter (one row).
CREATE TABLE desk (
    name TEXT PRIMARY KEY,
    passphrase TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

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

-- `sealed` holds nonce, state and decryption key; it is erased when the request ends.
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    year INTEGER NULL,
    declared_on TEXT NULL,
    age_seen INTEGER NOT NULL,
    query TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'answered', 'refused')),
    sealed BLOB NULL,
    ended_at TEXT NULL,
    decision TEXT NULL,
    error TEXT NULL,
    response_code_hash BLOB NULL
) STRICT;
CREATE INDEX requests_by_expiry ON requests (state, expires_at);

-- `sealed` holds what was explained and each check; the rest says nothing of a person.
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL UNIQUE REFERENCES requests (id),
    rule TEXT NOT NULL,
    rule_version TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('granted', 'denied', 'review', 'incomplete')),
    amount INTEGER NOT NULL,
    unit TEXT NOT NULL,
    reasons TEXT NOT NULL,
    evidence TEXT NOT NULL,
    made_at TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
