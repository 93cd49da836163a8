package provider

import (
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func telstraProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "telstra",
		Name:      "Telstra",
		Organizer: "gpen@team.telstra.com",
		Senders:   []string{"gpen@team.telstra.com", "team.telstra.com", "telstra.com", "*.telstra.com", "*.telstrainternational.com", "telstraglobal.com"},
		Body:      []string{"telstra global", "telstra international", "telstra connect portal"},
		Formats: []parsers.Format{
			timedCalendar(telstraLabels, telstraTimes, telstraDetails...),
			{Name: "telstra/notice", Read: telstraRead},
		},
	}
}

var (
	telstraTimes = parsers.Times{Order: parsers.DayFirst, Zones: parsers.Zones{Home: "Etc/UTC"}}

	// telstraLabels are those of both layouts: the table with "Change
	// Reference" and the one with "Reference number".
	telstraLabels = parsers.NewLabels(map[string][]string{
		"to":        {"to"},
		"attention": {"attention", "attn"},
		"id":        {"change reference", "reference number", "change reference number", "reference", "change number", "ticket number"},
		"window":    {"maintenance window", "change window", "maintenance window*", "new maintenance window", "revised maintenance window", "backup maintenance window", "alternate maintenance window"},
		"old":       {"original maintenance window", "previous maintenance window"},
		"start":     {"start time", "start date", "start date/time", "start*", "new start time", "backup start time"},
		"end":       {"end time", "end date", "end date/time", "end*", "new end time", "backup end time"},
		"impact":    {"expected impact", "impact", "service impact", "level of impact"},
		"work":      {"maintenance details", "maintenance detail", "change details", "description", "details"},
		"circuits":  {"service(s) impacted", "service impacted", "services impacted", "service/s impacted", "service/s under maintenance", "service(s) under maintenance", "services under maintenance", "service under maintenance", "impacted service(s)", "affected service(s)", "service(s) affected", "service/s affected"},
		"other":     {"email", "e-mail", "location", "location(s)", "maintenance type", "duration", "expected outage duration"},
	})

	// telstraDetails are the labels at which the details begin.
	telstraDetails = []string{"to", "id", "window", "start", "work"}
)

func telstraRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, telstraLabels, telstraTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "id", "window", "start") {
		return l.no("no change reference and no maintenance window")
	}
	if rule := l.idle(telstraDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	if id := l.value("id", "maintenance_id"); id != "" {
		l.n.MaintenanceID = parsers.FirstWord(id)
	}
	telstraAccount(l)
	l.status(letterStatus, telstraDetails...)
	telstraCancelled(l)
	l.learnOrder()
	l.windows()
	telstraCircuits(l)
	for _, p := range l.pairs {
		if p.Field == "work" && p.Value != "" {
			l.n.Summary = l.text(p, false)
			break
		}
	}
	return l.finish()
}

// telstraAccount is whom the notice is to. The layout without that label has
// the customer after Attention, the other one people.
func telstraAccount(l *letter) {
	for _, field := range []string{"to", "attention"} {
		for _, p := range l.pairs {
			if p.Field != field || p.Value == "" || strings.Contains(p.Value, "@") || p.At >= l.end {
				continue
			}
			l.n.Account = strings.TrimRight(p.Value, " ,:")
			l.r.Found(0, "account", l.doc.Part, l.doc.Lines[p.At].Text, labelRule(p))
			return
		}
	}
	for i := range l.head(l.doc, l.pairs, telstraDetails) {
		text := l.doc.Lines[i].Text
		if name := greeted(text); name != "" && strings.HasPrefix(strings.ToLower(text), "att") {
			l.n.Account = name
			l.r.Found(0, "account", l.doc.Part, text, "name after Attention")
			return
		}
	}
}

// telstraCancelled warns when the details speak of a cancellation and the
// sentence above them does not.
func telstraCancelled(l *letter) {
	if l.n.Status.Closed() {
		return
	}
	for _, p := range l.pairs {
		if p.Field != "work" || p.Value == "" {
			continue
		}
		for _, h := range say(nil, letterStatus, l.text(p, false), l.doc.Part, "the details") {
			if h.Status == models.StatusCancelled {
				l.r.Warn("the details speak of a cancellation, the notice does not: " + parsers.Clip(h.Text, 100))
			}
		}
	}
}

func telstraCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "circuits" || p.Value == "" || p.Struck || p.At >= l.end {
			continue
		}
		for _, cid := range l.list(p) {
			list = l.circuit(list, cid, impact, raw, labelRule(p))
		}
	}
	l.circuits(list)
}
