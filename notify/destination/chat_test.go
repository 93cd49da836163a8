package destination_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
)

// recorder is a platform that remembers what it was told.
type recorder struct {
	said  []string
	errs  []error // of the calls, in order; nil and what is beyond: none
	calls int
	fixed bool // no message can be changed
}

func (r *recorder) Name() string                  { return "recorder" }
func (r *recorder) Run(ctx context.Context) error { <-ctx.Done(); return nil }

func (r *recorder) next() error {
	r.calls++
	if r.calls <= len(r.errs) {
		return r.errs[r.calls-1]
	}
	return nil
}

func buttons(m chatops.Message) (list []string) {
	for _, b := range m.Blocks {
		if a, is := b.(chatops.Actions); is {
			for _, one := range a.Buttons {
				list = append(list, one.Ticket)
			}
		}
	}
	return list
}

func (r *recorder) Send(_ context.Context, to platform.Address, m chatops.Message) (platform.Posted, error) {
	if err := r.next(); err != nil {
		return platform.Posted{}, err
	}
	at := platform.Posted{Channel: to.Channel, Message: fmt.Sprint("m", r.calls), Thread: to.Thread}
	if to.Channel == "" {
		at.Channel = "D" + to.User
	}
	if at.Thread == "" {
		at.Thread = at.Message
	}
	r.said = append(r.said, fmt.Sprintf("send to %s%s/%s: %s %v", to.Channel, to.User, to.Thread, m.Heading, buttons(m)))
	return at, nil
}

func (r *recorder) Update(_ context.Context, at platform.Posted, m chatops.Message) (platform.Posted, error) {
	if r.fixed {
		return platform.Posted{}, fmt.Errorf("gone: %w", platform.ErrFixed)
	}
	if err := r.next(); err != nil {
		return platform.Posted{}, err
	}
	r.said = append(r.said, fmt.Sprintf("update %s/%s: %s %v", at.Channel, at.Message, m.Heading, buttons(m)))
	return at, nil
}

// tickets names the channel that a button is for.
type tickets struct{ err error }

func (p tickets) PrepareLasting(_ context.Context, r chatops.Request, m chatops.Message, _ time.Duration) (chatops.Message, error) {
	blocks := make([]chatops.Block, len(m.Blocks))
	for i, b := range m.Blocks {
		blocks[i] = b
		if a, is := b.(chatops.Actions); is {
			var list []chatops.Button
			for _, one := range a.Buttons {
				one.Ticket = r.Platform + ":" + r.Channel.ID
				list = append(list, one)
			}
			blocks[i] = chatops.Actions{Buttons: list}
		}
	}
	m.Blocks = blocks
	return m, p.err
}

func channel(t *testing.T, s platform.Sender) notify.Destination {
	t.Helper()
	o := options()
	o.Senders, o.Buttons = []platform.Sender{s}, tickets{}
	return made(t, o, config.Destination{Chat: config.ChatDestination{Platform: "recorder", Channel: "C1"}})
}

func TestThread(t *testing.T) {
	s := &recorder{}
	d := channel(t, s)
	p := about(work(), models.EventNew)
	first, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.Root, p.Message.Heading, p.Head.Heading = first.Root, "moved", "present state"
	second, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if second.Root != first.Root || second.Posted == first.Posted {
		t.Errorf("the receipts are %+v and %+v", first, second)
	}
	s.fixed = true
	p.Message.Heading, p.Head.Heading = "cancelled", "present state 2"
	third, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if third.Root == first.Root {
		t.Error("a root that cannot be changed was not renewed")
	}
	p.Head, p.Root, p.Grouped, p.Message.Heading = nil, "", true, "many"
	fourth, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if fourth.Root != "" {
		t.Errorf("a group has the root %s", fourth.Root)
	}
	want := []string{
		"send to C1/: zayo-TTN-0001 CONFIRMED []", "send to C1/m1: zayo-TTN-0001: new [recorder:C1]",
		"update C1/m1: present state []", "send to C1/m1: moved [recorder:C1]",
		"send to C1/: present state 2 []", "send to C1/m5: cancelled [recorder:C1]",
		"send to C1/: many [recorder:C1]",
	}
	if diff := cmp.Diff(want, s.said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A thread whose root came through and whose message did not goes on under that
// root.
func TestThreadBroken(t *testing.T) {
	s := &recorder{errs: []error{nil, errors.New("down")}}
	d := channel(t, s)
	p := about(work(), models.EventNew)
	r, err := d.Deliver(t.Context(), p)
	if err == nil || r.Root == "" {
		t.Fatalf("%+v, %v: want a root and an error", r, err)
	}
	p.Root = r.Root
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"send to C1/: zayo-TTN-0001 CONFIRMED []",
		"update C1/m1: zayo-TTN-0001 CONFIRMED []", "send to C1/m1: zayo-TTN-0001: new [recorder:C1]",
	}
	if diff := cmp.Diff(want, s.said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The buttons of a direct message belong to a channel that is known only once
// it was sent.
func TestDirect(t *testing.T) {
	s := &recorder{}
	o := options()
	o.Senders, o.Buttons = []platform.Sender{s}, tickets{}
	d := made(t, o, config.Destination{Chat: config.ChatDestination{Platform: "recorder", User: "U1"}})
	p := about(work(), models.EventNew)
	p.Head = nil
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	want := []string{"send to U1/: zayo-TTN-0001: new []", "update DU1/m1: zayo-TTN-0001: new [recorder:DU1]"}
	if diff := cmp.Diff(want, s.said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
