-- +goose Up

ALTER TABLE users ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- +goose Down

ALTER TABLE users DROP COLUMN revision;
