package graphql

import (
	"context"
	"fmt"

	graph "github.com/graph-gophers/graphql-go"

	"lineman/models"
)

// Rows that a reader of lists gives at once.
const maxRows = 1000

// whole reads a list page by page, as far as what may still be shown reaches.
func whole[R any](ctx context.Context, r *request, read func(context.Context, models.Page) ([]R, int, error)) ([]R, error) {
	var all []R
	for {
		rows, total, err := read(ctx, models.Page{Limit: maxRows, Offset: len(all)})
		if err != nil {
			return nil, err
		}
		if total > int(r.left.Load()) {
			return nil, fmt.Errorf("%w: %d", models.ErrTooMany, total)
		}
		if all = append(all, rows...); len(rows) < maxRows {
			return all, nil
		}
	}
}

// note is a Note.
type note struct {
	ID          graph.ID
	Title       string
	Comment     string
	Level       string
	Author      string
	Closed      bool
	Created     *dateTime
	LastUpdated *dateTime

	maintenanceID string
	maintenances  *shared[*maintenance]
}

func newNotes(r *request, found []models.Note) []*note {
	ids := make([]string, len(found))
	for i, n := range found {
		ids[i] = n.MaintenanceID
	}
	maintenances := maintenancesByID(r, ids)
	nodes := make([]*note, len(found))
	for i, n := range found {
		nodes[i] = &note{
			ID: graph.ID(n.ID), Title: n.Title, Comment: n.Comment, Level: string(n.Level), Author: n.Author, Closed: n.Closed,
			Created: moment(n.CreatedAt), LastUpdated: moment(n.UpdatedAt), maintenanceID: n.MaintenanceID, maintenances: maintenances,
		}
	}
	return nodes
}

// notesOf gives the notes of maintenances.
func notesOf(ctx context.Context, r *request, ids []string) (map[string][]*note, error) {
	found, err := whole(ctx, r, func(ctx context.Context, p models.Page) ([]models.Note, int, error) {
		return r.reader.FindNotes(ctx, r.scope, models.NoteFilter{Maintenances: ids, Page: p})
	})
	all := map[string][]*note{}
	for _, n := range newNotes(r, found) {
		all[n.maintenanceID] = append(all[n.maintenanceID], n)
	}
	return all, err
}

// Maintenance is the one that the note is on.
func (n *note) Maintenance() *maintenance {
	return n.maintenances.of(n.maintenanceID)
}

// rawNotification is a RawNotification.
type rawNotification struct {
	ID          graph.ID
	Subject     string
	Sender      string
	Stamp       *dateTime
	State       string
	Parsed      bool
	Source      *string
	Provider    *string
	Created     *dateTime
	LastUpdated *dateTime

	notices *shared[[]*parsedNotification]
}

func newRaws(r *request, found []models.MailItem) []*rawNotification {
	ids := make([]string, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	notices := share(r, func(ctx context.Context) (map[string][]*parsedNotification, error) {
		all := map[string][]*parsedNotification{}
		nodes, err := readNotices(ctx, r, models.NoticeFilter{Raws: ids})
		for _, n := range nodes {
			all[n.rawID] = append(all[n.rawID], n)
		}
		return all, err
	})
	nodes := make([]*rawNotification, len(found))
	for i, m := range found {
		nodes[i] = &rawNotification{
			ID: graph.ID(m.ID), Subject: m.Subject, Sender: m.Sender, Stamp: moment(m.Received), State: string(m.State),
			Parsed: m.State == models.StateParsed || m.State == models.StateDuplicate || m.State == models.StateNeedsReview,
			Source: orNull(m.Source), Provider: orNull(m.Provider), Created: moment(m.CreatedAt), LastUpdated: moment(m.UpdatedAt), notices: notices,
		}
	}
	return nodes
}

// orNull is null for an empty text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// ParsedNotifications are what the mail said.
func (n *rawNotification) ParsedNotifications() []*parsedNotification {
	return list(n.notices, string(n.ID))
}

// parsedNotification is a ParsedNotification.
type parsedNotification struct {
	ID            graph.ID
	MaintenanceID string
	Status        string
	Summary       string
	Account       string
	Organizer     string
	UID           string
	Sequence      *int32
	Stamp         *dateTime
	Received      *dateTime
	Parser        string
	Trust         string
	TrustReason   string
	Held          bool
	Windows       []*noticeWindow
	Created       *dateTime

	rawID        string
	recordID     string
	maintenances *shared[*maintenance]
}

// noticeWindow is a NoticeWindow.
type noticeWindow struct {
	Kind      string
	StartTime *dateTime
	EndTime   *dateTime
	Circuits  []*noticeCircuit
}

// noticeCircuit is a NoticeCircuit.
type noticeCircuit struct {
	CID    string
	Impact string
}

func newNotices(r *request, found []models.NoticeItem) []*parsedNotification {
	ids := make([]string, len(found))
	for i, n := range found {
		ids[i] = n.MaintenanceRowID
	}
	maintenances := maintenancesByID(r, ids)
	nodes := make([]*parsedNotification, len(found))
	for i, n := range found {
		nodes[i] = &parsedNotification{
			ID: graph.ID(n.ID), MaintenanceID: n.MaintenanceID, Status: string(n.Status), Summary: n.Summary, Account: n.Account,
			Organizer: n.Organizer, UID: n.UID, Sequence: small(n.Sequence), Stamp: moment(n.Stamp), Received: moment(n.Received),
			Trust: string(n.Trust), TrustReason: n.TrustReason, Held: n.Held,
			Parser: n.Parser, Windows: []*noticeWindow{}, Created: moment(n.CreatedAt), rawID: n.RawID, recordID: n.MaintenanceRowID, maintenances: maintenances,
		}
		for _, w := range n.Windows {
			node := &noticeWindow{Kind: string(w.Kind), StartTime: moment(w.Start), EndTime: moment(w.End), Circuits: []*noticeCircuit{}}
			for _, c := range w.Circuits {
				node.Circuits = append(node.Circuits, &noticeCircuit{CID: c.CID, Impact: string(c.Impact)})
			}
			nodes[i].Windows = append(nodes[i].Windows, node)
		}
	}
	return nodes
}

// small is a number of 32 bits; null when it has more.
func small(n int) *int32 {
	if v := int32(n); int(v) == n {
		return &v
	}
	return nil
}

func readNotices(ctx context.Context, r *request, f models.NoticeFilter) ([]*parsedNotification, error) {
	found, err := whole(ctx, r, func(ctx context.Context, p models.Page) ([]models.NoticeItem, int, error) {
		f.Page = p
		return r.reader.FindNotices(ctx, r.scope, f)
	})
	return newNotices(r, found), err
}

// noticesOf gives the notices of maintenances.
func noticesOf(ctx context.Context, r *request, ids []string) (map[string][]*parsedNotification, error) {
	nodes, err := readNotices(ctx, r, models.NoticeFilter{Maintenances: ids})
	all := map[string][]*parsedNotification{}
	for _, n := range nodes {
		all[n.recordID] = append(all[n.recordID], n)
	}
	return all, err
}

// Maintenance is the one that the notice is part of.
func (n *parsedNotification) Maintenance() *maintenance {
	return n.maintenances.of(n.recordID)
}
