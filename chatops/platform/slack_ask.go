package platform

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"lineman/chatops"
)

// What a button or a menu is for stands in front of its action's id; a ticket
// is a button's value, and behind a menu's action.
const (
	slackPress  = "press"  // value: a ticket
	slackMore   = "more"   // value: a ticket, a blank, an offset
	slackChoose = "choose" // a menu: choose:TICKET, the block's id is the field
	slackForm   = "lineman-form"
)

// slackState is what a modal carries: the ticket, and where answers go.
type slackState struct {
	Ticket string     `json:"t"`
	Reply  slackReply `json:"r,omitzero"`
}

func (d slackDraw) button(kind string, n, m int, label, value string) *slack.ButtonBlockElement {
	label = clipped(chatops.CleanLine(label), d.ButtonText)
	if label == "" {
		label = "…"
	}
	return slack.NewButtonBlockElement(fmt.Sprintf("%s:%d:%d", kind, n, m), value, plainText(label))
}

// actions draws buttons, five in a row.
func (d slackDraw) actions(a chatops.Actions, n int) []slackBlock {
	var list []slackBlock
	var row []slack.BlockElement
	var labels []string
	flush := func() {
		if len(row) > 0 {
			block := slack.NewActionBlock(fmt.Sprintf("actions:%d:%d", n, len(list)), row...)
			list = append(list, slackBlock{block: block, text: strings.Join(labels, " "), used: true})
		}
		row, labels = nil, nil
	}
	for i, b := range a.Buttons {
		button := d.button(slackPress, n, i, b.Label, b.Ticket)
		switch {
		case b.Danger:
			button.Style = slack.StyleDanger
		case b.Primary:
			button.Style = slack.StylePrimary
		}
		if row = append(row, button); len(row) == d.Buttons {
			flush()
		}
		labels = append(labels, "["+button.Text.Text+"]")
	}
	flush()
	return list
}

// choices draws a menu from its offset on, with buttons to the options before
// and behind those that fit. An option that is too long for a menu is told as
// text: it can be written.
func (d slackDraw) choices(c chatops.Choices, n int) []slackBlock {
	title := slackAsked(c.Title, c.Field)
	list := d.lines(slackText(title, nil))
	from := min(max(c.Offset, 0), len(c.Field.Options))
	to := min(from+d.Options, len(c.Field.Options))
	options, long := d.options(c.Field.Options[from:to])
	var row []slack.BlockElement
	if len(options) > 0 {
		menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plainText("Choose"), clipped(slackChoose+":"+c.Ticket, d.ID), options...)
		for _, o := range options {
			if o.Value == c.Field.Value && o.Value != "" {
				menu.InitialOption = o
			}
		}
		row = append(row, menu)
	}
	for _, text := range long {
		list = append(list, d.lines(slackText("too long for the menu, to be written: ", nil), slackText(text, slackMono))...)
	}
	if from > 0 {
		row = append(row, d.button(slackMore, n, 0, "Earlier…", c.Ticket+" "+strconv.Itoa(max(0, from-d.Options))))
	}
	if to < len(c.Field.Options) {
		row = append(row, d.button(slackMore, n, 1, "More…", c.Ticket+" "+strconv.Itoa(to)))
	}
	row = append(row, d.button(slackPress, n, 2, "Cancel", c.Cancel))
	block := slack.NewActionBlock(clipped(c.Field.Name, d.ID), row...)
	return append(list, slackBlock{block: block, text: fmt.Sprintf("%d to %d of %d", from+1, to, len(c.Field.Options)), used: true})
}

// slackAsked is the question that a menu or a form stands for.
func slackAsked(title string, fields ...chatops.Field) string {
	var names []string
	for _, f := range fields {
		name := chatops.CleanLine(f.Label)
		if name == "" {
			name = chatops.CleanLine(f.Name)
		}
		names = append(names, name)
	}
	return strings.TrimSpace(chatops.CleanLine(title) + " needs: " + strings.Join(names, ", "))
}

// options draws those that a menu can hold, and gives the values of the others.
func (d slackDraw) options(list []chatops.Option) (options []*slack.OptionBlockObject, long []string) {
	for _, o := range list {
		label := chatops.CleanLine(o.Label)
		if label == "" {
			label = chatops.CleanLine(o.Value)
		}
		if label == "" || o.Value == "" || length(o.Value) > d.OptionValue {
			long = append(long, chatops.Clean(o.Value))
			continue
		}
		options = append(options, slack.NewOptionBlockObject(o.Value, plainText(clipped(label, d.OptionText)), nil))
	}
	return options, long
}

// form draws a form where no modal can be opened: a button that opens it.
func (d slackDraw) form(f chatops.Form, n int) []slackBlock {
	if len(f.Fields) == 0 {
		return nil
	}
	list := d.lines(slackText(slackAsked(f.Title, f.Fields...), nil))
	open := d.button(slackPress, n, 0, "Fill in…", f.Ticket)
	open.Style = slack.StylePrimary
	row := slack.NewActionBlock(fmt.Sprintf("form:%d", n), open, d.button(slackPress, n, 1, "Cancel", f.Cancel))
	return append(list, slackBlock{block: row, text: "[Fill in…] [Cancel]", used: true})
}

// onlyForm is the form of a message that asks; a menu is one of one field.
func onlyForm(m chatops.Message) (chatops.Form, bool) {
	if len(m.Blocks) != 1 {
		return chatops.Form{}, false
	}
	switch b := m.Blocks[0].(type) {
	case chatops.Form:
		return b, len(b.Fields) > 0
	case chatops.Choices:
		return chatops.Form{Title: b.Title, Fields: []chatops.Field{b.Field}, Ticket: b.Ticket, Cancel: b.Cancel}, true
	}
	return chatops.Form{}, false
}

// modal draws a form as a dialog.
func (d slackDraw) modal(f chatops.Form, state slackState) slack.ModalViewRequest {
	title := clipped(chatops.CleanLine(f.Title), d.FormTitle)
	if title == "" {
		title = "lineman"
	}
	v := slack.ModalViewRequest{
		Type: slack.VTModal, Title: plainText(title), Submit: plainText("Go on"), Close: plainText("Cancel"),
		CallbackID: slackForm, PrivateMetadata: d.metadata(state), NotifyOnClose: true,
	}
	for _, field := range f.Fields[:min(len(f.Fields), d.FormBlocks)] {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, d.input(field))
	}
	return v
}

// metadata writes the state of a modal. Without the response URL it always
// fits.
func (d slackDraw) metadata(state slackState) string {
	text, err := json.Marshal(state)
	if err != nil || length(string(text)) > d.State {
		state.Reply.URL = ""
		text, _ = json.Marshal(state) // strings alone
	}
	return string(text)
}

func (d slackDraw) input(f chatops.Field) *slack.InputBlock {
	label := chatops.CleanLine(f.Label)
	if label == "" {
		label = chatops.CleanLine(f.Name)
	}
	if label == "" {
		label = "value"
	}
	block := slack.NewInputBlock(clipped(f.Name, d.ID), plainText(clipped(label, d.Label)), nil, d.element(f))
	block.Optional = f.Optional
	return block
}

// element is a menu where all options fit into one, else a text to fill in.
func (d slackDraw) element(f chatops.Field) slack.BlockElement {
	options, long := d.options(f.Options)
	if len(options) == 0 || len(long) > 0 || len(options) > d.Options*d.Groups {
		input := slack.NewPlainTextInputBlockElement(nil, "value")
		input.MaxLength = d.Input
		if length(f.Value) <= d.Input && f.Kind != chatops.KindSecret {
			input.InitialValue = f.Value
		}
		return input
	}
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "value", options...)
	for _, o := range options {
		if o.Value == f.Value {
			menu.InitialOption = o
		}
	}
	if len(options) <= d.Options {
		return menu
	}
	menu.Options = nil
	for from := 0; from < len(options); from += d.Options {
		group := options[from:min(from+d.Options, len(options))]
		label := clipped(group[0].Text.Text, d.OptionText/2-2) + " – " + clipped(group[len(group)-1].Text.Text, d.OptionText/2-2)
		menu.OptionGroups = append(menu.OptionGroups, slack.NewOptionGroupBlockElement(plainText(label), group...))
	}
	return menu
}
