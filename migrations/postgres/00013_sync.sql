-- +goose Up

-- What an inventory (NetBox, Nautobot) says of circuits and their ends.
ALTER TABLE circuits ADD COLUMN custom_fields jsonb NOT NULL DEFAULT '{}';
ALTER TABLE circuits ADD COLUMN inventory text NOT NULL DEFAULT ''; -- the one that it is synced from; empty: none
ALTER TABLE circuits ADD COLUMN last_seen timestamptz; -- there
ALTER TABLE circuits ADD COLUMN removed_at timestamptz; -- since when it is missing there
CREATE INDEX circuits_inventory ON circuits (inventory) WHERE inventory <> '';

ALTER TABLE terminations ADD COLUMN device text NOT NULL DEFAULT '';
ALTER TABLE terminations ADD COLUMN interface text NOT NULL DEFAULT '';
ALTER TABLE terminations ADD COLUMN cable text NOT NULL DEFAULT '';
ALTER TABLE terminations ADD COLUMN custom_fields jsonb NOT NULL DEFAULT '{}';
CREATE INDEX terminations_device ON terminations (device) WHERE device <> '';

ALTER TABLE redundancy_members ADD COLUMN priority text NOT NULL DEFAULT '';

-- The objects there and the rows here that they are.
CREATE TABLE inventory_links (
    source     text        NOT NULL,
    kind       text        NOT NULL, -- provider, address, site, circuit, alias, group
    remote_id  text        NOT NULL,
    object_id  uuid        NOT NULL,
    made       boolean     NOT NULL, -- the sync made the row
    first_seen timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (source, kind, remote_id)
);
CREATE INDEX inventory_links_object ON inventory_links (object_id);

CREATE TABLE inventory_sources (
    name          text        NOT NULL PRIMARY KEY,
    kind          text        NOT NULL,
    version       text        NOT NULL,
    started       timestamptz, -- the reading that was last taken over
    last_success  timestamptz,
    last_error    text        NOT NULL,
    last_error_at timestamptz,
    result        jsonb       NOT NULL
);

-- +goose Down

DROP TABLE inventory_sources;
DROP TABLE inventory_links;
ALTER TABLE redundancy_members DROP COLUMN priority;
DROP INDEX terminations_device;
ALTER TABLE terminations DROP COLUMN custom_fields;
ALTER TABLE terminations DROP COLUMN cable;
ALTER TABLE terminations DROP COLUMN interface;
ALTER TABLE terminations DROP COLUMN device;
DROP INDEX circuits_inventory;
ALTER TABLE circuits DROP COLUMN removed_at;
ALTER TABLE circuits DROP COLUMN last_seen;
ALTER TABLE circuits DROP COLUMN inventory;
ALTER TABLE circuits DROP COLUMN custom_fields;
