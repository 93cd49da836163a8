package provider

import (
	"fmt"
	"regexp"
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
		Formats:   []parsers.Format{{Name: "tata/notice", Fits: tataFits, Read: tataRead}},
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

	// tataSubject is searched in the subject before the ticket.
	tataSubject = append(parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"cancel"}},
		{Status: models.StatusCompleted, Phrases: []string{"closure"}},
		{Status: models.StatusInProcess, Phrases: []string{"start notification", "commencement", "implementation notification"}},
		{Status: models.StatusRescheduled, Phrases: []string{"extension", "revised"}},
	}, parsers.CommonStatus...)

	// tataState is searched in Activity Status, whose words are those of the
	// ticket system.
	tataState = append(append(parsers.StatusWords{}, parsers.CommonStatus...), parsers.StatusWords{
		{Status: models.StatusCompleted, Phrases: []string{"closed", "review"}},
		{Status: models.StatusInProcess, Phrases: []string{"implement"}},
	}...)

	// tataSentence is searched above the ticket.
	tataSentence = append(append(parsers.StatusWords{}, parsers.CommonStatus...), parsers.StatusPhrases{
		Status: models.StatusRescheduled, Phrases: []string{"will be extended", "has been extended", "is extended", "being extended"},
	})

	tataTicket = regexp.MustCompile(`(?i)\bTCL TT:?\s*["“”']?\s*([A-Z0-9][A-Z0-9-]{3,})`)
	tataBackup = regexp.MustCompile(`(?i)\b(?:backup|back-up|alternate|contingency)\s+(?:mw|maintenance window|activity window|window)\s*(?:\((?:gmt|utc|ist)\)\s*)?[:=-]\s*(.*)`)
	tataSlash  = regexp.MustCompile(`\b(UTC|GMT|IST)\s*/\s*`)
	tataSuffer = regexp.MustCompile(`(?i)\bexperience (.{1,120}?)(?: during |\.|$)`)
	tataZero   = regexp.MustCompile(`(?i)^\W*(?:0+\s*(?:d\w*|h\w*|m\w*|s\w*)?\W*)+$`)
)

func tataFits(m *parsers.Message) (bool, string) {
	if ok, _ := mentions(m, "activity window"); ok {
		return true, ""
	}
	return mentions(m, "tata")
}

type tataMail struct {
	m      *parsers.Message
	r      parsers.Reading
	n      models.Notice
	doc    *parsers.Document
	pairs  []parsers.Pair
	others []*parsers.Document
	end    int
}

func tataRead(m *parsers.Message) parsers.Reading {
	t := tataMail{m: m}
	bodies := parsers.ReadBodies(m)
	t.doc, t.pairs, t.others = bodies.Best(tataLabels)
	if t.doc == nil {
		return unreadable(bodies.Err)
	}
	t.pairs, t.end = newestNotice(t.doc, t.pairs, "id")
	if !has(t.pairs, "id", "window", "revised") && !tataTicket.MatchString(m.Subject) {
		return foreign(m, "no ticket reference and no activity window")
	}
	t.id()
	t.n.Account = tataFiller
	t.r.Found(0, "account", t.doc.Part, "", "the layout has no account: "+tataFiller+" stands for it")
	t.status()
	t.windows()
	t.circuits()
	t.n.Summary = m.Subject
	if p, ok := parsers.First(t.pairs, "work"); ok && t.n.Summary == "" {
		t.n.Summary = p.Value
	}
	t.n.Sequence, t.n.UID = 1, "0"
	t.r.CheckNotice(&t.n)
	return finish(t.r, t.n)
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
	kind := t.m.Subject
	if i := tataTicket.FindStringIndex(kind); i != nil {
		kind = kind[:i[0]]
	}
	hits := say(nil, tataSubject, kind, -1, "the subject")
	hits = t.sentence(hits, t.doc, t.pairs, "the text")
	for _, d := range t.others {
		hits = t.sentence(hits, d, d.Pairs(tataLabels), "the other part")
	}
	reminder := strings.Contains(parsers.Plain(kind), "reminder")
	for _, p := range t.pairs {
		if p.Field != "state" {
			continue
		}
		state := say(nil, tataState, p.Value, t.doc.Part, "Activity Status")
		if len(state) > 0 && (state[0].Status.Closed() || len(hits) == 0 && !reminder) {
			hits = append(hits, state...)
		}
	}
	settleStatus(&t.r, &t.n, hits, -1, t.m.Subject)
}

func (t *tataMail) sentence(hits []parsers.StatusHit, d *parsers.Document, pairs []parsers.Pair, where string) []parsers.StatusHit {
	end := len(d.Lines)
	if len(pairs) > 0 {
		end = pairs[0].Line
	}
	return say(hits, tataSentence, d.Span(0, min(end, 40)), d.Part, where)
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
		start, end, err := tataTimes.ResolveSpan(s.from, s.to, t.m.Date)
		if err == nil && len(gmt) > 0 && i < len(ist) {
			err = agree(&t.r, tataTimes, [2]time.Time{start, end}, [2]parsers.Moment{ist[i].from, ist[i].to}, t.m.Date, tataSlack)
		}
		t.window(models.WindowPrimary, start, end, err, s.text, "label "+s.label)
	}
	t.extend()
	t.backup()
	sortWindows(t.n.Windows)
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
			if !ok || len(next) >= len(rest) {
				break
			}
			rest = next
			zone := labelZone(p.Label)
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

// labelZone gives what stands in the last parentheses of a label.
func labelZone(label string) string {
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
			m.Zone = labelZone(p.Label)
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
	end, err := tataTimes.Resolve(*until, t.m.Date)
	if err == nil && local != nil {
		err = tataTimes.Agree(end, *local, t.m.Date, tataSlack)
	}
	switch {
	case err != nil:
		t.r.Missing("end", err.Error())
	case !end.After(last.Start):
		t.r.Missing("end", fmt.Sprintf("the extension to %q is not after the start", until.Text))
	default:
		last.End = end
		t.r.Found(0, parsers.WindowField(len(t.n.Windows)-1, "end"), t.doc.Part, text, "label Extended Up to Time Window")
	}
}

// backup reads a backup window that the description names.
func (t *tataMail) backup() {
	for i := 0; i < t.end; i++ {
		s := tataBackup.FindStringSubmatch(parsers.Clip(t.doc.Lines[i].Text, 1000))
		if s == nil || t.doc.Lines[i].Struck {
			continue
		}
		from, to, _, ok := tataTimes.ScanSpan(tataSlash.ReplaceAllString(s[1], "$1 "))
		var start, end time.Time
		err := parsers.ErrUndecidable
		if ok {
			start, end, err = tataTimes.ResolveSpan(from, to, t.m.Date)
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
	impact, raw, rule, part := t.impact()
	var list []models.NoticeCircuit
	for _, field := range []string{"circuits", "nims"} {
		for _, p := range t.pairs {
			if p.Field != field || p.Struck || p.Value == "" {
				continue
			}
			text := p.Value
			for at := p.At + 1; at < min(p.End, t.end); at++ {
				text += "," + t.doc.Lines[at].Text
			}
			for _, cid := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
				if cid = strings.TrimSpace(cid); parsers.None(cid) || len(list) >= maxCircuits {
					continue
				}
				n := len(list)
				t.r.Found(0, parsers.CircuitField(n, "circuit_id"), t.doc.Part, cid, "label "+p.Label)
				t.r.Found(0, parsers.CircuitField(n, "impact"), part, raw, rule)
				list = append(list, models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: parsers.Clip(raw, 200)})
			}
		}
		if len(list) > 0 {
			break
		}
	}
	for i := range t.n.Windows {
		t.n.Windows[i].Circuits = list
	}
}

// impact is what the sentence above the ticket says that the service would
// experience, then the expected duration, then the description.
func (t *tataMail) impact() (impact models.Impact, raw, rule string, part int) {
	head := t.end
	if len(t.pairs) > 0 {
		head = t.pairs[0].Line
	}
	sentence := ""
	if s := tataSuffer.FindStringSubmatch(parsers.Clip(t.doc.Span(0, min(head, 40)), 8000)); s != nil {
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
		return models.ImpactNone, duration, "label Expected Impact Duration", t.doc.Part
	}
	if i, _, ok := parsers.CommonImpact.Find(sentence); ok {
		return i, sentence, "the sentence on what the service would experience", t.doc.Part
	}
	if i, _, ok := parsers.CommonImpact.Find(duration); ok {
		return i, duration, "label Expected Impact Duration", t.doc.Part
	}
	if p, ok := parsers.First(t.pairs, "work"); ok {
		if i, phrase, ok := parsers.CommonImpact.Find(p.Value); ok {
			return i, phrase, "label Activity Description", t.doc.Part
		}
	}
	return models.ImpactOutage, duration, "no word of the impact is known: OUTAGE", t.doc.Part
}
