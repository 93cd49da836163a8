-- +goose Up

-- Every time that a language model was asked what the fields of a mail may be,
-- with what it proposed and what stands in the mail. They go with the bytes of
-- the mail.
CREATE TABLE proposals (
    id       TEXT      NOT NULL PRIMARY KEY,
    raw_id   TEXT      NOT NULL REFERENCES raw_notifications (id) ON DELETE CASCADE,
    model    TEXT      NOT NULL,
    author   TEXT      NOT NULL, -- who asked; empty: lineman itself
    asked    TIMESTAMP NOT NULL,
    answered TIMESTAMP,
    error    TEXT      NOT NULL, -- why there is no answer
    refused  INTEGER   NOT NULL, -- values that do not stand in the mail, or may not be proposed
    found    TEXT      NOT NULL  -- the others
);
CREATE INDEX proposals_raw ON proposals (raw_id, asked);
CREATE INDEX proposals_asked ON proposals (asked);

-- +goose Down

DROP TABLE proposals;
