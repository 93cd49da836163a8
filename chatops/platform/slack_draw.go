package platform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"lineman/chatops"
)

// slackLimits are those of Slack's reference of Block Kit and of the Web API.
// Message and Messages are ours: Slack cuts a message at 40,000 characters.
var slackLimits = limits{
	Message: 12_000, Blocks: 50, Messages: 4, Text: 3000, Heading: 150, Fallback: 300,
	Options: 100, Groups: 100, OptionText: 75, OptionValue: 150, Buttons: 5, ButtonText: 75, Value: 2000, ID: 255,
	FormTitle: 24, FormBlocks: 100, Label: 2000, Hint: 2000, Input: 3000, State: 3000, URL: 3000,
	Columns: 96, Rows: 100, Ack: 19_000,
}

// slackDraw draws messages as Block Kit.
type slackDraw struct {
	limits
	zone *time.Location // for what Slack cannot show in the reader's zone
}

// slackBlock is a block with what it is as plain text.
type slackBlock struct {
	block slack.Block
	text  string
	used  bool // it has buttons or menus
}

// slackPart is one message of an answer. Text stands for it where blocks
// cannot be shown, and is escaped.
type slackPart struct {
	Text   string        `json:"text"`
	Blocks []slack.Block `json:"blocks"`
}

// slackFile goes behind the messages of an answer.
type slackFile struct {
	Name  string `json:"name"`
	Alt   string `json:"alt,omitempty"`
	Bytes []byte `json:"-"`
	Text  string `json:"text,omitempty"` // for the contract suite
}

// slackDrawing is an answer as it is sent.
type slackDrawing struct {
	Parts []slackPart `json:"messages"`
	Files []slackFile `json:"files,omitempty"`
}

func renderSlack(m chatops.Message) ([]byte, error) {
	d := slackDraw{limits: slackLimits, zone: time.UTC}
	drawing := d.message(m)
	for i, f := range drawing.Files {
		drawing.Files[i].Text = strings.ToValidUTF8(string(f.Bytes), "?")
	}
	out := struct {
		slackDrawing
		Modal *slack.ModalViewRequest `json:"modal,omitempty"`
	}{slackDrawing: drawing}
	if form, is := onlyForm(m); is {
		view := d.modal(form, slackState{Ticket: form.Ticket})
		out.Modal = &view
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(out)
	return b.Bytes(), err
}

// message draws an answer: as many messages as it needs, and files for what is
// one and for what would be too much.
func (d slackDraw) message(m chatops.Message) slackDrawing {
	var out slackDrawing
	var list []slackBlock
	if heading := chatops.CleanLine(m.Heading); length(heading) > d.Heading {
		list = append(list, d.lines(slackText(heading, slackBold))...)
	} else if heading != "" {
		list = append(list, slackBlock{block: slack.NewHeaderBlock(plainText(heading)), text: heading})
	}
	for i, b := range m.Blocks {
		blocks, files := d.block(b, i)
		list, out.Files = append(list, blocks...), append(out.Files, files...)
	}
	var rest string
	out.Parts, rest = d.pack(list)
	if rest != "" {
		out.Files = append(out.Files, slackFile{Name: "answer.txt", Bytes: []byte(rest)})
	}
	return out
}

// pack puts blocks into messages. What is behind the last message that an
// answer may have is given as text; buttons and menus never are.
func (d slackDraw) pack(list []slackBlock) (parts []slackPart, rest string) {
	var groups [][]slackBlock
	var over, used []slackBlock
	size := 0
	for _, b := range list {
		n := length(b.text)
		last := len(groups) - 1
		switch {
		case len(over) > 0 && b.used:
			used = append(used, b)
		case len(over) > 0:
			over = append(over, b)
		case last >= 0 && len(groups[last]) < d.Blocks-d.Buttons && size+n <= d.Message:
			groups[last], size = append(groups[last], b), size+n
		case last+1 < d.Messages:
			groups, size = append(groups, []slackBlock{b}), n
		default:
			over = append(over, b)
		}
	}
	var text strings.Builder
	for _, b := range over {
		text.WriteString(b.text)
		text.WriteString("\n")
	}
	if len(over) > 0 {
		last := len(groups) - 1
		groups[last] = append(groups[last], d.lines(slackText("The rest is in the file answer.txt.", nil))...)
		groups[last] = append(groups[last], used[:min(len(used), d.Blocks-len(groups[last]))]...)
	}
	for _, g := range groups {
		parts = append(parts, d.part(g))
	}
	return parts, text.String()
}

func (d slackDraw) part(list []slackBlock) slackPart {
	var p slackPart
	var texts []string
	for _, b := range list {
		p.Blocks = append(p.Blocks, b.block)
		texts = append(texts, b.text)
	}
	p.Text = slackEscape(clipped(strings.Join(texts, "\n"), d.Fallback))
	return p
}

var slackEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slackEscape keeps a text from naming users, channels and links.
func slackEscape(s string) string { return slackEscaper.Replace(s) }

// block draws one block; n tells it from the others of its message.
func (d slackDraw) block(b chatops.Block, n int) ([]slackBlock, []slackFile) {
	switch b := b.(type) {
	case chatops.Text:
		return d.lines(d.inline(b.Inline)...), nil
	case chatops.Facts:
		return d.facts(b), nil
	case chatops.Table:
		return d.table(b, n)
	case chatops.Code:
		return d.fixed(strings.TrimRight(chatops.Clean(b.Text), "\n")), nil
	case chatops.Image:
		return nil, d.file(b.Name, b.MediaType, chatops.CleanLine(b.Alt), b.Bytes)
	case chatops.File:
		return nil, d.file(b.Name, b.MediaType, "", b.Bytes)
	case chatops.Links:
		return d.links(b), nil
	case chatops.Choices:
		return d.choices(b, n), nil
	case chatops.Form:
		return d.form(b, n), nil
	case chatops.Actions:
		return d.actions(b, n), nil
	}
	return d.lines(slackText(chatops.Clean(fmt.Sprint(b)), nil)), nil
}

func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// lines draws pieces as one paragraph.
func (d slackDraw) lines(pieces ...slackPiece) []slackBlock {
	l := slackLines{draw: d}
	l.line(pieces...)
	return l.blocks()
}

// fixed draws text whose blanks count.
func (d slackDraw) fixed(text string) []slackBlock {
	l := slackLines{draw: d, fixed: true}
	l.line(slackText(text, nil))
	return l.blocks()
}

func (d slackDraw) facts(f chatops.Facts) []slackBlock {
	l := slackLines{draw: d}
	for _, item := range f.Items {
		name := []slackPiece{slackText(chatops.CleanLine(item.Name), slackBold), slackText(": ", nil)}
		l.line(append(name, d.inline(item.Value)...)...)
	}
	return l.blocks()
}

func (d slackDraw) links(links chatops.Links) []slackBlock {
	l := slackLines{draw: d}
	for _, item := range links.Items {
		l.line(d.link(item.Text, item.URL))
	}
	return l.blocks()
}

// file is one with a name that no system minds. An empty one cannot be sent.
func (d slackDraw) file(name, media, alt string, content []byte) []slackFile {
	name = path.Base(path.Clean("/" + strings.ReplaceAll(chatops.CleanLine(name), `\`, "/")))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*&`, r) {
			return '_'
		}
		return r
	}, name)
	if name == "/" || name == "." {
		name = "file"
	}
	if len(content) == 0 {
		content = []byte("\n")
	}
	if alt == "" && strings.HasPrefix(media, "image/") {
		alt = name
	}
	return []slackFile{{Name: clipped(name, d.Heading), Alt: clipped(alt, d.Label/2), Bytes: content}}
}
