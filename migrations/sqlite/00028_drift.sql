-- +goose Up

-- What read a mail, or came nearest, and the names of the fields that were
-- found in it, with blanks between: the baseline of a provider's layouts.
ALTER TABLE raw_notifications ADD COLUMN format TEXT NOT NULL DEFAULT '';
ALTER TABLE raw_notifications ADD COLUMN fields TEXT NOT NULL DEFAULT '';

-- Where the mail of a provider is not any more what it usually is.
CREATE TABLE drifts (
    id          TEXT      NOT NULL PRIMARY KEY,
    kind        TEXT      NOT NULL,
    provider_id TEXT      NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    format      TEXT      NOT NULL,
    field       TEXT      NOT NULL,
    wrong       INTEGER   NOT NULL,
    total       INTEGER   NOT NULL,
    monthly     BIGINT    NOT NULL, -- hundredths
    since       TIMESTAMP NOT NULL,
    until       TIMESTAMP NOT NULL,
    found_at    TIMESTAMP NOT NULL,
    closed_at   TIMESTAMP,
    updated_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX drifts_open ON drifts (provider_id, kind, format, field) WHERE closed_at IS NULL;
CREATE INDEX drifts_found ON drifts (found_at);

-- +goose Down

DROP TABLE drifts;
ALTER TABLE raw_notifications DROP COLUMN fields;
ALTER TABLE raw_notifications DROP COLUMN format;
