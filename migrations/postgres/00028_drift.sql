-- +goose Up

-- What read a mail, or came nearest, and the names of the fields that were
-- found in it, with blanks between: the baseline of a provider's layouts.
ALTER TABLE raw_notifications ADD COLUMN format text NOT NULL DEFAULT '';
ALTER TABLE raw_notifications ADD COLUMN fields text NOT NULL DEFAULT '';

-- Where the mail of a provider is not any more what it usually is.
CREATE TABLE drifts (
    id          uuid      NOT NULL PRIMARY KEY,
    kind        text      NOT NULL,
    provider_id uuid      NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    format      text      NOT NULL,
    field       text      NOT NULL,
    wrong       integer   NOT NULL,
    total       integer   NOT NULL,
    monthly     bigint    NOT NULL, -- hundredths
    since       timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    found_at    timestamptz NOT NULL,
    closed_at   timestamptz,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX drifts_open ON drifts (provider_id, kind, format, field) WHERE closed_at IS NULL;
CREATE INDEX drifts_found ON drifts (found_at);

-- +goose Down

DROP TABLE drifts;
ALTER TABLE raw_notifications DROP COLUMN fields;
ALTER TABLE raw_notifications DROP COLUMN format;
