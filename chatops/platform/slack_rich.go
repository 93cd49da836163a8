package platform

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"lineman/chatops"
)

// slackPiece is a part of a rich text with what it is as plain text.
type slackPiece struct {
	element slack.RichTextSectionElement
	text    string
}

// slackLines collects lines of rich text. Rich text has no syntax, so that
// nothing in it can be taken for a mention, a link or a mark.
type slackLines struct {
	draw  slackDraw
	list  []slackBlock
	now   []slackPiece
	size  int
	fixed bool // blanks count
}

// line adds pieces and ends the line.
func (l *slackLines) line(pieces ...slackPiece) {
	if len(l.now) > 0 {
		pieces = append([]slackPiece{slackText("\n", nil)}, pieces...)
	}
	for _, p := range pieces {
		l.add(p)
	}
}

func (l *slackLines) add(p slackPiece) {
	if p.text == "" {
		return
	}
	text, plain := p.element.(*slack.RichTextSectionTextElement)
	room := l.draw.Text - l.size
	if length(p.text) <= room {
		l.now, l.size = append(l.now, p), l.size+length(p.text)
		return
	}
	if !plain {
		l.flush()
		l.now, l.size = append(l.now, p), length(p.text)
		return
	}
	if room < l.draw.Text/2 {
		l.flush()
		room = l.draw.Text
	}
	head := chunks(p.text, room)[0]
	l.now = append(l.now, slackText(head, text.Style))
	l.flush()
	l.add(slackText(p.text[len(head):], text.Style))
}

// flush ends a block.
func (l *slackLines) flush() {
	var elements []slack.RichTextSectionElement
	var text strings.Builder
	for _, p := range l.now {
		elements = append(elements, p.element)
		text.WriteString(p.text)
	}
	l.now, l.size = nil, 0
	if strings.Trim(text.String(), " \t\r\n") == "" { // hard blanks are meant
		return
	}
	var section slack.RichTextElement = slack.NewRichTextSection(elements...)
	if l.fixed {
		section = &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: elements}
	}
	l.list = append(l.list, slackBlock{block: slack.NewRichTextBlock("", section), text: text.String()})
}

func (l *slackLines) blocks() []slackBlock {
	l.flush()
	return l.list
}

func slackText(text string, style *slack.RichTextSectionTextStyle) slackPiece {
	return slackPiece{slack.NewRichTextSectionTextElement(text, style), text}
}

var (
	slackBold = &slack.RichTextSectionTextStyle{Bold: true}
	slackMono = &slack.RichTextSectionTextStyle{Code: true}
	slackUser = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
)

// inline draws spans: times in the reader's zone, which Slack knows.
func (d slackDraw) inline(in chatops.Inline) []slackPiece {
	var list []slackPiece
	for _, s := range in {
		text := chatops.Clean(s.Text)
		switch {
		case slackUser.MatchString(s.Mention.ID):
			list = append(list, slackPiece{slack.NewRichTextSectionUserElement(s.Mention.ID, nil), "@" + chatops.CleanLine(s.Mention.Label())})
		case s.Mention.ID != "":
			list = append(list, slackText("@"+chatops.CleanLine(s.Mention.Label()), nil))
		case !s.Time.IsZero():
			fallback := d.time(s.Time)
			list = append(list, slackPiece{slack.NewRichTextSectionDateElement(s.Time.Unix(), "{date_num} {time}", nil, &fallback), fallback})
		case s.URL != "":
			list = append(list, d.link(text, s.URL))
		case s.Code:
			list = append(list, slackText(text, slackMono))
		default:
			list = append(list, slackText(text, nil))
		}
	}
	return list
}

func (d slackDraw) time(t time.Time) string { return t.In(d.zone).Format("2006-01-02 15:04 MST") }

// link is a link to the web; anything else is shown as it is written.
func (d slackDraw) link(text, address string) slackPiece {
	address = chatops.CleanLine(address)
	text = chatops.CleanLine(text)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || length(u.String()) > d.URL {
		return slackText(strings.TrimSpace(text+" "+address), nil)
	}
	shown := text
	if shown == "" {
		shown = u.String()
	}
	return slackPiece{slack.NewRichTextSectionLinkElement(u.String(), clipped(text, d.OptionText*2), nil), shown}
}
