package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// Pace says when several events become one message.
type Pace struct {
	Wait   time.Duration // that an event waits for company
	Over   int           // more events than this at once, or messages of a rule within Every, are one message
	Every  time.Duration
	Late   time.Duration // what could not be told for this long is collected
	Settle time.Duration // that collected news of a backfill wait for more
}

// DefaultPace is the pace where nothing else is set.
var DefaultPace = Pace{Wait: 2 * time.Second, Over: 5, Every: time.Minute, Late: 15 * time.Minute, Settle: 2 * time.Minute}

// horizon is how far ahead of now Plan needs to see what waits.
func (p Pace) horizon() time.Duration {
	return max(p.Wait, p.Every, p.Settle, longestPause+longestPause/4+time.Minute)
}

// longestSettle bounds how long news of a backfill wait for more.
const longestSettle = 12 * time.Hour

// machineBatch bounds what a program is given at once.
const machineBatch = 500

// Load is what goes in one message.
type Load struct {
	List   []models.Outgoing // of one rule, the oldest first
	Digest bool              // they were collected
}

// Grouped reports whether several events came at once.
func (l Load) Grouped() bool { return len(l.List) > 1 && !l.Digest }

// Planning is what Plan looks at.
type Planning struct {
	Machine bool
	Due     []models.Outgoing // all that waits for the destination up to the horizon, the oldest first
	Sent    map[string]int    // messages within Every, by the rule's ID
	Busy    bool              // old mail is still being read
	Pace    Pace
	Now     time.Time
}

// Plan says what is to be sent to a destination now, in order, and what is put
// off. Every delivery of Due is in at most one of the two.
func Plan(p Planning) (loads []Load, later []models.Delivery) {
	byRule := map[string][]models.Outgoing{}
	var order []string
	for _, o := range p.Due {
		if byRule[o.RuleID] == nil {
			order = append(order, o.RuleID)
		}
		byRule[o.RuleID] = append(byRule[o.RuleID], o)
	}
	for _, rule := range order {
		now, put := p.rule(rule, byRule[rule])
		loads, later = append(loads, now...), append(later, put...)
	}
	slices.SortStableFunc(loads, func(a, b Load) int { return a.List[0].CreatedAt.Compare(b.List[0].CreatedAt) })
	return loads, later
}

func (p Planning) due(o models.Outgoing) bool { return !o.NextAt.After(p.Now) }

func (p Planning) rule(rule string, all []models.Outgoing) (loads []Load, later []models.Delivery) {
	batches := map[string][]models.Outgoing{}
	var order []string
	var collected, single []models.Outgoing
	for _, o := range all {
		switch {
		case o.Batch != "":
			if batches[o.Batch] == nil {
				order = append(order, o.Batch)
			}
			batches[o.Batch] = append(batches[o.Batch], o)
		case o.Digest:
			collected = append(collected, o)
		default:
			single = append(single, o)
		}
	}
	for _, id := range order { // what was put together once stays together
		if b := batches[id]; p.due(b[0]) {
			loads = append(loads, Load{List: b, Digest: b[0].Digest || p.Now.Sub(b[0].CreatedAt) > p.Pace.Late})
		}
	}
	more, put := p.collected(collected)
	loads, later = append(loads, more...), append(later, put...)
	if p.Machine {
		for _, o := range single {
			if p.due(o) {
				loads = append(loads, Load{List: []models.Outgoing{o}})
			}
		}
		return loads, later
	}
	more, put = p.people(rule, single)
	return append(loads, more...), append(later, put...)
}

// collected gives digests. News of a backfill wait until no more come.
func (p Planning) collected(all []models.Outgoing) (loads []Load, later []models.Delivery) {
	var ready, backfill, failed []models.Outgoing
	settled := !p.Busy
	for _, o := range all {
		switch {
		case !o.Event.Cause.News():
			backfill = append(backfill, o)
			settled = settled && p.due(o)
		case p.due(o):
			ready = append(ready, o)
		case o.Attempts > 0: // it failed, and goes with the next one
			failed = append(failed, o)
		}
	}
	if slices.ContainsFunc(ready, func(o models.Outgoing) bool { return o.Event.Kind == models.EventDigest }) {
		ready = append(ready, p.withHandover(all)...)
	}
	if len(ready) > 0 {
		ready = append(ready, failed...)
	}
	if len(backfill) > 0 && p.Now.Sub(backfill[0].CreatedAt) > longestSettle { // something is stuck
		settled = true
	}
	if settled && len(backfill) > 0 {
		ready = append(ready, backfill...)
	} else if !settled && slices.ContainsFunc(backfill, p.due) {
		later = p.put(backfill, p.Now.Add(p.Pace.Settle), "collected until no more old mail comes")
	}
	if len(ready) == 0 {
		return nil, later
	}
	slices.SortStableFunc(ready, byAge)
	if !p.Machine {
		return []Load{{List: ready, Digest: true}}, later
	}
	for part := range slices.Chunk(ready, machineBatch) {
		loads = append(loads, Load{List: part, Digest: true})
	}
	return loads, later
}

// people gives what people read: few messages alone, many as one.
func (p Planning) people(rule string, all []models.Outgoing) (loads []Load, later []models.Delivery) {
	var late, fresh []models.Outgoing
	dueNow, awaited, lateDue := false, false, false
	for _, o := range all {
		switch {
		case p.Now.Sub(o.CreatedAt) > p.Pace.Late && (o.Attempts > 0 || p.due(o)):
			late, lateDue = append(late, o), lateDue || p.due(o)
		case o.Attempts > 0 && !p.due(o):
		default:
			fresh = append(fresh, o)
			dueNow = dueNow || p.due(o)
			awaited = awaited || o.State == models.DeliveryHeld && !p.due(o)
		}
	}
	if !lateDue {
		late = nil
	}
	if len(late) > 1 {
		loads = append(loads, Load{List: late, Digest: true})
	} else {
		fresh, dueNow = append(late, fresh...), dueNow || len(late) > 0
	}
	switch {
	case !dueNow:
		return loads, later
	case len(fresh) > p.Pace.Over && !awaited:
		return append(loads, Load{List: fresh}), later
	}
	var put []models.Outgoing
	room := p.Pace.Over - p.Sent[rule] - len(loads)
	if awaited { // a message with others is to come: what comes now goes with it
		room = 0
	}
	for _, o := range fresh {
		switch {
		case room > 0 || o.Urgent || o.Attempts > 0:
			loads, room = append(loads, Load{List: []models.Outgoing{o}}), room-1
		default:
			put = append(put, o)
		}
	}
	return loads, append(later, p.put(put, p.Now.Add(p.Pace.Every), "put together with what comes within a minute")...)
}

// put holds deliveries until an instant, or an earlier one at which one of
// them is waited for already.
func (p Planning) put(all []models.Outgoing, until time.Time, why string) []models.Delivery {
	for _, o := range all {
		if o.NextAt.After(p.Now.Add(p.Pace.Wait)) && o.NextAt.Before(until) && o.Event.Cause.News() {
			until = o.NextAt
		}
	}
	var later []models.Delivery
	for _, o := range all {
		if d := o.Delivery; !d.NextAt.Equal(until) {
			d.State, d.NextAt, d.Reason = models.DeliveryHeld, until, why
			later = append(later, d)
		}
	}
	return later
}

// withHandover gives what waits for the hand-over that is sent now.
func (p Planning) withHandover(all []models.Outgoing) (list []models.Outgoing) {
	for _, o := range all {
		if o.Event.Cause.News() && o.Attempts == 0 && !p.due(o) && !o.NextAt.After(p.Now.Add(handoverComes)) {
			list = append(list, o)
		}
	}
	return list
}

func byAge(a, b models.Outgoing) int {
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// keyOf gives what a destination can tell repeats by.
func keyOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "lm-" + hex.EncodeToString(sum[:16])
}

// batchKey is the key of what goes in one message.
func batchKey(list []models.Outgoing) string {
	var keys []string
	for _, o := range list {
		keys = append(keys, o.Key)
	}
	return keyOf(keys...)
}
