package evaluate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// SiteLine is a site that maintenances together left with too few circuits.
type SiteLine struct {
	Site     string
	Circuits int // in service there
	Times    int // how often
	Isolated int // of them, with no circuit left
	Latest   []SiteTime
}

// SiteTime is one time at which maintenances fell together at a site.
type SiteTime struct {
	Start, End   time.Time
	Severity     models.Severity
	Maintenances []string // names
}

// siteLines finds what fell together, over the whole time that the mails speak
// of. A completed maintenance took place and counts; a cancelled one did not.
func siteLines(in Input) []SiteLine {
	impairments, names := map[string][]models.Impairment{}, map[string]string{}
	for _, m := range in.Records {
		names[m.ID] = m.Name
		for _, i := range models.Impairments(tookPlace(m.Maintenance), time.Unix(0, 0), models.PhaseRules{}) {
			impairments[i.CircuitID] = append(impairments[i.CircuitID], i)
		}
	}
	bySite := map[string][]string{}
	for _, c := range in.Circuits {
		if slices.Contains(models.OutOfService, strings.ToLower(c.Status)) {
			continue
		}
		for _, t := range c.Terminations {
			if name := t.Site.Name; name != "" && !slices.Contains(bySite[name], c.ID) {
				bySite[name] = append(bySite[name], c.ID)
			}
		}
	}
	var all []SiteLine
	for _, site := range sortedKeys(bySite) {
		if l := siteLine(site, bySite[site], impairments, names); l.Times > 0 {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b SiteLine) int {
		return cmp.Or(cmp.Compare(b.Isolated, a.Isolated), cmp.Compare(b.Times, a.Times))
	})
	return all[:min(len(all), maxSites)]
}

func siteLine(site string, circuits []string, impairments map[string][]models.Impairment, names map[string]string) SiteLine {
	l := SiteLine{Site: site, Circuits: len(circuits)}
	var all []models.Impairment
	for _, c := range circuits {
		all = append(all, impairments[c]...)
	}
	slices.Sort(circuits)
	for _, run := range models.Runs(models.Exposures(models.Protected{Circuits: circuits, MinUp: 1}, all)) {
		at := SiteTime{Start: run[0].Start, End: run[len(run)-1].End}
		for _, e := range run {
			if e.Severity.Worse(at.Severity) {
				at.Severity = e.Severity
			}
			for _, id := range e.Maintenances {
				if !slices.Contains(at.Maintenances, names[id]) {
					at.Maintenances = append(at.Maintenances, names[id])
				}
			}
		}
		l.Times++
		if at.Severity == models.SeverityIsolated {
			l.Isolated++
		}
		l.Latest = append(l.Latest, at)
	}
	slices.SortStableFunc(l.Latest, func(a, b SiteTime) int { return b.Start.Compare(a.Start) })
	l.Latest = l.Latest[:min(len(l.Latest), maxTimes)]
	return l
}

// tookPlace gives a record as it stood before its completion was told, which
// is when it counted.
func tookPlace(m models.Maintenance) models.Maintenance {
	if m.Status == models.StatusCompleted {
		m.Status = models.StatusConfirmed
	}
	m.Windows = slices.Clone(m.Windows)
	for i := range m.Windows {
		if m.Windows[i].Status == models.StatusCompleted {
			m.Windows[i].Status = models.StatusConfirmed
		}
	}
	return m
}
