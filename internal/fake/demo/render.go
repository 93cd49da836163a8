package demo

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"text/template"
	"time"
	_ "time/tzdata" // the zones of the notices, on machines that have none
)

//go:embed mails/*.eml
var templates embed.FS

// moment is when a mail is seen: all its dates follow from these.
type moment struct {
	now, received, sent time.Time
}

// render makes the message from its template. The templates are part of the
// program, so one that does not work is a defect of the program: it panics.
func render(name string, at moment) []byte {
	t := template.New(name)
	t.Funcs(template.FuncMap{
		"sent":     func() time.Time { return at.sent },
		"received": func() time.Time { return at.received },
		"hour":     func(n int) time.Time { return at.now.Truncate(time.Hour).Add(time.Duration(n) * time.Hour) },
		"zone":     zone,
		"date":     func(layout string, t time.Time) string { return t.Format(layout) },
		"mail":     func(t time.Time) string { return t.Format(time.RFC1123Z) },
		"ical":     func(t time.Time) string { return t.Format("20060102T150405Z") },
		"upper":    strings.ToUpper,
		"qp":       func(block string) (string, error) { return encode(t, block, quoted) },
		"b64":      func(block string) (string, error) { return encode(t, block, base64Lines) },
	})
	var b bytes.Buffer
	if _, err := t.ParseFS(templates, "mails/"+name); err != nil {
		panic(fmt.Sprintf("demo: %v", err))
	}
	if err := t.ExecuteTemplate(&b, name, nil); err != nil {
		panic(fmt.Sprintf("demo: %v", err))
	}
	return crlf(b.Bytes())
}

func zone(name string, t time.Time) (time.Time, error) {
	location, err := time.LoadLocation(name)
	if err != nil {
		return time.Time{}, err
	}
	return t.In(location), nil
}

// encode runs a block of the template and gives it in a transfer encoding.
func encode(t *template.Template, block string, with func([]byte) (string, error)) (string, error) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, block, nil); err != nil {
		return "", err
	}
	return with(crlf(b.Bytes()))
}

func quoted(text []byte) (string, error) {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
}

func base64Lines(text []byte) (string, error) {
	s := base64.StdEncoding.EncodeToString(text)
	var b strings.Builder
	for len(s) > 76 {
		b.WriteString(s[:76] + "\n")
		s = s[76:]
	}
	b.WriteString(s)
	return b.String(), nil
}

// crlf ends every line as mail does.
func crlf(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
}
