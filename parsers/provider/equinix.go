package provider

import (
	"fmt"
	"strings"
	"time"

	"lineman/models"
	"lineman/parsers"
)

func equinixProvider() parsers.Provider {
	return parsers.Provider{
		Slug:      "equinix",
		Name:      "Equinix",
		Organizer: "servicedesk@equinix.com",
		Senders:   []string{"no-reply@equinix.com", "servicedesk@equinix.com", "equinix.com", "*.equinix.com"},
		Subjects:  []string{"metro area network maintenance", "equinix network device maintenance", "equinix network maintenance"},
		Body:      []string{"dear equinix customer", "equinix network device maintenance", "area network maintenance", "equinix noc", "equinix smc", "equinix customer portal", "エクイニクスをご利用"},
		Formats:   []parsers.Format{{Name: "equinix/notice", Fits: equinixFits, Read: equinixRead}},
	}
}

var (
	// equinixTimes: the line that counts is labelled UTC.
	equinixTimes = parsers.Times{Zones: parsers.Zones{Home: "Etc/UTC"}}

	equinixLabels = parsers.NewLabels(map[string][]string{
		"date":   {"date", "span", "日付", "日時", "날짜", "日期", "fecha", "data", "datum"},
		"utc":    {"utc", "utc time", "gmt"},
		"local":  {"local", "local time", "ローカル", "現地時間", "현지 시간", "本地", "当地时间"},
		"impact": {"impact", "service impact", "影響", "影响", "영향", "impacto", "auswirkung", "auswirkungen"},
		"place":  {"ibx(s)", "ibx", "ibxs", "location", "locations"},
		"work":   {"description", "説明", "설명", "描述", "descripción", "descrição", "beschreibung"},
		"goods":  {"products", "product(s)", "製品", "제품", "产品", "produkte", "productos", "produtos"},
		"other":  {"outage duration", "recommended action", "purpose", "impacted assets"},
	})

	equinixColumns = parsers.NewColumns([]string{"account", "serial"}, map[string][]string{
		"account": {"account #", "account", "account number", "account no", "アカウント番号", "アカウント", "계정 번호", "账号", "帐号"},
		"product": {"product", "製品", "제품", "产品"},
		"ibx":     {"ibx"},
		"serial":  {"service serial #", "service serial", "service serial number", "serial #", "serial number", "circuit id", "サービスシリアル番号", "シリアル番号"},
		"port":    {"ecx port", "fabric port", "port name"},
		"l2":      {"l2 connection uuid", "connection uuid"},
		"l2name":  {"l2 connection name"},
		"l3":      {"l3 subscription uuid"},
		"asset":   {"virtual asset uuid", "virtual asset name"},
	})

	equinixStatus = append(append(parsers.StatusWords{}, letterStatus...), parsers.StatusPhrases{
		Status: models.StatusCompleted, Phrases: []string{"is now complete", "are now complete"},
	})

	equinixID  = lazy(`\[([0-9A-Z]+-[0-9A-Z-]*\d|[A-Z]{2,5}\d{4,})\]`)
	equinixRef = lazy(`(?i)please reference:?\s+\[?([0-9A-Z-]*\d{3,})\b`)
)

func equinixFits(m *parsers.Message) (bool, string) {
	ok, why := mentions(m, "maintenance")
	if !ok {
		if again, _ := mentions(m, "メンテナンス"); again {
			return true, ""
		}
	}
	return ok, why
}

type equinixMail struct {
	m      *parsers.Message
	r      parsers.Reading
	n      models.Notice
	doc    *parsers.Document
	pairs  []parsers.Pair
	others []*parsers.Document
	end    int // line at which an older, quoted notice begins
	impact models.Impact
	raw    string
	lists  accountLists
}

func equinixRead(m *parsers.Message) parsers.Reading {
	e := equinixMail{m: m}
	bodies := parsers.ReadBodies(m)
	e.doc, e.pairs, e.others = bodies.Best(equinixLabels)
	if e.doc == nil {
		return unreadable(bodies.Err)
	}
	e.pairs, e.end = unquoted(e.doc, e.pairs, len(e.doc.Lines))
	e.id()
	if _, ok := parsers.First(e.pairs, "utc"); !ok && e.n.MaintenanceID == "" {
		return foreign(m, "no ticket in brackets and no line labelled UTC")
	}
	e.windows()
	e.impacts()
	e.circuits()
	e.status()
	e.n.Summary = m.Subject
	if p, ok := parsers.First(e.pairs, "work"); ok && e.n.Summary == "" {
		e.n.Summary = p.Value
	}
	e.n.Sequence, e.n.UID = 1, "0"
	return e.lists.finish(e.r, e.n)
}

// id is the ticket in brackets in the subject, or after "please reference".
func (e *equinixMail) id() {
	subject := equinixID.FindAllStringSubmatch(e.m.Subject, -1)
	text := e.doc.Span(0, e.end)
	ref := equinixReference(text)
	switch {
	case len(subject) > 0:
		e.n.MaintenanceID = subject[len(subject)-1][1]
		e.r.Found(0, "maintenance_id", -1, e.m.Subject, "ticket in brackets in the subject")
		if ref != nil && ref[1] != e.n.MaintenanceID {
			e.r.Warn(fmt.Sprintf("the subject names %s, the text %s", e.n.MaintenanceID, ref[1]))
		}
	case ref != nil:
		e.n.MaintenanceID = ref[1]
		e.r.Found(0, "maintenance_id", e.doc.Part, ref[0], "after please reference")
	default:
		if in := equinixID.FindStringSubmatch(text); in != nil {
			e.n.MaintenanceID = in[1]
			e.r.Found(0, "maintenance_id", e.doc.Part, in[0], "ticket in brackets in the text")
		}
	}
}

// equinixReference finds the ticket after "please reference".
func equinixReference(text string) []string {
	for range 50 {
		i := strings.Index(text, "eference")
		if i < 0 {
			return nil
		}
		if ref := equinixRef.FindStringSubmatch(text[max(0, i-20):min(len(text), i+80)]); ref != nil {
			return ref
		}
		text = text[i+len("eference"):]
	}
	return nil
}

// windows reads every line labelled UTC. Notices in two languages state each
// window twice; two windows that overlap and are not the same contradict each
// other.
func (e *equinixMail) windows() {
	for i, p := range e.pairs {
		if p.Field != "utc" || p.Value == "" || p.Struck {
			continue
		}
		if len(e.n.Windows) > maxWindows {
			tooMany(&e.r, "start", maxWindows)
			break
		}
		near := e.near(i)
		for at := p.At; at < max(p.End, p.At+1); at++ {
			text := p.Value
			if at > p.At {
				text = e.doc.Lines[at].Text
			}
			from, to, _, ok := equinixTimes.ScanSpan(text)
			if !ok {
				if at == p.At {
					e.r.Missing("start", fmt.Sprintf("the line labelled UTC has no time span: %q", parsers.Clip(text, 80)))
				}
				break
			}
			e.window(from, to, near, i, text)
		}
	}
	e.r.SortWindows(0, e.n.Windows)
	for i := 1; i < len(e.n.Windows); i++ {
		if e.n.Windows[i].Start.Before(e.n.Windows[i-1].End) {
			e.r.Missing("start", "two lines labelled UTC contradict each other")
		}
	}
}

// near is the date of the section, for the year that its UTC line leaves out.
func (e *equinixMail) near(utc int) time.Time {
	for i := utc; i >= 0 && i > utc-12; i-- {
		if e.pairs[i].Field != "date" {
			continue
		}
		if m, _, ok := equinixTimes.Scan(e.pairs[i].Value); ok && m.Year > 0 {
			m.HasTime = true
			if t, err := equinixTimes.Resolve(m, e.m.Date); err == nil {
				return t
			}
		}
	}
	return e.m.Date
}

func (e *equinixMail) window(from, to parsers.Moment, near time.Time, utc int, text string) {
	start, end, err := equinixTimes.ResolveSpan(from, to, near)
	if err == nil {
		err = e.checkLocal(start, end, near, utc)
	}
	if err != nil {
		missingTime(&e.r, err)
		return
	}
	for _, w := range e.n.Windows {
		if w.Start.Equal(start) && w.End.Equal(end) {
			return
		}
	}
	n := len(e.n.Windows)
	e.n.Windows = append(e.n.Windows, models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: end})
	e.r.Found(0, parsers.WindowField(n, "start"), e.doc.Part, text, "label UTC")
	e.r.Found(0, parsers.WindowField(n, "end"), e.doc.Part, text, "label UTC")
}

// checkLocal checks the UTC line against the local one before it: the zone is
// not named, so the distance must be one that a zone can have, and the same at
// both ends but for a change of summer time.
func (e *equinixMail) checkLocal(start, end, near time.Time, utc int) error {
	if utc == 0 || e.pairs[utc-1].Field != "local" {
		return nil
	}
	from, to, _, ok := equinixTimes.ScanSpan(e.pairs[utc-1].Value)
	if !ok {
		return nil
	}
	localStart, localEnd, err := equinixTimes.ResolveSpan(from, to, near)
	if err != nil {
		return err
	}
	a, b := localStart.Sub(start), localEnd.Sub(end)
	if a < -12*time.Hour || a > 14*time.Hour || a%(15*time.Minute) != 0 || (a-b).Abs() > time.Hour {
		return fmt.Errorf("the lines LOCAL and UTC are %s apart at the start and %s at the end: %w", a, b, parsers.ErrUndecidable)
	}
	return nil
}

// impacts reads the label Impact, one impact for all circuits.
func (e *equinixMail) impacts() {
	for _, p := range e.pairs {
		if p.Field != "impact" || p.Value == "" {
			continue
		}
		end := p.At + 1
		for end < p.End && end < p.At+6 && !e.doc.Lines[end].Gap {
			end++
		}
		text := strings.TrimSpace(p.Value + " " + e.doc.Span(p.At+1, end))
		impact, _, ok := parsers.CommonImpact.Find(p.Value)
		if !ok {
			impact, _, ok = parsers.CommonImpact.Find(text)
		}
		switch {
		case !ok:
			if e.raw == "" {
				e.raw = p.Value
			}
		case e.impact == "":
			e.impact, e.raw = impact, p.Value
			e.r.Found(0, "circuits.impact", e.doc.Part, p.Value, "label Impact")
		case e.impact != impact:
			e.r.Warn(fmt.Sprintf("the mail states two impacts: %q and %q", parsers.Clip(e.raw, 80), parsers.Clip(p.Value, 80)))
			if impact.Worse(e.impact) {
				e.impact, e.raw = impact, p.Value
			}
		}
	}
	if e.impact == "" && e.raw == "" {
		if impact, _, ok := parsers.CommonImpact.Find(e.m.Subject); ok {
			e.impact, e.raw = impact, e.m.Subject
			e.r.Found(0, "circuits.impact", -1, e.m.Subject, "words in the subject")
		}
	}
	if e.impact == "" {
		e.impact = models.ImpactOutage
		if e.raw != "" {
			e.r.Warn(fmt.Sprintf("the impact %q is not known, OUTAGE is assumed", parsers.Clip(e.raw, 80)))
		}
	}
}

func (e *equinixMail) circuits() {
	for _, row := range e.doc.Rows(equinixColumns) {
		cid, rule := row.Get("serial"), row.Head("serial")
		for _, field := range []string{"l2", "l3", "asset", "l2name", "port"} {
			if !parsers.None(cid) {
				break
			}
			cid, rule = row.Get(field), row.Head(field)
		}
		account := row.Get("account")
		if row.Line >= e.end || parsers.None(cid) || equinixColumns.Header(cid) != "" {
			continue
		}
		e.circuit(account, cid, "column "+rule)
	}
	if len(e.lists) == 0 {
		e.flat()
	}
}

func (e *equinixMail) circuit(account, cid, rule string) {
	e.lists.add(&e.r, e.doc.Part, account, "column Account #",
		models.NoticeCircuit{CID: cid, Impact: e.impact, RawImpact: parsers.Clip(e.raw, 200)}, rule)
}

// status reads the subject, the sentences before each date and the description.
func (e *equinixMail) status() {
	hits := saySubject(nil, equinixStatus, e.m.Subject)
	for _, p := range e.pairs {
		if p.Field == "work" && !p.Struck {
			hits = say(hits, letterEnd, e.doc.Span(p.Line, min(p.End, p.Line+20)), e.doc.Part, labelRule(p))
		}
	}
	hits = e.heads(hits, e.doc, e.pairs, "the text")
	for _, d := range e.others {
		hits = e.heads(hits, d, d.Pairs(equinixLabels), "the other part")
	}
	hit, warning, ok := parsers.DecideStatus(hits...)
	if warning != "" {
		e.r.Warn(warning)
	}
	if !ok {
		hit = parsers.StatusHit{Status: models.StatusConfirmed, Part: -1, Text: e.m.Subject}
	}
	e.n.Status = hit.Status
	e.r.Found(0, "status", hit.Part, hit.Text, statusRule(ok))
}

func (e *equinixMail) heads(hits []parsers.StatusHit, d *parsers.Document, pairs []parsers.Pair, where string) []parsers.StatusHit {
	last := 0
	for n, p := range pairs {
		if p.Field != "date" || p.Line < last || n > 100 {
			continue
		}
		if h, ok := equinixStatus.Find(parsers.Plain(d.Span(max(last, p.Line-10), p.Line))); ok {
			h.Part, h.Where = d.Part, where
			hits = append(hits, h)
		}
		last = p.Line + 1
	}
	if last == 0 {
		if h, ok := equinixStatus.Find(parsers.Plain(d.Span(0, 10))); ok {
			h.Part, h.Where = d.Part, where
			hits = append(hits, h)
		}
	}
	return hits
}
