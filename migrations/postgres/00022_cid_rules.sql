-- +goose Up

-- What two spellings of a provider's circuit ids may differ in, in words; empty:
-- as for every provider without a rule of its own.
ALTER TABLE providers ADD COLUMN cid_rule text NOT NULL DEFAULT '';

-- +goose Down

ALTER TABLE providers DROP COLUMN cid_rule;
