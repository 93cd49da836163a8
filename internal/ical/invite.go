package ical

import (
	"strconv"
	"strings"

	"lineman/models"
)

// Invite is one window on its way into people's calendars by mail (iTIP, RFC
// 5546): a request, or, of a window that does not take place, a cancellation. A
// later one of the same window, with a higher revision, replaces it.
type Invite struct {
	Organizer string   // address that mail comes from: answers go there, and not to the provider
	Attendees []string // addresses
}

// Method is the method of a window's invite, for the type of its mail part.
func (i Invite) Method(win models.CalendarWindow) string {
	if win.Off {
		return "CANCEL"
	}
	return "REQUEST"
}

// Write gives the calendar of one window.
func (i Invite) Write(m models.CalendarItem, win models.CalendarWindow) []byte {
	w := new(Writer)
	w.Begin("VCALENDAR")
	w.Value("VERSION", "2.0")
	w.Text("PRODID", Product)
	w.Value("CALSCALE", "GREGORIAN")
	w.Value("METHOD", i.Method(win))
	event(w, m, win, func() {
		w.Value("ORGANIZER", "mailto:"+i.Organizer, Param{"CN", "lineman"})
		for _, a := range i.Attendees {
			w.Value("ATTENDEE", "mailto:"+a, Param{"CUTYPE", "INDIVIDUAL"}, Param{"ROLE", "OPT-PARTICIPANT"}, Param{"PARTSTAT", "NEEDS-ACTION"}, Param{"RSVP", "FALSE"})
		}
	})
	w.End("VCALENDAR")
	return w.Bytes()
}

// ItemOf gives a maintenance as calendars show it, each window with the
// circuits that it hits.
func ItemOf(m models.MaintenanceItem) models.CalendarItem {
	item := models.CalendarItem{MaintenanceItem: m}
	for _, win := range m.Windows {
		shown := models.CalendarWindow{Window: win, Circuits: models.HitsOf(win, m.Circuits), Off: win.Off(m.Status)}
		shown.Impacts = nil
		item.Shown = append(item.Shown, shown)
	}
	if item.MarkPending(); len(item.Shown) > len(m.Windows) {
		item.Shown = item.Shown[:len(m.Windows)] // nobody is invited to what may never be
	}
	item.Windows, item.Circuits = nil, nil
	return item
}

// FileName is a name for the calendar of a window.
func FileName(m models.CalendarItem, win models.CalendarWindow) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}, m.Name)
	return name[:min(len(name), 80)] + "-" + strconv.Itoa(win.Ordinal) + ".ics"
}
