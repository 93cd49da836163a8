-- +goose Up

-- Whether the acknowledgement is one of the record as it stands.
ALTER TABLE maintenances ADD COLUMN acknowledged boolean NOT NULL DEFAULT false;

-- What lineman noted and a person took away: kept, so that it is not noted again.
ALTER TABLE notes ADD COLUMN removed boolean NOT NULL DEFAULT false;

-- Every write of a person, kept for good.
CREATE TABLE audit_log (
    id     uuid        NOT NULL PRIMARY KEY,
    at     timestamptz NOT NULL,
    author text        NOT NULL,
    role   text        NOT NULL,
    action text        NOT NULL,
    object text        NOT NULL, -- kind of record
    ref    text        NOT NULL, -- its id
    name   text        NOT NULL, -- its name then
    reason text        NOT NULL,
    before text        NOT NULL, -- SHA-256 over it, hex; empty: it was not there
    after  text        NOT NULL
);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_ref ON audit_log (ref);

-- +goose Down

DROP TABLE audit_log;
ALTER TABLE notes DROP COLUMN removed;
ALTER TABLE maintenances DROP COLUMN acknowledged;
