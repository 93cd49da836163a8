package command_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/models"
)

// many is a fleet of n circuits and maintenances.
func many(n int) *memory {
	r := sample()
	r.circuits, r.maintenances = nil, nil
	for i := range n {
		k := models.Circuit{ID: fmt.Sprint("k", i), CID: fmt.Sprintf("CKT-%05d", i), Provider: r.providers[0], Description: "=1+1"}
		m := models.MaintenanceDetail{ProviderSlug: "zayo", ProviderName: "Zayo"}
		m.ID, m.Name, m.Status, m.Summary = fmt.Sprint("id", i), fmt.Sprintf("zayo-M%05d", i), models.StatusConfirmed, "@SUM(1)"
		m.Windows = []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Start: hours(float64(i)), End: hours(float64(i + 1))}}
		m.Circuits = []models.CircuitImpact{{CID: k.CID, Circuit: &k, CircuitID: k.ID, Impact: models.ImpactOutage}}
		r.circuits, r.maintenances = append(r.circuits, k), append(r.maintenances, m)
	}
	return r
}

// buttonsOf are the commands of the buttons of an answer, by label.
func buttonsOf(m chatops.Message) map[string]string {
	commands := map[string]string{}
	for _, b := range m.Blocks {
		if a, is := b.(chatops.Actions); is {
			for _, button := range a.Buttons {
				commands[button.Label] = button.Command
			}
		}
	}
	return commands
}

// Every row of a long list is on one of its pages, once, in order, and in its
// file.
func TestPages(t *testing.T) {
	for list, what := range map[string]string{"maintenance list provider=zayo": "zayo-M", "circuit list provider=zayo": "CKT-", "get-circuits all": "CKT-", "maintenance list upcoming": "zayo-M"} {
		t.Run(list, func(t *testing.T) {
			r := many(1030)
			d := dispatcher(t, r, models.ScopeAll)
			var seen []string
			line, pages := list, 0
			for line != "" {
				text, m := ask(t, d, line)
				for _, b := range m.Blocks {
					if table, is := b.(chatops.Table); is {
						for _, row := range table.Rows {
							seen = append(seen, row[0][0].Text)
						}
					}
				}
				if pages++; pages == 1 && !strings.Contains(text, "Page 1 of 42.") {
					t.Fatalf("the first page:\n%s", text)
				}
				line = buttonsOf(m)["Next page"]
			}
			if pages != 42 {
				t.Errorf("%d pages", pages)
			}
			_, m := ask(t, d, list)
			_, m = ask(t, d, buttonsOf(m)["All as a file"])
			file, is := m.Blocks[0].(chatops.File)
			if !is {
				t.Fatalf("no file in %v", m)
			}
			rows, err := csv.NewReader(bytes.NewReader(file.Bytes)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows[1:] {
				found := row[0] == seen[i] || row[1] == seen[i]
				if !found || !strings.HasPrefix(seen[i], what) {
					t.Fatalf("row %d of the file is %q, of the pages %q", i, row, seen[i])
				}
				for _, cell := range row {
					if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") {
						t.Fatalf("a formula in %q", row)
					}
				}
			}
			if len(rows)-1 != len(seen) || len(unique(seen)) != len(seen) {
				t.Errorf("%d rows in the file, %d on the pages", len(rows)-1, len(seen))
			}
			if text, m := ask(t, d, list+" page=43"); !m.Failed || !strings.Contains(text, "the list has 42 pages") {
				t.Errorf("beyond the end: %s", text)
			}
			for _, page := range []string{"0", "-1", "x", "99999999999999999999"} {
				if _, m := ask(t, d, list+" page="+page); !m.Failed {
					t.Errorf("page %s is answered", page)
				}
			}
		})
	}
}

func unique(list []string) map[string]bool {
	once := map[string]bool{}
	for _, v := range list {
		once[v] = true
	}
	return once
}

// A file that cannot hold all says so.
func TestFileThatIsFull(t *testing.T) {
	text, _ := ask(t, dispatcher(t, many(10_500), models.ScopeAll), "maintenance list format=csv")
	if !strings.Contains(text, "10500 maintenances") || !strings.Contains(text, "The file holds the first 10000") {
		t.Errorf("it says\n%s", text)
	}
}

// Days, weeks and times are those of the zone of display, also on the days when
// its clocks change.
func TestZonesAndClockChanges(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err) // it comes with Go
	}
	at := func(text string) time.Time {
		t.Helper()
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, test := range []struct {
		name, now, line string
		zone            *time.Location
		starts          map[string]bool // of a window of a minute → listed
	}{
		{"a day of 23 hours", "2026-03-29T10:00:00Z", "maintenance list today", berlin, map[string]bool{
			"2026-03-28T22:58:00Z": false, "2026-03-28T22:59:00Z": false, "2026-03-28T23:00:00Z": true, "2026-03-29T21:59:00Z": true, "2026-03-29T22:00:00Z": false,
		}},
		{"a day of 25 hours", "2026-10-25T10:00:00Z", "maintenance list today", berlin, map[string]bool{
			"2026-10-24T21:58:00Z": false, "2026-10-24T22:00:00Z": true, "2026-10-25T22:59:00Z": true, "2026-10-25T23:00:00Z": false,
		}},
		{"a week with a change", "2026-03-25T23:30:00Z", "maintenance list week", berlin, map[string]bool{
			"2026-03-25T22:58:00Z": false, "2026-03-25T22:59:00Z": false, "2026-03-25T23:00:00Z": true, "2026-04-01T21:59:00Z": true, "2026-04-01T22:00:00Z": false,
		}},
		{"UTC", "2026-03-29T10:00:00Z", "maintenance list today", time.UTC, map[string]bool{
			"2026-03-28T23:58:00Z": false, "2026-03-29T00:00:00Z": true, "2026-03-29T23:59:00Z": true, "2026-03-30T00:00:00Z": false,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := sample()
			r.maintenances = nil
			for start := range test.starts {
				m := models.MaintenanceDetail{ProviderSlug: "zayo"}
				m.ID, m.Name, m.Status = start, start, models.StatusConfirmed
				m.Windows = []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Start: at(start), End: at(start).Add(time.Minute)}}
				r.maintenances = append(r.maintenances, m)
			}
			o := options(r)
			o.Zone, o.Now = test.zone, func() time.Time { return at(test.now) }
			_, m := ask(t, dispatcherOf(t, r, o, models.Principal{Role: models.RoleViewer, Scope: models.ScopeAll}), test.line+" format=csv")
			var listed string
			for _, b := range m.Blocks {
				if f, is := b.(chatops.File); is {
					listed = string(f.Bytes)
				}
			}
			for start, want := range test.starts {
				if strings.Contains(listed, ","+start+",CONFIRMED") != want {
					t.Errorf("%s is listed: %t, want %t\n%s", start, !want, want, listed)
				}
			}
		})
	}
	o := options(sample())
	o.Zone = berlin
	d := dispatcherOf(t, sample(), o, models.Principal{Role: models.RoleViewer, Scope: models.ScopeAll})
	for line, says := range map[string]string{
		`maintenance whatif Berlin "2026-03-29 02:30" "2026-03-29 05:00"`:     "does not exist in Europe/Berlin",
		`maintenance whatif Berlin "2026-10-25 02:30" "2026-10-25 05:00"`:     "happens twice in Europe/Berlin",
		`maintenance whatif Berlin "2026-10-25 02:30 UTC" "2026-10-25 05:00"`: "2026-10-25 02:30 UTC",
		`maintenance whatif Berlin "2026-07-01 02:30" "2026-07-01 05:00"`:     "2026-07-01 00:30 UTC",
	} {
		if got, _ := ask(t, d, line); !strings.Contains(strings.Join(strings.Fields(got), " "), says) {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// Menus lead to the answer that the words would have given, with the words to
// use the next time.
func TestMenus(t *testing.T) {
	d := dispatcher(t, sample(), models.ScopeAll)
	_, m := ask(t, d, "get-circuits")
	menu := m.Blocks[0].(chatops.Choices)
	next := d.Dispatch(t.Context(), request(menu.Ticket, map[string]string{"filter-type": "type"}))
	menu = next.Blocks[0].(chatops.Choices)
	if got := fmt.Sprint(menu.Field.Options); got != "[{Transit } {Wave }]" {
		t.Fatalf("the second menu has %s", got)
	}
	got := press(t, d, menu.Ticket, map[string]string{"filter-value": "Transit"})
	if !strings.Contains(got, "3 circuits") || !strings.Contains(got, "Shortcut: get-circuits filter-type=type filter-value=Transit") {
		t.Errorf("the answer is\n%s", got)
	}
	_, m = ask(t, d, "nautobot get-circuit-connections")
	menu = m.Blocks[0].(chatops.Choices)
	next = d.Dispatch(t.Context(), request(menu.Ticket, map[string]string{"provider": "kddi"}))
	menu = next.Blocks[0].(chatops.Choices)
	if got := fmt.Sprint(menu.Field.Options); got != "[{kddi:SAME-1 SAME-1 (KDDI 東京, Tokyo – Oslo)}]" {
		t.Fatalf("only circuits of the provider are in the second menu: %s", got)
	}
	got = press(t, d, menu.Ticket, map[string]string{"cid": menu.Field.Options[0].Value})
	if !strings.Contains(got, "Tokyo") || !strings.Contains(got, "Shortcut: nautobot get-circuit-connections cid=kddi:SAME-1 provider=kddi") {
		t.Errorf("the answer is\n%s", got)
	}
	if given := press(t, d, menu.Cancel, nil); !strings.Contains(given, "Given up") {
		t.Errorf("Cancel says %s", given)
	}
}

func request(ticket string, answers map[string]string) chatops.Request {
	return chatops.Request{
		ID: "R3", Platform: chatops.PlatformTerminal, Ticket: ticket, Answers: answers, User: chatops.Party{ID: "kim"},
		Organization: chatops.Party{ID: chatops.OrganizationTerminal}, Channel: chatops.Party{ID: chatops.ChannelLocal},
	}
}

// A thread is not cleared.
func TestClear(t *testing.T) {
	d := dispatcher(t, sample(), models.ScopeAll)
	r := request("", nil)
	r.Text = "clear"
	if m := d.Dispatch(t.Context(), r); m.Failed || !m.Private || strings.Count(m.Blocks[0].(chatops.Text).Inline[0].Text, "\n") != 50 {
		t.Errorf("it answers %v", m)
	}
	r.Thread = "17.5"
	if m := d.Dispatch(t.Context(), r); !m.Failed {
		t.Errorf("in a thread it answers %v", m)
	}
}

// Whatever people write, they get an answer in words, nothing is written, and
// nothing of the inside is shown.
func TestHostileWords(t *testing.T) {
	words := []string{
		"'; DROP TABLE maintenances; --", `%`, `_`, `\`, `.*[(`, "\U0001F527\U0001F4A5", "line\nbreak", "<!channel> <@U1> *_~`", "\u202egnp.exe", "\x1b[2J\x07\x00",
		"＝1", "=1", "-", "--", `"`, `'`, `"unbalanced`, "a=b=c", "id=", "=", ",", ",,,", "$(reboot)", "${HOME}", "{{.}}", "../../etc/passwd", "zayo:", ":SAME-1", "zayo:zayo:SAME-1",
		strings.Repeat("x", 3000), strings.Repeat("é", 1500), strings.Repeat("a ", 1500), strings.Repeat("long", 2600), "\xff\xfe", "00000000-0000-0000-0000-000000000000",
	}
	r := sample()
	d := dispatcher(t, r, models.ScopeAll)
	for _, c := range command.All(options(r)) {
		for _, s := range c.Subcommands {
			lines := []string{c.Name + " " + s.Name}
			for _, p := range s.Params {
				lines = append(lines, c.Name+" "+s.Name+" "+p.Name+"=")
			}
			for _, line := range lines {
				for _, w := range words {
					got, _ := ask(t, d, strings.TrimSpace(line+" ")+map[bool]string{true: "", false: " "}[strings.HasSuffix(line, "=")]+w)
					if strings.Contains(got, "went wrong") || strings.TrimSpace(got) == "" && c.Name != "clear" || strings.ContainsAny(got, "\x1b\x07\x00\u202e") || len(got) > 60_000 {
						t.Fatalf("%s %.40q: %.300q", line, w, got)
					}
				}
			}
		}
	}
	if len(r.written) > 0 {
		t.Errorf("written: %v", r.written)
	}
}

// Circuits are completed by the ids that the asker sees, of the provider that
// is named.
func TestCircuitsAreCompleted(t *testing.T) {
	d := dispatcher(t, sample(), models.ScopeAll)
	for line, want := range map[string]string{
		"circuit show /og":                       "[/OGYX/000001/ /ZYO /]",
		"circuit show /OGYX/000001/ /z":          "[/ZYO /]",
		"circuit show same":                      "[SAME-1]",
		"circuit show provider=kddi /og":         "[]",
		"maintenance list circuit=sa":            "[circuit=SAME-1]",
		"circuit alias /og":                      `["/OGYX/000001/ /ZYO /"]`,
		"circuit connections cid=same":           "[cid=SAME-1]",
		"get-circuit-connections kddi kddi:":     "[kddi:SAME-1]",
		"circuit show " + strings.Repeat("x", 9): "[]",
	} {
		if got := fmt.Sprint(d.Complete(t.Context(), request("", nil), line).Words); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}
