package provider

import (
	"fmt"
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func attProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "att",
		Name:      "AT&T",
		Organizer: "g31654@att.com",
		Senders:   []string{"g31654@att.com", "att.com", "*.att.com"},
		Subjects:  []string{"summary of planned maintenance", "at&t planned maintenance"},
		Body:      []string{"at&t maintenance", "at&t planned maintenance", "customer impact description:"},
		Formats:   []parsers.Format{{Name: "att/event", Read: attRead}},
	}
}

var (
	// attTimes: where no zone stands, it is GMT, as in the notices that say it.
	attTimes = parsers.Times{Order: parsers.MonthFirst, Zones: parsers.Zones{Home: "Etc/UTC"}}

	attLabels = parsers.NewLabels(map[string][]string{
		"id":     {"event id", "event #", "event number", "maintenance id", "change id", "change number"},
		"start":  {"start time", "start", "start date", "start date/time", "start time*", "new start time", "backup start time", "alternate start time", "maintenance start*"},
		"end":    {"end time", "end", "end date", "end date/time", "end time*", "new end time", "backup end time", "alternate end time", "maintenance end*"},
		"risk":   {"business risk", "expected impact", "service impact"},
		"kind":   {"customer impact description"},
		"text":   {"summary"},
		"work":   {"description"},
		"state":  {"status", "event status", "maintenance status"},
		"name":   {"customer", "customer name", "account", "account name"},
		"other":  {"location", "contact"},
		"assets": {"circuit/asset", "circuit id", "circuit id(s)", "circuits", "circuit/assets"},
	})

	// attColumns are the headers of the business units' lists.
	attColumns = parsers.NewColumns([]string{"circuit"}, map[string][]string{
		"account": {"customer", "customer name", "account", "account name", "customer/account", "acct name", "company", "company name", "client", "customer*", "account name*", "*customer", "*customer name", "*account name"},
		"circuit": {"circuit/asset", "circuit id", "circuit ids", "circuit", "circuits", "asset", "asset id", "circuit/asset id", "circuit number", "circuit #", "service id", "impacted circuit*", "affected circuit*", "circuit*", "*circuit", "*circuit id", "*circuit/asset"},
		"lec":     {"lec circuit id", "lec id", "lec circuit", "lec ckt id", "lec*"},
		"impact":  {"impact", "business risk", "expected impact", "impact type"},
	})

	attLECColumns = parsers.NewColumns([]string{"lec"}, map[string][]string{
		"account": {"customer", "customer name", "account", "account name", "customer*", "company", "company name", "client"},
		"lec":     {"lec circuit id", "lec id", "lec circuit", "lec ckt id", "lec*"},
		"impact":  {"impact", "business risk", "expected impact", "impact type"},
	})

	attEvent  = lazy(`(?i)\bevent(?: id)?[:# ]+(\d{5,})\b`)
	attPadded = lazy(`^(0*)([A-Z1-9].*?)(0*)$`)
)

func attRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, attLabels, attTimes, "id")
	if !ok {
		return failed
	}
	if !has(l.pairs, "id", "start", "end") {
		return l.no("no event id, no start and no end")
	}
	if rule := l.idle("id", "start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	l.n.MaintenanceID = parsers.FirstWord(l.value("id", "maintenance_id"))
	if found := attEvent.FindStringSubmatch(m.Subject); found != nil && l.n.MaintenanceID == "" {
		l.n.MaintenanceID = found[1]
		l.r.Found(0, "maintenance_id", -1, m.Subject, "event in the subject")
	}
	attState(l)
	l.windows()
	attSummary(l)
	return attFinish(l)
}

// attState reads what is said of the work beside the subject: its summary and
// its kind.
func attState(l *letter) {
	hits := saySubject(nil, letterStatus, l.m.Subject)
	hits = say(hits, letterStatus, l.doc.Span(0, l.head(l.doc, l.pairs, []string{"id", "start"})), l.doc.Part, "the text")
	for _, p := range l.pairs {
		switch p.Field {
		case "state", "kind":
			hits = say(hits, letterStatus, p.Value, l.doc.Part, labelRule(p))
		case "text", "work":
			hits = say(hits, letterEnd, p.Value, l.doc.Part, labelRule(p))
		}
	}
	settleStatus(&l.r, &l.n, l.sentences(hits), l.doc.Part, firstLine(l.doc))
}

func attSummary(l *letter) {
	summary := l.value("text", "summary")
	rest := strings.TrimSpace(l.value("kind", "") + " " + l.value("work", ""))
	switch {
	case summary == "":
		l.n.Summary = rest
	case rest == "":
		l.n.Summary = summary
	default:
		l.n.Summary = strings.TrimRight(summary, ". ") + ": " + rest
	}
	if l.n.Summary == "" {
		l.n.Summary = l.m.Subject
	}
}

// attFinish reads the circuits, which are in spreadsheets beside the text, and
// makes one notice for each account.
func attFinish(l *letter) parsers.Reading {
	l.n.Sequence, l.n.UID = 1, "0"
	risk := l.value("risk", "circuits.impact")
	var lists accountLists
	customer := l.value("name", "")
	found := 0
	docs := attSheets(l)
	for _, d := range append(docs, append([]*parsers.Document{l.doc}, l.others...)...) {
		rows, field := d.Rows(attColumns), "circuit"
		if len(rows) == 0 {
			rows, field = d.Rows(attLECColumns), "lec"
		}
		for _, row := range rows {
			if found++; found > maxCircuits {
				tooMany(&l.r, "circuits", maxCircuits)
				break
			}
			attRow(l, &lists, d.Part, row, field, attMail{risk, customer})
		}
		if len(lists) > 0 && len(docs) > 0 && d == docs[len(docs)-1] {
			break
		}
	}
	if len(lists) == 0 {
		attLabelled(l, &lists, risk)
	}
	if len(lists) == 0 {
		l.n.Account = l.value("name", "account")
	}
	return lists.finish(l.r, l.n)
}

// attSheets opens the spreadsheets of the message.
func attSheets(l *letter) []*parsers.Document {
	var docs []*parsers.Document
	for _, p := range l.m.Parts {
		if !parsers.IsXLSX(p) {
			continue
		}
		d, err := parsers.ReadXLSX(p.Data, p.Index)
		if err != nil {
			l.r.Missing("circuits", fmt.Sprintf("%s: %v", parsers.Clip(p.Filename, 80), err))
			continue
		}
		if len(d.Rows(attColumns)) == 0 && len(d.Rows(attLECColumns)) == 0 {
			l.r.Warn(fmt.Sprintf("no column of %s is known to list circuits", parsers.Clip(p.Filename, 80)))
		}
		docs = append(docs, d)
	}
	return docs
}

// attMail is what the mail says for all rows that do not say it themselves.
type attMail struct{ risk, customer string }

func attRow(l *letter, lists *accountLists, part int, row parsers.Row, field string, mail attMail) {
	cid := row.Get(field)
	if parsers.None(cid) && field == "circuit" {
		field, cid = "lec", row.Get("lec")
	}
	if parsers.None(cid) {
		return
	}
	rule := "column " + row.Head(field)
	if field == "lec" {
		cid = attLEC(cid)
	}
	raw := row.Get("impact")
	if raw == "" {
		raw = mail.risk
	}
	account, accountRule := row.Get("account"), "column "+row.Head("account")
	if parsers.None(account) {
		account, accountRule = mail.customer, "label Customer"
	}
	lists.add(&l.r, part, account, accountRule, models.NoticeCircuit{CID: cid, Impact: l.impact(raw), RawImpact: parsers.Clip(raw, 200)}, rule)
}

// attLEC gives the id that customers know of one that a list fills up with
// zeros to a fixed width: those before it go, and those behind it stand for
// the company code ATI.
func attLEC(cid string) string {
	found := attPadded.FindStringSubmatch(cid)
	switch {
	case found == nil || found[2] == "":
		return cid
	case len(found[3]) > 2 || found[1] != "" && len(found[3]) > 1:
		return found[2] + "ATI"
	}
	return found[2] + found[3]
}

// attLabelled reads circuits that the text lists itself.
func attLabelled(l *letter, lists *accountLists, risk string) {
	impact := l.impact(risk)
	for _, p := range l.pairs {
		if p.Field != "assets" || p.Struck {
			continue
		}
		for _, cid := range l.list(p) {
			lists.add(&l.r, l.doc.Part, l.value("name", ""), "label Customer", models.NoticeCircuit{CID: cid, Impact: impact, RawImpact: risk}, labelRule(p))
		}
	}
}
