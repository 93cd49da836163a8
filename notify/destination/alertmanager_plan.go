package destination

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"lineman/models"
)

// maxAlternatives bounds how many values are put into one matcher.
const maxAlternatives = 100

// wanted are the silences that a maintenance should have: for each window that
// takes place and is not over, those of the circuits that it does something to.
// A maintenance whose sender is in doubt has none.
// A circuit that the inventory does not know, or that is not impacted, has
// none, and neither has an end of it about which something that the matchers
// need is not known.
func (a *alertmanager) wanted(m *models.MaintenanceItem, now time.Time) []Silence {
	if m == nil || m.Deleted || m.MergedInto != "" || m.Trust.Doubtful() || !slices.Contains(a.statuses, m.Status) {
		return nil
	}
	var all []Silence
	for _, w := range m.Windows {
		if w.Off(m.Status) || w.Status.Closed() || w.Kind == models.WindowBackup && !w.Called || !w.End.After(w.Start) {
			continue
		}
		start, end := w.Start.Add(-a.before).UTC(), w.End.Add(a.after).UTC()
		if !end.After(now) {
			continue
		}
		for _, group := range a.groups(*m, w) {
			all = append(all, Silence{
				Maintenance: m.Name, Window: w.Ordinal, Start: start, End: end, Matchers: group.matchers, Circuits: group.circuits,
				key: silenceKey(m.ID, w.Ordinal),
			})
		}
	}
	return all
}

func silenceKey(id string, window int) string { return fmt.Sprintf("lineman:%s:%d", id, window) }

// group is what one silence covers.
type group struct {
	matchers string
	circuits []string
}

// groups renders the matchers for each end of each circuit, and puts those
// together that differ in the last matcher alone.
func (a *alertmanager) groups(m models.MaintenanceItem, w models.Window) []group {
	type line struct {
		matchers labels.Matchers
		circuit  string
	}
	byFront := map[string][]line{}
	for _, hit := range models.HitsOf(w, m.Circuits) {
		if hit.Circuit == nil || hit.CircuitID == "" || !hit.Impact.Worse(models.ImpactNone) {
			continue
		}
		for _, end := range endsOf(m, *hit.Circuit) {
			matchers, fits := a.pattern.render(end)
			if !fits {
				continue
			}
			front := matcherText(matchers[:len(matchers)-1])
			byFront[front] = append(byFront[front], line{matchers, hit.Circuit.CID})
		}
	}
	var all []group
	for _, lines := range byFront {
		slices.SortFunc(lines, func(a, b line) int {
			return cmp.Or(strings.Compare(a.matchers[len(a.matchers)-1].Value, b.matchers[len(b.matchers)-1].Value), strings.Compare(a.circuit, b.circuit))
		})
		for part := range slices.Chunk(lines, maxAlternatives) {
			var last []*labels.Matcher
			g := group{}
			for _, l := range part {
				last = append(last, l.matchers[len(l.matchers)-1])
				g.circuits = append(g.circuits, l.circuit)
			}
			front := slices.Clone(part[0].matchers[:len(part[0].matchers)-1])
			g.matchers = matcherText(append(front, either(last)))
			slices.Sort(g.circuits)
			g.circuits = slices.Compact(g.circuits)
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b group) int { return strings.Compare(a.matchers, b.matchers) })
	return all
}

// endsOf is what matchers are rendered from: one for each end of a circuit.
// What is not known is not in it.
func endsOf(m models.MaintenanceItem, c models.Circuit) []map[string]string {
	circuit := map[string]string{
		"Circuit": c.CID, "Provider": m.ProviderSlug, "Type": c.Type, "Tenant": c.Tenant, "Maintenance": m.Name,
	}
	var all []map[string]string
	for _, t := range c.Terminations {
		end := map[string]string{"Site": t.Site.Name, "Region": t.Site.Region, "Device": t.Device, "Interface": t.Interface, "Side": t.Side}
		for k, v := range circuit {
			end[k] = v
		}
		all = append(all, end)
	}
	if len(all) == 0 {
		all = append(all, circuit)
	}
	for _, end := range all {
		for k, v := range end {
			if strings.TrimSpace(v) == "" {
				delete(end, k)
			}
		}
	}
	return all
}
