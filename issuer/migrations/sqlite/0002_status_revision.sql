-- How often the statuses of a list changed: a signed list is published again until then.
ALTER TABLE status_lists ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
