package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// Limits of one notice, under the names of this package.
const (
	maxWindows  = parsers.MaxWindows
	maxCircuits = parsers.MaxCircuits
	maxAccounts = parsers.MaxAccounts
)

// tooMany records that a limit of a notice is exceeded.
func tooMany(r *parsers.Reading, field string, limit int) {
	r.TooMany(field, limit)
}

// unreadable is the Reading of a message without a part that can be read.
func unreadable(err error) parsers.Reading {
	var r parsers.Reading
	r.Unreadable(parsers.Bodies{Err: err})
	return r
}

// foreign is the Reading of a message that has nothing of the layout. Where
// the subject speaks of maintenance it is left to other layouts and, without
// one, to a person; else it is about something else.
func foreign(m *parsers.Message, lacks string) parsers.Reading {
	subject := parsers.Plain(m.Subject)
	for _, word := range []string{"maint", "メンテナンス", "outage", "work", "notif"} {
		if subject == "" || strings.Contains(subject, word) {
			return parsers.Reading{}
		}
	}
	return parsers.Reading{Ignored: "the subject does not speak of maintenance, and the text has " + lacks}
}

// finish puts the notice into the reading unless a field is missing.
func finish(r parsers.Reading, notices ...models.Notice) parsers.Reading {
	total := 0
	for _, n := range notices {
		for _, w := range n.Windows {
			total += len(w.Circuits)
		}
	}
	if total > maxCircuits {
		tooMany(&r, "circuits", maxCircuits)
	}
	if len(r.Fields) > 0 {
		return r
	}
	for i := range notices {
		notices[i].Warnings = r.Warnings
	}
	r.Notices = notices
	return r
}

// missingTime records a window that could not be decided under the field that
// the error names.
func missingTime(r *parsers.Reading, err error) {
	r.MissingTime(err)
}

// isUTC reports whether a zone label means UTC.
func isUTC(t parsers.Times, label string) bool {
	zone, ok := t.Zones.Find(label)
	return ok && zone.Loc.String() == "UTC"
}

// mentions reports whether the subject or a part of the message has a word,
// which is in lower case.
func mentions(m *parsers.Message, word string) (bool, string) {
	if strings.Contains(strings.ToLower(m.Subject), word) {
		return true, ""
	}
	forms := []string{strings.ToUpper(word[:1]) + word[1:], word, strings.ToUpper(word)}
	for _, p := range m.Parts {
		if !strings.HasPrefix(p.ContentType, "text/") {
			continue
		}
		text := p.Text()
		for _, f := range forms {
			if strings.Contains(text, f) {
				return true, ""
			}
		}
	}
	return false, "nothing in subject or text says " + word
}

func firstLine(d *parsers.Document) string {
	if len(d.Lines) == 0 {
		return ""
	}
	return d.Lines[0].Text
}

func statusRule(said bool) string {
	if said {
		return "status words"
	}
	return "a plain notice is CONFIRMED"
}

// headerLines tells for each line whether it is in a header of a table or
// between one and a row, so that it is no label.
func headerLines(c *parsers.Columns, d *parsers.Document) []bool {
	begin := make([]int, len(d.Lines)+1) // spans that begin at a line, less those that end
	for _, r := range d.Rows(c) {
		if r.HeadAt < r.Line {
			begin[r.HeadAt]++
			begin[r.Line]--
		}
	}
	lines, open := make([]bool, len(d.Lines)), 0
	for i := range lines {
		open += begin[i]
		lines[i] = open > 0
	}
	return lines
}

// agree checks a window against a second rendering of it: more than slack
// apart is an error, less is a warning.
func agree(r *parsers.Reading, t parsers.Times, sure [2]time.Time, second [2]parsers.Moment, near time.Time, slack time.Duration) error {
	if second[0].Zone == "" {
		second[0].Zone = second[1].Zone
	}
	if second[1].Zone == "" {
		second[1].Zone = second[0].Zone
	}
	for i, field := range []string{"start", "end"} {
		if err := t.Agree(sure[i], second[i], near, slack); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
		if err := t.Agree(sure[i], second[i], near, 0); err != nil {
			r.Warn("two renderings of the window differ: " + undecided(err))
		}
	}
	return nil
}

// say looks for a status in a text and adds what it finds to the hits; part is
// -1 for the subject.
func say(hits []parsers.StatusHit, words parsers.StatusWords, text string, part int, where string) []parsers.StatusHit {
	return words.Say(hits, text, part, where)
}

// settleStatus gives the notice the status that the hits come to; one that
// states none is CONFIRMED, which the plain text shows.
func settleStatus(r *parsers.Reading, n *models.Notice, hits []parsers.StatusHit, part int, plain string) {
	r.SettleStatus(n, hits, part, plain)
}

// has reports whether one of the labels has a value.
func has(pairs []parsers.Pair, fields ...string) bool {
	for _, field := range fields {
		if _, ok := parsers.First(pairs, field); ok {
			return true
		}
	}
	return false
}

// sayCalendar adds that an attached invitation takes the maintenance off;
// where ticket is not empty, only one that names it.
func sayCalendar(hits []parsers.StatusHit, m *parsers.Message, ticket string) []parsers.StatusHit {
	for _, p := range m.Parts {
		if p.ContentType != parsers.TypeCalendar {
			continue
		}
		text := strings.ReplaceAll(parsers.Clip(p.Text(), 1<<20), "\r", "\n")
		for _, line := range []string{"\nMETHOD:CANCEL\n", "\nSTATUS:CANCELLED\n"} {
			if strings.Contains(text, line) && strings.Contains(text, ticket) {
				hits = append(hits, parsers.StatusHit{Status: models.StatusCancelled, Part: p.Index, Text: strings.TrimSpace(line), Where: "the calendar"})
				break
			}
		}
	}
	return hits
}

// undecided gives what an error about a time says, for a warning.
func undecided(err error) string {
	return strings.TrimSuffix(err.Error(), ": "+parsers.ErrUndecidable.Error())
}
