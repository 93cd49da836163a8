package destination

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"path"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/notify"
)

const (
	maxSubject  = 200      // characters
	maxAttached = 10 << 20 // bytes of files in one mail
	textWidth   = 76       // columns of the plain text
	quoted      = "quoted-printable"
	octets      = "application/octet-stream"
)

// compose writes a mail: plain text and HTML, the calendar entries, files. The
// same parcel gives the same bytes but for the date.
func (e *email) compose(p notify.Parcel, id, root string) ([]byte, error) {
	zone := zoneOf(p.Rule)
	html := drawHTML(p.Message, zone)
	invites := e.invites(p)
	c := composer{key: p.Key}
	var body bytes.Buffer
	w, err := message.CreateWriter(&body, c.head(e.header(p, id, root), "multipart/mixed"))
	if err != nil {
		return nil, err
	}
	inner, err := w.CreatePart(c.head(message.Header{}, "multipart/alternative"))
	if err != nil {
		return nil, err
	}
	c.text(inner, "text/plain", nil, platform.DrawText(p.Message, zone, textWidth))
	c.html(inner, html)
	if len(invites) > 0 {
		c.text(inner, "text/calendar", map[string]string{"method": invites[0].method}, string(invites[0].bytes))
	}
	c.add(inner.Close())
	for _, i := range invites {
		c.file(w, i.name, "text/calendar", map[string]string{"method": i.method, "charset": "utf-8"}, i.bytes)
	}
	for _, f := range html.files {
		c.file(w, fileName(f.Name), mediaType(f.MediaType), nil, f.Bytes)
	}
	c.add(w.Close())
	return body.Bytes(), c.err
}

func (e *email) header(p notify.Parcel, id, root string) message.Header {
	var h mail.Header
	h.SetDate(e.o.Now().UTC())
	subject := shorten(chatops.CleanLine(p.Message.Heading), maxSubject)
	if subject == "" {
		subject = "lineman"
	}
	h.SetSubject(subject)
	h.SetAddressList("From", []*mail.Address{{Name: e.from.Name, Address: e.from.Address}})
	var to []*mail.Address
	for _, a := range e.to {
		to = append(to, &mail.Address{Name: a.Name, Address: a.Address})
	}
	h.SetAddressList("To", to)
	h.SetMessageID(id)
	if root != "" {
		h.SetMsgIDList("In-Reply-To", []string{root})
		h.SetMsgIDList("References", []string{root})
	}
	h.Set("Auto-Submitted", "auto-generated")
	h.Set("X-Auto-Response-Suppress", "All")
	h.Set("X-Lineman-Announcement", id) // the reader of mail knows it by this; see parsers
	if slices.ContainsFunc(p.Items, func(i notify.Item) bool { return i.Delivery.Urgent }) {
		h.Set("Importance", "high")
	}
	return h.Header
}

// composer writes parts, until the first error.
type composer struct {
	key   string
	count int
	err   error
}

func (c *composer) add(err error) {
	if c.err == nil {
		c.err = err
	}
}

// head gives a header the type of a multipart. Its boundary follows from the
// parcel's key, and holds what no encoded text can hold.
func (c *composer) head(h message.Header, kind string) message.Header {
	c.count++
	sum := sha256.Sum256([]byte(fmt.Sprint(c.key, c.count)))
	h.SetContentType(kind, map[string]string{"boundary": "=_" + hex.EncodeToString(sum[:12])})
	return h
}

func (c *composer) part(w *message.Writer, h message.Header, body []byte) {
	if c.err != nil {
		return
	}
	part, err := w.CreatePart(h)
	if err != nil {
		c.add(err)
		return
	}
	_, err = part.Write(body)
	c.add(err)
	c.add(part.Close())
}

func (c *composer) text(w *message.Writer, kind string, params map[string]string, text string) {
	all := map[string]string{"charset": "utf-8"}
	for k, v := range params {
		all[k] = v
	}
	var h message.Header
	h.SetContentType(kind, all)
	h.Set("Content-Transfer-Encoding", quoted)
	c.part(w, h, []byte(text))
}

// html writes the HTML with its pictures.
func (c *composer) html(w *message.Writer, html htmlBody) {
	if len(html.images) == 0 {
		c.text(w, "text/html", nil, html.text)
		return
	}
	if c.err != nil {
		return
	}
	related, err := w.CreatePart(c.head(message.Header{}, "multipart/related"))
	if err != nil {
		c.add(err)
		return
	}
	c.text(related, "text/html", nil, html.text)
	for i, image := range html.images {
		var h message.Header
		h.SetContentType(mediaType(image.MediaType), nil)
		h.Set("Content-Transfer-Encoding", "base64")
		h.Set("Content-Id", "<"+contentID(i)+">")
		h.SetContentDisposition("inline", map[string]string{"filename": fileName(image.Name)})
		c.part(related, h, image.Bytes)
	}
	c.add(related.Close())
}

func (c *composer) file(w *message.Writer, name, kind string, params map[string]string, body []byte) {
	var h message.Header
	h.SetContentType(kind, params)
	h.Set("Content-Transfer-Encoding", "base64")
	h.SetContentDisposition("attachment", map[string]string{"filename": name})
	c.part(w, h, body)
}

func contentID(i int) string { return fmt.Sprintf("image%d@lineman", i+1) }

// mediaType is a type without parameters; what is none is a file of bytes.
func mediaType(text string) string {
	kind, _, err := mime.ParseMediaType(text)
	if err != nil || strings.Count(kind, "/") != 1 || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") {
		return octets
	}
	return kind
}

// fileName is a name that can be saved anywhere: no folder, nothing invisible,
// no name of a device, not long.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(chatops.CleanLine(name), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/|?*%`, r) {
			return '-'
		}
		return r
	}, strings.Trim(name, " ."))
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "LPT1", "LPT2", "LPT3"}, strings.TrimSpace(stem)) {
		name = "_" + name
	}
	if name == "" || name == "-" {
		name = "file"
	}
	runes := []rune(name)
	if len(runes) > 100 {
		extension := path.Ext(name)
		if len(extension) > 10 {
			extension = ""
		}
		name = string(runes[:100-len(extension)]) + extension
	}
	return name
}
