package chatops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// recovered is what a dispatcher says of what another one left.
func recovered(t *testing.T, d *chatops.Dispatcher) []string {
	t.Helper()
	var said []string
	err := d.Recover(context.Background(), "terminal", func(_ context.Context, r chatops.Request, m chatops.Message) error {
		said = append(said, r.Reply+": "+flat(m))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// event is a request that is answered somewhere else than in its
// acknowledgement.
func event(id, text string) chatops.Request {
	r := terminal(text)
	r.EventID, r.Reply = id, "there"
	return r
}

// However long an answer takes to be sent, no other process gives it while this
// one says that it is at it.
func TestTouch(t *testing.T) {
	l, one := newLedger(t)
	other := l.dispatcher(t, nil)
	after := func(d time.Duration) {
		l.now = l.now.Add(d)
		l.journal.now = l.now
	}
	after(0)
	turn := one.Begin(context.Background(), event("E1", "line plan now"))
	turn.Run(context.Background())
	for range 4 {
		after(20 * time.Second)
		if err := one.Touch(context.Background()); err != nil {
			t.Fatal(err)
		}
		if said := recovered(t, other); len(said) > 0 {
			t.Fatalf("another process said %q", said)
		}
	}
	after(chatops.Untouched + time.Second) // the process is gone
	if said := recovered(t, other); len(said) != 1 || !strings.HasPrefix(said[0], "there: 2026-03-01") {
		t.Errorf("the other process said %q", said)
	}
	after(chatops.Untouched + time.Second)
	if said := recovered(t, other); len(said) > 0 {
		t.Errorf("and again %q", said)
	}
}

// What was answered at once, and whose answer a crash lost, is answered by the
// next process; nothing is written that was not confirmed.
func TestLater(t *testing.T) {
	for _, tc := range []struct {
		text, want string
		outcome    models.ChatOutcome
	}{
		{"", "there: Commands line lines", models.ChatNoCommand},
		{"nonsense", `there: There is no command "nonsense"`, models.ChatNoCommand},
		{"line write", "there: asks for circuit", models.ChatNoCommand},
		{"line write 200 x", "there: This will run line write circuit=zayo/200 text=x", models.ChatNoCommand},
		{"line write 999 x", `there: circuit: there is no circuit "999"`, models.ChatFailed},
	} {
		t.Run(tc.text, func(t *testing.T) {
			l, one := newLedger(t)
			turn := one.Begin(context.Background(), event("E1", tc.text))
			if turn.Answer == nil {
				t.Fatal("it is not answered at once")
			}
			turn.Later(context.Background())
			l.journal.now = noon.Add(-time.Minute) // when the dead process last said something
			l.journal.touch(turn.Request.ID)
			l.journal.now = noon
			next := l.dispatcher(t, nil)
			if said := recovered(t, next); len(said) != 1 || !strings.HasPrefix(said[0], tc.want) || len(l.written) > 0 {
				t.Errorf("said %q, written %q", said, l.written)
			}
			if c := l.journal.commands[0]; c.State != models.ChatAnswered || c.Outcome != tc.outcome || c.Line != "" || c.Reply != "" {
				t.Errorf("the journal has %+v", c)
			}
			if again := next.Begin(context.Background(), event("E1", tc.text)); again.Answer != nil {
				if again.Later(context.Background()); !again.Duplicate {
					t.Error("the same event is answered again")
				}
			}
		})
	}
}

// An answer that was sent leaves nothing to be done.
func TestLaterAnswered(t *testing.T) {
	l, d := newLedger(t)
	turn := d.Begin(context.Background(), event("E1", "help me"))
	turn.Later(context.Background())
	turn.Answered(context.Background())
	if c := l.journal.commands; len(c) != 1 || c[0].State != models.ChatAnswered || c[0].Line != "" {
		t.Errorf("the journal has %+v", c)
	}
}

// What can be asked again by its button, and what may hold a secret, is not
// stored.
func TestLaterKeepsNoSecret(t *testing.T) {
	l, d := newLedger(t)
	question := d.Dispatch(context.Background(), terminal("line write 200 x"))
	press := pressed(buttons(question)["Cancel"])
	press.Reply = "there"
	var log journal
	login := dispatcher(t, &log)
	for _, turn := range []*chatops.Turn{
		d.Begin(context.Background(), press),
		d.Begin(context.Background(), event("E2", strings.Repeat("x", chatops.MaxText+1))),
		login.Begin(context.Background(), event("E3", "work log-in hunter2 too many")),
	} {
		if turn.Answer == nil {
			t.Fatal("it is not answered at once")
		}
		turn.Later(context.Background())
		turn.Answered(context.Background())
	}
	for _, c := range append(l.journal.commands, log.commands...) {
		if c.Line != "" || c.State != models.ChatAnswered || strings.Contains(c.Details, "hunter2") {
			t.Errorf("the journal has %+v", c)
		}
	}
}
