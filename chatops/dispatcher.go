package chatops

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// The limits of one command.
const (
	DefaultDeadline = 10 * time.Second
	DefaultSession  = 24 * time.Hour
	MaxText         = 4000 // bytes of a command line and of each answer
)

// Options are what a Dispatcher is made of.
type Options struct {
	Commands []Command
	Accounts Accounts // required
	Grants   Grants   // nil: nothing is permitted
	Finder   Finder   // nil: what names a record is passed on as it was written

	Conversations Conversations // nil: a Memory
	Key           []byte        // signs tickets; processes that share Conversations share it. nil: a random one
	OldKeys       [][]byte      // tickets that were signed with one of these are taken too, while keys are exchanged
	Journal       Journal       // nil: no log is kept, and nothing is finished after a crash
	Seen          Seen          // nil: ids are not noted
	Counter       Counter       // nil: nothing is counted

	Logger   *slog.Logger
	Now      func() time.Time
	Random   io.Reader      // nil: crypto/rand
	Zone     *time.Location // in which times without a zone are read; nil: UTC
	Deadline time.Duration  // of one command; 0: DefaultDeadline
	Session  time.Duration  // how long buttons, menus and forms can be used; 0: DefaultSession

	RestrictHelp bool // help lists only what the asker may run
	Private      bool // every answer is for whoever asked alone
}

// Dispatcher turns requests into answers. It may be used by many platforms at
// once.
type Dispatcher struct {
	o       Options
	running sync.WaitGroup
	seen    seen
	begun   begun
}

// New checks the commands and makes a Dispatcher.
func New(o Options) (*Dispatcher, error) {
	if err := CheckCommands(o.Commands); err != nil {
		return nil, err
	}
	if o.Accounts == nil || o.Logger == nil || o.Now == nil {
		return nil, errors.New("a dispatcher needs Accounts, a Logger and Now")
	}
	if o.Conversations == nil {
		o.Conversations = &Memory{}
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if len(o.Key) == 0 {
		o.Key = make([]byte, 32)
		if _, err := io.ReadFull(o.Random, o.Key); err != nil {
			return nil, err
		}
	}
	if o.Deadline <= 0 {
		o.Deadline = DefaultDeadline
	}
	if o.Session <= 0 {
		o.Session = DefaultSession
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
		return errors.Join(errors.New("commands are still running"), ctx.Err())
	}
}

// Dispatch answers a request at once: Begin, Run and Answered, for a platform
// that has nothing to acknowledge.
func (d *Dispatcher) Dispatch(ctx context.Context, r Request) Message {
	t := d.Begin(ctx, r)
	if t.Answer != nil {
		return *t.Answer
	}
	m := t.Run(ctx)
	t.Answered(ctx)
	return m
}
