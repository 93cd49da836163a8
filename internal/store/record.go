package store

import (
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// record is one maintenance, as stored and then as folded.
type record struct {
	group  *group
	model  models.Maintenance
	edits  []models.Edit
	takes  []string // maintenances whose edits become this one's
	stored bool

	impacts     map[impactKey]impactRow
	gone        []string // IDs of impact rows
	impactDirty map[impactKey]bool
	notes       map[string]noteRow
	noteDirty   map[string]bool
	dirty       bool // the row itself
	windows     bool // its windows
}

type impactKey struct{ account, cidKey string }

// noteKey keeps people's notes, which have no key, apart by ID.
func noteKey(n noteRow) string {
	if n.Key == "" {
		return "id:" + n.ID
	}
	return "key:" + n.Key
}

func newRecord(g *group, m models.Maintenance) *record {
	return &record{
		group: g, model: m, impacts: map[impactKey]impactRow{}, impactDirty: map[impactKey]bool{},
		notes: map[string]noteRow{}, noteDirty: map[string]bool{},
	}
}

func (g *group) record(generation int) *record {
	for _, r := range g.records {
		if r.model.Generation == generation {
			return r
		}
	}
	return nil
}

// origin is what caused changes.
type origin struct {
	cause    models.Cause
	rawID    string
	received time.Time // of the mail
	author   string
}

// outcome is what folding came to.
type outcome struct {
	names   []string
	changes int
}

// fold computes the records of all touched groups anew.
func (g *graph) fold(t *touched, o origin) (outcome, error) {
	var done outcome
	for _, home := range t.each() {
		if t.lost[home] && len(home.notices) == 0 {
			g.succeed(home, t.successor(), o)
		}
	}
	for _, home := range t.each() {
		if t.lost[home] {
			g.split(home, t)
			g.release(home)
		}
	}
	for _, home := range t.each() {
		if err := g.foldGroup(home, o, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// succeed moves what people did on the records of a group without notices to
// the one group that took its notices. Without a single successor the records
// stay, flagged orphan by the fold.
func (g *graph) succeed(home, heir *group, o origin) {
	if heir == nil || heir == home {
		return
	}
	var stay []*record
	for _, r := range home.records {
		if len(r.edits) == 0 {
			stay = append(stay, r)
			continue
		}
		to := heir.record(r.model.Generation)
		if to == nil {
			to = newRecord(heir, models.Maintenance{ID: newID(), Generation: r.model.Generation})
			heir.records = append(heir.records, to)
		}
		g.hand(r, to, o)
	}
	home.records = stay
}

// release gives up the identities of a group that no notice bears any more.
func (g *graph) release(home *group) {
	needed := map[models.Identity]bool{}
	for _, n := range home.notices {
		for _, k := range g.keysOf(n) {
			needed[k] = true
		}
	}
	for _, r := range home.records {
		if len(r.edits) > 0 {
			return
		}
	}
	for k, v := range g.byKey {
		if v.end() == home && !needed[k] {
			delete(g.byKey, k)
			g.freedKeys = append(g.freedKeys, k)
		}
	}
}

func (g *graph) foldGroup(home *group, o origin, done *outcome) error {
	generations := models.Generations(home.models())
	for i, notices := range generations {
		r := home.record(i + 1)
		if r == nil {
			r = newRecord(home, models.Maintenance{ID: newID(), Generation: i + 1})
			home.records = append(home.records, r)
		}
		if err := g.foldRecord(r, notices, o, done); err != nil {
			return err
		}
		for _, n := range notices {
			g.place(n.ID, r)
		}
	}
	for _, r := range slices.Clone(home.records) {
		if r.model.Generation <= len(generations) {
			continue
		}
		if len(r.edits) > 0 {
			if err := g.foldRecord(r, nil, o, done); err != nil {
				return err
			}
			continue
		}
		g.remove(r, o, "")
		done.changes++
		done.names = append(done.names, r.model.Name)
		home.records = slices.DeleteFunc(home.records, func(x *record) bool { return x == r })
	}
	return nil
}

// foldRecord folds one record and keeps what changed.
func (g *graph) foldRecord(r *record, notices []models.Notice, o origin, done *outcome) error {
	folded, history := models.Fold(notices, r.edits)
	g.turn(notices, history.Held)
	m, err := g.complete(r, folded, notices)
	if err != nil {
		return err
	}
	changes := models.Diff(r.model, m)
	if len(changes) > 0 {
		m.Revision++
		m.UpdatedAt = g.now
		g.record(m, changes, o)
		g.tell(r.model, m, changes, o)
		g.stir(r.model, o.cause)
		g.stir(m, o.cause)
	}
	before := r.model
	r.model, r.dirty = m, true
	r.windows = r.windows || !r.stored || !sameWindows(before.Windows, m.Windows)
	g.syncCircuits(r)
	g.syncNotes(r, folded.Notes)
	done.changes += len(changes)
	if !slices.Contains(done.names, m.Name) {
		done.names = append(done.names, m.Name)
	}
	return nil
}

// complete fills in what the fold cannot know.
func (g *graph) complete(r *record, m models.Maintenance, notices []models.Notice) (models.Maintenance, error) {
	p := g.providers[r.group.provider]
	m.ID, m.Generation, m.ProviderID = r.model.ID, r.model.Generation, r.group.provider
	m.Revision, m.CreatedAt, m.UpdatedAt = r.model.Revision, r.model.CreatedAt, r.model.UpdatedAt
	m.Key, m.Name = r.model.Key, r.model.Name
	if m.ExternalID == "" && !m.Orphan { // a person made it, and no mail tells of it
		m.ExternalID, m.Synthetic = r.model.ExternalID, r.model.Synthetic
	}
	for _, n := range notices { // the key of the id that is shown
		if n.MaintenanceID == m.ExternalID {
			m.Key = identityOf(p, n).Key
		}
	}
	if m.ExternalID != "" {
		m.Name = maintenanceName(p.Slug, m)
	}
	if m.CreatedAt.IsZero() {
		m.CreatedAt, m.UpdatedAt = g.now, g.now
	}
	for i := range m.Circuits {
		c := &m.Circuits[i]
		if c.Manual {
			continue
		}
		match, err := g.links.match(m.ProviderID, c.CID)
		if err != nil {
			return m, fmt.Errorf("match circuit %s: %w", c.CID, err)
		}
		if !match.Ambiguous {
			c.CircuitID = match.CircuitID
		}
	}
	return m, nil
}

// maintenanceName gives "<slug>-<id>"; an id that was derived starts with the
// slug already, and people's own work has none. Later generations have "~2" and so on.
func maintenanceName(slug string, m models.Maintenance) string {
	name := slug + "-" + m.ExternalID
	if m.Synthetic || slug == models.OwnProvider {
		name = m.ExternalID
	}
	if m.Generation > 1 {
		name += fmt.Sprintf("~%d", m.Generation)
	}
	return name
}

// stir notes the circuits of a maintenance that changed, unless it is over
// long since.
func (g *graph) stir(m models.Maintenance, cause models.Cause) {
	rules := models.PhaseRules{HoldOver: max(g.providers[m.ProviderID].HoldOver, g.w.s.overlap.HoldOver)}
	if !slices.ContainsFunc(m.Windows, func(w models.Window) bool { return models.StillCounts(w.End, g.now, rules) }) {
		return
	}
	for _, c := range m.Circuits {
		if c.CircuitID != "" && g.stirred[c.CircuitID] != models.CauseLive {
			g.stirred[c.CircuitID] = cause
		}
	}
}

// saveStirred has the findings of these circuits computed anew.
func (g *graph) saveStirred() error {
	byCause := map[models.Cause][]string{}
	for id, cause := range g.stirred {
		byCause[cause] = append(byCause[cause], id)
	}
	for cause, ids := range byCause {
		if err := g.w.touchCircuits(cause, ids); err != nil {
			return err
		}
	}
	return nil
}

func sameWindows(a, b []models.Window) bool {
	return slices.EqualFunc(a, b, func(x, y models.Window) bool {
		return x.Ordinal == y.Ordinal && x.Kind == y.Kind && x.Called == y.Called && x.Status == y.Status &&
			x.Start.Equal(y.Start) && x.End.Equal(y.End) && slices.Equal(x.Impacts, y.Impacts)
	})
}

// record keeps changes of a maintenance for the table.
func (g *graph) record(m models.Maintenance, changes []models.Change, o origin) {
	g.named[m.ID] = m.Name
	for i, c := range changes {
		g.changes = append(g.changes, changeRow{
			ID: newID(), MaintenanceID: m.ID, Revision: m.Revision, Position: i, Field: c.Field,
			Old: c.Old, New: c.New, Cause: string(o.cause), RawID: ref(o.rawID), Author: o.author, At: at(g.now),
		})
	}
}

// remove takes a record away and keeps that as a Change; why is empty or says
// where it went.
func (g *graph) remove(r *record, o origin, why string) {
	changes := models.Diff(r.model, models.Maintenance{})
	if why != "" && len(changes) > 0 {
		changes[0].New = why
	}
	if o.cause == "" {
		o.cause = models.CauseLive
	}
	m := r.model
	m.Revision++
	g.record(m, changes, o)
	gone := r.model
	gone.Revision = m.Revision
	g.tell(gone, models.Maintenance{}, changes, o)
	g.stir(r.model, o.cause)
	if r.stored {
		g.removed = append(g.removed, r.model.ID)
	}
	r.dirty, r.windows = false, false
	for _, n := range r.group.notices {
		if n.record == r {
			n.record = nil
		}
	}
}

// place says that a notice is part of a record.
func (g *graph) place(noticeID string, r *record) {
	n := g.notices[noticeID]
	if n == nil {
		return
	}
	n.record = r
	if n.RecordID != ref(r.model.ID) {
		n.RecordID, n.moved = ref(r.model.ID), true
	}
}

// syncCircuits brings the circuit rows of a record to its circuits. Rows keep
// their ID while the circuit stays.
func (g *graph) syncCircuits(r *record) {
	present := map[impactKey]bool{}
	for i, c := range r.model.Circuits {
		key := impactKey{c.Account, cidKey(c.CID)}
		present[key] = true
		row := impactRow{
			MaintenanceID: r.model.ID, Position: i, CID: c.CID, CIDKey: key.cidKey, Account: c.Account,
			Impact: string(c.Impact), RawImpact: c.RawImpact, Cancelled: c.Cancelled, CircuitID: ref(c.CircuitID), Manual: c.Manual,
		}
		old, known := r.impacts[key]
		row.ID, row.CreatedAt, row.UpdatedAt = old.ID, old.CreatedAt, old.UpdatedAt
		if known && row == old {
			r.model.Circuits[i].ID = row.ID
			continue
		}
		row.UpdatedAt = at(g.now)
		if !known {
			row.ID, row.CreatedAt = newID(), at(g.now)
		}
		r.model.Circuits[i].ID = row.ID
		r.impacts[key], r.impactDirty[key] = row, true
	}
	for key, row := range r.impacts {
		if !present[key] {
			r.gone = append(r.gone, row.ID)
			delete(r.impacts, key)
			delete(r.impactDirty, key)
		}
	}
}
