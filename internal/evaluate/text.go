package evaluate

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

// Rows that the text shows of each list; the page has more.
const (
	textSenders  = 30
	textCircuits = 20
	textSites    = 20
)

// WriteText writes the report for a terminal. What mails say is written without
// characters that steer one.
func (r Report) WriteText(out io.Writer) error {
	w := &textWriter{w: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	w.line("%s: %d mails%s", plain(r.Source), r.Mails, r.Period())
	if r.Before > 0 {
		w.line("%d more were received before %s and are left out", r.Before, day(r.Since))
	}
	for _, u := range r.Unread {
		w.line("not read: %s", plain(u))
	}
	w.outcomes(r)
	w.providers(r)
	w.senders(r)
	w.circuits(r)
	w.sites(r)
	return w.end()
}

func (w *textWriter) outcomes(r Report) {
	other := ""
	if r.Sum.Other > 0 {
		other = fmt.Sprintf(", left out %d", r.Sum.Other)
	}
	w.line("read %d, to be reviewed %d, ignored %d, failed %d, quarantined %d, duplicate %d, unknown sender %d%s",
		r.Sum.Parsed, r.Sum.Review, r.Sum.Ignored, r.Sum.Failed, r.Sum.Quarantined, r.Sum.Duplicate, r.Sum.Unknown, other)
	if f := r.Flags; f != (Flags{}) {
		w.line("of these, %d list circuits that the inventory does not have, %d name circuits of it that were not read, %d came out of sequence", f.UnknownCIDs, f.Incomplete, f.OutOfSequence)
	}
}

// Period is when the mails were received, in words that follow their number.
func (r Report) Period() string {
	if r.Mails == 0 {
		return ""
	}
	return fmt.Sprintf(", received from %s to %s", day(r.From), day(r.Until))
}

type textWriter struct {
	w   *tabwriter.Writer
	err error
}

func (w *textWriter) line(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format+"\n", args...)
	}
}

// head begins a table; the columns of the one before end.
func (w *textWriter) head(title string, columns ...string) {
	w.line("")
	w.line("%s", title)
	if w.err == nil {
		w.err = w.w.Flush()
	}
	w.line("  %s", strings.Join(columns, "\t"))
}

func (w *textWriter) row(cells ...any) {
	text := make([]string, len(cells))
	for i, c := range cells {
		text[i] = plain(fmt.Sprint(c))
	}
	w.line("  %s", strings.Join(text, "\t"))
}

func (w *textWriter) end() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	if w.err != nil {
		return fmt.Errorf("write the report: %w", w.err)
	}
	return nil
}

func (w *textWriter) providers(r Report) {
	if len(r.Providers) == 0 {
		return
	}
	w.head("Providers", "PROVIDER", "MAILS", "READ", "REVIEW", "IGNORED", "FAILED", "QUARANTINED", "DUPLICATE", "MAINTENANCES", "MEDIAN NOTICE", "SHORTEST", "TOLD LATE")
	for _, p := range r.Providers {
		o, n := p.Outcomes, p.Notice
		w.row(p.Slug, o.All(), o.Parsed, o.Review, o.Ignored, o.Failed, o.Quarantined, o.Duplicate, p.Records, n.MedianText(), n.ShortestText(), n.Late)
	}
	failures := false
	for _, p := range r.Providers {
		for _, f := range p.Failures {
			if !failures {
				w.head("Mails that could not be read (at most five of each provider)", "PROVIDER", "RECEIVED", "SUBJECT", "WHY")
				failures = true
			}
			w.row(p.Slug, day(f.Received), cut(f.Subject, 60), cut(f.Why, 160))
		}
	}
}

func (w *textWriter) senders(r Report) {
	if len(r.Senders) == 0 {
		return
	}
	w.head("Senders that nobody knows", "SENDER", "MAILS", "PROPOSED", "IN PROVIDERS.CSV", "WHY")
	for _, s := range r.Senders[:min(len(r.Senders), textSenders)] {
		w.row(dash(cut(s.Shown(), 60)), s.Mails, dash(s.Proposed), yes(s.Ready), cut(s.Why, 200))
	}
	w.more(len(r.Senders) - textSenders)
}

func (w *textWriter) circuits(r Report) {
	c := r.Circuits
	w.line("")
	if c.Inventory == 0 {
		w.line("Circuits: %d ids are listed; give an inventory with --circuits to see how they match", c.Matched+c.Suggested+c.Unmatched)
		return
	}
	w.line("Circuits: of the ids that notices list %d match, %d have suggestions, %d match nothing; the inventory has %d circuits", c.Matched, c.Suggested, c.Unmatched, c.Inventory)
	if len(c.Open) == 0 {
		return
	}
	w.head("Ids that match nothing", "PROVIDER", "CIRCUIT", "MAINTENANCES", "SUGGESTED", "IN ALIASES.CSV")
	for _, l := range c.Open[:min(len(c.Open), textCircuits)] {
		w.row(l.Provider, cut(l.CID, 60), l.Records, dash(cut(l.SuggestionText(), 100)), yes(l.Alias != ""))
	}
	w.more(len(c.Open) - textCircuits)
}

func (w *textWriter) sites(r Report) {
	if r.Circuits.Inventory == 0 {
		return
	}
	if len(r.Sites) == 0 {
		w.line("")
		w.line("Sites: nothing fell together")
		return
	}
	w.head("Sites where maintenances fell together", "SITE", "CIRCUITS", "TIMES", "ISOLATED", "LATEST", "MAINTENANCES")
	for _, s := range r.Sites[:min(len(r.Sites), textSites)] {
		at := s.Latest[0]
		w.row(cut(s.Site, 40), s.Circuits, s.Times, s.Isolated, at.Start.UTC().Format(minute)+", "+string(at.Severity), cut(strings.Join(at.Maintenances, ", "), 100))
	}
	w.more(len(r.Sites) - textSites)
}

func (w *textWriter) more(n int) {
	if n > 0 {
		w.line("  and %d more; --html shows them", n)
	}
}

const minute = "2006-01-02 15:04 UTC"

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// plain takes out of a text what steers a terminal or turns its direction.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r) || unicode.In(r, unicode.Cf) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// cut shortens a text to n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// MedianText is the median in words.
func (n Notice) MedianText() string { return n.text(n.Median) }

// ShortestText is the shortest notice in words.
func (n Notice) ShortestText() string { return n.text(n.Shortest) }

func (n Notice) text(d time.Duration) string {
	if n.Count == 0 {
		return "-"
	}
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	switch hours := int(d.Round(time.Hour) / time.Hour); {
	case d < time.Hour:
		return fmt.Sprintf("%s%d min", sign, int(d/time.Minute))
	case hours < 48:
		return fmt.Sprintf("%s%d h", sign, hours)
	default:
		return fmt.Sprintf("%s%.1f d", sign, d.Hours()/24)
	}
}

// SuggestionText lists the suggestions, the best first.
func (l CircuitLine) SuggestionText() string {
	var all []string
	for _, s := range l.Suggestions[:min(len(l.Suggestions), 3)] {
		all = append(all, fmt.Sprintf("%s (%.0f%%)", s.CID, 100*s.Score))
	}
	return strings.Join(all, ", ")
}
