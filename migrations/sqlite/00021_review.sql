-- +goose Up

-- The provider that a person assigned a mail to.
ALTER TABLE raw_notifications ADD COLUMN assigned_id TEXT;

-- Mail that may wait for a person. The condition is written out in queries.
CREATE INDEX raw_notifications_review ON raw_notifications (received)
    WHERE state IN ('parsing-failed', 'unknown-provider', 'quarantined', 'needs-review') OR unknown_cids OR incomplete;
CREATE INDEX raw_notifications_sender ON raw_notifications (sender) WHERE state = 'unknown-provider';

-- What people decided of mail; whether it waits follows from the mail.
CREATE TABLE reviews (
    item_id            TEXT NOT NULL PRIMARY KEY, -- of the raw mail
    owner              TEXT NOT NULL,
    owned_at           TIMESTAMP,
    decision           TEXT NOT NULL, -- the last one that holds
    decided_by         TEXT NOT NULL,
    decided_at         TIMESTAMP,
    reading            TEXT NOT NULL, -- whose reading is in force: completed or dismissed by a person; empty: lineman's
    settled            TEXT NOT NULL, -- state of the mail that the decision is about; empty: the mail waits as it would
    settled_unknown    BOOLEAN NOT NULL, -- and its flags
    settled_incomplete BOOLEAN NOT NULL,
    updated_at         TIMESTAMP NOT NULL
);
CREATE INDEX reviews_owner ON reviews (owner) WHERE owner <> '';

-- Everything that people did with mail that waited, kept for good.
CREATE TABLE review_acts (
    id        TEXT NOT NULL PRIMARY KEY,
    item_id   TEXT NOT NULL,
    action    TEXT NOT NULL,
    author    TEXT NOT NULL,
    at        TIMESTAMP NOT NULL,
    reason    TEXT NOT NULL,
    detail    TEXT NOT NULL, -- what it came to, in words
    data      TEXT NOT NULL, -- what is needed to undo it
    undone_by TEXT NOT NULL,
    undone_at TIMESTAMP
);
CREATE INDEX review_acts_item ON review_acts (item_id, at);

-- +goose Down

DROP TABLE review_acts;
DROP TABLE reviews;
DROP INDEX raw_notifications_sender;
DROP INDEX raw_notifications_review;
ALTER TABLE raw_notifications DROP COLUMN assigned_id;
