-- +goose Up

-- Who may give which commands in chat.
CREATE TABLE chat_grants (
    id            uuid NOT NULL PRIMARY KEY,
    kind          text NOT NULL, -- organization, channel, user, rule
    platform      text NOT NULL, -- empty: every platform
    command       text NOT NULL,
    subcommand    text NOT NULL,
    class         text NOT NULL, -- read, write; empty: both
    expires_at    timestamptz,         -- NULL: never
    value         text NOT NULL, -- not of a rule
    name          text NOT NULL,
    effect        text NOT NULL, -- of a rule, as all that follows: allow, deny, only
    position      bigint NOT NULL,
    text          text NOT NULL,
    unless        jsonb NOT NULL,
    place         text NOT NULL, -- direct, channel; empty: both
    organizations jsonb NOT NULL,
    channels      jsonb NOT NULL,
    users         jsonb NOT NULL,
    comment       text NOT NULL,
    author        text NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    revision      bigint NOT NULL
);
CREATE UNIQUE INDEX chat_grants_key ON chat_grants (platform, kind, command, subcommand, value) WHERE kind <> 'rule';

-- The log of commands, and what is acknowledged and not answered yet.
CREATE TABLE chat_commands (
    reference         text NOT NULL PRIMARY KEY,
    platform          text NOT NULL,
    event             text NOT NULL, -- the platform's id of what it sent; empty: none
    organization      text NOT NULL,
    organization_name text NOT NULL,
    channel           text NOT NULL,
    channel_name      text NOT NULL,
    chat_user         text NOT NULL,
    chat_user_name    text NOT NULL,
    thread            text NOT NULL,
    direct            boolean NOT NULL,
    principal         text NOT NULL, -- who it acts as
    command           text NOT NULL,
    subcommand        text NOT NULL,
    args              jsonb NOT NULL, -- secrets as ***
    line              text NOT NULL, -- until it is answered, as reply
    reply             text NOT NULL,
    state             text NOT NULL, -- accepted, running, ran, answered
    attempts          bigint NOT NULL,
    outcome           text NOT NULL, -- succeeded, blocked, failed, errored, unknown
    details           text NOT NULL,
    received          timestamptz NOT NULL,
    waited            bigint NOT NULL, -- microseconds, as run_time
    run_time          bigint NOT NULL,
    touched           timestamptz NOT NULL -- when the process that has it last said so
);
CREATE UNIQUE INDEX chat_commands_event ON chat_commands (platform, event) WHERE event <> '';
CREATE INDEX chat_commands_received ON chat_commands (received, reference);
CREATE INDEX chat_commands_open ON chat_commands (platform, touched) WHERE state <> 'answered';

-- What buttons, menus and forms go on with.
CREATE TABLE chat_conversations (
    key        text NOT NULL PRIMARY KEY,
    platform   text NOT NULL,
    channel    text NOT NULL,
    chat_user  text NOT NULL, -- empty: whoever is in the channel
    line       text NOT NULL,
    args       jsonb NOT NULL,
    confirm    boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX chat_conversations_expires ON chat_conversations (expires_at);

-- Whoever wrote to lineman, permitted or not, and where.
CREATE TABLE chat_seen (
    platform   text NOT NULL,
    kind       text NOT NULL, -- organization, channel, user
    party      text NOT NULL, -- id there
    name       text NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen  timestamptz NOT NULL,
    PRIMARY KEY (platform, kind, party)
);

-- Who in lineman a chat user is.
CREATE TABLE chat_links (
    platform       text NOT NULL,
    chat_user      text NOT NULL, -- id there
    chat_user_name text NOT NULL,
    user_id        uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    author         text NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (platform, chat_user)
);
CREATE INDEX chat_links_user ON chat_links (user_id);

-- Offers of a chat user to be linked to whoever shows the code.
CREATE TABLE chat_link_codes (
    selector       text NOT NULL PRIMARY KEY, -- the first letters of the code
    hash           text NOT NULL,             -- of the whole code, SHA-256 in hex
    platform       text NOT NULL,
    chat_user      text NOT NULL,
    chat_user_name text NOT NULL,
    tries          bigint NOT NULL,             -- wrong ones
    expires_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX chat_link_codes_user ON chat_link_codes (platform, chat_user);

-- +goose Down

DROP TABLE chat_link_codes;
DROP TABLE chat_links;
DROP TABLE chat_seen;
DROP TABLE chat_conversations;
DROP TABLE chat_commands;
DROP TABLE chat_grants;
