package chatops

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"lineman/models"
)

// Turn is a request that was taken in. A platform shows its Answer at once,
// while what opens dialogs still lives; when there is none, it acknowledges
// the request, calls Run, sends what it gives, and calls Answered; or Left,
// when it cannot send it now.
type Turn struct {
	Request   Request  // with its ID
	Answer    *Message // nil: Run gives it
	Duplicate bool     // of an event that was taken in before: there is nothing to do, and no Answer

	d       *Dispatcher
	call    Call
	cmd     Command
	sub     Subcommand
	record  models.ChatCommand
	words   []word // behind the subcommand
	grants  []models.Grant
	started time.Time
}

// Begin takes a request in: who asks, what for, may they, is everything there.
// What is to be run is stored before it returns.
func (d *Dispatcher) Begin(ctx context.Context, r Request) *Turn {
	if r.ID == "" {
		r.ID = strings.ReplaceAll(uuid.NewString(), "-", "")[:12] // unlikely to come twice in millions
	}
	if r.At.IsZero() {
		r.At = d.o.Now().UTC()
	}
	t := &Turn{Request: r, d: d}
	ctx, cancel := context.WithTimeout(ctx, d.o.Deadline)
	defer cancel()
	d.note(ctx, r)
	m, err := t.begin(ctx)
	if err != nil {
		m = d.refusal(r, t.cmd, t.sub, err)
		t.ended(ctx, outcomeOf(err), err)
	}
	if t.Duplicate {
		return t
	}
	if m != nil {
		m.Private = m.Private || d.o.Private
		t.Answer = m
	}
	return t
}

// begin gives the answer where there is one without running the command.
func (t *Turn) begin(ctx context.Context) (*Message, error) {
	d, r := t.d, t.Request
	if len(r.Text) > MaxText {
		return nil, models.Invalid("", "that is longer than %d bytes; shorten it", MaxText)
	}
	line, answers, confirmed := Clean(r.Text), r.Answers, models.Conversation{}
	if r.Ticket != "" {
		c, cancelled, err := d.redeem(ctx, r)
		if err != nil {
			return nil, err
		}
		if cancelled {
			m := Say("Given up; nothing was done.")
			m.Private, m.Replace = true, true
			return &m, nil
		}
		line, answers = c.Line, answered(c, r.Answers)
		if c.Confirm {
			confirmed, answers = c, c.Args // what was confirmed is what is done
		}
	}
	if err := t.identify(ctx); err != nil {
		return nil, err
	}
	if m, done, err := t.choose(line); done {
		return m, err
	}
	return t.arguments(ctx, line, answers, confirmed)
}

func merged(a, b map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range []map[string]string{a, b} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// arguments reads them, asks for what is missing and for the confirmation of a
// write, and stores the command.
func (t *Turn) arguments(ctx context.Context, line string, answers map[string]string, confirmed models.Conversation) (*Message, error) {
	given, err := assign(t.sub, t.rest(line), answers)
	if err != nil {
		return nil, err
	}
	p, err := t.d.read(ctx, t.call, t.sub, given)
	if err != nil {
		return nil, err
	}
	t.call.args = p.args
	if len(p.missing) > 0 || p.unclear != nil {
		m, err := t.d.ask(ctx, t.call, t.cmd, t.sub, p)
		return &m, err
	}
	if t.sub.Writes && confirmed.ID == "" {
		m, err := t.d.confirm(ctx, t.call, t.sub, given)
		return &m, err
	}
	if err := t.accept(ctx); err != nil || t.Duplicate {
		return nil, err
	}
	if confirmed.ID != "" {
		return nil, t.d.o.Conversations.UseConversation(ctx, confirmed.ID, t.d.o.Now().UTC())
	}
	return nil, nil
}

// Run runs the command that Begin stored, with a deadline, and gives its
// answer. Who asks and what they may is looked up again.
func (t *Turn) Run(ctx context.Context) Message {
	d := t.d
	t.started = d.o.Now()
	m, err := t.run(ctx)
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		m, err = d.Prepare(ctx, t.asker(m), m)
	}
	if err != nil {
		m = *d.refusal(t.Request, t.cmd, t.sub, err)
	}
	t.ended(ctx, outcomeOf(err), err)
	m.Private = m.Private || d.o.Private
	return m
}

func (t *Turn) run(ctx context.Context) (Message, error) {
	if err := t.identify(ctx); err != nil {
		return Message{}, err
	}
	if err := t.permit(t.cmd, t.sub); err != nil {
		return Message{}, err
	}
	if t.sub.Writes {
		t.record.State = models.ChatRunning
		if err := t.update(ctx); err != nil {
			return Message{}, fmt.Errorf("note that a command begins: %w", err)
		}
	}
	return t.execute(ctx)
}

// asker is who may use the buttons of an answer: whoever sees it.
func (t *Turn) asker(m Message) Request {
	r := t.Request
	r.At = t.d.o.Now().UTC()
	if !m.Private && !t.d.o.Private {
		r.User = Party{}
	}
	return r
}

// execute runs the command until its deadline. One that does not heed it is
// left to end by itself; see Wait.
func (t *Turn) execute(ctx context.Context) (Message, error) {
	ctx, cancel := context.WithTimeout(ctx, t.d.o.Deadline)
	defer cancel()
	type result struct {
		m   Message
		err error
	}
	done := make(chan result, 1)
	t.d.running.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				done <- result{err: fmt.Errorf("panic: %v\n%s", v, debug.Stack())}
			}
		}()
		m, err := t.sub.Run(ctx, t.call)
		done <- result{m, err}
	})
	select {
	case got := <-done:
		return got.m, got.err
	case <-ctx.Done():
		return Message{}, ctx.Err()
	}
}

// outcomeOf says how a command ended that gave this error.
func outcomeOf(err error) models.ChatOutcome {
	input, refused := new(models.InputError), refused("")
	switch {
	case err == nil:
		return models.ChatSucceeded
	case errors.As(err, &refused):
		return models.ChatBlocked
	case errors.As(err, &input), errors.Is(err, models.ErrUsed), errors.Is(err, errTicket), errors.Is(err, errExpired):
		return models.ChatFailed
	}
	return models.ChatErrored
}

// rest are the words of a line behind its command and subcommand.
func (t *Turn) rest(line string) []word {
	_, rest, _ := t.d.find(commandLine(line))
	_, rest, _ = subcommand(t.cmd, rest)
	return rest
}

func shown(cmd Command, sub Subcommand) string { return strings.TrimSpace(cmd.Name + " " + sub.Name) }
