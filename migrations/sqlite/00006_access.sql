-- +goose Up

ALTER TABLE tokens ADD COLUMN expires_at TIMESTAMP; -- NULL: never

-- +goose Down

ALTER TABLE tokens DROP COLUMN expires_at;
