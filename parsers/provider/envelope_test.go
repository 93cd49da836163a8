package provider

import (
	"bytes"
	"encoding/base64"
	"mime/quotedprintable"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lineman/parsers"

	"github.com/google/go-cmp/cmp"
)

// remake sends what a mail says in another envelope.
type remake struct {
	name string
	make func(raw []byte) []byte
}

// body gives the header and the body of a mail as it is written.
func body(raw []byte) (header, content string) {
	s := strings.ReplaceAll(string(raw), "\r\n", "\n")
	header, content, _ = strings.Cut(s, "\n\n")
	return header, content
}

// html gives the first HTML part of a mail whose notice is in it alone.
func html(raw []byte) string {
	m, err := parsers.ReadMail(raw)
	if err != nil {
		return ""
	}
	found := ""
	for _, p := range m.Parts {
		switch {
		case p.ContentType == parsers.TypeCalendar, p.Attachment:
			return ""
		case p.ContentType == parsers.TypeHTML && found == "":
			found = p.Text()
		}
	}
	return found
}

// keep gives the fields of a header that have one of the names.
func keep(header string, names ...string) string {
	var out []string
	on := false
	for _, line := range strings.Split(header, "\n") {
		if line == "" || line[0] != ' ' && line[0] != '\t' {
			on = false
			for _, n := range names {
				on = on || strings.HasPrefix(strings.ToLower(line), n+":")
			}
		}
		if on {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

func encode64(s string) string {
	e := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(e) > 76 {
		b.WriteString(e[:76] + "\n")
		e = e[76:]
	}
	return b.String() + e + "\n"
}

func encodeQP(s string) string {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

var remakes = []remake{
	{"CRLF", func(raw []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}},
	{"attached to a forward", func(raw []byte) []byte {
		h, _ := body(raw)
		return []byte(keep(h, "date") + "\nFrom: me@customer.example\nSubject: Fwd: have a look\nContent-Type: multipart/mixed; boundary=\"=_F\"\n\n--=_F\n\nsee below\n--=_F\nContent-Type: message/rfc822\n\n" + string(raw) + "\n--=_F--\n")
	}},
	{"closing boundary lost", func(raw []byte) []byte {
		i := bytes.LastIndex(raw, []byte("--"))
		if h, _ := body(raw); i < len(raw)-6 || !strings.Contains(strings.ToLower(h), "multipart/") {
			return raw
		}
		return raw[:i]
	}},
	{"boundary lost", func(raw []byte) []byte {
		h, c := body(raw)
		if !strings.Contains(strings.ToLower(h), "multipart/") {
			return raw
		}
		return []byte(keep(h, "from", "date", "subject", "received", "x-original-sender", "reply-to") + "\nContent-Type: multipart/mixed;\n\n" + c)
	}},
	{"HTML in base64", func(raw []byte) []byte {
		h, _ := body(raw)
		if html(raw) == "" {
			return raw
		}
		return []byte(keep(h, "from", "date", "subject", "x-original-sender", "reply-to") + "\nContent-Type: text/html; charset=UTF-8\nContent-Transfer-Encoding: base64\n\n" + encode64(html(raw)))
	}},
	{"HTML in quoted-printable, no charset", func(raw []byte) []byte {
		h, _ := body(raw)
		if html(raw) == "" {
			return raw
		}
		return []byte(keep(h, "from", "date", "subject", "x-original-sender", "reply-to") + "\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n" + encodeQP(html(raw)))
	}},
	{"HTML without a header of its own", func(raw []byte) []byte {
		h, _ := body(raw)
		if html(raw) == "" {
			return raw
		}
		return []byte(keep(h, "from", "date", "subject", "x-original-sender", "reply-to") + "\n\n" + "<html><body>" + html(raw))
	}},
	{"pasted into a forward", func(raw []byte) []byte {
		m, err := parsers.ReadMail(raw)
		if err != nil || html(raw) == "" || len(m.Forwarded) > 0 || len(m.Senders("")) == 0 {
			return raw
		}
		h, _ := body(raw)
		return []byte(keep(h, "date") + "\nFrom: me@customer.example\nSubject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("Fwd: "+m.Subject)) +
			"?=\nContent-Type: text/html; charset=utf-8\n\n<div>FYI<br><br>---------- Forwarded message ---------<br>From: NOC &lt;" + m.Senders("")[0] +
			"&gt;<br>Date: Mon, 4 May 2026 at 10:00<br>Subject: " + strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(m.Subject) + "<br>To: us<br><br></div>" + html(raw))
	}},
}

// samples are the project's own mails, and those of the corpus that may stand
// beside the repository.
func samples(t *testing.T) []string {
	own, err := filepath.Glob(filepath.Join("testdata", "*", "*.eml"))
	if err != nil || len(own) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	more, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "*", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	return append(own, more...)
}

// TestEnvelopes: what a mail says does not depend on how it is packed.
func TestEnvelopes(t *testing.T) {
	engine := parsers.NewEngine(All())
	for _, file := range samples(t) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := parsers.ReadMail(raw)
		if err != nil {
			t.Fatal(err)
		}
		want := engine.Parse(m, "")
		if want.Outcome != parsers.OutcomeMaintenance {
			continue
		}
		for _, r := range remakes {
			name := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file)
			t.Run(name+" "+r.name, func(t *testing.T) {
				m, err := parsers.ReadMail(r.make(raw))
				if err != nil {
					t.Fatal(err)
				}
				got := engine.Parse(m, "")
				if got.Outcome != want.Outcome || got.Provider != want.Provider {
					t.Fatalf("%s of %q (%s): %q", got.Outcome, got.Provider, got.Detected, got.Problems())
				}
				if diff := cmp.Diff(want.Maintenances(false), got.Maintenances(false)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}
