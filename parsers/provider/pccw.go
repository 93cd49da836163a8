package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func pccwProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "pccw",
		Name:      "PCCW Global",
		Organizer: "gsoc-planned-event@pccwglobal.com",
		Senders:   []string{"gsoc-planned-event@pccwglobal.com", "pccwglobal.com", "*.pccwglobal.com"},
		Subjects:  []string{"notification of international service"},
		Body:      []string{"pccw global"},
		Formats: []parsers.Format{
			timedCalendar(pccwLabels, pccwTimes, pccwDetails...),
			{Name: "pccw/notice", Read: pccwRead},
		},
	}
}

var (
	// pccwTimes: every time says its zone and its order, "GMT (dd/mm/yyyy)".
	pccwTimes = parsers.Times{Order: parsers.DayFirst}

	pccwLabels = parsers.NewLabels(map[string][]string{
		"account":  {"customer name"},
		"ref":      {"rpo reference number", "umw reference number", "reference number", "rpo reference", "umw reference", "*reference number"},
		"window":   {"date time", "date/time", "date & time", "outage window", "maintenance window", "new date time", "revised date time", "backup date time", "alternate date time", "date time*"},
		"old":      {"original date time", "previous date time", "old date time"},
		"circuits": {"service/circuit affected", "services/circuits affected", "service(s)/circuit(s) affected", "service affected", "services affected", "circuit affected", "circuit(s) affected"},
		"work":     {"outage description", "maintenance description", "description", "reason"},
		"impact":   {"impact", "service impact", "expected impact"},
		"other":    {"duration", "outage duration", "from", "date"},
	})

	// pccwDetails are the labels at which the details begin.
	pccwDetails = []string{"ref", "window", "circuits"}

	pccwNumber  = lazy(`\bINC[0-9A-Z]{5,}\b`)
	pccwService = lazy(`^SR ?\d{3,}$`)
	pccwAside   = lazy(`\([^()]*\)`)
)

func pccwRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, pccwLabels, pccwTimes, "ref")
	if !ok {
		return failed
	}
	if !has(l.pairs, "ref", "window", "circuits") {
		return l.no("no reference number, no time and no affected circuit")
	}
	if rule := l.idle(pccwDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	pccwID(l)
	l.n.Account = l.value("account", "account")
	l.status(letterStatus, pccwDetails...)
	l.windows()
	pccwCircuits(l)
	return l.finish()
}

// pccwID is the INC number, under which the calendars have the same work too.
// The reference number that customers are told stands in where there is none.
func pccwID(l *letter) {
	if id := pccwNumber.FindString(l.m.Subject); id != "" {
		l.n.MaintenanceID = id
		l.r.Found(0, "maintenance_id", -1, l.m.Subject, "INC number in the subject")
		return
	}
	if id := pccwNumber.FindString(parsers.Clip(l.doc.Span(0, l.end), 32<<10)); id != "" {
		l.n.MaintenanceID = id
		l.r.Found(0, "maintenance_id", l.doc.Part, id, "INC number in the text")
		return
	}
	if l.n.MaintenanceID = l.value("ref", "maintenance_id"); l.n.MaintenanceID != "" {
		l.r.Warn(fmt.Sprintf("the mail has no INC number, its reference number %s was taken: the calendar of the same work may have another id", l.n.MaintenanceID))
	}
}

func pccwCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact, _, sure := parsers.CommonImpact.Find(pccwAside.ReplaceAllString(raw, " ")) // "(only at risk)" does not make a none more
	if !sure {
		impact = l.impact(raw)
	}
	var list []models.NoticeCircuit
	for _, p := range l.pairs {
		if p.Field != "circuits" || p.Value == "" || p.Struck || p.At >= l.end {
			continue
		}
		lines := []string{p.Value}
		for i := p.At + 1; i < min(p.End, l.end) && !likeSentence.MatchString(l.doc.Lines[i].Text); i++ {
			lines = append(lines, l.doc.Lines[i].Text)
		}
		for _, cid := range pccwServices(lines) {
			list = l.circuit(list, cid, impact, raw, labelRule(p))
		}
	}
	l.circuits(list)
}

// pccwServices reads "SR number / circuit /": the circuit follows its service
// request. Without requests each line begins with a circuit.
func pccwServices(lines []string) []string {
	var all []string
	for _, line := range lines {
		var fields []string
		requested := false
		for _, f := range strings.Split(line+" ", "/ ") {
			if f = strings.TrimSpace(f); f != "" {
				fields = append(fields, f)
				requested = requested || pccwService.MatchString(f)
			}
		}
		for i, f := range fields {
			switch {
			case parsers.None(f), pccwService.MatchString(f):
			case i > 0 && pccwService.MatchString(fields[i-1]), i == 0 && !requested:
				all = append(all, f)
			}
		}
	}
	return all
}
