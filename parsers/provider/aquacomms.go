package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func aquacommsProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "aquacomms",
		Name:      "Aqua Comms",
		Organizer: "tickets@aquacomms.com",
		Senders:   []string{"tickets@aquacomms.com", "aquacomms.com", "*.aquacomms.com"},
		Subjects:  []string{"aqua comms"},
		Body:      []string{"aqua comms noc"},
		Formats:   []parsers.Format{{Name: "aquacomms/notice", Read: aquacommsRead}},
	}
}

var (
	// aquacommsTimes: the time of day stands before the date. The company is at
	// home in Ireland and Britain.
	aquacommsTimes = parsers.Times{Order: parsers.DayFirst, Zones: parsers.Zones{Means: britishMeans}}

	aquacommsLabels = parsers.NewLabels(map[string][]string{
		"id":       {"ticket number", "ticket #", "ticket", "issue number"},
		"account":  {"customer", "customer name", "account", "account number", "project", "project number"},
		"start":    {"scheduled start date & time", "scheduled start*", "start date & time", "start*", "revised start*", "new scheduled start*", "backup start*", "alternate start*", "actual start*"},
		"end":      {"scheduled end date & time", "scheduled end*", "end date & time", "end*", "revised end*", "new scheduled end*", "backup end*", "alternate end*", "actual end*"},
		"circuits": {"service id", "service id(s)", "service ids", "circuit id", "circuit id(s)", "affected services", "affected service(s)"},
		"impact":   {"impact", "expected impact", "service impact", "impact to service"},
		"state":    {"status", "event status", "maintenance status"},
		"work":     {"description", "reason", "description of work"},
	})

	aquacommsIssue   = lazy(`(?i)\bISSUE ?= ?([A-Z0-9-]+)`)
	aquacommsProject = lazy(`(?i)\bPROJ ?= ?([A-Z0-9-]+)`)
	aquacommsUpdate  = lazy(`(?i)^\W*(?:[\d/.: -]{6,25}\W*)?update\s*[-:]\s*(.+)`)
)

func aquacommsRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, aquacommsLabels, aquacommsTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "start", "end") {
		return l.no("no scheduled start and no scheduled end")
	}
	if rule := l.idle("id", "start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	aquacommsNames(l)
	aquacommsSummary(l)
	l.status(letterStatus, "id", "start")
	l.windows()
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "circuits" || p.Struck {
			continue
		}
		for _, cid := range l.list(p) {
			list = l.circuit(list, cid, impact, raw, labelRule(p))
		}
	}
	l.circuits(list)
	return l.finish()
}

// aquacommsNames: the ticket is the issue of the subject; the account is its
// project.
func aquacommsNames(l *letter) {
	issue := aquacommsIssue.FindStringSubmatch(l.m.Subject)
	l.n.MaintenanceID = parsers.FirstWord(l.value("id", "maintenance_id"))
	switch {
	case l.n.MaintenanceID == "" && issue != nil:
		l.n.MaintenanceID = issue[1]
		l.r.Found(0, "maintenance_id", -1, issue[0], "ISSUE in the subject")
	case issue != nil && !strings.EqualFold(issue[1], l.n.MaintenanceID):
		l.r.Warn(fmt.Sprintf("the subject names %s, the text %s", issue[1], l.n.MaintenanceID))
	}
	if project := aquacommsProject.FindStringSubmatch(l.m.Subject); project != nil {
		l.n.Account = project[1]
		l.r.Found(0, "account", -1, project[0], "PROJ in the subject")
		return
	}
	l.n.Account = l.value("account", "account")
}

// aquacommsSummary is the newest update, which may say more than the subject,
// a status too.
func aquacommsSummary(l *letter) {
	if work := l.value("work", "summary"); work != "" {
		l.n.Summary = work
		return
	}
	for i := range l.end {
		if found := aquacommsUpdate.FindStringSubmatch(parsers.Clip(l.doc.Lines[i].Text, 2000)); found != nil {
			l.n.Summary = found[1]
			l.r.Found(0, "summary", l.doc.Part, l.doc.Lines[i].Text, "after Update")
			l.said = say(l.said, letterStatus, found[1], l.doc.Part, "the update")
			return
		}
	}
}
