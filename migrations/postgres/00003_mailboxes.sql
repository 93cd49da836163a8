-- +goose Up

ALTER TABLE raw_notifications ADD COLUMN cause text NOT NULL DEFAULT 'live'; -- of its first processing

-- Who sent it, lower case, blanks between; known where no body is kept.
ALTER TABLE mailbox_messages ADD COLUMN sender text NOT NULL DEFAULT '';
CREATE INDEX mailbox_messages_bodiless ON mailbox_messages (source_id, sender) WHERE raw_id IS NULL;

ALTER TABLE sources ADD COLUMN lag bigint NOT NULL DEFAULT 0; -- seconds that the newest mail waited in its mailbox
ALTER TABLE sources ADD COLUMN matched text NOT NULL DEFAULT ''; -- the addresses that its ledger was last looked through for
ALTER TABLE sources ADD COLUMN reconciled_at timestamptz;
ALTER TABLE sources ADD COLUMN window_start timestamptz;
ALTER TABLE sources ADD COLUMN window_messages bigint NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_ledger bigint NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_kept bigint NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_skipped bigint NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN window_missing jsonb NOT NULL DEFAULT '[]'; -- the messages that are in no ledger

-- OAuth tokens, encrypted with secret_key.
CREATE TABLE source_tokens (
    source     text NOT NULL PRIMARY KEY,
    sealed     bytea NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Consents that were asked for and not given yet.
CREATE TABLE consents (
    state    text NOT NULL PRIMARY KEY, -- SHA-256 of what the browser brings back, hex
    source   text NOT NULL,
    sealed   bytea NOT NULL, -- what the exchange needs, encrypted
    answer   text NOT NULL, -- empty while nobody answered; else what became of it
    expires  timestamptz NOT NULL
);

-- What retention must not remove.
CREATE TABLE holds (
    maintenance_id uuid NOT NULL PRIMARY KEY REFERENCES maintenances (id) ON DELETE CASCADE,
    reason         text NOT NULL,
    author         text NOT NULL,
    created_at     timestamptz NOT NULL
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
