package audit

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"lineman/models"
)

const (
	minute = "2006-01-02 15:04 UTC"
	second = "2006-01-02 15:04:05 UTC"
)

func reasonOf(g models.PollGap) string {
	switch {
	case g.First && g.Failed == 0:
		return "it was never read before"
	case g.First:
		return fmt.Sprintf("it was never read before; %d passes failed, the last one: %s", g.Failed, g.Error)
	case g.Failed == 0:
		return "no pass ran"
	}
	return fmt.Sprintf("%d passes failed, the last one: %s", g.Failed, g.Error)
}

// WriteText writes the dossier for a terminal. What mails say is written
// without characters that steer one.
func (d Dossier) WriteText(out io.Writer) error {
	w := &writer{w: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	w.line("circuit %s of %s, %s to %s", plain(d.Circuit), plain(d.Provider), d.From.UTC().Format(second), d.To.UTC().Format(second))
	if len(d.Names) > 1 {
		w.line("also called: %s", plain(strings.Join(d.Names[1:], ", ")))
	}
	for _, r := range d.Remarks {
		w.line("note: %s", plain(r))
	}
	w.sources(d)
	w.mails(d)
	w.records(d)
	return w.end()
}

type writer struct {
	w   *tabwriter.Writer
	err error
}

func (w *writer) line(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.w, format+"\n", args...)
	}
}

// head begins a part; the columns of the one before end.
func (w *writer) head(format string, args ...any) {
	w.line("")
	w.line(format, args...)
	if w.err == nil {
		w.err = w.w.Flush()
	}
}

func (w *writer) end() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	if w.err != nil {
		return fmt.Errorf("write the audit: %w", w.err)
	}
	return nil
}

func (w *writer) sources(d Dossier) {
	w.head("Mailboxes")
	if len(d.Sources) == 0 {
		w.line("  none is configured")
	}
	for _, s := range d.Sources {
		state := "no gap"
		if n := len(s.Gaps); n > 0 {
			state = fmt.Sprintf("%d gaps", n)
		}
		w.line("  %s\t%d passes, %d failed\t%s", plain(s.Name), s.Passes, s.Failed, state)
		for _, g := range s.Gaps {
			w.line("    gap\t%s to %s\t%s", g.From.UTC().Format(minute), g.To.UTC().Format(minute), cut(plain(g.Reason), 160))
		}
	}
}

func (w *writer) mails(d Dossier) {
	w.head("Mails that name the circuit: %d (%d were searched)", len(d.Mails), d.Searched)
	for _, m := range d.Mails {
		w.line("  %s\t%s\t%s\t%s", m.Received.UTC().Format(minute), m.State, dash(plain(m.Sender)), cut(plain(m.Subject), 70))
		w.line("    found: %s", plain(strings.Join(m.Found, "; ")))
		if m.Reason != "" {
			w.line("    because: %s", cut(plain(m.Reason), 200))
		}
		if len(m.Maintenances) > 0 {
			w.line("    of: %s", plain(strings.Join(m.Maintenances, ", ")))
		}
		if m.Deleted {
			w.line("    its bytes were removed by retention; SHA-256 %s", m.SHA256)
		}
		if m.Bodiless {
			w.line("    its bytes were never kept; of %d bytes", m.Size)
		}
		w.changes("    changed", m.Changes)
	}
}

func (w *writer) records(d Dossier) {
	w.head("Maintenances: %d", len(d.Records))
	for _, r := range d.Records {
		w.line("  %s\t%s\t%s to %s\t%s", plain(r.Name), r.Status, moment(r.Start), moment(r.End), dash(r.Impact))
		if len(r.Acks) == 0 {
			w.line("    acknowledged by nobody")
		}
		for _, a := range r.Acks {
			holds := "as it stands"
			if !a.Holds {
				holds = "before it changed, or it was taken back"
			}
			w.line("    acknowledged by %s at %s, %s", plain(a.Author), a.At.UTC().Format(minute), holds)
		}
		w.changes("    changed by hand", r.ByPeople)
	}
}

func (w *writer) changes(what string, all []Change) {
	for _, c := range all {
		by := ""
		if c.Author != "" {
			by = " by " + plain(c.Author)
		}
		w.line("%s: %s %s: %s -> %s (%s%s, %s)", what, plain(c.Maintenance), plain(c.Field), dash(cut(plain(c.Old), 80)), dash(cut(plain(c.New), 80)), c.Cause, by, c.At.UTC().Format(minute))
	}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(minute)
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
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
