-- +goose Up

-- The worst impact of a maintenance on a circuit that is not cancelled; empty
-- without any. Triggers keep it, so that lists find it without a look at the
-- circuits. Whoever makes maintenance_circuits anew makes them anew as well.
CREATE INDEX maintenance_circuits_worst ON maintenance_circuits (maintenance_id, impact) WHERE cancelled = false;
ALTER TABLE maintenances ADD COLUMN worst TEXT NOT NULL DEFAULT '';
UPDATE maintenances SET worst = CASE
    WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = maintenances.id AND mc.cancelled = false AND mc.impact = 'OUTAGE') THEN 'OUTAGE'
    WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = maintenances.id AND mc.cancelled = false AND mc.impact = 'DEGRADED') THEN 'DEGRADED'
    WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = maintenances.id AND mc.cancelled = false AND mc.impact = 'REDUCED-REDUNDANCY') THEN 'REDUCED-REDUNDANCY'
    WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = maintenances.id AND mc.cancelled = false AND mc.impact = 'NO-IMPACT') THEN 'NO-IMPACT'
    ELSE '' END;
CREATE INDEX maintenances_listed_worst ON maintenances (worst, provider_id, starts DESC, id) WHERE deleted = false AND merged_into = '';

-- +goose StatementBegin
CREATE TRIGGER maintenance_circuits_insert_worst AFTER INSERT ON maintenance_circuits WHEN NEW.cancelled = false BEGIN
    UPDATE maintenances SET worst = CASE
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'OUTAGE') THEN 'OUTAGE'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'DEGRADED') THEN 'DEGRADED'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'REDUCED-REDUNDANCY') THEN 'REDUCED-REDUNDANCY'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'NO-IMPACT') THEN 'NO-IMPACT'
        ELSE '' END
    WHERE id = NEW.maintenance_id AND worst <> NEW.impact AND worst <> 'OUTAGE';
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER maintenance_circuits_update_worst AFTER UPDATE OF maintenance_id, impact, cancelled ON maintenance_circuits
WHEN OLD.maintenance_id <> NEW.maintenance_id OR OLD.impact <> NEW.impact OR OLD.cancelled <> NEW.cancelled BEGIN
    UPDATE maintenances SET worst = CASE
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'OUTAGE') THEN 'OUTAGE'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'DEGRADED') THEN 'DEGRADED'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'REDUCED-REDUNDANCY') THEN 'REDUCED-REDUNDANCY'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = NEW.maintenance_id AND mc.cancelled = false AND mc.impact = 'NO-IMPACT') THEN 'NO-IMPACT'
        ELSE '' END
    WHERE id = NEW.maintenance_id;
    UPDATE maintenances SET worst = CASE
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'OUTAGE') THEN 'OUTAGE'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'DEGRADED') THEN 'DEGRADED'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'REDUCED-REDUNDANCY') THEN 'REDUCED-REDUNDANCY'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'NO-IMPACT') THEN 'NO-IMPACT'
        ELSE '' END
    WHERE id = OLD.maintenance_id AND OLD.maintenance_id <> NEW.maintenance_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER maintenance_circuits_delete_worst AFTER DELETE ON maintenance_circuits WHEN OLD.cancelled = false BEGIN
    UPDATE maintenances SET worst = CASE
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'OUTAGE') THEN 'OUTAGE'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'DEGRADED') THEN 'DEGRADED'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'REDUCED-REDUNDANCY') THEN 'REDUCED-REDUNDANCY'
        WHEN EXISTS (SELECT 1 FROM maintenance_circuits mc WHERE mc.maintenance_id = OLD.maintenance_id AND mc.cancelled = false AND mc.impact = 'NO-IMPACT') THEN 'NO-IMPACT'
        ELSE '' END
    WHERE id = OLD.maintenance_id AND worst = OLD.impact;
END;
-- +goose StatementEnd

-- +goose Down

DROP TRIGGER maintenance_circuits_delete_worst;
DROP TRIGGER maintenance_circuits_update_worst;
DROP TRIGGER maintenance_circuits_insert_worst;
DROP INDEX maintenances_listed_worst;
ALTER TABLE maintenances DROP COLUMN worst;
DROP INDEX maintenance_circuits_worst;
