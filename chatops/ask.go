package chatops

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lineman/models"
)

// asked are the parameters that one question asks for: those that do not wait
// for another one.
func asked(missing []Param) []Param {
	var now []Param
	for _, p := range missing {
		if p.After == "" || !slices.ContainsFunc(missing, func(q Param) bool { return q.Name == p.After }) {
			now = append(now, p)
		}
	}
	return now
}

// ask is a question for what is missing or unclear: a menu for one thing with
// choices, else a form. What was given so far is kept on our side, secrets
// excepted, which are asked for again.
func (d *Dispatcher) ask(ctx context.Context, c Call, cmd Command, sub Subcommand, p parsed) (Message, error) {
	params := asked(p.missing)
	if p.unclear != nil {
		params = []Param{*p.unclear}
	}
	kept := maps.Clone(p.given)
	for _, param := range sub.Params {
		if param.Kind == KindSecret && kept[param.Name] != "" {
			delete(kept, param.Name)
			params = append(params, param)
		}
	}
	if p.unclear != nil && p.unclear.Many {
		kept[unclearPart+p.unclear.Name] = p.part
	}
	var fields []Field
	for _, param := range params {
		f, err := field(ctx, c, param)
		if err != nil {
			return Message{}, err
		}
		if p.unclear != nil && param.Name == p.unclear.Name {
			f.Options = p.options
		}
		fields = append(fields, f)
	}
	shown := strings.TrimSpace(cmd.Name + " " + sub.Name)
	conversation, err := d.newConversation(c.Request, shown, kept)
	if err != nil {
		return Message{}, err
	}
	if err := d.o.Conversations.KeepConversations(ctx, []models.Conversation{conversation}); err != nil {
		return Message{}, fmt.Errorf("keep a question: %w", err)
	}
	ticket := d.sign(conversation)
	m := Message{Private: true}
	if len(fields) == 1 && len(fields[0].Options) > 0 {
		m.Blocks = []Block{Choices{Title: shown, Field: fields[0], Offset: offset(c.Request, fields[0]), Ticket: ticket, Cancel: giveUp(ticket)}}
		m.Replace = c.Request.Ticket != ""
		return m, nil
	}
	m.Blocks = []Block{Form{Title: shown, Fields: fields, Ticket: ticket, Cancel: giveUp(ticket)}}
	return m, nil
}

// unclearPart stands in front of the name of a parameter with several values:
// under both is kept which of them was unclear. No parameter is called so.
const unclearPart = "unclear "

// answered are the arguments of a conversation with what was answered; of
// several values, only the one that was unclear is replaced.
func answered(c models.Conversation, answers map[string]string) map[string]string {
	all := merged(c.Args, answers)
	for name, value := range answers {
		part, asked := c.Args[unclearPart+name]
		if !asked {
			continue
		}
		values := strings.Split(c.Args[name], ",")
		for i, v := range values {
			if strings.TrimSpace(v) == part {
				values[i] = value
			}
		}
		all[name] = strings.Join(values, ",")
	}
	return all
}

// offset is where a menu goes on, when it was asked for more.
func offset(r Request, f Field) int {
	if r.Offset <= 0 || r.Offset >= len(f.Options) {
		return 0
	}
	return r.Offset
}

func field(ctx context.Context, c Call, p Param) (Field, error) {
	f := Field{Name: p.Name, Label: p.Summary, Kind: p.Kind, Optional: !p.Required}
	for _, v := range p.Values {
		f.Options = append(f.Options, Option{Value: v})
	}
	if p.Options == nil {
		return f, nil
	}
	options, err := p.Options(ctx, c)
	if err != nil {
		return Field{}, err
	}
	f.Options = options
	return f, nil
}

// confirm asks whether a command that writes shall run.
func (d *Dispatcher) confirm(ctx context.Context, c Call, sub Subcommand, given map[string]string) (Message, error) {
	m := Message{Blocks: []Block{Text{Join(T("This will run "), C(c.Again(nil)), T("."))}}}
	if sub.Preview != nil {
		preview, err := sub.Preview(ctx, c)
		if err != nil {
			return Message{}, err
		}
		m = preview
	}
	if sub.Pin != nil {
		pinned, err := sub.Pin(ctx, c)
		if err != nil {
			return Message{}, err
		}
		given = merged(given, pinned)
	}
	conversation, err := d.newConversation(c.Request, c.Shown, given)
	if err != nil {
		return Message{}, err
	}
	conversation.Confirm = true
	if err := d.o.Conversations.KeepConversations(ctx, []models.Conversation{conversation}); err != nil {
		return Message{}, fmt.Errorf("keep a question: %w", err)
	}
	ticket := d.sign(conversation)
	m.Private = true
	m.Blocks = append(m.Blocks, Actions{Buttons: []Button{
		{Label: "Confirm", Ticket: ticket, Primary: true}, {Label: "Cancel", Ticket: giveUp(ticket)},
	}})
	return m, nil
}
