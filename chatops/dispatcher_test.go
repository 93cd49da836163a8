package chatops_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/models"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// journal is a command log in memory.
type journal struct {
	mu       sync.Mutex
	commands []models.ChatCommand
	now      time.Time // zero: noon
	touched  map[string]time.Time
}

func (j *journal) TouchCommands(_ context.Context, ids []string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, id := range ids {
		j.touch(id)
	}
	return nil
}

// touch notes that somebody has a command. mu is held.
func (j *journal) touch(id string) {
	if j.touched == nil {
		j.touched = map[string]time.Time{}
	}
	j.touched[id] = j.now
}

func (j *journal) AcceptCommand(_ context.Context, c models.ChatCommand) (bool, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if c.EventID != "" && slices.ContainsFunc(j.commands, func(o models.ChatCommand) bool { return o.EventID == c.EventID && o.Platform == c.Platform }) {
		return false, nil
	}
	j.commands = append(j.commands, c)
	j.touch(c.ID)
	return true, nil
}

func (j *journal) UpdateCommand(_ context.Context, c models.ChatCommand) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.commands {
		if j.commands[i].ID == c.ID {
			j.commands[i] = c
			j.touch(c.ID)
			return nil
		}
	}
	return fmt.Errorf("command %s: %w", c.ID, models.ErrNotFound)
}

func (j *journal) ReclaimCommands(_ context.Context, platform string, untouched time.Time) ([]models.ChatCommand, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []models.ChatCommand
	for i := range j.commands {
		c := &j.commands[i]
		if c.Platform == platform && c.State != models.ChatAnswered && j.touched[c.ID].Before(untouched) {
			c.Attempts++
			j.touch(c.ID)
			list = append(list, *c)
		}
	}
	return list, nil
}

// some permits everything but the command secretive, which lacks a channel.
type some struct{}

func (some) Grants(context.Context, string) ([]models.Grant, error) {
	grant := func(kind models.GrantKind, command string) models.Grant {
		return models.Grant{Kind: kind, Command: command, Subcommand: models.Any, Value: models.Any}
	}
	return []models.Grant{
		grant(models.GrantOrganization, models.Any), grant(models.GrantUser, models.Any),
		grant(models.GrantChannel, "work"), grant(models.GrantChannel, "ping"),
	}, nil
}

// echo answers with what it was called with.
func echo(name string) func(context.Context, chatops.Call) (chatops.Message, error) {
	return func(_ context.Context, c chatops.Call) (chatops.Message, error) {
		return chatops.Say("%s id=%q period=%q provider=%q", name, c.Arg("id"), c.Arg("period"), c.Args("provider")), nil
	}
}

func commands(hang chan struct{}) []chatops.Command {
	plain := func(name string, role models.Role, run func(context.Context, chatops.Call) (chatops.Message, error)) chatops.Subcommand {
		return chatops.Subcommand{Name: name, Summary: "does " + name, Role: role, Example: "work " + name, Run: run}
	}
	list := plain("list", models.RoleViewer, echo("list"))
	list.Params = []chatops.Param{
		{Name: "period", Summary: "time", Kind: chatops.KindEnum, Values: []string{"today", "RE-SCHEDULED"}},
		{Name: "provider", Summary: "slug", Kind: chatops.KindText, NameOnly: true, Many: true},
	}
	show := plain("show", models.RoleViewer, echo("show"))
	show.Aliases = []string{"status"}
	show.Params = []chatops.Param{{
		Name: "id", Summary: "name", Kind: chatops.KindText, Required: true, Rest: true,
		Options: func(context.Context, chatops.Call) ([]chatops.Option, error) {
			return []chatops.Option{{Value: "one"}}, nil
		},
	}}
	login := plain("log-in", models.RoleViewer, echo("log-in"))
	login.Params = []chatops.Param{{Name: "password", Summary: "secret", Kind: chatops.KindSecret}}
	fail := func(err error) func(context.Context, chatops.Call) (chatops.Message, error) {
		return func(context.Context, chatops.Call) (chatops.Message, error) { return chatops.Message{}, err }
	}
	return []chatops.Command{
		{Name: "work", Summary: "the work", Subcommands: []chatops.Subcommand{
			list, show, login,
			plain("admin", models.RoleAdmin, echo("admin")),
			plain("refuse", models.RoleViewer, fail(models.Invalid("", "there is no such thing; try another"))),
			plain("break", models.RoleViewer, fail(fmt.Errorf("query: %w", errors.New("pq: password CANARY")))),
			plain("panic", models.RoleViewer, func(context.Context, chatops.Call) (chatops.Message, error) { panic("CANARY") }),
			plain("hang", models.RoleViewer, func(context.Context, chatops.Call) (chatops.Message, error) {
				<-hang
				return chatops.Say("too late"), nil
			}),
		}},
		{Name: "secretive", Summary: "not for all", Subcommands: []chatops.Subcommand{plain("go", models.RoleViewer, echo("go"))}},
		{Name: "ping", Summary: "answers", Subcommands: []chatops.Subcommand{plain("", models.RoleViewer, echo("ping"))}},
	}
}

func dispatcher(t *testing.T, log *journal) *chatops.Dispatcher {
	t.Helper()
	hang := make(chan struct{})
	o := chatops.Options{
		Commands: commands(hang), Grants: some{}, RestrictHelp: true, Accounts: chatops.Fixed{Name: "kim", Role: models.RoleViewer, Scope: models.ScopeAll},
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: func() time.Time { return noon }, Deadline: 50 * time.Millisecond,
	}
	if log != nil {
		o.Journal = log
	}
	d, err := chatops.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		close(hang)
		if err := d.Wait(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return d
}

// flat is a message's text in one line.
func flat(m chatops.Message) string {
	var b strings.Builder
	inline := func(in chatops.Inline) {
		for _, s := range in {
			b.WriteString(s.Text)
		}
		b.WriteString(" ")
	}
	inline(chatops.T("%s", m.Heading))
	for _, block := range m.Blocks {
		switch block := block.(type) {
		case chatops.Text:
			inline(block.Inline)
		case chatops.Facts:
			for _, f := range block.Items {
				inline(f.Value)
			}
		case chatops.Table:
			for _, r := range block.Rows {
				for _, c := range r {
					inline(c)
				}
			}
		case chatops.Choices:
			fmt.Fprintf(&b, "choose %s of %v ", block.Field.Name, block.Field.Options)
		case chatops.Form:
			for _, f := range block.Fields {
				fmt.Fprintf(&b, "asks for %s ", f.Name)
			}
		}
	}
	return strings.TrimSpace(b.String())
}

func TestDispatch(t *testing.T) {
	for _, tc := range []struct {
		line   string
		want   string // part of the answer
		failed bool
	}{
		{line: "work list", want: `list id="" period="" provider=[]`},
		{line: "/work list today", want: `period="today"`},
		{line: "/lineman work list today", want: `period="today"`},
		{line: "LINEMAN /WORK LIST TODAY", want: `period="today"`},
		{line: "work-list today provider=zayo,lumen", want: `period="today" provider=["zayo" "lumen"]`},
		{line: "work list rescheduled", want: `period="RE-SCHEDULED"`},
		{line: `work list provider="Level 3"`, want: `provider=["Level 3"]`},
		{line: `work list provider=“Level 3”`, want: `provider=["Level 3"]`},
		{line: "work list tomorrow", want: `period: "tomorrow" is not one of today, RE-SCHEDULED`, failed: true},
		{line: "work list today extra", want: `"extra" is one word too many`, failed: true},
		{line: "work list colour=red", want: `period: "colour=red" is not one of`, failed: true},
		{line: "work list provider=a provider=b", want: "provider: is given twice", failed: true},
		{line: "work show /OGYX/000000/ /ZYO /", want: `id="/OGYX/000000/ /ZYO /"`},
		{line: "work status 10.0.0.0/24", want: `show id="10.0.0.0/24"`},
		{line: `work show id="a b"`, want: `id="a b"`},
		{line: `work show "id=x"`, want: `id="id=x"`},
		{line: "work show don't", want: `id="don't"`},
		{line: "work\u200b show a\x00b\xff\u202e", want: "id=\"ab\ufffd\""},
		{line: `work show "quote \" inside"`, want: `id="quote \" inside"`},
		{line: "work show", want: "choose id of [{one }]"},
		{line: "work show help", want: "usage", failed: false},
		{line: "work", want: "work list [today|RE-SCHEDULED] [provider=]"},
		{line: "work help", want: "work show ID"},
		{line: "work lsit", want: "Did you mean work list?", failed: true},
		{line: "wrok list", want: "Did you mean work?", failed: true},
		{line: "'; DROP TABLE x; --", want: "There is no command", failed: true},
		{line: "ping", want: "ping"},
		{line: "", want: "work the work"},
		{line: "/lineman", want: "work the work"},
		{line: "work admin", want: "needs the role admin", failed: true},
		{line: "secretive go", want: "not permitted for channel C1", failed: true},
		{line: "work refuse", want: "There is no such thing; try another.", failed: true},
		{line: "work break", want: "Something went wrong on lineman's side; try again, or give an administrator the reference R1.", failed: true},
		{line: "work panic", want: "the reference R1.", failed: true},
		{line: "work hang", want: "took longer than 50ms", failed: true},
		{line: strings.Repeat("x", 10_000), want: "longer than 4000 bytes", failed: true},
	} {
		t.Run(tc.line[:min(len(tc.line), 40)], func(t *testing.T) {
			m := dispatcher(t, nil).Dispatch(context.Background(), chatops.Request{ID: "R1", Channel: chatops.Party{ID: "C1"}, Text: tc.line})
			got := flat(m)
			if tc.line == "work show help" {
				tc.want = "work show ID"
			}
			if !strings.Contains(got, tc.want) || m.Failed != tc.failed {
				t.Errorf("failed %v, said %q\nwant %v, %q", m.Failed, got, tc.failed, tc.want)
			}
			if strings.Contains(got, "CANARY") {
				t.Errorf("internals in %q", got)
			}
		})
	}
}

// What is missing is answered with the ticket of the question.
func TestQuestion(t *testing.T) {
	d := dispatcher(t, nil)
	asker := chatops.Request{Platform: "p", Channel: chatops.Party{ID: "C"}, User: chatops.Party{ID: "U"}, Text: "work show"}
	menu, ok := d.Dispatch(context.Background(), asker).Blocks[0].(chatops.Choices)
	if !ok {
		t.Fatal("there is no menu")
	}
	answer := func(change func(r *chatops.Request)) string {
		r := asker
		r.Text, r.Ticket, r.Answers = "", menu.Ticket, map[string]string{"id": "x = 'y'", "other": "z"}
		change(&r)
		return flat(d.Dispatch(context.Background(), r))
	}
	for _, tc := range []struct {
		name   string
		change func(r *chatops.Request)
		want   string
	}{
		{"the asker", func(*chatops.Request) {}, `show id="x = 'y'"`},
		{"the asker again", func(*chatops.Request) {}, `show id="x = 'y'"`},
		{"somebody else", func(r *chatops.Request) { r.User.ID = "V" }, "somebody else's"},
		{"another channel", func(r *chatops.Request) { r.Channel.ID = "D" }, "of another channel"},
		{"another platform", func(r *chatops.Request) { r.Platform = "q" }, "somebody else's"},
		{"a forged ticket", func(r *chatops.Request) { r.Ticket = r.Ticket[:20] + "AAAAAAAAAAA" }, "somebody else's"},
		{"a short ticket", func(r *chatops.Request) { r.Ticket = "u" }, "somebody else's"},
		{"too late", func(r *chatops.Request) { r.At = noon.Add(25 * time.Hour) }, "has expired"},
		{"given up", func(r *chatops.Request) { r.Ticket = menu.Cancel }, "nothing was done"},
	} {
		if got := answer(tc.change); !strings.Contains(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestHelpShowsWhatMayBeRun(t *testing.T) {
	got := flat(dispatcher(t, nil).Dispatch(context.Background(), chatops.Request{Text: ""}))
	if strings.Contains(got, "secretive") || !strings.Contains(got, "work") {
		t.Errorf("help shows %q", got)
	}
	got = flat(dispatcher(t, nil).Dispatch(context.Background(), chatops.Request{Text: "work"}))
	if strings.Contains(got, "admin") {
		t.Errorf("a viewer's help shows %q", got)
	}
}

func TestCommandLog(t *testing.T) {
	var log journal
	d := dispatcher(t, &log)
	for _, line := range []string{"work log-in hunter2", "secretive go", "work refuse", "work break", "help", "work show"} {
		d.Dispatch(context.Background(), chatops.Request{Text: line, Channel: chatops.Party{ID: "C1"}})
	}
	var got []string
	for _, e := range log.commands {
		got = append(got, fmt.Sprint(e.Command, " ", e.Subcommand, " ", e.Outcome, " ", e.Args, e.Line, e.State, " ", e.Principal))
	}
	want := []string{
		"work log-in succeeded map[password:[***]]answered kim", "secretive go blocked map[]answered kim",
		"work refuse failed map[]answered kim", "work break errored map[]answered kim",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestTerminalGrants(t *testing.T) {
	d, err := chatops.New(chatops.Options{
		Commands: commands(nil), Grants: chatops.TerminalGrants{}, Accounts: chatops.Fixed{Name: "kim", Role: models.RoleAdmin},
		Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	local := chatops.Request{Platform: "terminal", Organization: chatops.Party{ID: "terminal"}, Channel: chatops.Party{ID: "local"}, Text: "ping"}
	if got := flat(d.Dispatch(context.Background(), local)); !strings.Contains(got, "ping") {
		t.Errorf("got %q", got)
	}
	other := chatops.Request{Platform: "slack", Organization: chatops.Party{ID: "T1", Name: "ops"}, User: chatops.Party{ID: "U1"}}
	want := "This is not permitted for organization T1 (ops), channel (without an id), user U1; ask an administrator of lineman for a grant."
	for _, text := range []string{"ping", "", "help", "no such command"} {
		other.Text = text
		if got := flat(d.Dispatch(context.Background(), other)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestCheckCommands(t *testing.T) {
	run := func(context.Context, chatops.Call) (chatops.Message, error) { return chatops.Message{}, nil }
	good := chatops.Subcommand{Name: "a", Summary: "s", Role: models.RoleViewer, Example: "x a", Run: run}
	twice := []chatops.Command{{Name: "x", Summary: "s", Subcommands: []chatops.Subcommand{good}}, {Name: "x", Summary: "other", Subcommands: []chatops.Subcommand{good}}}
	if err := chatops.CheckCommands(twice); err == nil || !strings.Contains(err.Error(), `command "x" is provided twice, as "s" and as "other"`) {
		t.Errorf("got %v", err)
	}
	if err := chatops.CheckCommands(twice[:1]); err != nil {
		t.Error(err)
	}
}

func TestQuoteIsReadBack(t *testing.T) {
	for _, word := range []string{"plain", "two words", `"`, `a"b\c`, "it's", "a=b"} {
		got := flat(dispatcher(t, nil).Dispatch(context.Background(), chatops.Request{Text: "work show " + chatops.Quote(word)}))
		if !strings.Contains(got, fmt.Sprintf("id=%q", word)) {
			t.Errorf("%q was read as %s", word, got)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\x1b[31mred\x07":          "a[31mred",
		"exe\u202efdp\u2066x":       "exefdpx",
		"zero\u200bwidth\ufeff":     "zerowidth",
		"line\r\nend\ttab\x00":      "line\nend\ttab",
		"bad \xff\xfe":              "bad \ufffd",
		"Ünïcödé 日本":                "Ünïcödé 日本",
		"para\u2029graph\u0085next": "para\ngraph\nnext",
	} {
		if got := chatops.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
