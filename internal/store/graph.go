package store

import (
	"slices"
	"time"

	"lineman/models"
)

// graph is the part of the records that one transaction works on: identity
// groups with their notices and records, in memory until save.
type graph struct {
	w   *work
	now time.Time

	providers map[string]models.Provider // by ID
	groups    []*group
	byID      map[string]*group
	byKey     map[models.Identity]*group
	byUID     map[[2]string][]*noticeRow // by provider and UID
	notices   map[string]*noticeRow      // by ID
	links     *links

	freshKeys    []models.Identity // identities to be written
	freedKeys    []models.Identity // identities that are given up
	freshNotices []*noticeRow
	superseded   []string // notice IDs
	removed      []string // maintenance IDs
	changes      []changeRow
	stirred      map[string]models.Cause     // circuits whose maintenances changed, by ID
	states       map[string]models.MailState // of mail whose notices began or ended to wait, once it is saved
	named        map[string]string           // names of the maintenances of changes, by ID
}

// group is everything that one maintenance is computed from: the notices of
// all its ids. Its records are the generations.
type group struct {
	id       string
	provider string
	notices  []*noticeRow
	records  []*record
	stored   bool
	into     *group // merged into this one
}

func newGraph(w *work, now time.Time) *graph {
	return &graph{
		w: w, now: now, providers: map[string]models.Provider{}, byID: map[string]*group{},
		byKey: map[models.Identity]*group{}, byUID: map[[2]string][]*noticeRow{},
		notices: map[string]*noticeRow{}, links: newLinks(w), stirred: map[string]models.Cause{}, states: map[string]models.MailState{},
		named: map[string]string{},
	}
}

// end is the group that g has become.
func (g *group) end() *group {
	for g != nil && g.into != nil {
		g = g.into
	}
	return g
}

func (g *group) add(n *noticeRow) { g.notices = append(g.notices, n) }

// models gives the notices of the group; what a person accepted is guarded no
// more.
func (g *group) models() []models.Notice {
	all := make([]models.Notice, len(g.notices))
	var accepted map[string]bool
	for i, n := range g.notices {
		all[i] = n.notice
		if n.notice.Guarded && accepted == nil {
			accepted = g.accepted()
		}
		all[i].Guarded = n.notice.Guarded && !accepted[n.ID]
	}
	return all
}

// accepted gives the notices that people accepted and did not reject since.
func (g *group) accepted() map[string]bool {
	all := map[string]bool{}
	for _, r := range g.records {
		for id := range models.AcceptedNotices(r.edits) {
			all[id] = true
		}
	}
	return all
}

// adopt makes a stored notice known, once.
func (g *graph) adopt(r *noticeRow) *noticeRow {
	if known := g.notices[r.ID]; known != nil {
		return known
	}
	r.notice = r.model()
	g.notices[r.ID] = r
	g.index(r)
	return r
}

func (g *graph) index(r *noticeRow) {
	if hasUID(r.UID) {
		k := [2]string{r.ProviderID, r.UID}
		g.byUID[k] = append(g.byUID[k], r)
	}
}

func hasUID(uid string) bool { return uid != "" && uid != "0" }

// of gives the group that a notice is in; nil when it is in none.
func (g *graph) of(n *noticeRow) *group {
	return g.byKey[models.Identity{ProviderID: n.ProviderID, Key: n.Key}].end()
}

// supersede takes a notice out of its group and gives the group.
func (g *graph) supersede(n *noticeRow) *group {
	n.Superseded = true
	g.superseded = append(g.superseded, n.ID)
	k := [2]string{n.ProviderID, n.UID}
	g.byUID[k] = slices.DeleteFunc(g.byUID[k], func(o *noticeRow) bool { return o == n })
	home := g.of(n)
	if home != nil {
		home.notices = slices.DeleteFunc(home.notices, func(o *noticeRow) bool { return o.ID == n.ID })
	}
	return home
}

// resolve finds the group of a new notice: by its id, by the ids that it
// supersedes, and by an earlier notice that says the same under another id.
// Groups that it joins become one.
func (g *graph) resolve(n *noticeRow, touched *touched, o origin) *group {
	home := g.join(n, touched, o)
	g.notices[n.ID] = n
	g.index(n)
	g.freshNotices = append(g.freshNotices, n)
	return home
}

// join is resolve for a notice that may be stored already.
func (g *graph) join(n *noticeRow, touched *touched, o origin) *group {
	keys := g.keysOf(n)
	var homes []*group
	for _, k := range keys {
		homes = append(homes, g.byKey[k].end())
	}
	for _, o := range g.byUID[[2]string{n.ProviderID, n.UID}] {
		if o.Key != n.Key && !o.Guarded && !n.Guarded && models.SameUnderNewID(o.notice, n.notice) {
			homes = append(homes, g.of(o))
		}
	}
	homes = slices.DeleteFunc(unique(homes), func(h *group) bool { return h == nil })
	var home *group
	if len(homes) == 0 {
		home = g.newGroup(n.ProviderID)
	} else {
		home = eldest(homes)
		for _, other := range homes {
			if other != home {
				g.merge(home, other, o)
				touched.gain(home)
			}
		}
	}
	for _, k := range keys {
		if g.byKey[k] == nil {
			g.byKey[k] = home
			g.freshKeys = append(g.freshKeys, k)
		}
	}
	return home
}

// keysOf gives the identity of a notice, then those that it supersedes. What a
// doubtful sender says joins no maintenances.
func (g *graph) keysOf(n *noticeRow) []models.Identity {
	p := g.providers[n.ProviderID]
	keys := []models.Identity{{ProviderID: n.ProviderID, Key: n.Key}}
	for _, id := range n.notice.Supersedes {
		if id != "" && !n.Guarded {
			keys = append(keys, identityOf(p, models.Notice{MaintenanceID: id, Account: n.Account}))
		}
	}
	return unique(keys)
}

func (g *graph) newGroup(provider string) *group {
	fresh := &group{id: newID(), provider: provider}
	g.groups = append(g.groups, fresh)
	g.byID[fresh.id] = fresh
	return fresh
}

// eldest gives the group that was stored first; IDs sort by time.
func eldest(groups []*group) *group {
	return slices.MinFunc(groups, func(a, b *group) int {
		if a.stored != b.stored {
			if a.stored {
				return -1
			}
			return 1
		}
		if a.id < b.id {
			return -1
		}
		return 1
	})
}

// merge moves everything of other to home. Records of the other that people
// touched give their edits and notes to the record of the same generation.
func (g *graph) merge(home, other *group, o origin) {
	for k, v := range g.byKey {
		if v.end() == other {
			g.freshKeys = append(g.freshKeys, k)
		}
	}
	home.notices = append(home.notices, other.notices...)
	for _, r := range other.records {
		successor := home.record(r.model.Generation)
		if successor == nil {
			r.group = home
			home.records = append(home.records, r)
			continue
		}
		g.hand(r, successor, o)
	}
	other.into, other.notices, other.records = home, nil, nil
}

// hand gives what people did on one record to another and removes it.
func (g *graph) hand(from, to *record, o origin) {
	to.edits = append(to.edits, from.edits...)
	to.takes = append(to.takes, from.model.ID)
	for key, n := range from.notes {
		if n.Author != "" || n.TouchedBy != "" {
			if _, taken := to.notes[key]; !taken || n.Key == "" {
				n.MaintenanceID = to.model.ID
				to.notes[key], to.noteDirty[key] = n, true
			}
		}
	}
	g.remove(from, o, "moved to "+to.model.Name)
	from.edits = nil
}

// touched are the groups that one mail changed.
type touched struct {
	groups []*group
	lost   map[*group]bool
	gained map[*group]bool
}

func newTouched() *touched {
	return &touched{lost: map[*group]bool{}, gained: map[*group]bool{}}
}

func (t *touched) gain(g *group) {
	if g != nil {
		t.groups, t.gained[g] = append(t.groups, g), true
	}
}

func (t *touched) lose(g *group) {
	if g != nil {
		t.groups, t.lost[g] = append(t.groups, g), true
	}
}

// each gives the groups as they are now, each once.
func (t *touched) each() []*group {
	ends := make([]*group, len(t.groups))
	for i, g := range t.groups {
		ends[i] = g.end()
	}
	return unique(ends)
}

// successor gives the one group that took the notices which another lost; nil
// when there is none or more than one.
func (t *touched) successor() *group {
	var only *group
	for g := range t.gained {
		switch end := g.end(); {
		case only == nil:
			only = end
		case only != end:
			return nil
		}
	}
	return only
}
