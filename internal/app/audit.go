package app

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"lineman/internal/audit"
	"lineman/internal/jobs"
	"lineman/models"
	"lineman/parsers"
)

// AuditOptions say what is to be proved.
type AuditOptions struct {
	Circuit  string // CID or alias
	Provider string // slug; empty: any
	From     string // a day in the zone of display.time_zone, or an instant of RFC 3339
	To       string // likewise, the day as a whole; empty: now
}

// Audit collects what lineman knows of a circuit in a time: mail that was
// received in it, and mail of any time whose maintenance lies in it. An
// InputError names the flag that is off.
func (a *App) Audit(ctx context.Context, o AuditOptions) (audit.Dossier, error) {
	now := a.Now().UTC()
	from, to, err := a.auditTime(o, now)
	if err != nil {
		return audit.Dossier{}, err
	}
	circuit, err := a.auditCircuit(ctx, o)
	if err != nil {
		return audit.Dossier{}, err
	}
	d := &dossier{App: a, circuit: circuit, Dossier: audit.Dossier{
		Circuit: circuit.CID, Provider: circuit.Provider.Slug, Names: []string{circuit.CID}, From: from, To: to, Made: now,
	}}
	for _, collect := range []func(context.Context) error{d.names, d.polls, d.records, d.search, d.changes, d.ledger} {
		if err := collect(ctx); err != nil {
			return audit.Dossier{}, err
		}
	}
	return d.finish(), nil
}

// WriteAudit writes a dossier with its mails as a ZIP file.
func (a *App) WriteAudit(ctx context.Context, d audit.Dossier, out io.Writer) error {
	return d.WriteZip(out, func(id string) ([]byte, error) {
		raws, err := a.store.Raws(ctx, []string{id})
		if err != nil || len(raws) == 0 {
			return nil, err
		}
		return raws[0].Raw, nil
	})
}

// auditTime reads the two ends.
func (a *App) auditTime(o AuditOptions, now time.Time) (from, to time.Time, err error) {
	if o.From == "" {
		return from, to, models.Invalid("--from", "is missing; give the first day, for example 2026-01-31")
	}
	read := func(flag, text string, days int) (time.Time, error) {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t.UTC(), nil
		}
		t, err := time.ParseInLocation(time.DateOnly, text, a.location)
		if err != nil {
			return t, models.Invalid(flag, "%q is neither a day nor an instant; write 2026-01-31 or 2026-01-31T22:00:00Z", text)
		}
		return t.AddDate(0, 0, days).UTC(), nil
	}
	if from, err = read("--from", o.From, 0); err != nil {
		return from, to, err
	}
	to = now
	if o.To != "" {
		if to, err = read("--to", o.To, 1); err != nil {
			return from, to, err
		}
	}
	switch {
	case from.After(now):
		return from, to, models.Invalid("--from", "%s is yet to come; give a time that has passed", o.From)
	case !from.Before(to):
		return from, to, models.Invalid("--to", "%s is before --from %s; turn them round", o.To, o.From)
	}
	return from, to, nil
}

// auditCircuit finds the one circuit that is meant.
func (a *App) auditCircuit(ctx context.Context, o AuditOptions) (models.Circuit, error) {
	f := models.CircuitFilter{Named: o.Circuit, Page: models.Page{Limit: 20}}
	if o.Provider != "" {
		f.Providers = []string{o.Provider}
	}
	if strings.TrimSpace(o.Circuit) == "" {
		return models.Circuit{}, models.Invalid("--circuit", "is missing; give the id of a circuit, as lineman circuits export lists it")
	}
	all, _, err := a.store.Circuits(ctx, models.ScopeAll, f)
	if err != nil {
		return models.Circuit{}, err
	}
	exact := slices.DeleteFunc(slices.Clone(all), func(c models.Circuit) bool { return models.CIDKey(c.CID) != models.CIDKey(o.Circuit) })
	switch {
	case len(all) == 0 && o.Provider != "":
		return models.Circuit{}, models.Invalid("--circuit", "provider %q has no circuit called %q; lineman circuits export lists them", o.Provider, o.Circuit)
	case len(all) == 0:
		return models.Circuit{}, models.Invalid("--circuit", "no circuit is called %q; lineman circuits export lists them", o.Circuit)
	case len(all) == 1:
		return all[0], nil
	case len(exact) == 1:
		return exact[0], nil
	}
	var slugs []string
	for _, c := range all {
		slugs = append(slugs, c.Provider.Slug+" "+c.CID)
	}
	return models.Circuit{}, models.Invalid("--provider", "%q is several circuits (%s); name the provider, and the id of the circuit instead of an alias", o.Circuit, strings.Join(slugs, ", "))
}

// dossier is an audit that is being collected.
type dossier struct {
	*App
	audit.Dossier
	circuit models.Circuit
	held    []models.MaintenanceItem // the circuit's, of any time
	inTime  map[string]bool          // IDs of those that lie in the time
	found   map[string][]string      // how, by the ID of the mail
	of      map[string][]string      // names of maintenances by the ID of the mail
	byMail  map[string][]audit.Change
	scanner *parsers.Scanner
}

func (d *dossier) names(ctx context.Context) error {
	aliases, err := paged(func(p models.Page) ([]models.AliasItem, int, error) {
		return d.store.FindAliases(ctx, models.ScopeAll, models.AliasFilter{Circuits: []string{d.circuit.ID}, Page: p})
	})
	for _, al := range aliases {
		d.Names = append(d.Names, al.Alias.Alias)
	}
	return err
}

// auditSlack is how far beyond the time passes are looked at, for the last good
// one before and the first one after.
const auditSlack = 31 * 24 * time.Hour

func (d *dossier) polls(ctx context.Context) error {
	for _, s := range d.schedules() {
		next, err := jobs.Rounds(s)
		if err != nil {
			return err
		}
		passes, err := paged(func(p models.Page) ([]models.PollItem, int, error) {
			return d.store.FindPolls(ctx, models.ScopeAll, models.PollFilter{
				Sources: []string{s.Source}, Started: models.TimeRange{From: d.From.Add(-auditSlack), To: d.To.Add(auditSlack)}, Page: p,
			})
		})
		if err != nil {
			return err
		}
		src := audit.Source{Name: s.Source}
		all := make([]models.Poll, len(passes))
		for i, p := range passes {
			all[i] = p.Poll
			if p.Started.Before(d.From) || p.Started.After(d.To) {
				continue
			}
			src.Passes++
			if p.Error != "" || p.Finished.IsZero() {
				src.Failed++
			}
		}
		until := d.To
		if until.After(d.Made) {
			until = d.Made
		}
		for _, g := range models.PollGaps(all, d.From, until, next) {
			src.Gaps = append(src.Gaps, audit.GapOf(g))
		}
		d.Sources = append(d.Sources, src)
	}
	return nil
}

// records finds the circuit's maintenances and the mails that they came of.
func (d *dossier) records(ctx context.Context) error {
	d.inTime, d.found, d.of = map[string]bool{}, map[string][]string{}, map[string][]string{}
	var err error
	d.held, err = paged(func(p models.Page) ([]models.MaintenanceItem, int, error) {
		list, err := d.store.CircuitMaintenances(ctx, models.ScopeAll, d.circuit.ID, models.MaintenanceFilter{Page: p})
		total := p.Offset + len(list)
		if len(list) == p.Limit {
			total++ // there may be more
		}
		return list, total, err
	})
	if err != nil || len(d.held) == 0 {
		return err
	}
	ids := make([]string, len(d.held))
	for i, m := range d.held {
		ids[i] = m.ID
		d.inTime[m.ID] = slices.ContainsFunc(m.Windows, func(w models.Window) bool { return w.Start.Before(d.To) && w.End.After(d.From) })
	}
	for part := range slices.Chunk(ids, 400) {
		notices, err := paged(func(p models.Page) ([]models.NoticeItem, int, error) {
			return d.store.FindNotices(ctx, models.ScopeAll, models.NoticeFilter{Maintenances: part, Page: p})
		})
		if err != nil {
			return err
		}
		for _, n := range notices {
			d.notice(n)
		}
	}
	return nil
}

// notice takes up a mail that speaks of one of the circuit's maintenances.
func (d *dossier) notice(n models.NoticeItem) {
	received := !n.Received.Before(d.From) && !n.Received.After(d.To)
	if !received && !d.inTime[n.MaintenanceRowID] {
		return
	}
	if !slices.Contains(d.of[n.RawID], n.MaintenanceName) {
		d.of[n.RawID] = append(d.of[n.RawID], n.MaintenanceName)
	}
	for _, w := range n.Windows {
		for _, c := range w.Circuits {
			if d.calls(c.CID) {
				d.find(n.RawID, "it lists "+c.CID)
				return
			}
		}
	}
	d.find(n.RawID, "it is part of "+n.MaintenanceName)
}

// calls reports whether an id is one of the circuit's names.
func (d *dossier) calls(cid string) bool {
	return slices.ContainsFunc(d.Names, func(n string) bool { return models.CIDKey(n) == models.CIDKey(cid) })
}

func (d *dossier) find(raw, how string) {
	if !slices.Contains(d.found[raw], how) {
		d.found[raw] = append(d.found[raw], how)
	}
}

// search reads every mail of the time for the circuit's names.
func (d *dossier) search(ctx context.Context) error {
	var known []parsers.Known
	for _, name := range d.Names {
		known = append(known, parsers.Known{CID: d.circuit.CID, Text: name})
		if len([]rune(name)) < 6 {
			d.Remarks = append(d.Remarks, fmt.Sprintf("%q is too short to be looked for in texts; mails are found by it only where it was read as a circuit", name))
		}
	}
	d.scanner = parsers.NewScanner(known)
	mails, err := paged(func(p models.Page) ([]models.MailItem, int, error) {
		return d.store.Mails(ctx, models.ScopeAll, models.MailFilter{Received: models.TimeRange{From: d.From, To: d.To}, Page: p})
	})
	if err != nil {
		return err
	}
	gone := 0
	var ids []string
	for _, m := range mails {
		if m.Deleted {
			gone++
			continue
		}
		ids = append(ids, m.ID)
	}
	for len(ids) > 0 {
		raws, err := d.store.Raws(ctx, ids[:min(len(ids), 100)])
		if err != nil {
			return err
		}
		if len(raws) == 0 { // they were removed meanwhile
			gone += min(len(ids), 100)
			ids = ids[min(len(ids), 100):]
			continue
		}
		for _, r := range raws {
			d.scan(r)
		}
		ids = ids[slices.Index(ids, raws[len(raws)-1].ID)+1:]
	}
	if gone > 0 {
		d.Remarks = append(d.Remarks, fmt.Sprintf("the bytes of %d mails of this time were removed by retention and could not be searched", gone))
	}
	return nil
}

func (d *dossier) scan(r models.RawNotification) {
	mail, err := parsers.ReadMail(r.Raw)
	if err != nil {
		d.Remarks = append(d.Remarks, fmt.Sprintf("mail %s could not be searched: %v", r.ID, err))
		return
	}
	d.Searched++
	sight := d.scanner.Scan(mail, parsers.Result{})
	for _, seen := range sight.Missed {
		d.find(r.ID, seen.Where()+" names "+seen.Text)
	}
	for _, seen := range sight.Hinted {
		d.find(r.ID, "quoted history in "+seen.Where()+" names "+seen.Text)
	}
}
