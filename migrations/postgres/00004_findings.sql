-- +goose Up

-- Where maintenances together leave a site or redundancy group with too few
-- circuits. Findings outlive what they tell of.

CREATE TABLE findings (
    id         uuid      NOT NULL PRIMARY KEY,
    key        text      NOT NULL, -- subject and set of maintenances
    kind       text      NOT NULL, -- site or group
    subject_id uuid      NOT NULL,
    subject    text      NOT NULL, -- its name
    severity   text      NOT NULL,
    starts     timestamptz NOT NULL,
    ends       timestamptz NOT NULL,
    exposures  jsonb      NOT NULL,
    since      timestamptz NOT NULL,
    ack_author text      NOT NULL,
    ack_at     timestamptz,
    ack_digest text      NOT NULL,
    closed_at  timestamptz,
    closing    text      NOT NULL,
    revision   bigint    NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX findings_key ON findings (key) WHERE closed_at IS NULL;
CREATE INDEX findings_open ON findings (kind, subject_id) WHERE closed_at IS NULL;
CREATE INDEX findings_starts ON findings (starts);

CREATE TABLE finding_circuits (
    finding_id uuid NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    circuit_id uuid NOT NULL,
    PRIMARY KEY (finding_id, circuit_id)
);
CREATE INDEX finding_circuits_circuit ON finding_circuits (circuit_id);

CREATE TABLE finding_maintenances (
    finding_id     uuid NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    maintenance_id uuid NOT NULL,
    PRIMARY KEY (finding_id, maintenance_id)
);
CREATE INDEX finding_maintenances_maintenance ON finding_maintenances (maintenance_id);

CREATE TABLE finding_events (
    id         uuid      NOT NULL PRIMARY KEY,
    finding_id uuid      NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    revision   bigint    NOT NULL,
    change     text      NOT NULL,
    was        text      NOT NULL, -- the severity before
    severity   text      NOT NULL,
    starts     timestamptz NOT NULL,
    ends       timestamptz NOT NULL,
    cause      text      NOT NULL,
    author     text      NOT NULL,
    at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX finding_events_order ON finding_events (finding_id, revision);

-- The sites and groups that maintenances touched. Whoever computes one anew
-- holds its row.
CREATE TABLE finding_subjects (
    kind       text NOT NULL,
    subject_id uuid NOT NULL,
    next_at    timestamptz, -- when time changes what is found; NULL: never
    PRIMARY KEY (kind, subject_id)
);
CREATE INDEX finding_subjects_next ON finding_subjects (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE finding_state (
    name  text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE provider_habits (
    provider_id       uuid    NOT NULL PRIMARY KEY REFERENCES providers (id) ON DELETE CASCADE,
    sends_completions boolean NOT NULL
);

-- +goose Down

DROP TABLE provider_habits;
DROP TABLE finding_state;
DROP TABLE finding_subjects;
DROP TABLE finding_events;
DROP TABLE finding_maintenances;
DROP TABLE finding_circuits;
DROP TABLE findings;
