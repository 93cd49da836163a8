package provider

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"lineman/parsers"
)

// hostileTexts are texts that make careless patterns run for hours.
func hostileTexts() map[string]string {
	return map[string]string{
		"100 kB of circuits":       strings.Repeat("-  CRQa,", 100_000/8),
		"a and !":                  strings.Repeat("a", 100_000) + "!",
		"blanks before a colon":    "Start" + strings.Repeat(" ", 100_000) + ": x",
		"brackets":                 strings.Repeat("(", 10_000),
		"digits":                   strings.Repeat("1", 100_000),
		"commas":                   strings.Repeat(",", 100_000),
		"digits and commas":        strings.Repeat("1,", 100_000),
		"digits, colons, dashes":   strings.Repeat("11:11-", 20_000),
		"dates without end":        strings.Repeat("11-Mar-2026 ", 10_000),
		"slashes":                  strings.Repeat("/", 100_000),
		"words of status":          strings.Repeat("not not cancelled ", 6_000),
		"labels without values":    strings.Repeat("Start Date and Time: ", 6_000),
		"stars":                    strings.Repeat("*a* ", 30_000),
		"marks of quotes":          strings.Repeat("> ", 100_000),
		"100,000 circuits, commas": numberedList(100_000),
	}
}

func numberedList(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "C-%d, ", i)
	}
	return b.String()
}

// TestHostileTextOfEveryProvider puts each text where a provider's layouts look:
// subject, text, HTML, the cell of a table, a spreadsheet. Every layout comes
// to an explicit end within the memory of a mail.
func TestHostileTextOfEveryProvider(t *testing.T) {
	if testing.Short() {
		t.Skip("reads large mails; not in -short")
	}
	engine := parsers.NewEngine(All())
	for _, p := range All() {
		if len(p.Senders) == 0 {
			continue
		}
		t.Run(p.Slug, func(t *testing.T) {
			from := p.Senders[0]
			if !strings.Contains(from, "@") {
				from = "noc@" + strings.TrimPrefix(from, "*.")
			}
			subject := "Planned maintenance"
			if len(p.Subjects) > 0 {
				subject += " " + p.Subjects[0]
			}
			for name, s := range hostileTexts() {
				for where, m := range map[string]string{
					"subject": mail(from, subject+" "+s, text("Planned maintenance\n")),
					"text":    mail(from, subject, text("Planned maintenance\n"+s+"\n")),
					"html":    mail(from, subject, "<p>Planned maintenance</p><p>"+s+"</p>"),
					"cell":    mail(from, subject, "<p>Planned maintenance</p><table><tr><th>Circuit ID<th>Impact<tr><td>"+s+"<td>Outage</table>"),
					"sheet": mail(from, subject, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nPlanned maintenance\n--b\nContent-Type: text/csv\nContent-Transfer-Encoding: base64\n\n"+
						base64.StdEncoding.EncodeToString([]byte("Circuit ID;Impact\n"+s+";Outage\n"))+"\n--b--\n"),
				} {
					if withRace && where != "html" { // ten times slower, and no goroutine anywhere
						continue
					}
					r := readWithin(t, engine, m)
					if r.Outcome == parsers.OutcomeMaintenance || r.Outcome == parsers.OutcomeError && len(r.Problems()) == 0 || r.Outcome == parsers.OutcomeIgnored && r.Reason == "" {
						t.Errorf("%s in the %s: %s", name, where, parsers.Clip(told(r), 300))
					}
				}
			}
		})
	}
}

// TestHostileText holds the exact end of such texts in whole notices.
func TestHostileText(t *testing.T) {
	const from, to = "11/03/2026 22:00:00", "12/03/2026 04:00:00"
	texts := hostileTexts()
	plain := megaportHTML("Planned maintenance (9001-1).", "Cards.", megaportTable+megaportTimes1)
	const parsed = "parsed 9001-1 CONFIRMED 11T01:00-11T05:00 880011=OUTAGE"
	html := func(s string) func() string {
		return func() string { return mail(megaportFrom, megaportSubj, s) }
	}
	colt := func(subject, reason, sheet string) func() string {
		return func() string { return coltMail1(subject, from, to, reason, sheet) }
	}
	const coltParsed = "parsed CRQ1-90010001 CONFIRMED 11T22:00-12T04:00 LE-900100=OUTAGE"
	cell := func(s string) string {
		return megaportHTML("Planned maintenance (9001-1).", "Cards.", strings.Replace(megaportTable, "880011", s, 1)+megaportTimes1)
	}
	lines := "Planned maintenance (9001-1).\n" + strings.Repeat("-  CRQa,-  CRQa,-  CRQa,-  CRQa,-  CRQa,\n", 100_000)
	mails := []hostileMail{
		{"lines of cells without end", func() string { return mail(megaportFrom, megaportSubj, text(lines)) },
			"error megaport/notice could not read maintenance_id; maintenance_id: read text: more than 300000 cells of tables: over the limit"},
		{"100,000 circuits in one cell", html(cell(texts["100,000 circuits, commas"])), "error megaport/notice could not read circuits; circuits: \"C-0, C-1, C-2, C-3, C-4, C-5, C-6, C-7, C-8, C-9, C-10, C-11\"… is no id: it is 888889 bytes long"},
		{"100,000 circuits in a cell of a spreadsheet", colt(coltSubj, "Cards.", "OCN;Circuit ID\n700400;"+texts["100,000 circuits, commas"]+"\n"), "error colt/notice could not read circuits; circuits: read CSV list.csv: row 2: a cell of more than 65536 bytes: over the limit"},
		{"100 kB of circuits in the subject", colt(coltSubj+" "+texts["100 kB of circuits"], "Cards.", coltTable), coltParsed},
	}
	for name, s := range texts {
		parsed := parsed
		if name == "blanks before a colon" { // a label with a value, after all
			parsed = "error megaport/notice could not read end; end: the mail has the start \"x\" without an end"
		}
		mails = append(mails, hostileMail{name + " behind a notice", html(plain + "<p>" + s + "</p>"), parsed},
			hostileMail{name + " as the reason", colt(coltSubj, s, coltTable), coltParsed})
	}
	runHostile(t, mails)
}
