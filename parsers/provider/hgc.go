package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func hgcProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "hgc",
		Name:      "HGC",
		Organizer: "HGCINOCPW@hgc.com.hk",
		Senders:   []string{"hgcinocpw@hgc.com.hk", "hgc.com.hk", "*.hgc.com.hk"},
		Subjects:  []string{"hgc maintenance work"},
		Body:      []string{"hgc do not receive", "hgc global communications", "hgcinocpw@hgc.com.hk"},
		Formats:   []parsers.Format{{Name: "hgc/notice", Fits: hgcFits, Read: hgcRead}},
	}
}

var (
	hgcTimes = parsers.Times{Zones: parsers.Zones{Means: map[string]string{"hk time": "Asia/Hong_Kong", "hong kong local time": "Asia/Hong_Kong"}}}

	hgcLabels = parsers.NewLabels(map[string][]string{
		"id":       {"ticket number", "ticket no", "ticket no.", "ticket id", "ticket", "tic number", "reference", "reference number", "hgc reference"},
		"circuit":  {"circuit id", "circuit ids", "circuit id(s)", "circuit", "service id", "affected circuit", "affected circuit(s)", "affected circuit id"},
		"customer": {"customer", "customer name"},
		"start":    {"maintenance window start date & time", "maintenance window start*", "start date & time", "start date and time", "start time", "backup maintenance window start*", "backup window start*", "new maintenance window start*"},
		"end":      {"maintenance window end date & time", "maintenance window end*", "end date & time", "end date and time", "end time", "backup maintenance window end*", "backup window end*", "new maintenance window end*"},
		"window":   {"maintenance window", "maintenance window date & time", "backup maintenance window", "backup window"},
		"impact":   {"service impact", "impact", "impact to service", "expected impact"},
		"work":     {"description", "reason", "work description", "maintenance description"},
		"other":    {"remarks", "remark", "tel", "email", "location"},
	})

	hgcWords = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusPhrases{
		Status: models.StatusInProcess, Phrases: []string{"will start shortly", "has been started"},
	})

	// hgcImpact adds what only this layout says of a circuit.
	hgcImpact = append(append(parsers.ImpactWords{}, parsers.CommonImpact...), parsers.ImpactPhrases{
		Impact: models.ImpactOutage, Phrases: []string{"down throughout", "service down", "circuit down", "down"},
	})

	hgcTicket   = lazy(`\bTIC\d{6,20}\b`)
	hgcCircuit  = lazy(`\bCIR\d{4,20}\b`)
	hgcCustomer = lazy(`(?i)\bnotification\s*[-–:]\s*(.+?)\s*(?:[|_]|\s-\s|\(?\bTIC\d)`)
	hgcReplace  = lazy(`(?i)(?:replac\w+|supersed\w+|reschedul\w+ (?:of|from))\s+(?:\w+\s+){0,2}(TIC\d{6,20})\b`, "replac", "supersed", "reschedul")
)

func hgcFits(m *parsers.Message) (bool, string) {
	if noNotice(m.Subject) != "" {
		return true, ""
	}
	return mentions(m, "maintenance")
}

func hgcRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, hgcLabels, hgcTimes, "circuit")
	if !ok {
		return r
	}
	if !has(l.pairs, "start", "window") && !hgcTicket.MatchString(m.Subject) {
		return l.no("no maintenance window and no ticket")
	}
	if rule := l.idle("circuit", "customer", "start", "window"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	hgcID(l)
	hgcAccount(l)
	hgcStatus(l)
	l.windows()
	hgcCircuits(l)
	if p, ok := parsers.First(l.pairs, "work"); ok {
		l.n.Summary = parsers.Clip(l.text(p, true), 1000)
	}
	for _, s := range hgcReplace.FindAllStringSubmatch(m.Subject+" . "+l.n.Summary, 5) {
		if s[1] != l.n.MaintenanceID {
			l.n.Supersedes = append(l.n.Supersedes, s[1])
		}
	}
	return l.finish()
}

// hgcID is the ticket of the subject, else that of a label, else the only one
// of the text.
func hgcID(l *letter) {
	inSubject := hgcTicket.FindString(l.m.Subject)
	inLabel := parsers.FirstWord(l.value("id", ""))
	switch {
	case inSubject != "":
		l.n.MaintenanceID = inSubject
		l.r.Found(0, "maintenance_id", -1, l.m.Subject, "ticket in the subject")
		if inLabel != "" && inLabel != inSubject {
			l.r.Warn(fmt.Sprintf("the subject names %s, the text %s", inSubject, inLabel))
		}
	case inLabel != "" && strings.ContainsAny(inLabel, "0123456789"):
		l.n.MaintenanceID = inLabel
		l.r.Found(0, "maintenance_id", l.doc.Part, l.value("id", ""), "label of the ticket")
	default:
		if id := hgcTicket.FindString(parsers.Clip(l.doc.Text(), 32<<10)); id != "" {
			l.n.MaintenanceID = id
			l.r.Found(0, "maintenance_id", l.doc.Part, id, "ticket in the text")
		}
	}
}

func hgcAccount(l *letter) {
	if l.n.Account = l.value("customer", "account"); l.n.Account != "" {
		return
	}
	if s := hgcCustomer.FindStringSubmatch(l.m.Subject); s != nil {
		l.n.Account = s[1]
		l.r.Found(0, "account", -1, l.m.Subject, "customer in the subject")
	}
}

// hgcStatus reads the status without the customer's name, which may be a word
// of it.
func hgcStatus(l *letter) {
	whole := l.m
	named := *whole
	if l.n.Account != "" {
		named.Subject = strings.ReplaceAll(named.Subject, l.n.Account, " ")
	}
	l.m = &named
	l.status(hgcWords, "circuit", "customer", "start", "window")
	l.m = whole
}

func hgcCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact, _, ok := hgcImpact.Find(raw)
	if !ok {
		impact = l.impact(raw)
	}
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "circuit" || p.Value == "" {
			continue
		}
		for _, cid := range l.list(p) {
			list = l.circuit(list, cid, impact, raw, labelRule(p))
		}
	}
	if len(list) == 0 {
		for _, cid := range hgcCircuit.FindAllString(l.m.Subject, 20) {
			list = l.circuit(list, cid, impact, raw, "circuit in the subject")
		}
	}
	l.circuits(list)
}
