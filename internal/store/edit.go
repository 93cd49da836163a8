package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// Edit does what a person asks to be done to maintenances: all of it in one
// transaction, or nothing. Each act is kept as an Edit, the records are folded
// again, and what changed is written with Changes of cause edit; every write
// that did something is in the audit log.
//
// Only records in the person's scope are found. Where that shows a record in
// part, no more can be done than to acknowledge, to note, and to link, unlink
// and weigh circuits that are seen; the rest is models.ErrDenied.
//
// The error is a models.WriteError with the place of the write that was
// refused: an InputError, models.ErrNotFound, models.ErrDenied, or
// models.ErrStale where the record is not at the expected revision.
func (s *Store) Edit(ctx context.Context, by models.Principal, writes []models.Write) (done []models.Edited, err error) {
	if len(writes) == 0 || len(writes) > models.MaxWrites {
		return nil, models.Invalid("", "between 1 and %d records can be written at once", models.MaxWrites)
	}
	for i, w := range writes {
		if err := w.Check(); err != nil {
			return nil, &models.WriteError{Index: i, Err: err}
		}
	}
	err = s.write(ctx, "edit maintenances", func(w *work) error {
		done, err = w.edit(by, writes)
		return err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// edit does writes that were checked.
func (w *work) edit(by models.Principal, writes []models.Write) ([]models.Edited, error) {
	e := &editing{w: w, by: by, now: w.s.clock(), graph: newGraph(w, w.s.clock()), sight: sightOf(by.Scope)}
	done := make([]models.Edited, len(writes))
	if err := e.load(writes); err != nil {
		return nil, err
	}
	for i, write := range writes {
		one, err := e.do(i, write)
		if err != nil {
			return nil, &models.WriteError{Index: i, Err: err}
		}
		done[i] = one
	}
	return done, e.save()
}

// editing is the state of one Edit.
type editing struct {
	w     *work
	by    models.Principal
	now   time.Time
	graph *graph
	sight sight

	whole    map[string]bool // providers that are in sight themselves
	targets  []string        // IDs of records, by write; empty: to be made
	creators []models.Identity
	records  map[string]*record

	edits   []editRow
	gone    []string // IDs of notes
	entries []models.Audit
	relinks []*group // whose links a person changed
}

// do does one write in memory.
func (e *editing) do(i int, write models.Write) (models.Edited, error) {
	var r *record
	var err error
	if write.Create != nil {
		r, err = e.create(e.creators[i], *write.Create)
	} else {
		r, err = e.target(i)
	}
	if err != nil {
		return models.Edited{}, err
	}
	if write.Expected != 0 && write.Expected != r.model.Revision {
		return models.Edited{}, fmt.Errorf("maintenance %q is at revision %d and not %d: %w", r.model.Name, r.model.Revision, write.Expected, models.ErrStale)
	}
	before, was := digestOf(r.model), r.model.Revision
	if r.model.Deleted {
		before = ""
	}
	acts, err := e.acts(r, write)
	if err != nil {
		return models.Edited{}, err
	}
	one := models.Edited{MaintenanceID: r.model.ID}
	o := origin{cause: models.CauseEdit, author: clean(e.by.Name)}
	if len(acts) > 0 {
		t := newTouched()
		t.gain(r.group)
		done, err := e.graph.fold(t, o)
		if err != nil {
			return models.Edited{}, err
		}
		one.Changes = done.changes
	}
	for _, act := range acts {
		if err := e.took(r, act); err != nil {
			return models.Edited{}, err
		}
	}
	changes, ids, err := e.notes(r, write)
	if err != nil {
		return models.Edited{}, err
	}
	if len(acts) > 0 && r.model.Revision == was { // nothing visible changed, but something was done
		changes = append([]models.Change{{Field: "edited", New: actions(acts, nil)}}, changes...)
	}
	e.bump(r, changes, o)
	one.Name, one.Revision, one.NoteIDs, one.Changes = r.model.Name, r.model.Revision, ids, one.Changes+len(changes)
	if r.model.Revision != was {
		e.entries = append(e.entries, models.Audit{
			At: e.now, Author: e.by.Name, Role: e.by.Role, Action: actions(acts, write.Notes), Object: "maintenance",
			Ref: r.model.ID, Name: r.model.Name, Reason: write.Reason, Before: before, After: digestOf(r.model),
		})
	}
	return one, nil
}

// bump keeps changes that the fold does not see under a revision of their own.
func (e *editing) bump(r *record, changes []models.Change, o origin) {
	if len(changes) == 0 {
		return
	}
	r.model.Revision++
	r.model.UpdatedAt, r.dirty = e.now, true
	e.graph.record(r.model, changes, o)
}

// target gives the record of a write that names one.
func (e *editing) target(i int) (*record, error) {
	r := e.records[e.targets[i]]
	if r == nil || r.model.Deleted {
		return nil, fmt.Errorf("maintenance: %w", models.ErrNotFound)
	}
	return r, nil
}

// acts adds the acts of a write to the edits of its record.
func (e *editing) acts(r *record, write models.Write) ([]models.Edit, error) {
	acts := slices.Clone(write.Acts)
	if c := write.Create; c != nil {
		windows := each(c.Windows, func(w models.NoticeWindow) models.NoticeWindow {
			w.Circuits = slices.Clone(w.Circuits)
			return w
		})
		links, err := e.known(r.group.provider, windows)
		if err != nil {
			return nil, err
		}
		acts = append(append([]models.Edit{{Kind: models.EditCreate, Value: clean(c.Summary), Windows: windows}}, links...), acts...)
	}
	for i := range acts {
		act := &acts[i]
		if err := e.allowed(r, *act); err != nil {
			return nil, err
		}
		act.ID, act.MaintenanceID, act.Author, act.At = newID(), r.model.ID, clean(e.by.Name), e.moment(r)
		act.Reason, act.CID, act.Value = clean(write.Reason), clean(act.CID), clean(act.Value)
		for j := range act.Windows {
			act.Windows[j].Start, act.Windows[j].End = storedTime(act.Windows[j].Start), storedTime(act.Windows[j].End)
		}
		switch act.Kind {
		case models.EditAcknowledge:
			if act.Digest = ""; act.Value != models.EditWithdraw {
				folded, _ := models.Fold(e.noticesOf(r), r.edits)
				act.Digest = models.AckDigest(folded)
			}
		case models.EditMerge:
			key, err := e.mergeKey(r, act.Target)
			if err != nil {
				return nil, err
			}
			act.Target = key
		case models.EditLink, models.EditUnlink:
			e.relinks = append(e.relinks, r.group)
		}
		r.edits = append(r.edits, *act)
		e.edits = append(e.edits, newEditRow(*act))
	}
	return acts, nil
}

// moment is when an act was done: after all acts before it, and after every
// mail that the person can have seen, whatever the clocks of the hosts say.
func (e *editing) moment(r *record) time.Time {
	t := e.now
	later := func(than time.Time) {
		if !t.After(than) {
			t = than.Add(time.Microsecond)
		}
	}
	for _, n := range r.group.notices {
		later(n.notice.Received)
	}
	for _, done := range r.edits {
		later(done.At)
	}
	return t
}

// noticesOf gives the notices that a record is folded from.
func (e *editing) noticesOf(r *record) []models.Notice {
	generations := models.Generations(r.group.models())
	if r.model.Generation > len(generations) {
		return nil
	}
	return generations[r.model.Generation-1]
}

func (e *editing) save() error {
	if err := e.graph.save(); err != nil {
		return fmt.Errorf("save records: %w", err)
	}
	if err := insert(e.w.DB, e.edits); err != nil {
		return fmt.Errorf("save edits: %w", err)
	}
	err := chunks(e.gone, func(part []string) error {
		return e.w.Where("id IN ?", part).Delete(&noteRow{}).Error
	})
	if err != nil {
		return fmt.Errorf("remove notes: %w", err)
	}
	if err := e.clearFlags(); err != nil {
		return err
	}
	if err := audit(e.w, e.entries); err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}

// clearFlags corrects the flags of mail whose circuits are linked now.
func (e *editing) clearFlags() error {
	var ids []string
	for _, home := range unique(e.relinks) {
		for _, n := range home.end().notices {
			ids = append(ids, n.RawID)
		}
	}
	raws, err := loadIn[rawRow](locked(e.w.s, e.w.DB).Where("unknown_cids = ?", true).Order("id"), "id", unique(ids))
	if err != nil || len(raws) == 0 {
		return err
	}
	rows, err := loadIn[noticeRow](e.w.Where("superseded = ?", false), "raw_id", each(raws, func(r rawRow) string { return r.ID }))
	if err != nil {
		return err
	}
	notices := map[string][]*noticeRow{}
	for i := range rows {
		notices[rows[i].RawID] = append(notices[rows[i].RawID], e.graph.adopt(&rows[i]))
	}
	return correctFlags(e.graph, raws, notices)
}
