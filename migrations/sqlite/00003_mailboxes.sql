-- +goose Up

ALTER TABLE raw_notifications ADD COLUMN cause TEXT NOT NULL DEFAULT 'live'; -- of its first processing

-- Who sent it, lower case, blanks between; known where no body is kept.
ALTER TABLE mailbox_messages ADD COLUMN sender TEXT NOT NULL DEFAULT '';
CREATE INDEX mailbox_messages_bodiless ON mailbox_messages (source_id, sender) WHERE raw_id IS NULL;

ALTER TABLE sources ADD COLUMN lag BIGINT NOT NULL DEFAULT 0; -- seconds that the newest mail waited in its mailbox
ALTER TABLE sources ADD COLUMN matched TEXT NOT NULL DEFAULT ''; -- the addresses that its ledger was last looked through for
ALTER TABLE sources ADD COLUMN reconciled_at TIMESTAMP;
ALTER TABLE sources ADD COLUMN window_start TIMESTAMP;
ALTER TABLE sources ADD COLUMN window_messages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_ledger BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_kept BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_skipped BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_missing TEXT NOT NULL DEFAULT '[]'; -- the messages that are in no ledger

-- OAuth tokens, encrypted with secret_key.
CREATE TABLE source_tokens (
    source     TEXT NOT NULL PRIMARY KEY,
    sealed     BLOB NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

-- Consents that were asked for and not given yet.
CREATE TABLE consents (
    state    TEXT NOT NULL PRIMARY KEY, -- SHA-256 of what the browser brings back, hex
    source   TEXT NOT NULL,
    sealed   BLOB NOT NULL, -- what the exchange needs, encrypted
    answer   TEXT NOT NULL, -- empty while nobody answered; else what became of it
    expires  TIMESTAMP NOT NULL
);

-- What retention must not remove.
CREATE TABLE holds (
    maintenance_id TEXT NOT NULL PRIMARY KEY REFERENCES maintenances (id) ON DELETE CASCADE,
    reason         TEXT NOT NULL,
    author         TEXT NOT NULL,
    created_at     TIMESTAMP NOT NULL
);

-- +goose Down

DROP TABLE holds;
DROP TABLE consents;
DROP TABLE source_tokens;
DROP INDEX mailbox_messages_bodiless;
ALTER TABLE mailbox_messages DROP COLUMN sender;
ALTER TABLE raw_notifications DROP COLUMN cause;
ALTER TABLE sources DROP COLUMN lag;
ALTER TABLE sources DROP COLUMN matched;
ALTER TABLE sources DROP COLUMN reconciled_at;
ALTER TABLE sources DROP COLUMN window_start;
ALTER TABLE sources DROP COLUMN window_messages;
ALTER TABLE sources DROP COLUMN window_ledger;
ALTER TABLE sources DROP COLUMN window_kept;
ALTER TABLE sources DROP COLUMN window_skipped;
ALTER TABLE sources DROP COLUMN window_missing;
