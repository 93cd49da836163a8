package provider

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"lineman/models"
	"lineman/parsers"
)

func seabornProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "seaborn",
		Name:      "Seaborn",
		Organizer: "noc@seabornnetworks.com",
		Senders:   []string{"noc@seabornnetworks.com", "seabornnetworks.com", "*.seabornnetworks.com", "seabornnetworks.net"},
		Body:      []string{"seaborn ticket number", "seaborn networks", "www.seabornnetworks.com"},
		Formats:   []parsers.Format{{Name: "seaborn/notice", Read: seabornRead}},
	}
}

var (
	// seabornTimes: dates are written by hand in either order; those with am
	// and pm are the American ones.
	seabornTimes = parsers.Times{Order: parsers.Undecided, Zones: parsers.Zones{Home: "Etc/UTC"}}

	seabornLabels = parsers.NewLabels(map[string][]string{
		"id":       {"seaborn ticket number", "seaborn ticket", "seaborn ticket #", "ticket number", "ticket #", "ticket", "seaborn tt", "seaborn tt #"},
		"account":  {"customer name", "account"},
		"start":    {"start date/time", "start date and time", "start date", "start time", "start", "start*", "new start*", "backup start*"},
		"end":      {"finish date/time", "finish date and time", "finish date", "finish time", "finish", "finish*", "end date/time", "end date", "end time", "end", "end*", "new finish*", "new end*", "backup finish*", "backup end*"},
		"window":   {"schedule", "schedule*", "maintenance schedule", "maintenance date*", "maintenance window*", "date/time", "date and time", "date & time", "window", "backup schedule*", "backup window*", "backup date*", "new schedule*", "scheduled date*", "scheduled window*"},
		"day":      {"date", "event date", "activity date"},
		"circuits": {"circuit impacted", "circuit(s) impacted", "impacted circuit", "impacted circuit(s)", "affected circuit", "affected circuit(s)", "circuit affected", "circuit(s) affected", "circuit", "circuit(s)", "circuit id", "circuit id(s)", "cid"},
		"impact":   {"service impact", "impact", "expected impact"},
		"work":     {"description", "description of work", "reason", "purpose"},
		"other":    {"notification details", "location", "duration", "type", "affected system"},
	})

	// seabornDetails are the labels at which the details begin.
	seabornDetails = []string{"work", "id", "start", "window", "circuits"}

	seabornAccount = lazy(`\[##\s*([^\[\]#]{1,100}?)\s*##\]`)
	seabornBracket = lazy(`\[([^\[\]#]{1,100})\]\s*#?(\d{3,})\b`)
	seabornTicket  = lazy(`(?i)\bTT ?#? ?:? ?(\d{3,})\b`)
	seabornCID     = lazy(`(?i)\bCID\b:? *([A-Z0-9][A-Z0-9/._-]{5,})`)
	seabornClock   = lazy(`(?i)\d ?[ap]\.?m\b`)
)

func seabornRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, seabornLabels, seabornTimes, "work")
	if !ok {
		return failed
	}
	if !has(l.pairs, "id", "start", "window") {
		return l.no("no ticket number, no schedule and no start")
	}
	if rule := l.idle(seabornDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	for _, p := range l.pairs {
		if (p.Field == "start" || p.Field == "window") && seabornClock.MatchString(p.Value) {
			l.times.Order = parsers.MonthFirst
		}
	}
	seabornNames(l)
	l.status(letterStatus, seabornDetails...)
	l.windows()
	seabornCircuits(l)
	if p, ok := parsers.First(l.pairs, "work"); ok {
		l.n.Summary = l.text(p, true)
	}
	return l.finish()
}

// seabornNames reads account and ticket. The account stands between ## in the
// subject, or in the brackets before the ticket's number.
func seabornNames(l *letter) {
	subject := l.m.Subject
	bracket := seabornBracket.FindStringSubmatch(subject)
	inSubject := ""
	if tt := seabornTicket.FindStringSubmatch(subject); tt != nil {
		inSubject = tt[1]
	} else if bracket != nil {
		inSubject = bracket[2]
	}
	account := seabornAccount.FindStringSubmatch(subject)
	switch {
	case account != nil:
		l.n.Account = account[1]
		l.r.Found(0, "account", -1, account[0], "between ## in the subject")
	case has(l.pairs, "account"):
		l.n.Account = l.value("account", "account")
	case bracket != nil:
		l.n.Account = strings.TrimSpace(bracket[1])
		l.r.Found(0, "account", -1, bracket[0], "in brackets before the ticket in the subject")
	}
	id := parsers.FirstWord(strings.TrimLeft(l.value("id", ""), "# "))
	switch {
	case id != "":
		l.n.MaintenanceID = l.value("id", "maintenance_id")
		l.n.MaintenanceID = id
		if inSubject != "" && inSubject != id {
			l.r.Warn(fmt.Sprintf("the subject names ticket %s, the text %s", inSubject, id))
		}
	case inSubject != "":
		l.n.MaintenanceID = inSubject
		l.r.Found(0, "maintenance_id", -1, subject, "ticket in the subject")
	}
}

func seabornCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
	inSubject := ""
	if found := seabornCID.FindStringSubmatch(l.m.Subject); found != nil {
		inSubject = found[1]
	}
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "circuits" || p.Value == "" || p.Struck || p.At >= l.end {
			continue
		}
		for _, item := range seabornItems(l.list(p)) {
			cid, rule := seabornRepair(l, item, inSubject), labelRule(p)
			if cid != "" {
				list = l.circuit(list, cid, impact, raw, rule)
			}
		}
	}
	if len(list) == 0 && inSubject != "" {
		list = l.circuit(list, inSubject, impact, raw, "CID in the subject")
	}
	l.circuits(list)
}

// seabornItems parts ids that a slash with blanks around it joins; no id has
// blanks.
func seabornItems(list []string) []string {
	var all []string
	for _, item := range list {
		for _, cid := range strings.Split(item, " / ") {
			if cid = strings.TrimSpace(cid); cid != "" {
				all = append(all, cid)
			}
		}
	}
	return all
}

// seabornRepair drops broken characters that a wrong charset left before a
// circuit. They may have taken letters with them, so the warning names what
// the subject has.
func seabornRepair(l *letter, cid, inSubject string) string {
	clean := strings.TrimLeftFunc(cid, func(r rune) bool { return r >= utf8.RuneSelf || r == ' ' })
	if clean != cid && clean != inSubject {
		l.r.Warn(fmt.Sprintf("the circuit %q is damaged: it was read as %q, the subject names %q", cid, clean, inSubject))
	}
	return clean
}
