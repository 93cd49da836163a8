package evaluate

import (
	"cmp"
	"slices"
	"time"

	"lineman/models"
)

// Input is what a trial run found.
type Input struct {
	Source    string    // what was read, for the heading
	Made      time.Time // now
	Since     time.Time // mail that was received before was left out; zero: none was
	Before    int       // mails that were left out for it
	Unread    []string  // what could not be read, one sentence each
	Mails     []models.MailItem
	Records   []models.MaintenanceItem
	Firsts    map[string]First // by the ID of the record
	Circuits  []models.Circuit
	Aliases   []models.AliasItem
	Providers []models.Provider
	Looks     map[string]Look // of mail that nobody's address sent, by sender
}

// First is the first mail of a maintenance.
type First struct {
	Received time.Time
	Start    time.Time // of the first window that it announced; zero: it announced none
}

// Report is what lineman would have made of a mailbox.
type Report struct {
	Source    string
	Made      time.Time
	From      time.Time // when the oldest mail was received; zero without mail
	Until     time.Time // when the newest was
	Since     time.Time
	Before    int
	Unread    []string
	Mails     int
	Sum       Outcomes
	Flags     Flags
	Providers []ProviderLine
	Senders   []SenderLine // those that nobody knows: what looks like notices first
	Circuits  CircuitSum
	Sites     []SiteLine

	providers []models.ProviderRow
	aliases   []models.AliasRow
}

// Outcomes counts mails by what became of them.
type Outcomes struct {
	Parsed, Review, Ignored, Failed, Quarantined, Duplicate, Unknown, Other int
}

// Flags counts the mails of which something is to be said beside their outcome.
type Flags struct {
	UnknownCIDs   int // they list circuits that the inventory does not have
	Incomplete    int // they name circuits of the inventory that were not read
	OutOfSequence int // something newer was known when they came
}

func (f *Flags) count(m models.MailFlags) {
	if m.UnknownCIDs {
		f.UnknownCIDs++
	}
	if m.Incomplete {
		f.Incomplete++
	}
	if m.OutOfSequence {
		f.OutOfSequence++
	}
}

// All is how many mails there are.
func (o Outcomes) All() int {
	return o.Parsed + o.Review + o.Ignored + o.Failed + o.Quarantined + o.Duplicate + o.Unknown + o.Other
}

func (o *Outcomes) count(state models.MailState) {
	switch state {
	case models.StateParsed:
		o.Parsed++
	case models.StateNeedsReview:
		o.Review++
	case models.StateIgnored:
		o.Ignored++
	case models.StateParsingFailed:
		o.Failed++
	case models.StateQuarantined:
		o.Quarantined++
	case models.StateDuplicate:
		o.Duplicate++
	case models.StateUnknownProvider:
		o.Unknown++
	default:
		o.Other++
	}
}

// ProviderLine is what came from one provider.
type ProviderLine struct {
	Slug     string
	Name     string
	Outcomes Outcomes
	Records  int
	Notice   Notice
	Failures []Failure // at most maxFailures
}

// Failure is a mail that could not be read.
type Failure struct {
	Received time.Time
	Subject  string
	Why      string
}

// Notice is how long before work a provider tells of it: the time from the
// receipt of the first mail of a maintenance to the start of the first window
// that this mail announced.
type Notice struct {
	Count    int // maintenances whose first mail announced a window
	Median   time.Duration
	Shortest time.Duration
	Late     int // of them, first told of after the start
}

// The limits of a report.
const (
	maxFailures = 5
	maxSenders  = 200
	maxCircuits = 500
	maxSites    = 200
	maxTimes    = 10 // of one site
)

// Make makes the report. What it lists is sorted and bounded; the counts are
// of everything.
func Make(in Input) Report {
	r := Report{Source: in.Source, Made: in.Made, Since: in.Since, Before: in.Before, Unread: in.Unread, Mails: len(in.Mails)}
	for _, m := range in.Mails {
		r.Sum.count(m.State)
		r.Flags.count(m.Flags)
		if r.From.IsZero() || m.Received.Before(r.From) {
			r.From = m.Received
		}
		if m.Received.After(r.Until) {
			r.Until = m.Received
		}
	}
	r.Providers = providerLines(in)
	proposals := propose(in)
	r.Senders = proposals.lines
	r.Circuits, r.aliases = circuitSum(in)
	r.Sites = siteLines(in)
	r.providers = providerRows(in, proposals)
	return r
}

func providerLines(in Input) []ProviderLine {
	names := map[string]string{}
	for _, p := range in.Providers {
		names[p.Slug] = p.Name
	}
	lines := map[string]*ProviderLine{}
	line := func(slug string) *ProviderLine {
		if lines[slug] == nil {
			lines[slug] = &ProviderLine{Slug: slug, Name: names[slug]}
		}
		return lines[slug]
	}
	for _, m := range in.Mails {
		if m.Provider == "" {
			continue
		}
		l := line(m.Provider)
		l.Outcomes.count(m.State)
		failed := m.State == models.StateParsingFailed || m.State == models.StateQuarantined
		if failed && len(l.Failures) < maxFailures {
			l.Failures = append(l.Failures, Failure{m.Received, m.Subject, m.Error})
		}
	}
	spans := map[string][]time.Duration{}
	for _, m := range in.Records {
		line(m.ProviderSlug).Records++
		if f := in.Firsts[m.ID]; !f.Start.IsZero() {
			spans[m.ProviderSlug] = append(spans[m.ProviderSlug], f.Start.Sub(f.Received))
		}
	}
	var all []ProviderLine
	for slug, l := range lines {
		l.Notice = noticeOf(spans[slug])
		all = append(all, *l)
	}
	slices.SortFunc(all, func(a, b ProviderLine) int {
		return cmp.Or(cmp.Compare(b.Outcomes.All(), a.Outcomes.All()), cmp.Compare(a.Slug, b.Slug))
	})
	return all
}

func noticeOf(spans []time.Duration) Notice {
	if len(spans) == 0 {
		return Notice{}
	}
	slices.Sort(spans)
	n := Notice{Count: len(spans), Median: spans[len(spans)/2], Shortest: spans[0]}
	if len(spans)%2 == 0 {
		n.Median = (spans[len(spans)/2-1] + spans[len(spans)/2]) / 2
	}
	for _, s := range spans {
		if s < 0 {
			n.Late++
		}
	}
	return n
}
