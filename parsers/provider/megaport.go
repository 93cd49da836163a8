package provider

import (
	"strings"

	"lineman/models"
	"lineman/parsers"
)

func megaportProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "megaport",
		Name:      "Megaport",
		Organizer: "support@megaport.com",
		Senders:   []string{"support@megaport.com", "megaport.com", "*.megaport.com"},
		Subjects:  []string{"megaport planned maintenance", "megaport emergency maintenance", "megaport"},
		Body:      []string{"thank you for using megaport", "the megaport team", "megaport"},
		Formats:   []parsers.Format{{Name: "megaport/notice", Read: megaportRead}},
	}
}

var (
	megaportTimes = parsers.Times{}

	megaportLabels = parsers.NewLabels(map[string][]string{
		"id":       {"maintenance id", "maintenance reference", "maintenance ticket", "reference", "reference number", "ticket", "ticket number", "case number"},
		"account":  {"customer name", "company", "company name", "account", "account name"},
		"reason":   {"purpose of maintenance", "purpose", "reason for maintenance", "maintenance details"},
		"impact":   {"expected impact", "impact", "service impact"},
		"services": {"impacted service(s)", "affected service(s)", "services impacted", "services affected"},
		"start":    {"start date and time", "start date/time", "start time", "start date", "start", "new start date and time", "backup start date and time", "start date and time*"},
		"end":      {"end date and time", "end date/time", "end time", "end date", "end", "new end date and time", "backup end date and time", "end date and time*"},
	})

	megaportColumns = parsers.NewColumns([]string{"service"}, map[string][]string{
		"service": {"service id", "service ids", "service uid", "service id*", "port id", "vxc id"},
		"type":    {"service type", "product type", "type"},
		"name":    {"service name", "name"},
		"impact":  {"impact", "expected impact"},
	})

	megaportID        = lazy(`(?i)\b(?:maintenance|work|activity|event)\s*\(\s*#?([0-9A-Z][0-9A-Z_-]{2,40})\s*\)`)
	megaportReference = lazy(`(?i)\b(?:reference|ticket|case)(?: number| id| #)?[: ]+#?((?:[A-Z]+-?)?\d[0-9A-Z-]*)`)
)

func megaportRead(m *parsers.Message) parsers.Reading {
	l, failed, ok := openLetter(m, megaportLabels, megaportTimes, "reason")
	if !ok {
		return failed
	}
	megaportName(l)
	if !has(l.pairs, "start", "end", "reason") && (l.n.MaintenanceID == "" || len(l.doc.Rows(megaportColumns)) == 0) {
		return l.no("no start, no end and no purpose of a maintenance")
	}
	if rule := l.idle("reason", "services", "start"); rule != "" {
		return parsers.Reading{Ignored: rule}
	}
	megaportAccount(l)
	l.status(letterStatus, "reason", "services", "start")
	l.windows()
	megaportCircuits(l)
	if p, ok := parsers.First(l.pairs, "reason"); ok {
		l.n.Summary = strings.TrimLeft(strings.TrimPrefix(l.doc.Lines[p.At].Text, p.Label), ": ")
	}
	return l.finish()
}

// megaportName reads the id: in parentheses behind the word maintenance, after
// a label, or as the reference to be cited.
func megaportName(l *letter) {
	head := l.doc.Span(0, l.head(l.doc, l.pairs, []string{"reason", "services", "start"}))
	text := l.doc.Span(0, l.end)
	for _, try := range []struct {
		pattern pattern
		text    string
		part    int
		rule    string
	}{
		{megaportID, head, l.doc.Part, "in parentheses behind maintenance"},
		{megaportID, l.m.Subject, -1, "in parentheses behind maintenance in the subject"},
		{megaportReference, text, l.doc.Part, "after the word reference or ticket"},
		{megaportReference, l.m.Subject, -1, "after the word reference or ticket in the subject"},
	} {
		if found := try.pattern.FindStringSubmatch(parsers.Clip(try.text, 32<<10)); found != nil {
			l.n.MaintenanceID = found[1]
			l.r.Found(0, "maintenance_id", try.part, found[0], try.rule)
			return
		}
	}
	if id := l.value("id", "maintenance_id"); id != "" {
		l.n.MaintenanceID = parsers.FirstWord(id)
	}
}

// megaportAccount is the name that the greeting speaks to.
func megaportAccount(l *letter) {
	if l.n.Account = l.value("account", "account"); l.n.Account != "" {
		return
	}
	for i := range l.head(l.doc, l.pairs, []string{"reason", "services", "start"}) {
		if name := greeted(l.doc.Lines[i].Text); name != "" {
			l.n.Account = name
			l.r.Found(0, "account", l.doc.Part, l.doc.Lines[i].Text, "the greeting")
			return
		}
	}
}

var (
	greeting = lazy(`(?i)^(?:hi|hello|dear|attn|attention)[:,]?\s+(.{2,120})$`)
	nobody   = lazy(`(?i)^(?:there|all|team|everyone|colleagues?|partners?|(?:our |valued |dear )*customers?|clients?|sirs?\b.*|madam\b.*|megaport\b.*|noc\b.*|support\b.*)$`)
)

// greeted gives the name that a line greets; empty when it greets nobody in
// particular.
func greeted(line string) string {
	found := greeting.FindStringSubmatch(line)
	if found == nil {
		return ""
	}
	name := strings.TrimRight(found[1], " ,:!;")
	if nobody.MatchString(name) {
		return ""
	}
	return name
}

func megaportCircuits(l *letter) {
	raw, impact := megaportImpact(l)
	var list []models.NoticeCircuit
	rows := l.doc.Rows(megaportColumns)
	if len(rows) == 0 {
		rows = stackedRows(l.doc, megaportColumns, "service")
	}
	for _, row := range rows {
		cid := row.Get("service")
		if row.Line >= l.end || parsers.None(cid) || !strings.ContainsAny(cid, "0123456789") {
			continue
		}
		if own := row.Get("impact"); own != "" {
			list = l.circuit(list, cid, l.impact(own), own, "column Service ID")
			continue
		}
		list = l.circuit(list, cid, impact, raw, "column Service ID")
	}
	if len(list) > 0 && raw != "" {
		l.r.Found(0, "circuits.impact", l.doc.Part, raw, "prose about the impact")
	}
	l.circuits(list)
}

// megaportImpact reads the prose: what it says under the label for the impact,
// then what the services are said to suffer, then the purpose. Where one of
// two redundant things goes down and the other is said to stay, it is the
// redundancy that is lost.
func megaportImpact(l *letter) (string, models.Impact) {
	for _, field := range []string{"impact", "services", "reason"} {
		for _, p := range l.pairs {
			if p.Field != field || p.Value == "" || p.At >= l.end {
				continue
			}
			raw := p.Value
			impact, _, ok := parsers.CommonImpact.Find(raw)
			if !ok {
				raw = l.text(p, true)
				impact, _, ok = parsers.CommonImpact.Find(raw)
			}
			if !ok {
				continue
			}
			plain := parsers.Plain(raw)
			if impact == models.ImpactNone && strings.Contains(plain, "unavailable") {
				impact = models.ImpactOutage
				if strings.Contains(plain, "primary") || strings.Contains(plain, "redundan") {
					impact = models.ImpactReducedRedundancy
				}
			}
			return raw, impact
		}
	}
	return "", models.ImpactOutage
}

// stackedRows reads tables that a converter to plain text turned into a line
// for each cell: a run of header lines, then as many lines a row. It ends
// where the cell of the field id has no digit.
func stackedRows(d *parsers.Document, c *parsers.Columns, id string) []parsers.Row {
	var rows []parsers.Row
	for i := 0; i < len(d.Lines); i++ {
		var heads []string
		known := false
		for j := i; j < len(d.Lines) && c.Header(d.Lines[j].Text) != ""; j++ {
			heads = append(heads, c.Header(d.Lines[j].Text))
			known = known || heads[j-i] == id
		}
		if !known {
			i += max(len(heads)-1, 0)
			continue
		}
		at := i + len(heads)
		for ; at+len(heads) <= len(d.Lines); at += len(heads) {
			values := make(map[string]string, len(heads))
			for k, h := range heads {
				values[h] = d.Lines[at+k].Text
			}
			if !likeCircuit(values[id]) {
				break
			}
			rows = append(rows, c.Row(at, i, values))
		}
		i = at - 1
	}
	return rows
}
