-- +goose Up

-- What providers usually do is counted from this index alone.
DROP INDEX maintenances_ends;
CREATE INDEX maintenances_ends ON maintenances (ends, provider_id, status, deleted);

-- +goose Down

DROP INDEX maintenances_ends;
CREATE INDEX maintenances_ends ON maintenances (ends);
