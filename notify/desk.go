package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// DeskStore is what the Desk reads and writes.
type DeskStore interface {
	Book
	Subscribe(ctx context.Context, by models.Principal, r models.Rule) (models.Rule, error)
	Unsubscribe(ctx context.Context, by models.Principal, id string) error
	Mute(ctx context.Context, m models.AnnouncementMute) error
	Announcements(ctx context.Context, s models.Scope, f models.AnnouncementFilter) ([]models.Announcement, int, error)
	// Resend has deliveries made again, under keys of their own.
	Resend(ctx context.Context, by models.Principal, deliveries []models.Delivery) error
	Maintenance(ctx context.Context, s models.Scope, idOrName string) (models.MaintenanceDetail, error)
	DestinationHealths(ctx context.Context) ([]models.DestinationHealth, error)
}

// Desk is where people subscribe, look up what was announced, and have it sent
// again.
type Desk struct {
	o        Options
	store    DeskStore
	router   *Router
	renderer Renderer
	zone     string
}

// NewDesk makes a Desk; zone is that of rules which name none.
func NewDesk(o Options, s DeskStore, r *Router, t Renderer, zone string) *Desk {
	o.complete()
	return &Desk{o: o, store: s, router: r, renderer: t, zone: zone}
}

// Subscriptions gives the rules that somebody may see: whoever sees
// everything sees those of all, others their own.
func (d *Desk) Subscriptions(ctx context.Context, by models.Principal) ([]models.Rule, error) {
	all, err := d.o.rules(ctx, d.store)
	if by.Scope.All {
		return all, err
	}
	return slices.DeleteFunc(all, func(r models.Rule) bool { return r.From == models.RuleFromConfig || r.Author != by.Name }), err
}

// Subscribe makes a rule in the scope of whoever asks. An InputError says what
// makes no sense of it.
func (d *Desk) Subscribe(ctx context.Context, by models.Principal, r models.Rule) (models.Rule, error) {
	r.ID, r.Author, r.UserID, r.Scope = "", by.Name, by.UserID, by.Scope
	if r.Zone == "" {
		r.Zone = d.zone
	}
	if r.Reminders == nil {
		r.Reminders = models.DefaultReminders
	}
	if err := Check(r); err != nil {
		return r, err
	}
	if _, err := d.o.Target(r.Destination); err != nil {
		return r, err
	}
	known, err := d.o.rules(ctx, d.store)
	if err != nil {
		return r, err
	}
	if find(known, func(k models.Rule) bool { return strings.EqualFold(k.Name, r.Name) }) != nil {
		return r, models.Invalid("name", "a rule called %q is there already; choose another name", r.Name)
	}
	if r.Escalate.Rule != "" && find(known, func(k models.Rule) bool { return k.Name == r.Escalate.Rule }) == nil {
		return r, models.Invalid("escalate", "there is no rule called %q", r.Escalate.Rule)
	}
	return d.store.Subscribe(ctx, by, r)
}

// Unsubscribe removes a rule by name or ID: one's own, or any for an admin who
// sees everything. models.ErrNotFound when there is none of them.
func (d *Desk) Unsubscribe(ctx context.Context, by models.Principal, rule string) (models.Rule, error) {
	all, err := d.Subscriptions(ctx, by)
	if err != nil {
		return models.Rule{}, err
	}
	r := find(all, func(k models.Rule) bool { return k.ID == rule || strings.EqualFold(k.Name, rule) })
	switch {
	case r == nil:
		return models.Rule{}, fmt.Errorf("subscription %q: %w", rule, models.ErrNotFound)
	case r.From == models.RuleFromConfig:
		return *r, models.Invalid("", "the rule %s stands in the configuration; change it there", r.Name)
	case r.Author != by.Name && by.Role != models.RoleAdmin:
		return *r, models.Invalid("", "the subscription %s is %s's; ask them or an administrator", r.Name, r.Author)
	}
	return *r, d.store.Unsubscribe(ctx, by, r.ID)
}

// longestMute bounds how long nothing is told.
const longestMute = 90 * 24 * time.Hour

// Mute tells a destination nothing for a while: of one maintenance, by its
// name or ID, or with an empty one of anything. A zero time ends it.
func (d *Desk) Mute(ctx context.Context, by models.Principal, destination, maintenance string, span time.Duration) (models.AnnouncementMute, error) {
	m := models.AnnouncementMute{Destination: destination, Until: d.o.Now().UTC().Add(span), Author: by.Name}
	if span < 0 || span > longestMute {
		return m, models.Invalid("for", "%s is out of range; use up to 90 days", span)
	}
	if _, err := d.o.Target(destination); err != nil && len(d.o.Same(destination)) == 0 {
		return m, err
	}
	if err := d.mayMute(ctx, by, destination); err != nil {
		return m, err
	}
	if maintenance != "" {
		found, err := d.store.Maintenance(ctx, by.Scope, maintenance)
		if err != nil {
			return m, err
		}
		m.About = found.ID
	}
	// The same channel may have a name in the configuration.
	for _, name := range d.o.Same(destination) {
		same := m
		same.Destination = name
		if err := d.store.Mute(ctx, same); err != nil {
			return m, err
		}
	}
	return m, d.store.Mute(ctx, m)
}

// mayMute reports whether all that is told to a destination is what somebody
// sees: nobody silences what others are told of circuits of theirs.
func (d *Desk) mayMute(ctx context.Context, by models.Principal, destination string) error {
	if by.Scope.All {
		return nil
	}
	all, err := d.o.rules(ctx, d.store)
	if err != nil {
		return err
	}
	names := append(d.o.Same(destination), destination)
	for _, r := range all {
		if part, _ := r.Scope.Beyond(by.Scope); part != "" && slices.Contains(names, r.Destination) {
			return models.Invalid("destination", "%s is told of more than you may see; ask an administrator", destination)
		}
	}
	return nil
}

// Announcements lists what was announced, as somebody's scope shows it.
func (d *Desk) Announcements(ctx context.Context, by models.Principal, f models.AnnouncementFilter) ([]models.Announcement, int, error) {
	return d.store.Announcements(ctx, by.Scope, f)
}

// Announcement gives one with its deliveries and, to whoever sees everything,
// what each rule says to it now.
func (d *Desk) Announcement(ctx context.Context, by models.Principal, id string) (models.Announcement, []models.AnnouncementAnswer, error) {
	found, _, err := d.store.Announcements(ctx, by.Scope, models.AnnouncementFilter{IDs: []string{id}})
	if err != nil {
		return models.Announcement{}, nil, err
	}
	if len(found) == 0 {
		return models.Announcement{}, nil, fmt.Errorf("announcement %q: %w", id, models.ErrNotFound)
	}
	if !by.Scope.All {
		return found[0], nil, nil
	}
	answers, err := d.router.Explain(ctx, found[0].Event)
	return found[0], answers, err
}

// Resend has an announcement sent again by hand: to one destination, or with
// an empty one to all that it was to go to and was not sent.
func (d *Desk) Resend(ctx context.Context, by models.Principal, id, destination string) (int, error) {
	a, _, err := d.Announcement(ctx, by, id)
	if err != nil {
		return 0, err
	}
	var again []models.Delivery
	for _, v := range a.Deliveries {
		if destination == "" && v.State != models.DeliverySent || v.Destination == destination && destination != "" {
			again = append(again, v)
		}
	}
	if len(again) == 0 {
		if destination != "" {
			return 0, models.Invalid("destination", "it was not to go to %q; its deliveries say where it went", destination)
		}
		return 0, models.Invalid("destination", "it was sent everywhere; name a destination to send it there once more")
	}
	now := d.o.Now().UTC()
	for i := range again {
		v := &again[i]
		v.Key = keyOf(v.Key, now.Format(time.RFC3339Nano))
		v.State, v.Reason, v.Attempts, v.Batch, v.Digest = models.DeliveryQueued, "sent again by "+by.Name, 0, "", false
		v.NextAt, v.SentAt, v.CreatedAt = now, time.Time{}, now
	}
	return len(again), d.store.Resend(ctx, by, again)
}

// Destinations tells how deliveries to destinations go, by name, also to those
// that are configured and were never tried.
func (d *Desk) Destinations(ctx context.Context) ([]models.DestinationHealth, error) {
	all, err := d.store.DestinationHealths(ctx)
	for _, name := range d.o.Names {
		if !slices.ContainsFunc(all, func(h models.DestinationHealth) bool { return h.Name == name }) {
			all = append(all, models.DestinationHealth{Name: name})
		}
	}
	for i := range all {
		if t, err := d.o.Target(all[i].Name); err == nil {
			all[i].Kind = t.Kind
		}
	}
	slices.SortFunc(all, func(a, b models.DestinationHealth) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// Try is Test for whoever asks over the API; the audit of writes knows who.
func (d *Desk) Try(ctx context.Context, _ models.Principal, destination string) (string, error) {
	r, err := d.Test(ctx, destination)
	return r.Note, err
}

// Test sends a destination a message that says that it is a test.
func (d *Desk) Test(ctx context.Context, destination string) (Receipt, error) {
	target, err := d.o.Target(destination)
	if err != nil {
		return Receipt{}, err
	}
	now := d.o.Now().UTC()
	p := Parcel{Key: keyOf("test", destination, now.Format(time.RFC3339Nano)), Test: true, At: now, Rule: models.Rule{Name: "test", Scope: models.ScopeAll, Destination: destination, Zone: d.zone}}
	if p.Message, _, err = d.renderer.Render(ctx, p); err != nil {
		return Receipt{}, err
	}
	return hand(ctx, target.Destination, p)
}
