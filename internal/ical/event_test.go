package ical_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lineman/internal/ical"
	"lineman/models"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func feed(t *testing.T, m models.CalendarItem) []string {
	t.Helper()
	return unfold(t, string(ical.Feed{Name: "x", Refresh: time.Hour}.Write([]models.CalendarItem{m})))
}

func small(change func(*models.CalendarItem)) models.CalendarItem {
	m := models.CalendarItem{Shown: []models.CalendarWindow{{Window: models.Window{Ordinal: 1, Kind: models.WindowPrimary, Start: noon, End: noon.Add(time.Hour)}}}}
	m.ID, m.ExternalID, m.ProviderName, m.ProviderSlug, m.Status, m.UpdatedAt = "id", "TTN-1", "Zayo", "zayo", models.StatusConfirmed, noon
	change(&m)
	return m
}

// property gives the lines of a property.
func property(lines []string, name string) (found []string) {
	for _, l := range lines {
		if strings.HasPrefix(l, name+":") || strings.HasPrefix(l, name+";") {
			found = append(found, l)
		}
	}
	return found
}

// Only what is an address is named as one.
func TestOrganizer(t *testing.T) {
	for organizer, want := range map[string]string{
		"noc@carrier.example": "ORGANIZER;CN=Zayo:mailto:noc@carrier.example", "MAILTO:noc@carrier.example": "ORGANIZER;CN=Zayo:mailto:noc@carrier.example",
		" noc@carrier.example ": "ORGANIZER;CN=Zayo:mailto:noc@carrier.example",
		"":                      "", "The NOC": "", "noc@": "", "@carrier.example": "", "noc@carrier.example\r\nATTENDEE:x@y": "", "a b@c": "", "javascript:x@y": "",
		"noc\u202E@carrier.example": "", "x@" + strings.Repeat("y", 300): "",
	} {
		got := strings.Join(property(feed(t, small(func(m *models.CalendarItem) { m.Organizer = organizer })), "ORGANIZER"), "|")
		if got != want {
			t.Errorf("%.40q: %q, want %q", organizer, got, want)
		}
	}
}

func TestStatusOfEvents(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*models.CalendarItem)
		want   string // STATUS, TRANSP, start of SUMMARY
	}{
		"planned":   {func(*models.CalendarItem) {}, "CONFIRMED OPAQUE Zayo TTN-1"},
		"tentative": {func(m *models.CalendarItem) { m.Status = models.StatusTentative }, "TENTATIVE OPAQUE Zayo TTN-1"},
		"unknown":   {func(m *models.CalendarItem) { m.Status = models.StatusUnknown }, "TENTATIVE OPAQUE Zayo TTN-1"},
		"completed": {func(m *models.CalendarItem) { m.Status = models.StatusCompleted }, "CONFIRMED OPAQUE Zayo TTN-1"},
		"cancelled": {func(m *models.CalendarItem) { m.Shown[0].Off = true }, "CANCELLED TRANSPARENT Cancelled: Zayo TTN-1"},
		"spare":     {func(m *models.CalendarItem) { m.Shown[0].Kind = models.WindowBackup }, "TENTATIVE OPAQUE Backup: Zayo TTN-1"},
		"called":    {func(m *models.CalendarItem) { m.Shown[0].Kind, m.Shown[0].Called = models.WindowBackup, true }, "CONFIRMED OPAQUE Zayo TTN-1"},
		"not needed": {func(m *models.CalendarItem) {
			m.Status, m.Shown[0].Kind, m.Shown[0].Off = models.StatusCompleted, models.WindowBackup, true
		}, "CANCELLED TRANSPARENT Not needed: Zayo TTN-1"},
	} {
		lines := feed(t, small(test.change))
		var got []string
		for _, p := range []string{"STATUS", "TRANSP", "SUMMARY"} {
			_, value, _ := strings.Cut(strings.Join(property(lines, p), "|"), ":")
			got = append(got, value)
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s: %q, want %q", name, text, test.want)
		}
	}
}

// An event stays small whatever its notice said, and the worst circuits stay.
func TestLimitsOfAnEvent(t *testing.T) {
	m := small(func(m *models.CalendarItem) {
		m.Summary, m.ExternalID, m.ProviderName = strings.Repeat("ü", 1<<20), strings.Repeat("9", 1<<20), strings.Repeat("🛠", 1<<16)
		m.Accounts = []string{strings.Repeat("a", 1<<16)}
		for i := range 100_000 {
			c := models.CircuitImpact{CID: fmt.Sprintf("C/%d", i), Impact: models.ImpactNone, Circuit: &models.Circuit{Terminations: []models.Termination{{Site: models.Site{Name: fmt.Sprintf("Site %d", i)}}}}}
			if i == 99_999 {
				c.CID, c.Impact = strings.Repeat("x", 1<<16), models.ImpactOutage
			}
			m.Shown[0].Circuits = append(m.Shown[0].Circuits, c)
		}
	})
	text := ical.Feed{Name: "x", Refresh: time.Hour}.Write([]models.CalendarItem{m})
	if len(text) > 100_000 {
		t.Errorf("%d bytes", len(text))
	}
	lines := unfold(t, string(text))
	objects := property(lines, "X-MAINTNOTE-OBJECT-ID")
	if len(objects) != 500 || !strings.HasPrefix(objects[0], "X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:xxx") {
		t.Errorf("%d circuits, first %.80s", len(objects), objects[0])
	}
	if about := property(lines, "DESCRIPTION"); !strings.HasSuffix(about[0], `\nand 99950 circuits more`) {
		t.Errorf("description …%s", about[0][len(about[0])-40:])
	}
	if impact := property(lines, "X-MAINTNOTE-IMPACT"); impact[0] != "X-MAINTNOTE-IMPACT:OUTAGE" {
		t.Errorf("impact %s", impact[0])
	}
}

// TestPendingWindows holds that both the old and the new window are marked
// while a notice waits for a person, and that nobody is invited to the new one.
func TestPendingWindows(t *testing.T) {
	w := models.Window{Ordinal: 1, Kind: models.WindowPrimary, Status: models.StatusConfirmed, Start: noon, End: noon.Add(time.Hour)}
	old := models.PendingWindow{Ordinal: 1, Kind: w.Kind, Status: w.Status, Start: w.Start, End: w.End}
	moved := old
	moved.Start, moved.End = noon.Add(24*time.Hour), noon.Add(25*time.Hour)
	item := small(func(*models.CalendarItem) {}).MaintenanceItem
	item.Windows = []models.Window{w}
	item.Pending = []models.Pending{{
		NoticeID: "n1", Was: models.StatusConfirmed, Before: []models.PendingWindow{old}, Status: models.StatusRescheduled, Windows: []models.PendingWindow{moved},
	}}
	shown := models.CalendarItem{MaintenanceItem: item, Shown: []models.CalendarWindow{{Window: w}}}
	shown.MarkPending()
	lines := feed(t, shown)
	for name, want := range map[string]string{
		"SUMMARY": "SUMMARY:PENDING: Zayo TTN-1|SUMMARY:PENDING: Zayo TTN-1",
		"UID":     "UID:id-primary-1@lineman|UID:id-pending-n1-primary-1@lineman",
		"STATUS":  "STATUS:CONFIRMED|STATUS:TENTATIVE",
		"DTSTART": "DTSTART:20260302T120000Z|DTSTART:20260303T120000Z",
	} {
		if got := strings.Join(property(lines, name), "|"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if text := strings.Join(property(lines, "DESCRIPTION"), "|"); strings.Count(text, "waits for a person: CONFIRMED to RE-SCHEDULED") != 2 || strings.Count(text, "as it would be") != 1 {
		t.Errorf("%s", text)
	}
	if invited := ical.ItemOf(item); len(invited.Shown) != 1 || invited.Shown[0].Pending == "" {
		t.Errorf("invited to %+v", invited.Shown)
	}
	item.Pending[0].Status = models.StatusCancelled
	if cancelled := ical.ItemOf(item); cancelled.Shown[0].Pending != "CONFIRMED to CANCELLED" {
		t.Errorf("%+v", cancelled.Shown)
	}
}
