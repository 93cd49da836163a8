-- +goose Up

-- What happened and may be announced. Rows are written in the transaction of
-- what they tell of; routed_at says that their deliveries were made.
CREATE TABLE announcements (
    id          TEXT   NOT NULL PRIMARY KEY,
    key         TEXT NOT NULL, -- the same however often the event is derived
    kind        TEXT NOT NULL,
    at          TIMESTAMP NOT NULL,
    cause       TEXT NOT NULL,
    author      TEXT NOT NULL,
    maintenance TEXT NOT NULL, -- its ID, also when it is gone; empty: none
    finding     TEXT NOT NULL,
    raw         TEXT NOT NULL,
    source      TEXT NOT NULL,
    name        TEXT NOT NULL,
    revision    BIGINT NOT NULL,
    data        TEXT NOT NULL,
    routed_at   TIMESTAMP,
    created_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX announcements_key ON announcements (key);
CREATE INDEX announcements_waiting ON announcements (created_at, id) WHERE routed_at IS NULL;
CREATE INDEX announcements_at ON announcements (at, id);
CREATE INDEX announcements_maintenance ON announcements (maintenance, at);
CREATE INDEX announcements_finding ON announcements (finding, at);
CREATE INDEX announcements_source ON announcements (source, at);

CREATE TABLE deliveries (
    id          TEXT   NOT NULL PRIMARY KEY,
    event_id    TEXT   NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    rule        TEXT NOT NULL, -- ID
    rule_name   TEXT NOT NULL,
    destination TEXT NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    urgent      BOOLEAN NOT NULL,
    digest      BOOLEAN NOT NULL, -- goes with others of its rule in one message
    key         TEXT NOT NULL,
    batch       TEXT NOT NULL, -- of the message that it shares with others
    attempts    INTEGER  NOT NULL,
    next_at     TIMESTAMP,
    sent_at     TIMESTAMP,
    root        TEXT NOT NULL,
    posted      TEXT NOT NULL,
    escalate_at TIMESTAMP,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (event_id, rule, destination);
CREATE INDEX deliveries_due ON deliveries (destination, next_at) WHERE state IN ('queued', 'held', 'grouped');
CREATE INDEX deliveries_next ON deliveries (next_at) WHERE state IN ('queued', 'held', 'grouped');
CREATE INDEX deliveries_sent ON deliveries (destination, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX deliveries_escalate ON deliveries (escalate_at) WHERE escalate_at IS NOT NULL;

CREATE TABLE subscriptions (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    author      TEXT NOT NULL,
    origin      TEXT NOT NULL, -- chat or api
    scope       TEXT NOT NULL,
    destination TEXT NOT NULL,
    settings    TEXT NOT NULL,
    muted_until TIMESTAMP,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX subscriptions_name ON subscriptions (name);
CREATE INDEX subscriptions_destination ON subscriptions (destination);

-- Of what a destination is told nothing for a while.
CREATE TABLE announcement_mutes (
    destination TEXT NOT NULL,
    about       TEXT NOT NULL, -- ID of a maintenance or finding; empty: of everything
    until       TIMESTAMP NOT NULL,
    author      TEXT NOT NULL,
    PRIMARY KEY (destination, about)
);

-- Where the thread of a maintenance or finding is at a destination.
CREATE TABLE announcement_threads (
    destination TEXT NOT NULL,
    about       TEXT NOT NULL,
    root        TEXT NOT NULL,
    updated_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (destination, about)
);

CREATE TABLE destinations (
    name          TEXT NOT NULL PRIMARY KEY,
    failures      INTEGER  NOT NULL, -- one after the other
    open_until    TIMESTAMP,          -- nothing is tried before
    last_error    TEXT NOT NULL,
    last_error_at TIMESTAMP,
    last_success  TIMESTAMP
);

CREATE TABLE announcement_state (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- +goose Down

DROP TABLE announcement_state;
DROP TABLE destinations;
DROP TABLE announcement_threads;
DROP TABLE announcement_mutes;
DROP TABLE subscriptions;
DROP TABLE deliveries;
DROP TABLE announcements;
