-- Badges of others. The picture one came in is sealed apart, so that a list does not read it.

CREATE TABLE badges (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    sealed_picture BYTEA,
    collected_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX badges_by_account ON badges (account, collected_at);
