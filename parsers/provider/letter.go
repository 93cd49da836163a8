package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

// letter is a notice of which every field has a label, while it is read. It
// knows what such layouts have in common; which labels there are and what they
// mean is the layout's.
type letter struct {
	m      *parsers.Message
	r      parsers.Reading
	n      models.Notice
	labels *parsers.Labels
	times  parsers.Times
	doc    *parsers.Document
	pairs  []parsers.Pair
	others []*parsers.Document
	end    int // line at which older, quoted notices begin
	near   time.Time
	said   []parsers.StatusHit // found where only the layout looks

	dayOnce *string // see day
}

// openLetter takes the part of a message that has most labels, and of it what
// stands before the second label of the field once. ok is false when there is
// none; r says why then.
func openLetter(m *parsers.Message, labels *parsers.Labels, times parsers.Times, once string) (l *letter, r parsers.Reading, ok bool) {
	bodies := parsers.ReadBodies(m)
	l = &letter{m: m, labels: labels, times: times, near: m.Day()}
	l.doc, l.pairs, l.others = bodies.Best(labels)
	if l.doc == nil {
		return nil, unreadable(bodies.Err), false
	}
	l.pairs, l.end = l.doc.Newest(withoutSubjects(l.doc, l.pairs), once)
	l.pairs, l.end = unquoted(l.doc, l.pairs, l.end)
	return l, parsers.Reading{}, true
}

// withoutSubjects drops the labels that stand in the subject of a small header
// above a forward or a quoted text.
func withoutSubjects(d *parsers.Document, pairs []parsers.Pair) []parsers.Pair {
	kept := make([]parsers.Pair, 0, len(pairs))
	for _, p := range pairs {
		if text := d.Lines[p.Line].Text; len(text) < 8 || !strings.EqualFold(text[:8], "subject:") {
			kept = append(kept, p)
		}
	}
	return kept
}

// no tells why a letter that has nothing of its layout is no notice; a Reading
// that says nothing leaves the mail to other layouts and, without one, to a
// person.
func (l *letter) no(lacks string) parsers.Reading {
	if rule := noNotice(l.m.Subject); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	if text := parsers.Plain(parsers.Clip(l.doc.Text(), 32<<10)); text == "" || strings.Contains(text, "maintenance") || strings.Contains(text, "planned work") {
		return parsers.Reading{} // of a forward whose text was not found, or of a layout that is not known
	}
	return foreign(l.m, lacks)
}

// idle gives the rule by which a letter of the layout is no notice all the
// same: it is a test, or tells of a fault; empty if it is a notice.
func (l *letter) idle(until ...string) string {
	head := parsers.NewSieve(parsers.Plain(l.m.Subject + " . " + l.doc.Span(0, l.head(l.doc, l.pairs, until))))
	for _, phrase := range testPhrases {
		if head.Has(phrase) {
			return fmt.Sprintf("the mail says that it is a test (%q)", phrase)
		}
	}
	return faultRule(l.m.Subject)
}

var (
	testPhrases = []string{"this is a test", "this is only a test", "this is just a test", "test notification", "test notice", "test email",
		"test e-mail", "test message", "ignore this test", "disregard this test", "for test purposes only", "for testing purposes only",
		"this is a dry run", "this is only a dry run", "simulated maintenance"}

	faultWords = []string{"unplanned", "fiber cut", "fibre cut", "cable cut", "cable fault", "cable break", "reason for outage", "rfo",
		"incident", "fault report", "fault notification", "disturbance information", "disturbance notification", "outage report", "outage alert", "outage bulletin", "service disruption", "service degradation",
		"trouble ticket", "root cause"}
	workWords   = []string{"maint", "planned", "scheduled", "emergency work", "urgent work", "change notification"}
	otherTopics = []string{"newsletter", "invoice", "webinar", "survey", "billing", "statement of account", "new features", "release notes",
		"price", "promotion", "event invitation", "password", "order confirmation"}
)

// faultRule gives a rule when a subject tells of a fault and not of work.
func faultRule(subject string) string {
	subject = " " + parsers.Key(subject) + " "
	word := ""
	for _, w := range faultWords {
		if strings.Contains(subject, " "+w) {
			word = w
			break
		}
	}
	if word == "" {
		return ""
	}
	for _, w := range workWords {
		if strings.Contains(subject, " "+w) {
			return ""
		}
	}
	return fmt.Sprintf("the subject tells of a fault (%q), not of maintenance", word)
}

// noNotice gives a rule when a subject is about something else.
func noNotice(subject string) string {
	if rule := faultRule(subject); rule != "" {
		return rule
	}
	key := " " + parsers.Key(subject) + " "
	for _, w := range otherTopics {
		if strings.Contains(key, " "+w) {
			return fmt.Sprintf("the subject is about something else (%q)", w)
		}
	}
	return ""
}

// head is the line at which the details begin: the first label of one of the
// fields, a first table row at the latest.
func (l *letter) head(d *parsers.Document, pairs []parsers.Pair, until []string) int {
	for _, p := range pairs {
		for _, f := range until {
			if p.Field == f {
				return min(p.Line, 60)
			}
		}
	}
	return min(len(d.Lines), 60)
}

// letterStatus is searched in the subject and above the details.
var letterStatus = append(append(parsers.StatusWords{
	{Status: models.StatusCancelled, Phrases: []string{"not completed", "could not be completed", "unsuccessful", "not successful", "aborted", "abandoned",
		"postponed until further notice", "postponed indefinitely", "rolled back", "cancelation", "cancel notification", "cancel notice", "did not take place",
		"will not take place", "will not go ahead", "will no longer take place", "will no longer be carried out", "will no longer be perform",
		"will not be carried out", "will not be performed", "will not be performing", "will not be taking place", "will not proceed", "will not be going ahead",
		"could not be performed", "could not be carried out", "could not be executed", "unable to complete", "unable to perform", "unable to carry out",
		"had to cancel", "have to cancel", "decided to cancel", "forced to cancel", "on hold"}},
	{Status: models.StatusCompleted, Phrases: []string{"now finished", "ended successfully", "window is closed", "now closed",
		"maintenance finished", "maintenance ended", "end of maintenance", "work finished", "has now ended", "now complete", "maintenance complete",
		"maintenance is complete", "work complete", "activity complete", "complete notification", "we have completed",
		"was finished", "were finished", "been finished", "carried out successfully", "successfully carried out", "successfully performed",
		"successfully finished", "successfully implemented", "successfully executed"}},
}, parsers.CommonStatus...), parsers.StatusWords{
	{Status: models.StatusInProcess, Phrases: []string{"commencement", "now commenced", "is underway", "now underway", "is commencing", "has now begun",
		"start notification", "is starting now", "now starting", "has now started", "maintenance started", "start of maintenance", "is ongoing", "is in progress",
		"started the work", "started the maintenance", "has been started", "have been started", "have begun"}},
	{Status: models.StatusRescheduled, Phrases: []string{"amended", "amendment", "has been extended", "have been extended", "been brought forward",
		"has been moved", "have been moved", "has changed", "have changed", "postponement", "deferred",
		"extension of", "extension notification", "extension notice", "extension -", "maintenance extension", "window extension",
		"rescheduling", "re-scheduling", "new schedule", "date change", "change of date"}},
}...)

// status reads the subject without the customer's name, what stands above the
// details (the first label of one of the fields until) in every part, the labels "state", and what stands
// below the last label.
func (l *letter) status(words parsers.StatusWords, until ...string) {
	subject := l.m.Subject
	if l.n.Account != "" {
		subject = strings.ReplaceAll(subject, l.n.Account, " ")
	}
	hits := saySubject(l.said, words, subject)
	plain := firstLine(l.doc)
	for i, d := range append([]*parsers.Document{l.doc}, l.others...) {
		pairs, where := l.pairs, "the text"
		if i > 0 {
			pairs, where = withoutSubjects(d, d.Pairs(l.labels)), "the other part"
		}
		hits = say(hits, words, d.Span(0, l.head(d, pairs, until)), d.Part, where)
	}
	for _, p := range l.pairs {
		if p.Field == "state" && !p.Struck {
			hits = say(hits, words, p.Value, l.doc.Part, labelRule(p))
		}
	}
	settleStatus(&l.r, &l.n, l.sentences(hits), l.doc.Part, plain)
}

// value gives the value of the first label of a field and records where it
// was found.
func (l *letter) value(field, evidence string) string {
	p, ok := parsers.First(l.pairs, field)
	if !ok || p.At >= l.end {
		return ""
	}
	if evidence != "" {
		l.r.Found(0, evidence, l.doc.Part, l.doc.Lines[p.At].Text, labelRule(p))
	}
	return p.Value
}

// labelRule names the rule that read the value of a label.
func labelRule(p parsers.Pair) string { return "label " + strings.TrimSpace(p.Label) }

// rows gives the rows of a table above an older mail. One that breaks off leaves
// the field unread: less than the mail lists would be told.
func (l *letter) rows(c *parsers.Columns, field string) []parsers.Row {
	rows, err := l.doc.RowsAbove(l.end, c)
	if err != nil {
		l.r.Missing(field, err.Error())
	}
	return rows
}

// text gives the whole value of a label, from its first line up to the next
// label, at most to an empty line where paragraph is set.
func (l *letter) text(p parsers.Pair, paragraph bool) string {
	return l.doc.Whole(p, l.end, paragraph)
}

// list gives the items of a label that lists circuits: those on its line and
// on the lines below it that look like one.
func (l *letter) list(p parsers.Pair) []string {
	if p.At > p.Line && likeSentence.MatchString(p.Value) {
		return nil // the label has no value, and the text goes on
	}
	items := splitList(p.Value)
	for i := p.At + 1; i < min(p.End, l.end); i++ {
		line := l.doc.Lines[i]
		if !likeCircuit(line.Text) {
			break
		}
		if !line.Struck {
			items = append(items, splitList(line.Text)...)
		}
	}
	return items
}

var listAnd = lazy(`([0-9][^\s,;|]*) +(?:and|&) +([^\s,;|]*[0-9])`)

// splitList splits a list at commas, semicolons and bars, and at "and" between
// two words with a digit, and drops what says that there is none.
func splitList(s string) []string {
	var items []string
	if strings.Contains(s, " and ") || strings.Contains(s, " & ") {
		s = listAnd.ReplaceAllString(s, "$1,$2")
	}
	for _, item := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '，' || r == '、' }) {
		item = strings.TrimSpace(strings.Trim(strings.TrimSpace(item), "•*·"))
		if !parsers.None(item) {
			items = append(items, item)
		}
	}
	return items
}

var likeSentence = lazy(`(?:\b[a-z]{2,}\b[ ,]+){3}|@|https?:|(?i)\bclick here\b|\bregards\b|\bdear\b|\bthank|\bplease\b`)

// likeCircuit tells an id from a sentence, a signature and an address.
func likeCircuit(s string) bool {
	return s != "" && len(s) <= 120 && strings.ContainsAny(s, "0123456789") && !likeSentence.MatchString(s) && !strings.HasSuffix(s, ".") &&
		!strings.Contains(s, ": ") && !strings.HasPrefix(s, "+")
}

// cell tells whether a cell of a circuit column names a circuit; one that has
// text and no digit is told.
func cell(r *parsers.Reading, text, column string) bool {
	switch {
	case parsers.None(text):
		return false
	case !strings.ContainsAny(text, "0123456789") || strings.Contains(text, ", ") || likeSentence.MatchString(text):
		r.Warn(fmt.Sprintf("%q in %s is no circuit", parsers.Clip(text, 80), column))
		return false
	}
	return true
}

// circuits gives every window the same circuits.
func (l *letter) circuits(list []models.NoticeCircuit) {
	if len(list)*len(l.n.Windows) > maxCircuits {
		tooMany(&l.r, "circuits", maxCircuits)
		return
	}
	for i := range l.n.Windows {
		l.n.Windows[i].Circuits = list
	}
}

// maxCompared is up to how many circuits a list is kept free of repeats.
const maxCompared = 1000

// circuit adds one circuit with the impact that raw says. One that is there
// already keeps the worse impact.
func (l *letter) circuit(list []models.NoticeCircuit, cid string, impact models.Impact, raw, rule string) []models.NoticeCircuit {
	for i := 0; i < len(list) && len(list) <= maxCompared; i++ {
		if list[i].CID != cid {
			continue
		}
		if impact.Worse(list[i].Impact) {
			list[i].Impact, list[i].RawImpact = impact, parsers.Clip(raw, 200)
		}
		return list
	}
	l.r.Found(0, parsers.CircuitField(len(list), "circuit_id"), l.doc.Part, cid, rule)
	return append(list, models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: parsers.Clip(raw, 200)})
}

var durationOnly = lazy(`(?i)^(?:up to |approx\w*\.? |about |maximum |max\.? |~ ?)?[\d.:x-]*(?: ?to ?\d+)? ?(?:days?|hours?|hrs?|h|minutes?|mins?|min|m|seconds?|secs?|s)\b(?:[ ,and\d]*(?:days?|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b)*[ .()\w]{0,3}$`)

// impact reads the words of an impact. A length of time alone is an outage of
// that length; other words that are not known are an outage too, with a
// warning.
func (l *letter) impact(raw string) models.Impact {
	impact, known := parsers.CommonImpact.Impact(raw)
	if !known && !durationOnly.MatchString(strings.TrimSpace(raw)) {
		l.r.Warn(fmt.Sprintf("the impact %q is not known, OUTAGE is assumed", parsers.Clip(raw, 80)))
	}
	return impact
}

// row adds one circuit as a table lists it, twice where the table does.
func (l *letter) row(list []models.NoticeCircuit, c models.NoticeCircuit, rule, impactRule string) []models.NoticeCircuit {
	l.r.Found(0, parsers.CircuitField(len(list), "circuit_id"), l.doc.Part, c.CID, rule)
	l.r.Found(0, parsers.CircuitField(len(list), "impact"), l.doc.Part, c.RawImpact, impactRule)
	c.RawImpact = parsers.Clip(c.RawImpact, 200)
	return append(list, c)
}

// finishLists completes the notices of several accounts, which the mail lists
// with their circuits.
func (l *letter) finishLists(lists accountLists) parsers.Reading {
	if l.n.Summary == "" {
		l.n.Summary = l.m.Subject
	}
	l.n.Sequence, l.n.UID = 1, "0"
	return lists.finish(l.r, l.n)
}

// synthetic makes the id of a layout that has none, of account, circuits and
// day.
func (l *letter) synthetic(slug string) {
	if l.n.Account == "" || len(l.n.Windows) == 0 {
		return
	}
	var cids []string
	for _, c := range l.n.Windows[0].Circuits {
		cids = append(cids, c.CID)
	}
	l.n.Synthetic = true
	l.n.MaintenanceID = models.SyntheticID(slug, l.n.Account, cids, l.n.Windows[0].Start)
	l.r.Found(0, "maintenance_id", -1, l.n.MaintenanceID, "derived from account, circuits and day, because the layout has no id")
}

// finish completes the notice.
func (l *letter) finish() parsers.Reading {
	if l.n.Summary == "" {
		l.n.Summary = l.m.Subject
	}
	l.n.Sequence, l.n.UID = 1, "0"
	l.r.CheckNotice(&l.n)
	return finish(l.r, l.n)
}

// addressee takes whom one of the first lines greets for the account.
func (l *letter) addressee(before int) {
	for i := range min(before, l.end) {
		if name := greeted(l.doc.Lines[i].Text); name != "" {
			l.n.Account = name
			l.r.Found(0, "account", l.doc.Part, l.doc.Lines[i].Text, "the greeting")
			return
		}
	}
}
