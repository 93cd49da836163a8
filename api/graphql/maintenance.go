package graphql

import (
	"context"

	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// maintenance is a CircuitMaintenance.
type maintenance struct {
	ID            graph.ID
	Name          string
	MaintenanceID string
	StartTime     *dateTime
	EndTime       *dateTime
	Description   string
	Status        string
	Ack           bool
	Synthetic     bool
	Trust         string
	Pending       []*pending
	FirstSeen     *dateTime
	LastNotice    *dateTime
	Revision      int32
	Created       *dateTime
	LastUpdated   *dateTime
	Provider      *provider

	siblings *maintenances
}

// maintenances are read together, and so is what belongs to them.
type maintenances struct {
	windows  *shared[[]*window]
	lists    *shared[lines]
	circuits *shared[*circuit]
	notes    *shared[[]*note]
	notices  *shared[[]*parsedNotification]
}

// lines are the circuits of one maintenance: as they are listed, and as impacts
// on circuits of the inventory.
type lines struct {
	listed  []*listedCircuit
	impacts []*impact
}

func newMaintenances(r *request, heads []models.MaintenanceHead) []*maintenance {
	m := &maintenances{}
	ids := make([]string, len(heads))
	nodes := make([]*maintenance, len(heads))
	byID := make(map[string]*maintenance, len(heads))
	refs := make([]models.ProviderRef, len(heads))
	for i, h := range heads {
		ids[i], refs[i] = h.ID, h.Provider
		nodes[i] = &maintenance{
			ID: graph.ID(h.ID), Name: h.Name, MaintenanceID: h.ExternalID, StartTime: moment(h.Start), EndTime: moment(h.End),
			Description: h.Summary, Status: string(h.Status), Ack: h.Acknowledged, Synthetic: h.Synthetic,
			Trust: string(h.Trust), Pending: eachPending(h.Pending), FirstSeen: moment(h.FirstSeen),
			LastNotice: moment(h.LastNotice), Revision: int32(h.Revision), Created: moment(h.CreatedAt), LastUpdated: moment(h.UpdatedAt), siblings: m,
		}
		byID[h.ID] = nodes[i]
	}
	for i, p := range newProviders(r, refs) {
		nodes[i].Provider = p
	}
	m.windows = share(r, func(ctx context.Context) (map[string][]*window, error) {
		found, err := r.reader.Windows(ctx, r.scope, r.batch(ids, models.Page{}))
		return eachOf(found, newWindow), err
	})
	m.lists = share(r, func(ctx context.Context) (map[string]lines, error) { return m.readLists(ctx, r, ids, byID) })
	m.notes = share(r, func(ctx context.Context) (map[string][]*note, error) { return notesOf(ctx, r, ids) })
	m.notices = share(r, func(ctx context.Context) (map[string][]*parsedNotification, error) { return noticesOf(ctx, r, ids) })
	return nodes
}

// readLists reads the circuit lists of all siblings.
func (m *maintenances) readLists(ctx context.Context, r *request, ids []string, byID map[string]*maintenance) (map[string]lines, error) {
	found, err := r.reader.ListedCircuits(ctx, r.scope, r.batch(ids, models.Page{}))
	if err != nil {
		return nil, err
	}
	var linked []string
	for _, list := range found {
		for _, l := range list {
			linked = append(linked, l.CircuitID)
		}
	}
	m.circuits = circuitsByID(r, linked)
	all := make(map[string]lines, len(found))
	for id, list := range found {
		var both lines
		worst := map[string]*impact{}
		for _, l := range list {
			both.listed = append(both.listed, &listedCircuit{
				CID: l.CID, Account: l.Account, Impact: string(l.Impact), Cancelled: l.Cancelled, circuitID: l.CircuitID, circuits: m.circuits,
			})
			if l.CircuitID == "" || l.Cancelled {
				continue
			}
			known := worst[l.CircuitID]
			if known == nil {
				known = &impact{circuitID: l.CircuitID, circuits: m.circuits, maintenance: byID[id]}
				worst[l.CircuitID], both.impacts = known, append(both.impacts, known)
			} else if !l.Impact.Worse(models.Impact(known.Impact)) {
				continue
			}
			known.ID, known.Impact = graph.ID(l.ID), string(l.Impact)
			known.Created, known.LastUpdated = moment(l.CreatedAt), moment(l.UpdatedAt)
		}
		all[id] = both
	}
	return all, nil
}

// Windows are its windows, in order.
func (m *maintenance) Windows() []*window {
	return list(m.siblings.windows, string(m.ID))
}

// Circuits are its circuits as they are listed.
func (m *maintenance) Circuits() []*listedCircuit {
	l := m.siblings.lists.of(string(m.ID))
	m.siblings.lists.r.take(len(l.listed))
	return l.listed
}

// CircuitImpacts are the impacts on circuits of the inventory.
func (m *maintenance) CircuitImpacts() []*impact {
	l := m.siblings.lists.of(string(m.ID))
	m.siblings.lists.r.take(len(l.impacts))
	return l.impacts
}

// CircuitimpactSet is CircuitImpacts.
func (m *maintenance) CircuitimpactSet() []*impact {
	return m.CircuitImpacts()
}

// Notes are its notes, the newest first.
func (m *maintenance) Notes() []*note {
	return list(m.siblings.notes, string(m.ID))
}

// NoteSet is Notes.
func (m *maintenance) NoteSet() []*note { return m.Notes() }

// ParsedNotifications are its notices, the newest first.
func (m *maintenance) ParsedNotifications() []*parsedNotification {
	return list(m.siblings.notices, string(m.ID))
}

// window is a Window.
type window struct {
	Ordinal   int32
	Kind      string
	Called    bool
	Status    string
	StartTime *dateTime
	EndTime   *dateTime
}

func newWindow(w models.Window) *window {
	return &window{
		Ordinal: int32(w.Ordinal), Kind: string(w.Kind), Called: w.Called, Status: string(w.Status), StartTime: moment(w.Start), EndTime: moment(w.End),
	}
}

// maintenancesByID gives maintenances that other records refer to.
func maintenancesByID(r *request, ids []string) *shared[*maintenance] {
	return share(r, func(ctx context.Context) (map[string]*maintenance, error) {
		found, err := r.reader.MaintenancesByID(ctx, r.scope, ids)
		if err != nil {
			return nil, err
		}
		heads := make([]models.MaintenanceHead, 0, len(found))
		for _, h := range found {
			heads = append(heads, h)
		}
		nodes := make(map[string]*maintenance, len(found))
		for _, m := range newMaintenances(r, heads) {
			nodes[string(m.ID)] = m
		}
		return nodes, nil
	})
}

// eachOf turns the records that belong to others into nodes.
func eachOf[R, N any](found map[string][]R, node func(R) N) map[string][]N {
	all := make(map[string][]N, len(found))
	for id, list := range found {
		nodes := make([]N, len(list))
		for i, r := range list {
			nodes[i] = node(r)
		}
		all[id] = nodes
	}
	return all
}
