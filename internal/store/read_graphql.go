package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"lineman/models"
)

// The readers of batches: what belongs to many records, in one statement
// however many they are. They give only what a query over nested records
// shows, and page for each record that it belongs to.

// among is the condition that an ID column is one of a list of any length.
func (s *Store) among(column string, ids []string) condition {
	ids = validIDs(unique(ids))
	if s.dialect == dialectPostgres {
		return condition{column + " = ANY(?)", []any{array[string](ids)}}
	}
	text, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return nothing // strings can always be written
	}
	return condition{column + " IN (SELECT value FROM json_each(?))", []any{string(text)}}
}

// batch reads the rows of a query that are within the bounds of a batch. The
// query has a column place, that counts the rows of each record from 1, where
// the batch has a page.
func batch[R any](q *gorm.DB, b models.Batch) (rows []R, err error) {
	if b.Page.Limit > 0 {
		q = q.Where("r.place > ? AND r.place <= ?", max(b.Page.Offset, 0), max(b.Page.Offset, 0)+b.Page.Limit)
	}
	if b.Most > 0 {
		q = q.Limit(b.Most + 1)
	}
	if rows, err = scanned[R](q); err != nil {
		return nil, err
	}
	if b.Most > 0 && len(rows) > b.Most {
		return nil, fmt.Errorf("%w: more than %d", models.ErrTooMany, b.Most)
	}
	return rows, nil
}

// headRow is a maintenance without its parts.
type headRow struct {
	ID           string
	Name         string
	ExternalID   string
	ProviderID   string
	ProviderSlug string
	ProviderName string
	Status       string
	Summary      string
	Starts       instant
	Ends         instant
	Acknowledged bool
	Synthetic    bool
	Trust        string
	Pending      list[storedPending]
	FirstSeen    instant
	LastNotice   instant
	Revision     int64
	CreatedAt    instant
	UpdatedAt    instant
	N            int // of all rows, where they are few
}

const headColumns = "m.id, m.name, m.external_id, m.provider_id, pr.slug AS provider_slug, pr.name AS provider_name, m.status, m.summary, " +
	"m.starts, m.ends, m.acknowledged, m.synthetic, m.trust, m.pending, m.first_seen, m.last_notice, m.revision, m.created_at, m.updated_at"

// headOf gives a row as a head in sight: of what waits, mails and circuits are
// shown to nobody whose sight is narrowed.
func headOf(v sight) func(headRow) models.MaintenanceHead {
	return func(r headRow) models.MaintenanceHead {
		h := r.model()
		for i := range h.Pending {
			if !v.all {
				h.Pending[i].RawID, h.Pending[i].Circuits = "", nil
			}
		}
		return h
	}
}

func (r headRow) model() models.MaintenanceHead {
	return models.MaintenanceHead{
		ID: r.ID, Name: r.Name, ExternalID: r.ExternalID, Provider: models.ProviderRef{ID: r.ProviderID, Slug: r.ProviderSlug, Name: r.ProviderName},
		Status: models.Status(r.Status), Summary: r.Summary, Start: r.Starts.Time, End: r.Ends.Time, Acknowledged: r.Acknowledged,
		Synthetic: r.Synthetic, Trust: models.TrustLevel(r.Trust), Pending: each(r.Pending, storedPending.model),
		FirstSeen: r.FirstSeen.Time, LastNotice: r.LastNotice.Time, Revision: r.Revision,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

// heads are the maintenances in sight that a list shows.
func heads(tx *gorm.DB, v sight) *gorm.DB {
	q := tx.Table("maintenances m").Joins("JOIN providers pr ON pr.id = m.provider_id")
	return where(q, v.maintenances()).Where("m.merged_into = ''")
}

// headOrder is the order of maintenances: the newest first.
var headOrder = keyset{{"m.starts", byTime, true}, {"m.id", byText, false}}

// MaintenanceHeads lists records in scope like Maintenances, but without
// counting them and without their parts.
func (s *Store) MaintenanceHeads(ctx context.Context, scope models.Scope, f models.MaintenanceFilter) (all []models.MaintenanceHead, err error) {
	err = s.peek(ctx, "read maintenances", func(tx *gorm.DB) error {
		v := sightOf(scope)
		query := func() *gorm.DB { return filterMaintenances(listedMaintenances(tx, v), v, f) }
		if f.Chooses() {
			rows, err := headsOf(tx, few(tx, query(), headOrder, f.Page, "m.id"), "o.n")
			if none := len(rows) == 0 && f.Page.Offset <= 0; err != nil || none || len(rows) > 0 && rows[0].N <= maxFew {
				all = each(rows, headOf(v))
				return err
			}
		}
		rows, err := headsOf(tx, paged(query().Select("m.id").Order(headOrder.order()), f.Page), "0 AS n")
		all = each(rows, headOf(v))
		return err
	})
	return all, err
}

// headsOf reads the maintenances that a query o gives the IDs of.
func headsOf(tx, ids *gorm.DB, n string) ([]headRow, error) {
	return scanned[headRow](tx.Table("(?) o", ids).Joins("JOIN maintenances m ON m.id = o.id JOIN providers pr ON pr.id = m.provider_id").
		Select(headColumns + ", " + n).Order(headOrder.order()))
}

// MaintenancesByID gives the records in scope that have these IDs.
func (s *Store) MaintenancesByID(ctx context.Context, scope models.Scope, ids []string) (map[string]models.MaintenanceHead, error) {
	byID := make(map[string]models.MaintenanceHead, len(ids))
	err := s.peek(ctx, "read maintenances by id", func(tx *gorm.DB) error {
		rows, err := scanned[headRow](where(heads(tx, sightOf(scope)), s.among("m.id", ids)).Select(headColumns))
		for _, r := range rows {
			byID[r.ID] = headOf(sightOf(scope))(r)
		}
		return err
	})
	return byID, err
}

// MaintenancesOfProviders gives the records in scope of each of these
// providers, the newest start first.
func (s *Store) MaintenancesOfProviders(ctx context.Context, scope models.Scope, b models.Batch) (map[string][]models.MaintenanceHead, error) {
	byProvider := map[string][]models.MaintenanceHead{}
	err := s.peek(ctx, "read the maintenances of providers", func(tx *gorm.DB) error {
		q := where(heads(tx, sightOf(scope)), s.among("m.provider_id", b.IDs)).
			Select(headColumns + ", ROW_NUMBER() OVER (PARTITION BY m.provider_id ORDER BY " + headOrder.order() + ") AS place")
		rows, err := batch[headRow](tx.Table("(?) r", q).Order("r.provider_id, r.place"), b)
		for _, r := range rows {
			byProvider[r.ProviderID] = append(byProvider[r.ProviderID], headOf(sightOf(scope))(r))
		}
		return err
	})
	return byProvider, err
}

// Windows gives the windows of each of these maintenances, where they are in
// scope, without the impacts in them.
func (s *Store) Windows(ctx context.Context, scope models.Scope, b models.Batch) (map[string][]models.Window, error) {
	byMaintenance := map[string][]models.Window{}
	err := s.peek(ctx, "read windows", func(tx *gorm.DB) error {
		type row struct {
			MaintenanceID string
			Ordinal       int
			Kind          string
			Called        bool
			Status        string
			Starts        instant
			Ends          instant
		}
		q := tx.Table("maintenance_windows w").Select("w.maintenance_id, w.ordinal, w.kind, w.called, w.status, w.starts, w.ends").
			Joins("JOIN maintenances m ON m.id = w.maintenance_id").Order("w.maintenance_id, w.ordinal")
		rows, err := batch[row](where(where(q, sightOf(scope).maintenances()), s.among("w.maintenance_id", b.IDs)), b)
		for _, r := range rows {
			byMaintenance[r.MaintenanceID] = append(byMaintenance[r.MaintenanceID], models.Window{
				Ordinal: r.Ordinal, Kind: models.WindowKind(r.Kind), Called: r.Called, Status: models.Status(r.Status), Start: r.Starts.Time, End: r.Ends.Time,
			})
		}
		return err
	})
	return byMaintenance, err
}
