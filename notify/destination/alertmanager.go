package destination

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
)

// alertmanager keeps silences for the windows of maintenances: whatever a
// parcel tells, the silences of its maintenances are brought in line with the
// records as they are now. Doing so again changes nothing, and what a lost
// answer left behind is found by its comment.
type alertmanager struct {
	o        Options
	api      alertmanagerAPI
	pattern  pattern
	statuses []models.Status
	before   time.Duration
	after    time.Duration
}

// silencedStatuses are those that a provider stands by: work that is only
// planned, or of which nothing is known, silences nothing.
var silencedStatuses = []models.Status{models.StatusConfirmed, models.StatusInProcess, models.StatusRescheduled}

func newAlertmanager(o Options, s config.Destination) (notify.Destination, error) {
	c := s.Alertmanager
	a := &alertmanager{o: o, statuses: silencedStatuses, before: c.Before, after: c.After}
	var err error
	if a.pattern, err = newPattern(c.Matchers); err != nil {
		return nil, fmt.Errorf("matchers: %w", err)
	}
	if len(c.Statuses) > 0 {
		a.statuses = nil
		for _, status := range c.Statuses {
			a.statuses = append(a.statuses, models.Status(status))
		}
	}
	a.api, err = newAlertmanagerAPI(o, c)
	return a, err
}

// SilenceAction is what is to be done with a silence.
type SilenceAction string

// The actions on silences.
const (
	SilenceCreate SilenceAction = "create"
	SilenceMove   SilenceAction = "move" // other times
	SilenceKeep   SilenceAction = "keep"
	SilenceExpire SilenceAction = "expire"
)

// Silence is one silence with what is to be done with it.
type Silence struct {
	Action      SilenceAction
	ID          string // Alertmanager's; empty before it is created
	Maintenance string // name
	Window      int    // ordinal
	Start, End  time.Time
	Matchers    string   // as Alertmanager writes them
	Circuits    []string // CIDs of the inventory
	Alerts      []Alert  // that it covers now; filled by Plan

	key string // lineman:<maintenance>:<window>
}

// Alert is a current alert.
type Alert struct {
	Labels map[string]string
	Since  time.Time
}

// Planner is a destination that can say what it would do; Alertmanager is one.
type Planner interface {
	// Plan says what would be done for maintenances, and which current alerts
	// each silence would cover. It changes nothing.
	Plan(ctx context.Context, r models.Rule, items []notify.Item) ([]Silence, error)
}

// Deliver brings the silences of a parcel's maintenances in line.
func (a *alertmanager) Deliver(ctx context.Context, p notify.Parcel) (notify.Receipt, error) {
	if p.Test {
		return notify.Receipt{Note: "Alertmanager answers"}, a.api.status(ctx)
	}
	plan, err := a.plan(ctx, p.Rule, p.Items)
	if err != nil {
		return notify.Receipt{}, err
	}
	var ids []string
	for i := range plan {
		if err := a.carryOut(ctx, p.Rule, &plan[i]); err != nil {
			return notify.Receipt{}, err
		}
		if plan[i].Action != SilenceExpire {
			ids = append(ids, plan[i].ID)
		}
	}
	return notify.Receipt{Root: strings.Join(ids, " "), Posted: strings.Join(ids, " "), Note: noteOf(plan)}, nil
}

func noteOf(plan []Silence) string {
	counts := map[SilenceAction]int{}
	for _, s := range plan {
		counts[s.Action]++
	}
	return fmt.Sprintf("%d silences created, %d moved, %d kept, %d expired",
		counts[SilenceCreate], counts[SilenceMove], counts[SilenceKeep], counts[SilenceExpire])
}

func (a *alertmanager) carryOut(ctx context.Context, r models.Rule, s *Silence) (err error) {
	switch s.Action {
	case SilenceCreate, SilenceMove:
		s.ID, err = a.api.put(ctx, r, *s)
	case SilenceExpire:
		err = a.api.expire(ctx, s.ID)
	}
	return err
}

// Plan says what would be done.
func (a *alertmanager) Plan(ctx context.Context, r models.Rule, items []notify.Item) ([]Silence, error) {
	plan, err := a.plan(ctx, r, items)
	if err != nil {
		return nil, err
	}
	for i := range plan {
		if plan[i].Alerts, err = a.api.alerts(ctx, plan[i].Matchers); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

// plan compares what there should be with what there is. New silences come
// before those that end, so that nobody is paged in between.
func (a *alertmanager) plan(ctx context.Context, r models.Rule, items []notify.Item) ([]Silence, error) {
	latest := map[string]*models.MaintenanceItem{}
	var ids []string
	for _, i := range items {
		id := i.Event.MaintenanceID
		if i.Maintenance != nil {
			id = i.Maintenance.ID
		}
		if id == "" {
			continue
		}
		if _, known := latest[id]; !known {
			ids = append(ids, id)
		}
		latest[id] = i.Maintenance
	}
	if len(ids) == 0 {
		return nil, nil
	}
	there, err := a.api.silences(ctx, r)
	if err != nil {
		return nil, err
	}
	now := a.o.Now()
	var todo, over []Silence
	for _, id := range ids {
		wanted := a.wanted(latest[id], now)
		if latest[id] != nil && len(latest[id].Pending) > 0 {
			wanted = begun(wanted, there[id], now)
		}
		t, o := reconcile(wanted, there[id], now)
		todo, over = append(todo, t...), append(over, o...)
	}
	return append(todo, over...), nil
}

// begun gives those of the wanted silences that are there and have begun: while
// something waits for a person no other begins, since nobody knows whether the
// work takes place then.
func begun(wanted, there []Silence, now time.Time) []Silence {
	return slices.DeleteFunc(wanted, func(w Silence) bool {
		return !slices.ContainsFunc(there, func(s Silence) bool { return s.key == w.key && s.Matchers == w.Matchers && running(s, w, now) })
	})
}

// reconcile says how to come from the silences that are there to the wanted
// ones. A silence is the same when its window and matchers are.
func reconcile(wanted, there []Silence, now time.Time) (todo, over []Silence) {
	there = slices.Clone(there)
	for _, w := range wanted {
		i := slices.IndexFunc(there, func(s Silence) bool { return s.key == w.key && s.Matchers == w.Matchers })
		if i < 0 {
			w.Action = SilenceCreate
			todo = append(todo, w)
			continue
		}
		w.ID, w.Action = there[i].ID, SilenceMove
		if sameTimes(there[i], w, now) {
			w.Action = SilenceKeep
		}
		todo = append(todo, w)
		there = slices.Delete(there, i, i+1)
	}
	for _, s := range there {
		s.Action = SilenceExpire
		over = append(over, s)
	}
	return todo, over
}

// running reports whether a silence has begun, by whichever clock, and so has
// the one that is wanted.
func running(s, wanted Silence, now time.Time) bool {
	return s.Start.Before(now.Add(time.Minute)) && !wanted.Start.After(now)
}

// sameTimes reports whether a silence has the wanted times. The start of one
// that has begun is history: Alertmanager makes it the time when it was made,
// by its own clock.
func sameTimes(s, wanted Silence, now time.Time) bool {
	return (running(s, wanted, now) || s.Start.Truncate(time.Second).Equal(wanted.Start.Truncate(time.Second))) &&
		s.End.Truncate(time.Second).Equal(wanted.End.Truncate(time.Second))
}
