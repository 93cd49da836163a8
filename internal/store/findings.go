package store

import (
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// refindAtOnce is how many subjects are computed together.
const refindAtOnce = 50

// refind computes what there is to find at the subjects that the transaction
// touched, and keeps what changed with an event for each. It is the last thing
// before the commit.
func (w *work) refind() error {
	keys := make([]subjectKey, 0, len(w.touched))
	for k := range w.touched {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, subjectKey.compare)
	for part := range slices.Chunk(keys, refindAtOnce) {
		r := refinding{w: w, now: w.s.clock(), keys: part}
		if err := r.run(); err != nil {
			return fmt.Errorf("look for overlaps: %w", err)
		}
	}
	return nil
}

// refinding is the state of one refind.
type refinding struct {
	w    *work
	now  time.Time
	keys []subjectKey

	open   map[subjectKey][]models.Finding
	rows   []findingRow
	events []findingEventRow
	relist []models.Finding // whose circuits and maintenances changed
	next   []findingSubjectRow
}

func (r *refinding) run() error {
	if err := r.w.lockSubjects(r.keys); err != nil {
		return fmt.Errorf("hold sites and groups: %w", err)
	}
	subjects, err := r.w.s.loadGuarded(r.w.DB, r.keys)
	if err != nil {
		return fmt.Errorf("load sites and groups: %w", err)
	}
	o, err := r.w.s.newOutlook(r.w.DB, r.now)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	endangered, err := o.endangered(subjects)
	if err != nil {
		return fmt.Errorf("load impairments: %w", err)
	}
	if err := r.loadOpen(); err != nil {
		return fmt.Errorf("load findings: %w", err)
	}
	for _, k := range r.keys {
		g := endangered[k]
		if g == nil {
			g = &guarded{Subject: models.Subject{Kind: k.kind, ID: k.id}}
		}
		r.compute(k, g, o.all(g.Circuits))
	}
	return r.save()
}

func (r *refinding) loadOpen() error {
	r.open = map[subjectKey][]models.Finding{}
	for kind, ids := range idsByKind(r.keys) {
		rows, err := loadIn[findingRow](r.w.Where("closed_at IS NULL AND kind = ?", string(kind)).Order("key"), "subject_id", ids)
		if err != nil {
			return err
		}
		found := each(rows, findingRow.model)
		if err := fillFindings(r.w.DB, found); err != nil {
			return err
		}
		for _, f := range found {
			k := subjectKey{kind, f.Subject.ID}
			r.open[k] = append(r.open[k], f)
		}
	}
	return nil
}

// compute compares what is found at a subject with what was.
func (r *refinding) compute(k subjectKey, g *guarded, impairments []models.Impairment) {
	var next time.Time
	for _, i := range impairments {
		if next.IsZero() || i.End.Before(next) {
			next = i.End
		}
	}
	r.next = append(r.next, findingSubjectRow{Kind: string(k.kind), SubjectID: k.id, NextAt: at(next)})
	open, now := r.open[k], models.FindingsOf(g.Subject, g.Protected, impairments)
	still := make([]bool, len(open))
	for i, j := range models.MatchFindings(open, now) {
		if j < 0 {
			r.found(now[i])
			continue
		}
		still[j] = true
		if f, change, changed := open[j].Updated(now[i], r.w.cause); changed {
			r.keep(open[j], f, change)
		}
	}
	for j, f := range open {
		if !still[j] {
			r.close(f)
		}
	}
}

func (r *refinding) found(f models.Finding) {
	f.ID, f.Since, f.Revision, f.UpdatedAt = newID(), r.now, 1, r.now
	r.rows, r.relist = append(r.rows, newFindingRow(f)), append(r.relist, f)
	r.event(f, models.FindingFound, "")
}

func (r *refinding) keep(was, f models.Finding, change models.FindingChange) {
	f.Revision, f.UpdatedAt = was.Revision+1, r.now
	r.rows = append(r.rows, newFindingRow(f))
	if !slices.Equal(was.Circuits, f.Circuits) || !slices.Equal(was.Maintenances, f.Maintenances) {
		r.relist = append(r.relist, f)
	}
	if change != "" {
		r.event(f, change, was.Severity)
	}
}

func (r *refinding) close(f models.Finding) {
	f.Closing = models.FindingGone
	if !f.End.After(r.now) {
		f.Closing = models.FindingOver
	}
	f.ClosedAt, f.UpdatedAt, f.Revision = r.now, r.now, f.Revision+1
	r.rows = append(r.rows, newFindingRow(f))
	r.event(f, f.Closing, f.Severity)
}

func (r *refinding) event(f models.Finding, change models.FindingChange, was models.Severity) {
	row := findingEventRow{
		ID: newID(), FindingID: f.ID, Revision: f.Revision, Change: string(change), Was: string(was), Severity: string(f.Severity),
		Starts: at(f.Start), Ends: at(f.End), Cause: string(r.w.cause), At: at(r.now),
	}
	r.events = append(r.events, row)
	r.w.tellFinding(f, row.model())
}

func (r *refinding) save() error {
	// No row takes the key of another: who has a key now is matched by it.
	if err := upsert(r.w.DB, r.rows); err != nil {
		return fmt.Errorf("save findings: %w", err)
	}
	var circuits []findingCircuitRow
	var maintenances []findingMaintenanceRow
	ids := each(r.relist, func(f models.Finding) string { return f.ID })
	for _, f := range r.relist {
		for _, c := range f.Circuits {
			circuits = append(circuits, findingCircuitRow{f.ID, c})
		}
		for _, m := range f.Maintenances {
			maintenances = append(maintenances, findingMaintenanceRow{f.ID, m})
		}
	}
	if err := replaceOwned(r.w.DB, "finding_id", ids, circuits); err != nil {
		return fmt.Errorf("save circuits of findings: %w", err)
	}
	if err := replaceOwned(r.w.DB, "finding_id", ids, maintenances); err != nil {
		return fmt.Errorf("save maintenances of findings: %w", err)
	}
	if err := insert(r.w.DB, r.events); err != nil {
		return fmt.Errorf("save events: %w", err)
	}
	return upsert(r.w.DB, r.next)
}
