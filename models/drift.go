package models

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"
)

// DriftKind is what a provider's mail does otherwise than before.
type DriftKind string

// The kinds of drift.
const (
	DriftFailing DriftKind = "failing" // its mail, or mail of one layout, cannot be read any more
	DriftField   DriftKind = "field"   // a field that a layout had is missing
	DriftSilent  DriftKind = "silent"  // no mail comes
)

// DriftKinds lists the kinds.
var DriftKinds = []DriftKind{DriftFailing, DriftField, DriftSilent}

// MailTrace is what one mail of a provider leaves for its baseline.
type MailTrace struct {
	ID       string // of the raw mail
	Received time.Time
	State    MailState
	Format   string   // that read it, or came nearest; empty: none fits, or nobody knows
	Fields   []string // that were found in it, from the evidence
}

// good and bad report whether a notice was read, or could not be. Mail that is
// no notice is neither.
func (t MailTrace) good() bool {
	return t.State == StateParsed || t.State == StateDuplicate || t.State == StateNeedsReview
}

func (t MailTrace) bad() bool { return t.State == StateParsingFailed || t.State == StateQuarantined }

// Drift is that a provider's mail is not any more what it usually is. It is one
// for as long as it lasts.
type Drift struct {
	ID         string
	Kind       DriftKind
	ProviderID string
	Provider   string    // slug; filled by readers
	Name       string    // of the provider; likewise
	Format     string    // failing: the one layout that fails, empty: its mail as a whole; field: the layout
	Field      string    // field: the one that is missing
	Wrong, Of  int       // failing, field: so many of the last so many
	Monthly    float64   // silent: mails in 30 days, usually
	Since      time.Time // receipt of the first mail that failed or missed the field; silent: of the last mail
	Until      time.Time // up to when mail was looked at
	FoundAt    time.Time
	ClosedAt   time.Time // zero: it lasts
	Quiet      bool      // nothing is told of it: its mail is of sources in shadow alone; not kept
}

// Key tells drifts of one provider apart.
func (d Drift) Key() string { return string(d.Kind) + ":" + d.Format + ":" + d.Field }

// What makes a drift. The baseline is what came before the mails that went
// wrong, within DriftSpan.
const (
	DriftSpan = 400 * 24 * time.Hour // how far back mail is looked at

	recentMails  = 5    // the last mails
	wrongMails   = 4    // of them, to be a drift
	wrongShare   = 0.8  // of the whole run that went wrong
	baseMails    = 10   // least of the baseline
	baseMost     = 100  // most of it
	goodShare    = 0.8  // of the baseline that could be read
	fieldMails   = 20   // least of the baseline of a field
	fieldShare   = 0.95 // of it that had the field
	silentMails  = 6    // least that came in the year before the silence, and that were to be expected in it
	silentSpan   = 60 * 24 * time.Hour
	silentLeast  = 14 * 24 * time.Hour
	silentLonger = 1.5 // than any silence before
	year         = 365 * 24 * time.Hour
)

// DriftsOf finds how the mail of one provider drifted, in the order of kind,
// format and field. The order of traces does not count. Read is up to when the
// mailboxes were read: silence after it is nobody's but ours; zero: nobody
// knows, and there is no silence. ID, provider and FoundAt are left empty.
func DriftsOf(traces []MailTrace, read time.Time) []Drift {
	traces = slices.Clone(traces)
	slices.SortFunc(traces, func(a, b MailTrace) int { return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID)) })
	var all []Drift
	if d, found := failing(traces); found {
		all = append(all, d)
	}
	byFormat := map[string][]MailTrace{}
	for _, t := range traces {
		if t.Format != "" {
			byFormat[t.Format] = append(byFormat[t.Format], t)
		}
	}
	whole := len(all) > 0
	for _, format := range slices.Sorted(maps.Keys(byFormat)) {
		if d, found := failing(byFormat[format]); found && !whole { // else it says the same again
			d.Format = format
			all = append(all, d)
		}
		all = append(all, missing(byFormat[format], format)...)
	}
	if d, found := silent(traces, read); found {
		all = append(all, d)
	}
	if len(traces) > 0 {
		for i := range all {
			all[i].Until = latest(read, traces[len(traces)-1].Received)
		}
	}
	return all
}

// failing finds that the last mails could not be read, where those before
// usually could.
func failing(traces []MailTrace) (Drift, bool) {
	tries := slices.DeleteFunc(slices.Clone(traces), func(t MailTrace) bool { return !t.good() && !t.bad() })
	run := wrongRun(len(tries), func(i int) bool { return tries[i].bad() })
	if run.of == 0 {
		return Drift{}, false
	}
	base := tries[max(0, run.first-baseMost):run.first]
	good := 0
	for _, t := range base {
		if t.good() {
			good++
		}
	}
	if len(base) < baseMails || float64(good) < goodShare*float64(len(base)) {
		return Drift{}, false
	}
	return Drift{Kind: DriftFailing, Wrong: run.wrong, Of: run.of, Since: tries[run.first].Received}, true
}

// missing finds the fields that the last mails of a format miss, where those
// before usually had them.
func missing(traces []MailTrace, format string) []Drift {
	read := slices.DeleteFunc(slices.Clone(traces), func(t MailTrace) bool { return !t.good() || len(t.Fields) == 0 })
	counts := map[string]int{}
	for _, t := range read {
		for _, f := range t.Fields {
			counts[f]++
		}
	}
	var all []Drift
	for _, field := range slices.Sorted(maps.Keys(counts)) {
		run := wrongRun(len(read), func(i int) bool { return !slices.Contains(read[i].Fields, field) })
		if run.of == 0 {
			continue
		}
		base := read[max(0, run.first-baseMost):run.first]
		had := 0
		for _, t := range base {
			if slices.Contains(t.Fields, field) {
				had++
			}
		}
		if len(base) >= fieldMails && float64(had) >= fieldShare*float64(len(base)) {
			all = append(all, Drift{Kind: DriftField, Format: format, Field: field, Wrong: run.wrong, Of: run.of, Since: read[run.first].Received})
		}
	}
	return all
}

// wrong is the run of mails at the end that went wrong.
type wrong struct{ first, wrong, of int }

// wrongRun finds the longest run at the end of n mails that begins with a wrong
// one and of which enough are wrong; none where the last ones are not.
func wrongRun(n int, isWrong func(int) bool) wrong {
	count := 0
	var run wrong
	for i := n - 1; i >= 0; i-- {
		of := n - i
		if isWrong(i) {
			count++
			if of >= wrongMails && (float64(count) >= wrongShare*float64(of) || of <= recentMails && count >= wrongMails) {
				run = wrong{i, count, max(of, recentMails)}
			}
		}
		if of == recentMails && count < wrongMails {
			return wrong{}
		}
		if of > recentMails && float64(count) < wrongShare/2*float64(of) {
			break // no longer run can be wrong enough but for a far older one
		}
	}
	if n < recentMails {
		return wrong{}
	}
	return run
}

// silent finds that no mail comes of a provider that usually writes.
func silent(traces []MailTrace, read time.Time) (Drift, bool) {
	seen := slices.DeleteFunc(slices.Clone(traces), func(t MailTrace) bool { return t.State == StateSkipped })
	if len(seen) == 0 || read.IsZero() {
		return Drift{}, false
	}
	last := seen[len(seen)-1].Received
	gap := read.Sub(last)
	seen = slices.DeleteFunc(seen, func(t MailTrace) bool { return last.Sub(t.Received) > year })
	span := last.Sub(seen[0].Received)
	if len(seen) < silentMails || span < silentSpan || gap < silentLeast || gap > year {
		return Drift{}, false
	}
	var longest time.Duration
	for i := range seen[1:] {
		longest = max(longest, seen[i+1].Received.Sub(seen[i].Received))
	}
	rate := float64(len(seen)-1) / span.Hours() // mails an hour
	if rate*gap.Hours() < silentMails || float64(gap) < silentLonger*float64(longest) {
		return Drift{}, false
	}
	return Drift{Kind: DriftSilent, Monthly: rate * 24 * 30, Since: last}, true
}

// Text says a drift in one sentence, as of a time.
func (d Drift) Text() string {
	name := cmp.Or(d.Name, d.Provider)
	of := name
	if d.Format != "" {
		of += " (" + d.Format + ")"
	}
	since := "since " + d.Since.UTC().Format("Monday, 2006-01-02")
	switch d.Kind {
	case DriftFailing:
		return fmt.Sprintf("%d of the last %d of %s failed %s", d.Wrong, d.Of, of, since)
	case DriftField:
		return fmt.Sprintf("%d of the last %d of %s have no %s %s, which they usually had", d.Wrong, d.Of, of, d.Field, since)
	}
	normally := fmt.Sprintf("%.0f a month", d.Monthly)
	if d.Monthly < 1.5 {
		normally = fmt.Sprintf("one in %.0f days", math.Round(30/max(d.Monthly, 0.01)))
	}
	return fmt.Sprintf("no mail from %s for %d days, normally %s", name, int(d.Until.Sub(d.Since).Hours()/24), normally)
}

// DriftAnnouncement gives what is to be announced of a drift that was found.
func DriftAnnouncement(d Drift) Event {
	kind := EventLayoutDrift
	if d.Kind == DriftSilent {
		kind = EventProviderSilent
	}
	return Event{
		Key: "drift:" + d.ID, Kind: kind, At: d.FoundAt, Cause: CauseClock, Provider: d.Provider, Name: cmp.Or(d.Name, d.Provider),
		Detail: d.Text(), Window: d.Since,
	}
}

// DriftFilter narrows a list of drifts; empty fields do not filter, but an empty
// State is FindingsOpen.
type DriftFilter struct {
	Providers []string // slugs
	Kinds     []DriftKind
	State     FindingState
	Page      Page // After are the time of finding and the ID of a drift
}
