package ical

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lineman/models"
)

// Product names who wrote a calendar.
const Product = "-//lineman//maintenance calendar//EN"

// Feed is a calendar that programs subscribe to.
type Feed struct {
	Name    string        // as calendars show it
	About   string        // empty: nothing is said
	Refresh time.Duration // how often a subscriber should come again
}

// Write gives the whole calendar: one event for each window, in the order of
// their starts. The same feed of the same items gives the same bytes.
func (f Feed) Write(items []models.CalendarItem) []byte {
	w := new(Writer)
	w.Begin("VCALENDAR")
	w.Value("VERSION", "2.0")
	w.Text("PRODID", Product)
	w.Value("CALSCALE", "GREGORIAN")
	w.Text("NAME", f.Name)
	w.Text("X-WR-CALNAME", f.Name)
	if f.About != "" {
		w.Text("DESCRIPTION", f.About)
		w.Text("X-WR-CALDESC", f.About)
	}
	w.Text("X-WR-TIMEZONE", "UTC")
	w.Value("REFRESH-INTERVAL", Duration(f.Refresh), Param{"VALUE", "DURATION"})
	w.Value("X-PUBLISHED-TTL", Duration(f.Refresh))
	events := eventsOf(items)
	w.b = append(w.b, written(events)...)
	if len(events) == 0 { // a calendar without any component is not valid
		universal(w)
	}
	w.End("VCALENDAR")
	return w.Bytes()
}

// written gives the events one after another, written by all processors: a
// year of them is megabytes. A panic is the caller's, as if it wrote them itself.
func written(events []entry) []byte {
	parts := make([]Writer, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	var panicked atomic.Pointer[any]
	for i := range parts {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panicked.Store(&p)
				}
			}()
			for _, e := range events[len(events)*i/len(parts) : len(events)*(i+1)/len(parts)] {
				Event(&parts[i], *e.item, e.window)
			}
		})
	}
	all.Wait()
	if p := panicked.Load(); p != nil {
		panic(*p)
	}
	var b []byte
	for _, p := range parts {
		b = append(b, p.b...)
	}
	return b
}

type entry struct {
	item   *models.CalendarItem
	window models.CalendarWindow
}

func eventsOf(items []models.CalendarItem) []entry {
	var events []entry
	for i := range items {
		for _, win := range items[i].Shown {
			events = append(events, entry{&items[i], win})
		}
	}
	slices.SortFunc(events, func(a, b entry) int {
		return cmp.Or(a.window.Start.Compare(b.window.Start), strings.Compare(a.item.ID, b.item.ID), cmp.Compare(a.window.Ordinal, b.window.Ordinal))
	})
	return events
}

// universal writes the definition of UTC.
func universal(w *Writer) {
	w.Begin("VTIMEZONE")
	w.Text("TZID", "Etc/UTC")
	w.Begin("STANDARD")
	w.Value("DTSTART", "19700101T000000")
	w.Value("TZOFFSETFROM", "+0000")
	w.Value("TZOFFSETTO", "+0000")
	w.Text("TZNAME", "UTC")
	w.End("STANDARD")
	w.End("VTIMEZONE")
}
