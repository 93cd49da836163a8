package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func lumenProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "lumen",
		Name:      "Lumen",
		Organizer: "smc@lumen.com",
		Senders: []string{"smc@lumen.com", "lumen.com", "*.lumen.com", "centurylink.com", "*.centurylink.com",
			"level3.com", "*.level3.com"},
		Subjects: []string{"lumen scheduled maintenance", "centurylink scheduled maintenance", "level 3 scheduled maintenance"},
		Body:     []string{"lumen customer portal", "lumen would like to", "lumen sincerely", "permission of lumen", "lumen portal", "my.level3.com"},
		Formats:  []parsers.Format{lumenNotice()},
	}
}

// lumenNotice is a format of its own because other providers send it too.
func lumenNotice() parsers.Format {
	return parsers.Format{
		Name: "lumen/notice",
		Fits: func(m *parsers.Message) (bool, string) { return mentions(m, "maintenance") },
		Read: lumenRead,
	}
}

const lumenSlack = 15 * time.Minute

// lumenSpared says that the alternate night hits nobody.
const lumenSpared = "no services are scheduled to be impacted on the alternate night"

var (
	lumenTimes = parsers.Times{}

	lumenLabels = parsers.NewLabels(map[string][]string{
		"id":        {"scheduled maintenance window #", "scheduled maintenance #", "scheduled maintenance window", "maintenance window #", "scheduled maintenance id"},
		"summary":   {"summary"},
		"updates":   {"updates"},
		"impact":    {"customer impact"},
		"history":   {"notes history"},
		"alternate": {"alternate night*", "alternate window*", "backup night*", "backup window*", "alternate date*", "contingency*"},
		"location":  {"maintenance location(s)", "maintenance location"},
	})

	lumenWindows = parsers.NewColumns([]string{"start", "end"}, map[string][]string{
		"start": {"start", "start time", "start date", "start date time", "start*"},
		"end":   {"end", "end time", "end date", "end date time", "end*"},
	})

	lumenCircuits = parsers.NewColumns([]string{"account", "circuit"}, map[string][]string{
		"account": {"customer name", "customer"},
		"circuit": {"circuit id", "service id"},
		"alt":     {"alt circuit id", "alternate circuit id"},
		"impact":  {"impact type", "impact"},
		"status":  {"status"},
	})

	// lumenUpdate is searched in the newest line of "Updates:".
	lumenUpdate = append(parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"not completed", "not be completed", "unsuccessful"}},
	}, append(append(parsers.StatusWords{}, parsers.CommonStatus...), parsers.StatusWords{
		{Status: models.StatusInProcess, Phrases: []string{"work has begun", "is underway", "has resumed", "work continues", "work is continuing"}},
		{Status: models.StatusRescheduled, Phrases: []string{"will be rescheduled", "will be re-scheduled", "has been extended", "window extended"}},
		{Status: models.StatusConfirmed, Phrases: []string{"is scheduled", "has been scheduled"}},
	}...)...)

	lumenStamp = lazy(`^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2}(:\d{2})? ?[A-Za-z]{0,4} ?-+ ?`)
)

type lumenMail struct {
	m      *parsers.Message
	r      parsers.Reading
	n      models.Notice
	doc    *parsers.Document
	pairs  []parsers.Pair
	others []*parsers.Document
	end    int

	windows []lumenWindow
	times   []parsers.Row // rows of start and end
	columns models.Status
	count   int // circuits over all windows
}

// lumenWindow is one Start/End table.
type lumenWindow struct {
	w    models.NoticeWindow
	line int
	own  bool // circuits were listed under it
}

func lumenRead(m *parsers.Message) parsers.Reading {
	l := lumenMail{m: m}
	bodies := parsers.ReadBodies(m)
	l.doc, l.pairs, l.others = bodies.Best(lumenLabels)
	if l.doc == nil {
		return unreadable(bodies.Err)
	}
	l.current()
	l.times = l.doc.Rows(lumenWindows)
	if len(l.times) == 0 {
		l.times = flatWindows(l.doc)
	}
	if _, ok := parsers.First(l.pairs, "id"); !ok && len(l.times) == 0 {
		return foreign(m, "no maintenance number and no table of start and end")
	}
	l.id()
	l.readWindows()
	l.readCircuits()
	l.status()
	l.rest()
	l.r.CheckNotice(&l.n)
	return finish(l.r, l.n)
}

// current leaves only the newest notice of a thread.
func (l *lumenMail) current() {
	l.end = len(l.doc.Lines)
	id, between := "", false
	for i, p := range l.pairs {
		switch {
		case p.Field != "id":
			between = between || id != "" && p.Field != "location"
		case p.Value == "":
		case id == "" || !between: // the subject of a forward, quoted above the notice
			id = p.Value
		default:
			l.end, l.pairs = p.Line, l.pairs[:i]
			return
		}
	}
}

func (l *lumenMail) id() {
	var p parsers.Pair // the heading; the subject of a forward stands above it
	for _, q := range l.pairs {
		if q.Field == "id" && q.Value != "" {
			p = q
		}
	}
	if p.Value == "" {
		return
	}
	l.n.MaintenanceID = parsers.FirstWord(strings.TrimLeft(p.Value, "#: "))
	l.r.Found(0, "maintenance_id", l.doc.Part, l.doc.Lines[p.Line].Text, "label "+p.Label)
}

// readCircuits gives each circuit table to the window it stands under.
func (l *lumenMail) readCircuits() {
	rows := l.doc.Rows(lumenCircuits)
	if len(rows) == 0 {
		rows = flatCircuits(l.doc)
	}
	pending, shared := 0, -1 // windows[pending:] wait for the table that follows them
	for _, row := range rows {
		if row.Line >= l.end {
			break
		}
		from := pending
		for pending < len(l.windows) && l.windows[pending].line < row.HeadAt {
			pending++
		}
		if pending > from {
			shared = from
		}
		if shared < 0 || len(l.windows) == 0 {
			continue
		}
		c, ok := l.circuit(row)
		if !ok {
			continue
		}
		if l.count += pending - shared; l.count > maxCircuits {
			tooMany(&l.r, "circuits", maxCircuits)
			break
		}
		for i := shared; i < pending; i++ {
			l.windows[i].w.Circuits = append(l.windows[i].w.Circuits, c)
			l.windows[i].own = true
		}
	}
	l.spread()
	for _, w := range l.windows {
		l.n.Windows = append(l.n.Windows, w.w)
	}
	l.r.SortWindows(0, l.n.Windows)
}

func (l *lumenMail) circuit(row parsers.Row) (models.NoticeCircuit, bool) {
	cid, rule := row.Get("circuit"), "column "+row.Head("circuit")
	if lumenNone(cid) {
		cid, rule = row.Get("alt"), "column "+row.Head("alt")
	}
	if account := row.Get("account"); !parsers.None(account) {
		l.account(account)
	}
	for _, said := range []string{row.Get("status"), "has " + row.Get("status")} { // "Ended" alone
		if h, ok := lumenUpdate.Find(parsers.Plain(said)); ok {
			l.column(h, row.Get("status"))
			break
		}
	}
	if lumenNone(cid) {
		return models.NoticeCircuit{}, false
	}
	raw := row.Get("impact")
	impact, known := parsers.CommonImpact.Impact(raw)
	if !known {
		l.r.Warn(fmt.Sprintf("the impact %q of %s is not known, OUTAGE is assumed", parsers.Clip(raw, 80), cid))
	}
	n := l.count
	l.r.Found(0, parsers.CircuitField(n, "circuit_id"), l.doc.Part, cid, rule)
	l.r.Found(0, parsers.CircuitField(n, "impact"), l.doc.Part, raw, "column "+row.Head("impact"))
	return models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: raw}, true
}

func lumenNone(s string) bool { return parsers.None(s) }

func (l *lumenMail) account(name string) {
	switch {
	case l.n.Account == "":
		l.n.Account = name
		l.r.Found(0, "account", l.doc.Part, name, "column Customer Name")
	case parsers.Key(name) != parsers.Key(l.n.Account):
		l.r.Warn(fmt.Sprintf("the mail names more than one customer: %q and %q", l.n.Account, name))
	}
}

// column keeps the worst news of the Status column if all rows agree on one.
func (l *lumenMail) column(h parsers.StatusHit, text string) {
	switch l.columns {
	case "":
		l.columns = h.Status
		l.r.Found(0, "status", l.doc.Part, text, "column Status")
	case h.Status:
	default:
		l.columns = models.StatusNoChange
	}
}

// spread gives the alternate night the circuits of the primary ones: without
// impact when the mail says so.
func (l *lumenMail) spread() {
	var primary []models.NoticeCircuit
	seen := map[string]bool{}
	for n, w := range l.windows {
		if !w.own || w.w.Kind != models.WindowPrimary {
			continue
		}
		for _, c := range w.w.Circuits {
			if n == 0 || !seen[c.CID] { // one table may list a circuit twice
				primary = append(primary, c)
			}
			seen[c.CID] = true
		}
	}
	spared, asked := false, false
	for i := range l.windows {
		w := &l.windows[i]
		if w.own || w.w.Kind != models.WindowBackup || len(primary)*i > maxCircuits {
			continue
		}
		if !asked {
			spared, asked = strings.Contains(parsers.Plain(l.doc.Text()), lumenSpared), true
		}
		for _, c := range primary {
			if spared {
				c.Impact, c.RawImpact = models.ImpactNone, lumenSpared
			}
			w.w.Circuits = append(w.w.Circuits, c)
		}
	}
}

// status is what the newest line of "Updates:" says, the Status column and the
// sentence above the windows.
func (l *lumenMail) status() {
	var hits []parsers.StatusHit
	if h, ok := l.updates(); ok {
		hits = append(hits, h)
	}
	if l.columns != "" && l.columns != models.StatusNoChange {
		hits = append(hits, parsers.StatusHit{Status: l.columns, Part: l.doc.Part, Text: string(l.columns), Where: "the Status column"})
	}
	if p, ok := parsers.First(l.pairs, "impact"); ok && len(l.windows) > 0 {
		text := parsers.Plain(l.doc.Span(p.Line+1, l.windows[0].line))
		if h, ok := lumenUpdate.Find(text); ok && h.Status.Closed() {
			h.Part, h.Where = l.doc.Part, "the text above the window"
			hits = append(hits, h)
		}
	}
	hits = saySubject(hits, parsers.CommonStatus, l.m.Subject)
	hit, warning, ok := parsers.DecideStatus(hits...)
	if warning != "" && hit.Status != models.StatusCompleted { // "has begun" stays above "Completed"
		l.r.Warn(warning)
	}
	if !ok {
		hit = parsers.StatusHit{Status: models.StatusConfirmed, Part: l.doc.Part, Text: firstLine(l.doc)}
	}
	l.n.Status = hit.Status
	l.r.Found(0, "status", hit.Part, hit.Text, statusRule(ok))
}

// updates reads the lines under "Updates:"; the newest one that says a status
// counts.
func (l *lumenMail) updates() (parsers.StatusHit, bool) {
	var best parsers.StatusHit
	var bestAt time.Time
	found := false
	for _, p := range l.pairs {
		if p.Field != "updates" && p.Field != "history" {
			continue
		}
		for i := p.Line; i < min(p.End, l.end); i++ {
			text := l.doc.Lines[i].Text
			mark := lumenStamp.FindString(text)
			if mark == "" {
				continue
			}
			at := l.stamp(mark)
			if h, ok := lumenUpdate.Find(parsers.Plain(text[len(mark):])); ok && (!found || at.After(bestAt)) {
				h.Part, h.Where, h.Text = l.doc.Part, "the newest update", text
				best, bestAt, found = h, at, true
			}
		}
	}
	return best, found
}

func (l *lumenMail) stamp(mark string) time.Time {
	m, _, ok := lumenTimes.Scan(strings.TrimRight(mark, "- "))
	if !ok {
		return time.Time{}
	}
	if m.Zone == "" {
		m.Zone = "GMT"
	}
	t, err := lumenTimes.Resolve(m, l.m.Date)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (l *lumenMail) rest() {
	l.n.Summary = l.m.Subject
	if p, ok := parsers.First(l.pairs, "summary"); ok {
		l.n.Summary = p.Value
		l.r.Found(0, "summary", l.doc.Part, p.Value, "label Summary")
	}
	l.n.Sequence, l.n.UID = 1, "0"
}
