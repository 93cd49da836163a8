package parsers

import (
	"fmt"
	"strings"

	"lineman/models"
)

// What all layouts have in common whose fields stand beside labels, those of a
// provider's file and those of a definition.

// Limits of one notice. More is no notice but a mistake or an attack.
const (
	MaxWindows  = 366
	MaxCircuits = 100_000 // over all windows
	MaxAccounts = 200
)

// TooMany records that a limit of a notice is exceeded.
func (r *Reading) TooMany(field string, limit int) {
	r.Missing(field, fmt.Sprintf("the mail lists more than %d, which is over the limit", limit))
}

// Unreadable records that a message has no part in which anything could stand.
func (r *Reading) Unreadable(b Bodies) {
	reason := "the mail has no text or HTML part"
	if b.Err != nil {
		reason = b.Err.Error()
	}
	r.Missing("maintenance_id", reason)
}

// MissingTime records a window that could not be decided under the field that
// the error of Times.ResolveSpan names.
func (r *Reading) MissingTime(err error) {
	field, reason := "start", err.Error()
	if rest, ok := strings.CutPrefix(reason, "end: "); ok {
		field, reason = "end", rest
	}
	r.Missing(field, strings.TrimPrefix(reason, "start: "))
}

// Newest leaves only the newest notice of a thread: what stands before the
// second label of the field that has a value. end is the line at which older
// notices begin.
func (d *Document) Newest(pairs []Pair, field string) (newest []Pair, end int) {
	seen := -1
	for i, p := range pairs {
		if p.Field != field || p.Value == "" {
			continue
		}
		if seen >= 0 && p.Line > seen {
			return pairs[:i], p.Line
		}
		seen = p.Line
	}
	return pairs, len(d.Lines)
}

// Whole gives the whole value of a label, from its first line up to the next
// label or the line end, at most to an empty line where paragraph is set.
func (d *Document) Whole(p Pair, end int, paragraph bool) string {
	end = min(p.End, end)
	if paragraph {
		for i := p.At + 1; i < end; i++ {
			if d.Lines[i].Gap {
				end = i
			}
		}
	}
	return strings.TrimSpace(p.Value + " " + d.Span(p.At+1, end))
}

// Say looks for a status in a text and adds what it finds to the hits; part is
// -1 for the subject.
func (w StatusWords) Say(hits []StatusHit, text string, part int, where string) []StatusHit {
	h, ok := w.Find(Plain(text))
	if !ok {
		return hits
	}
	h.Part, h.Where = part, where
	return append(hits, h)
}

// SettleStatus gives a notice the status that the hits come to; one that states
// none is CONFIRMED, which the plain text of a part shows.
func (r *Reading) SettleStatus(n *models.Notice, hits []StatusHit, part int, plain string) {
	hit, warning, said := DecideStatus(hits...)
	if warning != "" {
		r.Warn(warning)
	}
	rule := "status words"
	if !said {
		hit = StatusHit{Status: models.StatusConfirmed, Part: part, Text: plain}
		rule = "a plain notice is CONFIRMED"
	}
	n.Status = hit.Status
	r.Found(0, "status", hit.Part, hit.Text, rule)
}
