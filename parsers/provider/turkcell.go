package provider

import (
	"fmt"
	"strings"
	"unicode"

	"lineman/models"
	"lineman/parsers"
)

func turkcellProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "turkcell",
		Name:      "Turkcell",
		Organizer: "inoc@superonline.net",
		Senders:   []string{"inoc@superonline.net", "superonline.net", "*.superonline.net", "turkcell.com.tr", "*.turkcell.com.tr"},
		Subjects:  []string{"superonline planned", "turkcell superonline"},
		Body:      []string{"turkcell superonline", "inoc@superonline.net", "planned maintenance on your transmission way"},
		Formats:   []parsers.Format{{Name: "turkcell/notice", Read: turkcellRead}},
	}
}

var (
	// turkcellTimes: dates are dd.mm.yyyy, and times without a zone are those
	// of Türkiye.
	turkcellTimes = parsers.Times{Zones: parsers.Zones{
		Home:  "Europe/Istanbul",
		Means: map[string]string{"local": "Europe/Istanbul", "local time": "Europe/Istanbul", "lt": "Europe/Istanbul"},
	}}

	turkcellLabels = parsers.NewLabels(map[string][]string{
		"id":     {"maintenance number", "maintenance no", "maintenance id", "bakım numarası", "bakım no"},
		"start":  {"start time", "start date", "start date time", "maintenance start time", "başlangıç zamanı", "başlangıç tarihi", "başlangıç saati"},
		"end":    {"end time", "end date", "end date time", "maintenance end time", "bitiş zamanı", "bitiş tarihi", "bitiş saati"},
		"impact": {"impact of the maintenance", "impact of maintenance", "maintenance impact", "impact", "bakımın etkisi"},
		"close":  {"thank you for*", "thanks for*", "best regards", "kind regards", "regards", "saygılarımızla", "iyi çalışmalar"},
	}).Loose()

	// turkcellColumns is for notices whose circuit table has a header; most
	// have none.
	turkcellColumns = parsers.NewColumns([]string{"circuit", "customer"}, map[string][]string{
		"circuit":  {"circuit", "circuit id", "circuit name", "circuit no", "service id", "service", "link", "devre", "devre no"},
		"customer": {"customer", "customer name", "account", "müşteri", "müşteri adı"},
		"impact":   {"impact", "status", "state", "effect", "etki", "durum"},
	})

	// turkcellStatus is searched in the subject and in the heading above the
	// number.
	turkcellStatus = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"iptal"}},
		{Status: models.StatusCompleted, Phrases: []string{"tamamland", "tamamlanm", "sona er"}},
		{Status: models.StatusInProcess, Phrases: []string{"başlad", "başlamışt"}},
		{Status: models.StatusRescheduled, Phrases: []string{"ertelen"}},
	}...)

	// turkcellImpact are the words of the last column.
	turkcellImpact = append(parsers.ImpactWords{
		{Impact: models.ImpactReducedRedundancy, Phrases: []string{"unprotect", "protection loss", "redundancy"}},
		{Impact: models.ImpactOutage, Phrases: []string{"down", "kesinti", "interrupted"}},
	}, parsers.CommonImpact...)

	turkcellPort = lazy(`([^\s|]{4,80})\|([^|]{1,80})(?:\|[^|\s]*){1,4}`)
	turkcellGap  = lazy(`\t|\s{2,}`)
)

type turkcellMail struct {
	*letter
	list  []turkcellCircuit
	prose []string // what the maintenance does, in its words
}

// turkcellCircuit is one row.
type turkcellCircuit struct {
	cid, customer, raw, rule string
}

func turkcellRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, turkcellLabels, turkcellTimes, "id")
	if !ok {
		return r
	}
	t := turkcellMail{letter: l}
	if !has(t.pairs, "id", "start") {
		return t.no("no maintenance number and no start time")
	}
	if rule := t.idle("id", "start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	t.n.MaintenanceID = parsers.FirstWord(t.value("id", "maintenance_id"))
	t.status(turkcellStatus, "id", "start")
	t.windows()
	labels := 0
	for _, p := range t.pairs {
		if p.Field != "impact" {
			continue
		}
		if labels++; labels > maxWindows { // each is looked for in all tables
			tooMany(&t.r, "circuits", maxWindows)
			break
		}
		t.affected(p)
	}
	t.n.Summary = strings.Join(t.prose, " ")
	return t.finishLists(t.lists())
}

// affected reads what the maintenance does and, below it, the circuits: a
// table with a header or without one, lines of an interface list, or a table
// of which a converter made lines.
func (t *turkcellMail) affected(p parsers.Pair) {
	end := min(p.End, t.end)
	first := end
	before := len(t.list)
	for _, read := range []func(from, to int) int{t.headed, t.interfaces, t.table, t.spaced, t.flat} {
		if first = read(p.At, end); len(t.list) > before {
			break
		}
	}
	if text := t.above(p, first); text != "" {
		t.prose = append(t.prose, text)
	}
}

// lists gives the circuits by customer. Where a row does not say its impact,
// the words above the rows do; where these say none it is an outage.
func (t *turkcellMail) lists() accountLists {
	var lists accountLists
	said, _, ok := turkcellImpact.Find(t.n.Summary)
	if !ok {
		said = models.ImpactOutage
	}
	customer := ""
	for _, c := range t.list {
		impact, raw, rule := said, t.n.Summary, "label Impact of the maintenance"
		if c.raw != "" {
			raw, rule = c.raw, c.rule
			var known bool
			if impact, known = turkcellImpact.Impact(raw); !known {
				t.r.Warn(fmt.Sprintf("the impact %q of %s is not known, OUTAGE is assumed", parsers.Clip(raw, 80), c.cid))
			}
		}
		if !parsers.None(c.customer) {
			customer = c.customer
		}
		lists.add(&t.r, t.doc.Part, customer, c.rule, models.NoticeCircuit{CID: c.cid, Impact: impact, RawImpact: parsers.Clip(raw, 200)}, c.rule)
		lists.impact(t.doc.Part, customer, raw, rule)
	}
	return lists
}

// above is the text of a label above the circuits.
func (t *turkcellMail) above(p parsers.Pair, first int) string {
	if first <= p.At {
		return ""
	}
	return strings.TrimSpace(p.Value + " " + t.doc.Span(p.At+1, first))
}

// headed reads a table with a header; it gives the line at which it begins.
func (t *turkcellMail) headed(from, to int) int {
	first := to
	for _, row := range t.doc.Rows(turkcellColumns) {
		if row.HeadAt < from || row.Line >= to {
			continue
		}
		first = min(first, row.HeadAt)
		t.row(row.Get("circuit"), row.Get("customer"), row.Get("impact"), "column "+row.Head("circuit"))
	}
	return first
}

// table reads the rows of a table without a header: the circuit's id, the
// customer, and the words of the impact.
func (t *turkcellMail) table(from, to int) int {
	first := to
	for _, tab := range t.doc.Tables {
		for i, cells := range tab.Rows {
			line := tab.Line(i)
			if line < from || line >= to || len(cells) > 20 {
				continue
			}
			var values []string
			for _, c := range cells {
				if v := parsers.Fold(tab.Text(c)); v != "" {
					values = append(values, v)
				}
			}
			if id, customer, impact, ok := turkcellRow(values); ok {
				first = min(first, line)
				t.row(id, customer, impact, "row of the circuit table")
			}
		}
	}
	return first
}

// turkcellRow tells the cells of a row apart by what they are: the impact by
// its words, the id by being one word with a digit in it, the customer as what
// is left.
func turkcellRow(values []string) (id, customer, impact string, ok bool) {
	var rest []string
	if len(values) == 3 && !turkcellID(values[0]) && !turkcellID(values[1]) && turkcellName(values[0]) {
		if _, _, known := turkcellImpact.Find(values[2]); known {
			return values[0], values[1], values[2], true
		}
	}
	for i, v := range values {
		_, _, known := turkcellImpact.Find(v)
		switch {
		case i > 0 && impact == "" && (known || i == len(values)-1 && len(values) > 2):
			impact = v
		case id == "" && turkcellID(v):
			id = v
		default:
			rest = append(rest, v)
		}
	}
	if id == "" || len(rest) == 0 {
		return "", "", "", false
	}
	return id, rest[0], impact, true
}

// turkcellName tells whether a text could be the name of a circuit, of several
// words.
func turkcellName(s string) bool {
	return len(s) <= 80 && strings.ContainsAny(s, "0123456789") && !strings.ContainsAny(s, "@|:.") && !likeSentence.MatchString(s)
}

func turkcellID(s string) bool {
	return len(s) >= 4 && len(s) <= 80 && !strings.ContainsAny(s, "@|") && strings.ContainsAny(s, "0123456789") && !strings.ContainsFunc(s, unicode.IsSpace)
}

// interfaces reads lines as a router lists its interfaces, with the
// description "id|customer|place|kind" at the end.
func (t *turkcellMail) interfaces(from, to int) int {
	first := to
	for i := from; i < to; i++ {
		text := t.doc.Lines[i].Text
		if t.doc.Lines[i].Struck {
			continue
		}
		for _, part := range turkcellPort.FindAllStringSubmatch(parsers.Clip(text, 64<<10), maxCircuits) {
			if turkcellID(part[1]) {
				first = min(first, i)
				t.row(part[1], strings.TrimSpace(part[2]), "", "interface description")
			}
		}
	}
	return first
}

// spaced reads rows of which a converter left wide gaps between the cells.
func (t *turkcellMail) spaced(from, to int) int {
	first := to
	for i := from; i < to; i++ {
		var values []string
		for _, v := range turkcellGap.Split(parsers.Clip(t.doc.Lines[i].Raw, 1000), 20) {
			if v = parsers.Fold(v); v != "" {
				values = append(values, v)
			}
		}
		if id, customer, impact, ok := turkcellRow(values); ok && impact != "" {
			first = min(first, i)
			t.row(id, customer, impact, "row of the circuit table")
		}
	}
	return first
}

// flat reads a table of which a converter made one line for each cell: the
// words of the impact end a row.
func (t *turkcellMail) flat(from, to int) int {
	first, row := to, from+1
	for i := from + 1; i < to; i++ {
		text := t.doc.Lines[i].Text
		_, _, known := turkcellImpact.Find(text)
		if !known || len(text) > 60 || i-row < 2 {
			continue
		}
		values := []string{}
		for k := i - 2; k <= i; k++ {
			values = append(values, t.doc.Lines[k].Text)
		}
		if id, customer, impact, ok := turkcellRow(values); ok {
			first = min(first, i-2)
			t.row(id, customer, impact, "lines of the circuit table")
			row = i + 1
		}
	}
	return first
}

// row adds one circuit.
func (t *turkcellMail) row(id, customer, raw, rule string) {
	if !parsers.None(id) && len(t.list) < maxCircuits {
		t.list = append(t.list, turkcellCircuit{id, customer, raw, rule})
	}
}
