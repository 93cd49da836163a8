package destination

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
const maxInvites = 200

// invites are the calendar entries of the maintenances of a parcel that
// changed, each with the record's revision as its sequence; a window that there
// is no more is taken out of calendars. The first one is the one that mail
// programs offer to put into the calendar: the next window that takes place.
func (e *email) invites(p notify.Parcel) []invite {
	if !e.calendar {
		return nil
	}
	i := ical.Invite{Organizer: e.from.Address}
	for _, a := range e.to {
		i.Attendees = append(i.Attendees, a.Address)
	}
	var all []invite
	seen := map[string]bool{}
	for _, item := range p.Items {
		shown, about := calendarItem(item)
		if !about || seen[shown.ID] || !item.Event.Is(scheduling...) {
			continue
		}
		seen[shown.ID] = true
		for _, win := range append(nextFirst(shown.Shown, p), dropped(p, shown)...) {
			if len(all) == maxInvites {
				return all
			}
			all = append(all, invite{ical.FileName(shown, win), i.Method(win), i.Write(shown, win)})
		}
	}
	return all
}

// calendarItem is what an item is about as calendars show it. Of a record that
// is gone it is the name: its windows are all dropped ones.
func calendarItem(i notify.Item) (models.CalendarItem, bool) {
	e := i.Event
	switch {
	case i.Maintenance != nil:
		return ical.ItemOf(*i.Maintenance), true
	case !i.Left || e.MaintenanceID == "":
		return models.CalendarItem{}, false
	}
	gone := models.Maintenance{ID: e.MaintenanceID, Name: e.Name, ExternalID: e.Name, Revision: e.Revision, Status: models.StatusCancelled, UpdatedAt: e.At}
	return models.CalendarItem{MaintenanceItem: models.MaintenanceItem{Maintenance: gone}}, true
}

// dropped are the windows that a maintenance had before what the parcel tells,
// and has no more.
func dropped(p notify.Parcel, m models.CalendarItem) []models.CalendarWindow {
	var all []models.CalendarWindow
	for _, i := range p.Items {
		if i.Event.MaintenanceID != m.ID {
			continue
		}
		for _, c := range i.Event.Changes {
			win, was := windowOf(m, c)
			same := func(o models.CalendarWindow) bool { return o.Ordinal == win.Ordinal && o.Kind == win.Kind }
			if was && !slices.ContainsFunc(m.Shown, same) && !slices.ContainsFunc(all, same) {
				all = append(all, models.CalendarWindow{Window: win, Off: true})
			}
		}
	}
	return all
}

var windowField = regexp.MustCompile(`^window\[(\d+)\](|\.kind)$`)

// windowOf reads which window a change took away: "window[2]" with what it was,
// "backup START/END", or "window[2].kind" with the kind that it was of.
func windowOf(m models.CalendarItem, c models.Change) (models.Window, bool) {
	match := windowField.FindStringSubmatch(c.Field)
	if match == nil || c.Old == "" {
		return models.Window{}, false
	}
	ordinal, err := strconv.Atoi(match[1])
	if match[2] != "" {
		at := slices.IndexFunc(m.Shown, func(w models.CalendarWindow) bool { return w.Ordinal == ordinal })
		if at < 0 {
			return models.Window{}, false
		}
		win := m.Shown[at].Window
		win.Kind = models.WindowKind(c.Old)
		return win, true
	}
	kind, times, _ := strings.Cut(c.Old, " ")
	from, to, _ := strings.Cut(times, "/")
	start, err1 := time.Parse(time.RFC3339, from)
	end, err2 := time.Parse(time.RFC3339, to)
	return models.Window{Ordinal: ordinal, Kind: models.WindowKind(kind), Start: start, End: end}, errors.Join(err, err1, err2) == nil
}

// scheduling are the events that can change what calendars should show.
var scheduling = []models.EventKind{
	models.EventNew, models.EventChanged, models.EventRescheduled, models.EventCancelled, models.EventCompleted, models.EventConflict, models.EventPending,
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
