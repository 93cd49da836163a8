package ical

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// The limits of one event: calendars refuse what is much larger.
const (
	maxSummary  = 500 // characters
	maxProvider = 100
	maxObjects  = 500 // circuits; the worst ones
	maxListed   = 50  // of them, in the text that people read
	maxSites    = 10
)

// UID is the identity of a window in every calendar: it stays the same
// whatever else changes.
func UID(maintenanceID string, w models.Window) string {
	return fmt.Sprintf("%s-%s-%d@lineman", maintenanceID, w.Kind, w.Ordinal)
}

// uid is the identity of a window; one that there would be if a notice that
// waits were accepted has its own.
func uid(maintenanceID string, win models.CalendarWindow) string {
	if win.Notice != "" {
		return fmt.Sprintf("%s-pending-%s-%s-%d@lineman", maintenanceID, win.Notice, win.Kind, win.Ordinal)
	}
	return UID(maintenanceID, win.Window)
}

// Event writes one window as a VEVENT: its stored revision is the SEQUENCE,
// its last change the DTSTAMP. A spare window is tentative until a notice calls
// it. One that does not take place is cancelled, says so in its title and
// takes no time.
func Event(w *Writer, m models.CalendarItem, win models.CalendarWindow) {
	event(w, m, win, func() { organizer(w, m) })
}

// event writes a VEVENT, and by a function whose it is.
func event(w *Writer, m models.CalendarItem, win models.CalendarWindow, people func()) {
	w.Begin("VEVENT")
	w.Text("UID", uid(m.ID, win))
	w.Time("DTSTAMP", m.UpdatedAt)
	w.Time("LAST-MODIFIED", m.UpdatedAt)
	w.Number("SEQUENCE", m.Revision)
	w.Time("DTSTART", win.Start)
	if win.End.Truncate(time.Second).After(win.Start) { // an event ends after it starts, or has no end
		w.Time("DTEND", win.End)
	}
	w.Text("SUMMARY", title(m, win))
	w.Text("DESCRIPTION", description(m, win))
	if sites := siteNames(win.Circuits); len(sites) > 0 {
		w.Text("LOCATION", cut(strings.Join(sites, ", "), maxSummary))
	}
	people()
	w.Value("STATUS", status(m.Status, win))
	w.Value("TRANSP", transparency(win))
	notice(w, m, win)
	w.End("VEVENT")
}

func status(of models.Status, win models.CalendarWindow) string {
	switch {
	case win.Off:
		return "CANCELLED"
	case spare(win), win.Notice != "", of == models.StatusTentative, of == models.StatusUnknown:
		return "TENTATIVE"
	}
	return "CONFIRMED"
}

func spare(win models.CalendarWindow) bool { return win.Kind == models.WindowBackup && !win.Called }

// transparency says whether the window takes time in a calendar.
func transparency(win models.CalendarWindow) string {
	if win.Off {
		return "TRANSPARENT"
	}
	return "OPAQUE"
}

func title(m models.CalendarItem, win models.CalendarWindow) string {
	prefix := ""
	switch {
	case win.Off && spare(win) && m.Status == models.StatusCompleted:
		prefix = "Not needed: "
	case win.Off:
		prefix = "Cancelled: "
	case spare(win):
		prefix = "Backup: "
	}
	if win.Pending != "" {
		prefix = "PENDING: " + prefix
	}
	text := prefix + strings.TrimSpace(cut(oneLine(m.ProviderName), maxProvider)+" "+cut(oneLine(m.ExternalID), maxProvider))
	if worst := worstOf(win.Circuits); worst != "" {
		text += " " + string(worst)
	}
	if m.Summary != "" {
		text += ": " + oneLine(m.Summary)
	}
	return cut(text, maxSummary)
}

func description(m models.CalendarItem, win models.CalendarWindow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nStatus: %s", cut(oneLine(m.Name), maxProvider), m.Status)
	if win.Status != "" && win.Status != m.Status {
		fmt.Fprintf(&b, " (this window: %s)", win.Status)
	}
	if win.Pending != "" {
		fmt.Fprintf(&b, "\nPENDING: a notice whose sender is in doubt waits for a person: %s", cut(oneLine(win.Pending), maxSummary))
	}
	if win.Notice != "" {
		b.WriteString("\nThis is the window as it would be.")
	}
	if spare(win) {
		b.WriteString("\nA spare window: used only if the work is not done before.")
	}
	for i, c := range win.Circuits {
		if i == maxListed {
			fmt.Fprintf(&b, "\nand %d circuits more", len(win.Circuits)-i)
			break
		}
		fmt.Fprintf(&b, "\n%s: %s", cut(oneLine(c.CID), maxProvider), c.Impact)
		if sites := siteNames(win.Circuits[i : i+1]); len(sites) > 0 {
			fmt.Fprintf(&b, " (%s)", cut(strings.Join(sites, " – "), maxProvider))
		}
	}
	return b.String()
}

// organizer names who sent the notice, where that is an address.
func organizer(w *Writer, m models.CalendarItem) {
	address := strings.TrimSpace(m.Organizer)
	if n := len("mailto:"); len(address) > n && strings.EqualFold(address[:n], "mailto:") {
		address = address[n:]
	}
	local, domain, found := strings.Cut(address, "@")
	if !found || local == "" || domain == "" || len(address) > 254 || strings.ContainsAny(address, " \t\r\n<>\",;:\\") || Clean(address) != address {
		return
	}
	w.Value("ORGANIZER", "mailto:"+address, Param{"CN", cut(m.ProviderName, maxProvider)})
}

// notice writes the properties of the maintenance notice standard.
func notice(w *Writer, m models.CalendarItem, win models.CalendarWindow) {
	if m.ProviderSlug != "" {
		w.Text("X-MAINTNOTE-PROVIDER", m.ProviderSlug)
	}
	if len(m.Accounts) > 0 {
		w.Text("X-MAINTNOTE-ACCOUNT", cut(strings.Join(m.Accounts, ", "), maxSummary))
	}
	w.Text("X-MAINTNOTE-MAINTENANCE-ID", cut(m.ExternalID, maxSummary))
	for _, c := range worstFirst(win.Circuits) {
		w.Text("X-MAINTNOTE-OBJECT-ID", cut(c.CID, maxSummary), Param{"X-MAINTNOTE-OBJECT-IMPACT", string(c.Impact)})
	}
	if worst := worstOf(win.Circuits); worst != "" {
		w.Text("X-MAINTNOTE-IMPACT", string(worst))
	}
	switch status := cancelled(m.Status, win); status {
	case "", models.StatusUnknown, models.StatusNoChange: // the standard has no word for it
	default:
		w.Text("X-MAINTNOTE-STATUS", string(status))
	}
}

// cancelled is the status of a window in the words of the standard.
func cancelled(of models.Status, win models.CalendarWindow) models.Status {
	switch {
	case win.Off:
		return models.StatusCancelled
	case win.Status != "":
		return win.Status
	}
	return of
}

// worstFirst gives at most maxObjects circuits, in their order where all have
// room.
func worstFirst(circuits []models.CircuitImpact) []models.CircuitImpact {
	if len(circuits) <= maxObjects {
		return circuits
	}
	list := slices.Clone(circuits)
	slices.SortStableFunc(list, func(a, b models.CircuitImpact) int {
		switch {
		case a.Impact.Worse(b.Impact):
			return -1
		case b.Impact.Worse(a.Impact):
			return 1
		}
		return 0
	})
	return list[:maxObjects]
}

func worstOf(circuits []models.CircuitImpact) models.Impact {
	var worst models.Impact
	for _, c := range circuits {
		if c.Impact.Worse(worst) {
			worst = c.Impact
		}
	}
	return worst
}

// siteNames gives the sites where circuits end, each once, some at most.
func siteNames(circuits []models.CircuitImpact) []string {
	var names []string
	for _, c := range circuits {
		if c.Circuit == nil {
			continue
		}
		for _, t := range c.Circuit.Terminations {
			name := oneLine(t.Site.Name)
			if name == "" || slices.Contains(names, name) {
				continue
			}
			if len(names) == maxSites {
				return append(names, "…")
			}
			names = append(names, name)
		}
	}
	return names
}

// cut shortens a text to a number of characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
