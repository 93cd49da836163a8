-- +goose Up

-- Who may give which commands in chat.
CREATE TABLE chat_grants (
    id            TEXT NOT NULL PRIMARY KEY,
    kind          TEXT NOT NULL, -- organization, channel, user, rule
    platform      TEXT NOT NULL, -- empty: every platform
    command       TEXT NOT NULL,
    subcommand    TEXT NOT NULL,
    class         TEXT NOT NULL, -- read, write; empty: both
    expires_at    TIMESTAMP,         -- NULL: never
    value         TEXT NOT NULL, -- not of a rule
    name          TEXT NOT NULL,
    effect        TEXT NOT NULL, -- of a rule, as all that follows: allow, deny, only
    position      INTEGER NOT NULL,
    text          TEXT NOT NULL,
    unless        TEXT NOT NULL,
    place         TEXT NOT NULL, -- direct, channel; empty: both
    organizations TEXT NOT NULL,
    channels      TEXT NOT NULL,
    users         TEXT NOT NULL,
    comment       TEXT NOT NULL,
    author        TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL,
    revision      INTEGER NOT NULL
);
CREATE UNIQUE INDEX chat_grants_key ON chat_grants (platform, kind, command, subcommand, value) WHERE kind <> 'rule';

-- The log of commands, and what is acknowledged and not answered yet.
CREATE TABLE chat_commands (
    reference         TEXT NOT NULL PRIMARY KEY,
    platform          TEXT NOT NULL,
    event             TEXT NOT NULL, -- the platform's id of what it sent; empty: none
    organization      TEXT NOT NULL,
    organization_name TEXT NOT NULL,
    channel           TEXT NOT NULL,
    channel_name      TEXT NOT NULL,
    chat_user         TEXT NOT NULL,
    chat_user_name    TEXT NOT NULL,
    thread            TEXT NOT NULL,
    direct            BOOLEAN NOT NULL,
    principal         TEXT NOT NULL, -- who it acts as
    command           TEXT NOT NULL,
    subcommand        TEXT NOT NULL,
    args              TEXT NOT NULL, -- secrets as ***
    line              TEXT NOT NULL, -- until it is answered, as reply
    reply             TEXT NOT NULL,
    state             TEXT NOT NULL, -- accepted, running, ran, answered
    attempts          INTEGER NOT NULL,
    outcome           TEXT NOT NULL, -- succeeded, blocked, failed, errored, unknown
    details           TEXT NOT NULL,
    received          TIMESTAMP NOT NULL,
    waited            INTEGER NOT NULL, -- microseconds, as run_time
    run_time          INTEGER NOT NULL,
    touched           TIMESTAMP NOT NULL -- when the process that has it last said so
);
CREATE UNIQUE INDEX chat_commands_event ON chat_commands (platform, event) WHERE event <> '';
CREATE INDEX chat_commands_received ON chat_commands (received, reference);
CREATE INDEX chat_commands_open ON chat_commands (platform, touched) WHERE state <> 'answered';

-- What buttons, menus and forms go on with.
CREATE TABLE chat_conversations (
    key        TEXT NOT NULL PRIMARY KEY,
    platform   TEXT NOT NULL,
    channel    TEXT NOT NULL,
    chat_user  TEXT NOT NULL, -- empty: whoever is in the channel
    line       TEXT NOT NULL,
    args       TEXT NOT NULL,
    confirm    BOOLEAN NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP
);
CREATE INDEX chat_conversations_expires ON chat_conversations (expires_at);

-- Whoever wrote to lineman, permitted or not, and where.
CREATE TABLE chat_seen (
    platform   TEXT NOT NULL,
    kind       TEXT NOT NULL, -- organization, channel, user
    party      TEXT NOT NULL, -- id there
    name       TEXT NOT NULL,
    first_seen TIMESTAMP NOT NULL,
    last_seen  TIMESTAMP NOT NULL,
    PRIMARY KEY (platform, kind, party)
);

-- Who in lineman a chat user is.
CREATE TABLE chat_links (
    platform       TEXT NOT NULL,
    chat_user      TEXT NOT NULL, -- id there
    chat_user_name TEXT NOT NULL,
    user_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    author         TEXT NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    PRIMARY KEY (platform, chat_user)
);
CREATE INDEX chat_links_user ON chat_links (user_id);

-- Offers of a chat user to be linked to whoever shows the code.
CREATE TABLE chat_link_codes (
    selector       TEXT NOT NULL PRIMARY KEY, -- the first letters of the code
    hash           TEXT NOT NULL,             -- of the whole code, SHA-256 in hex
    platform       TEXT NOT NULL,
    chat_user      TEXT NOT NULL,
    chat_user_name TEXT NOT NULL,
    tries          INTEGER NOT NULL,             -- wrong ones
    expires_at     TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX chat_link_codes_user ON chat_link_codes (platform, chat_user);

-- +goose Down

DROP TABLE chat_link_codes;
DROP TABLE chat_links;
DROP TABLE chat_seen;
DROP TABLE chat_conversations;
DROP TABLE chat_commands;
DROP TABLE chat_grants;
