package define

import (
	"fmt"
	"regexp"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// Limits of one notice.
const (
	maxWindows  = 366
	maxCircuits = 100_000 // over all windows
	maxAccounts = 200
	maxHead     = 60 // lines above the details that are searched for a status
)

// reading is one message while it is read.
type reading struct {
	*layout
	m      *parsers.Message
	r      parsers.Reading
	n      models.Notice
	doc    *parsers.Document
	pairs  []parsers.Pair
	others []*parsers.Document
	end    int // line at which an older, quoted notice begins
	lists  []accountList
	total  int // circuits over all windows
}

// read is the format's Read.
func (l *layout) read(m *parsers.Message) parsers.Reading {
	r := reading{layout: l, m: m}
	subject := parsers.Plain(m.Subject)
	for _, phrase := range l.ignore {
		if strings.Contains(subject, phrase) {
			return parsers.Reading{Ignored: fmt.Sprintf("the subject has %q, which the definition ignores", phrase)}
		}
	}
	bodies := parsers.ReadBodies(m)
	r.doc, r.pairs, r.others = bodies.Best(l.labels)
	if r.doc == nil {
		reason := "the mail has no text or HTML part"
		if bodies.Err != nil {
			reason = bodies.Err.Error()
		}
		r.r.Missing("maintenance_id", reason)
		return r.r
	}
	r.newest()
	circuits := r.rows(l.circuits)
	if len(r.pairs)+len(circuits) == 0 {
		return parsers.Reading{}
	}
	r.id()
	r.status()
	r.windows()
	r.circuits(circuits)
	r.summary()
	return r.finish()
}

// newest leaves only the newest notice of a thread: what stands before the
// second label of the ticket.
func (r *reading) newest() {
	r.end = len(r.doc.Lines)
	seen := -1
	for i, p := range r.pairs {
		if p.Field != "maintenance_id" || p.Value == "" {
			continue
		}
		if seen >= 0 && p.Line > seen {
			r.end, r.pairs = p.Line, r.pairs[:i]
			return
		}
		seen = p.Line
	}
}

// rows gives the rows of a table above the end, flattened ones too.
func (r *reading) rows(c *parsers.Columns) []parsers.Row {
	if c == nil {
		return nil
	}
	rows := r.doc.Rows(c)
	if len(rows) == 0 {
		rows = r.doc.FlatRows(c)
	}
	for i, row := range rows {
		if row.Line >= r.end {
			return rows[:i]
		}
	}
	return rows
}

// pick gives what a pattern takes from a text; the text itself without one.
func pick(exp *regexp.Regexp, s string) string {
	if exp == nil {
		return strings.TrimSpace(s)
	}
	found := exp.FindStringSubmatch(parsers.Clip(s, 8<<10))
	if found == nil {
		return ""
	}
	return strings.TrimSpace(found[len(found)-1])
}

// value gives the value of a field: beside its label, else in the subject.
func (r *reading) value(field string) (value string, part int, text, rule string) {
	for _, p := range r.pairs {
		if p.Field != field || p.Value == "" || p.Struck {
			continue
		}
		if v := pick(r.patterns[field], p.Value); !parsers.None(v) {
			return v, r.doc.Part, r.doc.Lines[p.At].Text, "label " + p.Label
		}
	}
	if exp := r.subject[field]; exp != nil {
		if v := pick(exp, r.m.Subject); v != "" {
			return v, -1, r.m.Subject, "pattern in the subject"
		}
	}
	return "", 0, "", ""
}

func (r *reading) id() {
	v, part, text, rule := r.value("maintenance_id")
	if v == "" {
		return
	}
	if r.patterns["maintenance_id"] == nil && part >= 0 {
		v = parsers.FirstWord(v)
	}
	r.n.MaintenanceID = v
	r.r.Found(0, "maintenance_id", part, text, rule)
	if exp := r.subject["maintenance_id"]; exp != nil && part >= 0 {
		if other := pick(exp, r.m.Subject); other != "" && !strings.EqualFold(other, v) {
			r.r.Warn(fmt.Sprintf("the subject names %s, the text %s", other, v))
		}
	}
}

// status is what the subject, the lines above the details and the label of
// the status say; without a word a notice is CONFIRMED.
func (r *reading) status() {
	hits := r.say(nil, r.m.Subject, -1, "the subject")
	hits = r.say(hits, r.head(r.doc, r.pairs), r.doc.Part, "the text")
	for _, d := range r.others {
		hits = r.say(hits, r.head(d, d.Pairs(r.labels)), d.Part, "the other part")
	}
	if p, ok := parsers.First(r.pairs, "status"); ok {
		hits = r.say(hits, p.Value, r.doc.Part, p.Label)
	}
	hit, warning, ok := parsers.DecideStatus(hits...)
	if warning != "" {
		r.r.Warn(warning)
	}
	rule := "status words"
	if !ok {
		hit = parsers.StatusHit{Status: models.StatusConfirmed, Part: -1, Text: r.m.Subject}
		rule = "a plain notice is CONFIRMED"
	}
	r.n.Status = hit.Status
	r.r.Found(0, "status", hit.Part, hit.Text, rule)
}

func (r *reading) say(hits []parsers.StatusHit, text string, part int, where string) []parsers.StatusHit {
	h, ok := r.layout.status.Find(parsers.Plain(text))
	if !ok {
		return hits
	}
	h.Part, h.Where = part, where
	return append(hits, h)
}

// head is what stands above the first label.
func (r *reading) head(d *parsers.Document, pairs []parsers.Pair) string {
	end := min(len(d.Lines), maxHead)
	if len(pairs) > 0 {
		end = min(end, pairs[0].Line)
	}
	return d.Span(0, end)
}

func (r *reading) summary() {
	r.n.Summary = r.m.Subject
	if p, ok := parsers.First(r.pairs, "summary"); ok {
		end := p.At + 1
		for end < min(p.End, r.end) && !r.doc.Lines[end].Gap {
			end++
		}
		r.n.Summary = strings.TrimSpace(p.Value + " " + r.doc.Span(p.At+1, end))
		r.r.Found(0, "summary", r.doc.Part, r.n.Summary, "label "+p.Label)
	}
	r.n.Sequence, r.n.UID = 1, "0"
}

// impactOf reads the words of an impact.
func (r *reading) impactOf(raw string) models.Impact {
	impact, known := r.layout.impact.Impact(raw)
	if !known {
		r.r.Warn(fmt.Sprintf("the impact %q is not known, OUTAGE is assumed", parsers.Clip(raw, 80)))
	}
	return impact
}
