package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func verizonProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "verizon",
		Name:      "Verizon",
		Organizer: "NO-REPLY-sched-maint@EMEA.verizonbusiness.com",
		Senders: []string{"no-reply-sched-maint@emea.verizonbusiness.com", "verizonbusiness.com", "*.verizonbusiness.com",
			"verizon.com", "*.verizon.com"},
		Subjects: []string{"verizon maintenance"},
		Body:     []string{"verizon mastars", "verizon maintenance notification", "verizon business", "dear verizon customer"},
		Formats:  []parsers.Format{{Name: "verizon/notice", Read: verizonRead}},
		Filler:   verizonFiller,
	}
}

// verizonFiller is how the layout addresses its readers; it stands for the
// account where nobody is named.
const verizonFiller = "Verizon Customer"

const verizonSlack = 15 * time.Minute

var (
	// verizonTimes: the local rendering is the site's, and only a check.
	verizonTimes = parsers.Times{Order: parsers.Undecided, Zones: parsers.Zones{Means: map[string]string{"bst": "Europe/London"}}}

	verizonLabels = parsers.NewLabels(map[string][]string{
		"id":        {"verizon mastars request number", "mastars request number", "mastars request", "mastars request #", "verizon mastars request"},
		"event":     {"verizon mastars event id", "mastars event id", "verizon mastars event"},
		"gmt":       {"maintenance date time (gmt)", "maintenance date time (utc)", "maintenance date time gmt utc"},
		"local":     {"maintenance date time (local)", "maintenance date time", "maintenance date time (local time)"},
		"backup":    {"backup maintenance date time (gmt)", "alternate maintenance date time (gmt)", "backup date time (gmt)", "alternate date time (gmt)"},
		"location":  {"maintenance location", "maintenance locations"},
		"work":      {"description of maintenance", "maintenance description"},
		"downtime":  {"planned circuit downtime", "expected circuit downtime", "circuit downtime"},
		"attention": {"attention"},
		"circuits":  {"circuits affected", "affected circuits", "circuit(s) affected"},
		"other":     {"customer contact id", "contact id", "in case your service*"},
	}).Loose()

	verizonColumns = parsers.NewColumns([]string{"circuit"}, map[string][]string{
		"circuit": {"circuit id", "circuit ids", "circuit", "service id"},
		"company": {"company name", "company", "customer name", "customer"},
		"billing": {"billing id"},
		"impact":  {"impact", "expected impact", "circuit downtime", "expected downtime"},
		"a":       {"a end"}, "z": {"z end"}, "dns": {"dns short name"}, "type": {"servicetype", "service type"},
		"window": {"expected outage window"},
	})

	verizonDear  = lazy(`(?i)^dear\s+([^,:]{2,80})[,:]?$`)
	verizonMoved = lazy(`(?i)rescheduled from (.{8,60}?) to (.{8,60})`)
	verizonZero  = lazy(`(?i)^\W*(?:0+\s*(?:day|hour|hr|minute|min|second|sec)\(?s?\)?\W*)+$`)
)

// verizonDetails are the labels below which nothing says the status.
var verizonDetails = []string{"local", "gmt", "work", "id"}

type verizonMail struct{ *letter }

func verizonRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, verizonLabels, verizonTimes, "id")
	if !ok {
		return r
	}
	v := verizonMail{l}
	if !has(v.pairs, "id", "gmt", "local") {
		return v.no("no MASTARS request number and no maintenance date")
	}
	if rule := v.idle(verizonDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	v.n.MaintenanceID = parsers.FirstWord(v.value("id", "maintenance_id"))
	v.status(letterStatus, verizonDetails...)
	v.windows()
	v.moved()
	v.circuits(v.affected())
	v.account()
	if p, ok := parsers.First(v.pairs, "work"); ok {
		v.n.Summary = v.text(p, true)
	}
	return v.finish()
}

// verizonSpan is one line of a window.
type verizonSpan struct {
	from, to parsers.Moment
	text     string
	label    string
}

// windows reads the dates labelled GMT and checks them against the local ones.
func (v *verizonMail) windows() {
	v.pairs = withoutFormer(v.doc, v.pairs, "gmt", "local", "backup")
	gmt, local := v.spans("gmt"), v.spans("local")
	sure := gmt
	if len(gmt) == 0 {
		sure = local
	}
	for i, s := range sure {
		var second *verizonSpan
		if len(gmt) > 0 && i < len(local) {
			second = &local[i]
		}
		v.window(models.WindowPrimary, s, second)
	}
	for _, s := range v.spans("backup") {
		v.window(models.WindowBackup, s, nil)
	}
	v.r.SortWindows(0, v.n.Windows)
}

func (v *verizonMail) window(kind models.WindowKind, s verizonSpan, second *verizonSpan) {
	if len(v.n.Windows) >= maxWindows {
		tooMany(&v.r, "start", maxWindows)
		return
	}
	start, end, err := verizonTimes.ResolveSpan(s.from, s.to, v.near)
	if err == nil && second != nil {
		err = agree(&v.r, verizonTimes, [2]time.Time{start, end}, [2]parsers.Moment{second.from, second.to}, v.near, verizonSlack)
	}
	if err != nil {
		missingTime(&v.r, err)
		return
	}
	n := len(v.n.Windows)
	v.n.Windows = append(v.n.Windows, models.NoticeWindow{Kind: kind, Start: start, End: end})
	v.r.Found(0, parsers.WindowField(n, "start"), v.doc.Part, s.text, "label "+s.label)
	v.r.Found(0, parsers.WindowField(n, "end"), v.doc.Part, s.text, "label "+s.label)
}

// spans reads the lines under every label of a field, one span a line.
func (v *verizonMail) spans(field string) []verizonSpan {
	var all []verizonSpan
	for _, p := range v.pairs {
		if p.Field != field || p.Struck || p.Value == "" {
			continue
		}
		before := len(all)
		for i := p.At; i < max(min(p.End, v.end), p.At+1); i++ {
			text := p.Value
			if i > p.At {
				text = v.doc.Lines[i].Text
			}
			from, to, _, ok := verizonTimes.ScanSpan(text)
			if !ok || !from.HasDate() {
				break
			}
			if zone := zoneOfLabel(verizonTimes, p.Label); from.Zone == "" && to.Zone == "" {
				from.Zone, to.Zone = zone, zone
			}
			all = append(all, verizonSpan{from, to, text, p.Label})
		}
		if len(all) == before && field != "local" {
			v.r.Missing("start", fmt.Sprintf("the value of %s is no time span: %q", p.Label, parsers.Clip(p.Value, 80)))
		}
	}
	return all
}

// moved checks the window against the sentence that says to when the work was
// moved.
func (v *verizonMail) moved() {
	if v.n.Status != models.StatusRescheduled || len(v.n.Windows) == 0 {
		return
	}
	s := verizonMoved.FindStringSubmatch(parsers.Clip(v.doc.Span(0, v.end), 32<<10))
	if s == nil {
		return
	}
	when, _, ok := verizonTimes.Scan(s[2])
	if !ok {
		return
	}
	to, err := verizonTimes.Resolve(when, v.near)
	if err == nil && !to.Equal(v.n.Windows[0].Start) {
		v.r.Warn(fmt.Sprintf("the work is said to be moved to %q, the window starts at %s", s[2], v.n.Windows[0].Start.Format("2006-01-02 15:04 UTC")))
	}
}

// affected reads the circuit table. The planned downtime is the impact of all.
func (v *verizonMail) affected() []models.NoticeCircuit {
	raw := v.value("downtime", "")
	var list []models.NoticeCircuit
	for _, row := range v.rows(verizonColumns, "circuits") {
		if len(list) >= maxCircuits {
			break
		}
		cid, rule := row.Get("circuit"), "column "+row.Head("circuit")
		if parsers.None(cid) {
			cid, rule = row.Get("billing"), "column "+row.Head("billing")
		}
		if !cell(&v.r, cid, rule) {
			continue
		}
		words, where := row.Get("impact"), "column "+row.Head("impact")
		if parsers.None(words) {
			words, where = raw, "label Planned Circuit Downtime"
		}
		list = v.row(list, models.NoticeCircuit{CID: cid, Impact: v.downtime(words), RawImpact: words}, rule, where)
	}
	return list
}

// downtime reads how long a circuit is down: no time is no impact.
func (v *verizonMail) downtime(raw string) models.Impact {
	switch {
	case verizonZero.MatchString(raw):
		return models.ImpactNone
	case parsers.Key(raw) == "n a" || parsers.Key(raw) == "tbd":
		return models.ImpactOutage
	}
	return v.impact(strings.ReplaceAll(raw, "(s)", "s"))
}

// account is whom the mail addresses, else the company that owns the circuits.
func (v *verizonMail) account() {
	for i := range min(v.head(v.doc, v.pairs, verizonDetails), v.end) {
		s := verizonDear.FindStringSubmatch(parsers.Clip(v.doc.Lines[i].Text, 200))
		if s != nil && parsers.Key(s[1]) != "customer" && parsers.Key(s[1]) != "valued customer" {
			v.n.Account = strings.TrimSpace(s[1])
			v.r.Found(0, "account", v.doc.Part, v.doc.Lines[i].Text, "the salutation")
			return
		}
	}
	for _, row := range v.doc.Rows(verizonColumns) {
		if name := row.Get("company"); row.Line < v.end && !parsers.None(name) {
			v.n.Account = name
			v.r.Found(0, "account", v.doc.Part, name, "column "+row.Head("company"))
			return
		}
	}
	v.n.Account = verizonFiller
	v.r.Found(0, "account", v.doc.Part, "", "the mail names nobody: "+verizonFiller+" stands for the account")
}
