-- Numbers and contents go with those of ../postgres. What is sealed opens only with the person's vault key.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name_digest BLOB NOT NULL UNIQUE,
    sealed_name BLOB NOT NULL,
    sealed_code BLOB,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE wraps (
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('passphrase', 'recovery')),
    salt BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account, kind)
) STRICT;

CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    collected_at TEXT NOT NULL
) STRICT;
CREATE INDEX credentials_by_account ON credentials (account, collected_at);

CREATE TABLE offers (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    fingerprint BLOB NOT NULL,
    link_fingerprint BLOB,
    state TEXT NOT NULL CHECK (state IN ('pending', 'collected', 'refused', 'ended')),
    -- What the issuer gave: 0 nothing, 1 a token, 2 the attestation. It only grows.
    stage INTEGER NOT NULL CHECK (stage BETWEEN 0 AND 2),
    revision INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    credential TEXT REFERENCES credentials (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL,
    UNIQUE (account, fingerprint)
) STRICT;
CREATE INDEX offers_by_link ON offers (account, link_fingerprint);

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    fingerprint BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'shared', 'refused')),
    sealed BLOB NOT NULL,
    presentation TEXT,
    created_at TEXT NOT NULL,
    UNIQUE (account, fingerprint)
) STRICT;
CREATE INDEX requests_by_account ON requests (account, created_at);

CREATE TABLE presentations (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    request TEXT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX presentations_by_account ON presentations (account, created_at);

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    account TEXT NOT NULL,
    sealed BLOB,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;

CREATE TABLE throttles (
    key TEXT PRIMARY KEY,
    tries INTEGER NOT NULL,
    window_started_at TEXT NOT NULL
) STRICT;
