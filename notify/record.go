package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// Records reads what announcements are about, as a scope shows it.
type Records interface {
	Maintenances(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error)
	Finding(ctx context.Context, s models.Scope, id string) (models.FindingDetail, error)
	Mails(ctx context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error)
}

// recordsAtOnce is how many records are read together.
const recordsAtOnce = 400

// loader reads the records of events.
type loader struct {
	records Records
	rules   func(provider string) models.PhaseRules
	now     time.Time
}

// items gives the items of events in their order.
func (l loader) items(ctx context.Context, scope models.Scope, events []models.Event) ([]Item, error) {
	maintenances, err := l.maintenances(ctx, scope, events)
	if err != nil {
		return nil, err
	}
	mails, err := l.mails(ctx, scope, events)
	if err != nil {
		return nil, err
	}
	findings := map[string]*models.FindingItem{}
	all := make([]Item, len(events))
	for n, e := range events {
		i := Item{Event: e, Maintenance: maintenances[e.MaintenanceID], Mail: mails[e.RawID]}
		if e.MaintenanceID != "" {
			i.Mail = nil
		}
		if i.Maintenance != nil {
			i.Phase = models.PhaseOf(i.Maintenance.Maintenance, l.now, l.rules(i.Maintenance.ProviderSlug))
		}
		if e.FindingID != "" {
			if i.Finding, err = l.finding(ctx, scope, e.FindingID, findings); err != nil {
				return nil, err
			}
		}
		i.Left = i.Maintenance == nil && slices.ContainsFunc(e.Changes, takesAway)
		i.Event.Changes = seen(scope, e.Changes, i.Maintenance)
		all[n] = i
	}
	return all, nil
}

func (l loader) maintenances(ctx context.Context, scope models.Scope, events []models.Event) (map[string]*models.MaintenanceItem, error) {
	found := map[string]*models.MaintenanceItem{}
	for ids := range chunks(events, func(e models.Event) string { return e.MaintenanceID }) {
		items, _, err := l.records.Maintenances(ctx, scope, models.MaintenanceFilter{IDs: ids, Page: models.Page{Limit: len(ids)}})
		if err != nil {
			return nil, fmt.Errorf("read maintenances to be announced: %w", err)
		}
		for i := range items {
			found[items[i].ID] = &items[i]
		}
	}
	return found, nil
}

func (l loader) mails(ctx context.Context, scope models.Scope, events []models.Event) (map[string]*models.MailItem, error) {
	found := map[string]*models.MailItem{}
	for ids := range chunks(events, func(e models.Event) string {
		if e.MaintenanceID != "" {
			return ""
		}
		return e.RawID
	}) {
		items, _, err := l.records.Mails(ctx, scope, models.MailFilter{IDs: ids, Page: models.Page{Limit: len(ids)}})
		if err != nil {
			return nil, fmt.Errorf("read mails to be announced: %w", err)
		}
		for i := range items {
			found[items[i].ID] = &items[i]
		}
	}
	return found, nil
}

// takesAway reports whether a change can take a maintenance out of a scope: it
// drops a circuit, or the record is no more.
func takesAway(c models.Change) bool {
	switch c.Field {
	case "deleted", "merged_into", "removed":
		return true
	}
	m := circuitField.FindStringSubmatch(c.Field)
	return m != nil && (m[2] == "" && c.New == "" || m[2] == ".cancelled" && c.New != "")
}

// finding gives a finding in scope, or nil.
func (l loader) finding(ctx context.Context, scope models.Scope, id string, known map[string]*models.FindingItem) (*models.FindingItem, error) {
	if f, is := known[id]; is {
		return f, nil
	}
	d, err := l.records.Finding(ctx, scope, id)
	switch {
	case errors.Is(err, models.ErrNotFound):
		known[id] = nil
	case err != nil:
		return nil, fmt.Errorf("read a finding to be announced: %w", err)
	default:
		known[id] = &d.FindingItem
	}
	return known[id], nil
}

// chunks gives the different IDs of events in parts.
func chunks(events []models.Event, id func(models.Event) string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		known := map[string]bool{"": true}
		var part []string
		for _, e := range events {
			if v := id(e); !known[v] {
				known[v] = true
				part = append(part, v)
			}
			if len(part) == recordsAtOnce {
				if !yield(part) {
					return
				}
				part = nil
			}
		}
		if len(part) > 0 {
			yield(part)
		}
	}
}
