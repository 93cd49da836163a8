package chatops_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// ledger is a place where commands of these tests write, and what decides
// about them.
type ledger struct {
	written []string
	role    models.Role
	grants  []models.Grant
	journal journal
	now     time.Time
}

func (l *ledger) Principal(context.Context, chatops.Request) (models.Principal, error) {
	return models.Principal{Name: "kim", Role: l.role, Scope: models.ScopeAll}, nil
}

func (l *ledger) Grants(context.Context, string) ([]models.Grant, error) { return l.grants, nil }

// Find knows two circuits of one name and one of another.
func (l *ledger) Find(_ context.Context, _ chatops.Call, _ chatops.Kind, text string) ([]chatops.Option, error) {
	all := map[string][]chatops.Option{
		"100":      {{Value: "zayo/100", Label: "100 of Zayo"}, {Value: "lumen/100", Label: "100 of Lumen"}},
		"zayo/100": {{Value: "zayo/100"}}, "lumen/100": {{Value: "lumen/100"}}, "200": {{Value: "zayo/200"}}, "zayo/200": {{Value: "zayo/200"}},
	}
	return all[strings.ToLower(text)], nil
}

func (l *ledger) commands() []chatops.Command {
	write := func(_ context.Context, c chatops.Call) (chatops.Message, error) {
		l.written = append(l.written, c.Arg("circuit")+" "+c.Arg("text"))
		return chatops.Say("written %s", c.Arg("circuit")), nil
	}
	say := func(_ context.Context, c chatops.Call) (chatops.Message, error) {
		return chatops.Say("%s %s %d %s", c.Time("start").Format(time.RFC3339), c.Duration("for"), c.Int("count", 7), c.Arg("address")), nil
	}
	return []chatops.Command{{Name: "line", Summary: "lines", Subcommands: []chatops.Subcommand{
		{
			Name: "write", Summary: "writes", Role: models.RoleOperator, Writes: true, Example: "line write 200 text", Run: write,
			Params: []chatops.Param{
				{Name: "circuit", Summary: "circuit", Kind: chatops.KindCircuit, Required: true},
				{Name: "text", Summary: "what", Kind: chatops.KindText, Required: true, Rest: true, After: "circuit"},
			},
		},
		{
			Name: "plan", Summary: "tells times", Role: models.RoleViewer, Example: "line plan now", Run: say,
			Params: []chatops.Param{
				{Name: "start", Summary: "start", Kind: chatops.KindTime},
				{Name: "for", Summary: "length", Kind: chatops.KindDuration},
				{Name: "count", Summary: "count", Kind: chatops.KindInt, Min: 1, Max: 9, NameOnly: true},
				{Name: "address", Summary: "address", Kind: chatops.KindIP, NameOnly: true},
			},
		},
		{
			Name: "list", Summary: "lists", Role: models.RoleViewer, Example: "line list",
			Params: []chatops.Param{{Name: "circuit", Summary: "circuits", Kind: chatops.KindCircuit, Many: true, NameOnly: true}},
			Run: func(_ context.Context, c chatops.Call) (chatops.Message, error) {
				return chatops.Say("listed %s", c.Again(nil)), nil
			},
		},
	}}}
}

func newLedger(t *testing.T) (*ledger, *chatops.Dispatcher) {
	t.Helper()
	l := &ledger{role: models.RoleOperator, now: noon}
	l.grants, _ = chatops.TerminalGrants{}.Grants(context.Background(), "")
	return l, l.dispatcher(t, nil)
}

func (l *ledger) dispatcher(t *testing.T, kept chatops.Conversations) *chatops.Dispatcher {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d, err := chatops.New(chatops.Options{
		Commands: l.commands(), Accounts: l, Grants: l, Finder: l, Journal: &l.journal, Conversations: kept, Key: []byte("key"),
		Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return l.now }, Zone: zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func terminal(text string) chatops.Request {
	return chatops.Request{Platform: "terminal", Organization: chatops.Party{ID: "terminal"}, Channel: chatops.Party{ID: "local"}, User: chatops.Party{ID: "kim"}, Text: text}
}

func pressed(ticket string) chatops.Request {
	r := terminal("")
	r.Ticket = ticket
	return r
}

// buttons are the tickets of a message's buttons by their labels.
func buttons(m chatops.Message) map[string]string {
	tickets := map[string]string{}
	for _, b := range m.Blocks {
		if a, is := b.(chatops.Actions); is {
			for _, button := range a.Buttons {
				tickets[button.Label] = button.Ticket
			}
		}
	}
	return tickets
}

// A write is done once, after it was confirmed, and as it was shown.
func TestConfirm(t *testing.T) {
	l, d := newLedger(t)
	question := d.Dispatch(context.Background(), terminal("line write 200 it's done"))
	if len(l.written) > 0 || !strings.Contains(flat(question), `line write circuit=zayo/200 text="it's done"`) {
		t.Fatalf("before the confirmation %q was written; asked %q", l.written, flat(question))
	}
	confirm := pressed(buttons(question)["Confirm"])
	confirm.Answers = map[string]string{"text": "something else"}
	if got := flat(d.Dispatch(context.Background(), confirm)); !strings.Contains(got, "written zayo/200") {
		t.Errorf("got %q", got)
	}
	if got := flat(d.Dispatch(context.Background(), confirm)); !strings.Contains(got, "confirmed already") {
		t.Errorf("the second time: %q", got)
	}
	if got := fmt.Sprint(l.written); got != "[zayo/200 it's done]" {
		t.Errorf("written %s", got)
	}
}

func TestConfirmGivenUp(t *testing.T) {
	l, d := newLedger(t)
	question := d.Dispatch(context.Background(), terminal("line write 200 x"))
	if got := flat(d.Dispatch(context.Background(), pressed(buttons(question)["Cancel"]))); !strings.Contains(got, "nothing was done") || len(l.written) > 0 {
		t.Errorf("got %q, written %q", got, l.written)
	}
}

// Who may no more is refused when the command runs, not only when it is taken in.
func TestRightsAreAskedAgain(t *testing.T) {
	for name, take := range map[string]func(l *ledger){
		"grant": func(l *ledger) { l.grants = nil },
		"role":  func(l *ledger) { l.role = models.RoleViewer },
	} {
		t.Run(name, func(t *testing.T) {
			l, d := newLedger(t)
			question := d.Dispatch(context.Background(), terminal("line write 200 x"))
			turn := d.Begin(context.Background(), pressed(buttons(question)["Confirm"]))
			if turn.Answer != nil {
				t.Fatalf("answered %q", flat(*turn.Answer))
			}
			take(l)
			if got := turn.Run(context.Background()); !got.Failed || len(l.written) > 0 {
				t.Errorf("got %q, written %q", flat(got), l.written)
			}
			if got := l.journal.commands[0].Outcome; got != models.ChatBlocked {
				t.Errorf("outcome %s", got)
			}
		})
	}
}

func TestUnclearRecordIsAskedBack(t *testing.T) {
	l, d := newLedger(t)
	menu, ok := d.Dispatch(context.Background(), terminal("line write 100 hello")).Blocks[0].(chatops.Choices)
	if !ok || len(menu.Field.Options) != 2 {
		t.Fatalf("no menu of two: %+v", menu)
	}
	r := pressed(menu.Ticket)
	r.Answers = map[string]string{"circuit": "lumen/100"}
	question := d.Dispatch(context.Background(), r)
	d.Dispatch(context.Background(), pressed(buttons(question)["Confirm"]))
	if got := fmt.Sprint(l.written); got != "[lumen/100 hello]" {
		t.Errorf("written %s", got)
	}
}

// Of several values only the one that is unclear is asked back, one after the
// other, and a long menu goes on being about it.
func TestUnclearAmongSeveral(t *testing.T) {
	_, d := newLedger(t)
	m := d.Dispatch(context.Background(), terminal(`line list circuit="200, 100 ,lumen/100"`))
	menu, ok := m.Blocks[0].(chatops.Choices)
	if !ok {
		t.Fatalf("no menu: %q", flat(m))
	}
	more := pressed(menu.Ticket)
	more.Offset = 1
	menu, ok = d.Dispatch(context.Background(), more).Blocks[0].(chatops.Choices)
	if !ok || menu.Offset != 1 || len(menu.Field.Options) != 2 {
		t.Fatalf("the menu goes on with %+v", menu)
	}
	r := pressed(menu.Ticket)
	r.Answers = map[string]string{"circuit": "zayo/100"}
	if got := flat(d.Dispatch(context.Background(), r)); got != "listed line list circuit=zayo/200,zayo/100,lumen/100" {
		t.Errorf("got %q", got)
	}
	menu = d.Dispatch(context.Background(), terminal("line list circuit=100,200,100")).Blocks[0].(chatops.Choices)
	r = pressed(menu.Ticket)
	r.Answers = map[string]string{"circuit": "lumen/100"}
	if got := flat(d.Dispatch(context.Background(), r)); got != "listed line list circuit=lumen/100,zayo/200,lumen/100" {
		t.Errorf("the same twice: %q", got)
	}
}

// While keys are exchanged, buttons of both are taken, and new ones are signed
// with the new key.
func TestOldKeys(t *testing.T) {
	_, d := newLedger(t)
	m := d.Dispatch(context.Background(), terminal("line write"))
	ticket := m.Blocks[0].(chatops.Form).Ticket
	for name, tc := range map[string]struct {
		keys []string
		want string
	}{
		"the key alone":        {[]string{"key"}, "expired"}, // its conversations are its own here
		"beside the new one":   {[]string{"new", "key"}, "expired"},
		"exchanged":            {[]string{"new"}, "somebody else's"},
		"the new one, at last": {[]string{"new", "newer"}, "somebody else's"},
	} {
		o := chatops.Options{
			Commands: commands(nil), Accounts: chatops.Fixed{}, Key: []byte(tc.keys[0]), Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon },
		}
		for _, k := range tc.keys[1:] {
			o.OldKeys = append(o.OldKeys, []byte(k))
		}
		one, err := chatops.New(o)
		if err != nil {
			t.Fatal(err)
		}
		if got := flat(one.Dispatch(context.Background(), pressed(ticket))); !strings.Contains(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// What waits for another parameter is asked for after it.
func TestQuestionsInTheirOrder(t *testing.T) {
	_, d := newLedger(t)
	first := d.Dispatch(context.Background(), terminal("line write"))
	if got := flat(first); got != "asks for circuit" {
		t.Fatalf("first %q", got)
	}
	r := pressed(first.Blocks[0].(chatops.Form).Ticket)
	r.Answers = map[string]string{"circuit": "200"}
	if got := flat(d.Dispatch(context.Background(), r)); got != "asks for text" {
		t.Errorf("then %q", got)
	}
}

// A platform that repeats an event gets it done once.
func TestRepeatedEvent(t *testing.T) {
	l, d := newLedger(t)
	question := d.Dispatch(context.Background(), terminal("line write 200 x"))
	r := pressed(buttons(question)["Confirm"])
	r.EventID = "E1"
	first, second := d.Begin(context.Background(), r), d.Begin(context.Background(), r)
	if first.Duplicate || first.Answer != nil || !second.Duplicate || second.Answer != nil {
		t.Fatalf("first %+v, second %+v", first.Duplicate, second.Duplicate)
	}
	first.Run(context.Background())
	first.Answered(context.Background())
	if len(l.written) != 1 || len(l.journal.commands) != 1 || l.journal.commands[0].State != models.ChatAnswered {
		t.Errorf("written %q, log %+v", l.written, l.journal.commands)
	}
}

func TestTypedValues(t *testing.T) {
	_, d := newLedger(t) // it is 13:00 in Berlin
	for _, tc := range []struct {
		line   string
		want   string
		failed bool
	}{
		{line: `line plan "2026-07-01 22:00" 90m`, want: "2026-07-01T20:00:00Z 1h30m0s 7"},
		{line: `line plan 2026-03-02 1d12h`, want: "2026-03-01T23:00:00Z 36h0m0s 7"},
		{line: `line plan 2026-07-01T22:00:00+09:00`, want: "2026-07-01T13:00:00Z"},
		{line: `line plan "2026-07-01 22:00 UTC"`, want: "2026-07-01T22:00:00Z"},
		{line: `line plan 22:15`, want: "2026-03-01T21:15:00Z"},
		{line: `line plan tomorrow`, want: "2026-03-01T23:00:00Z"},
		{line: `line plan now`, want: "2026-03-01T12:00:00Z"},
		{line: `line plan -2h`, want: "2026-03-01T10:00:00Z"},
		{line: `line plan +1w`, want: "2026-03-08T12:00:00Z"},
		{line: `line plan "2026-03-29 02:30"`, want: `"2026-03-29 02:30" does not exist in Europe/Berlin`, failed: true},
		{line: `line plan "2026-10-25 02:30"`, want: `"2026-10-25 02:30" happens twice in Europe/Berlin`, failed: true},
		{line: `line plan "2026-10-25 02:30 UTC"`, want: "2026-10-25T02:30:00Z"},
		{line: `line plan 2026-02-30`, want: "is no time", failed: true},
		{line: `line plan soon`, want: `start: "soon" is no time`, failed: true},
		{line: `line plan now 5`, want: `for: "5" is no length of time`, failed: true},
		{line: `line plan count=5 address=2001:DB8::0:1`, want: "5 2001:db8::1"},
		{line: `line plan count=12`, want: "count: 12 is out of range; write a number from 1 to 9", failed: true},
		{line: `line plan count=five`, want: "is no whole number", failed: true},
		{line: `line plan address=300.1.1.1`, want: "is no IP address", failed: true},
		{line: `line write 999 x`, want: `there is no circuit "999"`, failed: true},
	} {
		m := d.Dispatch(context.Background(), terminal(tc.line))
		if got := flat(m); !strings.Contains(got, tc.want) || m.Failed != tc.failed {
			t.Errorf("%s: failed %v, %q\nwant %q", tc.line, m.Failed, got, tc.want)
		}
	}
}

// What a crash left is finished where that is safe, and said where it is not.
func TestRecover(t *testing.T) {
	base := models.ChatCommand{Platform: "terminal", Organization: chatops.Party{ID: "terminal"}, Channel: chatops.Party{ID: "local"}, Reply: "there", Attempts: 1, Received: noon.Add(-time.Minute)}
	read := func(c models.ChatCommand) models.ChatCommand {
		c.Command, c.Subcommand, c.Line = "line", "plan", "line plan start=2026-03-01T12:00:00Z"
		return c
	}
	write := func(c models.ChatCommand) models.ChatCommand {
		c.Command, c.Subcommand, c.Line = "line", "write", "line write circuit=zayo/200 text=x"
		return c
	}
	state := func(s models.ChatState, c models.ChatCommand) models.ChatCommand { c.State = s; return c }
	late := func(c models.ChatCommand) models.ChatCommand { c.Attempts = 3; return c }
	for _, tc := range []struct {
		name    string
		left    models.ChatCommand
		want    string
		written int
	}{
		{"a read that was accepted", state(models.ChatAccepted, read(base)), "2026-03-01T12:00:00Z", 0},
		{"a read that ran", state(models.ChatRan, read(base)), "2026-03-01T12:00:00Z", 0},
		{"a write that was confirmed and not begun", state(models.ChatAccepted, write(base)), "written zayo/200", 1},
		{"a write that was begun", state(models.ChatRunning, write(base)), "look whether it was done", 0},
		{"a write that was done", state(models.ChatRan, write(base)), "This was done", 0},
		{"one that stops us each time", state(models.ChatAccepted, late(read(base))), "could not be finished", 0},
		{"a command that is gone", state(models.ChatAccepted, models.ChatCommand{Platform: "terminal", Command: "gone", Line: "gone", Attempts: 1, Received: base.Received}), "could not be finished", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, d := newLedger(t)
			tc.left.ID = "R1"
			l.journal.commands = []models.ChatCommand{tc.left}
			var said string
			err := d.Recover(context.Background(), "terminal", func(_ context.Context, r chatops.Request, m chatops.Message) error {
				said += r.Reply + " " + flat(m)
				return nil
			})
			if err != nil || !strings.Contains(said, tc.want) || len(l.written) != tc.written {
				t.Errorf("said %q, written %q, %v; want %q", said, l.written, err, tc.want)
			}
			if c := l.journal.commands[0]; c.State != models.ChatAnswered || c.Reply != "" {
				t.Errorf("left %+v", c)
			}
		})
	}
}

// Buttons of a public answer are for everybody in the channel, and expire.
func TestPreparedButtons(t *testing.T) {
	l, d := newLedger(t)
	m := chatops.Message{Blocks: []chatops.Block{chatops.Actions{Buttons: []chatops.Button{{Label: "plan", Command: "line plan now"}}}}}
	prepared, err := d.Prepare(context.Background(), chatops.Request{Platform: "terminal", Channel: chatops.Party{ID: "local"}}, m)
	if err != nil {
		t.Fatal(err)
	}
	r := pressed(buttons(prepared)["plan"])
	r.User.ID = "anybody"
	if got := flat(d.Dispatch(context.Background(), r)); !strings.Contains(got, "2026-03-01T12:00:00Z") {
		t.Errorf("got %q", got)
	}
	l.now = noon.Add(chatops.DefaultSession)
	if got := flat(d.Dispatch(context.Background(), r)); !strings.Contains(got, "has expired") {
		t.Errorf("too late: %q", got)
	}
	if len(r.Ticket) > 64 || strings.ContainsAny(r.Ticket, " |:/+=") {
		t.Errorf("ticket %q", r.Ticket)
	}
}
