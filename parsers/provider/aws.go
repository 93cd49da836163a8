package provider

import (
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func awsProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "aws",
		Name:      "AWS",
		Organizer: "aws-account-notifications@amazon.com",
		Senders:   []string{"aws-account-notifications@amazon.com", "no-reply-aws@amazon.com", "health@aws.com", "no-reply@amazonaws.com"},
		Subjects:  []string{"aws direct connect", "[aws account:", "[aws account id:"},
		Body:      []string{"aws direct connect"},
		Formats:   []parsers.Format{{Name: "aws/directconnect", Fits: awsFits, Read: awsRead}},
	}
}

var (
	awsTimes = parsers.Times{}

	awsLabels = parsers.NewLabels(map[string][]string{
		"account": {"aws account", "aws account id", "account", "account id", "affected account", "affected account(s)"},
		"id":      {"event arn", "event id", "maintenance id", "notification id"},
		"start":   {"start time", "start", "start*", "new start time", "maintenance start*"},
		"end":     {"end time", "end", "end*", "new end time", "maintenance end*"},
	})

	// awsStatus has the words of subjects beside the common ones.
	awsStatus = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusPhrases{
		Status: models.StatusCompleted, Phrases: []string{"maintenance complete", "maintenance is over"},
	})

	awsWindow   = lazy(`(?i)\b(?:from|between|window(?: is| of)?:?|to)\s+((?:[A-Z][a-z]{2,8},? )?(?:\d{1,2} [A-Z]|[A-Z][a-z]{2,8} \d{1,2}\b|\d{4}-))`)
	awsAccount  = lazy(`(?i)\[?\bAWS Account(?: ?ID)?s?[:#]? ?\(?(\d{8,14})\b`, "aws")
	awsResource = lazy(`\b(?:dx[a-z]{2,6}|[a-z]{5})-[a-z0-9]{8,17}\b`)
	awsPrefix   = lazy(`^dx(?:con|vif|lag|gw)-`) // a word behind it is an id
	awsOld      = lazy(`(?i)\b(?:originally|previously|initially)\b|\bwas (?:planned|scheduled|due) (?:for|from)\b|\b(?:rescheduled|moved|changed|postponed) from\b`)
)

func awsFits(m *parsers.Message) (bool, string) { return mentions(m, "maintenance") }

func awsRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, awsLabels, awsTimes, "id")
	if !ok {
		return failed
	}
	awsNewest(l)
	body := awsBody(l)
	if body.windows == nil && !has(l.pairs, "start") && len(body.resources) == 0 {
		return l.no("no window and no resource of Direct Connect")
	}
	if rule := l.idle("start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	awsNames(l)
	body.status(l)
	if has(l.pairs, "start", "end") {
		l.windows()
	} else {
		body.resolve(l)
	}
	body.circuits(l)
	if l.n.MaintenanceID == "" {
		l.synthetic("aws")
	}
	l.n.Summary = body.summary
	return l.finish()
}

// awsText is what the prose of a mail says.
type awsText struct {
	windows   []awsSpan
	resources []string
	summary   string // paragraph of the first window
	list      int    // line of the first resource
}

type awsSpan struct {
	from, to parsers.Moment
	line     int
	old      bool // the window that is given up
}

// awsNewest leaves what stands above a quoted older mail, where that has a
// window.
func awsNewest(l *letter) {
	for i := range l.end {
		if awsWindow.MatchString(parsers.Clip(l.doc.Span(i, i+2), 4000)) {
			l.end = min(l.end, l.doc.QuoteAt(i+1))
			return
		}
	}
}

// awsBody looks for spans of time in paragraphs and for resources in lists.
func awsBody(l *letter) awsText {
	t := awsText{list: l.end}
	paragraph := 0
	for i := range l.end {
		line := l.doc.Lines[i]
		if i+1 == l.end || l.doc.Lines[i+1].Gap {
			t.sentence(parsers.Clip(l.doc.Span(paragraph, i+1), 8000), paragraph)
			paragraph = i + 1
		}
		text := parsers.Clip(line.Text, 4000)
		if line.Struck || strings.Contains(text, "://") {
			continue
		}
		for _, id := range awsResource.FindAllString(text, 1000) {
			if !strings.ContainsAny(id, "0123456789") && !awsPrefix.MatchString(id) {
				continue
			}
			t.resources = append(t.resources, id)
			t.list = min(t.list, i)
		}
	}
	return t
}

func (t *awsText) sentence(text string, line int) {
	taken := 0
	for _, at := range awsWindow.FindAllStringSubmatchIndex(text, 50) {
		if at[2] < taken {
			continue
		}
		from, to, rest, ok := awsTimes.ScanSpan(text[at[2]:])
		if !ok || !from.HasDate() || !from.HasTime || !to.HasTime || len(t.windows) > maxWindows {
			continue
		}
		before := text[max(taken, at[2]-80):at[2]]
		if i := strings.LastIndexAny(before, ".;"); i >= 0 {
			before = before[i:]
		}
		taken = len(text) - len(rest)
		t.windows = append(t.windows, awsSpan{from, to, line, awsOld.MatchString(before)})
		if t.summary == "" {
			t.summary = text
		}
	}
}

// status reads the subject and the sentences above the list of resources.
func (t *awsText) status(l *letter) {
	hits := saySubject(nil, awsStatus, l.m.Subject)
	hits = say(hits, awsStatus, l.doc.Span(0, min(t.list, l.end, 60)), l.doc.Part, "the text")
	hits = say(hits, letterEnd, l.doc.Span(t.list, l.end), l.doc.Part, "the end of the text")
	for _, d := range l.others {
		end := 0
		for end < min(len(d.Lines), 60) && !awsResource.MatchString(parsers.Clip(d.Lines[end].Text, 4000)) {
			end++
		}
		hits = say(hits, awsStatus, d.Span(0, end), d.Part, "the other part")
	}
	settleStatus(&l.r, &l.n, hits, l.doc.Part, firstLine(l.doc))
}

// resolve gives each span of time its window. Where the mail names new and old
// ones, only the new ones count.
func (t *awsText) resolve(l *letter) {
	fresh := 0
	for _, w := range t.windows {
		if !w.old {
			fresh++
		}
	}
	for _, w := range t.windows {
		if w.old && fresh > 0 {
			continue
		}
		p := parsers.Pair{Label: "sentence", Value: w.from.Text + " to " + w.to.Text, Line: w.line, At: w.line}
		before := len(l.n.Windows)
		l.window(w.from, w.to, p, p)
		for i := range l.n.Windows[:before] {
			if n := len(l.n.Windows); n > before && l.n.Windows[i].Start.Equal(l.n.Windows[before].Start) && l.n.Windows[i].End.Equal(l.n.Windows[before].End) {
				l.n.Windows = l.n.Windows[:before] // said twice
				break
			}
		}
	}
	l.r.SortWindows(0, l.n.Windows)
}

// awsNames reads account and, where there is one, the id of the event.
func awsNames(l *letter) {
	if id := l.value("id", "maintenance_id"); id != "" {
		l.n.MaintenanceID = parsers.FirstWord(id)
	}
	if found := awsAccount.FindStringSubmatch(l.m.Subject); found != nil {
		l.n.Account = found[1]
		l.r.Found(0, "account", -1, l.m.Subject, "AWS Account in the subject")
		return
	}
	if found := awsAccount.FindStringSubmatch(parsers.Clip(l.doc.Span(0, l.end), 32<<10)); found != nil {
		l.n.Account = found[1]
		l.r.Found(0, "account", l.doc.Part, found[0], "AWS Account in the text")
		return
	}
	l.n.Account = parsers.FirstWord(l.value("account", "account"))
}

// circuits are the resources of the list; one sentence says the impact of all.
func (t *awsText) circuits(l *letter) {
	raw := ""
	impact := models.ImpactOutage
	for i := range min(t.list, l.end) {
		for _, sentence := range strings.SplitAfter(parsers.Clip(l.doc.Lines[i].Text, 4000), ". ") {
			if found, _, ok := parsers.CommonImpact.Find(sentence); ok && raw == "" {
				impact, raw = found, strings.TrimSpace(sentence)
				l.r.Found(0, "circuits.impact", l.doc.Part, raw, "sentence above the list")
			}
		}
	}
	var list []models.NoticeCircuit
	for _, id := range t.resources {
		if len(list) > maxCircuits {
			break
		}
		list = l.circuit(list, id, impact, raw, "resource of Direct Connect")
	}
	l.circuits(list)
}
