package notify

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// RouteStore is what the Router reads and writes.
type RouteStore interface {
	Records
	Book
	// Unrouted gives the oldest events whose deliveries are not made.
	Unrouted(ctx context.Context, limit int) ([]models.Event, error)
	// Route makes deliveries, each (event, rule, destination) once, and marks
	// the events as routed, in one transaction.
	Route(ctx context.Context, eventIDs []string, deliveries []models.Delivery) error
	// Told gives the IDs of the rules that were told of each of these
	// maintenances and findings.
	Told(ctx context.Context, about []string) (map[string][]string, error)
	Mutes(ctx context.Context, now time.Time) ([]models.AnnouncementMute, error)
}

// Book keeps the rules that people made.
type Book interface {
	Subscriptions(ctx context.Context) ([]models.Rule, error)
}

// Options are what the Router, the Courier and the Clock have in common.
type Options struct {
	Rules      []models.Rule                                    // of the configuration, checked
	Target     func(name string) (Target, error)                // a destination by name; an InputError for one that is not there
	Names      []string                                         // of the configured destinations
	Same       func(address string) []string                    // configured destinations at a chat address; nil: none
	PhaseRules func(provider string) models.PhaseRules          // by slug
	Busy       func(ctx context.Context) (bool, error)          // old mail is still being read; nil: never
	Pace       Pace                                             // zero: DefaultPace
	Counted    func(kind, outcome string, waited time.Duration) // of each delivery that was attempted; nil: nobody counts
	Sources    func(name string) bool                           // whether a source's trouble is told; nil: that of all
	Now        func() time.Time
	Random     func() float64 // in [0, 1); nil: math/rand
	Logger     *slog.Logger
	Step       func(name string) // called at the steps of the way; nil: nothing
}

func (o *Options) complete() {
	if o.Pace == (Pace{}) {
		o.Pace = DefaultPace
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Step == nil {
		o.Step = func(string) {}
	}
	if o.Busy == nil {
		o.Busy = func(context.Context) (bool, error) { return false, nil }
	}
	if o.Same == nil {
		o.Same = func(string) []string { return nil }
	}
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Counted == nil {
		o.Counted = func(string, string, time.Duration) {}
	}
	if o.Sources == nil {
		o.Sources = func(string) bool { return true }
	}
	if o.PhaseRules == nil {
		o.PhaseRules = func(string) models.PhaseRules { return models.PhaseRules{} }
	}
}

// rules gives all rules: those of the configuration first.
func (o *Options) rules(ctx context.Context, b Book) ([]models.Rule, error) {
	made, err := b.Subscriptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read subscriptions: %w", err)
	}
	return slices.Concat(o.Rules, made), nil
}

// Router turns events into deliveries.
type Router struct {
	o     Options
	store RouteStore
}

// NewRouter makes a Router.
func NewRouter(o Options, s RouteStore) *Router {
	o.complete()
	return &Router{o: o, store: s}
}

// routedAtOnce is how many events are routed in one transaction.
const routedAtOnce = 500

// Route makes the deliveries of all events that have none yet. Several may
// route at once.
func (r *Router) Route(ctx context.Context) error {
	for {
		events, err := r.store.Unrouted(ctx, routedAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := r.route(ctx, events); err != nil {
			return fmt.Errorf("route %d events: %w", len(events), err)
		}
		if len(events) < routedAtOnce {
			return nil
		}
	}
}

func (r *Router) route(ctx context.Context, events []models.Event) error {
	verdicts, err := r.judge(ctx, events)
	if err != nil {
		return err
	}
	ids := make([]string, len(events))
	var deliveries []models.Delivery
	for n, e := range events {
		ids[n] = e.ID
		for _, v := range verdicts[n] {
			if v.told {
				deliveries = append(deliveries, v.delivery)
			}
		}
	}
	r.o.Step("route")
	if err := r.store.Route(ctx, ids, deliveries); err != nil {
		return err
	}
	r.o.Step("routed")
	return nil
}

// verdict is what a rule says to an event.
type verdict struct {
	rule     models.Rule
	scope    string
	place    string // where it goes, whatever the destination is called; empty: each rule tells it
	told     bool
	why      string
	delivery models.Delivery
}

// judge asks every rule about every event.
func (r *Router) judge(ctx context.Context, events []models.Event) ([][]verdict, error) {
	rules, err := r.o.rules(ctx, r.store)
	if err != nil {
		return nil, err
	}
	now := r.o.Now().UTC()
	mutes, err := r.store.Mutes(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("read mutes: %w", err)
	}
	told, err := r.store.Told(ctx, subjects(events))
	if err != nil {
		return nil, fmt.Errorf("read what was told before: %w", err)
	}
	load := loader{records: r.store, rules: r.o.PhaseRules, now: now}
	items := map[string][]Item{} // by scope
	all := make([][]verdict, len(events))
	for _, rule := range rules {
		key := fmt.Sprintf("%+v", rule.Scope)
		if items[key] == nil {
			if items[key], err = load.items(ctx, rule.Scope, events); err != nil {
				return nil, err
			}
		}
		target, missing := r.o.Target(rule.Destination)
		for n, i := range items[key] {
			before := slices.Contains(told[about(i.Event)], rule.ID)
			v := verdict{rule: rule, scope: key}
			if !target.PerRule {
				v.place = cmp.Or(target.Address, rule.Destination)
			}
			v.told, v.why = Match(rule, i, before, now)
			if v.told && i.Event.Kind == models.EventAcknowledged && !target.Machine && !before && len(rule.Filter.Kinds) == 0 {
				v.told, v.why = false, "nothing was told of it before"
			}
			if v.told {
				v.delivery = r.delivery(rule, i, target, mutes, now)
				if missing != nil {
					v.delivery.State, v.delivery.Reason = models.DeliveryFailed, missing.Error()
				}
			}
			all[n] = append(all[n], v)
		}
	}
	for n := range all {
		once(all[n])
	}
	return all, nil
}

// about is the ID of the maintenance or finding that an event is about.
func about(e models.Event) string {
	if e.MaintenanceID != "" {
		return e.MaintenanceID
	}
	return e.FindingID
}

func subjects(events []models.Event) []string {
	var all []string
	for _, e := range events {
		if id := about(e); id != "" {
			all = append(all, id)
		}
	}
	return all
}

// delivery says when an event goes to a rule's destination.
func (r *Router) delivery(rule models.Rule, i Item, t Target, mutes []models.AnnouncementMute, now time.Time) models.Delivery {
	e := i.Event
	d := models.Delivery{
		EventID: e.ID, EventKey: e.Key, RuleID: rule.ID, RuleName: rule.Name, Destination: rule.Destination,
		State: models.DeliveryQueued, NextAt: now, Urgent: Urgent(rule, i, now), Key: keyOf(e.Key, rule.ID, rule.Destination),
	}
	if m := mutedBy(mutes, rule.Destination, e); m != nil {
		d.State, d.Reason = models.DeliveryDropped, mutedWords(*m)
		return d
	}
	if d.Urgent && rule.Escalate.After > 0 {
		d.EscalateAt = now.Add(rule.Escalate.After)
	}
	switch {
	case e.Kind == models.EventDigest:
		d.Digest = true
	case !e.Cause.News():
		collect(&d, now.Add(r.o.Pace.Settle), "collected: "+string(e.Cause))
	case models.CameLate(e.Received, e.At):
		collect(&d, now.Add(r.o.Pace.Settle), "collected: its mail came while lineman was not running")
	case e.Cause == models.CauseClock && now.Sub(e.At) > r.o.Pace.Late:
		collect(&d, now.Add(r.o.Pace.Settle), "collected: lineman was not running when it was due")
	case t.Machine:
	case d.Urgent:
		d.NextAt = now.Add(r.o.Pace.Wait)
	default:
		r.patience(&d, rule, now)
	}
	return d
}

// mutedBy gives the mute that an event falls under at a destination, or nil.
func mutedBy(mutes []models.AnnouncementMute, destination string, e models.Event) *models.AnnouncementMute {
	for i, m := range mutes {
		if m.Destination == destination && (m.About == "" || m.About == about(e)) {
			return &mutes[i]
		}
	}
	return nil
}

func mutedWords(m models.AnnouncementMute) string {
	return "muted by " + m.Author + " until " + m.Until.UTC().Format(stamp)
}

// handoverComes is within what time after its cron time a hand-over is there:
// the clock is looked at each minute. What was collected goes with it.
const handoverComes = 90 * time.Second

// patience holds what is not urgent for the rule's digest or quiet hours. A
// rule that cannot be understood holds nothing: it was checked before.
func (r *Router) patience(d *models.Delivery, rule models.Rule, now time.Time) {
	d.NextAt = now.Add(r.o.Pace.Wait)
	if rule.Digest.Cron != "" {
		s, err := schedule(rule)
		if err == nil {
			until := s.after(now)
			if rule.Digest.Template == TemplateHandover {
				until = until.Add(handoverComes)
			}
			collect(d, until, "collected for the digest")
			return
		}
		r.o.Logger.Warn("the digest of a rule makes no sense; it is told at once", "rule", rule.Name, "error", err)
	}
	until, err := QuietUntil(rule, now)
	if err != nil {
		r.o.Logger.Warn("the quiet hours of a rule make no sense; it is told at once", "rule", rule.Name, "error", err)
	}
	if until.After(now) {
		collect(d, until, "quiet hours")
	}
}

func collect(d *models.Delivery, until time.Time, why string) {
	d.State, d.Digest, d.NextAt, d.Reason = models.DeliveryHeld, true, until, why
}

// once drops what another rule tells the same place of the same event, showing
// as much of it or more.
func once(all []verdict) {
	for n := range all {
		for o := range all {
			a, b := &all[n], &all[o]
			if n == o || a.place == "" || a.place != b.place || !a.told || !b.told || settled(a.delivery) || settled(b.delivery) {
				continue
			}
			if yields(a, b, n > o) {
				a.delivery.State, a.delivery.Reason = models.DeliveryDropped, "told by the rule "+b.rule.Name
				a.delivery.EscalateAt = time.Time{}
			}
		}
	}
}

// yields reports whether a is not needed beside b: b shows all that a shows,
// and is told no later. Of two that are the same the one that escalates stays,
// else the first one.
func yields(a, b *verdict, later bool) bool {
	covers := func(a, b *verdict) bool { return a.rule.Scope.All || a.scope == b.scope }
	if !covers(b, a) || !a.delivery.EscalateAt.IsZero() && b.delivery.EscalateAt.IsZero() {
		return false
	}
	d := a.delivery.NextAt.Compare(b.delivery.NextAt)
	if !covers(a, b) {
		return d >= 0
	}
	if a.delivery.EscalateAt.IsZero() && !b.delivery.EscalateAt.IsZero() {
		return true
	}
	return d > 0 || d == 0 && later
}

func settled(d models.Delivery) bool {
	return d.State == models.DeliveryDropped || d.State == models.DeliveryFailed
}

// Explain asks every rule about an event, as the rules and the record are now.
func (r *Router) Explain(ctx context.Context, e models.Event) ([]models.AnnouncementAnswer, error) {
	verdicts, err := r.judge(ctx, []models.Event{e})
	if err != nil {
		return nil, err
	}
	var all []models.AnnouncementAnswer
	for _, v := range verdicts[0] {
		a := models.AnnouncementAnswer{Rule: v.rule.Name, Told: v.told, Why: v.why}
		if v.told {
			a.Told, a.Why = !settled(v.delivery), v.delivery.Reason
		}
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b models.AnnouncementAnswer) int { return strings.Compare(a.Rule, b.Rule) })
	return all, nil
}
