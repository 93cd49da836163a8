package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func zayoProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "zayo",
		Name:      "Zayo",
		Organizer: "mr@zayo.com",
		Senders:   []string{"mr@zayo.com", "zayo.com", "*.zayo.com"},
		Subjects:  []string{"***zayo ttn-", "zayo ttn-"},
		Body: []string{"zayo maintenance notification", "zayo and/or one of its providers", "zayo or one of its providers",
			"dear zayo customer", "zayo maintenance team", "zayo global change management"},
		Formats: []parsers.Format{{Name: "zayo/notice", Fits: zayoFits, Read: zayoRead}},
	}
}

// zayoSlack is how far the local and the GMT rendering of a window may lie
// apart; some notices round the one and not the other.
const zayoSlack = 15 * time.Minute

var (
	zayoTimes = parsers.Times{}

	zayoLabels = parsers.NewLabels(map[string][]string{
		"id":       {"maintenance ticket #", "maintenance ticket", "maintenance ticket number"},
		"customer": {"customer", "customer name"},
		"night":    {"*activity date", "activity date*", "*primary date", "maintenance window"},
		"backup":   {"*backup date", "backup date*", "*alternate date", "*alternate activity date", "*contingency date", "*backup activity date", "backup window"},
		"reason":   {"reason for maintenance"},
		"impact":   {"expected impact"},
		"circuits": {"circuit(s) affected", "circuit affected", "circuits impacted"},
		"other":    {"urgency", "date notice sent", "location of maintenance", "maintenance team contacts"},
	})

	zayoColumns = parsers.NewColumns([]string{"circuit"}, map[string][]string{
		"circuit": {"circuit id", "circuit ids", "zayo circuit id", "service id"},
		"impact":  {"expected impact", "impact"},
		"legacy":  {"legacy circuit id"},
	})

	// zayoSubject is searched in the subject without the customer's name.
	zayoSubject = append(parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"cancel"}},
		{Status: models.StatusCompleted, Phrases: []string{"end of window", "end of maintenance", "window closed"}},
		{Status: models.StatusCompleted, Phrases: []string{"complete maintenance"}},
		{Status: models.StatusInProcess, Phrases: []string{"start of", "start maintenance", "start notification", "begin of", "commence", "in progress"}},
		{Status: models.StatusRescheduled, Phrases: []string{"extension"}},
	}, letterStatus...)

	// zayoSentence is searched above the ticket number, where the official
	// sentence stands.
	zayoSentence = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusWords{
		{Status: models.StatusCompleted, Phrases: []string{"event has closed", "window is now closed"}},
		{Status: models.StatusInProcess, Phrases: []string{"has opened", "will begin shortly", "is about to begin", "is now open"}},
	}...)

	zayoTicket  = lazy(`(?i)\bTTN-[0-9A-Z-]*[0-9A-Z]`)
	zayoReplace = lazy(`(?i)(?:reschedule of|rescheduled from|replaces|replacement (?:of|for)|supersedes)\s+(?:ticket\s+)?(TTN-[0-9A-Z-]*[0-9A-Z])`, "reschedule", "replac", "supersedes")
)

func zayoFits(m *parsers.Message) (bool, string) {
	return mentions(m, "maintenance")
}

// zayoMail is one mail while it is read.
type zayoMail struct {
	m      *parsers.Message
	r      parsers.Reading
	n      models.Notice
	doc    *parsers.Document
	pairs  []parsers.Pair
	others []*parsers.Document
	end    int // line at which older, quoted notices begin
	impact string
}

func zayoRead(m *parsers.Message) parsers.Reading {
	z := zayoMail{m: m}
	bodies := parsers.ReadBodies(m)
	z.doc, z.pairs, z.others = bodies.Best(zayoLabels)
	if z.doc == nil {
		return unreadable(bodies.Err)
	}
	z.current()
	if z.foreign() {
		return foreign(m, "no maintenance ticket and no activity date")
	}
	z.id()
	z.account()
	z.status()
	z.windows()
	z.circuits()
	z.rest()
	z.r.CheckNotice(&z.n)
	return finish(z.r, z.n)
}

// foreign tells that the mail is about something else.
func (z *zayoMail) foreign() bool {
	for _, p := range z.pairs {
		if p.Field == "id" || p.Field == "night" {
			return false
		}
	}
	return !zayoTicket.MatchString(z.m.Subject)
}

// current leaves only the newest notice of a thread: what stands before the
// second ticket number.
func (z *zayoMail) current() {
	z.end = len(z.doc.Lines)
	seen, night := false, false
	for i, p := range z.pairs {
		if p.Field != "id" {
			night = night || seen && p.Field == "night"
			continue
		}
		if seen && night {
			z.end = p.Line
			z.pairs = z.pairs[:i]
			break
		}
		seen = true
	}
}

func (z *zayoMail) id() {
	inSubject := zayoTicket.FindString(z.m.Subject)
	p, ok := parsers.First(z.pairs, "id")
	switch {
	case ok:
		z.n.MaintenanceID = parsers.FirstWord(p.Value)
		z.r.Found(0, "maintenance_id", z.doc.Part, z.doc.Lines[p.Line].Text, "label Maintenance Ticket #")
		if inSubject != "" && !strings.EqualFold(inSubject, z.n.MaintenanceID) {
			z.r.Warn(fmt.Sprintf("the subject names %s, the text %s", inSubject, z.n.MaintenanceID))
		}
	case inSubject != "":
		z.n.MaintenanceID = inSubject
		z.r.Found(0, "maintenance_id", -1, z.m.Subject, "TTN- in the subject")
	}
}

func (z *zayoMail) account() {
	if p, ok := parsers.First(z.pairs, "customer"); ok {
		z.n.Account = p.Value
		z.r.Found(0, "account", z.doc.Part, z.doc.Lines[p.Line].Text, "label Customer")
		return
	}
	if name := zayoCustomer(z.m.Subject); name != "" {
		z.n.Account = name
		z.r.Found(0, "account", -1, z.m.Subject, "between *** before ZAYO in the subject")
	}
}

// zayoCustomer gives the name between asterisks before "ZAYO TTN-…".
func zayoCustomer(subject string) string {
	parts := strings.Split(subject, "***")
	for i := len(parts) - 1; i > 0; i-- {
		if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(parts[i])), "ZAYO") {
			return strings.TrimSpace(parts[i-1])
		}
	}
	return ""
}

func (z *zayoMail) status() {
	subject := z.m.Subject
	if name := zayoCustomer(subject); name != "" {
		subject = strings.Replace(subject, name, " ", 1)
	}
	var hits []parsers.StatusHit
	if h, ok := zayoSubject.Find(parsers.Plain(subject)); ok {
		h.Part, h.Where = -1, "the subject"
		hits = append(hits, h)
	}
	if h, ok := zayoHead(z.doc, z.pairs); ok {
		h.Where = "the text"
		hits = append(hits, h)
	}
	for _, d := range z.others {
		if h, ok := zayoHead(d, d.Pairs(zayoLabels)); ok {
			h.Where = "the other part"
			hits = append(hits, h)
		}
	}
	hit, warning, ok := parsers.DecideStatus(hits...)
	if warning != "" {
		z.r.Warn(warning)
	}
	if !ok {
		hit = parsers.StatusHit{Status: models.StatusConfirmed, Part: z.doc.Part, Text: firstLine(z.doc)}
	}
	z.n.Status = hit.Status
	z.r.Found(0, "status", hit.Part, hit.Text, statusRule(ok))
}

// zayoHead reads the official sentence above the ticket number.
func zayoHead(d *parsers.Document, pairs []parsers.Pair) (parsers.StatusHit, bool) {
	end := len(d.Lines)
	for _, p := range pairs {
		if p.Field == "id" || p.Field == "night" {
			end = p.Line
			break
		}
	}
	h, ok := zayoSentence.Find(parsers.Plain(d.Span(0, min(end, 60))))
	h.Part = d.Part
	return h, ok
}

func (z *zayoMail) windows() {
	for _, p := range withoutFormer(z.doc, z.pairs, "night", "backup") {
		if p.Field != "night" && p.Field != "backup" {
			continue
		}
		if len(z.n.Windows) > maxWindows {
			tooMany(&z.r, "start", maxWindows)
			break
		}
		kind := models.WindowPrimary
		if p.Field == "backup" {
			kind = models.WindowBackup
		}
		z.night(kind, p)
	}
	z.r.SortWindows(0, z.n.Windows)
}

func (z *zayoMail) circuits() {
	if p, ok := parsers.First(z.pairs, "impact"); ok && !headerLines(zayoColumns, z.doc)[p.Line] {
		z.impact = z.doc.Span(p.At, p.End)
		if p.At == p.Line {
			z.impact = p.Value
		}
	}
	var list []models.NoticeCircuit
	for _, row := range z.doc.Rows(zayoColumns) {
		if row.Line >= z.end {
			break
		}
		cid := row.Get("circuit")
		if parsers.None(cid) {
			cid = row.Get("legacy")
		}
		if cell(&z.r, cid, "column Circuit Id") {
			list = z.circuit(list, cid, row.Get("impact"), row.Line)
		}
	}
	if len(list) == 0 {
		list = z.flatCircuits()
	}
	if len(list) == 0 && len(z.others) > 0 {
		for _, d := range z.others {
			if rows := d.Rows(zayoColumns); len(rows) > 0 {
				z.r.Warn("the circuits are only in another part of the mail, which was not read")
			}
		}
	}
	for i := range z.n.Windows {
		z.n.Windows[i].Circuits = list
	}
}

func (z *zayoMail) circuit(list []models.NoticeCircuit, cid, raw string, line int) []models.NoticeCircuit {
	n := len(list)
	rule := "column Expected Impact"
	if strings.TrimSpace(raw) == "" {
		raw, rule = z.impact, "label Expected Impact"
	}
	impact, known := parsers.CommonImpact.Impact(raw)
	if !known {
		z.r.Warn(fmt.Sprintf("the impact %q of %s is not known, OUTAGE is assumed", parsers.Clip(raw, 80), cid))
	}
	z.r.Found(0, parsers.CircuitField(n, "circuit_id"), z.doc.Part, cid, "column Circuit Id")
	z.r.Found(0, parsers.CircuitField(n, "impact"), z.doc.Part, raw, rule)
	return append(list, models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: parsers.Clip(raw, 200)})
}

// flatCircuits reads a circuit table that a converter to plain text flattened:
// the circuit stands before the words of its impact, on the same line or on
// the line before.
func (z *zayoMail) flatCircuits() []models.NoticeCircuit {
	from := z.end
	for _, p := range z.pairs {
		if p.Field == "circuits" {
			from = p.Line + 1
		}
	}
	var list []models.NoticeCircuit
	previous := ""
	for i := from; i < z.end; i++ {
		text := z.doc.Lines[i].Text
		at := flatImpact(text)
		switch {
		case at < 0 && zayoColumns.Header(text) == "" && zayoLabels.Field(text) == "":
			previous = text
			continue
		case at < 0:
			previous = ""
			continue
		}
		cid := strings.Trim(text[:at], " |\t")
		if cid == "" {
			cid = previous
		}
		if len(cid) <= 60 && likeCircuit(cid) && !strings.Contains(cid, ", ") {
			list = z.circuit(list, cid, text[at:], i)
		}
		previous = ""
	}
	return list
}

var zayoFlat = []string{"hard down", "no expected impact", "no impact", "none expected", "switch hit", "switch-hit", "protection switch",
	"degraded", "intermittent", "potential", "loss of redundancy", "at risk"}

// flatImpact gives where the words of an impact begin in a line, -1 if nowhere.
func flatImpact(text string) int {
	low := strings.ToLower(parsers.Clip(text, 1000))
	if len(text) > 1000 || len(low) != len(text) {
		return -1
	}
	best := -1
	for _, w := range zayoFlat {
		if i := strings.Index(low, w); i >= 0 && (best < 0 || i < best) {
			best = i
		}
	}
	return best
}

func (z *zayoMail) rest() {
	if p, ok := parsers.First(z.pairs, "reason"); ok {
		z.n.Summary = p.Value
		if p.At == p.Line {
			z.n.Summary = strings.TrimSpace(p.Value + " " + z.paragraph(p))
		}
		for _, s := range zayoReplace.FindAllStringSubmatch(z.n.Summary, 5) {
			if !strings.EqualFold(s[1], z.n.MaintenanceID) {
				z.n.Supersedes = append(z.n.Supersedes, s[1])
			}
		}
	}
	if z.n.Summary == "" {
		z.n.Summary = z.m.Subject
	}
	z.n.Sequence, z.n.UID = 1, "0"
}

// paragraph is what follows the line of a label up to the next label or gap.
func (z *zayoMail) paragraph(p parsers.Pair) string {
	end := p.Line + 1
	for end < min(p.End, z.end) && !z.doc.Lines[end].Gap {
		end++
	}
	return z.doc.Span(p.Line+1, end)
}
