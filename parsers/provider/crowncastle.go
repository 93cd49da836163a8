package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func crowncastleProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "crowncastle",
		Name:      "Crown Castle",
		Organizer: "fiberchangemgmt@crowncastle.com",
		Senders:   []string{"fiberchangemgmt@crowncastle.com", "crowncastle.com", "*.crowncastle.com"},
		Subjects:  []string{"crown castle fiber"},
		Body:      []string{"crown castle fiber"},
		Formats:   []parsers.Format{{Name: "crowncastle/notice", Fits: crowncastleFits, Read: crowncastleRead}},
	}
}

const crowncastleSlack = 15 * time.Minute

var (
	// crowncastleTimes: the window stands once for each American zone and once
	// in GMT, which is the one that counts.
	crowncastleTimes = parsers.Times{Order: parsers.MonthFirst}

	crowncastleLabels = parsers.NewLabels(map[string][]string{
		"id":       {"ticket number", "ticket #", "maintenance ticket number", "cm ticket number"},
		"place":    {"location of work", "location"},
		"window":   {"scheduled start date & time", "scheduled start date and time", "scheduled start*"},
		"zone":     {"time zone"},
		"impact":   {"expected customer impact", "customer impact", "expected impact"},
		"duration": {"expected impact duration", "impact duration"},
		"work":     {"work description", "description of work"},
		"circuits": {"customer circuits", "customer circuit(s)", "impacted circuits"},
		"other":    {"dark-fiber customers", "dark fiber customers", "dark fiber customers please note"},
	})

	crowncastleWindows = parsers.NewColumns([]string{"start", "end"}, map[string][]string{
		"start": {"scheduled start date & time", "scheduled start date and time", "start date & time", "start date time", "scheduled start", "start", "start*"},
		"end":   {"scheduled end date & time", "scheduled end date and time", "end date & time", "end date time", "scheduled end", "end", "end*"},
		"zone":  {"time zone", "timezone", "zone"},
	})

	crowncastleCircuits = parsers.NewColumns([]string{"circuit"}, map[string][]string{
		"circuit": {"circuit id", "circuit ids", "customer circuit id", "service id"},
		"impact":  {"impact", "expected impact", "circuit impact"},
		"product": {"active product", "product"},
		"a":       {"a location"},
		"z":       {"z location"},
		"notes":   {"notes", "note"},
	})

	crowncastleID     = lazy(`(?i)\bCM\d{6,}[0-9A-Z-]*\b`)
	crowncastleOpaque = lazy(`(?i)^(?:please )?(?:see|refer|reference)\b|\bper circuit\b|\bbelow\b`)
)

func crowncastleFits(m *parsers.Message) (bool, string) { return mentions(m, "castle") }

type crowncastleMail struct {
	*letter
	impact string // of the event, in its words
}

func crowncastleRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, crowncastleLabels, crowncastleTimes, "id")
	if !ok {
		return r
	}
	c := crowncastleMail{letter: l}
	c.current()
	if !has(c.pairs, "id") && len(c.doc.Rows(crowncastleWindows)) == 0 {
		return l.no("no ticket number and no table of start and end")
	}
	if rule := l.idle("id"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	c.id()
	c.account()
	c.status()
	c.windows()
	c.circuits()
	c.n.Summary = c.summary()
	return l.finish()
}

// current leaves out the original that is forwarded below a later notice.
func (c *crowncastleMail) current() {
	for i := range c.doc.Lines {
		if i < c.end && len(c.doc.Lines[i].Text) < 80 && strings.Contains(strings.ToLower(c.doc.Lines[i].Text), "original event notice") {
			c.end = i
		}
	}
	for i, p := range c.pairs {
		if p.Line >= c.end {
			c.pairs = c.pairs[:i]
			return
		}
	}
}

func (c *crowncastleMail) id() {
	inSubject := crowncastleID.FindString(c.m.Subject)
	c.n.MaintenanceID = parsers.FirstWord(c.value("id", "maintenance_id"))
	switch {
	case c.n.MaintenanceID == "" && inSubject != "":
		c.n.MaintenanceID = inSubject
		c.r.Found(0, "maintenance_id", -1, c.m.Subject, "ticket in the subject")
	case inSubject != "" && !strings.EqualFold(inSubject, c.n.MaintenanceID):
		c.r.Warn(fmt.Sprintf("the subject names %s, the text %s", inSubject, c.n.MaintenanceID))
	}
}

// account is whom the letter addresses.
func (c *crowncastleMail) account() {
	c.addressee(c.head(c.doc, c.pairs, []string{"id"}))
}

// status is that of the subject, of heading and sentence above the ticket, and
// of the description, where the work may be called off or moved.
func (c *crowncastleMail) status() {
	hits := saySubject(nil, letterStatus, c.m.Subject)
	for i, d := range append([]*parsers.Document{c.doc}, c.others...) {
		where := "the text"
		if i > 0 {
			where = "the other part"
		}
		hits = say(hits, letterStatus, d.Span(0, c.head(d, d.Pairs(crowncastleLabels), []string{"id"})), d.Part, where)
	}
	if p, ok := parsers.First(c.pairs, "work"); ok {
		hits = say(hits, coltReason, c.text(p, false), c.doc.Part, "the description")
	}
	settleStatus(&c.r, &c.n, hits, c.doc.Part, firstLine(c.doc))
}

// crowncastleRow is one line of the table of windows.
type crowncastleRow struct {
	from, to parsers.Moment
	text     string
	line     int
}

// windows reads the rows of each zone: those in GMT count, the others check
// them.
func (c *crowncastleMail) windows() {
	zones := map[string][]crowncastleRow{}
	var order []string
	for _, row := range c.rows() {
		zone := parsers.Key(row.to.Zone)
		if isUTC(crowncastleTimes, row.to.Zone) {
			zone = "gmt"
		}
		if zones[zone] == nil {
			order = append(order, zone)
		}
		if len(zones[zone]) >= maxWindows {
			tooMany(&c.r, "start", maxWindows)
			return
		}
		zones[zone] = append(zones[zone], row)
	}
	if len(order) == 0 {
		return
	}
	sure := order[0]
	if zones["gmt"] != nil {
		sure = "gmt"
	}
	for i, row := range zones[sure] {
		start, end, err := crowncastleTimes.ResolveSpan(row.from, row.to, c.near)
		if err == nil {
			err = c.plausible(crowncastleTimes, start, row.from, row.to)
		}
		for _, zone := range order {
			if err == nil && zone != sure && len(zones[zone]) == len(zones[sure]) {
				other := zones[zone][i]
				err = agree(&c.r, crowncastleTimes, [2]time.Time{start, end}, [2]parsers.Moment{other.from, other.to}, c.near, crowncastleSlack)
			}
		}
		if err != nil {
			missingTime(&c.r, err)
			continue
		}
		n := len(c.n.Windows)
		c.n.Windows = append(c.n.Windows, models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: end})
		c.r.Found(0, parsers.WindowField(n, "start"), c.doc.Part, row.text, "table of start and end, "+sure)
		c.r.Found(0, parsers.WindowField(n, "end"), c.doc.Part, row.text, "table of start and end, "+sure)
	}
	c.checkSubject()
	c.r.SortWindows(0, c.n.Windows)
}

// checkSubject warns when the subject names another start than the table.
func (c *crowncastleMail) checkSubject() {
	_, said, ok := strings.Cut(c.m.Subject, " on ")
	if !ok || len(c.n.Windows) != 1 {
		return
	}
	if m, _, ok := crowncastleTimes.Scan(said); ok {
		if err := crowncastleTimes.Agree(c.n.Windows[0].Start, m, c.near, crowncastleSlack); err != nil {
			c.r.Warn("the subject names another start than the table: " + undecided(err))
		}
	}
}

// rows gives the lines of the table of windows: by its headers, else, where a
// converter flattened it, two moments after another under its heading.
func (c *crowncastleMail) rows() []crowncastleRow {
	var rows []crowncastleRow
	for _, r := range c.doc.Rows(crowncastleWindows) {
		if r.Line >= c.end {
			break
		}
		from, _, okFrom := crowncastleTimes.Scan(r.All("start"))
		to, _, okTo := crowncastleTimes.Scan(r.All("end"))
		if !okFrom || !okTo || !from.HasTime || !to.HasTime { // a header over two columns that was not kept as one
			continue
		}
		zone := r.Get("zone")
		for _, m := range []*parsers.Moment{&from, &to} {
			if m.Zone == "" {
				m.Zone = zone
			}
		}
		rows = append(rows, crowncastleRow{from, to, strings.TrimSpace(r.All("start") + " - " + r.All("end") + " " + zone), r.Line})
	}
	if len(rows) > 0 {
		return rows
	}
	for i, p := range c.pairs {
		if p.Field != "window" {
			continue
		}
		end := c.end
		for _, next := range c.pairs[i+1:] {
			if next.Field != "window" && next.Field != "zone" {
				end = next.Line
				break
			}
		}
		text := c.doc.Span(p.Line, min(end, p.Line+2000))
		for len(rows) <= maxWindows*6 {
			from, rest, ok := crowncastleTimes.Scan(text)
			if !ok {
				break
			}
			var to parsers.Moment
			if to, text, ok = crowncastleTimes.Scan(strings.TrimLeft(rest, " -|to")); !ok {
				break
			}
			if from.Zone == "" {
				from.Zone = to.Zone
			}
			rows = append(rows, crowncastleRow{from, to, from.Text + " - " + to.Text, p.Line})
		}
		break
	}
	return rows
}

// circuits reads the table of circuits; a later notice has it only in the
// original below, which counts if it is of the same ticket.
func (c *crowncastleMail) circuits() {
	impact, _ := parsers.First(c.pairs, "impact")
	duration, _ := parsers.First(c.pairs, "duration")
	c.impact = strings.TrimSpace(impact.Value + " " + duration.Value)
	list := c.listed(0, c.end)
	if len(list) == 0 && c.end < len(c.doc.Lines) {
		end := len(c.doc.Lines)
		for _, p := range c.doc.Pairs(crowncastleLabels) {
			if p.Field == "id" && p.Line >= c.end && parsers.FirstWord(p.Value) != c.n.MaintenanceID {
				end = min(end, p.Line)
			}
		}
		list = c.listed(c.end, end)
	}
	c.letter.circuits(list)
}

func (c *crowncastleMail) listed(from, to int) []models.NoticeCircuit {
	var list []models.NoticeCircuit
	for _, row := range c.doc.Rows(crowncastleCircuits) {
		cid := row.Get("circuit")
		if row.Line < from || row.Line >= to || parsers.None(cid) {
			continue
		}
		list = c.one(list, cid, row.Get("impact"), "column "+row.Head("circuit"))
	}
	if len(list) == 0 {
		list = c.flat(from, to)
	}
	return list
}

// one adds a circuit with its impact: "None" is none, words that point
// elsewhere are those of the event.
func (c *crowncastleMail) one(list []models.NoticeCircuit, cid, raw, rule string) []models.NoticeCircuit {
	words := raw
	if strings.TrimSpace(raw) == "" || crowncastleOpaque.MatchString(strings.TrimSpace(raw)) {
		words = c.impact
	}
	if raw == "" {
		raw = words
	}
	impact := models.ImpactOutage
	if !crowncastleOpaque.MatchString(words) {
		impact = c.letter.impact(words)
	} else if found, _, ok := parsers.CommonImpact.Find(words); ok {
		impact = found
	}
	return c.circuit(list, cid, impact, raw, rule)
}

// flat reads a table of circuits that a converter flattened: a row begins with
// an id, and its impact stands after it.
func (c *crowncastleMail) flat(from, to int) []models.NoticeCircuit {
	var list []models.NoticeCircuit
	at := -1
	for _, p := range c.doc.Pairs(crowncastleLabels) {
		if p.Field == "circuits" && p.Line >= from && p.Line < to && at < 0 {
			at, to = p.Line+1, min(to, p.End)
		}
	}
	cid, impact := "", ""
	for i := at; at >= 0 && i < to; i++ {
		text := c.doc.Lines[i].Text
		word := parsers.FirstWord(text)
		switch _, _, says := parsers.CommonImpact.Find(text); {
		case crowncastleCircuits.Header(text) != "":
		case strings.Count(word, "-") > 0 && strings.ContainsAny(word, "0123456789") && (word == text || strings.Contains(text, "/")) && len(word) > 6:
			if cid != "" {
				list = c.one(list, cid, impact, "under Customer Circuits")
			}
			cid, impact = word, ""
			if i := strings.LastIndex(text, " "); i > 0 && parsers.Key(text[i:]) == "none" {
				impact = "None"
			}
		case cid != "" && len(text) < 60 && (says || durationOnly.MatchString(text) || crowncastleOpaque.MatchString(text)):
			impact = text
		}
	}
	if cid != "" {
		list = c.one(list, cid, impact, "under Customer Circuits")
	}
	return list
}

func (c *crowncastleMail) summary() string {
	p, ok := parsers.First(c.pairs, "work")
	if !ok {
		return ""
	}
	end := p.At + 1
	for end < min(p.End, c.end) && !strings.HasPrefix(strings.ToLower(c.doc.Lines[end].Text), "customer circuits") {
		end++
	}
	return parsers.Clip(strings.TrimSpace(p.Value+" "+c.doc.Span(p.At+1, end)), 1000)
}
