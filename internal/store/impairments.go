package store

import (
	"cmp"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// phaseRules gives the rules of each provider by ID, from its row and from
// what was last found out of its habits; span is how long after its end a
// window can count at most.
func (s *Store) phaseRules(tx *gorm.DB) (rules map[string]models.PhaseRules, span time.Duration, err error) {
	var rows []struct {
		ID               string
		HoldOver         int64 // seconds
		SendsCompletions bool
	}
	err = tx.Raw(`SELECT p.id, p.hold_over, COALESCE(h.sends_completions, false) AS sends_completions
		FROM providers p LEFT JOIN provider_habits h ON h.provider_id = p.id`).Scan(&rows).Error
	rules = make(map[string]models.PhaseRules, len(rows))
	span = cmp.Or(s.overlap.HoldOver, models.DefaultHoldOver)
	for _, r := range rows {
		hold := time.Duration(r.HoldOver) * time.Second
		rules[r.ID] = models.PhaseRules{HoldOver: cmp.Or(hold, s.overlap.HoldOver), SendsCompletions: r.SendsCompletions}
		span = max(span, hold)
	}
	return rules, span + models.OverrunLimit, err
}

// hitRow is one circuit of a maintenance that may impair it.
type hitRow struct {
	MaintenanceID string
	CircuitID     string
	CID           string `gorm:"column:cid"`
	Account       string
	Impact        string
	Manual        bool
	ProviderID    string
	Status        string
}

// hitsOf gives what open maintenances that end after an instant say of
// circuits.
func hitsOf(tx *gorm.DB, circuits []string, after time.Time) ([]hitRow, error) {
	var all []hitRow
	err := chunks(circuits, func(part []string) error {
		var rows []hitRow
		err := tx.Raw(`SELECT mc.maintenance_id, mc.circuit_id, mc.cid, mc.account, mc.impact, mc.manual, m.provider_id, m.status
			FROM maintenance_circuits mc CROSS JOIN maintenances m
			WHERE mc.circuit_id IN ? AND mc.cancelled = ? AND m.id = mc.maintenance_id
			AND m.ends > ? AND m.status NOT IN ? AND m.deleted = ? AND m.merged_into = ''`,
			part, false, at(after), []models.Status{models.StatusCancelled, models.StatusCompleted}, false).Scan(&rows).Error
		all = append(all, rows...)
		return err
	})
	return all, err
}

// impairments gives what maintenances do to circuits from now on, by circuit,
// in a fixed number of statements for each few hundred circuits.
func (s *Store) impairments(tx *gorm.DB, circuits []string, now time.Time) (map[string][]models.Impairment, error) {
	rules, span, err := s.phaseRules(tx)
	if err != nil {
		return nil, err
	}
	hits, err := hitsOf(tx, circuits, now.Add(-span))
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	byID := map[string]*models.Maintenance{}
	var ids []string
	for _, h := range hits {
		m := byID[h.MaintenanceID]
		if m == nil {
			m = &models.Maintenance{ID: h.MaintenanceID, ProviderID: h.ProviderID, Status: models.Status(h.Status)}
			byID[m.ID], ids = m, append(ids, m.ID)
		}
		m.Circuits = append(m.Circuits, models.CircuitImpact{
			CID: h.CID, Account: h.Account, Impact: models.Impact(h.Impact), CircuitID: h.CircuitID, Manual: h.Manual,
		})
	}
	windows, err := loadIn[windowRow](tx.Order("maintenance_id, ordinal"), "maintenance_id IN ?", ids)
	if err != nil {
		return nil, err
	}
	for _, w := range windows {
		m := byID[w.MaintenanceID]
		m.Windows = append(m.Windows, w.model())
	}
	all := map[string][]models.Impairment{}
	for _, id := range ids {
		m := byID[id]
		for _, i := range models.Impairments(*m, now, rules[m.ProviderID]) {
			all[i.CircuitID] = append(all[i.CircuitID], i)
		}
	}
	return all, nil
}
