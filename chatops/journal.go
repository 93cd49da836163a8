package chatops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
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

// Left says that this process does no more for the request, which was not
// answered: Recover finishes it.
func (t *Turn) Left() { t.d.begun.remove(t.record.ID) }

// Answered says that the answer of Run was sent, or never can be.
func (t *Turn) Answered(ctx context.Context) {
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

// Untouched is how long a command that is not answered is left to the process
// that took it in.
const Untouched = 30 * time.Second

// attempts bounds how often a command is begun.
const attempts = 3

// Recover finishes what a crash interrupted on a platform: it runs commands
// that only read again, says of those that write how far they are known to
// have come, and hands each answer to send. An error of send is for the next
// time.
func (d *Dispatcher) Recover(ctx context.Context, platform string, send func(ctx context.Context, r Request, m Message) error) error {
	if d.o.Journal == nil {
		return nil
	}
	left, err := d.o.Journal.ReclaimCommands(ctx, platform, d.o.Now().UTC().Add(-Untouched))
	if err != nil {
		return fmt.Errorf("find interrupted commands: %w", err)
	}
	for _, c := range left {
		if d.begun.has(c.ID) {
			continue // this process is still at it
		}
		t := d.resume(c)
		var m Message
		switch {
		case c.Attempts > attempts, t.sub.Run == nil, c.Line == "":
			m = Problem("This was interrupted and could not be finished; write it again (reference %s).", c.ID)
		case t.sub.Writes && c.State == models.ChatRan:
			m = Say("This was done, but its answer was lost (reference %s).", c.ID)
		case t.sub.Writes && c.State == models.ChatRunning:
			m = Problem("This was interrupted while it ran: look whether it was done before you repeat it (reference %s).", c.ID)
		default:
			m = t.again(ctx)
		}
		if err := send(ctx, t.Request, m); err != nil {
			d.o.Logger.Warn("an interrupted command could not be answered", "request", c.ID, "error", err)
			if c.Attempts <= attempts {
				continue
			}
		}
		t.Answered(ctx)
	}
	return nil
}

func (d *Dispatcher) resume(c models.ChatCommand) *Turn {
	t := &Turn{d: d, record: c, Request: Request{
		ID: c.ID, EventID: c.EventID, Platform: c.Platform, Organization: c.Organization, Channel: c.Channel, User: c.User,
		Direct: c.Direct, Thread: c.Thread, Text: c.Line, Reply: c.Reply, At: c.Received,
	}}
	t.cmd, _ = byName(d.o.Commands, c.Command)
	t.sub, _ = t.cmd.Find(c.Subcommand)
	t.call.Shown = shown(t.cmd, t.sub)
	return t
}

// again runs a command that was accepted, and confirmed where it writes, by a
// process that is gone.
func (t *Turn) again(ctx context.Context) Message {
	err := t.identify(ctx)
	if err == nil {
		t.words = t.rest(t.Request.Text)
		var given map[string]string
		if given, err = assign(t.sub, t.words, nil); err == nil {
			var p parsed
			if p, err = t.d.read(ctx, t.call, t.sub, given); err == nil {
				t.call.args = p.args
				return t.Run(ctx)
			}
		}
	}
	return *t.d.refusal(t.Request, t.cmd, t.sub, err)
}
