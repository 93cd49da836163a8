-- +goose Up

-- Whether the acknowledgement is one of the record as it stands.
ALTER TABLE maintenances ADD COLUMN acknowledged BOOLEAN NOT NULL DEFAULT false;

-- What lineman noted and a person took away: kept, so that it is not noted again.
ALTER TABLE notes ADD COLUMN removed BOOLEAN NOT NULL DEFAULT false;

-- Every write of a person, kept for good.
CREATE TABLE audit_log (
    id     TEXT NOT NULL PRIMARY KEY,
    at     TIMESTAMP NOT NULL,
    author TEXT NOT NULL,
    role   TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL, -- kind of record
    ref    TEXT NOT NULL, -- its id
    name   TEXT NOT NULL, -- its name then
    reason TEXT NOT NULL,
    before TEXT NOT NULL, -- SHA-256 over it, hex; empty: it was not there
    after  TEXT NOT NULL
);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_ref ON audit_log (ref);

-- +goose Down

DROP TABLE audit_log;
ALTER TABLE notes DROP COLUMN removed;
ALTER TABLE maintenances DROP COLUMN acknowledged;
