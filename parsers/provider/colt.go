package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func coltProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "colt",
		Name:      "Colt",
		Organizer: "PlannedWorks@colt.net",
		Senders:   []string{"plannedworks@colt.net", "donotreply_change@colt.net", "colt.net", "*.colt.net"},
		Subjects:  []string{"colt service affecting", "colt third party", "maintenance alert: crq", "maintenance notification - crq"},
		Body:      []string{"colt technology services", "colt change management", "colt online portal", "colt online account"},
		Formats:   []parsers.Format{{Name: "colt/notice", Fits: coltFits, Read: coltRead}, lumenNotice()},
	}
}

// coltSlack is how far the subject and the text may lie apart: in summer the
// subject has been seen in British time, labelled GMT.
const coltSlack = time.Hour

var (
	coltTimes = parsers.Times{Order: parsers.DayFirst}

	coltLabels = parsers.NewLabels(map[string][]string{
		"id":       {"planned work (pw)ref.", "planned work (pw) ref", "planned work ref", "planned work reference", "pw ref", "reference number", "change reference"},
		"start":    {"start date & time", "start date and time", "start date/time", "start date", "start time"},
		"end":      {"end date & time", "end date and time", "end date/time", "end date", "end time"},
		"duration": {"outage duration", "expected outage duration", "impact duration", "duration of outage"},
		"impact":   {"impact", "service impact", "expected impact"},
		"work":     {"justification of the work", "justification of work", "justification", "description of the work", "reason"},
		"service":  {"service", "services", "affected service(s)", "service(s) affected"},
		"other":    {"time zone", "please note", "planned works details"},
	})

	coltColumns = parsers.NewColumns([]string{"circuit"}, map[string][]string{
		"circuit":  {"circuit id", "service id", "circuit reference", "colt circuit id"},
		"account":  {"ocn", "customer ocn", "ocn number"},
		"customer": {"legal customer", "customer name", "customer"},
		"order":    {"order number", "order id"},
		"impact":   {"impact", "expected impact", "service impact", "impact type", "outage duration"},
	})

	// coltSubject is searched in the subject without the customer's name. The
	// alert that work "is about to START" is sent when the window opens.
	coltSubject = append(parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"cancel"}},
		{Status: models.StatusInProcess, Phrases: []string{"about to start", "- start", "started"}},
	}, letterStatus...)

	// coltSentence is searched in the sentences above the details.
	coltSentence = append(parsers.StatusWords{
		{Status: models.StatusInProcess, Phrases: []string{"about to start", "is starting"}},
	}, letterStatus...)

	// coltReason is searched in the justification, where an end of the work must
	// be said in so many words.
	coltReason = parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"cancelled", "canceled", "cancellation", "cancelation", "withdrawn", "called off", "postponed until further notice"}},
		{Status: models.StatusCompleted, Phrases: []string{"has been completed", "has been successfully completed", "was completed"}},
		{Status: models.StatusRescheduled, Phrases: []string{"rescheduled", "re-scheduled", "reschedule", "postponed", "new date", "amended"}},
	}

	coltID       = lazy(`(?i)\bCRQ[0-9A-Z]{0,4}-?[0-9A-Z]{5,20}\b`)
	coltCustomer = lazy(`(?i)[\])\d]\s*for\s+(.{1,200})$`)
	coltNumber   = lazy(`^(.*?)[\s,;-]*\b(?:OCN:?\s*)?(\d{4,12})\W*$`)
	coltOCN      = lazy(`(?i)^OCN\s*[:#]?\s*`)
	coltReplace  = lazy(`(?i)(?:replac\w+|supersed\w+|rescheduled? (?:of|from)|previous(?:ly)?(?: \w+){0,4})\s*(?:ticket|reference|change|number|as|under|is|:|\s)*\s(CRQ[0-9A-Z]{0,4}-?[0-9A-Z]{5,20})\b`, "replac", "supersed", "reschedule", "previous")
)

func coltFits(m *parsers.Message) (bool, string) {
	if ok, _ := mentions(m, "crq"); ok {
		return true, ""
	}
	if noNotice(m.Subject) != "" {
		return true, ""
	}
	return false, "no CRQ reference"
}

type coltMail struct {
	*letter
	subject  string // without the customer's name
	customer string // after "for" in the subject
	lists    accountLists
	impact   models.Impact
	raw      string
}

func coltRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, coltLabels, coltTimes, "id")
	if !ok {
		return r
	}
	c := coltMail{letter: l, subject: m.Subject}
	if !c.id() {
		return parsers.Reading{Ignored: noNotice(m.Subject)}
	}
	if rule := l.idle("id", "start", "work"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	if s := coltCustomer.FindStringSubmatchIndex(m.Subject); s != nil {
		c.customer, c.subject = strings.TrimSpace(m.Subject[s[2]:s[3]]), m.Subject[:s[2]]
	}
	c.status()
	c.windows()
	c.impacts()
	c.circuits()
	c.account()
	c.rest()
	return c.lists.finish(c.r, c.n)
}

// id is the CRQ of the label, else that of the subject, else the first one of
// the text.
func (c *coltMail) id() bool {
	inSubject := coltID.FindString(c.m.Subject)
	inLabel := coltID.FindString(c.value("id", ""))
	inText := coltID.FindString(parsers.Clip(c.doc.Text(), 64<<10))
	switch {
	case inLabel != "":
		c.n.MaintenanceID = inLabel
		c.r.Found(0, "maintenance_id", c.doc.Part, c.value("id", ""), "label Planned Work Ref.")
	case inSubject != "":
		c.n.MaintenanceID = inSubject
		c.r.Found(0, "maintenance_id", -1, c.m.Subject, "CRQ in the subject")
	case inText != "":
		c.n.MaintenanceID = inText
		c.r.Found(0, "maintenance_id", c.doc.Part, inText, "CRQ in the text")
	default:
		return false
	}
	if inSubject != "" && !strings.EqualFold(inSubject, c.n.MaintenanceID) {
		c.r.Warn(fmt.Sprintf("the subject names %s, the text %s", inSubject, c.n.MaintenanceID))
	}
	return true
}

func (c *coltMail) status() {
	hits := saySubject(nil, coltSubject, c.subject)
	for i, d := range append([]*parsers.Document{c.doc}, c.others...) {
		where := "the text"
		if i > 0 {
			where = "the other part"
		}
		pairs := d.Pairs(coltLabels)
		hits = say(hits, coltSentence, d.Span(0, c.head(d, pairs, []string{"id", "start", "work"})), d.Part, where)
		if p, ok := parsers.First(pairs, "work"); ok {
			hits = say(hits, coltReason, d.Span(p.Line, min(p.End, p.Line+40)), d.Part, "the justification")
		}
	}
	hits = sayCalendar(hits, c.m, c.n.MaintenanceID)
	settleStatus(&c.r, &c.n, hits, c.doc.Part, firstLine(c.doc))
}

// windows reads the labels of start and end, else the span in the subject, and
// holds the one against the other.
func (c *coltMail) windows() {
	c.letter.windows()
	span := strings.NewReplacer("[", " ", "]", " ").Replace(c.subject)
	if i := coltID.FindStringIndex(span); i != nil {
		span = span[i[1]:]
	}
	from, to, _, ok := coltTimes.ScanSpan(span)
	switch {
	case !ok || len(c.n.Windows) > 1 || len(c.r.Fields) > 0:
		return
	case len(c.n.Windows) == 1:
		w := c.n.Windows[0]
		c.check(agree(&c.r, coltTimes, [2]time.Time{w.Start, w.End}, [2]parsers.Moment{from, to}, c.near, coltSlack))
		return
	}
	start, end, err := coltTimes.ResolveSpan(from, to, c.near)
	if err == nil {
		err = c.plausible(coltTimes, start, from, to)
	}
	if err != nil {
		missingTime(&c.r, err)
		return
	}
	c.n.Windows = append(c.n.Windows, models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: end})
	c.r.Found(0, "start", -1, from.Text, "span in the subject")
	c.r.Found(0, "end", -1, to.Text, "span in the subject")
	text := c.doc.Span(0, min(len(c.doc.Lines), 20))
	if i := strings.Index(strings.ToLower(text), "start time"); i >= 0 && i < len(text)-len("start time") {
		if again, _, ok := coltTimes.Scan(parsers.Clip(text[i+len("start time"):], 60)); ok {
			c.check(coltTimes.Agree(start, again, c.near, coltSlack))
		}
	}
}

// check records that the subject and the text contradict each other: where the
// work is off or over it no longer matters when it would have been.
func (c *coltMail) check(err error) {
	switch {
	case err == nil:
	case c.n.Status.Closed():
		c.r.Warn("the subject and the text contradict each other: " + undecided(err))
	default:
		missingTime(&c.r, fmt.Errorf("the subject and the text contradict each other: %w", err))
	}
}

func (c *coltMail) impacts() {
	c.impact = models.ImpactOutage
	for _, field := range []string{"impact", "duration"} {
		p, ok := parsers.First(c.pairs, field)
		if !ok {
			continue
		}
		c.impact, c.raw = c.letter.impact(p.Value), p.Value
		c.r.Found(0, "circuits.impact", c.doc.Part, p.Value, "label "+p.Label)
		return
	}
}

// circuits reads the attached list, and a table in the text where there is
// none.
func (c *coltMail) circuits() {
	sheets, err := parsers.ReadCSVs(c.m)
	if err != nil {
		c.r.Missing("circuits", err.Error())
	}
	for _, d := range sheets {
		c.rows(d)
	}
	if len(c.lists) == 0 {
		c.rows(c.doc)
	}
}

func (c *coltMail) rows(d *parsers.Document) {
	for _, row := range d.Rows(coltColumns) {
		cid := row.Get("circuit")
		if parsers.None(cid) || coltColumns.Header(cid) != "" {
			continue
		}
		account, rule := strings.TrimSpace(coltOCN.ReplaceAllString(row.Get("account"), "")), "column "+row.Head("account")
		if parsers.None(account) {
			account, rule = c.owner()
		}
		if account == "" {
			account, rule = row.Get("customer"), "column "+row.Head("customer")
		}
		impact, raw := c.impact, c.raw
		if own := row.Get("impact"); own != "" {
			impact, raw = c.letter.impact(own), own
		}
		c.lists.add(&c.r, d.Part, account, rule, models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: parsers.Clip(raw, 200)},
			"column "+row.Head("circuit"))
	}
}

// account is that of the subject where no list names one.
func (c *coltMail) account() {
	if len(c.lists) > 0 {
		return
	}
	var rule string
	if c.n.Account, rule = c.owner(); c.n.Account != "" {
		c.r.Found(0, "account", -1, c.customer, rule)
	}
}

// owner gives the customer's number of the subject ("for ACME, 123456"), else
// the name.
func (c *coltMail) owner() (account, rule string) {
	if s := coltNumber.FindStringSubmatch(c.customer); s != nil {
		return s[2], "number after the customer in the subject"
	}
	return strings.Trim(c.customer, " ,;-"), "customer in the subject"
}

func (c *coltMail) rest() {
	c.n.Summary = c.m.Subject
	if p, ok := parsers.First(c.pairs, "work"); ok {
		c.n.Summary = parsers.Clip(c.text(p, true), 1000)
		c.r.Found(0, "summary", c.doc.Part, p.Value, "label "+p.Label)
	}
	c.n.Sequence, c.n.UID = 1, "0"
	for _, s := range coltReplace.FindAllStringSubmatch(c.subject+" . "+c.n.Summary, 5) {
		if !strings.EqualFold(s[1], c.n.MaintenanceID) {
			c.n.Supersedes = append(c.n.Supersedes, s[1])
		}
	}
}
