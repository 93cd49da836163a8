-- +goose Up

ALTER TABLE users ADD COLUMN password text NOT NULL DEFAULT ''; -- PHC string; empty: there is none
ALTER TABLE users ADD COLUMN expires_at timestamptz;              -- NULL: never
ALTER TABLE users ADD COLUMN last_seen timestamptz;
ALTER TABLE users ADD COLUMN disabled_at timestamptz;             -- NULL: not disabled
UPDATE users SET disabled_at = created_at WHERE disabled;
ALTER TABLE users DROP COLUMN disabled;

-- Whose token it is. Of a user who was deleted, the id stays.
ALTER TABLE tokens ADD COLUMN user_id uuid;
CREATE INDEX tokens_user ON tokens (user_id) WHERE user_id IS NOT NULL;

-- +goose Down

DROP INDEX tokens_user;
ALTER TABLE tokens DROP COLUMN user_id;
ALTER TABLE users ADD COLUMN disabled boolean NOT NULL DEFAULT false;
UPDATE users SET disabled = true WHERE disabled_at IS NOT NULL;
ALTER TABLE users DROP COLUMN disabled_at;
ALTER TABLE users DROP COLUMN last_seen;
ALTER TABLE users DROP COLUMN expires_at;
ALTER TABLE users DROP COLUMN password;
