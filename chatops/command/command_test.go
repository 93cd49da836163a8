package command_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/chatops/platform"
	"lineman/models"
)

var update = flag.Bool("update", false, "write the golden files")

func options(r *memory) command.Options {
	return command.Options{Reader: r, Writer: r, Review: pile{r}, Now: func() time.Time { return noon }, Version: "1.2.3"}
}

func dispatcher(t *testing.T, r *memory, scope models.Scope) *chatops.Dispatcher {
	t.Helper()
	return dispatcherOf(t, r, options(r), models.Principal{Name: "kim", Role: models.RoleAdmin, Scope: scope})
}

func dispatcherOf(t *testing.T, r *memory, o command.Options, who models.Principal) *chatops.Dispatcher {
	t.Helper()
	d, err := chatops.New(chatops.Options{
		Commands: command.All(o), Grants: chatops.TerminalGrants{}, Finder: command.NewFinder(r), Accounts: chatops.Fixed(who),
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: o.Now, Zone: o.Zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func ask(t *testing.T, d *chatops.Dispatcher, line string) (string, chatops.Message) {
	t.Helper()
	m := d.Dispatch(context.Background(), chatops.Request{
		ID: "R1", Platform: chatops.PlatformTerminal, Text: line, User: chatops.Party{ID: "kim"},
		Organization: chatops.Party{ID: chatops.OrganizationTerminal}, Channel: chatops.Party{ID: chatops.ChannelLocal},
	})
	text, err := platform.All()[0].Render(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), m
}

// TestCommands walks the list: every subcommand is declared in full, has help,
// and answers an error of what it reads with one sentence and no internals.
func TestCommands(t *testing.T) {
	commands := command.All(options(sample()))
	if err := chatops.CheckCommands(commands); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		for _, s := range c.Subcommands {
			name := strings.TrimSpace(c.Name + " " + s.Name)
			t.Run(name, func(t *testing.T) {
				if got, _ := ask(t, dispatcher(t, sample(), models.ScopeAll), "help "+name); !strings.Contains(strings.Join(strings.Fields(got), " "), s.Summary) {
					t.Errorf("help says\n%s", got)
				}
				if !strings.HasPrefix(s.Example, name) {
					t.Errorf("the example %q is of another command", s.Example)
				}
				if got, m := ask(t, dispatcher(t, sample(), models.ScopeAll), s.Example); m.Failed && !strings.Contains(got, "There is no") {
					t.Errorf("the example fails: %s", got)
				}
				broken := sample()
				broken.err = errors.New("pq: password authentication failed CANARY")
				got, m := ask(t, dispatcher(t, broken, models.ScopeAll), s.Example)
				reads := c.Name != "help" && c.Name != "about" && c.Name != "whoami" && c.Name != "clear"
				if reads && (!m.Failed || strings.Count(strings.TrimSpace(got), "\n") > 1 || !strings.Contains(got, "R1")) || strings.Contains(got, "CANARY") {
					t.Errorf("with a broken database it says\n%s", got)
				}
			})
		}
		got, m := ask(t, dispatcher(t, sample(), models.ScopeAll), c.Name+" nonsense")
		if _, direct := c.Find(""); !direct && (!m.Failed || !strings.Contains(got, `There is no `+c.Name+` command "nonsense"`)) {
			t.Errorf("%s nonsense: %s", c.Name, got)
		}
	}
}

func TestAnswers(t *testing.T) {
	slug := regexp.MustCompile(`[^a-z0-9]+`)
	for _, line := range []string{
		"maintenance list", "maintenance list active", "maintenance list today", "maintenance list week", "maintenance list upcoming",
		"maintenance list provider=kddi impact=outage", "maintenance list status=completed,tentative", "maintenance list provider=nobody",
		"maintenance show ZAYO-ttn-0000000001", "maintenance show id-SOON", "maintenance show TTN-0000", "maintenance show", "maintenance shwo x",
		"circuit show /OGYX/000001/ /ZYO /", "circuit status same-1", "circuit show SAME-1 provider=kddi", "circuit show LOST-1", "circuit show nothing",
		"circuit list", "circuit list provider=zayo", "circuit list type=transit site=OSLO", "circuit list type=nonsense", "circuit connections zayo:same-1", "circuit shwo",
		"maintenance list site=oslo circuit=kddi:SAME-1", "maintenance list circuit=LOST-1", "maintenance list page=2", "maintenance list format=csv", "maintenance list site=Berlim",
		"maintenance history zayo-TTN-0000000001", "maintenance history zayo-TTN-0000000001 page=2", "maintenance history zayo-FAR", "maintenance show TTN-0000000002",
		"maintenance overlap", "maintenance overlap Berlin", "maintenance overlap site=Oslo", "maintenance sources",
		"maintenance whatif berlin tomorrow +30h", "maintenance whatif Berlin 22:00 21:00", "maintenance whatif Tokyo tomorrow +30h", "maintenance whatif berlin tomorrow +30h circuit=zayo:SAME-1",
		"provider list", "provider show KDDI 東京", "provider show zajo", "get-circuits", "get-circuits location berlin", "get-circuits all", "nautobot get-circuits provider zayo",
		"nautobot-get-circuit-providers", "get-circuit-connections", "get-circuit-connections kddi", "get-circuit-connections kddi SAME-1", "clear",
		"maintenance ack zayo-FAR", "maintenance note zayo-FAR told the customers, all of them", "maintenance set zayo-FAR", "maintenance set zayo-FAR status=cancelled start=\"2026-03-22 13:00\" impact=outage",
		"maintenance set kddi-NIGHTS start=22:00", "maintenance set kddi-NIGHTS end=23:00 window=2", "circuit alias kddi:SAME-1 SAME-ONE", "circuit alias SAME-1 SAME-ONE",
		"maintenance review", "maintenance review reason=unknown-provider", "maintenance review " + halfRead, "maintenance review " + stranger, "maintenance review nothing",
		"maintenance create PHONE-1 start=\"2026-03-05 22:00\" end=\"2026-03-05 23:00\" provider=zayo circuit=SAME-1", "maintenance create PHONE-1 start=\"2026-03-05 22:00\" end=\"2026-03-05 21:00\"",
		"help", "help maintenance", "help maintenance list", "help nonsense", "about", "whoami",
	} {
		t.Run(line, func(t *testing.T) {
			got, _ := ask(t, dispatcher(t, sample(), models.ScopeAll), line)
			golden(t, strings.Trim(slug.ReplaceAllString(strings.ToLower(line), "-"), "-"), "> "+line+"\n\n"+got)
		})
	}
}

// The scope of whoever asks goes into every read.
func TestScope(t *testing.T) {
	narrow := models.Scope{Tenants: []string{"carriers"}}
	for _, line := range []string{"maintenance list week", "maintenance show id-FAR", "maintenance show none", "circuit show SAME-1 provider=zayo", "circuit list", "circuit show LOST-1", "maintenance show"} {
		r := sample()
		ask(t, dispatcher(t, r, narrow), line)
		if len(r.scopes) == 0 {
			t.Errorf("%s read nothing", line)
		}
		for _, s := range r.scopes {
			if diff := cmp.Diff(narrow, s); diff != "" {
				t.Errorf("%s read with another scope:\n%s", line, diff)
			}
		}
	}
	if got, _ := ask(t, dispatcher(t, sample(), narrow), "provider list"); strings.Contains(got, "kddi") || !strings.Contains(got, "zayo") {
		t.Errorf("a narrow scope sees\n%s", got)
	}
}

// Days begin at midnight in the zone of display.
func TestToday(t *testing.T) {
	r := sample()
	o := options(r)
	o.Zone = time.FixedZone("UTC+13", 13*3600) // noon is 01:00 there: SOON, 30 h later, is tomorrow; NIGHTS' second night is today
	d := dispatcherOf(t, r, o, models.Principal{Role: models.RoleViewer, Scope: models.ScopeAll})
	got, _ := ask(t, d, "maintenance list today provider=kddi")
	if !strings.Contains(got, "kddi-NIGHTS") || strings.Contains(got, "kddi-SOON") {
		t.Errorf("today is\n%s", got)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
