-- Instances of the VC-API that sign with a key of their own, made when it is first needed.
CREATE TABLE vc_api_keys (
    instance TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (instance, kind)
) STRICT;

CREATE TABLE vc_api_lists (
    id TEXT PRIMARY KEY,
    instance TEXT NOT NULL,
    purpose TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX vc_api_lists_by_instance ON vc_api_lists (instance, purpose, created_at);

-- The credential is named as its issuer names it, and by nothing else.
CREATE TABLE vc_api_entries (
    list TEXT NOT NULL REFERENCES vc_api_lists (id),
    entry INTEGER NOT NULL,
    credential TEXT NOT NULL,
    status INTEGER NOT NULL CHECK (status IN (0, 1)),
    PRIMARY KEY (list, entry)
) STRICT;
CREATE INDEX vc_api_entries_by_credential ON vc_api_entries (credential);
