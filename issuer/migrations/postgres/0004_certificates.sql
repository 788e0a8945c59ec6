-- The certificates of a key, in PEM, its own first: they go with what it signs.
ALTER TABLE organisation_keys ADD COLUMN certificates TEXT;
