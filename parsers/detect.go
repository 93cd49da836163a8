package parsers

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Scores of detection. An address says more than a domain, the header more
// than the body; leastScore is what a candidate needs, sureScore what makes
// looking further needless.
const (
	leastScore = 30
	sureScore  = 60
)

// Candidate is a provider that a mail may be from.
type Candidate struct {
	Slug    string
	Score   int
	Signals []string // what speaks for it, in words
}

// Reason gives the signals as one sentence.
func (c Candidate) Reason() string {
	return fmt.Sprintf("%s (score %d)", strings.Join(c.Signals, "; "), c.Score)
}

// Detect gives the providers that a mail may be from, best first; none when
// nothing speaks clearly enough for any.
func (e *Engine) Detect(m *Mail) []Candidate {
	all := make([]Candidate, len(e.providers))
	for i, p := range e.providers {
		all[i].Slug = p.Slug
	}
	e.bySender(m, all)
	e.byCalendar(m, all)
	e.bySubject(m, all)
	if !decided(all) {
		e.byBody(m, all)
	}
	all = slices.DeleteFunc(all, func(c Candidate) bool { return c.Score < leastScore })
	slices.SortStableFunc(all, func(a, b Candidate) int { return b.Score - a.Score })
	return all
}

// decided reports whether one candidate is sure and alone.
func decided(all []Candidate) bool {
	best, second := 0, 0
	for _, c := range all {
		switch {
		case c.Score > best:
			best, second = c.Score, best
		case c.Score > second:
			second = c.Score
		}
	}
	return best >= sureScore && second < best
}

func (c *Candidate) add(score int, format string, args ...any) {
	c.Score += score
	c.Signals = append(c.Signals, fmt.Sprintf(format, args...))
}

// signal is one address and what it counts by the rank of its match: for a
// wildcard, a domain, an address.
type signal struct {
	where  string
	addr   string
	scores [3]int
}

func (e *Engine) bySender(m *Mail, all []Candidate) {
	var signals []signal
	outer := func(name string, scores [3]int) {
		if a := m.sole(name); a != "" {
			signals = append(signals, signal{name, a, scores})
		}
	}
	outer("From", [3]int{60, 70, 100})
	outer("X-Original-Sender", [3]int{50, 60, 90})
	outer("Sender", [3]int{20, 30, 40})
	outer("Reply-To", [3]int{25, 30, 40})
	for _, a := range m.InnerSenders() {
		signals = append(signals, signal{"From of the forwarded message", a, [3]int{45, 55, 80}})
	}
	if v := m.Header.Get("List-Id"); v != "" {
		if id := strings.Trim(FirstWord(v[strings.LastIndexByte(v, '<')+1:]), "<>"); strings.Contains(id, ".") {
			_, domain, _ := strings.Cut(id, ".")
			signals = append(signals, signal{"List-Id", "list@" + domain, [3]int{10, 20, 20}})
		}
	}
	seen := make(map[string]bool, len(signals))
	for _, s := range signals {
		if seen[s.addr] {
			continue
		}
		seen[s.addr] = true
		e.senders.ranks(s.addr, func(i, rank int) {
			kind := [3]string{"below a domain", "of a domain", "an address"}[rank-1]
			all[i].add(s.scores[rank-1], "%s %s is %s of %s", s.where, s.addr, kind, e.providers[i].Name)
		})
	}
}

// byCalendar reads the provider's name in a BCOP calendar, and whose address
// organizes it.
func (e *Engine) byCalendar(m *Mail, all []Candidate) {
	for _, msg := range messages(m) {
		for _, p := range msg.Parts {
			if p.ContentType != TypeCalendar {
				continue
			}
			text := p.Text()
			value := property(text, "X-MAINTNOTE-PROVIDER")
			for k, prov := range e.providers {
				if names(prov, value) {
					all[k].add(40, "the calendar names %s", Clip(Fold(value), 60))
				}
			}
			if !strings.Contains(text, "X-MAINTNOTE-") {
				continue
			}
			if organizer := strings.ToLower(property(text, "ORGANIZER")); strings.HasPrefix(organizer, "mailto:") {
				e.senders.ranks(strings.TrimSpace(organizer[len("mailto:"):]), func(i, rank int) {
					all[i].add(30, "the calendar's organizer is of %s", e.providers[i].Name)
				})
			}
			return
		}
	}
}

// property gives the value of the first line of a calendar that begins with a
// name; empty without one.
func property(text, name string) string {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return ""
		}
		i += from
		if from = i + len(name); i > 0 && text[i-1] != '\n' && text[i-1] != '\r' {
			continue
		}
		line, _ := cutTextLine(text[i:])
		for quoted, at := false, len(name); at < len(line); at++ { // a parameter may have a colon in quotes
			switch {
			case line[at] == '"':
				quoted = !quoted
			case line[at] == ':' && !quoted:
				return line[at+1:]
			}
		}
	}
}

// names reports whether X-MAINTNOTE-PROVIDER means a provider: one of its
// domains, or its slug or name as first word.
func names(p Provider, value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	if value == "" || p.Slug == GenericSlug {
		return false
	}
	for _, s := range p.Senders {
		_, domain, ok := strings.Cut(s, "@")
		if !ok {
			domain = strings.TrimPrefix(s, "*.")
		}
		if strings.EqualFold(domain, value) {
			return true
		}
	}
	first := strings.Trim(FirstWord(value), ",.()")
	return first == p.Slug || slices.Contains(p.Aliases, first) || first == strings.ToLower(FirstWord(p.Name))
}

func (e *Engine) bySubject(m *Mail, all []Candidate) {
	subjects := []string{strings.ToLower(m.Subject)}
	for _, inner := range m.inner() {
		subjects = appendNew(subjects, []string{strings.ToLower(inner.Subject)})
	}
	sieves := make([]*Sieve, len(subjects))
	for i, s := range subjects {
		sieves[i] = NewSieve(s)
	}
	for i, p := range e.providers {
		for _, s := range sieves {
			count(&all[i], s, p.Subjects, "the subject has")
		}
	}
}

// count adds the fragments that a text has: 30 for the first, 10 for more.
func count(c *Candidate, text *Sieve, fragments []string, where string) {
	found := 0
	for _, f := range fragments {
		if f == "" || !text.Has(f) {
			continue
		}
		score := 10
		if found++; found == 1 {
			score = 30
		}
		if found <= 4 {
			c.add(score, "%s %q", where, f)
		}
	}
}

// byBody looks for fingerprints in the visible text, which only mail that its
// envelope does not decide needs.
func (e *Engine) byBody(m *Mail, all []Candidate) {
	var b bytes.Buffer
	seen := make(map[*Part]bool)
	for _, msg := range messages(m) {
		for _, p := range msg.Parts {
			if seen[p] || p.Attachment || b.Len() > maxWordText {
				continue
			}
			seen[p] = true
			switch p.ContentType {
			case TypeText:
				b.WriteString(Clip(p.Text(), maxWordText))
			case TypeHTML:
				if doc, err := ReadHTML(p.Text(), p.Index); err == nil {
					b.WriteString(doc.Title + "\n" + Clip(doc.Text(), maxWordText))
				}
			}
			b.WriteByte('\n')
		}
	}
	text := NewSieve(Plain(b.String()))
	for i, p := range e.providers {
		count(&all[i], text, p.Body, "the body has")
	}
}
