-- +goose Up

-- What marks the state of the inventory: it differs after every transaction
-- that wrote to one of these tables, so that what was read of them can be kept
-- for as long as it is right. Whoever makes one of them anew makes its triggers
-- anew as well.
CREATE TABLE inventory_stamps (
    stamp TEXT NOT NULL PRIMARY KEY -- one row
);
INSERT INTO inventory_stamps (stamp) VALUES (hex(randomblob(16)));

-- +goose StatementBegin
CREATE TRIGGER providers_insert_stamp AFTER INSERT ON providers BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER providers_update_stamp AFTER UPDATE ON providers BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER providers_delete_stamp AFTER DELETE ON providers BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER provider_emails_insert_stamp AFTER INSERT ON provider_emails BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER provider_emails_update_stamp AFTER UPDATE ON provider_emails BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER provider_emails_delete_stamp AFTER DELETE ON provider_emails BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER provider_tags_insert_stamp AFTER INSERT ON provider_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER provider_tags_update_stamp AFTER UPDATE ON provider_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER provider_tags_delete_stamp AFTER DELETE ON provider_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sites_insert_stamp AFTER INSERT ON sites BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sites_update_stamp AFTER UPDATE ON sites BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sites_delete_stamp AFTER DELETE ON sites BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER site_tags_insert_stamp AFTER INSERT ON site_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER site_tags_update_stamp AFTER UPDATE ON site_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER site_tags_delete_stamp AFTER DELETE ON site_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuit_types_insert_stamp AFTER INSERT ON circuit_types BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuit_types_update_stamp AFTER UPDATE ON circuit_types BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuit_types_delete_stamp AFTER DELETE ON circuit_types BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuits_insert_stamp AFTER INSERT ON circuits BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuits_update_stamp AFTER UPDATE ON circuits BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuits_delete_stamp AFTER DELETE ON circuits BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuit_tags_insert_stamp AFTER INSERT ON circuit_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuit_tags_update_stamp AFTER UPDATE ON circuit_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER circuit_tags_delete_stamp AFTER DELETE ON circuit_tags BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terminations_insert_stamp AFTER INSERT ON terminations BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terminations_update_stamp AFTER UPDATE ON terminations BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terminations_delete_stamp AFTER DELETE ON terminations BEGIN UPDATE inventory_stamps SET stamp = hex(randomblob(16)); END;
-- +goose StatementEnd

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

DROP TRIGGER terminations_delete_stamp;
DROP TRIGGER terminations_update_stamp;
DROP TRIGGER terminations_insert_stamp;
DROP TRIGGER circuit_tags_delete_stamp;
DROP TRIGGER circuit_tags_update_stamp;
DROP TRIGGER circuit_tags_insert_stamp;
DROP TRIGGER circuits_delete_stamp;
DROP TRIGGER circuits_update_stamp;
DROP TRIGGER circuits_insert_stamp;
DROP TRIGGER circuit_types_delete_stamp;
DROP TRIGGER circuit_types_update_stamp;
DROP TRIGGER circuit_types_insert_stamp;
DROP TRIGGER site_tags_delete_stamp;
DROP TRIGGER site_tags_update_stamp;
DROP TRIGGER site_tags_insert_stamp;
DROP TRIGGER sites_delete_stamp;
DROP TRIGGER sites_update_stamp;
DROP TRIGGER sites_insert_stamp;
DROP TRIGGER provider_tags_delete_stamp;
DROP TRIGGER provider_tags_update_stamp;
DROP TRIGGER provider_tags_insert_stamp;
DROP TRIGGER provider_emails_delete_stamp;
DROP TRIGGER provider_emails_update_stamp;
DROP TRIGGER provider_emails_insert_stamp;
DROP TRIGGER providers_delete_stamp;
DROP TRIGGER providers_update_stamp;
DROP TRIGGER providers_insert_stamp;
DROP TABLE inventory_stamps;
