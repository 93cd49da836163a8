-- +goose Up

-- What the lists of maintenances are narrowed to most, in the order in which
-- they are shown: which rows are on a page, and how many there are, is told
-- without a look at the rows.
CREATE INDEX maintenances_listed_provider ON maintenances (provider_id, status, starts DESC, id) WHERE deleted = false AND merged_into = '';
CREATE INDEX maintenances_listed_status ON maintenances (status, starts DESC, id) WHERE deleted = false AND merged_into = '';
CREATE INDEX maintenances_listed_ends ON maintenances (status, ends, starts, id) WHERE deleted = false AND merged_into = '';

-- The maintenances of a circuit.
DROP INDEX maintenance_circuits_circuit;
CREATE INDEX maintenance_circuits_circuit ON maintenance_circuits (circuit_id, maintenance_id);
DROP INDEX maintenance_circuits_cid_key;
CREATE INDEX maintenance_circuits_cid_key ON maintenance_circuits (cid_key, maintenance_id);

-- +goose Down

DROP INDEX maintenance_circuits_cid_key;
CREATE INDEX maintenance_circuits_cid_key ON maintenance_circuits (cid_key);
DROP INDEX maintenance_circuits_circuit;
CREATE INDEX maintenance_circuits_circuit ON maintenance_circuits (circuit_id);
DROP INDEX maintenances_listed_ends;
DROP INDEX maintenances_listed_status;
DROP INDEX maintenances_listed_provider;
