package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// habitsEvery is how often the habits of providers are looked at for findings.
const habitsEvery = 10 * time.Minute

// Names in finding_state.
const (
	stateStamp  = "stamp"  // under which rules all findings were computed, and on which day
	stateHabits = "habits" // when the habits were looked at
)

// SweepFindings computes anew what time has changed: where a window or its
// hold-over ended, or a provider's habits are others now. Under other rules,
// and once a day, everything is computed. It gives the number of sites and
// groups that it looked at. Several may sweep at once.
func (s *Store) SweepFindings(ctx context.Context) (int, error) {
	if err := s.markDue(ctx); err != nil {
		return 0, err
	}
	for done := 0; ; {
		var keys []subjectKey
		err := s.write(ctx, "compute findings that are due", func(w *work) error {
			var rows []findingSubjectRow
			err := w.Where("next_at <= ?", at(s.clock())).Order("next_at, kind, subject_id").Limit(refindAtOnce).Find(&rows).Error
			keys = each(rows, func(r findingSubjectRow) subjectKey { return subjectKey{models.SubjectKind(r.Kind), r.SubjectID} })
			w.touchSubjects(models.CauseClock, keys...)
			return err
		})
		if done += len(keys); err != nil || len(keys) < refindAtOnce {
			return done, err
		}
	}
}

// markDue makes the subjects due that time alone would not: new rules, a new
// day, new habits.
func (s *Store) markDue(ctx context.Context) error {
	var state map[string]string
	err := s.read(ctx, "read the state of findings", func(tx *gorm.DB) error {
		var rows []findingStateRow
		err := tx.Find(&rows).Error
		state = make(map[string]string, len(rows))
		for _, r := range rows {
			state[r.Name] = r.Value
		}
		return err
	})
	if err != nil {
		return err
	}
	now := s.clock()
	var flipped []string
	looked, _ := time.Parse(time.RFC3339, state[stateHabits]) // never: the zero time
	if now.Sub(looked) >= habitsEvery || now.Before(looked) {
		if flipped, err = s.noteHabits(ctx); err != nil {
			return err
		}
	}
	stamp := fmt.Sprintf("2 %s single=%s %s", s.overlap.HoldOver, strconv.FormatBool(s.overlap.Single), now.Format(time.DateOnly))
	if stamp == state[stateStamp] && len(flipped) == 0 {
		return nil
	}
	return s.write(ctx, "mark findings that are due", func(w *work) error {
		_, span, err := s.phaseRules(w.DB)
		if err != nil {
			return err
		}
		if stamp == state[stateStamp] {
			return w.markEnding(now.Add(-span), now, flipped)
		}
		return errors.Join(w.markEnding(now.Add(-span), now, nil), w.markOpen(now), w.remember(stateStamp, stamp))
	})
}

func (w *work) remember(name, value string) error {
	return w.Clauses(clause.OnConflict{UpdateAll: true}).Create(&findingStateRow{Name: name, Value: value}).Error
}

// markEnding makes the sites and groups due that maintenances touch which end
// after an instant: all of them, or those of some providers.
func (w *work) markEnding(after, now time.Time, providers []string) error {
	which, args := "m.ends > ?", []any{at(now), at(after)}
	if providers != nil {
		which, args = which+" AND m.provider_id IN ?", append(args, providers)
	}
	value := "?"
	if w.s.dialect == dialectPostgres { // which would take it for a text
		value = "CAST(? AS timestamptz)"
	}
	for _, sql := range []string{
		`SELECT 'group', r.group_id, ` + value + ` FROM maintenances m JOIN maintenance_circuits mc ON mc.maintenance_id = m.id
			JOIN redundancy_members r ON r.circuit_id = mc.circuit_id WHERE ` + which + ` GROUP BY r.group_id ORDER BY r.group_id`,
		`SELECT 'site', t.site_id, ` + value + ` FROM maintenances m JOIN maintenance_circuits mc ON mc.maintenance_id = m.id
			JOIN terminations t ON t.circuit_id = mc.circuit_id WHERE t.site_id IS NOT NULL AND ` + which + ` GROUP BY t.site_id ORDER BY t.site_id`,
	} {
		err := w.Exec("INSERT INTO finding_subjects (kind, subject_id, next_at) "+sql+
			" ON CONFLICT (kind, subject_id) DO UPDATE SET next_at = excluded.next_at", args...).Error
		if err != nil {
			return fmt.Errorf("mark sites and groups: %w", err)
		}
	}
	return nil
}

// markOpen makes the subjects of open findings due.
func (w *work) markOpen(now time.Time) error {
	return w.Exec(`UPDATE finding_subjects SET next_at = ? WHERE (kind, subject_id) IN
		(SELECT kind, subject_id FROM findings WHERE closed_at IS NULL)`, at(now)).Error
}

// noteHabits writes down which providers usually say when work is over, and
// gives those of which that is new.
func (s *Store) noteHabits(ctx context.Context) (flipped []string, err error) {
	rules, err := s.PhaseRules(ctx)
	if err != nil {
		return nil, err
	}
	err = s.write(ctx, "note habits of providers", func(w *work) error {
		flipped = nil
		var providers []providerRow
		if err := w.Select("id", "slug").Order("id").Find(&providers).Error; err != nil {
			return err
		}
		var known []providerHabitRow
		if err := w.Find(&known).Error; err != nil {
			return err
		}
		var rows []providerHabitRow
		for _, p := range providers {
			row := providerHabitRow{ProviderID: p.ID, SendsCompletions: rules[p.Slug].SendsCompletions}
			was := slices.ContainsFunc(known, func(r providerHabitRow) bool { return r.ProviderID == p.ID && r.SendsCompletions })
			if row.SendsCompletions != was {
				rows, flipped = append(rows, row), append(flipped, p.ID)
			}
		}
		return errors.Join(upsert(w.DB, rows), w.remember(stateHabits, s.clock().Format(time.RFC3339)))
	})
	return flipped, err
}
