-- +goose Up

-- What happened and may be announced. Rows are written in the transaction of
-- what they tell of; routed_at says that their deliveries were made.
CREATE TABLE announcements (
    id          uuid   NOT NULL PRIMARY KEY,
    key         text NOT NULL, -- the same however often the event is derived
    kind        text NOT NULL,
    at          timestamptz NOT NULL,
    cause       text NOT NULL,
    author      text NOT NULL,
    maintenance text NOT NULL, -- its ID, also when it is gone; empty: none
    finding     text NOT NULL,
    raw         text NOT NULL,
    source      text NOT NULL,
    name        text NOT NULL,
    revision    bigint NOT NULL,
    data        jsonb NOT NULL,
    routed_at   timestamptz,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX announcements_key ON announcements (key);
CREATE INDEX announcements_waiting ON announcements (created_at, id) WHERE routed_at IS NULL;
CREATE INDEX announcements_at ON announcements (at, id);
CREATE INDEX announcements_maintenance ON announcements (maintenance, at);
CREATE INDEX announcements_finding ON announcements (finding, at);
CREATE INDEX announcements_source ON announcements (source, at);

CREATE TABLE deliveries (
    id          uuid   NOT NULL PRIMARY KEY,
    event_id    uuid   NOT NULL REFERENCES announcements (id) ON DELETE CASCADE,
    rule        text NOT NULL, -- ID
    rule_name   text NOT NULL,
    destination text NOT NULL,
    state       text NOT NULL,
    reason      text NOT NULL,
    urgent      boolean NOT NULL,
    digest      boolean NOT NULL, -- goes with others of its rule in one message
    key         text NOT NULL,
    batch       text NOT NULL, -- of the message that it shares with others
    attempts    integer  NOT NULL,
    next_at     timestamptz,
    sent_at     timestamptz,
    root        text NOT NULL,
    posted      text NOT NULL,
    escalate_at timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX deliveries_once ON deliveries (event_id, rule, destination);
CREATE INDEX deliveries_due ON deliveries (destination, next_at) WHERE state IN ('queued', 'held', 'grouped');
CREATE INDEX deliveries_next ON deliveries (next_at) WHERE state IN ('queued', 'held', 'grouped');
CREATE INDEX deliveries_sent ON deliveries (destination, sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX deliveries_escalate ON deliveries (escalate_at) WHERE escalate_at IS NOT NULL;

CREATE TABLE subscriptions (
    id          uuid   NOT NULL PRIMARY KEY,
    name        text NOT NULL,
    author      text NOT NULL,
    origin      text NOT NULL, -- chat or api
    scope       jsonb NOT NULL,
    destination text NOT NULL,
    settings    jsonb NOT NULL,
    muted_until timestamptz,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX subscriptions_name ON subscriptions (name);
CREATE INDEX subscriptions_destination ON subscriptions (destination);

-- Of what a destination is told nothing for a while.
CREATE TABLE announcement_mutes (
    destination text NOT NULL,
    about       text NOT NULL, -- ID of a maintenance or finding; empty: of everything
    until       timestamptz NOT NULL,
    author      text NOT NULL,
    PRIMARY KEY (destination, about)
);

-- Where the thread of a maintenance or finding is at a destination.
CREATE TABLE announcement_threads (
    destination text NOT NULL,
    about       text NOT NULL,
    root        text NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (destination, about)
);

CREATE TABLE destinations (
    name          text NOT NULL PRIMARY KEY,
    failures      integer  NOT NULL, -- one after the other
    open_until    timestamptz,          -- nothing is tried before
    last_error    text NOT NULL,
    last_error_at timestamptz,
    last_success  timestamptz
);

CREATE TABLE announcement_state (
    name  text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- +goose Down

DROP TABLE announcement_state;
DROP TABLE destinations;
DROP TABLE announcement_threads;
DROP TABLE announcement_mutes;
DROP TABLE subscriptions;
DROP TABLE deliveries;
DROP TABLE announcements;
