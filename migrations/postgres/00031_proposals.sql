-- +goose Up

-- Every time that a language model was asked what the fields of a mail may be,
-- with what it proposed and what stands in the mail. They go with the bytes of
-- the mail.
CREATE TABLE proposals (
    id       uuid        NOT NULL PRIMARY KEY,
    raw_id   uuid        NOT NULL REFERENCES raw_notifications (id) ON DELETE CASCADE,
    model    text        NOT NULL,
    author   text        NOT NULL, -- who asked; empty: lineman itself
    asked    timestamptz NOT NULL,
    answered timestamptz,
    error    text        NOT NULL, -- why there is no answer
    refused  bigint      NOT NULL, -- values that do not stand in the mail, or may not be proposed
    found    jsonb       NOT NULL  -- the others
);
CREATE INDEX proposals_raw ON proposals (raw_id, asked);
CREATE INDEX proposals_asked ON proposals (asked);

-- +goose Down

DROP TABLE proposals;
