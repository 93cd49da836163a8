-- +goose Up

-- Times are integers: microseconds since 1970-01-01 UTC.

-- Inventory.

CREATE TABLE providers (
    id              TEXT        NOT NULL PRIMARY KEY,
    slug            TEXT        NOT NULL,
    name            TEXT        NOT NULL,
    name_key        TEXT        NOT NULL, -- name in lower case
    parser          TEXT        NOT NULL,
    ids_per_account BOOLEAN     NOT NULL,
    hold_over       BIGINT      NOT NULL, -- seconds
    tenant          TEXT        NOT NULL,
    builtin         BOOLEAN     NOT NULL,
    created_at      TIMESTAMP NOT NULL,
    updated_at      TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX providers_slug ON providers (slug);
CREATE UNIQUE INDEX providers_name ON providers (name_key);

CREATE TABLE provider_emails (
    address     TEXT    NOT NULL PRIMARY KEY, -- lower case: a@b, a domain b, or *.b
    provider_id TEXT    NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    position    INTEGER NOT NULL
);
CREATE INDEX provider_emails_provider ON provider_emails (provider_id);

CREATE TABLE provider_tags (
    provider_id TEXT NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    tag         TEXT NOT NULL,
    PRIMARY KEY (provider_id, tag)
);
CREATE INDEX provider_tags_tag ON provider_tags (tag);

CREATE TABLE sites (
    id         TEXT        NOT NULL PRIMARY KEY,
    name       TEXT        NOT NULL,
    region     TEXT        NOT NULL,
    tenant     TEXT        NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX sites_name ON sites (name);

CREATE TABLE site_tags (
    site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    tag     TEXT NOT NULL,
    PRIMARY KEY (site_id, tag)
);
CREATE INDEX site_tags_tag ON site_tags (tag);

CREATE TABLE circuit_types (
    name       TEXT        NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE circuits (
    id          TEXT        NOT NULL PRIMARY KEY,
    provider_id TEXT        NOT NULL REFERENCES providers (id),
    cid         TEXT        NOT NULL,
    cid_key     TEXT        NOT NULL, -- cid without regard to case
    type_name   TEXT        REFERENCES circuit_types (name),
    status      TEXT        NOT NULL,
    description TEXT        NOT NULL,
    tenant      TEXT        NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX circuits_cid ON circuits (provider_id, cid_key);
CREATE INDEX circuits_cid_key ON circuits (cid_key);
CREATE INDEX circuits_tenant ON circuits (tenant);

CREATE TABLE circuit_tags (
    circuit_id TEXT NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    tag        TEXT NOT NULL,
    PRIMARY KEY (circuit_id, tag)
);
CREATE INDEX circuit_tags_tag ON circuit_tags (tag);

CREATE TABLE terminations (
    id         TEXT NOT NULL PRIMARY KEY,
    circuit_id TEXT NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    side       TEXT NOT NULL, -- A or Z
    site_id    TEXT REFERENCES sites (id),
    xconnect   TEXT NOT NULL
);
CREATE UNIQUE INDEX terminations_side ON terminations (circuit_id, side);
CREATE INDEX terminations_site ON terminations (site_id);

CREATE TABLE aliases (
    id          TEXT        NOT NULL PRIMARY KEY,
    provider_id TEXT        NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    alias       TEXT        NOT NULL,
    alias_key   TEXT        NOT NULL,
    circuit_id  TEXT        NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    created_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX aliases_alias ON aliases (provider_id, alias_key);
CREATE INDEX aliases_circuit ON aliases (circuit_id);

CREATE TABLE redundancy_groups (
    id     TEXT    NOT NULL PRIMARY KEY,
    name   TEXT    NOT NULL,
    min_up INTEGER NOT NULL
);
CREATE UNIQUE INDEX redundancy_groups_name ON redundancy_groups (name);

CREATE TABLE redundancy_members (
    group_id   TEXT NOT NULL REFERENCES redundancy_groups (id) ON DELETE CASCADE,
    circuit_id TEXT NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, circuit_id)
);
CREATE INDEX redundancy_members_circuit ON redundancy_members (circuit_id);

-- Mail.

CREATE TABLE sources (
    id            TEXT        NOT NULL PRIMARY KEY,
    name          TEXT        NOT NULL,
    kind          TEXT        NOT NULL,
    last_success  TIMESTAMP,
    last_error    TEXT        NOT NULL,
    last_error_at TIMESTAMP,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX sources_name ON sources (name);

CREATE TABLE cursors (
    source_id    TEXT        NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    folder       TEXT        NOT NULL,
    uid_validity BIGINT      NOT NULL,
    uid          BIGINT      NOT NULL,
    remote       TEXT        NOT NULL,
    updated_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (source_id, folder)
);

CREATE TABLE polls (
    id               TEXT        NOT NULL PRIMARY KEY,
    source_id        TEXT        NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    started          TIMESTAMP NOT NULL,
    finished         TIMESTAMP,
    fetched          BIGINT      NOT NULL,
    fresh            BIGINT      NOT NULL, -- fetched and not known before
    parsed           BIGINT      NOT NULL,
    ignored          BIGINT      NOT NULL,
    failed           BIGINT      NOT NULL,
    unknown_provider BIGINT      NOT NULL,
    duplicate        BIGINT      NOT NULL,
    out_of_sequence  BIGINT      NOT NULL,
    error            TEXT        NOT NULL
);
CREATE INDEX polls_source ON polls (source_id, started);

CREATE TABLE raw_notifications (
    id              TEXT        NOT NULL PRIMARY KEY,
    source_id       TEXT        REFERENCES sources (id) ON DELETE SET NULL,
    sha256          TEXT        NOT NULL, -- hex, of the bytes as fetched
    message_id      TEXT        NOT NULL,
    subject         TEXT        NOT NULL,
    sender          TEXT        NOT NULL,
    provider_id     TEXT        REFERENCES providers (id),
    date            TIMESTAMP,
    received        TIMESTAMP NOT NULL,
    state           TEXT        NOT NULL,
    out_of_sequence BOOLEAN     NOT NULL,
    unknown_cids    BOOLEAN     NOT NULL,
    incomplete      BOOLEAN     NOT NULL,
    error           TEXT        NOT NULL,
    parser_version  TEXT        NOT NULL,
    attempts        INTEGER     NOT NULL,
    size            BIGINT      NOT NULL,
    deleted         BOOLEAN     NOT NULL, -- the body was removed by retention
    processed_at    TIMESTAMP,          -- first time; NULL: never
    created_at      TIMESTAMP NOT NULL,
    updated_at      TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX raw_notifications_sha256 ON raw_notifications (sha256);
CREATE INDEX raw_notifications_message_id ON raw_notifications (message_id) WHERE message_id <> '';
CREATE INDEX raw_notifications_received ON raw_notifications (received);
CREATE INDEX raw_notifications_waiting ON raw_notifications (received) WHERE state = 'received';
CREATE INDEX raw_notifications_count ON raw_notifications (source_id, provider_id, state);

-- The bytes stand apart, so that a mail's row can change without them.
CREATE TABLE raw_bodies (
    raw_id TEXT  NOT NULL PRIMARY KEY REFERENCES raw_notifications (id) ON DELETE CASCADE,
    zstd   BLOB  NOT NULL
);

CREATE TABLE mailbox_messages (
    id             TEXT        NOT NULL PRIMARY KEY,
    source_id      TEXT        NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    folder         TEXT        NOT NULL,
    uid_validity   BIGINT      NOT NULL,
    uid            BIGINT      NOT NULL,
    remote_id      TEXT        NOT NULL,
    message_id     TEXT        NOT NULL,
    subject        TEXT        NOT NULL,
    date           TIMESTAMP,
    received       TIMESTAMP,
    sha256         TEXT        NOT NULL,
    raw_id         TEXT        REFERENCES raw_notifications (id),
    size           BIGINT      NOT NULL,
    outcome        TEXT        NOT NULL,
    reason         TEXT        NOT NULL,
    labels_applied TEXT        NOT NULL,
    labels_done    BOOLEAN     NOT NULL,
    label_error    TEXT        NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    updated_at     TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX mailbox_messages_ref ON mailbox_messages (source_id, folder, uid_validity, uid, remote_id);
CREATE INDEX mailbox_messages_raw ON mailbox_messages (raw_id);
CREATE INDEX mailbox_messages_received ON mailbox_messages (source_id, received);
CREATE INDEX mailbox_messages_due ON mailbox_messages (source_id, created_at) WHERE labels_done = false;

CREATE TABLE leases (
    name    TEXT        NOT NULL PRIMARY KEY,
    owner   TEXT        NOT NULL,
    expires TIMESTAMP NOT NULL
);

-- Maintenances.

-- An identity group is what one maintenance is computed from: all its ids.
CREATE TABLE identities (
    provider_id TEXT        NOT NULL REFERENCES providers (id),
    key         TEXT        NOT NULL,
    group_id    TEXT        NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (provider_id, key)
);
CREATE INDEX identities_group ON identities (group_id);

CREATE TABLE maintenances (
    id          TEXT        NOT NULL PRIMARY KEY,
    provider_id TEXT        NOT NULL REFERENCES providers (id),
    group_id    TEXT        NOT NULL,
    key         TEXT        NOT NULL,
    generation  INTEGER     NOT NULL,
    name        TEXT        NOT NULL,
    name_key    TEXT        NOT NULL, -- name in lower case
    external_id TEXT        NOT NULL,
    aliases     TEXT        NOT NULL,
    synthetic   BOOLEAN     NOT NULL,
    status      TEXT        NOT NULL,
    summary     TEXT        NOT NULL,
    organizer   TEXT        NOT NULL,
    accounts    TEXT        NOT NULL,
    conflicts   TEXT        NOT NULL,
    starts      TIMESTAMP, -- of the first window
    ends        TIMESTAMP, -- of the last window
    ack_author  TEXT        NOT NULL,
    ack_at      TIMESTAMP,
    ack_digest  TEXT        NOT NULL,
    orphan      BOOLEAN     NOT NULL,
    deleted     BOOLEAN     NOT NULL, -- a person deleted it: shown to nobody
    merged_into TEXT        NOT NULL, -- key of the identity that a person merged it into
    first_seen  TIMESTAMP,
    last_notice TIMESTAMP,
    revision    BIGINT      NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX maintenances_key ON maintenances (provider_id, key, generation);
CREATE INDEX maintenances_group ON maintenances (group_id);
CREATE INDEX maintenances_name ON maintenances (name_key);
CREATE INDEX maintenances_starts ON maintenances (starts);
CREATE INDEX maintenances_ends ON maintenances (ends);

CREATE TABLE maintenance_windows (
    maintenance_id TEXT        NOT NULL REFERENCES maintenances (id) ON DELETE CASCADE,
    ordinal        INTEGER     NOT NULL,
    kind           TEXT        NOT NULL,
    called         BOOLEAN     NOT NULL,
    status         TEXT        NOT NULL,
    starts         TIMESTAMP NOT NULL,
    ends           TIMESTAMP NOT NULL,
    impacts        TEXT        NOT NULL,
    PRIMARY KEY (maintenance_id, ordinal)
);
CREATE INDEX maintenance_windows_ends ON maintenance_windows (ends, starts);

CREATE TABLE maintenance_circuits (
    id             TEXT        NOT NULL PRIMARY KEY,
    maintenance_id TEXT        NOT NULL REFERENCES maintenances (id) ON DELETE CASCADE,
    position       INTEGER     NOT NULL,
    cid            TEXT        NOT NULL,
    cid_key        TEXT        NOT NULL,
    account        TEXT        NOT NULL,
    impact         TEXT        NOT NULL,
    raw_impact     TEXT        NOT NULL,
    cancelled      BOOLEAN     NOT NULL,
    circuit_id     TEXT        REFERENCES circuits (id) ON DELETE SET NULL,
    manual         BOOLEAN     NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    updated_at     TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX maintenance_circuits_cid ON maintenance_circuits (maintenance_id, account, cid_key);
CREATE INDEX maintenance_circuits_circuit ON maintenance_circuits (circuit_id);
CREATE INDEX maintenance_circuits_cid_key ON maintenance_circuits (cid_key);

CREATE TABLE notices (
    id             TEXT        NOT NULL PRIMARY KEY,
    raw_id         TEXT        NOT NULL REFERENCES raw_notifications (id),
    provider_id    TEXT        NOT NULL REFERENCES providers (id),
    key            TEXT        NOT NULL, -- of the identity
    position       INTEGER     NOT NULL, -- in the mail
    provider       TEXT        NOT NULL,
    maintenance_id TEXT        NOT NULL, -- as in the mail
    synthetic      BOOLEAN     NOT NULL,
    supersedes     TEXT        NOT NULL,
    account        TEXT        NOT NULL,
    organizer      TEXT        NOT NULL,
    summary        TEXT        NOT NULL,
    uid            TEXT        NOT NULL,
    sequence       INTEGER     NOT NULL,
    status         TEXT        NOT NULL,
    stamp          TIMESTAMP,
    issued         TIMESTAMP,
    received       TIMESTAMP NOT NULL,
    windows        TEXT        NOT NULL,
    parser         TEXT        NOT NULL,
    parser_version TEXT        NOT NULL,
    warnings       TEXT        NOT NULL,
    digest         TEXT        NOT NULL,
    record_id      TEXT        REFERENCES maintenances (id) ON DELETE SET NULL, -- the maintenance it is part of
    superseded     BOOLEAN     NOT NULL, -- a newer reading of the same mail counts instead
    created_at     TIMESTAMP NOT NULL
);
CREATE INDEX notices_raw ON notices (raw_id);
CREATE INDEX notices_key ON notices (provider_id, key);
CREATE INDEX notices_uid ON notices (provider_id, uid) WHERE uid <> '' AND uid <> '0';
CREATE INDEX notices_record ON notices (record_id);
CREATE INDEX notices_received ON notices (received);

CREATE TABLE edits (
    id             TEXT        NOT NULL PRIMARY KEY,
    maintenance_id TEXT        NOT NULL REFERENCES maintenances (id),
    kind           TEXT        NOT NULL,
    author         TEXT        NOT NULL,
    at             TIMESTAMP NOT NULL,
    reason         TEXT        NOT NULL,
    field          TEXT        NOT NULL,
    value          TEXT        NOT NULL,
    windows        TEXT        NOT NULL,
    cid            TEXT        NOT NULL,
    circuit_id     TEXT,
    impact         TEXT        NOT NULL,
    notice_id      TEXT,
    target         TEXT        NOT NULL,
    digest         TEXT        NOT NULL
);
CREATE INDEX edits_maintenance ON edits (maintenance_id);

CREATE TABLE notes (
    id             TEXT        NOT NULL PRIMARY KEY,
    maintenance_id TEXT        NOT NULL REFERENCES maintenances (id) ON DELETE CASCADE,
    key            TEXT        NOT NULL, -- empty: a person's note
    title          TEXT        NOT NULL,
    comment        TEXT        NOT NULL,
    level          TEXT        NOT NULL,
    author         TEXT        NOT NULL,
    closed         BOOLEAN     NOT NULL,
    touched_by     TEXT        NOT NULL, -- who edited or closed it; empty: lineman alone
    created_at     TIMESTAMP NOT NULL,
    updated_at     TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX notes_key ON notes (maintenance_id, key) WHERE key <> '';
CREATE INDEX notes_maintenance ON notes (maintenance_id);
CREATE INDEX notes_created ON notes (created_at);

-- Changes outlive the record they tell of.
CREATE TABLE changes (
    id             TEXT        NOT NULL PRIMARY KEY,
    maintenance_id TEXT        NOT NULL,
    revision       BIGINT      NOT NULL,
    position       INTEGER     NOT NULL,
    field          TEXT        NOT NULL,
    old            TEXT        NOT NULL,
    new            TEXT        NOT NULL,
    cause          TEXT        NOT NULL,
    raw_id         TEXT,
    author         TEXT        NOT NULL,
    at             TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX changes_order ON changes (maintenance_id, revision, position);

-- Access.

CREATE TABLE tokens (
    id         TEXT        NOT NULL PRIMARY KEY,
    name       TEXT        NOT NULL,
    hash       TEXT        NOT NULL,
    role       TEXT        NOT NULL,
    scope      TEXT        NOT NULL,
    created_at TIMESTAMP NOT NULL,
    last_used  TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE users (
    id         TEXT        NOT NULL PRIMARY KEY,
    name       TEXT        NOT NULL,
    role       TEXT        NOT NULL,
    scope      TEXT        NOT NULL,
    created_at TIMESTAMP NOT NULL,
    disabled   BOOLEAN     NOT NULL
);
CREATE UNIQUE INDEX users_name ON users (name);

-- +goose Down

DROP TABLE users;
DROP TABLE tokens;
DROP TABLE changes;
DROP TABLE notes;
DROP TABLE edits;
DROP TABLE notices;
DROP TABLE maintenance_circuits;
DROP TABLE maintenance_windows;
DROP TABLE maintenances;
DROP TABLE identities;
DROP TABLE leases;
DROP TABLE mailbox_messages;
DROP TABLE raw_bodies;
DROP TABLE raw_notifications;
DROP TABLE polls;
DROP TABLE cursors;
DROP TABLE sources;
DROP TABLE redundancy_members;
DROP TABLE redundancy_groups;
DROP TABLE aliases;
DROP TABLE terminations;
DROP TABLE circuit_tags;
DROP TABLE circuits;
DROP TABLE circuit_types;
DROP TABLE site_tags;
DROP TABLE sites;
DROP TABLE provider_tags;
DROP TABLE provider_emails;
DROP TABLE providers;
