package evaluate_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/evaluate"
	"lineman/internal/inventory"
	"lineman/models"
	"lineman/parsers"
)

var update = flag.Bool("update", false, "write the golden files")

var monday = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func mail(hour int, provider, sender string, state models.MailState, subject string) models.MailItem {
	m := models.MailItem{Provider: provider}
	m.Sender, m.State, m.Subject, m.Received = sender, state, subject, monday.Add(time.Duration(hour)*time.Hour)
	if state == models.StateParsingFailed {
		m.Error = "the mail names no window"
	}
	return m
}

// work is a maintenance of six hours, as a trial leaves it.
func work(id, provider string, status models.Status, start time.Time, circuits ...models.CircuitImpact) models.MaintenanceItem {
	m := models.MaintenanceItem{ProviderSlug: provider}
	m.ID, m.Name, m.Status, m.Circuits = id, provider+"-"+strings.ToUpper(id), status, circuits
	m.Windows = []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Start: start, End: start.Add(6 * time.Hour)}}
	return m
}

func hit(cid, id string) models.CircuitImpact {
	return models.CircuitImpact{CID: cid, Impact: models.ImpactOutage, CircuitID: id}
}

func circuit(id, provider, cid string, sites ...string) models.Circuit {
	c := models.Circuit{ID: id, CID: cid, Provider: models.Provider{Slug: provider}}
	for _, s := range sites {
		c.Terminations = append(c.Terminations, models.Termination{Site: models.Site{Name: s}})
	}
	return c
}

// input is a small trial in which there is something of everything.
func input() evaluate.Input {
	night := monday.AddDate(0, 0, 10)
	return evaluate.Input{
		Source: "noc-imap", Made: monday.AddDate(0, 1, 0), Since: monday.AddDate(-1, 0, 0), Before: 3,
		Unread: []string{"folder Old: it cannot be selected"},
		Mails: []models.MailItem{
			mail(0, "zayo", "mr@zayo.com", models.StateParsed, "One"),
			mail(1, "zayo", "mr@zayo.com", models.StateParsed, "Two"),
			mail(2, "zayo", "mr@zayo.com", models.StateParsingFailed, "<script>alert(1)</script>\x1b[31m\u202eevil"),
			mail(3, "lumen", "smc@lumen.com", models.StateParsed, "Three"),
			mail(4, "lumen", "smc@lumen.com", models.StateDuplicate, "Three"),
			mail(5, "", "noc@mail.zayo.com", models.StateUnknownProvider, "Zayo maintenance"),
			mail(6, "", "noc@zayo.com.evil.example", models.StateUnknownProvider, "Zayo maintenance"),
			mail(7, "", "noc@fresh.example", models.StateUnknownProvider, "Planned work"),
			mail(8, "", "second@fresh.example", models.StateUnknownProvider, "Planned work"),
			mail(9, "", "shop@market.example", models.StateUnknownProvider, "Buy now"),
			mail(10, "", "me@gmail.com", models.StateUnknownProvider, "Fwd: Zayo"),
			mail(11, "", "desk@ours.example", models.StateUnknownProvider, "Fwd: maintenance"),
			mail(12, "", "", models.StateUnknownProvider, "maintenance"),
		},
		Records: []models.MaintenanceItem{
			work("a", "zayo", models.StatusCompleted, night, hit("Z/1", "c1")),
			work("b", "lumen", models.StatusConfirmed, night.Add(3*time.Hour), hit("L-1", "c2")),
			work("c", "zayo", models.StatusCancelled, night, hit("Z/2", "c3"), hit("OGYX/104477", ""), hit("something", "")),
		},
		Firsts: map[string]evaluate.First{
			"a": {Received: monday, Start: night},
			"b": {Received: night.Add(4 * time.Hour), Start: night.Add(3 * time.Hour)},
			"c": {Received: monday},
		},
		Circuits: []models.Circuit{
			circuit("c1", "zayo", "Z/1", "Berlin", "Hamburg"), circuit("c2", "lumen", "L-1", "Berlin"), circuit("c3", "zayo", "Z/2", "Hamburg"),
			circuit("c4", "zayo", "OGYX/104477/ZYO"),
		},
		Providers: []models.Provider{
			{Slug: "zayo", Name: "Zayo", Emails: []string{"mr@zayo.com"}}, {Slug: "lumen", Name: "Lumen", Emails: []string{"lumen.com"}},
			{Slug: "ntt", Name: "NTT", Emails: []string{"ntt.net"}},
		},
		Looks: map[string]evaluate.Look{
			"noc@mail.zayo.com":         {Parser: "zayo", Complete: true, Speaks: true, Reason: "the subject"},
			"noc@zayo.com.evil.example": {Parser: "zayo", Complete: true, Speaks: true, Reason: "the subject"},
			"noc@fresh.example":         {Parser: parsers.GenericSlug, Standard: true, Complete: true, Speaks: true},
			"second@fresh.example":      {Parser: parsers.GenericSlug, Standard: true, Complete: true, Speaks: true},
			"me@gmail.com":              {Parser: "zayo", Speaks: true, Reason: "the subject"},
			"desk@ours.example":         {Parser: "lumen", Speaks: true, Inner: []string{"x@lumen.com"}},
			"":                          {Speaks: true},
		},
	}
}

func TestReport(t *testing.T) {
	r := evaluate.Make(input())
	if want := (evaluate.Outcomes{Parsed: 3, Failed: 1, Duplicate: 1, Unknown: 8}); r.Sum != want {
		t.Errorf("sum %+v, want %+v", r.Sum, want)
	}
	var text, page bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", text.Bytes())
	golden(t, "report.html", page.Bytes())
	for name, out := range map[string]string{"text": text.String(), "page": page.String()} {
		if strings.ContainsAny(out, "\x1b\u202e") {
			t.Errorf("%s: what a mail says steers the terminal", name)
		}
	}
	for _, bad := range []string{"<script", "src=", "href=", "url(", "@import"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page has %q in it", bad)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

// TestProposals holds what is ready for import: that a mail looks like a
// provider's is never enough.
func TestProposals(t *testing.T) {
	r := evaluate.Make(input())
	type proposal struct {
		Provider   string
		New, Ready bool
	}
	got := map[string]proposal{}
	for _, s := range r.Senders {
		got[s.Sender] = proposal{s.Proposed, s.New, s.Ready}
	}
	want := map[string]proposal{
		"noc@mail.zayo.com":         {"zayo", false, true},
		"noc@zayo.com.evil.example": {"zayo", false, false},
		"noc@fresh.example":         {"fresh", true, true},
		"second@fresh.example":      {"fresh", true, true},
		"me@gmail.com":              {},
		"desk@ours.example":         {},
		"":                          {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var providers, aliases bytes.Buffer
	if err := r.WriteProviders(&providers); err != nil {
		t.Fatal(err)
	}
	rows, err := inventory.ReadProviders(&providers)
	if err != nil {
		t.Fatal(err)
	}
	emails := map[string][]string{}
	for _, row := range rows {
		emails[row.Slug] = row.Emails
	}
	if diff := cmp.Diff(map[string][]string{
		"zayo": {"mr@zayo.com", "noc@mail.zayo.com"}, "lumen": {"lumen.com"}, "fresh": {"noc@fresh.example", "second@fresh.example"},
	}, emails); diff != "" {
		t.Error(diff)
	}
	if err := r.WriteAliases(&aliases); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("provider,alias,cid\nzayo,OGYX/104477,OGYX/104477/ZYO\n", aliases.String()); diff != "" {
		t.Error(diff)
	}
}

// TestSites holds that a completed maintenance took place and a cancelled one
// did not.
func TestSites(t *testing.T) {
	r := evaluate.Make(input())
	night := monday.AddDate(0, 0, 10)
	want := []evaluate.SiteLine{{Site: "Berlin", Circuits: 2, Times: 1, Isolated: 1, Latest: []evaluate.SiteTime{{
		Start: night.Add(3 * time.Hour), End: night.Add(6 * time.Hour), Severity: models.SeverityIsolated, Maintenances: []string{"zayo-A", "lumen-B"},
	}}}}
	if diff := cmp.Diff(want, r.Sites); diff != "" {
		t.Error(diff)
	}
}

func TestNotice(t *testing.T) {
	r := evaluate.Make(input())
	got := map[string]string{}
	for _, p := range r.Providers {
		got[p.Slug] = p.Notice.MedianText() + ", " + p.Notice.ShortestText()
	}
	if diff := cmp.Diff(map[string]string{"zayo": "10.0 d, 10.0 d", "lumen": "-1 h, -1 h"}, got); diff != "" {
		t.Error(diff)
	}
	if r := evaluate.Make(evaluate.Input{Source: "empty"}); r.Mails != 0 || len(r.Providers) != 0 {
		t.Errorf("of nothing: %+v", r)
	}
}

// TestLook reads mails that nobody's address sent.
func TestLook(t *testing.T) {
	engine := parsers.NewEngine(nil)
	var look evaluate.Look
	look.LookAt(engine, []byte("From: a@b.example\nSubject: lunch\n\nAt noon?\n"))
	if look.Speaks || look.Parser != "" {
		t.Errorf("a mail about lunch: %+v", look)
	}
	look.LookAt(engine, []byte("From: a@b.example\nSubject: Planned work\nContent-Type: text/calendar\n\n"+strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fresh//1//EN", "BEGIN:VEVENT", "SUMMARY:Planned work", "DTSTART;VALUE=DATE-TIME:20260310T020000Z",
		"DTEND;VALUE=DATE-TIME:20260310T060000Z", "DTSTAMP;VALUE=DATE-TIME:20260301T000000Z", "UID:1@fresh.example", "SEQUENCE:1",
		"X-MAINTNOTE-PROVIDER:fresh.example", "X-MAINTNOTE-ACCOUNT:137.035999173", "X-MAINTNOTE-MAINTENANCE-ID:W-1", "X-MAINTNOTE-IMPACT:OUTAGE",
		"X-MAINTNOTE-OBJECT-ID;X-MAINTNOTE-OBJECT-IMPACT=OUTAGE:F-1", "X-MAINTNOTE-STATUS:CONFIRMED", "ORGANIZER:mailto:noc@fresh.example", "END:VEVENT", "END:VCALENDAR",
	}, "\r\n")))
	if !look.Speaks || !look.Complete || !look.Standard {
		t.Errorf("a calendar of the standard: %+v", look)
	}
	look.LookAt(engine, nil)
	if !look.Complete {
		t.Errorf("after an empty mail: %+v", look)
	}
}

// TestAliases holds that aliases.csv has only what can mean one circuit.
func TestAliases(t *testing.T) {
	for name, test := range map[string]struct {
		listed string
		have   []string
		want   string
	}{
		"a part of it":           {"OGYX/104477", []string{"OGYX/104477/ZYO", "OGYX/104478/ZYO"}, "OGYX/104477/ZYO"},
		"it is a part":           {"IPLC SGP 300014 (primary)", []string{"SGP-300014", "SGP-300015"}, "SGP-300014"},
		"two of which it can be": {"OGYX/104477", []string{"OGYX/104477/ZYO", "OGYX/104477/AMS"}, ""},
		"a digit differs":        {"NTT-LD-300015", []string{"NTT-LD-300014-AMS"}, ""},
		"a number goes on":       {"NTT-LD-30001", []string{"NTT-LD-300014"}, ""},
		"a number begins before": {"300014-AMS", []string{"1300014-AMS"}, ""},
		"too short":              {"A-123", []string{"A-123-XY"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := evaluate.Input{Records: []models.MaintenanceItem{work("a", "zayo", models.StatusConfirmed, monday, hit(test.listed, ""))}}
			for _, cid := range test.have {
				in.Circuits = append(in.Circuits, circuit(cid, "zayo", cid))
			}
			r := evaluate.Make(in)
			if got := r.Circuits.Open[0].Alias; got != test.want {
				t.Errorf("%q is taken for %q, want %q", test.listed, got, test.want)
			}
		})
	}
}

// TestHostileWords holds that nothing which a mail says is computed by a
// spreadsheet, taken for another name that looks like it, or splits a line.
func TestHostileWords(t *testing.T) {
	in := evaluate.Input{
		Providers: []models.Provider{{Slug: "zayo", Name: "Zayo", Emails: []string{"mr@zayo.com"}}},
		Looks:     map[string]evaluate.Look{},
	}
	for i, sender := range []string{
		"noc@z\u0430yo.com", "noc@xn--zyo-8cd.com", "=cmd|'/c calc'!a1@evil.example", "+1@evil.example", "a b@evil.example", "x@zayo.com, y@evil.example",
		"mr@zayo.com.evil.example", "mr@zayo.com\x00.evil.example", "../../etc@evil.example",
	} {
		in.Mails = append(in.Mails, mail(i, "", sender, models.StateUnknownProvider, "=HYPERLINK(\"http://evil.example\")\r\nBcc: x\x1b[2J"))
		in.Looks[sender] = evaluate.Look{Parser: "zayo", Complete: true, Speaks: true, Reason: "the subject"}
	}
	in.Circuits = []models.Circuit{circuit("c1", "zayo", "OGYX/104477/ZYO"), circuit("c2", "zayo", "@SUM/200200/ZYO")}
	in.Records = []models.MaintenanceItem{work("a", "zayo", models.StatusConfirmed, monday,
		hit("=OGYX/104477", ""), hit("\uff1dSUM/200200", ""), hit("\u041eGYX/104477/ZYO", ""), hit("OGYX/l04477/ZYO", ""))}
	r := evaluate.Make(in)
	for _, l := range r.Senders {
		if l.Ready {
			t.Errorf("%q is ready for import: %s", l.Sender, l.Why)
		}
	}
	var text, providers, aliases bytes.Buffer
	for _, err := range []error{r.WriteText(&text), r.WriteProviders(&providers), r.WriteAliases(&aliases)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(text.String(), "\u0430") || !strings.Contains(text.String(), "noc@xn--") {
		t.Errorf("a Cyrillic letter passes for another: %s", text.String())
	}
	if strings.ContainsAny(text.String(), "\r\x1b\x00") || strings.Contains(text.String(), "\nBcc") {
		t.Errorf("a mail steers the terminal: %q", text.String())
	}
	if strings.Contains(providers.String(), "evil") {
		t.Errorf("providers.csv:\n%s", providers.String())
	}
	for line := range strings.Lines(aliases.String()) {
		for _, cell := range strings.Split(line, ",") {
			if strings.ContainsAny(cell[:1], "=+-@") {
				t.Errorf("a spreadsheet would compute %q", cell)
			}
		}
	}
	rows, err := inventory.ReadAliases(&aliases)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, row := range rows {
		got[row.Alias] = row.CID
	}
	if diff := cmp.Diff(map[string]string{"=OGYX/104477": "OGYX/104477/ZYO", "\uff1dSUM/200200": "@SUM/200200/ZYO"}, got); diff != "" {
		t.Error(diff)
	}
}
