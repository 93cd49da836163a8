package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lineman/models"
)

// round is one look at what is due for a destination.
type round struct {
	c           *Courier
	destination string
	lease       string
	held        time.Time // when the lease was taken or renewed

	now    time.Time
	target Target
	rules  map[string]models.Rule
	health models.DestinationHealth
	mutes  []models.AnnouncementMute
	roots  map[string]string
}

// run sends what is due now; more when it may be worth looking again.
func (r *round) run(ctx context.Context) (more bool, err error) {
	c := r.c
	r.now = c.o.Now().UTC()
	if r.health, err = c.store.DestinationHealth(ctx, r.destination); err != nil {
		return false, err
	}
	if r.health.OpenUntil.After(r.now) {
		return false, nil
	}
	var missing error
	r.target, missing = c.o.Target(r.destination)
	limit, ahead := plannedAtOnce, c.o.Pace.horizon()
	if r.target.Machine { // what programs read is not put together
		limit, ahead = machineBatch, c.o.Pace.Settle
	}
	due, err := c.store.Outgoing(ctx, r.destination, r.now.Add(ahead), limit)
	if err != nil || len(due) == 0 {
		return false, err
	}
	if missing != nil {
		return false, c.refuse(ctx, due, missing)
	}
	if err := r.readRules(ctx); err != nil {
		return false, err
	}
	if r.mutes, err = c.store.Mutes(ctx, r.now); err != nil {
		return false, fmt.Errorf("read mutes: %w", err)
	}
	loads, later, err := r.plan(ctx, due)
	if err != nil {
		return false, err
	}
	if len(loads) == 0 {
		if len(later) == 0 {
			return false, nil
		}
		return false, c.store.SaveDeliveries(ctx, later)
	}
	loads, rest := loads[:min(len(loads), machineBatch)], loads[min(len(loads), machineBatch):]
	for part := range slices.Chunk(loads, claimedAtOnce) {
		r.now = c.o.Now().UTC()
		sent, err := r.send(ctx, part, later)
		if err != nil || !sent {
			return false, err
		}
		later = nil
	}
	return len(rest) > 0 || len(due) == limit, nil
}

func (r *round) readRules(ctx context.Context) error {
	all, err := r.c.o.rules(ctx, r.c.store)
	r.rules = make(map[string]models.Rule, len(all))
	for _, rule := range all {
		r.rules[rule.ID] = rule
	}
	return err
}

func (r *round) plan(ctx context.Context, due []models.Outgoing) ([]Load, []models.Delivery, error) {
	p := Planning{Machine: r.target.Machine, Due: due, Pace: r.c.o.Pace, Now: r.now}
	var err error
	if !p.Machine {
		if p.Sent, err = r.c.store.SentSince(ctx, r.destination, r.now.Add(-p.Pace.Every)); err != nil {
			return nil, nil, err
		}
	}
	if slices.ContainsFunc(due, func(o models.Outgoing) bool { return !o.Event.Cause.News() }) {
		if p.Busy, err = r.c.o.Busy(ctx); err != nil {
			return nil, nil, fmt.Errorf("see whether old mail is still read: %w", err)
		}
	}
	loads, later := Plan(p)
	return loads, later, nil
}

// refuse ends deliveries to a destination that is not there.
func (c *Courier) refuse(ctx context.Context, due []models.Outgoing, why error) error {
	var list []models.Delivery
	for _, o := range due {
		o.State, o.Reason, o.NextAt = models.DeliveryFailed, why.Error(), time.Time{}
		list = append(list, o.Delivery)
	}
	return c.store.SaveDeliveries(ctx, list)
}

// send makes the attempts known, and makes them. False when the destination
// is left alone from here on.
func (r *round) send(ctx context.Context, loads []Load, later []models.Delivery) (bool, error) {
	if err := r.claim(ctx, loads, later); err != nil {
		return false, err
	}
	items, err := r.items(ctx, loads)
	if err != nil {
		return false, err
	}
	for n, l := range loads {
		if ctx.Err() != nil || r.health.OpenUntil.After(r.now) {
			return false, r.unclaim(ctx, loads[n:])
		}
		if err := r.renew(ctx); err != nil {
			return false, err
		}
		if err := r.sendOne(ctx, l, items[n]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// claim keeps that attempts begin, so that whoever goes on after a crash knows
// that they may have succeeded.
func (r *round) claim(ctx context.Context, loads []Load, later []models.Delivery) error {
	all := later
	for n := range loads {
		batch := ""
		if len(loads[n].List) > 1 {
			batch = batchKey(loads[n].List)
		}
		for i := range loads[n].List {
			d := &loads[n].List[i].Delivery
			d.Attempts++
			if batch != "" && d.Batch == "" {
				d.Batch, d.State = batch, models.DeliveryGrouped
			}
			all = append(all, *d)
		}
	}
	r.c.o.Step("claim")
	if err := r.c.store.SaveDeliveries(ctx, all); err != nil {
		return err
	}
	r.c.o.Step("claimed")
	return nil
}

func (r *round) unclaim(ctx context.Context, loads []Load) error {
	var all []models.Delivery
	for _, l := range loads {
		for _, o := range l.List {
			o.Attempts--
			all = append(all, o.Delivery)
		}
	}
	back, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	return r.c.store.SaveDeliveries(back, all)
}

// items reads what the loads are about, by the scopes of their rules.
func (r *round) items(ctx context.Context, loads []Load) ([][]Item, error) {
	type place struct{ load, at int }
	byScope := map[string][]place{}
	scopes := map[string]models.Scope{}
	all := make([][]Item, len(loads))
	about := []string{}
	for n, l := range loads {
		all[n] = make([]Item, len(l.List))
		rule, there := r.rules[l.List[0].RuleID]
		if !there {
			continue
		}
		key := fmt.Sprintf("%+v", rule.Scope)
		scopes[key] = rule.Scope
		for i := range l.List {
			byScope[key] = append(byScope[key], place{n, i})
		}
		about = append(about, subjects([]models.Event{l.List[0].Event})...)
	}
	load := loader{records: r.c.store, rules: r.c.o.PhaseRules, now: r.now}
	for key, places := range byScope {
		events := make([]models.Event, len(places))
		for i, p := range places {
			events[i] = loads[p.load].List[p.at].Event
		}
		items, err := load.items(ctx, scopes[key], events)
		if err != nil {
			return nil, err
		}
		for i, p := range places {
			items[i].Delivery = loads[p.load].List[p.at].Delivery
			all[p.load][p.at] = items[i]
		}
	}
	var err error
	r.roots, err = r.c.store.Threads(ctx, r.destination, about)
	return all, err
}

// errLost ends a round whose lease another process took.
var errLost = errors.New("another process took over")

func (r *round) renew(ctx context.Context) error {
	if r.c.o.Now().Sub(r.held) < leaseTTL/3 {
		return nil
	}
	got, err := r.c.store.AcquireLease(ctx, r.lease, r.c.owner, leaseTTL)
	if err == nil && !got {
		err = errLost
	}
	r.held = r.c.o.Now()
	return err
}

// sendOne sends one message and keeps what came of it.
func (r *round) sendOne(ctx context.Context, l Load, items []Item) error {
	rule, there := r.rules[l.List[0].RuleID]
	var kept []Item
	var done []models.Delivery
	for n, i := range items {
		d := l.List[n].Delivery
		why := "the rule is gone"
		if there {
			why = cmp.Or(rule.Asleep, r.unwanted(l, d, i))
		}
		if why != "" {
			d.State, d.Reason, d.NextAt, d.EscalateAt = models.DeliveryDropped, why, time.Time{}, time.Time{}
			r.count(d, i.Event)
			done = append(done, d)
			continue
		}
		kept = append(kept, i)
	}
	if len(kept) == 0 {
		return r.c.record.keep(ctx, models.Dispatch{Deliveries: done})
	}
	p, err := r.parcel(ctx, rule, l, kept)
	if err != nil {
		return err
	}
	r.c.o.Step("send")
	receipt, failed := hand(ctx, r.target.Destination, p)
	r.c.o.Step("sent")
	if failed != nil && ctx.Err() != nil { // it was stopped: nobody's fault, and what came of it is not known
		return r.c.record.keep(ctx, models.Dispatch{Deliveries: done})
	}
	d := r.result(p, receipt, failed)
	d.Deliveries = append(d.Deliveries, done...)
	err = r.c.record.keep(ctx, d)
	r.c.o.Step("recorded")
	return err
}

// unwanted says why an item is not to be sent any more, or is empty. Programs
// keep what they were told, so they are told how a record ended also late.
func (r *round) unwanted(l Load, d models.Delivery, i Item) string {
	if m := mutedBy(r.mutes, d.Destination, i.Event); m != nil && (d.Digest || d.State == models.DeliveryHeld) {
		return mutedWords(*m)
	}
	late := l.Digest || r.now.Sub(d.CreatedAt) > r.c.o.Pace.Late
	if r.target.Machine && (i.Event.Cause == models.CauseLive || i.Event.Cause == models.CauseEdit) {
		late = false
	}
	return Senseless(i, late, r.now)
}

// hand gives a destination a parcel; a panic of it is an error.
func hand(ctx context.Context, d Destination, p Parcel) (receipt Receipt, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the destination panicked: %v", r)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return d.Deliver(ctx, p)
}

// parcel puts a load together.
func (r *round) parcel(ctx context.Context, rule models.Rule, l Load, items []Item) (Parcel, error) {
	first := items[0].Delivery
	p := Parcel{
		Key: first.Key, Repeat: first.Attempts > 1, Rule: rule, Items: items, At: r.now,
		Grouped: l.Grouped() && len(items) > 1, Digest: l.Digest && (len(items) > 1 || items[0].Event.Kind == models.EventDigest),
	}
	if first.Batch != "" {
		p.Key = first.Batch
	}
	if id := about(items[0].Event); len(items) == 1 && id != "" {
		p.Thread, p.Root = id, r.roots[id]
	}
	var err error
	p.Message, p.Head, err = r.c.renderer.Render(ctx, p)
	if err != nil {
		return p, fmt.Errorf("put a message into words: %w", err)
	}
	return p, nil
}
