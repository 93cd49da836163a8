-- +goose Up

-- Where maintenances together leave a site or redundancy group with too few
-- circuits. Findings outlive what they tell of.

CREATE TABLE findings (
    id         TEXT      NOT NULL PRIMARY KEY,
    key        TEXT      NOT NULL, -- subject and set of maintenances
    kind       TEXT      NOT NULL, -- site or group
    subject_id TEXT      NOT NULL,
    subject    TEXT      NOT NULL, -- its name
    severity   TEXT      NOT NULL,
    starts     TIMESTAMP NOT NULL,
    ends       TIMESTAMP NOT NULL,
    exposures  TEXT      NOT NULL,
    since      TIMESTAMP NOT NULL,
    ack_author TEXT      NOT NULL,
    ack_at     TIMESTAMP,
    ack_digest TEXT      NOT NULL,
    closed_at  TIMESTAMP,
    closing    TEXT      NOT NULL,
    revision   BIGINT    NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX findings_key ON findings (key) WHERE closed_at IS NULL;
CREATE INDEX findings_open ON findings (kind, subject_id) WHERE closed_at IS NULL;
CREATE INDEX findings_starts ON findings (starts);

CREATE TABLE finding_circuits (
    finding_id TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    circuit_id TEXT NOT NULL,
    PRIMARY KEY (finding_id, circuit_id)
);
CREATE INDEX finding_circuits_circuit ON finding_circuits (circuit_id);

CREATE TABLE finding_maintenances (
    finding_id     TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    maintenance_id TEXT NOT NULL,
    PRIMARY KEY (finding_id, maintenance_id)
);
CREATE INDEX finding_maintenances_maintenance ON finding_maintenances (maintenance_id);

CREATE TABLE finding_events (
    id         TEXT      NOT NULL PRIMARY KEY,
    finding_id TEXT      NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    revision   BIGINT    NOT NULL,
    change     TEXT      NOT NULL,
    was        TEXT      NOT NULL, -- the severity before
    severity   TEXT      NOT NULL,
    starts     TIMESTAMP NOT NULL,
    ends       TIMESTAMP NOT NULL,
    cause      TEXT      NOT NULL,
    author     TEXT      NOT NULL,
    at         TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX finding_events_order ON finding_events (finding_id, revision);

-- The sites and groups that maintenances touched. Whoever computes one anew
-- holds its row.
CREATE TABLE finding_subjects (
    kind       TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    next_at    TIMESTAMP, -- when time changes what is found; NULL: never
    PRIMARY KEY (kind, subject_id)
);
CREATE INDEX finding_subjects_next ON finding_subjects (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE finding_state (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE provider_habits (
    provider_id       TEXT    NOT NULL PRIMARY KEY REFERENCES providers (id) ON DELETE CASCADE,
    sends_completions BOOLEAN NOT NULL
);

-- +goose Down

DROP TABLE provider_habits;
DROP TABLE finding_state;
DROP TABLE finding_subjects;
DROP TABLE finding_events;
DROP TABLE finding_maintenances;
DROP TABLE finding_circuits;
DROP TABLE findings;
