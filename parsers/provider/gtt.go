package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func gttProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "gtt",
		Aliases:   []string{"exa"},
		Name:      "GTT / EXA",
		Organizer: "InfraCo.CM@exainfra.net",
		Senders:   []string{"infraco.cm@exainfra.net", "infraco.cm@gttcorp.org", "exainfra.net", "*.exainfra.net", "gtt.net", "*.gtt.net", "gttcorp.org"},
		Subjects: []string{"gtt planned work", "gtt emergency work", "exa planned work", "exa emergency work", "gtt scheduled work", "exa scheduled work",
			"gtt urgent work", "exa urgent work"},
		Body:    []string{"gtt network operations", "exa network operations", "infraco.cm@exainfra.net", "infraco.cm@gttcorp.org"},
		Formats: []parsers.Format{{Name: "gtt/notice", Fits: gttFits, Read: gttRead}, checkedCalendar(gttLabels, "start")},
	}
}

const gttSlack = 15 * time.Minute

var (
	gttTimes = parsers.Times{}

	gttLabels = parsers.NewLabels(map[string][]string{
		"id":       {"planned work notification", "emergency work notification", "urgent work notification", "scheduled work notification", "*work notification", "planned maintenance notification"},
		"start":    {"start", "start time", "start date", "new start", "backup start", "alternate start"},
		"end":      {"end", "end time", "end date", "new end", "backup end", "alternate end"},
		"place":    {"location", "locations"},
		"reason":   {"planned work reason", "emergency work reason", "*work reason", "reason"},
		"change":   {"reschedule reason", "cancellation reason", "cancelation reason", "cancel reason"},
		"update":   {"current update", "final update", "update", "latest update"},
		"services": {"services affected", "service affected", "affected services"},
		"other":    {"details", "detail", "comments*", "comments (color explanation)"},
	})

	gttColumns = parsers.NewColumns([]string{"slid"}, map[string][]string{
		"slid":    {"slid/ccsd", "slid", "ccsd", "slid / ccsd", "circuit id"},
		"service": {"services affected", "service affected", "affected services", "service id"},
		"pon":     {"customer pon", "pon", "customer po", "customer order"},
		"type":    {"service type"},
		"impact":  {"expected impact to your service", "expected impact*", "impact"},
		"site":    {"site address", "site addresses"},
	})

	// gttTitle is searched in the subject and the heading, which both end in
	// the kind of notice.
	gttTitle = append(parsers.StatusWords{{Status: models.StatusCancelled, Phrases: []string{"cancel"}}}, letterStatus...)

	gttSubjectID = lazy(`(?i)\bTT\s*#?\s*\(?\s*(\d{5,12})\b`)
	gttReplace   = lazy(`(?i)(?:replac\w+|supersed\w+|reschedul\w+ (?:of|from))\s+(?:\w+\s+){0,3}(?:TT\s*#?\s*)?(\d{6,12})\b`, "replac", "supersed", "reschedul")
	gttUpdate    = lazy(`(?i)[-–]\s*update\W*$`)
	gttColour    = lazy(`(?i)(?:bgcolor\s*=\s*["']?|background(?:-color)?\s*:\s*)(#[0-9a-f]{3,6}|[a-z]{3,12})`)

	// gttSpared are the words by which an update takes the impact back.
	gttSpared = []string{"not impacted by this work", "no longer impacted", "will not be impacted", "notified in error", "not affected by this work"}
)

func gttFits(m *parsers.Message) (bool, string) {
	if noNotice(m.Subject) != "" {
		return true, ""
	}
	return mentions(m, "notification")
}

type gttMail struct {
	*letter
	title  string
	impact models.Impact // that an update states for all; empty: none does
	words  string
}

func gttRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, gttLabels, gttTimes, "id")
	if !ok {
		return r
	}
	g := gttMail{letter: l}
	if !has(g.pairs, "id") && !has(g.pairs, "start") && !gttSubjectID.MatchString(m.Subject) {
		if rule := noNotice(m.Subject); rule != "" {
			return parsers.Reading{Ignored: rule}
		}
		return parsers.Reading{}
	}
	if rule := l.idle("start", "services"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	g.id()
	g.status()
	g.windows()
	g.checkSentence()
	g.spared()
	g.circuits()
	if p, ok := parsers.First(g.pairs, "reason"); ok {
		g.n.Summary = g.text(p, true)
	}
	return l.finish()
}

// id is the number of the heading, else that of the subject.
func (g *gttMail) id() {
	inSubject := ""
	if s := gttSubjectID.FindStringSubmatch(g.m.Subject); s != nil {
		inSubject = s[1]
	}
	g.title = g.value("id", "")
	id := strings.Trim(parsers.FirstWord(g.title), "-–#:")
	switch {
	case id != "" && strings.ContainsAny(id, "0123456789"):
		g.n.MaintenanceID = id
		g.r.Found(0, "maintenance_id", g.doc.Part, g.title, "heading of the notification")
		if inSubject != "" && inSubject != id {
			g.r.Warn(fmt.Sprintf("the subject names %s, the text %s", inSubject, id))
		}
	case inSubject != "":
		g.n.MaintenanceID = inSubject
		g.r.Found(0, "maintenance_id", -1, g.m.Subject, "TT in the subject")
	}
	for _, s := range gttReplace.FindAllStringSubmatch(g.m.Subject+" . "+g.doc.Span(0, min(g.end, 60)), 5) {
		if s[1] != id && s[1] != inSubject {
			g.n.Supersedes = append(g.n.Supersedes, s[1])
		}
	}
}

// status is what subject, heading and the sentences above the window say; an
// update that strikes an old time out has new dates.
func (g *gttMail) status() {
	hits := saySubject(nil, gttTitle, g.m.Subject)
	for i, d := range append([]*parsers.Document{g.doc}, g.others...) {
		where := "the text"
		if i > 0 {
			where = "the other part"
		}
		hits = say(hits, letterStatus, d.Span(0, g.head(d, d.Pairs(gttLabels), []string{"start", "reason", "services"})), d.Part, where)
	}
	hits = gttHeading(hits, g.title, g.doc.Part)
	hits = sayCalendar(hits, g.m, "")
	if len(hits) == 0 && (gttUpdate.MatchString(g.title) || gttUpdate.MatchString(g.m.Subject)) && g.struck() {
		hits = append(hits, parsers.StatusHit{Status: models.StatusRescheduled, Part: g.doc.Part, Text: g.title, Where: "an update with a time struck out"})
	}
	settleStatus(&g.r, &g.n, hits, g.doc.Part, firstLine(g.doc))
}

// gttHeading looks for a status in the heading, which ends as the subject does.
func gttHeading(hits []parsers.StatusHit, title string, part int) []parsers.StatusHit {
	n := len(hits)
	hits = saySubject(hits, gttTitle, title)
	for i := range hits[n:] {
		hits[n+i].Part, hits[n+i].Where = part, "the heading"
	}
	return hits
}

// struck reports whether the part strikes something out.
func (g *gttMail) struck() bool {
	source := strings.ToLower(g.source())
	if strings.Contains(source, "line-through") {
		return true
	}
	for _, tag := range []string{"<strike", "<s", "<del"} {
		for _, rest, ok := strings.Cut(source, tag); ok; _, rest, ok = strings.Cut(rest, tag) {
			if rest != "" && strings.IndexByte("> \t\r\n\f", rest[0]) >= 0 {
				return true
			}
		}
	}
	return false
}

// source is the part that is read, as it was sent.
func (g *gttMail) source() string {
	for _, p := range g.m.Parts {
		if p.Index == g.doc.Part && p.ContentType == parsers.TypeHTML {
			return parsers.Clip(p.Text(), 4<<20)
		}
	}
	return ""
}

// checkSentence holds the window against the sentence above it ("between A - B").
func (g *gttMail) checkSentence() {
	if len(g.n.Windows) != 1 || len(g.r.Fields) > 0 {
		return
	}
	text := g.doc.Span(0, g.head(g.doc, g.pairs, []string{"start"}))
	i := strings.Index(text, " between ")
	if i < 0 {
		return
	}
	from, to, _, ok := gttTimes.ScanSpan(text[i+len(" between "):])
	if !ok {
		return
	}
	w := g.n.Windows[0]
	err := agree(&g.r, gttTimes, [2]time.Time{w.Start, w.End}, [2]parsers.Moment{from, to}, g.near, gttSlack)
	switch {
	case err == nil:
	case g.n.Status.Closed() || g.n.Status == models.StatusRescheduled: // the sentence may keep the old time
		g.r.Warn("a sentence above the window names another one: " + undecided(err))
	default:
		missingTime(&g.r, err)
	}
}

// spared reads an update that says that the circuits are not impacted after
// all.
func (g *gttMail) spared() {
	for _, p := range g.pairs {
		if p.Field != "update" {
			continue
		}
		text := parsers.Plain(g.text(p, false))
		for _, phrase := range gttSpared {
			if strings.Contains(text, phrase) {
				g.impact, g.words = models.ImpactNone, phrase
				g.r.Found(0, "circuits.impact", g.doc.Part, phrase, labelRule(p))
				g.r.Warn(fmt.Sprintf("the update takes the impact back (%q), the table does not", phrase))
				return
			}
		}
	}
}

func (g *gttMail) circuits() {
	colours := gttLegend(g.source())
	var list []models.NoticeCircuit
	for _, row := range g.rows(gttColumns, "circuits") {
		cid, rule := row.Get("slid"), "column "+row.Head("slid")
		if parsers.None(cid) {
			cid, rule = row.Get("service"), "column "+row.Head("service")
		}
		if parsers.None(cid) {
			continue
		}
		if pon := row.Get("pon"); !parsers.None(pon) {
			g.account(pon, "column "+row.Head("pon"))
		}
		raw := row.Get("impact")
		impact := g.letter.impact(raw)
		if words := colours.of(cid); words != "" {
			raw = strings.TrimSpace(raw + " (" + words + ")")
			impact = models.ImpactReducedRedundancy
		}
		if g.impact != "" {
			impact, raw = g.impact, g.words
		}
		list = g.circuit(list, cid, impact, raw, rule)
	}
	g.letter.circuits(list)
}

// account is the first purchase order of the table.
func (g *gttMail) account(pon, rule string) {
	switch g.n.Account {
	case "":
		g.n.Account = pon
		g.r.Found(0, "account", g.doc.Part, pon, rule)
	case pon:
	default:
		g.r.Warn(fmt.Sprintf("the circuits have more than one purchase order, the first is taken as the account: %q and %q", g.n.Account, parsers.Clip(pon, 80)))
	}
}

// gttColours is a part's source with the colour that marks rows which only
// lose their resiliency.
type gttColours struct {
	source, colour string
	missed         int // circuits that the source does not name
}

// gttLegend reads the explanation of the colours below the table: the colour
// of Resiliency Loss, where it is not that of Service interruption too.
func gttLegend(source string) *gttColours {
	loss := gttColourBefore(source, "Resiliency Loss")
	if loss == "" || loss == gttColourBefore(source, "Service interruption") {
		return &gttColours{}
	}
	return &gttColours{source: source, colour: loss}
}

func gttColourBefore(source, words string) string {
	at := strings.LastIndex(source, words)
	if at < 0 {
		return ""
	}
	found := gttColour.FindAllStringSubmatch(strings.ToValidUTF8(source[max(0, at-600):at], ""), -1)
	if len(found) == 0 {
		return ""
	}
	return strings.ToLower(found[len(found)-1][1])
}

// of gives the words of the legend when the row of a circuit has their colour.
// Circuits are asked for in the order of the table.
func (c *gttColours) of(cid string) string {
	at := -1
	if c.missed < 50 {
		at = strings.Index(c.source, cid)
	}
	if at < 0 {
		c.missed++
		return ""
	}
	c.source = c.source[at+len(cid):]
	row := c.source[:min(len(c.source), 4000)]
	for _, tag := range []string{"</tr", "<tr", "</TR", "<TR"} {
		row, _, _ = strings.Cut(row, tag)
	}
	if !strings.Contains(strings.ToLower(row), c.colour) {
		return ""
	}
	for _, found := range gttColour.FindAllStringSubmatch(row, 20) {
		if strings.EqualFold(found[1], c.colour) {
			return "Resiliency Loss"
		}
	}
	return ""
}
