-- +goose Up

-- The order in which lists show maintenances.
CREATE INDEX maintenances_listed ON maintenances (starts DESC NULLS LAST, id) WHERE deleted = false AND merged_into = '';

-- +goose Down

DROP INDEX maintenances_listed;
