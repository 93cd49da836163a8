-- +goose Up

-- What marks the state of the inventory: it differs after every transaction
-- that wrote to one of these tables, so that what was read of them can be kept
-- for as long as it is right. Whoever makes one of them anew makes its triggers
-- anew as well.
-- Rows of transactions that run side by side never wait for each other: each
-- transaction has its own.
CREATE TABLE inventory_stamps (
    stamp TEXT NOT NULL PRIMARY KEY -- the number of a transaction
);
INSERT INTO inventory_stamps (stamp) VALUES (txid_current()::text);

-- +goose StatementBegin
CREATE FUNCTION stamp_inventory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO inventory_stamps (stamp) VALUES (txid_current()::text) ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER providers_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON providers FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER provider_emails_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON provider_emails FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER provider_tags_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON provider_tags FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER sites_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON sites FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER site_tags_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON site_tags FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER circuit_types_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON circuit_types FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER circuits_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON circuits FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER circuit_tags_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON circuit_tags FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();
CREATE TRIGGER terminations_stamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON terminations FOR EACH STATEMENT EXECUTE FUNCTION stamp_inventory();

-- What pages and counts of long lists are told from, without a look at the rows.
DROP INDEX maintenance_circuits_circuit;
CREATE INDEX maintenance_circuits_circuit ON maintenance_circuits (circuit_id, maintenance_id, cancelled, impact);
CREATE INDEX notices_listed ON notices (received DESC, id DESC, record_id) WHERE superseded = false;
CREATE INDEX maintenances_listed_name ON maintenances (starts DESC, id, name_key) WHERE deleted = false AND merged_into = '';
CREATE INDEX maintenances_hidden ON maintenances (id) WHERE deleted = true OR merged_into <> '';

-- +goose Down

DROP INDEX maintenances_hidden;
DROP INDEX maintenances_listed_name;
DROP INDEX notices_listed;
DROP INDEX maintenance_circuits_circuit;
CREATE INDEX maintenance_circuits_circuit ON maintenance_circuits (circuit_id, maintenance_id);

DROP TRIGGER terminations_stamp ON terminations;
DROP TRIGGER circuit_tags_stamp ON circuit_tags;
DROP TRIGGER circuits_stamp ON circuits;
DROP TRIGGER circuit_types_stamp ON circuit_types;
DROP TRIGGER site_tags_stamp ON site_tags;
DROP TRIGGER sites_stamp ON sites;
DROP TRIGGER provider_tags_stamp ON provider_tags;
DROP TRIGGER provider_emails_stamp ON provider_emails;
DROP TRIGGER providers_stamp ON providers;
DROP FUNCTION stamp_inventory();
DROP TABLE inventory_stamps;
