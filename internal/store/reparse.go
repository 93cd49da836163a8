package store

import (
	"context"
	"fmt"
	"runtime/debug"

	"gorm.io/gorm"

	"lineman/models"
)

// Reparsable gives stored mail to be read again, with its bytes, in the order
// of IDs after one of them (empty: from the first). Where the bytes are many it
// gives fewer than limit, but at least one if there is any. What waits to be
// read is left out; mail whose bytes are gone, and mail of which a person's
// reading is in force, is given without bytes.
func (s *Store) Reparsable(ctx context.Context, f models.ReparseFilter, after string, limit int) (all []models.RawNotification, held map[string]bool, err error) {
	err = s.read(ctx, "read stored mail", func(tx *gorm.DB) error {
		q := tx.Table("raw_notifications r").Where("r.state <> 'received'")
		if len(f.States) > 0 {
			q = q.Where("r.state IN ?", f.States)
		}
		if len(f.Providers) > 0 {
			q = q.Where("r.provider_id IN (SELECT id FROM providers WHERE slug IN ?)", each(f.Providers, nameKey))
		}
		if !f.Since.IsZero() {
			q = q.Where("r.received >= ?", at(f.Since))
		}
		q = withIDs(q, "r.id", f.IDs)
		if after != "" {
			q = q.Where("r.id > ?", after)
		}
		rows, err := scanned[rawRow](q.Select("r.*").Order("r.id").Limit(limit))
		if err != nil {
			return err
		}
		rows = rows[:withinBodies(rows)]
		reviews, err := loadIn[reviewRow](tx.Where("reading <> ''"), "item_id", each(rows, func(r rawRow) string { return r.ID }))
		if err != nil {
			return err
		}
		held = map[string]bool{}
		for _, r := range reviews {
			held[r.ItemID] = true
		}
		all, err = s.withBodies(tx, rows)
		return err
	})
	return all, held, err
}

// Reparse applies readings of stored mail that are other than those in force,
// in one transaction, and says of each what it comes to; readings that are
// what is stored already cost no transaction. With dry everything is taken
// back, and nothing is told to anybody.
func (s *Store) Reparse(ctx context.Context, verdicts []models.Verdict, dry bool) (done []models.Reparsed, err error) {
	defer func() {
		if r := recover(); r != nil { // the transaction was rolled back by then
			s.log.Error("applying mail again panicked", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			done, err = nil, fmt.Errorf("apply %d mails again: panic: %v", len(verdicts), r)
		}
	}()
	other, err := s.otherwise(ctx, verdicts)
	if err != nil || len(other) == 0 {
		return nil, err
	}
	run := s.write
	if dry {
		run = s.dry
	}
	err = run(ctx, fmt.Sprintf("apply %d mails again", len(other)), func(w *work) error {
		done, err = w.reparse(other)
		return err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

func (w *work) reparse(verdicts []models.Verdict) ([]models.Reparsed, error) {
	a := &application{w: w, now: w.s.clock(), graph: newGraph(w, w.s.clock())}
	if err := a.load(verdicts); err != nil {
		return nil, err
	}
	var done []models.Reparsed
	for i := range a.verdicts {
		raw := a.raws[a.verdicts[i].RawID]
		if raw == nil {
			continue
		}
		was, changes := raw.model(), len(a.graph.changes)
		applied, err := a.apply(&a.verdicts[i])
		if err != nil {
			return nil, err
		}
		one := models.Reparsed{
			RawID: raw.ID, Subject: raw.Subject, Provider: a.graph.providers[a.verdicts[i].ProviderID].Slug, Received: raw.Received.Time,
			Old: was.State, New: applied.State, OldError: was.Error, NewError: raw.Error, OldFlags: was.Flags, NewFlags: applied.Flags,
			Maintenances: a.graph.toldFrom(changes),
		}
		if one.Differs() {
			done = append(done, one)
		}
	}
	var all []models.ReparsedMaintenance
	for _, one := range done {
		all = append(all, one.Maintenances...)
	}
	if err := nameLinks(w.DB, all); err != nil {
		return nil, err
	}
	answers := make([]models.Applied, len(done))
	for i, one := range done {
		answers[i] = models.Applied{RawID: one.RawID, State: one.New}
	}
	if err := a.save(answers); err != nil {
		return nil, err
	}
	for i := range done {
		done[i].New = answers[i].State
	}
	return done, nil
}

// otherwise gives the verdicts that say something else than what is stored.
func (s *Store) otherwise(ctx context.Context, verdicts []models.Verdict) (other []models.Verdict, err error) {
	err = s.read(ctx, "compare readings of mail", func(tx *gorm.DB) error {
		w := &work{DB: tx, s: s}
		a := &application{w: w, graph: newGraph(w, s.clock()), raws: map[string]*rawRow{}}
		ids := each(verdicts, func(v models.Verdict) string { return v.RawID })
		rows, err := loadIn[rawRow](tx, "id", validIDs(ids))
		if err != nil {
			return err
		}
		for i := range rows {
			a.raws[rows[i].ID] = &rows[i]
		}
		providers, err := scanned[providerRow](tx.Order("id"))
		if err != nil {
			return err
		}
		for _, p := range providers {
			a.graph.providers[p.ID] = p.model()
		}
		if err := a.loadCurrent(); err != nil {
			return err
		}
		other = nil
		for _, v := range verdicts {
			if raw := a.raws[v.RawID]; raw != nil && !a.says(v, raw) {
				other = append(other, v)
			}
		}
		return nil
	})
	return other, err
}

// says reports whether a reading is what is stored, but for the version of the
// readers.
func (a *application) says(v models.Verdict, raw *rawRow) bool {
	state, why := raw.State, raw.Error
	if state == string(models.StateNeedsReview) && why == heldReason { // it was read, and waits
		state, why = string(models.StateParsed), ""
	}
	if state != string(v.State) || string(raw.ProviderID) != v.ProviderID || raw.Sender != clean(v.Sender) ||
		why != clean(v.Error) || raw.Incomplete != v.Flags.Incomplete {
		return false
	}
	if keepsReading(v.State) {
		return true
	}
	current, rows := a.current[raw.ID], a.noticeRows(v, raw)
	if len(current) != len(rows) {
		return false
	}
	for i, n := range rows {
		if c := current[i]; c.ProviderID != n.ProviderID || c.Digest != n.Digest || c.Key != n.Key || c.Parser != n.Parser {
			return false
		}
	}
	return true
}
