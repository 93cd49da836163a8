package destination

import (
	"lineman/internal/ical"
	"lineman/models"
	"lineman/notify"
)

// invite is the calendar entry of one window.
type invite struct {
	name   string
	method string
	bytes  []byte
}

// maxInvites bounds the calendar entries of one mail.
const maxInvites = 50

// invites are the calendar entries of the maintenances of a parcel that
// changed, each with the record's revision as its sequence. The first one is
// the one that mail programs offer to put into the calendar: the next window
// that takes place.
func (e *email) invites(p notify.Parcel) []invite {
	if !e.calendar || p.Digest {
		return nil
	}
	i := ical.Invite{Organizer: e.from.Address}
	for _, a := range e.to {
		i.Attendees = append(i.Attendees, a.Address)
	}
	var all []invite
	seen := map[string]bool{}
	for _, item := range p.Items {
		m := item.Maintenance
		if m == nil || seen[m.ID] || !item.Event.Is(scheduling...) {
			continue
		}
		seen[m.ID] = true
		shown := ical.ItemOf(*m)
		for _, win := range nextFirst(shown.Shown, p) {
			if len(all) == maxInvites {
				return all
			}
			all = append(all, invite{ical.FileName(shown, win), i.Method(win), i.Write(shown, win)})
		}
	}
	return all
}

// scheduling are the events that can change what calendars should show.
var scheduling = []models.EventKind{
	models.EventNew, models.EventChanged, models.EventRescheduled, models.EventCancelled, models.EventCompleted, models.EventConflict,
}

// nextFirst puts the next window that takes place in front of the others.
func nextFirst(list []models.CalendarWindow, p notify.Parcel) []models.CalendarWindow {
	next := -1
	for i, w := range list {
		if !w.Off && w.End.After(p.At) && (next < 0 || w.Start.Before(list[next].Start)) {
			next = i
		}
	}
	if next <= 0 {
		return list
	}
	first := append([]models.CalendarWindow{list[next]}, list[:next]...)
	return append(first, list[next+1:]...)
}
