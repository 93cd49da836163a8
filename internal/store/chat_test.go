package store_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/chatops/platform"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// talk is a chat over a store, for somebody.
type talk struct {
	t *testing.T
	d *chatops.Dispatcher
	o command.Options
}

func newTalk(t *testing.T, s *store.Store, who models.Principal) talk {
	t.Helper()
	o := command.Options{Reader: s, Writer: s, Now: func() time.Time { return day }}
	d, err := chatops.New(chatops.Options{
		Commands: command.All(o), Grants: chatops.TerminalGrants{}, Finder: command.NewFinder(s), Accounts: chatops.Fixed(who),
		Logger: slog.New(slog.DiscardHandler), Now: o.Now, Key: []byte("key"),
	})
	ok(t, err)
	return talk{t, d, o}
}

func (k talk) request() chatops.Request {
	return chatops.Request{
		ID: "R1", Platform: chatops.PlatformTerminal, User: chatops.Party{ID: "kim"},
		Organization: chatops.Party{ID: chatops.OrganizationTerminal}, Channel: chatops.Party{ID: chatops.ChannelLocal},
	}
}

// ask gives all that an answer to a line says, files and menus included, and
// what Confirm leads to.
func (k talk) ask(line string) string {
	k.t.Helper()
	r := k.request()
	r.Text = line
	m := k.d.Dispatch(context.Background(), r)
	text := said(k.t, m)
	for _, b := range m.Blocks {
		if a, is := b.(chatops.Actions); is && a.Buttons[0].Label == "Confirm" {
			r := k.request()
			r.Ticket = a.Buttons[0].Ticket
			text += said(k.t, k.d.Dispatch(context.Background(), r))
		}
	}
	return text
}

func said(t *testing.T, m chatops.Message) string {
	t.Helper()
	drawn, err := platform.All()[0].Render(m)
	ok(t, err)
	text := string(drawn)
	for _, b := range m.Blocks {
		switch b := b.(type) {
		case chatops.File:
			text += string(b.Bytes)
		case chatops.Choices:
			text += fmt.Sprint(b.Field.Options)
		case chatops.Form:
			text += fmt.Sprint(b.Fields)
		}
	}
	return strings.Join(strings.Fields(text), " ")
}

// twoWorlds has one of everything for each of two tenants, in one store; no
// record of one touches a record of the other. Each name holds its tenant's
// mark.
func twoWorlds(t *testing.T, s *store.Store) {
	t.Helper()
	b := newBench(t, s)
	_, err := s.ImportProviders(ctx, []models.ProviderRow{
		{Line: 2, Slug: "redcarrier", Name: "Redcarrier", Emails: []string{"noc@redmail.example"}, Tenant: "red"},
		{Line: 3, Slug: "bluecarrier", Name: "Bluecarrier", Emails: []string{"noc@bluemail.example"}, Tenant: "blue"},
	})
	ok(t, err)
	_, err = s.ImportSites(ctx, []models.SiteRow{
		{Line: 2, Name: "Redtown", Region: "Redland", Tenant: "red"}, {Line: 3, Name: "Redburg", Tenant: "red"},
		{Line: 4, Name: "Bluetown", Region: "Blueland", Tenant: "blue"}, {Line: 5, Name: "Blueburg", Tenant: "blue"},
	})
	ok(t, err)
	for _, c := range []string{"red", "blue"} {
		place := strings.ToUpper(c[:1]) + c[1:]
		circuits(t, s,
			models.CircuitRow{CID: c + "-1", Provider: c + "carrier", Type: c + "type", SiteA: place + "town", SiteZ: place + "burg", Tenant: c, Description: c + "line"},
			models.CircuitRow{CID: c + "-2", Provider: c + "carrier", Type: c + "type", SiteA: place + "town", SiteZ: place + "burg", Tenant: c},
			models.CircuitRow{CID: "SAME", Provider: c + "carrier", Type: c + "type", SiteA: place + "burg", Tenant: c},
		)
		p := provider(t, s, c+"carrier")
		for n, id := range []string{"M1", "M2"} {
			b.receive(p, with(notice(p, c+id, 1, c+"-1", c+"-2", c+"-lost"), func(m *models.Notice) {
				m.Summary, m.Account = c+"work", c+"account"
				m.Windows[0].Start = m.Windows[0].Start.Add(time.Duration(n) * time.Minute)
			}))
		}
	}
	_, err = s.SweepFindings(ctx)
	ok(t, err)
}

// TestChatShowsOnlyTheScope walks every command with every parameter, as
// somebody who sees one of two tenants, with names of both: nothing of the
// other one is in any answer, menu, count, file, completion or sentence, and
// what is asked of the other's records reads as if they were not there.
func TestChatShowsOnlyTheScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		twoWorlds(t, s)
		for _, mine := range []string{"red", "blue"} {
			other := map[string]string{"red": "blue", "blue": "red"}[mine]
			k := newTalk(t, s, models.Principal{Name: "kim", Role: models.RoleAdmin, Scope: models.Scope{Tenants: []string{mine}}})
			for _, line := range leakLines(k.o, mine, other) {
				got := strings.ToLower(k.ask(line.words))
				if line.value != "" && !strings.Contains(got, "there is no") && !strings.Contains(got, "one word too many") {
					t.Errorf("%s: %s is told\n%s", line.words, mine, got)
				}
				// What was typed is said back in quotes, and nothing beside it.
				rest := strings.ReplaceAll(got, `"`+strings.ToLower(line.value)+`"`, "")
				if strings.Contains(rest, other) {
					t.Errorf("%s: %s is told\n%s", line.words, mine, got)
				}
			}
			for _, line := range []string{"provider show ", "maintenance list provider=", "maintenance list site=", "maintenance overlap ", "get-circuits type ", "maintenance show ", "get-circuit-connections ", "circuit list type="} {
				got := k.d.Complete(context.Background(), k.request(), line)
				if words := strings.ToLower(strings.Join(got.Words, " ")); strings.Contains(words, other) || !strings.Contains(words, mine) {
					t.Errorf("%q is completed by %s", line, words)
				}
			}
			if got := k.ask("provider list"); !strings.HasPrefix(got, "1 provider ") {
				t.Errorf("%s counts\n%s", mine, got)
			}
			if got := k.ask("circuit list"); !strings.HasPrefix(got, "3 circuits ") {
				t.Errorf("%s counts\n%s", mine, got)
			}
			if got := k.ask("circuit show SAME"); strings.Contains(got, "needs cid") {
				t.Errorf("%s is asked which circuit, where it sees one\n%s", mine, got)
			}
		}
		for _, name := range []string{"redcarrier-redM1", "bluecarrier-blueM1"} {
			if d := detail(t, s, name); d.Ack != nil && d.Ack.Author != "kim" {
				t.Errorf("%s was written by %s", name, d.Ack.Author)
			}
		}
	})
}

// leakLine is a command line; value is the name of the other's in it.
type leakLine struct{ words, value string }

// leakLines are all commands with nothing, and with each parameter set to
// names of one's own, of the other, and near to the other's.
func leakLines(o command.Options, mine, other string) []leakLine {
	place := func(c, what string) string { return strings.ToUpper(c[:1]) + c[1:] + what }
	values := func(kind chatops.Kind, c string) []string {
		switch kind {
		case chatops.KindProvider:
			return []string{c + "carrier", place(c, "carrier"), c + "carrie"}
		case chatops.KindSite:
			return []string{place(c, "town"), c + "town", place(c, "tow")}
		case chatops.KindMaintenance:
			return []string{c + "carrier-" + c + "M1", c + "M1", c + "carrier-" + c + "M"}
		case chatops.KindCircuit:
			return []string{c + "-1", c + "carrier:" + c + "-1", c + "carrier:SAME", c + "-lost", c + "-"}
		}
		return nil
	}
	var lines []leakLine
	for _, c := range command.All(o) {
		for _, s := range c.Subcommands {
			name := strings.TrimSpace(c.Name + " " + s.Name)
			lines = append(lines, leakLine{name, ""})
			required := map[string]string{}
			for _, p := range s.Params {
				if p.Required {
					v := append(values(p.Kind, mine), map[chatops.Kind]string{chatops.KindTime: "+20h", chatops.KindText: mine + "type", chatops.KindEnum: "type"}[p.Kind])
					required[p.Name] = v[0]
				}
				if p.Name == "end" {
					required[p.Name] = "+40h"
				}
				if p.Name == "status" && s.Writes {
					required[p.Name] = "cancelled"
				}
			}
			for _, p := range s.Params {
				all := append(values(p.Kind, mine), values(p.Kind, other)...)
				if p.Name == "type" || p.Name == "filter-value" {
					all = []string{mine + "type", other + "type", other + "typ"}
				}
				for _, v := range all {
					if p.Name == "cid" && s.Name == "set" || p.Name == "alias" {
						continue // words that are written, and name nothing
					}
					line := name
					for r, text := range required {
						if r != p.Name {
							line += " " + r + "=" + chatops.Quote(text)
						}
					}
					theirs := ""
					if strings.Contains(strings.ToLower(v), other) {
						theirs = v
					}
					lines = append(lines, leakLine{line + " " + p.Name + "=" + chatops.Quote(v), theirs})
				}
			}
			if len(required) > 0 {
				continue
			}
			lines = append(lines, leakLine{name + " format=csv", ""})
		}
	}
	return lines
}

// TestFoundAgain: what the Finder gives for a name is found by itself, alone.
func TestFoundAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		twoWorlds(t, s)
		_, err := s.ImportAliases(ctx, []models.AliasRow{{Line: 2, Provider: "redcarrier", Alias: "Other/1", CID: "red-1"}})
		ok(t, err)
		circuits(t, s, models.CircuitRow{CID: "redcarrier:blue-1", Provider: "bluecarrier"})
		sites(t, s, "REDTOWN")
		f := command.NewFinder(s)
		c := chatops.NewCall(chatops.Request{}, models.Principal{Scope: models.ScopeAll}, nil)
		k := must2(s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{CID: "red-2"}))[0]
		site := must2(s.FindSites(ctx, models.ScopeAll, models.SiteFilter{Names: []string{"Redburg"}}))[0]
		m := detail(t, s, "redcarrier-redM1")
		for _, test := range []struct {
			kind chatops.Kind
			text string
			want string
		}{
			{chatops.KindProvider, "REDCARRIER", "redcarrier"}, {chatops.KindProvider, provider(t, s, "redcarrier").ID, "redcarrier"},
			{chatops.KindSite, "redtown", "REDTOWN Redtown"}, {chatops.KindSite, "Redtown", "Redtown"}, {chatops.KindSite, site.ID, "Redburg"},
			{chatops.KindMaintenance, "redm1", "redcarrier-redM1"}, {chatops.KindMaintenance, "REDCARRIER-REDM1", "redcarrier-redM1"}, {chatops.KindMaintenance, m.ID, "redcarrier-redM1"},
			{chatops.KindCircuit, "RED-1", "redcarrier:red-1"}, {chatops.KindCircuit, "other/1", "redcarrier:red-1"}, {chatops.KindCircuit, k.ID, "redcarrier:red-2"},
			{chatops.KindCircuit, "same", "bluecarrier:SAME redcarrier:SAME"}, {chatops.KindCircuit, "red-lost", "red-lost"},
			{chatops.KindCircuit, "redcarrier:blue-1", "bluecarrier:redcarrier:blue-1"},
		} {
			options, err := f.Find(ctx, c, test.kind, test.text)
			ok(t, err)
			value := func(o chatops.Option) string { return o.Value }
			if got := strings.Join(texts(options, value), " "); got != test.want {
				t.Errorf("%s %q is %q, want %q", test.kind, test.text, got, test.want)
			}
			for _, o := range options {
				again, err := f.Find(ctx, c, test.kind, o.Value)
				if err != nil || len(again) != 1 || again[0].Value != o.Value {
					t.Errorf("%s %q is found again as %v %v", test.kind, o.Value, again, err)
				}
			}
		}
	})
}
