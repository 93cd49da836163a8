package destination

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/config"
	"lineman/internal/webclient"
	"lineman/models"
	"lineman/notify"
)

// chat posts to a channel or to a user of a chat platform. What happens to one
// maintenance stands in one thread: its root shows the present state and is
// updated in place, or renewed where that is not possible any more.
type chat struct {
	o      Options
	sender platform.Sender
	to     platform.Address
}

func newChat(o Options, s config.Destination) (notify.Destination, error) {
	c := s.Chat
	if (c.Channel == "") == (c.User == "") {
		return nil, errors.New("needs the id of a channel or of a user, and not both")
	}
	for _, sender := range o.Senders {
		if sender.Name() == c.Platform {
			return &chat{o: o, sender: sender, to: platform.Address{Channel: c.Channel, User: c.User}}, nil
		}
	}
	return nil, fmt.Errorf("platform: %q is not configured in chatops.platforms, or cannot be spoken to first", c.Platform)
}

// Deliver posts one parcel. With a head it is a thread: the root first, then
// what happened, under it. When only the first of the two came through, the
// receipt beside the error names the root.
//
// A repeated parcel is looked for by its key, where the platform lets lineman
// look. The courier tries again, so the platform's client does not.
func (c *chat) Deliver(ctx context.Context, p notify.Parcel) (notify.Receipt, error) {
	ctx = webclient.Once(ctx)
	if p.Head == nil {
		at, err := c.post(ctx, p, c.to, p.Message, p.Key)
		if err != nil {
			return notify.Receipt{}, failed(err)
		}
		return notify.Receipt{Posted: written(at)}, nil
	}
	root, err := c.root(ctx, p)
	if err != nil {
		return notify.Receipt{}, failed(err)
	}
	to := platform.Address{Channel: root.Channel, Thread: root.Thread, Loud: p.Root != "" && loud(p)}
	if to.Channel == "" {
		to.User = c.to.User
	}
	at, err := c.post(ctx, p, to, p.Message, p.Key)
	if err != nil {
		return notify.Receipt{Root: written(root)}, failed(err)
	}
	return notify.Receipt{Root: written(root), Posted: written(at)}, nil
}

// loud reports whether what happened is to be seen in the channel as well: a
// reply to what was posted weeks ago is read by nobody in time.
func loud(p notify.Parcel) bool {
	return slices.ContainsFunc(p.Items, func(i notify.Item) bool {
		return i.Delivery.Urgent || i.Event.Is(models.EventRescheduled, models.EventCancelled, models.EventConflict, models.EventReminder,
			models.EventStarted, models.EventOverrun, models.EventOverlapFound, models.EventOverlapWorse)
	})
}

// root makes the root of a thread show the present state.
func (c *chat) root(ctx context.Context, p notify.Parcel) (platform.Posted, error) {
	at, known := read(p.Root)
	if !known {
		return c.post(ctx, p, c.to, *p.Head, p.Key+"-root")
	}
	m, err := c.prepared(ctx, at.Channel, *p.Head)
	if err != nil {
		return platform.Posted{}, err
	}
	updated, err := c.sender.Update(ctx, at, m)
	if errors.Is(err, platform.ErrFixed) {
		return c.post(ctx, p, c.to, *p.Head, p.Key+"-root")
	}
	return updated, err
}

// post sends one message, unless an earlier attempt did. Buttons belong to the
// channel that they stand in; the one of a user is known only after the first
// message, which then gets them.
func (c *chat) post(ctx context.Context, p notify.Parcel, to platform.Address, m chatops.Message, key string) (platform.Posted, error) {
	to.Key = key
	if at, there := c.find(ctx, p, to); there {
		return at, nil
	}
	late := to.Channel == "" && c.o.Buttons != nil && slices.ContainsFunc(m.Blocks, func(b chatops.Block) bool { _, is := b.(chatops.Actions); return is })
	first := m
	if late {
		first.Blocks = slices.DeleteFunc(slices.Clone(m.Blocks), func(b chatops.Block) bool { _, is := b.(chatops.Actions); return is })
	} else {
		var err error
		if first, err = c.prepared(ctx, to.Channel, m); err != nil {
			return platform.Posted{}, err
		}
	}
	at, err := c.sender.Send(ctx, to, first)
	if err != nil || !late || at.Channel == "" {
		return at, err
	}
	if m, err = c.prepared(ctx, at.Channel, m); err != nil {
		return at, nil // it is said; without buttons
	}
	if with, err := c.sender.Update(ctx, at, m); err == nil {
		at = with
	}
	return at, nil
}

// lookBack is how much earlier than a delivery was made its message is looked
// for, since clocks differ.
const lookBack = 5 * time.Minute

// find looks for what an earlier attempt may have sent. In doubt it was not.
func (c *chat) find(ctx context.Context, p notify.Parcel, in platform.Address) (platform.Posted, bool) {
	finder, can := c.sender.(platform.Finder)
	if !p.Repeat || !can || len(p.Items) == 0 {
		return platform.Posted{}, false
	}
	since := p.Items[0].Delivery.CreatedAt
	for _, i := range p.Items {
		if i.Delivery.CreatedAt.Before(since) {
			since = i.Delivery.CreatedAt
		}
	}
	at, there, err := finder.Find(ctx, in, since.Add(-lookBack))
	return at, there && err == nil
}

// buttonsLast is for how long the buttons of an announcement can be used: it
// is often read long before the work.
const buttonsLast = 60 * 24 * time.Hour

// prepared gives the buttons of a message their tickets.
func (c *chat) prepared(ctx context.Context, channel string, m chatops.Message) (chatops.Message, error) {
	if c.o.Buttons == nil {
		return m, nil
	}
	return c.o.Buttons.PrepareLasting(ctx, chatops.Request{Platform: c.sender.Name(), Channel: chatops.Party{ID: channel}, At: c.o.Now()}, m, buttonsLast)
}

// failed says of a platform's error what it means for trying again. What an
// operator can mend is worth it: nothing is lost while a token is exchanged, or
// the bot is not in its channel yet.
func failed(err error) error {
	if s := new(platform.SendError); errors.As(err, &s) {
		f := &notify.Failure{Fatal: s.Fatal && s.Mend == "", After: min(s.Retry, longestWait), Err: s.Err}
		if s.Mend != "" {
			f.Err = fmt.Errorf("%w; %s", s.Err, s.Mend)
		}
		return f
	}
	return &notify.Failure{Err: err}
}

func written(at platform.Posted) string {
	text, err := json.Marshal(at)
	if err != nil { // three strings always can be written
		return ""
	}
	return string(text)
}

func read(text string) (at platform.Posted, known bool) {
	err := json.Unmarshal([]byte(text), &at)
	return at, err == nil && at.Message != ""
}
