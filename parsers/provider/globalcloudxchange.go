package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func globalcloudxchangeProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "globalcloudxchange",
		Aliases:   []string{"gcx"},
		Name:      "Global Cloud Xchange",
		Organizer: "Gnoc@globalcloudxchange.com",
		Senders:   []string{"gnoc@globalcloudxchange.com", "globalcloudxchange.com", "*.globalcloudxchange.com", "gcxworld.com", "*.gcxworld.com"},
		Subjects:  []string{"service advisory notice"},
		Body:      []string{"global cloud xchange", "globalcloudxchange.com", "change@gcxworld.com"},
		Formats:   []parsers.Format{{Name: "globalcloudxchange/advisory", Fits: gcxFits, Read: gcxRead}},
	}
}

const gcxSlack = 15 * time.Minute

var (
	gcxTimes = parsers.Times{}

	gcxLabels = parsers.NewLabels(map[string][]string{
		"impact":  {"impact", "service impact", "expected impact"},
		"service": {"service id", "service ids", "service id(s)", "circuit id"},
		"start":   {"primary start date*", "start date*", "primary start*"},
		"reason":  {"reason", "reason for cancellation", "reason for reschedule"},
	})

	gcxWindows = parsers.NewColumns([]string{"start", "end"}, map[string][]string{
		"window":       {"window", "window #", "no", "s no", "sr no"},
		"start":        {"primary start*", "start date*", "start time*", "start"},
		"end":          {"primary end*", "end date*", "end time*", "end"},
		"backup start": {"backup start*", "back up start*", "alternate start*", "contingency start*"},
		"backup end":   {"backup end*", "back up end*", "alternate end*", "contingency end*"},
	})

	gcxCircuits = parsers.NewColumns([]string{"service"}, map[string][]string{
		"service": {"service id", "service ids", "service", "circuit id", "circuit"},
		"impact":  {"impact", "service impact", "expected impact"},
	})

	// gcxSentence is searched in the sentences above the schedule.
	gcxSentence = append(parsers.StatusWords{
		{Status: models.StatusInProcess, Phrases: []string{"has now started", "is now in progress"}},
	}, letterStatus...)

	gcxID      = lazy(`\b[A-Z]{2,3}\d{10,16}\b`)
	gcxReplace = lazy(`(?i)(?:replac\w+|supersed\w+|reschedul\w+ (?:of|from))\s+(?:\w+\s+){0,2}([A-Z]{2,3}\d{10,16})\b`, "replac", "supersed", "reschedul")
)

func gcxFits(m *parsers.Message) (bool, string) {
	if gcxID.MatchString(m.Subject) || noNotice(m.Subject) != "" {
		return true, ""
	}
	if ok, _ := mentions(m, "advisory"); ok {
		return true, ""
	}
	return mentions(m, "following schedule")
}

type gcxMail struct {
	*letter
	parts  []string // of the subject, between bars
	labels *string  // zone of the labels "start", once it was looked for
}

func gcxRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, gcxLabels, gcxTimes, "")
	if !ok {
		return r
	}
	g := gcxMail{letter: l}
	for _, p := range strings.Split(m.Subject, "|") {
		g.parts = append(g.parts, strings.TrimSpace(p))
	}
	tables := len(g.rows(gcxWindows, "start")) > 0
	if !tables && !gcxID.MatchString(m.Subject) {
		return l.no("no reference and no table of start and end")
	}
	if rule := l.idle("start", "service"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	g.id()
	g.addressee(g.head(g.doc, g.pairs, []string{"start", "service"}))
	g.status(gcxSentence, "start", "service")
	g.windows()
	g.circuits()
	g.summary()
	return l.finish()
}

// id is the reference in the subject, else the first of the text.
func (g *gcxMail) id() {
	text := parsers.Clip(g.doc.Text(), 32<<10)
	if id := gcxID.FindString(g.m.Subject); id != "" {
		g.n.MaintenanceID = id
		g.r.Found(0, "maintenance_id", -1, g.m.Subject, "reference in the subject")
	} else if id := gcxID.FindString(text); id != "" {
		g.n.MaintenanceID = id
		g.r.Found(0, "maintenance_id", g.doc.Part, id, "reference in the text")
	}
	for _, s := range gcxReplace.FindAllStringSubmatch(g.m.Subject+" . "+text, 5) {
		if s[1] != g.n.MaintenanceID {
			g.n.Supersedes = append(g.n.Supersedes, s[1])
		}
	}
}

// windows reads each row of the schedule, its backup too, and holds them
// against the span in the subject, which counts where there is no schedule.
func (g *gcxMail) windows() {
	for _, row := range g.rows(gcxWindows, "start") {
		if len(g.n.Windows) > maxWindows {
			tooMany(&g.r, "start", maxWindows)
			return
		}
		g.row(row, models.WindowPrimary, "start", "end")
		g.row(row, models.WindowBackup, "backup start", "backup end")
	}
	g.r.SortWindows(0, g.n.Windows)
	span := strings.NewReplacer("[", " ", "]", " ").Replace(g.parts[len(g.parts)-1])
	from, to, _, ok := gcxTimes.ScanSpan(span)
	if !ok || len(g.r.Fields) > 0 {
		return
	}
	for i, m := range []*parsers.Moment{&from, &to} {
		if m.Zone == "" {
			m.Zone = [2]*parsers.Moment{&to, &from}[i].Zone
		}
	}
	start, end, err := gcxTimes.ResolveSpan(from, to, g.near)
	switch {
	case len(g.n.Windows) == 0 && err != nil:
		missingTime(&g.r, err)
	case len(g.n.Windows) == 0:
		g.n.Windows = append(g.n.Windows, models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: end})
		g.r.Found(0, "start", -1, from.Text, "span in the subject")
		g.r.Found(0, "end", -1, to.Text, "span in the subject")
	case err == nil:
		g.compare(start, end)
	}
}

// compare holds the schedule against the subject: one of its windows, or all of
// them together, must be the span there.
func (g *gcxMail) compare(start, end time.Time) {
	near := func(a, b time.Time) bool { return a.Sub(b).Abs() <= gcxSlack }
	var last time.Time
	for _, w := range g.n.Windows {
		if near(w.Start, start) && near(w.End, end) {
			return
		}
		if w.Kind == models.WindowPrimary && w.End.After(last) {
			last = w.End
		}
	}
	if near(g.n.Windows[0].Start, start) && near(last, end) {
		return
	}
	text := fmt.Sprintf("the subject says %s to %s, which is not the schedule of the text", start.Format(time.DateTime), end.Format(time.DateTime))
	if g.n.Status.Closed() {
		g.r.Warn(text)
		return
	}
	g.r.Missing("start", text)
}

func (g *gcxMail) row(row parsers.Row, kind models.WindowKind, startField, endField string) {
	a, b := row.Get(startField), row.Get(endField)
	if parsers.None(a) && parsers.None(b) {
		return
	}
	from, _, _ := gcxTimes.Scan(a)
	to, _, _ := gcxTimes.Scan(b)
	if from.Text == "" {
		from.Text = a
	}
	if to.Text == "" {
		to.Text = b
	}
	if from.Zone == "" {
		from.Zone = g.zone(row.Head(startField))
	}
	if to.Zone == "" {
		to.Zone = g.zone(row.Head(endField))
	}
	start, end, err := gcxTimes.ResolveSpan(from, to, g.near)
	if err != nil {
		missingTime(&g.r, err)
		return
	}
	n := len(g.n.Windows)
	g.n.Windows = append(g.n.Windows, models.NoticeWindow{Kind: kind, Start: start, End: end})
	g.r.Found(0, parsers.WindowField(n, "start"), g.doc.Part, a, "column "+row.Head(startField))
	g.r.Found(0, parsers.WindowField(n, "end"), g.doc.Part, b, "column "+row.Head(endField))
}

// zone is that of a header, which a flattened table has as a label.
func (g *gcxMail) zone(head string) string {
	if zone := zoneOfLabel(gcxTimes, head); zone != "" {
		return zone
	}
	if g.labels == nil {
		zone := ""
		for _, p := range g.pairs {
			if zone == "" && p.Field == "start" {
				zone = zoneOfLabel(gcxTimes, p.Label)
			}
		}
		g.labels = &zone
	}
	return *g.labels
}

func (g *gcxMail) circuits() {
	raw := ""
	header := headerLines(gcxCircuits, g.doc)
	for _, p := range g.pairs {
		if p.Field == "impact" && p.Value != "" && !header[p.Line] && gcxCircuits.Header(p.Value) == "" {
			raw = p.Value
			g.r.Found(0, "circuits.impact", g.doc.Part, p.Value, labelRule(p))
			break
		}
	}
	var list []models.NoticeCircuit
	for _, row := range g.rows(gcxCircuits, "circuits") {
		cid, own := row.Get("service"), row.Get("impact")
		if parsers.None(cid) {
			continue
		}
		if own == "" {
			own = raw
		}
		list = g.circuit(list, cid, g.impact(own), own, "column "+row.Head("service"))
	}
	if len(list) == 0 {
		for _, p := range g.pairs {
			if p.Field != "service" {
				continue
			}
			for _, cid := range g.list(p) {
				list = g.circuit(list, cid, g.impact(raw), raw, labelRule(p))
			}
		}
	}
	g.letter.circuits(list)
}

// summary is the part of the subject that is neither reference, kind of notice
// nor window.
func (g *gcxMail) summary() {
	for i := len(g.parts) - 1; i > 0 && len(g.parts) > 2; i-- {
		p := g.parts[i]
		if _, _, _, ok := gcxTimes.ScanSpan(p); ok || p == "" || strings.Contains(strings.ToLower(p), "advisory") {
			continue
		}
		g.n.Summary = p
		return
	}
}
