package provider

import (
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func momentumProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "momentum",
		Name:      "Momentum",
		Organizer: "maintenance@momentumtelecom.com",
		Senders:   []string{"maintenance@momentumtelecom.com", "momentumtelecom.com", "*.momentumtelecom.com"},
		Subjects:  []string{"momentum data services"},
		Body:      []string{"momentum is committed", "momentum data support", "being a momentum customer"},
		Formats:   []parsers.Format{{Name: "momentum/notice", Read: momentumRead}},
	}
}

var (
	momentumTimes = parsers.Times{Order: parsers.MonthFirst, Zones: parsers.Zones{Means: map[string]string{"cst": "America/Chicago"}}}

	momentumLabels = parsers.NewLabels(map[string][]string{
		"id":       {"ticket", "ticket number", "ticket #", "case", "case number", "case #", "maintenance id", "reference", "reference number"},
		"account":  {"account", "account name", "customer name"},
		"start":    {"maintenance start date/time", "maintenance start", "start date/time", "start*", "maintenance start*", "backup maintenance start*", "new maintenance start*"},
		"end":      {"maintenance finish date/time", "maintenance finish", "finish date/time", "finish*", "maintenance finish*", "maintenance end*", "end date/time", "backup maintenance finish*", "new maintenance finish*"},
		"reason":   {"reason for maintenance", "reason"},
		"impact":   {"expected impact", "impact"},
		"circuits": {"circuit id(s) impacted", "circuit id impacted", "circuit id(s)", "circuit id", "circuits impacted", "circuit(s) impacted", "impacted circuit(s)"},
		"other":    {"address(s)", "address", "addresses", "location", "location(s)"},
	})

	momentumNumber = lazy(`^#?([A-Z]{0,4}-?\d{4,})$`)
)

func momentumRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, momentumLabels, momentumTimes, "account")
	if !ok {
		return failed
	}
	if !has(l.pairs, "start", "end", "circuits") {
		return l.no("no start, no finish and no circuits of a maintenance")
	}
	if rule := l.idle("start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	l.n.Account = l.value("account", "account")
	momentumID(l)
	l.status(letterStatus, "start", "circuits")
	l.learnOrder()
	l.windows()
	momentumCircuits(l)
	if p, ok := parsers.First(l.pairs, "reason"); ok {
		l.n.Summary = strings.TrimSpace(strings.TrimSuffix(l.text(p, true), "/font>"))
	}
	return l.finish()
}

// momentumID is the number between bars in the subject, unless it is the account.
func momentumID(l *letter) {
	for _, piece := range strings.Split(l.m.Subject, "|") {
		if found := momentumNumber.FindStringSubmatch(strings.TrimSpace(piece)); found != nil && found[1] != l.n.Account {
			l.n.MaintenanceID = found[1]
			l.r.Found(0, "maintenance_id", -1, l.m.Subject, "number between bars in the subject")
			return
		}
	}
	if id := l.value("id", "maintenance_id"); id != "" {
		l.n.MaintenanceID = strings.TrimLeft(parsers.FirstWord(id), "#")
	}
}

// momentumCircuits gives all circuits the one impact: the label says how long
// it lasts, the sentence around the list what it is.
func momentumCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact, known := parsers.CommonImpact.Impact(raw)
	if !known {
		for _, line := range l.doc.Lines[:l.end] {
			plain := parsers.Plain(line.Text)
			if !strings.Contains(plain, "experience") && !strings.Contains(plain, "your circuit") {
				continue
			}
			if i, _, ok := parsers.CommonImpact.Find(line.Text); ok {
				impact, known = i, true
				l.r.Found(0, "circuits.impact", l.doc.Part, line.Text, "sentence about the circuits")
				break
			}
		}
	}
	if !known {
		impact = l.impact(raw)
	}
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "circuits" || p.Value == "" || p.Struck {
			continue
		}
		for _, cid := range l.list(p) {
			list = l.circuit(list, cid, impact, raw, labelRule(p))
		}
	}
	l.circuits(list)
}
