package parsers

import (
	"strings"
	"unicode/utf8"
)

// scannedText is the text of one part: what its sender wrote, and what is
// quoted of earlier mail.
type scannedText struct {
	part               int
	title, own, quoted string
}

// scannedTexts gives the text of a whole mail: subjects, and every part of it
// and of the messages inside that can be read. A pasted forward shows parts of
// the mail around it again, which count once.
func scannedTexts(m *Mail) []scannedText {
	var all []scannedText
	seen := map[int]bool{}
	var visit func(*Message)
	visit = func(msg *Message) {
		all = append(all, scannedText{part: -1, own: msg.Subject})
		// What a forward quotes is the notice itself.
		history := !IsForward(msg.Subject) && !pastes(msg)
		for _, p := range msg.Parts {
			if seen[p.Index] {
				continue
			}
			seen[p.Index] = true
			t := scannedText{part: p.Index}
			if history && !p.Attachment {
				t.splitHistory(p)
			} else {
				t.title, t.own = scannedPart(p)
			}
			all = append(all, t)
		}
		for _, f := range msg.Forwarded {
			visit(f)
		}
	}
	visit(&m.Message)
	return all
}

// pastes reports whether a person pasted a forward into the text.
func pastes(msg *Message) bool {
	own := map[int]bool{}
	for _, p := range msg.Parts {
		own[p.Index] = true
	}
	for _, f := range msg.Forwarded {
		if len(f.Parts) > 0 && own[f.Parts[0].Index] {
			return true
		}
	}
	return false
}

// scannedPart gives the readable text of a part, and the title of HTML; empty
// for what no reader of ours can read.
func scannedPart(p *Part) (title, text string) {
	switch {
	case IsXLSX(p):
		if doc, err := ReadXLSX(p.Data, p.Index); err == nil {
			return "", doc.Text()
		}
		return "", ""
	case isCSV(p):
		return "", sheetText(p)
	case p.ContentType == TypeHTML, p.ContentType == "application/xhtml+xml":
		if doc := p.shown.Load(); doc != nil { // a format read it already
			return doc.Title, doc.Text()
		}
		return visibleText(p.Text(), p.Index)
	case p.ContentType == TypeCalendar:
		return "", unfolded(p.Text())
	case strings.HasPrefix(p.ContentType, "text"), utf8.Valid(p.Data):
		return "", p.Text()
	}
	return "", ""
}

// visibleText is the text of HTML; all of it with its tags where it is too
// large to be read.
func visibleText(src string, part int) (title, text string) {
	doc, err := ReadHTML(src, part)
	if err != nil {
		return "", src
	}
	return doc.Title, doc.Text()
}

var unfolder = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "", `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)

// unfolded undoes the line folding and the escapes of a calendar.
func unfolded(s string) string { return unfolder.Replace(s) }

// splitHistory parts the text of a body from the earlier mail that a mail
// program quoted in it.
func (t *scannedText) splitHistory(p *Part) {
	switch p.ContentType {
	case TypeHTML:
		src := p.Text()
		if at := htmlHistory(src); at >= 0 {
			t.title, t.own = visibleText(src[:at], p.Index)
			_, t.quoted = visibleText(src[at:], p.Index)
			return
		}
	case TypeText:
		t.own, t.quoted = textHistory(p.Text())
		return
	}
	t.title, t.own = scannedPart(p)
}

// historyMarks begin the quoted mail in the HTML of mail programs. Each has one
// equals sign.
var historyMarks = []string{
	`<blockquote type="cite"`, `<blockquote type=cite`, `<blockquote class="gmail_quote"`, `<div class="gmail_quote`,
	`id="divrplyfwdmsg"`, `id="appendonsend"`, `class="yahoo_quoted"`, `class="moz-cite-prefix"`,
}

// htmlHistory gives where quoted mail begins in HTML; -1: nowhere.
func htmlHistory(src string) int {
	if len(src) > maxForwardText {
		return -1
	}
	for at := 0; ; at++ {
		i := strings.IndexByte(src[at:], '=')
		if i < 0 {
			return -1
		}
		at += i
		if first := markAt(src, at); first >= 0 {
			if src[first] != '<' {
				first = max(strings.LastIndexByte(src[:first], '<'), 0)
			}
			return first
		}
	}
}

// markAt gives where the mark begins that has the equals sign at a place; -1:
// none has.
func markAt(src string, equals int) int {
	for _, mark := range historyMarks {
		name := strings.IndexByte(mark, '=')
		first, end := equals-name, equals-name+len(mark)
		if first >= 0 && end <= len(src) && src[end-1]|0x20 == mark[len(mark)-1]|0x20 && strings.EqualFold(src[first:end], mark) {
			return first
		}
	}
	return -1
}

// textHistory parts lines that are quoted with ">", and all below the line
// with which mail programs begin the mail that is answered.
func textHistory(text string) (own, quoted string) {
	if strings.IndexByte(text, '>') < 0 && !strings.Contains(text, "-----") && !strings.Contains(text, "wrote:") {
		return text, ""
	}
	var a, b strings.Builder
	below := false
	for rest := text; rest != ""; {
		var line string
		line, rest = cutTextLine(rest)
		trimmed := strings.TrimSpace(line)
		below = below || answerMark(trimmed)
		if below || strings.HasPrefix(trimmed, ">") {
			b.WriteString(strings.TrimLeft(trimmed, "> "))
			b.WriteByte('\n')
			continue
		}
		a.WriteString(line)
		a.WriteByte('\n')
	}
	return a.String(), b.String()
}

// answerMark reports whether all below a line is the mail that is answered.
func answerMark(line string) bool {
	if strings.HasPrefix(line, "On ") && strings.HasSuffix(line, "wrote:") {
		return true
	}
	words, ok := strings.CutPrefix(line, "-----")
	return ok && strings.HasPrefix(strings.ToLower(strings.TrimLeft(words, "- ")), "original message")
}
