-- +goose Up

-- Inventory.

CREATE TABLE providers (
    id              uuid        NOT NULL PRIMARY KEY,
    slug            text        NOT NULL,
    name            text        NOT NULL,
    name_key        text        NOT NULL, -- name in lower case
    parser          text        NOT NULL,
    ids_per_account boolean     NOT NULL,
    hold_over       bigint      NOT NULL, -- seconds
    tenant          text        NOT NULL,
    builtin         boolean     NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX providers_slug ON providers (slug);
CREATE UNIQUE INDEX providers_name ON providers (name_key);

CREATE TABLE provider_emails (
    address     text    NOT NULL PRIMARY KEY, -- lower case: a@b, a domain b, or *.b
    provider_id uuid    NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    position    integer NOT NULL
);
CREATE INDEX provider_emails_provider ON provider_emails (provider_id);

CREATE TABLE provider_tags (
    provider_id uuid NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    tag         text NOT NULL,
    PRIMARY KEY (provider_id, tag)
);
CREATE INDEX provider_tags_tag ON provider_tags (tag);

CREATE TABLE sites (
    id         uuid        NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    region     text        NOT NULL,
    tenant     text        NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX sites_name ON sites (name);

CREATE TABLE site_tags (
    site_id uuid NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
    tag     text NOT NULL,
    PRIMARY KEY (site_id, tag)
);
CREATE INDEX site_tags_tag ON site_tags (tag);

CREATE TABLE circuit_types (
    name       text        NOT NULL PRIMARY KEY,
    created_at timestamptz NOT NULL
);

CREATE TABLE circuits (
    id          uuid        NOT NULL PRIMARY KEY,
    provider_id uuid        NOT NULL REFERENCES providers (id),
    cid         text        NOT NULL,
    cid_key     text        NOT NULL, -- cid without regard to case
    type_name   text        REFERENCES circuit_types (name),
    status      text        NOT NULL,
    description text        NOT NULL,
    tenant      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX circuits_cid ON circuits (provider_id, cid_key);
CREATE INDEX circuits_cid_key ON circuits (cid_key);
CREATE INDEX circuits_tenant ON circuits (tenant);

CREATE TABLE circuit_tags (
    circuit_id uuid NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    tag        text NOT NULL,
    PRIMARY KEY (circuit_id, tag)
);
CREATE INDEX circuit_tags_tag ON circuit_tags (tag);

CREATE TABLE terminations (
    id         uuid NOT NULL PRIMARY KEY,
    circuit_id uuid NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    side       text NOT NULL, -- A or Z
    site_id    uuid REFERENCES sites (id),
    xconnect   text NOT NULL
);
CREATE UNIQUE INDEX terminations_side ON terminations (circuit_id, side);
CREATE INDEX terminations_site ON terminations (site_id);

CREATE TABLE aliases (
    id          uuid        NOT NULL PRIMARY KEY,
    provider_id uuid        NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    alias       text        NOT NULL,
    alias_key   text        NOT NULL,
    circuit_id  uuid        NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX aliases_alias ON aliases (provider_id, alias_key);
CREATE INDEX aliases_circuit ON aliases (circuit_id);

CREATE TABLE redundancy_groups (
    id     uuid    NOT NULL PRIMARY KEY,
    name   text    NOT NULL,
    min_up integer NOT NULL
);
CREATE UNIQUE INDEX redundancy_groups_name ON redundancy_groups (name);

CREATE TABLE redundancy_members (
    group_id   uuid NOT NULL REFERENCES redundancy_groups (id) ON DELETE CASCADE,
    circuit_id uuid NOT NULL REFERENCES circuits (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, circuit_id)
);
CREATE INDEX redundancy_members_circuit ON redundancy_members (circuit_id);

-- Mail.

CREATE TABLE sources (
    id            uuid        NOT NULL PRIMARY KEY,
    name          text        NOT NULL,
    kind          text        NOT NULL,
    last_success  timestamptz,
    last_error    text        NOT NULL,
    last_error_at timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);
CREATE UNIQUE INDEX sources_name ON sources (name);

CREATE TABLE cursors (
    source_id    uuid        NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    folder       text        NOT NULL,
    uid_validity bigint      NOT NULL,
    uid          bigint      NOT NULL,
    remote       text        NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (source_id, folder)
);

CREATE TABLE polls (
    id               uuid        NOT NULL PRIMARY KEY,
    source_id        uuid        NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    started          timestamptz NOT NULL,
    finished         timestamptz,
    fetched          bigint      NOT NULL,
    fresh            bigint      NOT NULL, -- fetched and not known before
    parsed           bigint      NOT NULL,
    ignored          bigint      NOT NULL,
    failed           bigint      NOT NULL,
    unknown_provider bigint      NOT NULL,
    duplicate        bigint      NOT NULL,
    out_of_sequence  bigint      NOT NULL,
    error            text        NOT NULL
);
CREATE INDEX polls_source ON polls (source_id, started);

CREATE TABLE raw_notifications (
    id              uuid        NOT NULL PRIMARY KEY,
    source_id       uuid        REFERENCES sources (id) ON DELETE SET NULL,
    sha256          text        NOT NULL, -- hex, of the bytes as fetched
    message_id      text        NOT NULL,
    subject         text        NOT NULL,
    sender          text        NOT NULL,
    provider_id     uuid        REFERENCES providers (id),
    date            timestamptz,
    received        timestamptz NOT NULL,
    state           text        NOT NULL,
    out_of_sequence boolean     NOT NULL,
    unknown_cids    boolean     NOT NULL,
    incomplete      boolean     NOT NULL,
    error           text        NOT NULL,
    parser_version  text        NOT NULL,
    attempts        integer     NOT NULL,
    size            bigint      NOT NULL,
    deleted         boolean     NOT NULL, -- the body was removed by retention
    processed_at    timestamptz,          -- first time; NULL: never
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE UNIQUE INDEX raw_notifications_sha256 ON raw_notifications (sha256);
CREATE INDEX raw_notifications_message_id ON raw_notifications (message_id) WHERE message_id <> '';
CREATE INDEX raw_notifications_received ON raw_notifications (received);
CREATE INDEX raw_notifications_waiting ON raw_notifications (received) WHERE state = 'received';
CREATE INDEX raw_notifications_count ON raw_notifications (source_id, provider_id, state);

-- The bytes stand apart, so that a mail's row can change without them.
CREATE TABLE raw_bodies (
    raw_id uuid  NOT NULL PRIMARY KEY REFERENCES raw_notifications (id) ON DELETE CASCADE,
    zstd   bytea NOT NULL
);

CREATE TABLE mailbox_messages (
    id             uuid        NOT NULL PRIMARY KEY,
    source_id      uuid        NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    folder         text        NOT NULL,
    uid_validity   bigint      NOT NULL,
    uid            bigint      NOT NULL,
    remote_id      text        NOT NULL,
    message_id     text        NOT NULL,
    subject        text        NOT NULL,
    date           timestamptz,
    received       timestamptz,
    sha256         text        NOT NULL,
    raw_id         uuid        REFERENCES raw_notifications (id),
    size           bigint      NOT NULL,
    outcome        text        NOT NULL,
    reason         text        NOT NULL,
    labels_applied jsonb       NOT NULL,
    labels_done    boolean     NOT NULL,
    label_error    text        NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX mailbox_messages_ref ON mailbox_messages (source_id, folder, uid_validity, uid, remote_id);
CREATE INDEX mailbox_messages_raw ON mailbox_messages (raw_id);
CREATE INDEX mailbox_messages_received ON mailbox_messages (source_id, received);
CREATE INDEX mailbox_messages_due ON mailbox_messages (source_id, created_at) WHERE labels_done = false;

CREATE TABLE leases (
    name    text        NOT NULL PRIMARY KEY,
    owner   text        NOT NULL,
    expires timestamptz NOT NULL
);

-- Maintenances.

-- An identity group is what one maintenance is computed from: all its ids.
CREATE TABLE identities (
    provider_id uuid        NOT NULL REFERENCES providers (id),
    key         text        NOT NULL,
    group_id    uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (provider_id, key)
);
CREATE INDEX identities_group ON identities (group_id);

CREATE TABLE maintenances (
    id          uuid        NOT NULL PRIMARY KEY,
    provider_id uuid        NOT NULL REFERENCES providers (id),
    group_id    uuid        NOT NULL,
    key         text        NOT NULL,
    generation  integer     NOT NULL,
    name        text        NOT NULL,
    name_key    text        NOT NULL, -- name in lower case
    external_id text        NOT NULL,
    aliases     jsonb       NOT NULL,
    synthetic   boolean     NOT NULL,
    status      text        NOT NULL,
    summary     text        NOT NULL,
    organizer   text        NOT NULL,
    accounts    jsonb       NOT NULL,
    conflicts   jsonb       NOT NULL,
    starts      timestamptz, -- of the first window
    ends        timestamptz, -- of the last window
    ack_author  text        NOT NULL,
    ack_at      timestamptz,
    ack_digest  text        NOT NULL,
    orphan      boolean     NOT NULL,
    deleted     boolean     NOT NULL, -- a person deleted it: shown to nobody
    merged_into text        NOT NULL, -- key of the identity that a person merged it into
    first_seen  timestamptz,
    last_notice timestamptz,
    revision    bigint      NOT NULL,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX maintenances_key ON maintenances (provider_id, key, generation);
CREATE INDEX maintenances_group ON maintenances (group_id);
CREATE INDEX maintenances_name ON maintenances (name_key);
CREATE INDEX maintenances_starts ON maintenances (starts);
CREATE INDEX maintenances_ends ON maintenances (ends);

CREATE TABLE maintenance_windows (
    maintenance_id uuid        NOT NULL REFERENCES maintenances (id) ON DELETE CASCADE,
    ordinal        integer     NOT NULL,
    kind           text        NOT NULL,
    called         boolean     NOT NULL,
    status         text        NOT NULL,
    starts         timestamptz NOT NULL,
    ends           timestamptz NOT NULL,
    impacts        jsonb       NOT NULL,
    PRIMARY KEY (maintenance_id, ordinal)
);
CREATE INDEX maintenance_windows_ends ON maintenance_windows (ends, starts);

CREATE TABLE maintenance_circuits (
    id             uuid        NOT NULL PRIMARY KEY,
    maintenance_id uuid        NOT NULL REFERENCES maintenances (id) ON DELETE CASCADE,
    position       integer     NOT NULL,
    cid            text        NOT NULL,
    cid_key        text        NOT NULL,
    account        text        NOT NULL,
    impact         text        NOT NULL,
    raw_impact     text        NOT NULL,
    cancelled      boolean     NOT NULL,
    circuit_id     uuid        REFERENCES circuits (id) ON DELETE SET NULL,
    manual         boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX maintenance_circuits_cid ON maintenance_circuits (maintenance_id, account, cid_key);
CREATE INDEX maintenance_circuits_circuit ON maintenance_circuits (circuit_id);
CREATE INDEX maintenance_circuits_cid_key ON maintenance_circuits (cid_key);

CREATE TABLE notices (
    id             uuid        NOT NULL PRIMARY KEY,
    raw_id         uuid        NOT NULL REFERENCES raw_notifications (id),
    provider_id    uuid        NOT NULL REFERENCES providers (id),
    key            text        NOT NULL, -- of the identity
    position       integer     NOT NULL, -- in the mail
    provider       text        NOT NULL,
    maintenance_id text        NOT NULL, -- as in the mail
    synthetic      boolean     NOT NULL,
    supersedes     jsonb       NOT NULL,
    account        text        NOT NULL,
    organizer      text        NOT NULL,
    summary        text        NOT NULL,
    uid            text        NOT NULL,
    sequence       integer     NOT NULL,
    status         text        NOT NULL,
    stamp          timestamptz,
    issued         timestamptz,
    received       timestamptz NOT NULL,
    windows        jsonb       NOT NULL,
    parser         text        NOT NULL,
    parser_version text        NOT NULL,
    warnings       jsonb       NOT NULL,
    digest         text        NOT NULL,
    record_id      uuid        REFERENCES maintenances (id) ON DELETE SET NULL, -- the maintenance it is part of
    superseded     boolean     NOT NULL, -- a newer reading of the same mail counts instead
    created_at     timestamptz NOT NULL
);
CREATE INDEX notices_raw ON notices (raw_id);
CREATE INDEX notices_key ON notices (provider_id, key);
CREATE INDEX notices_uid ON notices (provider_id, uid) WHERE uid <> '' AND uid <> '0';
CREATE INDEX notices_record ON notices (record_id);
CREATE INDEX notices_received ON notices (received);

CREATE TABLE edits (
    id             uuid        NOT NULL PRIMARY KEY,
    maintenance_id uuid        NOT NULL REFERENCES maintenances (id),
    kind           text        NOT NULL,
    author         text        NOT NULL,
    at             timestamptz NOT NULL,
    reason         text        NOT NULL,
    field          text        NOT NULL,
    value          text        NOT NULL,
    windows        jsonb       NOT NULL,
    cid            text        NOT NULL,
    circuit_id     uuid,
    impact         text        NOT NULL,
    notice_id      uuid,
    target         text        NOT NULL,
    digest         text        NOT NULL
);
CREATE INDEX edits_maintenance ON edits (maintenance_id);

CREATE TABLE notes (
    id             uuid        NOT NULL PRIMARY KEY,
    maintenance_id uuid        NOT NULL REFERENCES maintenances (id) ON DELETE CASCADE,
    key            text        NOT NULL, -- empty: a person's note
    title          text        NOT NULL,
    comment        text        NOT NULL,
    level          text        NOT NULL,
    author         text        NOT NULL,
    closed         boolean     NOT NULL,
    touched_by     text        NOT NULL, -- who edited or closed it; empty: lineman alone
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX notes_key ON notes (maintenance_id, key) WHERE key <> '';
CREATE INDEX notes_maintenance ON notes (maintenance_id);
CREATE INDEX notes_created ON notes (created_at);

-- Changes outlive the record they tell of.
CREATE TABLE changes (
    id             uuid        NOT NULL PRIMARY KEY,
    maintenance_id uuid        NOT NULL,
    revision       bigint      NOT NULL,
    position       integer     NOT NULL,
    field          text        NOT NULL,
    old            text        NOT NULL,
    new            text        NOT NULL,
    cause          text        NOT NULL,
    raw_id         uuid,
    author         text        NOT NULL,
    at             timestamptz NOT NULL
);
CREATE UNIQUE INDEX changes_order ON changes (maintenance_id, revision, position);

-- Access.

CREATE TABLE tokens (
    id         uuid        NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    hash       text        NOT NULL,
    role       text        NOT NULL,
    scope      jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    last_used  timestamptz,
    revoked_at timestamptz
);
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE users (
    id         uuid        NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    role       text        NOT NULL,
    scope      jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    disabled   boolean     NOT NULL
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
