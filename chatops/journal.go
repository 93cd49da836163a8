package chatops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lineman/models"
)

// entry is the record of a command as it is known now.
func (t *Turn) entry() models.ChatCommand {
	r := t.Request
	c := models.ChatCommand{
		ID: r.ID, Platform: r.Platform, EventID: r.EventID, Organization: r.Organization, Channel: r.Channel, User: r.User,
		Thread: r.Thread, Direct: r.Direct, Principal: t.call.Principal.Name,
		Command: t.cmd.Name, Subcommand: t.sub.Name, Args: map[string][]string{},
		Reply: r.Reply, State: models.ChatAccepted, Attempts: 1, Outcome: models.ChatUnknown, Received: r.At,
	}
	secret := false
	for _, p := range t.sub.Params {
		v := t.call.args[p.Name]
		if len(v) > 0 && p.Kind == KindSecret {
			v, secret = []string{"***"}, true
		}
		if len(v) > 0 {
			c.Args[p.Name] = v
		}
	}
	if !secret {
		c.Line = t.call.Again(nil)
	}
	return c
}

// accept stores a command before it is acknowledged.
func (t *Turn) accept(ctx context.Context) error {
	t.record = t.entry()
	if t.d.o.Journal == nil {
		return nil
	}
	fresh, err := t.d.o.Journal.AcceptCommand(ctx, t.record)
	if err != nil {
		t.record = models.ChatCommand{}
		return fmt.Errorf("store a command: %w", err)
	}
	t.Duplicate = !fresh
	if fresh {
		t.d.begun.add(t.record.ID)
	}
	return nil
}

// ended notes how a command ended, whether it was run or not. What was no
// command is not noted.
func (t *Turn) ended(ctx context.Context, o models.ChatOutcome, err error) {
	if t.Duplicate || t.cmd.Name == "" && o != models.ChatBlocked {
		return
	}
	stored := t.record.ID != ""
	if !stored {
		t.record = t.entry()
	}
	t.record.Outcome = o
	if err != nil {
		t.record.Details = err.Error()
	}
	if !t.started.IsZero() {
		now := t.d.o.Now()
		t.record.Waited, t.record.RunTime = t.started.Sub(t.record.Received), now.Sub(t.started)
	}
	if t.d.o.Counter != nil {
		t.d.o.Counter.CountCommand(t.Request.Platform, t.cmd.Name, t.sub.Name, o, t.record.RunTime)
	}
	if t.d.o.Journal == nil {
		return
	}
	switch {
	case stored && !t.started.IsZero():
		t.record.State = models.ChatRan
		if !t.sub.Writes {
			return // stored with its answer: until then it may as well be run again
		}
		err = t.update(ctx)
	case stored:
		t.finish()
		err = t.update(ctx)
	default:
		t.finish()
		var fresh bool
		fresh, err = t.d.o.Journal.AcceptCommand(ctx, t.record)
		t.Duplicate = err == nil && !fresh
	}
	if err != nil {
		t.d.o.Logger.Error("command log could not be written", "request", t.Request.ID, "error", err)
	}
}

func (t *Turn) update(ctx context.Context) error {
	if t.d.o.Journal == nil {
		return nil
	}
	return t.d.o.Journal.UpdateCommand(ctx, t.record)
}

// Later stores that the Answer is not in the acknowledgement and is sent behind
// it: when the process dies before Answered, Recover asks the same again. That
// of a button or a menu is not stored, since it can be used again; nor is one
// with a secret. It may find that another process takes care of the event:
// Duplicate says so.
func (t *Turn) Later(ctx context.Context) {
	r := t.Request
	if t.d.o.Journal == nil || t.Answer == nil || r.Ticket != "" || len(r.Text) > MaxText || takesSecret(t.sub) {
		return
	}
	stored := t.record.ID != ""
	if !stored {
		t.record = t.entry()
		t.record.Outcome = models.ChatNoCommand
	}
	t.record.State, t.record.Line, t.record.Reply = models.ChatAsked, Clean(r.Text), r.Reply
	var err error
	if stored {
		err = t.update(ctx)
	} else {
		var fresh bool
		fresh, err = t.d.o.Journal.AcceptCommand(ctx, t.record)
		t.Duplicate = err == nil && !fresh
	}
	if err != nil || t.Duplicate {
		t.record = models.ChatCommand{}
	}
	if err != nil {
		t.d.o.Logger.Warn("an answer could not be stored before it is sent", "request", r.ID, "error", err)
		return
	}
	t.d.begun.add(t.record.ID)
}

func takesSecret(sub Subcommand) bool {
	return slices.ContainsFunc(sub.Params, func(p Param) bool { return p.Kind == KindSecret })
}

// Left says that this process does no more for the request, which was not
// answered: Recover finishes it.
func (t *Turn) Left() { t.d.begun.remove(t.record.ID) }

// Answered says that the answer was sent, or never can be.
func (t *Turn) Answered(ctx context.Context) {
	if t.record.ID == "" {
		return
	}
	defer t.Left()
	t.finish()
	if err := t.update(context.WithoutCancel(ctx)); err != nil {
		t.d.o.Logger.Error("command log could not be written", "request", t.Request.ID, "error", err)
	}
}

// finish leaves of the record what the log keeps.
func (t *Turn) finish() {
	t.record.State, t.record.Line, t.record.Reply = models.ChatAnswered, "", ""
}

// refusal says what an error is to the asker; what went wrong inside is in the
// log under the request's ID alone.
func (d *Dispatcher) refusal(r Request, cmd Command, sub Subcommand, err error) *Message {
	var m Message
	input, no := new(models.InputError), refused("")
	switch {
	case errors.As(err, &no):
		m = Problem("%s", string(no))
	case errors.As(err, &input):
		m = wrong(cmd, sub, input)
	case errors.Is(err, models.ErrUsed):
		m = Problem("This was confirmed already; nothing more was done.")
	case errors.Is(err, errTicket):
		m = Problem("This button, menu or form is somebody else's, or of another channel; write the command yourself.")
	case errors.Is(err, errExpired):
		m = Problem("This has expired; write the command again.")
	case errors.Is(err, context.DeadlineExceeded):
		d.o.Logger.Warn("command took too long", "request", r.ID, "command", cmd.Name, "subcommand", sub.Name)
		m = Problem("This took longer than %s and was stopped; ask for less, or try again (reference %s).", d.o.Deadline, r.ID)
	case errors.Is(err, context.Canceled):
		d.o.Logger.Info("command stopped", "request", r.ID, "command", cmd.Name, "subcommand", sub.Name)
		m = Problem("This was stopped before it was done.")
	default:
		d.o.Logger.Error("command failed", "request", r.ID, "platform", r.Platform, "error", err)
		m = Problem("Something went wrong on lineman's side; try again, or give an administrator the reference %s.", r.ID)
	}
	return &m
}

// wrong says what is wrong with the words of a command.
func wrong(cmd Command, sub Subcommand, input *models.InputError) Message {
	text := strings.TrimSuffix(input.Error(), ".") + "."
	if first, size := utf8.DecodeRuneInString(text); input.Field == "" {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	m := Problem("%s", text)
	m.Field = input.Field
	if input.Field != "" && cmd.Name != "" {
		m.Blocks = append(m.Blocks, Text{Join(T("Usage: "), C(usage(cmd, sub)))})
	}
	return m
}
