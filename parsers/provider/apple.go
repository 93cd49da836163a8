package provider

import (
	"lineman/models"
	"lineman/parsers"
)

func appleProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "apple",
		Name:      "Apple",
		Organizer: "peering-noc@group.apple.com",
		Senders:   []string{"peering-noc@group.apple.com", "group.apple.com"},
		Subjects:  []string{"apple (as714)"},
		Body:      []string{"apple (as714)", "apple peering noc"},
		Formats:   []parsers.Format{{Name: "apple/notice", Read: appleRead}},
		Filler:    appleFiller,
	}
}

// appleFiller stands for the account, which the layout does not have.
const appleFiller = "Customer info unavailable"

var (
	appleTimes = parsers.Times{}

	appleLabels = parsers.NewLabels(map[string][]string{
		"id":     {"reference internal ticket", "reference ticket", "internal ticket", "reference internal ticket number", "ticket", "change ticket"},
		"start":  {"start time", "start", "start*", "new start time", "backup start time", "alternate start time"},
		"end":    {"end time", "end", "end*", "new end time", "backup end time", "alternate end time"},
		"peer":   {"peer as", "peer asn", "peer as number", "peer as(s)", "peer asn(s)"},
		"impact": {"impact", "expected impact", "service impact"},
		"state":  {"status", "maintenance status"},
		"other":  {"apple as", "peer ip", "peer ips", "message sent to", "details", "peering details", "location", "metro"},
	})

	appleTicket = lazy(`\bCHG\d{4,}\b`)
	appleAS     = lazy(`(?i)\b(?:AS ?)?(\d{1,10})\b`)
	applePeer   = lazy(`(?i)\bfor AS ?(\d{1,10})\b`)
)

func appleRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, appleLabels, appleTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "start", "end") && !has(l.pairs, "peer") {
		return l.no("no start, no end and no peer AS")
	}
	if rule := l.idle("id", "start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	appleID(l)
	l.n.Account = appleFiller
	l.r.Found(0, "account", l.doc.Part, "", "the layout has no account: "+appleFiller+" stands for it")
	l.status(letterStatus, "id", "start")
	l.windows()
	appleCircuits(l)
	return l.finish()
}

func appleID(l *letter) {
	if p, ok := parsers.First(l.pairs, "id"); ok {
		l.n.MaintenanceID = parsers.FirstWord(p.Value)
		l.r.Found(0, "maintenance_id", l.doc.Part, l.doc.Lines[p.At].Text, labelRule(p))
		return
	}
	if id := appleTicket.FindString(l.m.Subject); id != "" {
		l.n.MaintenanceID = id
		l.r.Found(0, "maintenance_id", -1, l.m.Subject, "ticket in the subject")
	}
}

// appleCircuits are the networks that peer, since the layout names no port.
func appleCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "peer" || p.Struck {
			continue
		}
		for _, as := range appleAS.FindAllStringSubmatch(p.Value, 100) {
			list = l.circuit(list, "AS"+as[1], impact, raw, labelRule(p))
		}
	}
	if as := applePeer.FindStringSubmatch(l.m.Subject); as != nil && len(list) == 0 {
		l.r.Found(0, parsers.CircuitField(0, "circuit_id"), -1, l.m.Subject, "AS number in the subject")
		list = append(list, models.NoticeCircuit{CID: "AS" + as[1], Impact: impact, RawImpact: raw})
	}
	l.circuits(list)
}
