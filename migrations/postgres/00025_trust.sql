-- +goose Up

-- How sure it is that a mail comes from its provider. It is judged once, when
-- the mail is first read, and kept with the mail and with each of its notices;
-- due stands where name servers gave no answer. A guarded notice is kept out
-- of its maintenance where it would cancel, complete or move it; held says
-- that it is.
ALTER TABLE raw_notifications ADD COLUMN trust text NOT NULL DEFAULT '';
ALTER TABLE raw_notifications ADD COLUMN trust_reason text NOT NULL DEFAULT '';
ALTER TABLE raw_notifications ADD COLUMN trust_provider text NOT NULL DEFAULT '';
ALTER TABLE raw_notifications ADD COLUMN trust_guarded boolean NOT NULL DEFAULT false;
ALTER TABLE raw_notifications ADD COLUMN trust_tries integer NOT NULL DEFAULT 0;
ALTER TABLE raw_notifications ADD COLUMN trust_due timestamptz;
CREATE INDEX raw_notifications_trust_due ON raw_notifications (trust_due) WHERE trust_due IS NOT NULL;

ALTER TABLE notices ADD COLUMN trust text NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN trust_reason text NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN guarded boolean NOT NULL DEFAULT false;
ALTER TABLE notices ADD COLUMN held boolean NOT NULL DEFAULT false;
CREATE INDEX notices_held ON notices (received) WHERE held = true AND superseded = false;
CREATE INDEX notices_trust ON notices (provider_id, trust) WHERE superseded = false;

ALTER TABLE maintenances ADD COLUMN trust text NOT NULL DEFAULT '';
ALTER TABLE maintenances ADD COLUMN pending jsonb NOT NULL DEFAULT '[]';

-- +goose Down

ALTER TABLE maintenances DROP COLUMN pending;
ALTER TABLE maintenances DROP COLUMN trust;
DROP INDEX notices_trust;
DROP INDEX notices_held;
ALTER TABLE notices DROP COLUMN held;
ALTER TABLE notices DROP COLUMN guarded;
ALTER TABLE notices DROP COLUMN trust_reason;
ALTER TABLE notices DROP COLUMN trust;
DROP INDEX raw_notifications_trust_due;
ALTER TABLE raw_notifications DROP COLUMN trust_due;
ALTER TABLE raw_notifications DROP COLUMN trust_tries;
ALTER TABLE raw_notifications DROP COLUMN trust_guarded;
ALTER TABLE raw_notifications DROP COLUMN trust_provider;
ALTER TABLE raw_notifications DROP COLUMN trust_reason;
ALTER TABLE raw_notifications DROP COLUMN trust;
