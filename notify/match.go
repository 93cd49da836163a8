package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/models"
)

// face is one circuit with what a filter can ask of it. What is about no
// circuit has one face without a CID.
type face struct {
	provider string
	cids     []string // keys: as listed, and as the inventory has it
	kind     string
	sites    []string
	tenants  []string
	tags     []string
	impact   models.Impact
	any      bool // nothing is known of circuits
}

// Match says whether a rule wants to be told of an item, and if not why, in
// words that follow "not told:". Told: the rule was told of the same record
// before. Whoever was told of a record is told as well when it is gone, and when
// what happens to it takes it out of the filter: else they would go on to expect
// what does not come.
func Match(r models.Rule, i Item, told bool, now time.Time) (bool, string) {
	if r.Asleep != "" {
		return false, r.Asleep
	}
	if r.MutedUntil.After(now) {
		return false, "the rule is muted until " + r.MutedUntil.UTC().Format(stamp)
	}
	if ok, why := matchKind(r, i.Event); !ok {
		return false, why
	}
	switch {
	case i.Event.Kind == models.EventDigest:
		return true, ""
	case i.Event.MaintenanceID != "" && i.Maintenance == nil:
		if told && (r.Scope.All || i.Left) {
			return true, ""
		}
		return false, "the maintenance is outside of the rule's scope, or gone"
	case i.Event.FindingID != "" && i.Finding == nil:
		return false, "the finding is outside of the rule's scope"
	case i.Maintenance == nil && i.Finding == nil && !r.Scope.All:
		return false, "mail and sources are shown to nobody whose scope is narrowed"
	}
	if i.Event.Kind == models.EventReminder {
		for _, lead := range r.Reminders {
			if lead < i.Event.Lead && !i.Event.Window.Add(-lead).After(now) {
				return false, fmt.Sprintf("the reminder %s before is due as well", span(lead))
			}
		}
	}
	ok, why := matchFilter(r.Filter, i, now)
	if !ok && told && follows(r.Filter, i) {
		return true, ""
	}
	return ok, why
}

// follows reports whether an event may have taken its record out of a filter
// that it was in before.
func follows(f models.RuleFilter, i Item) bool {
	if !i.Event.Is(models.EventChanged, models.EventRescheduled, models.EventCancelled, models.EventCompleted) || i.Maintenance == nil {
		return false
	}
	return len(f.Providers) == 0 || shares(f.Providers, []string{i.Maintenance.ProviderSlug})
}

const stamp = "2006-01-02 15:04 UTC"

func matchKind(r models.Rule, e models.Event) (bool, string) {
	switch e.Kind {
	case models.EventDigest:
		return e.Source == r.ID, "it is the digest of another rule"
	case models.EventReminder:
		if !slices.Contains(r.Reminders, e.Lead) {
			return false, fmt.Sprintf("the rule has no reminder %s before", span(e.Lead))
		}
	}
	if len(r.Filter.Kinds) > 0 && !e.Is(r.Filter.Kinds...) {
		return false, fmt.Sprintf("the rule does not ask for %s", e.Kind)
	}
	return true, ""
}

func matchFilter(f models.RuleFilter, i Item, now time.Time) (bool, string) {
	if m := i.Maintenance; m != nil {
		switch {
		case len(f.Statuses) > 0 && !slices.Contains(f.Statuses, m.Status):
			return false, fmt.Sprintf("its status is %s", m.Status)
		case len(f.Phases) > 0 && !slices.Contains(f.Phases, i.Phase):
			return false, fmt.Sprintf("its phase is %s", i.Phase)
		case f.LeadTime > 0 && next(m.Maintenance, now).Sub(now) > f.LeadTime:
			return false, fmt.Sprintf("it starts later than %s from now", span(f.LeadTime))
		}
	} else if len(f.Statuses) > 0 || len(f.Phases) > 0 {
		return false, "the rule asks for maintenances by status or phase"
	}
	all := faces(i)
	for _, c := range checks(f) {
		kept := slices.DeleteFunc(slices.Clone(all), func(v face) bool { return !c.fits(v) })
		if len(kept) == 0 {
			return false, c.why
		}
		all = kept // the next ones ask of the same circuits
	}
	return true, ""
}

// check is one field of a filter.
type check struct {
	fits func(face) bool
	why  string
}

func checks(f models.RuleFilter) []check {
	var all []check
	add := func(wanted int, why string, fits func(face) bool) {
		if wanted > 0 {
			all = append(all, check{fits, why})
		}
	}
	add(len(f.Providers), "its provider is another", func(v face) bool { return shares(f.Providers, []string{v.provider}) })
	add(len(f.Circuits), "it lists none of the rule's circuits", func(v face) bool { return shares(keys(f.Circuits), v.cids) })
	add(len(f.Sites), "none of its circuits ends at the rule's sites", func(v face) bool { return shares(f.Sites, v.sites) })
	add(len(f.CircuitTypes), "none of those circuits is of the rule's types", func(v face) bool { return shares(f.CircuitTypes, []string{v.kind}) })
	add(len(f.Tenants), "none of those circuits is of the rule's tenants", func(v face) bool { return shares(f.Tenants, v.tenants) })
	add(len(f.Tags), "nothing of it has one of the rule's tags", func(v face) bool { return shares(f.Tags, v.tags) })
	add(len(f.MinImpact), fmt.Sprintf("no impact on those circuits is %s or worse", f.MinImpact), func(v face) bool {
		return v.any || v.impact == "" || !f.MinImpact.Worse(v.impact)
	})
	return all
}

// shares reports whether two lists have a word in common, without regard to
// case.
func shares(a, b []string) bool {
	return slices.ContainsFunc(b, func(v string) bool {
		return v != "" && slices.ContainsFunc(a, func(w string) bool { return strings.EqualFold(v, w) })
	})
}

func keys(cids []string) []string {
	all := make([]string, len(cids))
	for i, c := range cids {
		all[i] = models.CIDKey(c)
	}
	return all
}

func faces(i Item) []face {
	switch {
	case i.Maintenance != nil:
		return maintenanceFaces(i.Maintenance)
	case i.Finding != nil:
		return findingFaces(i.Finding)
	case i.Mail != nil:
		return []face{{provider: i.Mail.Provider, impact: models.ImpactNone}}
	}
	return []face{{provider: i.Event.Provider, impact: models.ImpactNone}}
}

// maintenanceFaces leaves out circuits that a partial cancellation took out,
// unless all of them are.
func maintenanceFaces(m *models.MaintenanceItem) []face {
	listed := slices.DeleteFunc(slices.Clone(m.Circuits), func(c models.CircuitImpact) bool { return c.Cancelled })
	if len(listed) == 0 {
		listed = m.Circuits
	}
	var all []face
	for _, c := range listed {
		v := face{provider: m.ProviderSlug, cids: []string{models.CIDKey(c.CID)}, impact: c.Impact}
		if c.Circuit != nil {
			v = v.of(*c.Circuit)
		}
		all = append(all, v)
	}
	if len(all) == 0 { // a notice without circuits is the dangerous kind
		all = []face{{provider: m.ProviderSlug, any: true}}
	}
	return all
}

func findingFaces(f *models.FindingItem) []face {
	var all []face
	for _, c := range f.Members {
		v := face{provider: c.Provider.Slug, any: true}.of(c)
		if f.Subject.Kind == models.SubjectSite {
			v.sites = append(v.sites, f.Subject.Name)
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		all = []face{{any: true, sites: []string{f.Subject.Name}}}
	}
	return all
}

// of adds what the inventory says of a circuit.
func (v face) of(c models.Circuit) face {
	v.cids = append(v.cids, models.CIDKey(c.CID))
	v.kind = c.Type
	v.tenants = append(v.tenants, c.Tenant, c.Provider.Tenant)
	v.tags = append(append(v.tags, c.Tags...), c.Provider.Tags...)
	for _, t := range c.Terminations {
		v.sites = append(v.sites, t.Site.Name)
		v.tenants = append(v.tenants, t.Site.Tenant)
		v.tags = append(v.tags, t.Site.Tags...)
	}
	return v
}

// next is the start of the window that runs or comes next, else of the first.
func next(m models.Maintenance, now time.Time) time.Time {
	var best time.Time
	for _, w := range m.Windows {
		if w.Working() && w.End.After(now) && (best.IsZero() || w.Start.Before(best)) {
			best = w.Start
		}
	}
	if best.IsZero() {
		return m.Start()
	}
	return best
}

// Urgent reports whether an item passes the quiet hours and digests of a rule:
// a change or cancellation shortly before the start or while it runs, an
// isolation, an overrun that is an outage, and what the rule names.
func Urgent(r models.Rule, i Item, now time.Time) bool {
	if r.Urgent.Never || !i.Event.Cause.News() {
		return false
	}
	if i.Event.Is(r.Urgent.Kinds...) {
		return true
	}
	within := r.Urgent.Within
	if within == 0 {
		within = models.DefaultUrgentWithin
	}
	if i.Event.Is(models.EventPending) && pendingSoon(i.Maintenance, max(r.Urgent.Within, models.PendingUrgentWithin), now) {
		return true
	}
	switch i.Event.Kind {
	case models.EventNew, models.EventChanged, models.EventRescheduled, models.EventCancelled, models.EventConflict:
		return soon(i, within, now)
	case models.EventOverlapFound, models.EventOverlapWorse:
		return i.Event.Severity == models.SeverityIsolated
	case models.EventOverrun:
		return i.Maintenance != nil && i.Maintenance.WorstImpact() == models.ImpactOutage
	}
	return false
}

// pendingSoon reports whether a window of a maintenance of which something
// waits for a person runs or starts within a time: as it is, or as it would be.
func pendingSoon(m *models.MaintenanceItem, within time.Duration, now time.Time) bool {
	if m == nil {
		return false
	}
	for _, p := range m.Pending {
		for _, w := range append(p.Old(), p.New()...) {
			if w.End.After(now) && w.Start.Sub(now) < within {
				return true
			}
		}
	}
	return false
}

// soon reports whether a window of a maintenance runs or starts within a time:
// as it is now, or as it was before the change.
func soon(i Item, within time.Duration, now time.Time) bool {
	close := func(start, end time.Time) bool { return end.After(now) && start.Sub(now) < within }
	if i.Maintenance == nil {
		return close(i.Event.Window, i.Event.Ends)
	}
	for _, w := range i.Maintenance.Windows {
		if (w.Kind != models.WindowBackup || w.Called) && close(w.Start, w.End) {
			return true
		}
	}
	for _, c := range i.Event.Changes {
		if strings.HasSuffix(c.Field, "].start") {
			if old, err := time.Parse(time.RFC3339, c.Old); err == nil && old.After(now) && old.Sub(now) < within {
				return true
			}
		}
	}
	return false
}
