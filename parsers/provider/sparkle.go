package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func sparkleProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "sparkle",
		Name:      "Sparkle",
		Organizer: "TISAmericaNOC@tisparkle.com",
		Senders:   []string{"tisamericanoc@tisparkle.com", "tisparkle.com", "*.tisparkle.com"},
		Subjects:  []string{"sparkle tt#", "| sparkle"},
		Body:      []string{"sparkle ticket number", "ti sparkle", "tisparkle.com"},
		Formats:   []parsers.Format{{Name: "sparkle/notice", Read: sparkleRead}},
		Filler:    sparkleFiller,
	}
}

// sparkleFiller stands for the account, which the layout does not have.
const sparkleFiller = "Not Available"

var (
	sparkleTimes = parsers.Times{Order: parsers.MonthFirst}

	sparkleLabels = parsers.NewLabels(map[string][]string{
		"kind":     {"type of maintenance", "maintenance type"},
		"id":       {"sparkle ticket number", "sparkle ticket number(s)", "sparkle tt#", "ticket number", "ticket number(s)"},
		"account":  {"customer name", "customer account"},
		"start":    append(sparkleNights("start date/time (utc)"), "start date/time*", "start date and time*", "start time*", "start date*"),
		"end":      append(sparkleNights("end date/time (utc)"), "end date/time*", "end date and time*", "end time*", "end date*", "finish date/time*"),
		"duration": {"duration of maintenance (minutes)", "duration of maintenance*", "duration*"},
		"impact":   {"expected impact time (minutes)", "expected impact time*", "expected impact*", "impact time*"},
		"location": {"location", "location*"},
		"circuits": {"circuits involved in the activity", "circuit(s) involved in the activity", "circuit involved in the activity", "circuits involved", "circuit(s) involved", "affected circuit(s)", "circuit(s) affected"},
		"work":     {"description of work", "description of activity"},
	}).Loose()

	sparkleColumns = parsers.NewColumns([]string{"circuit"}, map[string][]string{
		"circuit": {"circuit id", "circuit", "service id", "circuit name", "sparkle circuit id"},
		"impact":  {"impact", "expected impact"},
	})

	// sparkleDetails are the labels at which the details begin.
	sparkleDetails = []string{"id", "start", "circuits"}
)

// sparkleNights gives a label with the nights that may stand behind it.
func sparkleNights(label string) []string {
	all := []string{label, label + " backup"}
	for day := 1; day <= 14; day++ {
		all = append(all, fmt.Sprintf("%s day %d", label, day))
	}
	return all
}

func sparkleRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, sparkleLabels, sparkleTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "id", "start", "circuits") {
		return l.no("no ticket number, no start and no circuits")
	}
	if rule := l.idle(sparkleDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	if l.n.Account = l.value("account", "account"); l.n.Account == "" {
		l.n.Account = sparkleFiller
		l.r.Found(0, "account", l.doc.Part, "", "the layout has no account: "+sparkleFiller+" stands for it")
	}
	l.status(letterStatus, sparkleDetails...)
	l.learnOrder()
	l.windows()
	sparkleCircuits(l)
	if p, ok := parsers.First(l.pairs, "work"); ok {
		l.n.Summary = p.Value
	}
	return sparkleSplit(l)
}

func sparkleCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
	if strings.Trim(raw, "0 .:") != raw && (parsers.Key(raw) == "0 minutes" || parsers.Key(raw) == "0 min" || parsers.Key(raw) == "0") {
		impact = models.ImpactNone
	}
	var list []models.NoticeCircuit
	for _, row := range l.doc.Rows(sparkleColumns) {
		if cid := row.Get("circuit"); row.Line < l.end && likeCircuit(cid) {
			list = l.circuit(list, cid, impact, raw, "column "+row.Head("circuit"))
		}
	}
	for _, p := range l.pairs {
		if p.Field != "circuits" || p.Value == "" || p.Struck || len(list) > 0 {
			continue
		}
		for _, cid := range l.list(p) {
			list = l.circuit(list, cid, impact, raw, labelRule(p))
		}
	}
	l.circuits(list)
}

// sparkleSplit gives each ticket its windows. Several tickets stand for as
// many nights, in their order; one ticket has all of them.
func sparkleSplit(l *letter) parsers.Reading {
	tickets, text, rule := sparkleNumbers(l)
	switch {
	case len(tickets) <= 1:
		if len(tickets) == 1 {
			l.n.MaintenanceID = tickets[0]
			l.r.Found(0, "maintenance_id", l.doc.Part, text, rule)
		}
		return l.finish()
	case len(tickets) != len(l.n.Windows):
		l.n.MaintenanceID = text
		l.r.Missing("maintenance_id", fmt.Sprintf("the mail names %d tickets (%s) and %d windows: which belongs to which is not said",
			len(tickets), parsers.Clip(text, 80), len(l.n.Windows)))
		return l.finish()
	}
	l.n.MaintenanceID = tickets[0]
	if l.finish(); len(l.r.Fields) > 0 {
		return l.r
	}
	return sparkleTickets(l, tickets, text, rule)
}

// sparkleTicket is a line of ticket numbers and what parts them;
// sparkleSubject finds them in the subject.
var (
	sparkleTicket  = lazy(`^[#\d][\w #/,;&-]*$`)
	sparkleSubject = lazy(`(?i)\bTT ?#? ?:? ?(\d[\d /,;&-]*)`)
)

// sparkleNumbers gives the ticket numbers, which stand on the line of the label and
// on those below it, or else in the subject.
func sparkleNumbers(l *letter) (all []string, text, rule string) {
	p, ok := parsers.First(l.pairs, "id")
	switch {
	case ok && p.Line == p.At || ok && sparkleTicket.MatchString(p.Value):
		text, rule = p.Value, labelRule(p)
		for i := p.At + 1; i < min(p.End, l.end) && sparkleTicket.MatchString(l.doc.Lines[i].Text); i++ {
			text += " / " + l.doc.Lines[i].Text
		}
	default:
		if found := sparkleSubject.FindStringSubmatch(l.m.Subject); found != nil {
			text, rule = found[1], "TT in the subject"
		}
	}
	for _, t := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/,;& ", r) }) {
		if !parsers.None(t) && strings.ContainsAny(t, "0123456789") {
			all = append(all, strings.TrimLeft(t, "#"))
		}
	}
	return all, text, rule
}

// sparkleTickets makes one notice for each ticket and its window.
func sparkleTickets(l *letter, tickets []string, text, rule string) parsers.Reading {
	shared := l.r.Evidence
	l.r.Evidence = nil
	notices := make([]models.Notice, 0, len(tickets))
	for i, ticket := range tickets {
		n := l.n
		n.MaintenanceID = ticket
		n.Windows = []models.NoticeWindow{l.n.Windows[i]}
		l.r.Found(i, "maintenance_id", l.doc.Part, text, rule)
		for _, e := range shared {
			e.Notice = i
			switch {
			case e.Field == parsers.WindowField(i, "start"):
				e.Field = "start"
			case e.Field == parsers.WindowField(i, "end"):
				e.Field = "end"
			case e.Field == "start", e.Field == "end", strings.HasPrefix(e.Field, "windows["):
				continue
			}
			l.r.Evidence = append(l.r.Evidence, e)
		}
		notices = append(notices, n)
	}
	return finish(l.r, notices...)
}
