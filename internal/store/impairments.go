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
	ProviderID    string
	Status        string
}

// hitsOf gives what open maintenances that end after an instant say of
// circuits.
func hitsOf(tx *gorm.DB, circuits []string, after time.Time) ([]hitRow, error) {
	var all []hitRow
	err := chunks(circuits, func(part []string) error {
		var rows []hitRow
		err := tx.Raw(`SELECT mc.maintenance_id, mc.circuit_id, mc.cid, mc.account, mc.impact, m.provider_id, m.status
			FROM maintenance_circuits mc CROSS JOIN maintenances m
			WHERE mc.circuit_id IN ? AND mc.cancelled = ? AND m.id = mc.maintenance_id
			AND m.ends > ? AND m.status NOT IN ? AND m.deleted = ? AND m.merged_into = ''`,
			part, false, at(after), []models.Status{models.StatusCancelled, models.StatusCompleted}, false).Scan(&rows).Error
		all = append(all, rows...)
		return err
	})
	return all, err
}

// outlook is what maintenances do to circuits from an instant on, as far as it
// was looked for.
type outlook struct {
	tx     *gorm.DB
	now    time.Time
	rules  map[string]models.PhaseRules // by provider
	span   time.Duration
	looked map[string]bool
	of     map[string][]models.Impairment // by circuit
}

func (s *Store) newOutlook(tx *gorm.DB, now time.Time) (*outlook, error) {
	rules, span, err := s.phaseRules(tx)
	return &outlook{tx: tx, now: now, rules: rules, span: span, looked: map[string]bool{}, of: map[string][]models.Impairment{}}, err
}

// look loads what is in store for circuits, in a fixed number of statements
// for each few hundred of them.
func (o *outlook) look(circuits []string) error {
	var fresh []string
	for _, c := range circuits {
		if !o.looked[c] {
			o.looked[c] = true
			fresh = append(fresh, c)
		}
	}
	hits, err := hitsOf(o.tx, fresh, o.now.Add(-o.span))
	if err != nil || len(hits) == 0 {
		return err
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
			CID: h.CID, Account: h.Account, Impact: models.Impact(h.Impact), CircuitID: h.CircuitID,
		})
	}
	windows, err := loadIn[windowRow](o.tx.Order("maintenance_id, ordinal"), "maintenance_id", ids)
	if err != nil {
		return err
	}
	for _, w := range windows {
		m := byID[w.MaintenanceID]
		m.Windows = append(m.Windows, w.model())
	}
	for _, id := range ids {
		m := byID[id]
		for _, i := range models.Impairments(*m, o.now, o.rules[m.ProviderID]) {
			o.of[i.CircuitID] = append(o.of[i.CircuitID], i)
		}
	}
	return nil
}

// firstLook is how many circuits of a site or group are looked at first.
const firstLook = 8

// endangered looks at the circuits of sites and groups, a few of each first,
// and gives those of which enough may be impaired that something could be
// found, with all of their circuits looked at. Most have a circuit to which
// nothing happens, and need no further look; nor does the clock alone change
// that.
func (o *outlook) endangered(subjects map[subjectKey]*guarded) (map[subjectKey]*guarded, error) {
	found, open := map[subjectKey]*guarded{}, map[subjectKey]*guarded{}
	for k, g := range subjects {
		if len(g.Circuits) > 1 || g.Single {
			open[k] = g
		}
	}
	for n := firstLook; len(open) > 0; n *= 4 {
		var circuits []string
		for _, g := range open {
			circuits = append(circuits, g.Circuits[:min(n, len(g.Circuits))]...)
		}
		if err := o.look(circuits); err != nil {
			return nil, err
		}
		for k, g := range open {
			switch {
			case o.spare(g.Circuits[:min(n, len(g.Circuits))]) >= max(1, min(g.MinUp, len(g.Circuits))):
				delete(open, k)
			case n >= len(g.Circuits):
				delete(open, k)
				found[k] = g
			}
		}
	}
	return found, nil
}

// spare counts the circuits to which nothing happens.
func (o *outlook) spare(circuits []string) int {
	n := 0
	for _, c := range circuits {
		if len(o.of[c]) == 0 {
			n++
		}
	}
	return n
}

// all gives the impairments of circuits that were looked at.
func (o *outlook) all(circuits []string) []models.Impairment {
	var all []models.Impairment
	for _, c := range circuits {
		all = append(all, o.of[c]...)
	}
	return all
}
