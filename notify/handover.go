package notify

import (
	"context"
	"slices"
	"time"

	"lineman/models"
)

// Handover is what the next shift should know.
type Handover struct {
	From, To       time.Time // what is ahead
	Since          time.Time // what changed
	Running        []Row
	Next           []Row
	Changed        []Row
	Unacknowledged []Row
	Unread         []MailView // mail that waits for a person
	UnreadTotal    int
	Sources        []SourceView // in trouble
	Overlaps       []Row
}

// SourceView is a source in trouble.
type SourceView struct {
	Name  string
	Since time.Time
	Error string
}

// HandoverStore is what a hand-over is read from.
type HandoverStore interface {
	Records
	Findings(ctx context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error)
	SourceHealths(ctx context.Context) ([]models.SourceHealth, error)
}

// shift is how far a hand-over looks ahead and back.
const shift = 8 * time.Hour

// Handing is what ReadHandover goes by.
type Handing struct {
	Rules   func(provider string) models.PhaseRules // by slug
	Sources func(name string) bool                  // whether what comes of a source is told; nil: that of all
}

// ReadHandover reads what the next shift should know, as a scope shows it.
func ReadHandover(ctx context.Context, s HandoverStore, by Handing, scope models.Scope, now time.Time) (Handover, error) {
	h := Handover{From: now, To: now.Add(shift), Since: now.Add(-shift)}
	page := models.Page{Limit: shownRows}
	no := false
	for _, part := range []struct {
		rows   *[]Row
		filter models.MaintenanceFilter
		phases []models.Phase
	}{
		{&h.Running, models.MaintenanceFilter{EndAfter: now.Add(-longestHold), StartsBy: now, Page: page}, []models.Phase{models.PhaseRunning, models.PhaseOverrun}},
		{&h.Next, models.MaintenanceFilter{EndAfter: now, StartsBy: h.To, Page: page}, []models.Phase{models.PhaseUpcoming}},
		{&h.Changed, models.MaintenanceFilter{Updated: models.TimeRange{From: h.Since, To: now}, Page: page}, nil},
		{&h.Unacknowledged, models.MaintenanceFilter{EndAfter: now, StartsBy: now.Add(7 * 24 * time.Hour), Acknowledged: &no, Page: page}, []models.Phase{models.PhaseUpcoming, models.PhaseRunning, models.PhaseOverrun}},
	} {
		part.filter.Lit = true
		items, _, err := s.Maintenances(ctx, scope, part.filter)
		if err != nil {
			return h, err
		}
		for i := range items {
			phase := models.PhaseOf(items[i].Maintenance, now, by.Rules(items[i].ProviderSlug))
			if part.phases == nil || slices.Contains(part.phases, phase) {
				*part.rows = append(*part.rows, rowOf(Item{Maintenance: &items[i], Phase: phase}, now))
			}
		}
		slices.SortStableFunc(*part.rows, func(a, b Row) int { return a.Start.Compare(b.Start) })
	}
	findings, _, err := s.Findings(ctx, scope, models.FindingFilter{State: models.FindingsOpen, Page: page})
	if err != nil {
		return h, err
	}
	for _, f := range findings {
		h.Overlaps = append(h.Overlaps, Row{Name: f.Subject.Name, Status: string(f.Severity), Start: f.Start, End: f.End})
	}
	if !scope.All {
		return h, nil
	}
	return h, h.mail(ctx, s, by)
}

// mail reads what only those see whose scope is not narrowed.
func (h *Handover) mail(ctx context.Context, s HandoverStore, by Handing) error {
	sources, err := s.SourceHealths(ctx)
	if err != nil {
		return err
	}
	f := models.MailFilter{
		States:   []models.MailState{models.StateParsingFailed, models.StateUnknownProvider, models.StateNeedsReview, models.StateQuarantined},
		Received: models.TimeRange{From: h.Since.Add(-2 * shift)}, Lit: true, Page: models.Page{Limit: 20},
	}
	for _, v := range sources {
		if by.Sources != nil && !by.Sources(v.Name) {
			continue
		}
		if v.LastError != "" {
			h.Sources = append(h.Sources, SourceView{Name: v.Name, Since: downSince(v), Error: v.LastError})
		}
	}
	mails, total, err := s.Mails(ctx, models.ScopeAll, f)
	if err != nil {
		return err
	}
	h.UnreadTotal = total
	for _, m := range mails {
		h.Unread = append(h.Unread, MailView{ID: m.ID, Subject: m.Subject, Sender: m.Sender, Provider: m.Provider, State: m.State, Error: m.Error})
	}
	return nil
}
