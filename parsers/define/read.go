package define

import (
	"fmt"
	"regexp"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

// maxHead is how many lines above the details are searched for a status.
const maxHead = 60

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
		r.r.Unreadable(bodies)
		return r.r
	}
	r.pairs, r.end = r.doc.Newest(r.pairs, "maintenance_id")
	circuits := r.rows(l.circuits, "circuits")
	if len(r.pairs)+len(circuits)+len(r.r.Fields) == 0 {
		return parsers.Reading{}
	}
	r.id()
	r.status()
	r.windows()
	r.circuits(circuits)
	r.summary()
	return r.finish()
}

// rows gives the rows of a table above the end; one that breaks off leaves the
// field unread.
func (r *reading) rows(c *parsers.Columns, field string) []parsers.Row {
	if c == nil {
		return nil
	}
	rows, err := r.doc.RowsAbove(r.end, c)
	if err != nil {
		r.r.Missing(field, err.Error())
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
	words := r.layout.status
	hits := words.Say(nil, r.m.Subject, -1, "the subject")
	hits = words.Say(hits, r.head(r.doc, r.pairs), r.doc.Part, "the text")
	for _, d := range r.others {
		hits = words.Say(hits, r.head(d, d.Pairs(r.labels)), d.Part, "the other part")
	}
	if p, ok := parsers.First(r.pairs, "status"); ok {
		hits = words.Say(hits, p.Value, r.doc.Part, p.Label)
	}
	r.r.SettleStatus(&r.n, hits, -1, r.m.Subject)
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
		r.n.Summary = r.doc.Whole(p, r.end, true)
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
