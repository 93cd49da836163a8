package chatops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"lineman/models"
)

// The limits of one command.
const (
	DefaultDeadline = 10 * time.Second
	MaxText         = 4000 // bytes of a command line and of each answer
)

// Options are what a Dispatcher is made of.
type Options struct {
	Commands []Command
	Grants   Grants     // nil: nothing is permitted
	Accounts Accounts   // required
	Log      CommandLog // nil: none is kept
	Logger   *slog.Logger
	Now      func() time.Time
	Deadline time.Duration // 0: DefaultDeadline
}

// Dispatcher turns requests into answers. It may be used by many platforms at
// once.
type Dispatcher struct {
	o       Options
	running sync.WaitGroup
}

// New checks the commands and makes a Dispatcher.
func New(o Options) (*Dispatcher, error) {
	if err := CheckCommands(o.Commands); err != nil {
		return nil, err
	}
	if o.Accounts == nil || o.Logger == nil || o.Now == nil {
		return nil, errors.New("a dispatcher needs Accounts, a Logger and Now")
	}
	if o.Deadline <= 0 {
		o.Deadline = DefaultDeadline
	}
	return &Dispatcher{o: o}, nil
}

// Wait returns when no command is running any more, those included that
// outlived their deadline, or when ctx ends.
func (d *Dispatcher) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() { d.running.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for running commands: %w", ctx.Err())
	}
}

// Dispatch answers a request. It always has an answer, and never one with
// internals in it: what went wrong inside is in the log under the request's
// ID.
func (d *Dispatcher) Dispatch(ctx context.Context, r Request) Message {
	if r.ID == "" {
		r.ID = uuid.NewString()[:8]
	}
	if r.At.IsZero() {
		r.At = d.o.Now().UTC()
	}
	if len(r.Text) > MaxText {
		return Problem("That is longer than %d characters; shorten it.", MaxText)
	}
	who, err := d.o.Accounts.Principal(ctx, r)
	if err != nil {
		return d.broken(r, err)
	}
	c := Call{Request: r, Principal: who, Commands: d.visible(ctx, r, who)}
	return d.dispatch(ctx, c, commandLine(Clean(r.Text)))
}

func (d *Dispatcher) dispatch(ctx context.Context, c Call, line []word) Message {
	if len(line) == 0 {
		return Help(c.Commands)
	}
	cmd, rest, found := d.find(line)
	if !found {
		return d.unknownCommand(c, line[0].text)
	}
	sub, rest, found := subcommand(cmd, rest)
	if !found {
		return d.unknownSubcommand(c, cmd, rest)
	}
	if len(rest) == 1 && sub.Name != "" && strings.EqualFold(rest[0].text, "help") {
		return HelpSubcommand(cmd, sub)
	}
	if err := d.permit(ctx, c, cmd, sub); err != nil {
		d.log(ctx, c, cmd, sub, Blocked, err.Error(), 0)
		return Problem("%s", err.Error())
	}
	args, missing, err := arguments(sub, rest, c.Request.Args)
	if err != nil {
		d.log(ctx, c, cmd, sub, Failed, err.Error(), 0)
		return refusal(cmd, sub, err)
	}
	c.args = args
	if len(missing) > 0 {
		return d.ask(ctx, c, cmd, sub, missing)
	}
	return d.run(ctx, c, cmd, sub)
}

// find takes the command from the front of a line. "circuit-show X" is
// "circuit show X" unless a command has that whole name.
func (d *Dispatcher) find(line []word) (Command, []word, bool) {
	name := strings.ToLower(line[0].text)
	if c, ok := byName(d.o.Commands, name); ok {
		return c, line[1:], true
	}
	head, tail, hyphen := strings.Cut(name, "-")
	if c, ok := byName(d.o.Commands, head); ok && hyphen && tail != "" {
		return c, slices.Concat([]word{{text: tail}}, line[1:]), true
	}
	return Command{}, nil, false
}

func byName(commands []Command, name string) (Command, bool) {
	i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == name })
	if i < 0 {
		return Command{}, false
	}
	return commands[i], true
}

// subcommand takes the subcommand from the front of what follows a command.
func subcommand(c Command, rest []word) (Subcommand, []word, bool) {
	if len(rest) > 0 {
		if s, ok := c.Find(rest[0].text); ok && s.Name != "" {
			return s, rest[1:], true
		}
	}
	s, ok := c.Find("")
	return s, rest, ok
}

func (d *Dispatcher) unknownCommand(c Call, typed string) Message {
	var names []string
	for _, cmd := range c.Commands {
		names = append(names, cmd.Name)
	}
	m := Help(c.Commands)
	m.Failed = true
	m.Heading = ""
	m.Blocks = slices.Insert(m.Blocks, 0, Block(unknown("command", typed, nearest(typed, names))))
	return m
}

func (d *Dispatcher) unknownSubcommand(c Call, cmd Command, rest []word) Message {
	if shown, ok := byName(c.Commands, cmd.Name); ok {
		cmd = shown
	}
	m := HelpCommand(cmd)
	if len(rest) == 0 || strings.EqualFold(rest[0].text, "help") {
		return m
	}
	var names []string
	for _, s := range cmd.Subcommands {
		names = append(append(names, s.Name), s.Aliases...)
	}
	near := nearest(rest[0].text, names)
	if near != "" {
		near = cmd.Name + " " + near
	}
	m.Failed, m.Heading = true, ""
	m.Blocks = slices.Insert(m.Blocks, 0, Block(unknown(cmd.Name+" command", rest[0].text, near)))
	return m
}

func unknown(what, typed, near string) Text {
	if len(typed) > 40 {
		typed = typed[:40] + "…"
	}
	text := T("There is no %s %q.", what, CleanLine(typed))
	if near != "" {
		text = Join(text, T(" Did you mean "), C(near), T("?"))
	}
	return Text{text}
}

// permit asks the grants first, then the role. Its error is a sentence for the
// asker.
func (d *Dispatcher) permit(ctx context.Context, c Call, cmd Command, sub Subcommand) error {
	if d.o.Grants == nil {
		return &Denied{Missing: []string{"anybody: no grants are defined"}}
	}
	if err := d.o.Grants.Permit(ctx, c.Request, cmd.Name, sub.Name); err != nil {
		denied := new(Denied)
		if errors.As(err, &denied) {
			return denied
		}
		d.o.Logger.Error("grants could not be read", "request", c.Request.ID, "error", err)
		return refused(fmt.Sprintf("Whether this is permitted could not be found out; try again (reference %s).", c.Request.ID))
	}
	if !c.Principal.Role.Allows(sub.Role) {
		return refused(fmt.Sprintf("This needs the role %s, and %s has the role %s; ask an administrator of lineman.", sub.Role, c.Principal.Name, c.Principal.Role))
	}
	return nil
}

// refused is a sentence for the asker.
type refused string

func (r refused) Error() string { return string(r) }

// visible are the commands with the subcommands that the asker may run.
func (d *Dispatcher) visible(ctx context.Context, r Request, who models.Principal) []Command {
	c := Call{Request: r, Principal: who}
	var list []Command
	for _, cmd := range d.o.Commands {
		cmd.Subcommands = slices.DeleteFunc(slices.Clone(cmd.Subcommands), func(s Subcommand) bool {
			return d.permit(ctx, c, cmd, s) != nil
		})
		if len(cmd.Subcommands) > 0 {
			list = append(list, cmd)
		}
	}
	return list
}

// ask is a form for what is missing.
func (d *Dispatcher) ask(ctx context.Context, c Call, cmd Command, sub Subcommand, missing []Param) Message {
	form := Form{Title: strings.TrimSpace(cmd.Name + " " + sub.Name), Resume: c.Request}
	ctx, cancel := context.WithTimeout(ctx, d.o.Deadline)
	defer cancel()
	for _, p := range missing {
		f := Field{Name: p.Name, Label: p.Summary, Kind: p.Kind, Optional: !p.Required}
		for _, v := range p.Values {
			f.Options = append(f.Options, Option{Value: v})
		}
		if p.Options != nil {
			options, err := p.Options(ctx, c)
			if err != nil {
				return d.broken(c.Request, err)
			}
			f.Options = options
		}
		form.Fields = append(form.Fields, f)
	}
	return Message{Private: true, Blocks: []Block{form}}
}

// run runs the command with a deadline and logs how it ended.
func (d *Dispatcher) run(ctx context.Context, c Call, cmd Command, sub Subcommand) Message {
	started := d.o.Now()
	m, err := d.execute(ctx, c, sub)
	took := d.o.Now().Sub(started)
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		d.log(ctx, c, cmd, sub, Succeeded, "", took)
		return m
	}
	input := new(models.InputError)
	if errors.As(err, &input) {
		d.log(ctx, c, cmd, sub, Failed, err.Error(), took)
		return refusal(cmd, sub, input)
	}
	d.log(ctx, c, cmd, sub, Errored, err.Error(), took)
	if errors.Is(err, context.DeadlineExceeded) {
		d.o.Logger.Warn("command took too long", "request", c.Request.ID, "command", cmd.Name, "subcommand", sub.Name)
		return Problem("This took longer than %s and was stopped; ask for less, or try again (reference %s).", d.o.Deadline, c.Request.ID)
	}
	return d.broken(c.Request, err)
}

// execute runs the command until its deadline. One that does not heed it is
// left to end by itself; see Wait.
func (d *Dispatcher) execute(ctx context.Context, c Call, sub Subcommand) (Message, error) {
	ctx, cancel := context.WithTimeout(ctx, d.o.Deadline)
	defer cancel()
	type result struct {
		m   Message
		err error
	}
	done := make(chan result, 1)
	d.running.Go(func() {
		defer func() {
			if v := recover(); v != nil {
				done <- result{err: fmt.Errorf("panic: %v\n%s", v, debug.Stack())}
			}
		}()
		m, err := sub.Run(ctx, c)
		done <- result{m, err}
	})
	select {
	case got := <-done:
		return got.m, got.err
	case <-ctx.Done():
		return Message{}, ctx.Err()
	}
}

// refusal says what is wrong with the words of a command.
func refusal(cmd Command, sub Subcommand, err error) Message {
	input := new(models.InputError)
	named := errors.As(err, &input) && input.Field != ""
	text := strings.TrimSuffix(err.Error(), ".") + "."
	if first, size := utf8.DecodeRuneInString(text); !named {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	m := Problem("%s", text)
	if named {
		m.Blocks = append(m.Blocks, Text{Join(T("Usage: "), C(usage(cmd, sub)))})
	}
	return m
}

// broken logs what went wrong on our side and says only that it did.
func (d *Dispatcher) broken(r Request, err error) Message {
	d.o.Logger.Error("command failed", "request", r.ID, "platform", r.Platform, "error", err)
	return Problem("Something went wrong on lineman's side; try again, or give an administrator the reference %s.", r.ID)
}

func (d *Dispatcher) log(ctx context.Context, c Call, cmd Command, sub Subcommand, o Outcome, details string, took time.Duration) {
	if d.o.Log == nil {
		return
	}
	args := map[string][]string{}
	for _, p := range sub.Params {
		if v := c.args[p.Name]; len(v) > 0 && p.Kind == KindSecret {
			args[p.Name] = []string{"***"}
		} else if len(v) > 0 {
			args[p.Name] = v
		}
	}
	r := c.Request
	r.Text, r.Args = "", nil
	e := LogEntry{
		Request: r, Principal: c.Principal.Name, Command: cmd.Name, Subcommand: sub.Name,
		Args: args, Outcome: o, Details: details, Started: r.At, Duration: took,
	}
	if err := d.o.Log.LogCommand(ctx, e); err != nil {
		d.o.Logger.Error("command log could not be written", "request", r.ID, "error", err)
	}
}
