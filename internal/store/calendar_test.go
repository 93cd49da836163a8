package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// shown gives what a calendar shows, as short texts: name, window, circuits
// with impact and sites.
func shown(t *testing.T, s *store.Store, scope models.Scope, f models.CalendarFilter) string {
	t.Helper()
	items, _, err := s.Calendar(ctx, scope, f)
	ok(t, err)
	var all []string
	for _, m := range items {
		if len(m.Windows)+len(m.Circuits) > 0 {
			t.Errorf("%s holds more than it shows", m.Name)
		}
		for _, w := range m.Shown {
			text := fmt.Sprintf("%s/%d", m.ExternalID, w.Ordinal)
			if w.Off {
				text += " off"
			}
			if len(w.Impacts) > 0 {
				t.Errorf("%s holds impacts beside what it shows", text)
			}
			for _, c := range w.Circuits {
				text += fmt.Sprintf(" %s=%s", c.CID, c.Impact)
				if c.Circuit != nil {
					for _, e := range c.Circuit.Terminations {
						text += "@" + e.Site.Name
					}
				}
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, "; ")
}

// nights is a notice of two nights that hit other circuits, and a spare one.
func nights(zayo models.Provider) models.Notice {
	return with(notice(zayo, "TTN-2", 7, "Z/1"), func(n *models.Notice) {
		second, third := n.Windows[0], n.Windows[0]
		second.Start, second.End = second.Start.AddDate(0, 0, 1), second.End.AddDate(0, 0, 1)
		second.Circuits = []models.NoticeCircuit{{CID: "Z/2", Impact: models.ImpactDegraded}}
		third.Start, third.End, third.Kind = third.Start.AddDate(0, 0, 2), third.End.AddDate(0, 0, 2), models.WindowBackup
		n.Windows = append(n.Windows, second, third)
	})
}

func TestCalendar(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		zayo := provider(t, s, "zayo")
		w.receive(zayo, nights(zayo))
		const z1, z2 = "Z/1=OUTAGE@Paris@Rome", "Z/2=OUTAGE@Rome"
		for name, test := range map[string]struct {
			scope models.Scope
			f     models.CalendarFilter
			want  string
		}{
			"everything":       {models.ScopeAll, models.CalendarFilter{}, "TTN-2/1 " + z1 + "; TTN-2/2 Z/2=DEGRADED@Rome; TTN-2/3 " + z1 + "; L-1/1 L/1=OUTAGE@Rome L/9=OUTAGE; TTN-1/1 " + z1 + " " + z2},
			"nothing":          {models.Scope{}, models.CalendarFilter{}, ""},
			"provider":         {models.ScopeAll, models.CalendarFilter{Providers: []string{"LUMEN"}}, "L-1/1 L/1=OUTAGE@Rome L/9=OUTAGE"},
			"status":           {models.ScopeAll, models.CalendarFilter{Statuses: []models.Status{models.StatusTentative}}, "L-1/1 L/1=OUTAGE@Rome L/9=OUTAGE"},
			"site":             {models.ScopeAll, models.CalendarFilter{Sites: []string{"Paris"}}, "TTN-2/1 " + z1 + "; TTN-2/3 " + z1 + "; TTN-1/1 " + z1},
			"circuit":          {models.ScopeAll, models.CalendarFilter{Circuits: []string{"z/2"}}, "TTN-2/2 Z/2=DEGRADED@Rome; TTN-1/1 " + z2},
			"unknown circuit":  {models.ScopeAll, models.CalendarFilter{Circuits: []string{"l/9"}}, "L-1/1 L/9=OUTAGE"},
			"impact":           {models.ScopeAll, models.CalendarFilter{MinImpact: models.ImpactOutage, Circuits: []string{"Z/2"}}, "TTN-1/1 " + z2},
			"ended":            {models.ScopeAll, models.CalendarFilter{EndAfter: day.AddDate(0, 0, 8).Add(17 * time.Hour)}, "TTN-2/2 Z/2=DEGRADED@Rome; TTN-2/3 " + z1},
			"a site in sight":  {models.Scope{Sites: []string{"Paris"}}, models.CalendarFilter{}, "TTN-2/1 " + z1 + "; TTN-2/3 " + z1 + "; TTN-1/1 " + z1},
			"hidden circuit":   {models.Scope{Sites: []string{"Paris"}}, models.CalendarFilter{Circuits: []string{"Z/2"}}, ""},
			"hidden impact":    {models.Scope{Circuits: []string{w.ids["Z/2"]}}, models.CalendarFilter{MinImpact: models.ImpactOutage}, "TTN-1/1 " + z2},
			"hidden provider":  {models.Scope{Providers: []string{"lumen"}}, models.CalendarFilter{Providers: []string{"zayo"}}, ""},
			"a whole provider": {models.Scope{Providers: []string{"lumen"}}, models.CalendarFilter{}, "L-1/1 L/1=OUTAGE@Rome L/9=OUTAGE"},
		} {
			if diff := cmp.Diff(test.want, shown(t, s, test.scope, test.f)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		items, more, err := s.Calendar(ctx, models.ScopeAll, models.CalendarFilter{Limit: 2})
		if err != nil || !more || len(items) != 2 || items[0].ExternalID != "TTN-2" || items[1].ExternalID != "L-1" {
			t.Errorf("limited: %v %v %v", items, more, err)
		}
		if _, more, err = s.Calendar(ctx, models.ScopeAll, models.CalendarFilter{Limit: 3}); err != nil || more {
			t.Errorf("as many as there are: %v %v", more, err)
		}
	})
}

// TestCalendarOff: what does not take place stays for a while, then goes.
func TestCalendarOff(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.Open(t, url, fixed)
		w := newWorld(t, s)
		zayo, lumen := provider(t, s, "zayo"), provider(t, s, "lumen")
		w.receive(zayo, nights(zayo))
		w.receive(lumen, with(notice(lumen, "L-1", 5, "L/1", "L/9"), func(n *models.Notice) { n.Status = models.StatusCancelled }))
		w.receive(zayo, with(nights(zayo), func(n *models.Notice) { n.Status = models.StatusCompleted }))
		// Only one of two circuits is cancelled.
		w.receive(zayo, with(notice(zayo, "TTN-1", 3, "Z/1"), func(n *models.Notice) { n.Status = models.StatusCancelled }))
		const z1 = "Z/1=OUTAGE@Paris@Rome"
		changed := must(first(s.Calendar(ctx, models.ScopeAll, models.CalendarFilter{})))[0].UpdatedAt
		for name, test := range map[string]struct {
			scope models.Scope
			since time.Time
			want  string
		}{
			"kept":      {models.ScopeAll, changed, "TTN-2/1 " + z1 + "; TTN-2/2 Z/2=DEGRADED@Rome; TTN-2/3 off " + z1 + "; L-1/1 off L/1=OUTAGE@Rome L/9=OUTAGE; TTN-1/1 Z/2=OUTAGE@Rome"},
			"gone":      {models.ScopeAll, changed.Add(time.Second), "TTN-2/1 " + z1 + "; TTN-2/2 Z/2=DEGRADED@Rome; TTN-1/1 Z/2=OUTAGE@Rome"},
			"its part":  {models.Scope{Circuits: []string{w.ids["Z/1"]}}, changed, "TTN-2/1 " + z1 + "; TTN-2/3 off " + z1 + "; TTN-1/1 off"},
			"part gone": {models.Scope{Circuits: []string{w.ids["Z/1"]}}, changed.Add(time.Second), "TTN-2/1 " + z1},
		} {
			if diff := cmp.Diff(test.want, shown(t, s, test.scope, models.CalendarFilter{OffSince: test.since})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

func first[T, U any](v T, _ U, err error) (T, error) { return v, err }
