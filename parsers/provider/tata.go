package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func tataProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "tata",
		Name:      "Tata Communications",
		Organizer: "planned.activity@tatacommunications.com",
		Senders:   []string{"planned.activity@tatacommunications.com", "do-not-reply@tatacommunications.com", "tatacommunications.com", "*.tatacommunications.com"},
		Subjects:  []string{"tcl tt:", `tcl tt "`},
		Body:      []string{"tata communication is in receipt", "ticket reference - tcl", "tata communications"},
		Formats:   []parsers.Format{{Name: "tata/notice", Read: tataRead}},
		Filler:    tataFiller,
	}
}

// tataFiller stands for the account, which the layout does not have.
const tataFiller = "N/A"

const tataSlack = 15 * time.Minute

var (
	// tataTimes: every time is given twice, in IST and in GMT.
	tataTimes = parsers.Times{Zones: parsers.Zones{Means: map[string]string{"ist": "Asia/Kolkata"}}}

	tataLabels = parsers.NewLabels(map[string][]string{
		"id":       {"ticket reference - tcl", "ticket reference", "ticket reference tcl", "tcl ticket reference", "ticket reference number"},
		"circuits": {"service id", "service ids", "service id(s)", "circuit id", "circuit ids"},
		"nims":     {"nims id", "nims ids"},
		"state":    {"activity status"},
		"revised":  {"revised activity window (gmt)", "revised activity window (ist)", "revised activity window (utc)", "revised activity window*"},
		"window":   {"activity window (gmt)", "activity window (ist)", "activity window (utc)", "activity window", "activity window*"},
		"extended": {"extended up to time window (gmt)", "extended up to time window (ist)", "extended up to time window", "extended up to*"},
		"duration": {"expected impact duration", "expected impact duration*"},
		"work":     {"activity description"},
		"other":    {"maintenance type", "execution owner", "location of activity", "mail id", "contact number", "we request you to*"},
	}).Loose()

	// tataDetails are the labels below which nothing says the status.
	tataDetails = []string{"id", "circuits", "state", "window", "revised"}

	// tataSubject is searched in the subject before the ticket.
	tataSubject = append(parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"cancel", "withdrawal", "rollback", "roll back"}},
		{Status: models.StatusCompleted, Phrases: []string{"closure"}},
		{Status: models.StatusInProcess, Phrases: []string{"start notification", "commencement", "implementation notification"}},
		{Status: models.StatusRescheduled, Phrases: []string{"extension", "revised"}},
	}, letterStatus...)

	// tataState is searched in Activity Status, whose words are those of the
	// ticket system.
	tataState = append(append(parsers.StatusWords{}, parsers.CommonStatus...), parsers.StatusWords{
		{Status: models.StatusCompleted, Phrases: []string{"closed", "review"}},
		{Status: models.StatusInProcess, Phrases: []string{"implement"}},
	}...)

	// tataSentence is searched above the ticket.
	tataSentence = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusPhrases{
		Status: models.StatusRescheduled, Phrases: []string{"will be extended", "has been extended", "is extended", "being extended"},
	})

	tataTicket = lazy(`(?i)\bTCL TT:?\s*["“”']?\s*([A-Z0-9][A-Z0-9-]{3,})`)
	tataBackup = lazy(`(?i)\b(?:backup|back-up|alternate|contingency)\s+(?:mw|maintenance window|activity window|window)\s*(?:\((?:gmt|utc|ist)\)\s*)?[:=-]\s*(.*)`, "backup", "back-up", "alternate", "contingency")
	tataSlash  = lazy(`\b(UTC|GMT|IST)\s*/\s*`)
	tataBears  = lazy(`(?i)\bexperience (.{1,120}?)(?: during |\.|$)`, "experience")
	tataZero   = lazy(`(?i)^\W*(?:0+\s*(?:d\w*|h\w*|m\w*|s\w*)?\W*)+$`)
)

type tataMail struct{ *letter }

func tataRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, tataLabels, tataTimes, "id")
	if !ok {
		return r
	}
	t := tataMail{l}
	if !has(t.pairs, "id", "window", "revised") && !tataTicket.MatchString(m.Subject) {
		return t.no("no ticket reference and no activity window")
	}
	if rule := t.idle(tataDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	t.id()
	t.n.Account = tataFiller
	t.r.Found(0, "account", t.doc.Part, "", "the layout has no account: "+tataFiller+" stands for it")
	t.status()
	t.windows()
	t.circuits()
	if m.Subject == "" {
		t.n.Summary = t.value("work", "summary")
	}
	return t.finish()
}

func (t *tataMail) id() {
	subject := ""
	if s := tataTicket.FindStringSubmatch(t.m.Subject); s != nil {
		subject = s[1]
	}
	p, ok := parsers.First(t.pairs, "id")
	switch {
	case ok:
		t.n.MaintenanceID = parsers.FirstWord(p.Value)
		t.r.Found(0, "maintenance_id", t.doc.Part, t.doc.Lines[p.At].Text, "label "+p.Label)
		if subject != "" && !strings.EqualFold(subject, t.n.MaintenanceID) {
			t.r.Warn(fmt.Sprintf("the subject names %s, the text %s", subject, t.n.MaintenanceID))
		}
	case subject != "":
		t.n.MaintenanceID = subject
		t.r.Found(0, "maintenance_id", -1, t.m.Subject, "TCL TT in the subject")
	}
}

// status is what kind of notice the subject says it is, then the sentence
// above the ticket. Activity Status says how far the work is: it counts where
// these say nothing, and always when the work is cancelled or over.
func (t *tataMail) status() {
	kind, states := t.m.Subject, []string{}
	if i := tataTicket.FindStringIndex(kind); i != nil {
		kind, states = kind[:i[0]], append(states, kind[i[1]:])
	}
	for _, p := range t.pairs {
		if p.Field == "state" {
			states = append(states, p.Value)
		}
	}
	hits := say(nil, tataSubject, kind, -1, "the subject")
	hits = t.sentence(hits, t.doc, t.pairs, "the text")
	for _, d := range t.others {
		hits = t.sentence(hits, d, d.Pairs(tataLabels), "the other part")
	}
	reminder := strings.Contains(parsers.Plain(kind), "reminder")
	for _, text := range states {
		state := say(nil, tataState, text, t.doc.Part, "Activity Status")
		if len(state) > 0 && (state[0].Status.Closed() || len(hits) == 0 && !reminder) {
			hits = append(hits, state...)
		}
	}
	settleStatus(&t.r, &t.n, hits, -1, t.m.Subject)
}

func (t *tataMail) sentence(hits []parsers.StatusHit, d *parsers.Document, pairs []parsers.Pair, where string) []parsers.StatusHit {
	return say(hits, tataSentence, d.Span(0, t.head(d, pairs, tataDetails)), d.Part, where)
}

// tataSpan is one line of a window with the zone of its label.
type tataSpan struct {
	from, to parsers.Moment
	text     string
	label    string
}

// windows reads the rows in GMT and checks them against those in IST. Where
// there are revised windows, the others are the old ones.
func (t *tataMail) windows() {
	field := "window"
	if has(t.pairs, "revised") {
		field = "revised"
	}
	var gmt, ist []tataSpan
	for _, p := range t.pairs {
		if p.Field != field || p.Struck {
			continue
		}
		for _, s := range t.spans(p) {
			if isUTC(tataTimes, s.from.Zone) {
				gmt = append(gmt, s)
			} else {
				ist = append(ist, s)
			}
		}
	}
	sure := gmt
	if len(gmt) == 0 {
		sure = ist
	}
	for i, s := range sure {
		if i >= maxWindows {
			tooMany(&t.r, "start", maxWindows)
			return
		}
		start, end, err := tataTimes.ResolveSpan(s.from, s.to, t.near)
		if err == nil && len(gmt) > 0 && i < len(ist) {
			err = agree(&t.r, tataTimes, [2]time.Time{start, end}, [2]parsers.Moment{ist[i].from, ist[i].to}, t.near, tataSlack)
		}
		t.window(models.WindowPrimary, start, end, err, s.text, "label "+s.label)
	}
	t.extend()
	t.backup()
	t.r.SortWindows(0, t.n.Windows)
}

func (t *tataMail) window(kind models.WindowKind, start, end time.Time, err error, text, rule string) {
	if err != nil {
		missingTime(&t.r, err)
		return
	}
	n := len(t.n.Windows)
	t.n.Windows = append(t.n.Windows, models.NoticeWindow{Kind: kind, Start: start, End: end})
	t.r.Found(0, parsers.WindowField(n, "start"), t.doc.Part, text, rule)
	t.r.Found(0, parsers.WindowField(n, "end"), t.doc.Part, text, rule)
}

// spans reads every time span under a label.
func (t *tataMail) spans(p parsers.Pair) []tataSpan {
	var all []tataSpan
	for at := p.At; at < max(min(p.End, t.end), p.At+1); at++ {
		text := p.Value
		if at > p.At {
			text = t.doc.Lines[at].Text
		}
		for rest := text; rest != ""; {
			from, to, next, ok := tataTimes.ScanSpan(rest)
			if at+1 < min(p.End, t.end) && (!ok || from.HasTime && to.HasDate() && !to.HasTime) { // wrapped within the span
				if a, b, more, whole := tataTimes.ScanSpan(rest + " " + t.doc.Lines[at+1].Text); whole && a.HasTime && b.HasTime && a.HasDate() {
					from, to, next, ok = a, b, more, true
				}
			}
			if !ok || len(next) >= len(rest) {
				break
			}
			rest = next
			zone := tataZone(p.Label)
			if from.Zone == "" && to.Zone == "" {
				from.Zone = zone
			}
			if from.Zone == "" {
				from.Zone = to.Zone
			}
			if from.HasDate() {
				all = append(all, tataSpan{from, to, text, p.Label})
			}
		}
	}
	if len(all) == 0 && p.Value != "" {
		t.r.Missing("start", fmt.Sprintf("%s has no time span: %q", p.Label, parsers.Clip(p.Value, 80)))
	}
	return all
}

// tataZone gives what stands in the last parentheses of a label.
func tataZone(label string) string {
	open, end := strings.LastIndexByte(label, '('), strings.LastIndexByte(label, ')')
	if open < 0 || end < open {
		return ""
	}
	return strings.TrimSpace(label[open+1 : end])
}

// extend moves the end of the last window to the time up to which the work is
// extended.
func (t *tataMail) extend() {
	var until, local *parsers.Moment
	var text string
	for _, p := range t.pairs {
		if p.Field != "extended" || p.Value == "" || p.Struck {
			continue
		}
		m, _, ok := tataTimes.Scan(p.Value)
		if !ok || !m.HasDate() || !m.HasTime {
			t.r.Missing("end", fmt.Sprintf("%s has no time: %q", p.Label, parsers.Clip(p.Value, 80)))
			return
		}
		if m.Zone == "" {
			m.Zone = tataZone(p.Label)
		}
		if isUTC(tataTimes, m.Zone) {
			until, text = &m, p.Label+" "+p.Value
		} else {
			local = &m
		}
	}
	if until == nil {
		if until = local; until == nil {
			return
		}
		text, local = until.Text, nil
	}
	if len(t.n.Windows) == 0 {
		return
	}
	last := &t.n.Windows[len(t.n.Windows)-1]
	end, err := tataTimes.Resolve(*until, t.near)
	if err == nil && local != nil {
		err = tataTimes.Agree(end, *local, t.near, tataSlack)
	}
	switch {
	case err != nil:
		t.r.Missing("end", err.Error())
	case !end.After(last.Start):
		t.r.Missing("end", fmt.Sprintf("the extension to %q is not after the start", until.Text))
	default:
		if end.Before(last.End) {
			t.r.Warn(fmt.Sprintf("the work is extended up to %q, which is before its end", until.Text))
		}
		last.End = end
		t.r.Found(0, parsers.WindowField(len(t.n.Windows)-1, "end"), t.doc.Part, text, "label Extended Up to Time Window")
	}
}

// backup reads a backup window that the description names.
func (t *tataMail) backup() {
	for i := 0; i < t.end; i++ {
		text := parsers.Clip(t.doc.Lines[i].Text, 1000)
		if !strings.Contains(text, "MW") && !strings.Contains(strings.ToLower(text), "window") {
			continue
		}
		s := tataBackup.FindStringSubmatch(text)
		if s == nil || t.doc.Lines[i].Struck {
			continue
		}
		from, to, _, ok := tataTimes.ScanSpan(tataSlash.ReplaceAllString(s[1], "$1 "))
		var start, end time.Time
		err := parsers.ErrUndecidable
		if ok {
			start, end, err = tataTimes.ResolveSpan(from, to, t.near)
		}
		if err != nil {
			if strings.ContainsAny(s[1], "0123456789") {
				t.r.Warn(fmt.Sprintf("a backup window is named and could not be read: %q", parsers.Clip(s[1], 100)))
			}
			continue
		}
		if len(t.n.Windows) > maxWindows {
			tooMany(&t.r, "start", maxWindows)
			return
		}
		t.window(models.WindowBackup, start, end, nil, t.doc.Lines[i].Text, "backup window in the description")
	}
}

// circuits lists the service ids, which are parted by commas and lines; NIMS
// ids stand in where there are none.
func (t *tataMail) circuits() {
	impact, raw, rule := t.impact()
	var list []models.NoticeCircuit
	for _, field := range []string{"circuits", "nims"} {
		for _, p := range t.pairs {
			if p.Field != field || p.Struck || p.Value == "" {
				continue
			}
			for _, cid := range t.list(p) {
				list = t.row(list, models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: raw}, "label "+p.Label, rule)
			}
		}
		if len(list) > 0 {
			break
		}
	}
	t.letter.circuits(list)
}

// impact is what the sentence above the ticket says that the service would
// experience, then the expected duration, then the description.
func (t *tataMail) impact() (impact models.Impact, raw, rule string) {
	sentence := ""
	head := t.doc.Span(0, t.head(t.doc, t.pairs, tataDetails))
	if s := tataBears.FindStringSubmatch(parsers.Clip(head, 8000)); s != nil {
		sentence = s[1]
	}
	duration := ""
	if p, ok := parsers.First(t.pairs, "duration"); ok {
		duration = t.doc.Span(p.Line, min(p.End, t.end))
		if i := strings.Index(duration, ")"); i >= 0 {
			duration = duration[i+1:]
		}
		duration = strings.Trim(strings.TrimPrefix(duration, p.Label), " :")
	}
	if tataZero.MatchString(duration) {
		return models.ImpactNone, duration, "label Expected Impact Duration"
	}
	if i, _, ok := parsers.CommonImpact.Find(sentence); ok {
		return i, sentence, "the sentence on what the service would experience"
	}
	if i, _, ok := parsers.CommonImpact.Find(duration); ok {
		return i, duration, "label Expected Impact Duration"
	}
	if p, ok := parsers.First(t.pairs, "work"); ok {
		if i, phrase, ok := parsers.CommonImpact.Find(p.Value); ok {
			return i, phrase, "label Activity Description"
		}
	}
	return models.ImpactOutage, duration, "no word of the impact is known: OUTAGE"
}
