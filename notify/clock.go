package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// ClockStore is what the Clock reads and writes.
type ClockStore interface {
	RouteStore
	ClockMark(ctx context.Context) (time.Time, error)
	// Announce keeps events, each key once, and how far the clock was looked at.
	Announce(ctx context.Context, events []models.Event, mark time.Time) error
	// Timed gives the maintenances that have a window which starts in one of
	// the starts, or ends in ends.
	Timed(ctx context.Context, starts []models.TimeRange, ends models.TimeRange) ([]models.TimedMaintenance, error)
	SourceHealths(ctx context.Context) ([]models.SourceHealth, error)
	// SourceEvents gives the newest event of each source.
	SourceEvents(ctx context.Context) (map[string]models.Event, error)
	Escalations(ctx context.Context, now time.Time, limit int) ([]models.Outgoing, error)
	Escalate(ctx context.Context, ids []string, deliveries []models.Delivery) error
}

// Clock announces what time brings: reminders, starts and ends, sources that
// fail, digests, and urgent events that nobody acknowledged.
type Clock struct {
	o     Options
	store ClockStore
}

// NewClock makes a Clock.
func NewClock(o Options, s ClockStore) *Clock {
	o.complete()
	return &Clock{o: o, store: s}
}

const (
	sourcePatience = 15 * time.Minute
	longestHold    = 24 * time.Hour
	longestGap     = 30 * 24 * time.Hour // what is older is over anyway
)

// Tick announces what came since the last look. The first look ever announces
// nothing that was before it. Several may look at once.
func (c *Clock) Tick(ctx context.Context) error {
	now := c.o.Now().UTC()
	mark, err := c.store.ClockMark(ctx)
	if err != nil {
		return err
	}
	if mark.IsZero() || mark.After(now) {
		mark = now
	}
	mark = later(mark, now.Add(-longestGap))
	rules, err := c.o.rules(ctx, c.store)
	if err != nil {
		return err
	}
	events, err := c.windows(ctx, rules, mark, now)
	if err != nil {
		return err
	}
	healths, err := c.store.SourceHealths(ctx)
	if err != nil {
		return fmt.Errorf("read how sources do: %w", err)
	}
	healths = slices.DeleteFunc(healths, func(h models.SourceHealth) bool { return !c.o.Sources(h.Name) })
	told, err := c.store.SourceEvents(ctx)
	if err != nil {
		return fmt.Errorf("read what was told of sources: %w", err)
	}
	events = append(events, Sources(healths, told, sourcePatience, now)...)
	events = append(events, c.digests(rules, mark, now)...)
	c.o.Step("tick")
	if err := c.store.Announce(ctx, events, now); err != nil {
		return err
	}
	c.o.Step("ticked")
	return c.escalate(ctx, rules, now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (c *Clock) windows(ctx context.Context, rules []models.Rule, from, to time.Time) ([]models.Event, error) {
	leads := Leads(rules)
	starts := []models.TimeRange{{From: from, To: to}}
	for _, lead := range leads {
		starts = append(starts, models.TimeRange{From: from.Add(lead), To: to.Add(lead)})
	}
	timed, err := c.store.Timed(ctx, starts, models.TimeRange{From: from.Add(-longestHold), To: to})
	if err != nil {
		return nil, fmt.Errorf("read windows: %w", err)
	}
	var events []models.Event
	for _, m := range timed {
		events = append(events, Ticks(m, c.o.PhaseRules(m.ProviderSlug), leads, from, to)...)
	}
	slices.SortStableFunc(events, func(a, b models.Event) int { return a.At.Compare(b.At) })
	return events, nil
}

// Leads gives the different reminders of rules, the longest first.
func Leads(rules []models.Rule) []time.Duration {
	var all []time.Duration
	for _, r := range rules {
		all = append(all, r.Reminders...)
	}
	slices.Sort(all)
	slices.Reverse(all)
	return slices.Compact(all)
}

// digests are for the rules whose digest is written whether or not something
// was collected for it. What was collected for others comes due by itself.
func (c *Clock) digests(rules []models.Rule, from, to time.Time) []models.Event {
	var events []models.Event
	for _, r := range rules {
		if r.Digest.Template != TemplateHandover {
			continue
		}
		s, err := schedule(r)
		if err != nil {
			c.o.Logger.Warn("the digest of a rule makes no sense", "rule", r.Name, "error", err)
			continue
		}
		if at := s.last(from, to); !at.IsZero() {
			events = append(events, models.Event{
				Key: fmt.Sprintf("digest:%s:%d", r.ID, at.Unix()), Kind: models.EventDigest, At: at, Cause: models.CauseClock, Source: r.ID, Name: r.Name,
			})
		}
	}
	return events
}

// escalatedAtOnce is how many deliveries are escalated in one transaction.
const escalatedAtOnce = 200

// escalate tells another rule's destination of urgent events that nobody
// acknowledged in time.
func (c *Clock) escalate(ctx context.Context, rules []models.Rule, now time.Time) error {
	due, err := c.store.Escalations(ctx, now, escalatedAtOnce)
	if err != nil || len(due) == 0 {
		return err
	}
	load := loader{records: c.store, rules: c.o.PhaseRules, now: now}
	var ids []string
	var deliveries []models.Delivery
	for _, o := range due {
		ids = append(ids, o.ID)
		from := find(rules, func(r models.Rule) bool { return r.ID == o.RuleID })
		if from == nil {
			continue
		}
		to := find(rules, func(r models.Rule) bool { return r.Name == from.Escalate.Rule })
		if to == nil {
			c.o.Logger.Warn("a rule escalates to one that is not there", "rule", from.Name, "to", from.Escalate.Rule)
			continue
		}
		items, err := load.items(ctx, to.Scope, []models.Event{o.Event})
		if err != nil {
			return err
		}
		if acknowledged(items[0]) || Senseless(items[0], true, now) != "" {
			continue
		}
		deliveries = append(deliveries, models.Delivery{
			EventID: o.EventID, RuleID: to.ID, RuleName: to.Name, Destination: to.Destination, State: models.DeliveryQueued, NextAt: now,
			Urgent: true, Reason: "nobody acknowledged it within " + span(from.Escalate.After) + " (rule " + from.Name + ")",
			Key: keyOf(o.Event.Key, to.ID, to.Destination),
		})
	}
	return c.store.Escalate(ctx, ids, deliveries)
}

func find(rules []models.Rule, is func(models.Rule) bool) *models.Rule {
	if i := slices.IndexFunc(rules, is); i >= 0 {
		return &rules[i]
	}
	return nil
}

// acknowledged reports whether somebody saw the record as it is.
func acknowledged(i Item) bool {
	switch {
	case i.Maintenance != nil:
		return i.Maintenance.Ack != nil && i.Maintenance.Ack.Holds
	case i.Finding != nil:
		return i.Finding.Acknowledged()
	}
	return false
}
