package chatops

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"lineman/models"
)

// Conversations keeps what buttons, menus and forms go on with.
type Conversations interface {
	// KeepConversations stores these, and may forget those that have expired.
	KeepConversations(ctx context.Context, list []models.Conversation) error
	// Conversation reads one; models.ErrNotFound when it is not there.
	Conversation(ctx context.Context, id string) (models.Conversation, error)
	// UseConversation marks one as used, and is models.ErrUsed for all callers
	// but the first one.
	UseConversation(ctx context.Context, id string, at time.Time) error
}

// Tickets are the keys to conversations that the outside gets: one letter for
// what it is bound to, the conversation's id, and a signature over them and
// what they are bound to, 31 characters of the base64url alphabet in all. The
// letter in capitals gives the conversation up instead of going on.
const (
	forUser    = "u" // the user in the channel
	forChannel = "c" // whoever is in the channel
	idBytes    = 12
	signBytes  = 10
)

var base64url = base64.RawURLEncoding

// errTicket is an answer for whoever shows a ticket that is none, or that is
// somebody else's: the two are not told apart.
var errTicket = errors.New("not a ticket of this user in this channel")

// errExpired is an answer for a ticket whose conversation is not kept any more.
var errExpired = errors.New("the conversation has expired")

// sign is the ticket of a conversation.
func (d *Dispatcher) sign(c models.Conversation) string {
	letter := forUser
	if c.User == "" {
		letter = forChannel
	}
	return letter + c.ID + signature(d.o.Key, letter, c.ID, c.Platform, c.Channel, c.User)
}

func signature(key []byte, letter, id, platform, channel, user string) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range []string{letter, id, platform, channel, user} {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return base64url.EncodeToString(mac.Sum(nil)[:signBytes])
}

// giveUp is the ticket that cancels what this one goes on with.
func giveUp(ticket string) string { return strings.ToUpper(ticket[:1]) + ticket[1:] }

// redeem finds the conversation of a request's ticket; cancelled when the
// ticket gives it up.
func (d *Dispatcher) redeem(ctx context.Context, r Request) (c models.Conversation, cancelled bool, err error) {
	idLength := base64url.EncodedLen(idBytes)
	if len(r.Ticket) != 1+idLength+base64url.EncodedLen(signBytes) {
		return models.Conversation{}, false, errTicket
	}
	letter := strings.ToLower(r.Ticket[:1])
	id, signed := r.Ticket[1:1+idLength], r.Ticket[1+idLength:]
	user := r.User.ID
	if letter == forChannel {
		user = ""
	}
	good := false
	for _, key := range append([][]byte{d.o.Key}, d.o.OldKeys...) {
		good = hmac.Equal([]byte(signature(key, letter, id, r.Platform, r.Channel.ID, user)), []byte(signed)) || good
	}
	if letter != forUser && letter != forChannel || !good {
		return models.Conversation{}, false, errTicket
	}
	c, err = d.o.Conversations.Conversation(ctx, id)
	if errors.Is(err, models.ErrNotFound) || err == nil && !r.At.Before(c.Expires) {
		return models.Conversation{}, false, errExpired
	}
	return c, letter != r.Ticket[:1], err
}

// newConversation is one for whoever made this request, or for everybody in
// its channel.
func (d *Dispatcher) newConversation(r Request, line string, args map[string]string) (models.Conversation, error) {
	b := make([]byte, idBytes)
	if _, err := io.ReadFull(d.o.Random, b); err != nil {
		return models.Conversation{}, fmt.Errorf("make the id of a conversation: %w", err)
	}
	return models.Conversation{
		ID: base64url.EncodeToString(b), Platform: r.Platform, Channel: r.Channel.ID, User: r.User.ID,
		Line: line, Args: args, Expires: r.At.Add(d.o.Session),
	}, nil
}

// PrepareLasting is Prepare for what people may read long after it was sent: its
// buttons can be used for this long, and no shorter than others.
func (d *Dispatcher) PrepareLasting(ctx context.Context, r Request, m Message, lasting time.Duration) (Message, error) {
	return d.prepare(ctx, r, m, max(lasting, d.o.Session))
}

// Prepare gives every button of a message that has none its ticket, so that it
// can be sent to this channel and used by whoever is in it. Only Platform,
// Channel, User and At of r are looked at; with a User the buttons are theirs
// alone.
func (d *Dispatcher) Prepare(ctx context.Context, r Request, m Message) (Message, error) {
	return d.prepare(ctx, r, m, d.o.Session)
}

func (d *Dispatcher) prepare(ctx context.Context, r Request, m Message, lasting time.Duration) (Message, error) {
	if r.At.IsZero() {
		r.At = d.o.Now().UTC()
	}
	var made []models.Conversation
	blocks := make([]Block, len(m.Blocks))
	for i, b := range m.Blocks {
		actions, is := b.(Actions)
		if !is {
			blocks[i] = b
			continue
		}
		buttons := make([]Button, len(actions.Buttons))
		for j, button := range actions.Buttons {
			if button.Ticket == "" {
				c, err := d.newConversation(r, button.Command, nil)
				if err != nil {
					return Message{}, err
				}
				c.Expires = r.At.Add(lasting)
				made = append(made, c)
				button.Ticket = d.sign(c)
			}
			buttons[j] = button
		}
		blocks[i] = Actions{Buttons: buttons}
	}
	if len(made) == 0 {
		return m, nil
	}
	if err := d.o.Conversations.KeepConversations(ctx, made); err != nil {
		return Message{}, fmt.Errorf("keep the buttons of a message: %w", err)
	}
	m.Blocks = blocks
	return m, nil
}
