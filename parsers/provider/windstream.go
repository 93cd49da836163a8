package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func windstreamProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "windstream",
		Name:      "Windstream",
		Organizer: "wci.maintenance.notifications@windstream.com",
		Senders:   []string{"wci.maintenance.notifications@windstream.com", "windstream.com", "*.windstream.com"},
		Subjects:  []string{"windstream (", "notification wmt#"},
		Body:      []string{"windstream change management", "wci.maintenance.notifications@windstream.com", "windstream has", "windstream"},
		Formats:   []parsers.Format{{Name: "windstream/notice", Read: windstreamRead}},
	}
}

var (
	// windstreamTimes: dates are m/d/yy, zones those of the United States.
	windstreamTimes = parsers.Times{Order: parsers.MonthFirst, Zones: parsers.Zones{Means: map[string]string{"cst": "America/Chicago"}}}

	windstreamLabels = parsers.NewLabels(map[string][]string{
		"id":        {"wmt", "wmt #", "wmt number", "wmt id"},
		"work":      {"description of maintenance"},
		"affecting": {"service affecting"},
		"start":     {"event start date & time", "event start date/time", "event start", "event start date and time", "start date & time"},
		"end":       {"event end date & time", "event end date/time", "event end", "event end date and time", "end date & time"},
		"other":     {"maintenance address", "related wmt", "gps location(s)", "maintenance information", "impact type", "latitude, longitude"},
	}).Loose()

	windstreamColumns = parsers.NewColumns([]string{"name", "circuit"}, map[string][]string{
		"name":    {"name", "account name", "customer", "customer name"},
		"account": {"account", "account #", "account number"},
		"circuit": {"circuit id", "circuit", "ckt id", "windstream circuit id"},
		"rate":    {"rate code"},
		"own":     {"cust ckt id", "customer circuit id"},
		"aloc":    {"a-loc"}, "aaddr": {"a-loc address"}, "zloc": {"z-loc"}, "zaddr": {"z-loc address"},
	})

	windstreamImpact = parsers.NewColumns([]string{"type", "start"}, map[string][]string{
		"type":     {"impact type"},
		"duration": {"duration"},
		"start":    {"impact start"},
		"end":      {"impact end"},
	})

	// windstreamStatus is searched in the subject and above the description,
	// where the kind of notice is the heading. A postponed event does not take
	// place at the time that the notice names.
	windstreamStatus = append(parsers.StatusWords{
		{Status: models.StatusCancelled, Phrases: []string{"cancel", "postponed", "postponement"}},
		{Status: models.StatusCompleted, Phrases: []string{"complete notification", "complete maintenance"}},
		{Status: models.StatusInProcess, Phrases: []string{"start notification", "started notification", "begin notification"}},
		{Status: models.StatusRescheduled, Phrases: []string{"updated notification", "updated planned", "updated demand", "updated emergency", "updated maintenance",
			"revised notification", "revised maintenance", "update notification"}},
	}, letterStatus...)

	// windstreamMoved are words that a postponed event has a new time.
	windstreamMoved = parsers.StatusWords{{Status: models.StatusRescheduled,
		Phrases: []string{"rescheduled to", "rescheduled for", "postponed to", "postponed until", "new date", "new maintenance date", "new window"}}}

	windstreamTicket = lazy(`(?i)\bWMT\s*#?\s*:?\s*#?\s*(\d[\w-]{2,})`)
)

// windstreamDetails are the labels below which nothing says the status.
var windstreamDetails = []string{"work", "id", "start"}

type windstreamMail struct {
	*letter
	lists accountLists
}

func windstreamRead(m *parsers.Message) parsers.Reading {
	l, r, ok := openLetter(m, windstreamLabels, windstreamTimes, "id")
	if !ok {
		return r
	}
	w := windstreamMail{letter: l}
	if !has(w.pairs, "id", "start") && !windstreamTicket.MatchString(m.Subject) {
		return w.no("no WMT number and no event start")
	}
	if rule := w.idle(windstreamDetails...); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	w.id()
	w.status()
	w.windows()
	w.affected()
	if p, ok := parsers.First(w.pairs, "work"); ok {
		w.n.Summary = w.text(p, true)
	}
	return w.finishLists(w.lists)
}

func (w *windstreamMail) id() {
	subject := ""
	if s := windstreamTicket.FindStringSubmatch(w.m.Subject); s != nil {
		subject = s[1]
	}
	w.n.MaintenanceID = strings.TrimLeft(parsers.FirstWord(w.value("id", "maintenance_id")), "#")
	switch {
	case w.n.MaintenanceID == "" && subject != "":
		w.n.MaintenanceID = subject
		w.r.Found(0, "maintenance_id", -1, w.m.Subject, "WMT in the subject")
	case subject != "" && !strings.EqualFold(subject, w.n.MaintenanceID):
		w.r.Warn(fmt.Sprintf("the subject names %s, the text %s", subject, w.n.MaintenanceID))
	}
}

// status is the kind of notice; one that is postponed to a new time is
// rescheduled.
func (w *windstreamMail) status() {
	head := parsers.Plain(w.m.Subject + " . " + w.doc.Span(0, w.head(w.doc, w.pairs, windstreamDetails)))
	if hit, ok := windstreamMoved.Find(head); ok && !strings.Contains(head, "cancel") {
		hit.Part = w.doc.Part
		hit.Where = "the text"
		settleStatus(&w.r, &w.n, []parsers.StatusHit{hit}, w.doc.Part, "")
		return
	}
	w.letter.status(windstreamStatus, windstreamDetails...)
}

// affected reads the circuit table.
func (w *windstreamMail) affected() {
	impact, raw, rule := w.impact()
	customer := ""
	for n, row := range w.rows(windstreamColumns, "circuits") {
		if n >= maxCircuits {
			break
		}
		cid, column := row.Get("circuit"), "column "+row.Head("circuit")
		if parsers.None(cid) {
			cid, column = row.Get("own"), "column "+row.Head("own")
		}
		if cid == row.Get("name") || !cell(&w.r, cid, column) {
			continue
		}
		if name := row.Get("name"); !parsers.None(name) {
			customer = name
		}
		w.lists.add(&w.r, w.doc.Part, customer, "column "+row.Head("name"), models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: raw}, column)
		w.lists.impact(w.doc.Part, customer, raw, rule)
	}
}

// impact is the worst of the impact table; without one, what Service Affecting
// says.
func (w *windstreamMail) impact() (worst models.Impact, raw, rule string) {
	for _, row := range w.rows(windstreamImpact, "circuits") {
		kind := row.Get("type")
		if kind == "" || kind == row.Get("start") || strings.HasPrefix(parsers.Key(kind), "note") {
			continue
		}
		impact := w.letter.impact(kind)
		words := strings.TrimSuffix(kind+", "+row.Get("duration"), ", ")
		switch {
		case worst == "":
			worst, raw, rule = impact, words, "column "+row.Head("type")
		case impact != worst:
			w.r.Warn(fmt.Sprintf("the mail states several impacts for all circuits: %q and %q; the worst counts", raw, words))
			if impact.Worse(worst) {
				worst, raw = impact, words
			}
		}
	}
	if worst != "" {
		return worst, raw, rule
	}
	p, _ := parsers.First(w.pairs, "affecting")
	switch parsers.Key(p.Value) {
	case "no", "n", "none", "non service affecting":
		return models.ImpactNone, p.Label + " " + p.Value, "label Service Affecting"
	case "", "yes", "y":
		return models.ImpactOutage, p.Value, "label Service Affecting"
	}
	return w.letter.impact(p.Value), p.Value, "label Service Affecting"
}
