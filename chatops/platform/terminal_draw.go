package platform

import (
	"fmt"
	"strings"
	"time"

	"lineman/chatops"
)

// drawing writes messages as text for a terminal.
type drawing struct {
	zone        *time.Location
	width       int // 0: no limit
	interactive bool
}

// DrawText writes a message as plain text, with times in a zone and lines of at
// most width columns (0: no limit). Nothing in it acts on a screen.
func DrawText(m chatops.Message, zone *time.Location, width int) string {
	return drawing{zone: zone, width: width}.message(m)
}

func renderTerminal(m chatops.Message) ([]byte, error) {
	d := drawing{zone: time.UTC, width: 80, interactive: true}
	return []byte(d.message(m)), nil
}

func (d drawing) message(m chatops.Message) string {
	var parts []string
	if heading := chatops.CleanLine(m.Heading); heading != "" {
		parts = append(parts, strings.Join(wrap(heading, d.width), "\n")+"\n")
	}
	for _, b := range m.Blocks {
		if text := d.block(b); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}

func (d drawing) block(b chatops.Block) string {
	switch b := b.(type) {
	case chatops.Text:
		return lines(d.paragraph(d.inline(b.Inline), d.width))
	case chatops.Facts:
		return d.facts(b)
	case chatops.Table:
		return d.table(b)
	case chatops.Code:
		return lines(strings.Split(strings.TrimRight(chatops.Clean(b.Text), "\n"), "\n"))
	case chatops.File:
		return fmt.Sprintf("file: %s (%s, %d bytes)\n", chatops.CleanLine(b.Name), chatops.CleanLine(b.MediaType), len(b.Bytes))
	case chatops.Image:
		return fmt.Sprintf("image: %s (%s, %s, %d bytes)\n", chatops.CleanLine(b.Alt), chatops.CleanLine(b.Name), chatops.CleanLine(b.MediaType), len(b.Bytes))
	case chatops.Links:
		return d.links(b)
	case chatops.Choices:
		return d.form(chatops.Form{Title: b.Title, Fields: []chatops.Field{b.Field}})
	case chatops.Form:
		return d.form(b)
	case chatops.Actions:
		return d.actions(b)
	}
	return lines(d.paragraph(chatops.Clean(fmt.Sprint(b)), d.width))
}

func lines(list []string) string { return strings.Join(list, "\n") + "\n" }

// inline is the text of spans; times in the zone of the drawing, links behind
// their text.
func (d drawing) inline(in chatops.Inline) string {
	var b strings.Builder
	for _, s := range in {
		text := chatops.Clean(s.Text)
		switch {
		case s.Mention.ID != "":
			text = "@" + chatops.CleanLine(s.Mention.Label())
		case !s.Time.IsZero():
			text = s.Time.In(d.zone).Format("2006-01-02 15:04 MST")
		case s.URL != "" && text == "":
			text = chatops.CleanLine(s.URL)
		case s.URL != "":
			text += " (" + chatops.CleanLine(s.URL) + ")"
		}
		b.WriteString(text)
	}
	return b.String()
}

// paragraph wraps each line of a text.
func (d drawing) paragraph(text string, width int) []string {
	var list []string
	for _, line := range strings.Split(text, "\n") {
		list = append(list, wrap(strings.Join(strings.Fields(line), " "), width)...)
	}
	return list
}

func (d drawing) facts(f chatops.Facts) string {
	name := 0
	for _, item := range f.Items {
		name = max(name, textWidth(chatops.CleanLine(item.Name)))
	}
	room := 0
	if d.width > 0 {
		room = max(d.width-name-2, 20)
	}
	var list []string
	for _, item := range f.Items {
		for n, value := range d.paragraph(d.inline(item.Value), room) {
			label := ""
			if n == 0 {
				label = chatops.CleanLine(item.Name)
			}
			list = append(list, strings.TrimRight(pad(label, name)+"  "+value, " "))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return lines(list)
}

func (d drawing) form(f chatops.Form) string {
	var list []string
	for _, field := range f.Fields {
		text := fmt.Sprintf("%s needs %s: %s", chatops.CleanLine(f.Title), chatops.CleanLine(field.Name), chatops.CleanLine(field.Label))
		list = append(list, wrap(text, d.width)...)
		for n, o := range field.Options {
			label := chatops.CleanLine(o.Label)
			if label == "" {
				label = chatops.CleanLine(o.Value)
			}
			list = append(list, fmt.Sprintf("%4d  %s", n+1, label))
		}
		if len(field.Options) > 0 && d.interactive {
			list = append(list, "Enter a number or a value.")
		}
	}
	return lines(list)
}

func (d drawing) links(l chatops.Links) string {
	var list []string
	for _, item := range l.Items {
		list = append(list, d.paragraph(d.inline(chatops.Inline{{Text: item.Text, URL: item.URL}}), d.width)...)
	}
	return lines(list)
}

func (d drawing) actions(a chatops.Actions) string {
	var list []string
	for _, b := range a.Buttons {
		if b.Command == "" {
			list = append(list, "["+chatops.CleanLine(b.Label)+"]")
			continue
		}
		list = append(list, fmt.Sprintf("%s: %s", chatops.CleanLine(b.Label), chatops.CleanLine(b.Command)))
	}
	return lines(list)
}
