-- Numbers and contents go with those of ../sqlite. What is sealed opens only with the person's vault key.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name_digest BYTEA NOT NULL UNIQUE,
    sealed_name BYTEA NOT NULL,
    sealed_code BYTEA,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE wraps (
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('passphrase', 'recovery')),
    salt BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account, kind)
);

CREATE TABLE credentials (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    collected_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX credentials_by_account ON credentials (account, collected_at);

CREATE TABLE offers (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    fingerprint BYTEA NOT NULL,
    link_fingerprint BYTEA,
    state TEXT NOT NULL CHECK (state IN ('pending', 'collected', 'refused', 'ended')),
    -- What the issuer gave: 0 nothing, 1 a token, 2 the attestation. It only grows.
    stage BIGINT NOT NULL CHECK (stage BETWEEN 0 AND 2),
    revision BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    credential TEXT REFERENCES credentials (id) ON DELETE SET NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (account, fingerprint)
);
CREATE INDEX offers_by_link ON offers (account, link_fingerprint);

CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    fingerprint BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'shared', 'refused')),
    sealed BYTEA NOT NULL,
    presentation TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (account, fingerprint)
);
CREATE INDEX requests_by_account ON requests (account, created_at);

CREATE TABLE presentations (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    request TEXT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX presentations_by_account ON presentations (account, created_at);

CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,
    account TEXT NOT NULL,
    sealed BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE throttles (
    key TEXT PRIMARY KEY,
    tries BIGINT NOT NULL,
    window_started_at TIMESTAMPTZ NOT NULL
);
