package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"lineman/chatops"
)

// drawer draws for a message: private ones have their own limit.
func (s *Slack) drawer(private bool) slackDraw {
	d := slackDraw{limits: slackLimits, zone: s.o.Zone}
	if private && s.set.EphemeralSize > 0 {
		d.Text = min(d.Text, s.set.EphemeralSize)
	}
	return d
}

func (s *Slack) draw(m chatops.Message) slackDrawing {
	d := s.drawer(m.Private)
	out := d.message(m)
	if len(out.Parts) == 0 && len(out.Files) == 0 {
		out.Parts = []slackPart{d.part(d.lines(slackText("There is nothing to show.", nil)))}
	}
	return out
}

// deliver sends an answer to where its request came from: in the place of the
// message whose button was used, through the response URL while that lasts,
// else into the channel; and to the asker directly where the bot may not write.
func (s *Slack) deliver(ctx context.Context, r slackReply, m chatops.Message) error {
	out := s.draw(m)
	if m.Direct && !r.Direct {
		channel, err := s.direct(ctx, r.User)
		if err != nil {
			return err
		}
		r = slackReply{Channel: channel, User: r.User, Direct: true}
	}
	return s.deliverParts(ctx, r, m, out)
}

func (s *Slack) deliverParts(ctx context.Context, r slackReply, m chatops.Message, out slackDrawing) error {
	used := r.Message != "" || r.Hidden
	replace := m.Replace && used && len(out.Parts) > 0 && (r.Hidden == m.Private || r.Direct)
	for i, part := range out.Parts {
		var err error
		if i == 0 && replace {
			err = s.replace(ctx, r, part, m.Private)
		} else {
			err = s.post(ctx, r, part, m.Private)
		}
		if err != nil {
			return err
		}
	}
	if used && !replace && r.Hidden && (m.Replace || s.o.DeleteInput) {
		if _, err := s.hook(ctx, r.URL, slackHook{Delete: true}); err != nil {
			s.o.Logger.Warn("a question in Slack was answered and could not be removed", "error", err)
		}
	}
	return s.upload(ctx, r, m.Private, out.Files)
}

// post sends one message of an answer.
func (s *Slack) post(ctx context.Context, r slackReply, part slackPart, private bool) error {
	if r.URL != "" {
		h := slackHook{ResponseType: "in_channel", Thread: r.Thread, Text: part.Text, Blocks: part.Blocks}
		if private {
			h.ResponseType = "ephemeral"
		}
		if fresh, err := s.hook(ctx, r.URL, h); fresh || err != nil {
			return err
		}
	}
	to := Address{Channel: r.Channel, Thread: r.Thread}
	if private && !r.Direct {
		to.User = r.User
	}
	_, err := s.send(ctx, to, part)
	if !slices.Contains(slackElsewhere, slackCode(err)) || r.User == "" {
		return err
	}
	_, err = s.send(ctx, Address{User: r.User}, part)
	return err
}

// replace puts a message of an answer in the place of the one whose button was
// used, or under it where that is not possible any more.
func (s *Slack) replace(ctx context.Context, r slackReply, part slackPart, private bool) error {
	if r.URL != "" {
		fresh, err := s.hook(ctx, r.URL, slackHook{Replace: true, Text: part.Text, Blocks: part.Blocks})
		if fresh || err != nil {
			return err
		}
	}
	if !r.Hidden && r.Message != "" {
		_, err := s.update(ctx, Posted{Channel: r.Channel, Message: r.Message}, part)
		if !errors.Is(err, ErrFixed) {
			return err
		}
	}
	r.URL = ""
	return s.post(ctx, r, part, private)
}

func slackOptions(part slackPart) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(part.Text, false), slack.MsgOptionBlocks(part.Blocks...), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// send posts one message; with a channel and a user only the user sees it.
func (s *Slack) send(ctx context.Context, to Address, part slackPart) (Posted, error) {
	if to.Channel == "" {
		channel, err := s.direct(ctx, to.User)
		if err != nil {
			return Posted{}, err
		}
		to = Address{Channel: channel, Thread: to.Thread, Key: to.Key}
	}
	if err := s.pace.wait(ctx, to.Channel); err != nil {
		return Posted{}, &SendError{Err: fmt.Errorf("wait until %s takes another message: %w", to.Channel, err)}
	}
	options := slackOptions(part)
	if to.Thread != "" {
		options = append(options, slack.MsgOptionTS(to.Thread))
	}
	if to.Thread != "" && to.Loud {
		options = append(options, slack.MsgOptionBroadcast())
	}
	if to.Key != "" {
		options = append(options, slackKey(to.Key))
	}
	at := Posted{Channel: to.Channel, Thread: to.Thread}
	method := "chat.postMessage"
	if to.User != "" {
		method = "chat.postEphemeral"
	}
	err := s.call(ctx, method, func(c *slack.Client) (err error) {
		if to.User != "" {
			at.Message, err = c.PostEphemeralContext(ctx, to.Channel, to.User, options...)
			return err
		}
		at.Channel, at.Message, err = c.PostMessageContext(ctx, to.Channel, options...)
		return err
	})
	if at.Thread == "" {
		at.Thread = at.Message
	}
	return at, err
}

func (s *Slack) update(ctx context.Context, at Posted, part slackPart) (Posted, error) {
	if err := s.pace.wait(ctx, at.Channel); err != nil {
		return Posted{}, &SendError{Err: fmt.Errorf("wait until %s takes another message: %w", at.Channel, err)}
	}
	err := s.call(ctx, "chat.update", func(c *slack.Client) error {
		_, _, _, err := c.UpdateMessageContext(ctx, at.Channel, at.Message, slackOptions(part)...)
		return err
	})
	if slices.Contains(slackUnchangeable, slackCode(err)) {
		return Posted{}, fmt.Errorf("%w: %s", ErrFixed, slackCode(err))
	}
	return at, err
}

// direct is the channel of a conversation with a user.
func (s *Slack) direct(ctx context.Context, user string) (string, error) {
	var id string
	err := s.call(ctx, "conversations.open", func(c *slack.Client) error {
		channel, _, _, err := c.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		if err == nil {
			id = channel.ID
		}
		return err
	})
	return id, err
}

// upload sends files. One of a private answer would be seen by the whole
// channel, so it goes to the asker directly; and so does one to a channel that
// the bot is not in.
func (s *Slack) upload(ctx context.Context, r slackReply, private bool, files []slackFile) error {
	if len(files) == 0 {
		return nil
	}
	channel, thread := r.Channel, r.Thread
	toUser := private && !r.Direct && r.User != ""
	for _, f := range files {
		var err error
		if !toUser {
			err = s.uploadTo(ctx, channel, thread, f)
			toUser = slices.Contains(slackElsewhere, slackCode(err)) && r.User != ""
		}
		if toUser {
			var to string
			if to, err = s.direct(ctx, r.User); err == nil {
				err = s.uploadTo(ctx, to, "", f)
			}
		}
		if err != nil {
			return s.withoutFile(ctx, r, private, f, err)
		}
	}
	if toUser {
		return s.post(ctx, r, s.note(private, "The file was sent to you as a direct message."), private)
	}
	return nil
}

// withoutFile says that a file cannot be sent, when trying again does not help.
func (s *Slack) withoutFile(ctx context.Context, r slackReply, private bool, f slackFile, err error) error {
	if failed := new(SendError); !errors.As(err, &failed) || !failed.Fatal {
		return err
	}
	s.o.Logger.Error("a file could not be sent to Slack; the app needs the scope files:write", "file", f.Name, "error", err)
	return s.post(ctx, r, s.note(private, fmt.Sprintf("The file %s could not be sent: Slack says %s.", f.Name, slackCode(err))), private)
}

func (s *Slack) note(private bool, text string) slackPart {
	d := s.drawer(private)
	return d.part(d.lines(slackText(text, nil)))
}

func (s *Slack) uploadTo(ctx context.Context, channel, thread string, f slackFile) error {
	if err := s.pace.wait(ctx, channel); err != nil {
		return &SendError{Err: fmt.Errorf("wait until %s takes another file: %w", channel, err)}
	}
	return s.call(ctx, "files.upload", func(c *slack.Client) error {
		_, err := c.UploadFileContext(ctx, slack.UploadFileParameters{
			Filename: f.Name, Title: f.Name, AltTxt: f.Alt, FileSize: len(f.Bytes), Reader: bytes.NewReader(f.Bytes),
			Channel: channel, ThreadTimestamp: thread,
		})
		return err
	})
}

// Send posts a message and says where its first part is.
func (s *Slack) Send(ctx context.Context, to Address, m chatops.Message) (Posted, error) {
	m.Private = to.User != "" && to.Channel != ""
	out := s.draw(m)
	var first Posted
	for i, part := range out.Parts {
		at, err := s.send(ctx, to, part)
		if err != nil {
			return first, err
		}
		if i == 0 {
			first = at
			to.Key, to.Loud = "", false
		}
	}
	r := slackReply{Channel: to.Channel, Thread: to.Thread, User: to.User, Direct: to.Channel == ""}
	if r.Direct {
		r.Channel = first.Channel
	}
	if r.Direct && r.Channel == "" {
		channel, err := s.direct(ctx, to.User)
		if err != nil {
			return first, err
		}
		r.Channel, first.Channel = channel, channel
	}
	return first, s.upload(ctx, r, m.Private, out.Files)
}

// Update puts a message in the place of one that was sent; what does not fit
// into it follows in its thread.
func (s *Slack) Update(ctx context.Context, at Posted, m chatops.Message) (Posted, error) {
	out := s.draw(m)
	for i, part := range out.Parts {
		var err error
		if i == 0 {
			_, err = s.update(ctx, at, part)
		} else {
			_, err = s.send(ctx, Address{Channel: at.Channel, Thread: at.Thread}, part)
		}
		if err != nil {
			return Posted{}, err
		}
	}
	return at, s.upload(ctx, slackReply{Channel: at.Channel, Thread: at.Thread}, false, out.Files)
}

// fits reports whether an acknowledgement may hold this.
func (d slackDraw) fits(payload any) bool {
	b, err := json.Marshal(payload)
	return err == nil && len(b) <= d.Ack
}
