package chatops

import (
	"context"
	"sync"
	"time"

	"lineman/models"
)

// seen remembers which ids were noted lately, so that they are not written at
// each request.
type seen struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const (
	seenAgain = 10 * time.Minute
	seenSize  = 5000 // when there are more, all are forgotten and noted anew
)

// note keeps the ids of a request for those who make grants.
func (d *Dispatcher) note(ctx context.Context, r Request) {
	if d.o.Seen == nil {
		return
	}
	var list []models.ChatSeen
	for kind, p := range map[models.GrantKind]Party{
		models.GrantOrganization: r.Organization, models.GrantChannel: r.Channel, models.GrantUser: r.User,
	} {
		if p.ID != "" && d.seen.fresh(r.Platform+"\x00"+string(kind)+"\x00"+p.ID+"\x00"+p.Name, r.At) {
			list = append(list, models.ChatSeen{Platform: r.Platform, Kind: kind, Party: p, First: r.At, Last: r.At})
		}
	}
	if len(list) == 0 {
		return
	}
	if err := d.o.Seen.SeeChat(ctx, list); err != nil {
		d.o.Logger.Warn("ids of a chat could not be noted", "request", r.ID, "error", err)
	}
}

func (s *seen) fresh(key string, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.last[key]; ok && at.Sub(last) < seenAgain {
		return false
	}
	if s.last == nil || len(s.last) >= seenSize {
		s.last = map[string]time.Time{}
	}
	s.last[key] = at
	return true
}
