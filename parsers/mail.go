package parsers

import (
	"bytes"
	"mime"
	"net/textproto"
	"path"
	"strings"
	"time"
)

// ReadMail reads the bytes of one mail. It takes whatever people's mailboxes
// hold: bodies without a header, headers without a body, lost boundaries,
// wrong charsets, bare LF or CR. The only error is a *LimitError. The Mail
// keeps references into raw, which must not be changed afterwards.
func ReadMail(raw []byte) (*Mail, error) {
	if len(raw) > MaxMailSize {
		return nil, &LimitError{What: "bytes", Limit: MaxMailSize, Got: len(raw)}
	}
	raw = cutEnvelope(lineEnds(raw))
	w := &walk{}
	m := &Mail{Size: len(raw)}
	msg, err := w.message(raw, 1, true)
	if err != nil {
		return nil, err
	}
	m.Message = *msg
	m.Received = receivedAt(m.Header)
	return m, nil
}

// ReadHeader reads only the header of a mail, cheaply, for lists of mail. It
// never fails: what cannot be read stays empty. received is the time of the
// topmost Received line in UTC, zero without one.
func ReadHeader(raw []byte) (msg *Message, received time.Time) {
	if len(raw) > MaxHeaderSize {
		raw = raw[:MaxHeaderSize]
	}
	fields, _, _ := splitHeader(cutEnvelope(lineEnds(raw)), true)
	msg = newMessage(fields)
	return msg, receivedAt(msg.Header)
}

// lineEnds turns bare CR line ends, where there is no LF at all, into LF.
func lineEnds(raw []byte) []byte {
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	return raw
}

// cutEnvelope drops what stands before the header: a byte order mark, empty
// lines, the "From " line of an mbox.
func cutEnvelope(raw []byte) []byte {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	raw = bytes.TrimLeft(raw, "\r\n")
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, raw = cutLine(raw)
	}
	return raw
}

// walk is one visit of a MIME tree.
type walk struct {
	entities int // leaves and containers met
	leaves   int // next Part.Index
}

// message reads one envelope with everything below it.
func (w *walk) message(raw []byte, depth int, outer bool) (*Message, error) {
	fields, body, err := splitHeader(raw, outer)
	if err != nil {
		return nil, err
	}
	msg := newMessage(fields)
	if err := w.entity(msg, entityOf(fields), body, depth); err != nil {
		return nil, err
	}
	msg.Forwarded = append(msg.Forwarded, pasted(msg)...)
	return msg, nil
}

func newMessage(fields []field) *Message {
	h := make(Header, len(fields))
	for _, f := range fields {
		h[f.name] = append(h[f.name], f.value)
	}
	return &Message{
		Header:    h,
		Subject:   Fold(decodeWords(h.Get("Subject"))),
		From:      parseAddresses(h.Get("From")),
		Date:      mailDate(h.Get("Date")),
		MessageID: strings.Trim(strings.TrimSpace(h.Get("Message-Id")), "<>"),
	}
}

// Get gives the first field of that canonical name; empty if there is none.
func (h Header) Get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Values gives all fields of a name in any letter case, in order.
func (h Header) Values(name string) []string {
	return h[textproto.CanonicalMIMEHeaderKey(name)]
}

// entity is what the header of one MIME part says of it.
type entity struct {
	ctype      string
	boundary   string
	charset    string
	filename   string
	encoding   string
	attachment bool
}

func entityOf(fields []field) entity {
	var e entity
	var typeName string
	seen := false
	for _, f := range fields {
		switch f.name {
		case "Content-Type":
			if seen {
				continue
			}
			seen = true
			ctype, params := mediaType(f.value)
			e.ctype = ctype
			e.boundary = params["boundary"]
			e.charset = strings.ToLower(strings.Trim(params["charset"], `"' `))
			typeName = params["name"]
		case "Content-Transfer-Encoding":
			e.encoding = strings.ToLower(strings.Trim(FirstWord(f.value), `"';`))
		case "Content-Disposition":
			kind, params := mediaType(f.value)
			e.attachment = kind == "attachment"
			e.filename = params["filename"]
		}
	}
	if e.filename == "" {
		e.filename = typeName
	}
	e.filename = baseName(decodeWords(e.filename))
	return e
}

// baseName gives a file name without folders and control characters.
func baseName(name string) string {
	if name == "" {
		return ""
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	return Clip(Fold(name), 255)
}

// entity adds what one MIME part holds to its message.
func (w *walk) entity(msg *Message, e entity, body []byte, depth int) error {
	if w.entities++; w.entities > MaxParts {
		return &LimitError{What: "parts", Limit: MaxParts}
	}
	switch {
	case depth > MaxDepth:
		return &LimitError{What: "nested parts", Limit: MaxDepth}
	case strings.HasPrefix(e.ctype, "multipart/"):
		if b := boundaryOf(e, body); b != "" {
			return w.multipart(msg, e, b, body, depth)
		}
		if plain := decodeTransfer(body, e.encoding); len(plain) != len(body) { // which the standard forbids
			if b := boundaryOf(e, plain); b != "" {
				return w.multipart(msg, e, b, plain, depth)
			}
		}
		e.ctype = ""
	case e.ctype == "message/rfc822" || e.ctype == "message/global":
		return w.nested(msg, decodeTransfer(body, e.encoding), depth)
	case e.ctype == "":
		// Header and boundary may both be lost: the body then begins with a
		// boundary line and a part's header.
		if b := sniffBoundary(body, true); b != "" {
			return w.multipart(msg, e, b, body, depth)
		}
	}
	return w.leaf(msg, e, decodeTransfer(body, e.encoding), depth)
}

func (w *walk) nested(msg *Message, raw []byte, depth int) error {
	inner, err := w.message(cutEnvelope(raw), depth+1, false)
	if err != nil {
		return err
	}
	msg.Forwarded = append(msg.Forwarded, inner)
	return nil
}

func (w *walk) leaf(msg *Message, e entity, data []byte, depth int) error {
	ctype, data := sniff(e, data)
	if ctype == "message/rfc822" {
		return w.nested(msg, data, depth)
	}
	msg.Parts = append(msg.Parts, &Part{
		Index: w.leaves, ContentType: ctype, Charset: e.charset,
		Filename: e.filename, Attachment: e.attachment, Data: data,
	})
	w.leaves++
	return nil
}

func (w *walk) multipart(msg *Message, e entity, boundary string, body []byte, depth int) error {
	delim := []byte("--" + boundary)
	start := nextBoundary(body, delim, 0)
	for start >= 0 {
		line, _ := cutLine(body[start:])
		if bytes.HasPrefix(line[len(delim):], []byte("--")) {
			return nil
		}
		from := start + lineLen(body[start:])
		end := nextBoundary(body, delim, from)
		content := body[from:]
		if end >= 0 {
			content = trimLineEnd(body[from:end])
		}
		if end >= 0 || len(bytes.TrimSpace(content)) > 0 {
			if err := w.part(msg, e, content, depth); err != nil {
				return err
			}
		}
		start = end
	}
	return nil
}

func (w *walk) part(msg *Message, parent entity, content []byte, depth int) error {
	fields, body, err := splitHeader(content, false)
	if err != nil {
		return err
	}
	e := entityOf(fields)
	if e.ctype == "" && parent.ctype == "multipart/digest" {
		e.ctype = "message/rfc822"
	}
	return w.entity(msg, e, body, depth+1)
}

// mediaType reads a Content-Type or Content-Disposition; what is malformed is
// read as far as it goes.
func mediaType(v string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(v)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(v, ";")
	params = make(map[string]string)
	for i := 0; rest != "" && i < 50; i++ {
		var item string
		item, rest = cutParam(rest)
		name, value, ok := strings.Cut(item, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := params[name]; ok && !twice {
			params[name] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	kind = strings.ToLower(FirstWord(kind))
	if !strings.Contains(kind, "/") && kind != "attachment" && kind != "inline" {
		kind = ""
	}
	return kind, params
}

// cutParam splits at the first semicolon that is not inside quotes.
func cutParam(s string) (item, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
