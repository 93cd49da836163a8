package destination

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"lineman/chatops"
)

// htmlBody is a message drawn as HTML, with the pictures that it shows and the
// files that go with it.
type htmlBody struct {
	text   string
	images []chatops.Image
	files  []chatops.File
}

// drawHTML draws a message. Whatever it holds, the HTML has no script, no style
// but its own, nothing that is fetched from elsewhere, and links to web and
// mail addresses only.
func drawHTML(m chatops.Message, zone *time.Location) htmlBody {
	d := &htmlDraw{zone: zone, room: maxAttached}
	d.out(`<!DOCTYPE html><html><head><meta charset="utf-8"></head>`, "\n",
		`<body style="font-family:sans-serif;font-size:14px;color:#1c1c1c">`, "\n")
	if heading := chatops.CleanLine(m.Heading); heading != "" {
		d.out("<h3>", html.EscapeString(heading), "</h3>\n")
	}
	for _, b := range m.Blocks {
		d.block(b)
	}
	d.out("</body></html>\n")
	d.body.text = d.b.String()
	return d.body
}

type htmlDraw struct {
	b    strings.Builder
	zone *time.Location
	room int // bytes that files and pictures may still have
	body htmlBody
}

func (d *htmlDraw) out(parts ...string) {
	for _, p := range parts {
		d.b.WriteString(p)
	}
}

func (d *htmlDraw) block(b chatops.Block) {
	switch b := b.(type) {
	case chatops.Text:
		d.out("<p>", d.inline(b.Inline), "</p>\n")
	case chatops.Facts:
		d.facts(b)
	case chatops.Table:
		d.table(b)
	case chatops.Code:
		d.out(`<pre style="background:#f2f2f2;padding:6px">`, html.EscapeString(strings.TrimRight(chatops.Clean(b.Text), "\n")), "</pre>\n")
	case chatops.File:
		d.file(b)
	case chatops.Image:
		d.image(b)
	case chatops.Links:
		for _, l := range b.Items {
			d.out("<p>", d.inline(chatops.Inline{{Text: l.Text, URL: l.URL}}), "</p>\n")
		}
	case chatops.Choices:
		d.form(chatops.Form{Title: b.Title, Fields: []chatops.Field{b.Field}})
	case chatops.Form:
		d.form(b)
	case chatops.Actions:
		d.actions(b)
	default:
		d.out("<p>", escaped(fmt.Sprint(b)), "</p>\n")
	}
}

// escaped is a text with its line ends.
func escaped(text string) string {
	return strings.ReplaceAll(html.EscapeString(chatops.Clean(text)), "\n", "<br>\n")
}

func line(text string) string { return html.EscapeString(chatops.CleanLine(text)) }

func (d *htmlDraw) inline(in chatops.Inline) string {
	var b strings.Builder
	for _, s := range in {
		switch text := escaped(s.Text); {
		case s.Mention.ID != "":
			b.WriteString("@" + line(s.Mention.Label()))
		case !s.Time.IsZero():
			b.WriteString(line(s.Time.In(d.zone).Format("2006-01-02 15:04 MST")))
		case s.URL != "":
			b.WriteString(anchor(s.URL, text))
		case s.Code && text != "":
			b.WriteString("<code>" + text + "</code>")
		default:
			b.WriteString(text)
		}
	}
	return b.String()
}

// anchor is a link, where it is one that may be followed; else its text with
// the address, to be seen as it is.
func anchor(address, text string) string {
	address = chatops.CleanLine(address)
	if text == "" {
		text = html.EscapeString(address)
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" || u.Scheme != "mailto" && u.Host == "" {
		return text + " (" + html.EscapeString(address) + ")"
	}
	return `<a href="` + html.EscapeString(u.String()) + `">` + text + "</a>"
}

const cell = `style="text-align:left;vertical-align:top;padding:2px 10px 2px 0"`

func (d *htmlDraw) facts(f chatops.Facts) {
	if len(f.Items) == 0 {
		return
	}
	d.out("<table>\n")
	for _, item := range f.Items {
		d.out("<tr><th ", cell, ">", line(item.Name), "</th><td ", cell, ">", d.inline(item.Value), "</td></tr>\n")
	}
	d.out("</table>\n")
}

func (d *htmlDraw) table(t chatops.Table) {
	if len(t.Columns) == 0 {
		return
	}
	d.out("<table>\n")
	if title := line(t.Title); title != "" {
		d.out(`<caption style="text-align:left">`, title, "</caption>\n")
	}
	d.out("<tr>")
	for _, c := range t.Columns {
		d.out("<th ", cell, ">", line(c), "</th>")
	}
	d.out("</tr>\n")
	for _, row := range t.Rows {
		d.out("<tr>")
		for i := range t.Columns {
			text := ""
			if i < len(row) {
				text = d.inline(row[i])
			}
			d.out("<td ", cell, ">", text, "</td>")
		}
		d.out("</tr>\n")
	}
	d.out("</table>\n")
}

func (d *htmlDraw) file(f chatops.File) {
	said := fmt.Sprintf("file: %s (%d bytes)", chatops.CleanLine(f.Name), len(f.Bytes))
	if len(f.Bytes) > d.room {
		said += ", too large for a mail"
	} else {
		d.room -= len(f.Bytes)
		d.body.files = append(d.body.files, f)
	}
	d.out("<p>", html.EscapeString(said), "</p>\n")
}

func (d *htmlDraw) image(i chatops.Image) {
	if len(i.Bytes) > d.room || !strings.HasPrefix(mediaType(i.MediaType), "image/") || strings.Contains(i.MediaType, "svg") {
		d.file(chatops.File{Name: i.Name, MediaType: i.MediaType, Bytes: i.Bytes})
		d.out("<p>", line(i.Alt), "</p>\n")
		return
	}
	d.room -= len(i.Bytes)
	d.out(`<p><img src="cid:`, contentID(len(d.body.images)), `" alt="`, line(i.Alt), `" style="max-width:100%"></p>`, "\n")
	d.body.images = append(d.body.images, i)
}

func (d *htmlDraw) form(f chatops.Form) {
	for _, field := range f.Fields {
		d.out("<p>", line(fmt.Sprintf("%s needs %s: %s", f.Title, field.Name, field.Label)), "</p>\n")
		if len(field.Options) == 0 {
			continue
		}
		d.out("<ul>\n")
		for _, o := range field.Options {
			label := line(o.Label)
			if label == "" {
				label = line(o.Value)
			}
			d.out("<li>", label, "</li>\n")
		}
		d.out("</ul>\n")
	}
}

// actions names what can be done; a mail has no buttons.
func (d *htmlDraw) actions(a chatops.Actions) {
	if len(a.Buttons) == 0 {
		return
	}
	d.out(`<p style="color:#555">`)
	for i, b := range a.Buttons {
		if i > 0 {
			d.out("<br>\n")
		}
		d.out(line(b.Label))
		if command := line(b.Command); command != "" {
			d.out(": <code>", command, "</code>")
		}
	}
	d.out("</p>\n")
}
