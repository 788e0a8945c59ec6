-- Numbers and contents go with those of ../sqlite.

CREATE TABLE organisations (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    rna TEXT,
    siren TEXT,
    siret TEXT,
    regime TEXT NOT NULL,
    passphrase TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE organisation_keys (
    kid TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    sealed BYTEA NOT NULL,
    public_jwk JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX organisation_keys_by_organisation ON organisation_keys (organisation, created_at);

CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    file_name TEXT NOT NULL,
    digest BYTEA NOT NULL,
    sealed BYTEA,
    accepted_rows BIGINT NOT NULL,
    refused_rows BIGINT NOT NULL,
    attestations BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'discarded')),
    signed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX batches_by_organisation ON batches (organisation, created_at);
CREATE INDEX batches_signed ON batches (organisation, digest) WHERE state = 'signed';

CREATE TABLE attestations (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    batch TEXT NOT NULL REFERENCES batches (id),
    position BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    signed_on DATE NOT NULL,
    UNIQUE (batch, position)
);
CREATE INDEX attestations_by_organisation ON attestations (organisation);

-- Keyed codes of the sessions that attestations count: one session is signed once. They go when the attestation is taken back.
CREATE TABLE signed_sessions (
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    session BYTEA NOT NULL,
    address BYTEA NOT NULL,
    attestation TEXT NOT NULL REFERENCES attestations (id),
    PRIMARY KEY (organisation, session, address)
);
CREATE INDEX signed_sessions_by_attestation ON signed_sessions (attestation);

CREATE TABLE offers (
    id TEXT PRIMARY KEY,
    attestation TEXT NOT NULL REFERENCES attestations (id),
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    tx_code BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'redeemed', 'issued', 'ended')),
    wrong_codes BIGINT NOT NULL,
    redeemed_at TIMESTAMPTZ,
    issued_at TIMESTAMPTZ,
    credential TEXT,
    end_reason TEXT,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_for TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
-- An attestation has one current offer, whatever its state, and those it replaced.
CREATE UNIQUE INDEX offers_current ON offers (attestation) WHERE end_reason IS NULL OR end_reason <> 'replaced';
CREATE INDEX offers_by_attestation ON offers (attestation);

CREATE TABLE access_tokens (
    digest BYTEA PRIMARY KEY,
    offer TEXT NOT NULL REFERENCES offers (id),
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

CREATE TABLE nonces (
    digest BYTEA PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE status_lists (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    size BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX status_lists_by_organisation ON status_lists (organisation, created_at);

CREATE TABLE status_entries (
    list TEXT NOT NULL REFERENCES status_lists (id),
    entry BIGINT NOT NULL,
    revoked BOOLEAN NOT NULL,
    PRIMARY KEY (list, entry)
);

-- What was issued: never the credential itself.
CREATE TABLE register (
    id TEXT PRIMARY KEY,
    attestation TEXT NOT NULL UNIQUE REFERENCES attestations (id),
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    digest BYTEA NOT NULL,
    kid TEXT NOT NULL REFERENCES organisation_keys (kid),
    status_list TEXT NOT NULL,
    status_entry BIGINT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_for TEXT,
    UNIQUE (status_list, status_entry),
    FOREIGN KEY (status_list, status_entry) REFERENCES status_entries (list, entry)
);

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
