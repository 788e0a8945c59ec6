-- Numbers and contents go with those of ../postgres.

CREATE TABLE organisations (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rna TEXT,
    siren TEXT,
    siret TEXT,
    regime TEXT NOT NULL,
    passphrase TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE organisation_keys (
    kid TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    sealed BLOB NOT NULL,
    public_jwk TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX organisation_keys_by_organisation ON organisation_keys (organisation, created_at);

CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    file_name TEXT NOT NULL,
    digest BLOB NOT NULL,
    sealed BLOB,
    accepted_rows INTEGER NOT NULL,
    refused_rows INTEGER NOT NULL,
    attestations INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'discarded')),
    signed_at TEXT,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX batches_by_organisation ON batches (organisation, created_at);
CREATE INDEX batches_signed ON batches (organisation, digest) WHERE state = 'signed';

CREATE TABLE attestations (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    batch TEXT NOT NULL REFERENCES batches (id),
    position INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    signed_on TEXT NOT NULL,
    UNIQUE (batch, position)
) STRICT;
CREATE INDEX attestations_by_organisation ON attestations (organisation);

-- Keyed codes of the sessions that attestations count: one session is signed once. They go when the attestation is taken back.
CREATE TABLE signed_sessions (
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    session BLOB NOT NULL,
    address BLOB NOT NULL,
    attestation TEXT NOT NULL REFERENCES attestations (id),
    PRIMARY KEY (organisation, session, address)
) STRICT;
CREATE INDEX signed_sessions_by_attestation ON signed_sessions (attestation);

CREATE TABLE offers (
    id TEXT PRIMARY KEY,
    attestation TEXT NOT NULL REFERENCES attestations (id),
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    tx_code INTEGER NOT NULL CHECK (tx_code IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('pending', 'redeemed', 'issued', 'ended')),
    wrong_codes INTEGER NOT NULL,
    redeemed_at TEXT,
    issued_at TEXT,
    credential TEXT,
    end_reason TEXT,
    withdrawn_at TEXT,
    withdrawn_for TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
-- An attestation has one current offer, whatever its state, and those it replaced.
CREATE UNIQUE INDEX offers_current ON offers (attestation) WHERE end_reason IS NULL OR end_reason <> 'replaced';
CREATE INDEX offers_by_attestation ON offers (attestation);

CREATE TABLE access_tokens (
    digest BLOB PRIMARY KEY,
    offer TEXT NOT NULL REFERENCES offers (id),
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

CREATE TABLE nonces (
    digest BLOB PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE status_lists (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    size INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX status_lists_by_organisation ON status_lists (organisation, created_at);

CREATE TABLE status_entries (
    list TEXT NOT NULL REFERENCES status_lists (id),
    entry INTEGER NOT NULL,
    revoked INTEGER NOT NULL CHECK (revoked IN (0, 1)),
    PRIMARY KEY (list, entry)
) STRICT;

-- What was issued: never the credential itself.
CREATE TABLE register (
    id TEXT PRIMARY KEY,
    attestation TEXT NOT NULL UNIQUE REFERENCES attestations (id),
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    digest BLOB NOT NULL,
    kid TEXT NOT NULL REFERENCES organisation_keys (kid),
    status_list TEXT NOT NULL,
    status_entry INTEGER NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    revoked_for TEXT,
    UNIQUE (status_list, status_entry),
    FOREIGN KEY (status_list, status_entry) REFERENCES status_entries (list, entry)
) STRICT;

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
