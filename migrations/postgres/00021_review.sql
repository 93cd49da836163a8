-- +goose Up

-- The provider that a person assigned a mail to.
ALTER TABLE raw_notifications ADD COLUMN assigned_id uuid;

-- Mail that may wait for a person. The condition is written out in queries.
CREATE INDEX raw_notifications_review ON raw_notifications (received)
    WHERE state IN ('parsing-failed', 'unknown-provider', 'quarantined', 'needs-review') OR unknown_cids OR incomplete;
CREATE INDEX raw_notifications_sender ON raw_notifications (sender) WHERE state = 'unknown-provider';

-- What people decided of mail; whether it waits follows from the mail.
CREATE TABLE reviews (
    item_id            uuid NOT NULL PRIMARY KEY, -- of the raw mail
    owner              text NOT NULL,
    owned_at           timestamptz,
    decision           text NOT NULL, -- the last one that holds
    decided_by         text NOT NULL,
    decided_at         timestamptz,
    reading            text NOT NULL, -- whose reading is in force: completed or dismissed by a person; empty: lineman's
    settled            text NOT NULL, -- state of the mail that the decision is about; empty: the mail waits as it would
    settled_unknown    boolean NOT NULL, -- and its flags
    settled_incomplete boolean NOT NULL,
    updated_at         timestamptz NOT NULL
);
CREATE INDEX reviews_owner ON reviews (owner) WHERE owner <> '';

-- Everything that people did with mail that waited, kept for good.
CREATE TABLE review_acts (
    id        uuid NOT NULL PRIMARY KEY,
    item_id   uuid NOT NULL,
    action    text NOT NULL,
    author    text NOT NULL,
    at        timestamptz NOT NULL,
    reason    text NOT NULL,
    detail    text NOT NULL, -- what it came to, in words
    data      jsonb NOT NULL, -- what is needed to undo it
    undone_by text NOT NULL,
    undone_at timestamptz
);
CREATE INDEX review_acts_item ON review_acts (item_id, at);

-- +goose Down

DROP TABLE review_acts;
DROP TABLE reviews;
DROP INDEX raw_notifications_sender;
DROP INDEX raw_notifications_review;
ALTER TABLE raw_notifications DROP COLUMN assigned_id;
