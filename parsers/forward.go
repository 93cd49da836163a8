package parsers

import (
	"bytes"
	"strings"
	"time"
	"unicode"
)

// quotedLabels are the labels of the small header that mail programs put above
// a forwarded text, in the languages that are met, by the header they stand for.
var quotedLabels = map[string]string{
	"from": "From", "von": "From", "de": "From", "da": "From", "van": "From", "från": "From", "差出人": "From",
	"date": "Date", "sent": "Date", "gesendet": "Date", "datum": "Date", "envoyé": "Date", "enviado": "Date",
	"enviado el": "Date", "fecha": "Date", "inviato": "Date", "verzonden": "Date", "skickat": "Date", "data": "Date", "日付": "Date",
	"subject": "Subject", "betreff": "Subject", "objet": "Subject", "asunto": "Subject", "assunto": "Subject",
	"oggetto": "Subject", "onderwerp": "Subject", "ämne": "Subject", "件名": "Subject",
	"to": "To", "an": "To", "à": "To", "para": "To", "a": "To", "aan": "To", "till": "To",
	"cc": "Cc", "kopie": "Cc", "reply-to": "Reply-To",
}

// forwardPrefixes begin the subject of a forward.
var forwardPrefixes = []string{"fwd:", "fw:", "wg:", "tr:", "rv:", "enc:", "vs:", "doorst:", "i:", "fwd :", "fw :", "tr :"}

// quotedBlock is the small header of a quoted text: lines[from:to] of a part.
type quotedBlock struct {
	header   Header
	from, to int
}

// pasted finds the forwards that a person's mail program pasted into the
// text. Each gives a Message with the envelope that it shows, and the parts of
// the mail around it without what stands above its text; one inside another
// is nested likewise. The header of a quoted text that is answered, and not
// forwarded, is none.
func pasted(msg *Message) []*Message {
	forward := IsForward(msg.Subject)
	var lines map[*Part][]string
	var blocks map[*Part][]quotedBlock
	var shown []quotedBlock // those of the first part that has any
	for _, p := range msg.Parts {
		if p.Attachment || p.ContentType != TypeText && p.ContentType != TypeHTML || len(p.Data) > maxForwardText {
			continue
		}
		if !mayForward(p.Data, forward) {
			continue
		}
		if lines == nil {
			lines, blocks = make(map[*Part][]string), make(map[*Part][]quotedBlock)
		}
		lines[p] = forwardLines(p)
		blocks[p] = quotedHeaders(lines[p], forward)
		if len(shown) == 0 {
			shown = blocks[p]
		}
	}
	var inner *Message
	for level := len(shown) - 1; level >= 0; level-- {
		m := pastedMessage(shown[level].header, msg)
		m.Parts = make([]*Part, len(msg.Parts))
		for i, p := range msg.Parts {
			if m.Parts[i] = p; level < len(blocks[p]) {
				m.Parts[i] = p.below(lines[p], blocks[p][level])
			}
		}
		if inner != nil {
			m.Forwarded = []*Message{inner}
		}
		inner = m
	}
	if inner == nil {
		return nil
	}
	return []*Message{inner}
}

// below gives the part with what stands below a quoted header.
func (p *Part) below(lines []string, b quotedBlock) *Part {
	rest := strings.Join(lines[b.to:], "\n")
	if p.ContentType == TypeHTML {
		var ok bool
		if rest, ok = htmlBelow(p.Text(), lines[b.from:b.to]); !ok {
			return p
		}
	}
	return &Part{
		Index: p.Index, ContentType: p.ContentType, Charset: "utf-8", Filename: p.Filename, Data: []byte(rest),
	}
}

// htmlBelow cuts HTML behind the visible text of some lines. Blanks do not
// count in the search, since HTML folds them.
func htmlBelow(src string, lines []string) (string, bool) {
	x := lexer{s: src}
	var seen strings.Builder
	var at [][2]int // bytes of visible text, and of the source, after each run of text
	for kind := x.next(); kind != tokenEnd; kind = x.next() {
		if kind == tokenText {
			seen.WriteString(withoutBlanks(entities(x.text)))
			at = append(at, [2]int{seen.Len(), x.i})
		}
	}
	want := withoutBlanks(strings.Join(lines, ""))
	i := strings.Index(seen.String(), want)
	if i < 0 || want == "" {
		return "", false
	}
	for _, a := range at {
		if a[0] >= i+len(want) {
			return src[a[1]:], true
		}
	}
	return "", false
}

func withoutBlanks(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || zeroWidth(r) {
			return -1
		}
		return r
	}, s)
}

// IsForward reports whether a subject says that the mail is a forward.
func IsForward(subject string) bool {
	s := strings.ToLower(withoutListTags(subject))
	for _, p := range forwardPrefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// withoutListTags drops the "[list]" and "[EXTERNAL]" tags that lists and
// gateways put before a subject.
func withoutListTags(s string) string {
	for {
		s = strings.TrimSpace(s)
		if !strings.HasPrefix(s, "[") {
			return s
		}
		end := strings.IndexByte(s, ']')
		if end < 0 || end > 60 || strings.TrimSpace(s[end+1:]) == "" {
			return s
		}
		s = s[end+1:]
	}
}

// mayForward tells cheaply whether a text can hold a forward.
func mayForward(data []byte, forward bool) bool {
	if hasMarker(data) {
		return true
	}
	if !forward {
		return false
	}
	for _, label := range []string{"Subject", "Betreff", "Objet", "Asunto", "Assunto", "Oggetto", "Onderwerp", "Ämne", "件名"} {
		if bytes.Contains(data, []byte(label)) {
			return true
		}
	}
	return false
}

// hasMarker finds "Forwarded message" and "forwarded message".
func hasMarker(data []byte) bool {
	for {
		i := bytes.Index(data, []byte("orwarded "))
		if i < 0 {
			return false
		}
		data = data[i+len("orwarded "):]
		if hasPrefixFold(data, "message") {
			return true
		}
	}
}

// forwardLines gives the lines of a part with the empty ones: the small header
// of a forward ends at one.
func forwardLines(p *Part) []string {
	if p.ContentType != TypeHTML {
		return strings.Split(p.Text(), "\n")
	}
	doc, err := ReadHTML(p.Text(), p.Index)
	if err != nil {
		return nil
	}
	lines := make([]string, 0, len(doc.Lines)+len(doc.Lines)/2)
	for _, l := range doc.Lines {
		if l.Gap {
			lines = append(lines, "")
		}
		lines = append(lines, l.Text)
	}
	return lines
}

// quotedHeaders finds the blocks of From, Date and Subject lines. Those right
// below a "Forwarded message" line count always, others in a forward only.
func quotedHeaders(lines []string, forward bool) []quotedBlock {
	var all []quotedBlock
	marker := -10
	for i := 0; i < len(lines) && len(all) < maxForwards; i++ {
		line := unquoteLine(lines[i])
		if isForwardMarker(line) {
			marker = i
			continue
		}
		if name, _ := quotedLabel(line); name != "From" || !forward && i-marker > 3 {
			continue
		}
		h, n := quotedHeader(lines[i:])
		if h != nil {
			all = append(all, quotedBlock{h, i, i + n})
			i += n - 1
		}
	}
	return all
}

func isForwardMarker(line string) bool {
	if line == "" || len(line) > 120 || strings.IndexByte("-_=Bb", line[0]) < 0 {
		return false
	}
	l := strings.ToLower(line)
	return (line[0] < 'A' || line[0] == '_' || strings.HasPrefix(l, "begin ")) && strings.Contains(l, "forwarded message")
}

// quotedHeader reads one block that begins at lines[0], and how long it is;
// nil without both a sender and a subject.
func quotedHeader(lines []string) (Header, int) {
	h := make(Header, 5)
	last, gaps, i := "", 0, 0
	for ; i < len(lines) && i < 20; i++ {
		line := unquoteLine(lines[i])
		name, value := quotedLabel(line)
		switch {
		case line == "":
			if gaps++; gaps > 1 || h["Subject"] != nil && len(h) > 2 {
				return enough(h), i
			}
		case name != "" && h[name] == nil:
			h[name] = []string{value}
			last, gaps = name, 0
		case name != "":
			return enough(h), i
		case last == "" || gaps > 0 || len(h[last][0]) > 2000:
			return enough(h), i
		case h[last][0] != "" && len(lines[i-1]) < 60 && !labelFollows(lines, i) && !strings.Contains(line, "@"):
			return enough(h), i // a short line was not wrapped: this is the text
		default:
			h[last][0] = strings.TrimSpace(h[last][0] + " " + line)
		}
	}
	return enough(h), i
}

func labelFollows(lines []string, i int) bool {
	if i+1 >= len(lines) {
		return false
	}
	name, _ := quotedLabel(unquoteLine(lines[i+1]))
	return name != ""
}

// enough gives the block if it has both a sender and a subject.
func enough(h Header) Header {
	if h["From"] == nil || h["Subject"] == nil {
		return nil
	}
	return h
}

// unquoteLine drops marks of quoting and emphasis around a line.
func unquoteLine(s string) string {
	return strings.TrimSpace(strings.TrimLeft(s, "> \t|\u00a0\r"))
}

// quotedLabel reads "Label: value", "*Label:* value".
func quotedLabel(line string) (name, value string) {
	label, value, ok := strings.Cut(line, ":")
	if !ok {
		label, value, ok = strings.Cut(line, "：")
	}
	if !ok || len(label) > 30 {
		return "", ""
	}
	label = strings.ToLower(strings.Trim(label, "* \u00a0"))
	return quotedLabels[label], strings.TrimSpace(strings.TrimLeft(value, "* \u00a0"))
}

func pastedMessage(h Header, around *Message) *Message {
	from := strings.NewReplacer("[mailto:", "<", "<mailto:", "<", "]", ">").Replace(h.Get("From"))
	if !strings.Contains(h.Get("From"), "[mailto:") {
		from = strings.ReplaceAll(h.Get("From"), "mailto:", "")
	}
	h["From"] = []string{from}
	return &Message{
		Header:  h,
		Subject: Fold(decodeWords(h.Get("Subject"))),
		From:    parseAddresses(from),
		Date:    quotedDate(h.Get("Date"), around.Date),
	}
}

// quotedDate reads the date of a quoted header. Most name no zone: they are
// in that of whoever forwarded, which nobody knows, and stay zero.
func quotedDate(v string, near time.Time) time.Time {
	if t := mailDate(v); !t.IsZero() {
		return t
	}
	times := Times{Order: Undecided}
	m, _, ok := times.Scan(v)
	if !ok || !m.HasDate() || m.Year == 0 || !m.HasTime {
		return time.Time{}
	}
	t, err := times.Resolve(m, near)
	if err != nil {
		return time.Time{}
	}
	return t
}
