package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func bsoProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "bso",
		Name:      "BSO",
		Organizer: "network-servicedesk@bso.co",
		Senders:   []string{"network-servicedesk@bso.co", "bso.co", "*.bso.co", "bsonetwork.com", "bsonetwork.net"},
		Subjects:  []string{"bso maintenance"},
		Body:      []string{"bso network", "bso's upstream provider", "bso maintenance information", "servicedesk.bsonetwork.net"},
		Formats:   []parsers.Format{{Name: "bso/notice", Read: bsoRead}},
		Filler:    bsoFiller,
	}
}

// bsoFiller stands for the account, which the layout does not have.
const bsoFiller = "Customer info unavailable"

var (
	bsoTimes = parsers.Times{Zones: parsers.Zones{Home: "Etc/UTC"}}

	bsoLabels = parsers.NewLabels(map[string][]string{
		"sid":      {"service id (sid)", "service id(s) (sid)", "service ids (sid)", "service id", "service id(s)", "sid"},
		"reason":   {"maintenance reason", "reason"},
		"id":       {"maintenance id", "maintenance reference"},
		"start":    {"timeslot start time", "timeslot start time*", "new timeslot start*", "start time", "start time*"},
		"end":      {"timeslot end time", "timeslot end time*", "new timeslot end*", "end time", "end time*"},
		"duration": {"expected impact duration", "expected impact duration*"},
		"impact":   {"expected impact level", "expected impact level*"},
		"other":    {"service details", "maintenance details"},
	})

	bsoStatus = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusPhrases{
		Status: models.StatusCompleted, Phrases: []string{"is now over", "is over", "has now ended"},
	})

	bsoImpact = append(append(parsers.ImpactWords{}, parsers.CommonImpact...), parsers.ImpactPhrases{
		Impact: models.ImpactDegraded, Phrases: []string{"higher latency", "latency"},
	})

	// bsoHeading is the line above everything: "Maintenance Update_".
	bsoHeading = lazy(`(?i)^(?:emergency |planned )?maintenance (start|end|update|reminder|cancell?(?:ed|ation)|resched\w*)\s*_*$`)
	bsoToken   = lazy(`^[A-Za-z0-9][A-Za-z0-9/_.:-]*[0-9-][A-Za-z0-9/_.:-]*$`)
)

func bsoRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, bsoLabels, bsoTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "start", "end", "id") {
		return l.no("no maintenance id and no timeslot")
	}
	if rule := l.idle("sid", "id"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	l.n.MaintenanceID = parsers.FirstWord(l.value("id", "maintenance_id"))
	l.n.Account = bsoFiller
	l.r.Found(0, "account", l.doc.Part, "", "the layout has no account: "+bsoFiller+" stands for it")
	bsoState(l)
	bsoSlots(l)
	l.n.Summary = l.value("reason", "summary")
	return l.finish()
}

// bsoState reads subject, heading and the sentence below it. The note that BSO
// asked for other hours, and will tell of changes, says nothing of this work.
func bsoState(l *letter) {
	hits := saySubject(nil, bsoStatus, l.m.Subject)
	for i, d := range append([]*parsers.Document{l.doc}, l.others...) {
		pairs, where := l.pairs, "the text"
		if i > 0 {
			pairs, where = d.Pairs(bsoLabels), "the other part"
		}
		hits = bsoHead(hits, d, l.head(d, pairs, []string{"sid", "id", "start"}), where)
	}
	settleStatus(&l.r, &l.n, hits, l.doc.Part, firstLine(l.doc))
}

func bsoHead(hits []parsers.StatusHit, d *parsers.Document, end int, where string) []parsers.StatusHit {
	var text strings.Builder
	for i := range end {
		line := d.Lines[i].Text
		if found := bsoHeading.FindStringSubmatch(line); found != nil {
			hit := parsers.StatusHit{Part: d.Part, Text: line, Where: "the heading"}
			switch strings.ToLower(found[1])[:3] {
			case "end":
				hit.Status = models.StatusCompleted
			case "can":
				hit.Status = models.StatusCancelled
			case "upd", "res":
				hit.Status = models.StatusRescheduled
			}
			hits = append(hits, hit)
			continue
		}
		if !strings.HasPrefix(parsers.Key(parsers.Clip(line, 20)), "note") {
			text.WriteString(line + " . ")
		}
	}
	return say(hits, bsoStatus, text.String(), d.Part, where)
}

// bsoSlots reads the timeslots in order; the impact levels below one or more
// of them are theirs.
func bsoSlots(l *letter) {
	sids := bsoServices(l)
	known := make(map[string]bool, len(sids))
	for _, sid := range sids {
		known[sid] = true
	}
	var start *parsers.Pair
	waiting, count := 0, 0
	for i := range l.pairs {
		p := &l.pairs[i]
		switch {
		case p.Struck || p.Value == "":
		case len(l.n.Windows) > maxWindows || count > maxCircuits:
			tooMany(&l.r, "start", maxWindows)
			return
		case p.Field == "start":
			l.alone(start)
			start = p
		case p.Field == "end" && start != nil:
			l.startEnd(*start, *p)
			start = nil
		case p.Field == "impact" && waiting < len(l.n.Windows):
			list := bsoLevels(l, *p, sids, known, count)
			for ; waiting < len(l.n.Windows); waiting++ {
				l.n.Windows[waiting].Circuits = list
				count += len(list)
			}
		}
	}
	l.alone(start)
	for i := range l.n.Windows {
		if w := &l.n.Windows[i]; len(w.Circuits) == 0 {
			if count+len(sids) > maxCircuits {
				tooMany(&l.r, "circuits", maxCircuits)
				return
			}
			w.Circuits = bsoAll(l, sids, "", count)
			count += len(w.Circuits)
		}
	}
	l.r.SortWindows(0, l.n.Windows)
}

// bsoServices are the ids under Service ID, one or several a line.
func bsoServices(l *letter) []string {
	var sids []string
	for _, p := range l.pairs {
		if p.Field != "sid" || p.Struck {
			continue
		}
		for at := p.At; at < min(p.End, l.end) && len(sids) < maxCircuits; at++ {
			text := l.doc.Lines[at].Text
			if at == p.Line {
				text = p.Value
			}
			tokens := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '|' })
			for _, token := range tokens {
				if !bsoToken.MatchString(token) {
					tokens = nil
					break
				}
			}
			sids = append(sids, tokens...)
		}
	}
	return sids
}

// bsoLevels reads the lines under an impact level: a service and its impact in
// turn, or both on one line.
func bsoLevels(l *letter, p parsers.Pair, sids []string, known map[string]bool, count int) []models.NoticeCircuit {
	var list []models.NoticeCircuit
	sid := ""
	for at := p.At; at < max(min(p.End, l.end), p.At+1); at++ {
		text := l.doc.Lines[at].Text
		if at == p.Line {
			text = p.Value
		}
		first := parsers.FirstWord(text)
		name := strings.Trim(first, ":,;|-")
		switch {
		case known[name] || sid == "" && bsoToken.MatchString(name) && strings.ContainsAny(name, "0123456789"):
			sid = name
			text = strings.Trim(strings.TrimPrefix(text, first), " :|-–")
			if text == "" {
				continue
			}
		case sid == "" && len(list) == 0 && at == p.At && len(text) <= 80: // one level for all
			return bsoAll(l, sids, text, count)
		case sid == "":
			return list
		}
		list = bsoCircuit(l, list, sid, text, count)
		sid = ""
	}
	return list
}

func bsoAll(l *letter, sids []string, raw string, count int) []models.NoticeCircuit {
	var list []models.NoticeCircuit
	for _, sid := range sids {
		list = bsoCircuit(l, list, sid, raw, count)
	}
	return list
}

// bsoCircuit adds a service. "At risk" alone is BSO's lowest level: nothing is
// expected to happen.
func bsoCircuit(l *letter, list []models.NoticeCircuit, sid, raw string, count int) []models.NoticeCircuit {
	impact, known := bsoImpact.Impact(raw)
	if parsers.Key(raw) == "at risk" {
		impact, known = models.ImpactNone, true
	}
	if !known {
		l.r.Warn(fmt.Sprintf("the impact %q of %s is not known, OUTAGE is assumed", parsers.Clip(raw, 80), sid))
	}
	n := count + len(list)
	l.r.Found(0, parsers.CircuitField(n, "circuit_id"), l.doc.Part, sid, "under Service ID or Expected impact level")
	l.r.Found(0, parsers.CircuitField(n, "impact"), l.doc.Part, raw, "under Expected impact level")
	return append(list, models.NoticeCircuit{CID: sid, Impact: impact, RawImpact: parsers.Clip(raw, 200)})
}
