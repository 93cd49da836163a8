package chatops

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// Untouched is how long a command that is not answered is left to the process
// that took it in.
const Untouched = 30 * time.Second

// Touch says, for all processes that share the journal, that this one still has
// what it took in and did not answer yet. It is to be called more often than
// Untouched, or others take it over.
func (d *Dispatcher) Touch(ctx context.Context) error {
	if d.o.Journal == nil {
		return nil
	}
	if err := d.o.Journal.TouchCommands(ctx, d.begun.all()); err != nil {
		return fmt.Errorf("hold the commands that are not answered yet: %w", err)
	}
	return nil
}

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
	if err := d.Touch(ctx); err != nil {
		return err
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
		d.begun.add(c.ID)
		var m Message
		switch {
		case c.State == models.ChatAsked && c.Attempts <= attempts:
			m = t.askAgain(ctx)
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
				t.Left()
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

// askAgain answers what was answered at once by a process that is gone. What
// was refused or incomplete then may be a command by now.
func (t *Turn) askAgain(ctx context.Context) Message {
	r := t.Request
	r.ID, r.EventID = "", "" // those of the first time are taken
	again := t.d.Begin(ctx, r)
	if again.Answer != nil {
		return *again.Answer
	}
	defer again.Answered(ctx)
	return again.Run(ctx)
}
