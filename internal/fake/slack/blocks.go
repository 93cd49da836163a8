package slack

import (
	"encoding/json"
	"strings"
	"unicode/utf16"
)

// chars counts as Slack does.
func chars(s string) int { return len(utf16.Encode([]rune(s))) }

// content checks the text and the blocks of a message.
func content(text, blocks string) ([]json.RawMessage, error) {
	if text == "" && blocks == "" {
		return nil, refused("no_text")
	}
	if chars(text) > 40_000 {
		return nil, refused("msg_too_long")
	}
	if blocks == "" {
		return nil, nil
	}
	var list []json.RawMessage
	if json.Unmarshal([]byte(blocks), &list) != nil {
		return nil, refused("invalid_blocks_format")
	}
	if len(list) > 50 {
		return nil, refused("invalid_blocks")
	}
	return list, checkBlocks(list, false)
}

type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type option struct {
	Text  textObject `json:"text"`
	Value string     `json:"value"`
}

type element struct {
	Type         string     `json:"type"`
	ActionID     string     `json:"action_id"`
	Value        string     `json:"value"`
	Text         textObject `json:"text"`
	Placeholder  textObject `json:"placeholder"`
	Options      []option   `json:"options"`
	OptionGroups []struct {
		Label   textObject `json:"label"`
		Options []option   `json:"options"`
	} `json:"option_groups"`
	Initial      option `json:"initial_option"`
	InitialValue string `json:"initial_value"`
	MaxLength    int    `json:"max_length"`
}

type block struct {
	Type     string          `json:"type"`
	BlockID  string          `json:"block_id"`
	Text     *textObject     `json:"text"`
	Label    *textObject     `json:"label"`
	Fields   []textObject    `json:"fields"`
	Element  *element        `json:"element"`
	Elements json.RawMessage `json:"elements"`
	Optional bool            `json:"optional"`
}

// checkBlocks holds blocks against the limits of the reference.
func checkBlocks(list []json.RawMessage, modal bool) error {
	seen := map[string]bool{}
	for _, raw := range list {
		var b block
		if json.Unmarshal(raw, &b) != nil || !b.good(modal) || b.BlockID != "" && seen[b.BlockID] {
			return refused("invalid_blocks")
		}
		seen[b.BlockID] = true
	}
	return nil
}

func (b block) good(modal bool) bool {
	if chars(b.BlockID) > 255 {
		return false
	}
	switch b.Type {
	case "divider":
		return true
	case "header":
		return b.Text.good(150) && b.Text.Type == "plain_text"
	case "section":
		for _, f := range b.Fields {
			if !f.good(2000) {
				return false
			}
		}
		return len(b.Fields) <= 10 && (b.Text.good(3000) || b.Text == nil && len(b.Fields) > 0)
	case "context":
		var list []textObject
		return json.Unmarshal(b.Elements, &list) == nil && len(list) > 0 && len(list) <= 10
	case "actions":
		return b.goodActions()
	case "rich_text":
		return goodRich(b.Elements)
	case "input":
		return modal && b.Label.good(2000) && b.Label.Type == "plain_text" && b.Element != nil && b.Element.good()
	}
	return false
}

func (b block) goodActions() bool {
	var list []element
	if json.Unmarshal(b.Elements, &list) != nil || len(list) == 0 || len(list) > 25 {
		return false
	}
	seen := map[string]bool{}
	for _, e := range list {
		if !e.good() || seen[e.ActionID] {
			return false
		}
		seen[e.ActionID] = true
	}
	return true
}

func (t *textObject) good(most int) bool {
	return t != nil && (t.Type == "plain_text" || t.Type == "mrkdwn") && t.Text != "" && chars(t.Text) <= most
}

func (e element) good() bool {
	if chars(e.ActionID) > 255 || e.ActionID == "" {
		return false
	}
	switch e.Type {
	case "button":
		return e.Text.good(75) && chars(e.Value) <= 2000
	case "plain_text_input":
		return e.MaxLength <= 3000 && chars(e.InitialValue) <= 3000
	case "static_select":
		if len(e.OptionGroups) > 100 || len(e.Options) > 100 || (len(e.Options) == 0) == (len(e.OptionGroups) == 0) || chars(e.Placeholder.Text) > 150 {
			return false
		}
		for _, g := range e.OptionGroups {
			if !g.Label.good(75) || len(g.Options) == 0 || len(g.Options) > 100 || !goodOptions(g.Options) {
				return false
			}
		}
		return goodOptions(e.Options) && (e.Initial.Value == "" || e.has(e.Initial.Value))
	}
	return false
}

func goodOptions(list []option) bool {
	for _, o := range list {
		if !o.Text.good(75) || o.Text.Type != "plain_text" || o.Value == "" || chars(o.Value) > 150 {
			return false
		}
	}
	return true
}

func (e element) all() []option {
	list := e.Options
	for _, g := range e.OptionGroups {
		list = append(list[:len(list):len(list)], g.Options...)
	}
	return list
}

func (e element) has(value string) bool {
	for _, o := range e.all() {
		if o.Value == value {
			return true
		}
	}
	return false
}

// goodRich holds rich text to its elements; a text of it must not be empty.
func goodRich(raw json.RawMessage) bool {
	var list []struct {
		Type     string `json:"type"`
		Elements []struct {
			Type, Text, URL, Format, Fallback string
			UserID                            string `json:"user_id"`
			Timestamp                         int64  `json:"timestamp"`
		} `json:"elements"`
	}
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return false
	}
	for _, s := range list {
		if s.Type != "rich_text_section" && s.Type != "rich_text_preformatted" || len(s.Elements) == 0 {
			return false
		}
		size := 0
		for _, e := range s.Elements {
			good := false
			switch e.Type {
			case "text":
				good = e.Text != ""
			case "link":
				good = strings.HasPrefix(e.URL, "http") && chars(e.URL) <= 3000
			case "user":
				good = e.UserID != "" && s.Type == "rich_text_section"
			case "date":
				good = e.Timestamp != 0 && e.Format != "" && s.Type == "rich_text_section"
			}
			if size += chars(e.Text); !good || size > 3000 {
				return false
			}
		}
	}
	return true
}

type view struct {
	Type            string            `json:"type"`
	Title           *textObject       `json:"title"`
	Submit          *textObject       `json:"submit"`
	Close           *textObject       `json:"close"`
	Blocks          []json.RawMessage `json:"blocks"`
	PrivateMetadata string            `json:"private_metadata"`
	CallbackID      string            `json:"callback_id"`
	NotifyOnClose   bool              `json:"notify_on_close"`
}

// checkView holds a modal against the limits of the reference.
func checkView(raw []byte) error {
	var v view
	switch {
	case json.Unmarshal(raw, &v) != nil || v.Type != "modal" || !v.Title.good(24) || v.Title.Type != "plain_text":
		return refused("invalid_arguments")
	case v.Submit != nil && !v.Submit.good(24), v.Close != nil && !v.Close.good(24):
		return refused("invalid_arguments")
	case len(v.Blocks) == 0 || len(v.Blocks) > 100 || chars(v.PrivateMetadata) > 3000 || chars(v.CallbackID) > 255:
		return refused("invalid_arguments")
	}
	return checkBlocks(v.Blocks, true)
}

// CheckMessage holds a message against the limits; the error is Slack's.
func CheckMessage(text string, blocks []byte) error {
	_, err := content(text, string(blocks))
	return err
}

// CheckView holds a modal against the limits; the error is Slack's.
func CheckView(view []byte) error { return checkView(view) }
