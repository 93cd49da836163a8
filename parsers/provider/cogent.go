package provider

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func cogentProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "cogent",
		Name:      "Cogent",
		Organizer: "support@cogentco.com",
		Senders:   []string{"support@cogentco.com", "cogent-noreply@cogentco.com", "cogentco.com", "*.cogentco.com"},
		Body:      []string{"cogent customer support", "cogent communications", "dear cogent customer", "thank you for being a cogent customer", "1-877-7-cogent"},
		Formats:   []parsers.Format{{Name: "cogent/notice", Fits: cogentFits, Read: cogentRead}},
	}
}

var (
	cogentTimes = parsers.Times{Order: parsers.MonthFirst}

	cogentLabels = parsers.NewLabels(map[string][]string{
		"start":    {"start time", "start", "start date", "start date/time", "start time*", "*start time"},
		"end":      {"end time", "end", "end date", "end date/time", "end time*", "*end time"},
		"id":       {"work order number", "work order #", "work order", "maintenance id"},
		"ticket":   {"maintenance ticket", "refer to this maintenance ticket", "maintenance event id"},
		"circuits": {"order id(s) impacted", "order id impacted", "order ids impacted", "order id(s)", "order id", "order ids", "impacted order id(s)", "circuit id(s) impacted"},
		"impact":   {"expected outage/downtime", "expected outage", "expected downtime", "expected impact", "outage/downtime"},
	})

	cogentStatus = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusPhrases{
		Status: models.StatusRescheduled, Phrases: []string{"correction", "corrected"},
	})

	cogentPlace   = lazy(`(?i)\b(?:receiving service|customers|services?) in (?:the )?(?:greater )?(.{2,120}?)(?: metro(?:politan)?)?(?: area)?,? (?:will|may|could|would|are|is|were)(?: be)? (?:affected|impacted)`)
	cogentTitle   = lazy(` - ([A-Za-z][^\d]{1,80}?),? +[\dA-Z-]*\d{5,}[\d-]*\s*$`)
	cogentDear    = lazy(`(?i)^dear (.{2,80}?)[,:]?$`)
	cogentBetween = lazy(` and | & |;|/|, and `)
)

func cogentFits(m *parsers.Message) (bool, string) {
	for _, word := range []string{"work order", "maintenance", "outage"} {
		if ok, _ := mentions(m, word); ok {
			return true, ""
		}
	}
	return false, "nothing in subject or text says maintenance or work order"
}

func cogentRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, cogentLabels, cogentTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "start", "end") {
		return l.no("no start time and no end time")
	}
	if rule := l.idle("start", "id"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	cogentNames(l)
	cogentState(l)
	cogentOrder(l)
	cogentWindows(l)
	cogentDay(l)
	cogentCircuits(l)
	return l.finish()
}

// cogentNames reads work order, the greeting, which is all that names the
// customer, and the heading above it.
func cogentNames(l *letter) {
	l.n.MaintenanceID = strings.TrimRight(parsers.FirstWord(l.value("id", "maintenance_id")), ".,")
	if l.n.MaintenanceID == "" {
		l.n.MaintenanceID = strings.TrimRight(parsers.FirstWord(l.value("ticket", "maintenance_id")), ".,")
	} else if ticket := strings.TrimRight(parsers.FirstWord(l.value("ticket", "")), ".,"); ticket != "" && !strings.EqualFold(ticket, l.n.MaintenanceID) {
		l.r.Warn(fmt.Sprintf("the mail names work order %s and ticket %s", l.n.MaintenanceID, ticket))
	}
	for i := range l.head(l.doc, l.pairs, []string{"start"}) {
		found := cogentDear.FindStringSubmatch(parsers.Clip(l.doc.Lines[i].Text, 200))
		if found == nil {
			continue
		}
		l.n.Account = found[1]
		l.r.Found(0, "account", l.doc.Part, l.doc.Lines[i].Text, "the greeting")
		if i > 0 {
			l.n.Summary = l.doc.Lines[i-1].Text
		}
		return
	}
}

// cogentState reads subject, title, heading and the marks beside the times.
func cogentState(l *letter) {
	hits := saySubject(nil, cogentStatus, l.m.Subject)
	for i, d := range append([]*parsers.Document{l.doc}, l.others...) {
		pairs, where := l.pairs, "the text"
		if i > 0 {
			pairs, where = d.Pairs(cogentLabels), "the other part"
		}
		hits = say(hits, cogentStatus, d.Title, d.Part, "the title")
		hits = say(hits, cogentStatus, d.Span(0, l.head(d, pairs, []string{"start", "id"})), d.Part, where)
	}
	for _, p := range l.pairs {
		if p.Field == "start" || p.Field == "end" {
			hits = say(hits, cogentStatus, p.Value, l.doc.Part, labelRule(p))
		}
	}
	settleStatus(&l.r, &l.n, l.sentences(hits), l.doc.Part, firstLine(l.doc))
}

// cogentOrder takes the day first where a date can only be read so.
func cogentOrder(l *letter) {
	all := func(order parsers.Order) bool {
		times := parsers.Times{Order: order}
		for _, p := range l.pairs {
			if p.Field != "start" && p.Field != "end" {
				continue
			}
			if when, _, ok := times.Scan(p.Value); ok && !when.HasDate() {
				return false
			}
		}
		return true
	}
	if !all(parsers.MonthFirst) && all(parsers.DayFirst) {
		l.times.Order = parsers.DayFirst
	}
}

// cogentWindows reads the times, which are local to the place that the text
// names unless they have a zone. Where the place can be in several zones, all
// must come to the same.
func cogentWindows(l *letter) {
	zones, place, err := cogentZones(l)
	if len(zones) == 0 {
		l.windows()
		if err != nil && len(l.r.Fields) > 0 {
			l.r.Missing("start", fmt.Sprintf("the times are local, and where that is cannot be told: %v", err))
		}
		return
	}
	before := *l
	l.in(zones[0])
	for _, zone := range zones[1:] {
		other := before
		other.r = parsers.Reading{}
		other.n.Windows = nil
		other.in(zone)
		same := slices.EqualFunc(l.n.Windows, other.n.Windows, func(a, b models.NoticeWindow) bool {
			return a.Start.Equal(b.Start) && a.End.Equal(b.End)
		})
		if !same {
			reason := fmt.Sprintf("the times are local to %q, which can be in %s: %v", place, strings.Join(zones, " or "), parsers.ErrUndecidable)
			l.r.Missing("start", reason)
			l.r.Missing("end", reason)
			return
		}
	}
}

// in reads the windows with local times in a zone.
func (l *letter) in(zone string) {
	means := map[string]string{"local": zone, "local time": zone, "lt": zone, "local timezone": zone, "local time zone": zone}
	for _, month := range []time.Month{time.January, time.July} {
		name, offset := time.Date(2026, month, 1, 0, 0, 0, 0, parsers.Place(zone)).Zone()
		if hours := -offset / 3600; cogentSeveral[name] && offset%3600 == 0 {
			means[strings.ToLower(name)] = fmt.Sprintf("Etc/GMT%+d", hours)
		}
	}
	l.times.Zones = parsers.Zones{Home: zone, Means: means}
	l.windows()
}

// cogentSeveral are abbreviations with several meanings, of which the place
// decides.
var cogentSeveral = map[string]bool{"CST": true, "BST": true, "IST": true, "AST": true}

// cogentZones gives the zones of the place that the text or the title names.
func cogentZones(l *letter) (zones []string, place string, err error) {
	var places []string
	if found := cogentPlace.FindStringSubmatch(parsers.Clip(l.doc.Span(0, l.end), 32<<10)); found != nil {
		places = append(places, found[1])
	}
	for _, title := range []string{l.m.Subject, l.doc.Title} {
		if found := cogentTitle.FindStringSubmatch(parsers.Clip(title, 500)); found != nil {
			places = append(places, found[1])
		}
	}
	for _, place = range places {
		if zones, err = placeZones(place); err == nil {
			l.r.Found(0, "start", l.doc.Part, place, "local time of the place: "+strings.Join(zones, ", "))
			return zones, place, nil
		}
	}
	if len(places) == 0 {
		err = fmt.Errorf("the mail names no place")
	}
	return nil, place, err
}

// placeZones gives the zones of one place or of several in one text.
func placeZones(text string) ([]string, error) {
	zones, err := parsers.CityZones(text)
	pieces := cogentBetween.Split(text, 10)
	if err == nil || len(pieces) == 1 {
		return zones, err
	}
	var all []string
	for _, piece := range pieces {
		if _, state, ok := strings.Cut(text[strings.LastIndex(text, pieces[len(pieces)-1]):], ","); ok && !strings.Contains(piece, ",") {
			piece += "," + state
		}
		one, err := parsers.CityZones(piece)
		if err != nil {
			return nil, err
		}
		for _, z := range one {
			if !slices.Contains(all, z) {
				all = append(all, z)
			}
		}
	}
	return all, nil
}

// cogentDay reads which day of several the mail is about from what stands
// above its one window.
func cogentDay(l *letter) {
	if len(l.n.Windows) != 1 || l.n.Windows[0].Day > 0 {
		return
	}
	texts := []string{l.m.Subject, l.doc.Title, l.n.Summary}
	for _, p := range l.pairs {
		if p.Field == "start" || p.Field == "end" {
			texts = append(texts, p.Value)
		}
	}
	for _, text := range texts {
		if day := dayLabel.FindStringSubmatch(text); day != nil && day[2] != "" {
			l.n.Windows[0].Day, _ = strconv.Atoi(day[1])
			l.n.Windows[0].Days, _ = strconv.Atoi(day[2])
			return
		}
	}
}

func cogentCircuits(l *letter) {
	raw := l.value("impact", "circuits.impact")
	impact := l.impact(raw)
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
