-- +goose Up

-- The order in which lists show what happened.
CREATE INDEX changes_at ON changes (at DESC NULLS LAST, id DESC);
CREATE INDEX edits_at ON edits (at DESC NULLS LAST, id DESC);
CREATE INDEX maintenance_windows_starts ON maintenance_windows (starts DESC NULLS LAST, maintenance_id, ordinal);

-- +goose Down

DROP INDEX maintenance_windows_starts;
DROP INDEX edits_at;
DROP INDEX changes_at;
