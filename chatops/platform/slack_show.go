package platform

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"lineman/chatops"
)

// show shows an answer that is there already: in the acknowledgement where it
// may be, as a modal while one can be opened, else as messages. It is that of
// turn, where there is one.
func (s *Slack) show(ctx context.Context, e slackEvent, m chatops.Message, turn *chatops.Turn) any {
	if form, is := onlyForm(m); is && e.trigger != "" && (isForm(m) || e.view) {
		view := s.drawer(true).modal(form, slackState{Ticket: form.Ticket, Reply: e.reply})
		if e.view {
			return slack.NewUpdateViewSubmissionResponse(&view)
		}
		if s.open(e.trigger, view) {
			return nil
		}
	}
	if e.view && m.Failed && len(e.fields) > 0 && m.Field != "" {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{fieldOf(e.fields, m.Field): clipped(fault(m), slackLimits.Label)})
	}
	if e.slash && !m.Direct && !m.Replace {
		if answer := s.showAtOnce(e, m); answer != nil {
			return answer
		}
	}
	if turn != nil {
		if turn.Later(ctx); turn.Duplicate {
			return nil
		}
	}
	s.work(func(ctx context.Context) { s.sendAnswer(ctx, e, m, turn) })
	return nil
}

// showAtOnce answers a slash command in its acknowledgement; what is behind the
// first message follows. It is nil when the acknowledgement cannot hold it.
func (s *Slack) showAtOnce(e slackEvent, m chatops.Message) any {
	out := s.draw(m)
	if len(out.Parts) > 0 {
		h := slackHook{ResponseType: "in_channel", Text: out.Parts[0].Text, Blocks: out.Parts[0].Blocks}
		if m.Private {
			h.ResponseType = "ephemeral"
		}
		if s.drawer(m.Private).fits(h) {
			out.Parts = out.Parts[1:]
			if len(out.Parts)+len(out.Files) > 0 {
				s.work(func(ctx context.Context) {
					if err := s.deliverParts(ctx, e.reply, m, out); err != nil {
						s.o.Logger.Error("an answer could not be sent to Slack whole", "error", err)
					}
				})
			}
			return h
		}
	}
	return nil
}

// sendAnswer sends the answer of a turn, or one without a turn.
func (s *Slack) sendAnswer(ctx context.Context, e slackEvent, m chatops.Message, turn *chatops.Turn) {
	err := s.deliver(ctx, e.reply, m)
	if err != nil {
		s.o.Logger.Error("an answer could not be sent to Slack", "error", err)
	}
	switch {
	case turn == nil:
	case passes(err):
		turn.Left() // it is tried again later
	default:
		turn.Answered(ctx)
	}
}

// passes reports whether what did not work may work later.
func passes(err error) bool {
	failed := new(SendError)
	return err != nil && (!errors.As(err, &failed) || !failed.Fatal)
}

// open opens a modal; false when the trigger is dead already, or Slack does not
// take it: the form is then asked for with a button.
func (s *Slack) open(trigger string, view slack.ModalViewRequest) bool {
	ctx, cancel := context.WithTimeout(context.Background(), slackOpen)
	defer cancel()
	err := s.call(ctx, "views.open", func(c *slack.Client) error {
		_, err := c.OpenViewContext(ctx, trigger, view)
		return err
	})
	if err != nil {
		s.o.Logger.Info("a modal could not be opened in Slack; a button asks for it", "error", err)
	}
	return err == nil
}

func isForm(m chatops.Message) bool {
	_, is := m.Blocks[0].(chatops.Form)
	return is
}

// fieldOf is the block of the field that is wrong, else the first.
func fieldOf(fields []string, name string) string {
	for _, f := range fields {
		if f == name {
			return f
		}
	}
	return fields[0]
}

// fault is what a message says is wrong, for its field in a form: its first
// sentence, without the name of the field.
func fault(m chatops.Message) string {
	for _, b := range m.Blocks {
		if t, is := b.(chatops.Text); is {
			var line strings.Builder
			for _, p := range (slackDraw{limits: slackLimits, zone: time.UTC}).inline(t.Inline) {
				line.WriteString(p.text)
			}
			return strings.TrimPrefix(line.String(), m.Field+": ")
		}
	}
	return ""
}
