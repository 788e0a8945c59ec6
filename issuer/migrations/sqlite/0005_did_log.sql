-- The did:webvh of organisations: a line of the log for each version.
CREATE TABLE did_log_entries (
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    number INTEGER NOT NULL,
    line TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organisation, number)
) STRICT;

-- The key of each entry, that of the next one included: it is announced before it is used.
CREATE TABLE did_log_keys (
    organisation TEXT NOT NULL REFERENCES organisations (slug),
    number INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (organisation, number)
) STRICT;
