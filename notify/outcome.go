package notify

import (
	"time"

	"lineman/models"
)

// result gives what is to be kept of an attempt.
func (r *round) result(p Parcel, receipt Receipt, err error) models.Dispatch {
	now := r.c.o.Now().UTC()
	var d models.Dispatch
	for _, i := range p.Items {
		v := i.Delivery
		switch f := failure(err); {
		case err == nil:
			v.State, v.SentAt, v.NextAt, v.Reason, v.Posted = models.DeliverySent, now, time.Time{}, receipt.Note, receipt.Posted
			v.Root = receipt.Root
		case f.Fatal:
			v.State, v.NextAt, v.Reason = models.DeliveryFailed, time.Time{}, f.Error()
		case now.Sub(v.CreatedAt) > giveUpAfter:
			v.State, v.NextAt, v.Reason = models.DeliveryFailed, time.Time{}, "given up after "+span(giveUpAfter)+": "+f.Error()
		default:
			v.NextAt, v.Reason = now.Add(r.pause(v.Attempts, f.After)), f.Error()
			if receipt.Posted != "" {
				v.Posted = receipt.Posted // part of it came through: it is repeated as it is
				break
			}
			// What failed may go with more the next time.
			v.State, v.Batch = models.DeliveryQueued, ""
		}
		r.count(v, i.Event)
		d.Deliveries = append(d.Deliveries, v)
	}
	if p.Thread != "" && receipt.Root != "" {
		d.Thread = models.AnnouncementThread{Destination: r.destination, About: p.Thread, Root: receipt.Root}
		r.roots[p.Thread] = receipt.Root
	}
	if n := failedOf(d.Deliveries); n > 0 {
		r.c.o.Logger.Warn("announcements were not delivered, and are not tried again", "destination", r.destination, "rule", p.Rule.Name, "announcements", n, "error", err)
	}
	d.Health = r.feel(err, now)
	return d
}

func failedOf(list []models.Delivery) (n int) {
	for _, v := range list {
		if v.State == models.DeliveryFailed {
			n++
		}
	}
	return n
}

// Outcomes of attempts, as they are counted.
const (
	outcomeSent    = "sent"
	outcomeFailed  = "failed"  // for good
	outcomeRetried = "retried" // it failed, and is tried again
	outcomeDropped = "dropped" // it made no sense any more
)

// count tells how an attempt ended and, of what was sent as it happened, how
// long after it was stored; what was held for a digest says nothing of that.
func (r *round) count(v models.Delivery, e models.Event) {
	outcome, waited := outcomeRetried, time.Duration(-1)
	switch v.State {
	case models.DeliveryFailed:
		outcome = outcomeFailed
	case models.DeliveryDropped:
		outcome = outcomeDropped
	case models.DeliverySent:
		if outcome = outcomeSent; !v.Digest {
			waited = v.SentAt.Sub(e.CreatedAt)
		}
	}
	r.c.o.Counted(r.target.Kind, outcome, waited)
}

// feel keeps how the destination does, and leaves it alone for a while after
// some failures.
func (r *round) feel(err error, now time.Time) models.DestinationHealth {
	h := &r.health
	h.Name = r.destination
	f := failure(err)
	if err == nil || f.Fatal {
		if err != nil {
			h.LastError, h.LastErrorAt = f.Error(), now
		} else if h.Failures == 0 && now.Sub(h.LastSuccess) < time.Minute && !h.LastErrorAt.After(h.LastSuccess) {
			return models.DestinationHealth{}
		} else {
			h.LastSuccess = now
		}
		h.Failures, h.OpenUntil = 0, time.Time{}
		return *h
	}
	h.Failures++
	h.LastError, h.LastErrorAt = f.Error(), now
	if h.Failures >= breakAfter || f.After > 0 {
		h.OpenUntil = now.Add(r.pause(max(1, h.Failures-breakAfter+1), f.After))
		r.now = now
		r.c.o.Logger.Warn("a destination is left alone for a while", "destination", r.destination, "until", h.OpenUntil, "error", f.Error())
	}
	return *h
}

// pause is how long to wait after an attempt: what the destination asks for,
// else a time that doubles, with up to a quarter of it by chance.
func (r *round) pause(attempt int, wish time.Duration) time.Duration {
	if wish > 0 {
		return min(wish, longestWish)
	}
	d := firstPause
	for ; attempt > 1 && d < longestPause; attempt-- {
		d *= 2
	}
	d = min(d, longestPause)
	return d + time.Duration(r.c.o.Random()*float64(d)/4)
}
