package parsers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shape is what a test says of a mail: its messages with their parts as
// "type|file name|text", inner ones indented by their depth.
func shape(m *Mail) []string {
	var lines []string
	var add func(msg *Message, depth int)
	add = func(msg *Message, depth int) {
		pad := strings.Repeat(" ", depth)
		lines = append(lines, fmt.Sprintf("%ssubject %q", pad, msg.Subject))
		for _, p := range msg.Parts {
			lines = append(lines, fmt.Sprintf("%s%s|%s|%s", pad, p.ContentType, p.Filename, strings.TrimSpace(p.Text())))
		}
		for _, f := range msg.Forwarded {
			add(f, depth+1)
		}
	}
	add(&m.Message, 0)
	return lines
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

var readTests = []struct {
	name string
	raw  string
	want []string
}{
	{"plain", "Subject: Work on 4 May\nFrom: a@b.example\n\nBody\n", []string{`subject "Work on 4 May"`, "text/plain||Body"}},
	{"crlf", crlf("Subject: a\nFrom: a@b.example\n\nBody\n"), []string{`subject "a"`, "text/plain||Body"}},
	{"bare carriage returns", strings.ReplaceAll("Subject: a\nFrom: a@b.example\n\nBody\n", "\n", "\r"), []string{`subject "a"`, "text/plain||Body"}},
	{"mbox line and mark", "\xef\xbb\xbfFrom a@b.example Mon May  4 2026\nSubject: a\n\nBody", []string{`subject "a"`, "text/plain||Body"}},
	{"folded subject joins with a blank", "Subject: Planned\n\twork\n   tonight\nFrom: a@b.example\n\nx", []string{`subject "Planned work tonight"`, "text/plain||x"}},
	{"two subjects: the first", "Subject: one\nSubject: two\nFrom: a@b.example\n\nx", []string{`subject "one"`, "text/plain||x"}},
	{"no subject and no date", "From: a@b.example\n\nx", []string{`subject ""`, "text/plain||x"}},
	{"no separator before html", "Subject: a\nContent-Type: text/html\n<html><p>Hi</html>", []string{`subject "a"`, "text/html||<html><p>Hi</html>"}},
	{"junk line between fields", "Subject: a\nsome junk here\nContent-Type: text/plain\n\nx", []string{`subject "a"`, "text/plain||x"}},
	{"bare html", "<!DOCTYPE html><p>Hi: there", []string{`subject ""`, "text/html||<!DOCTYPE html><p>Hi: there"}},
	{"bare text with a colon", "Ticket: 17\nStart: 4 May\n\nend", []string{`subject ""`, "text/plain||Ticket: 17\nStart: 4 May\n\nend"}},
	{"bare calendar", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", []string{`subject ""`, "text/calendar||BEGIN:VCALENDAR\nEND:VCALENDAR"}},
	{"nothing", "", []string{`subject ""`, "text/plain||"}},
	{"base64 with junk behind", "From: a@b.example\nContent-Transfer-Encoding: base64\n\nSGVsbG8s\nIHdvcmxk\n\n____\nlist footer\n", []string{`subject ""`, "text/plain||Hello, world"}},
	{"base64 without padding", "From: a@b.example\nContent-Transfer-Encoding: BASE64\n\nSGVsbG8", []string{`subject ""`, "text/plain||Hello"}},
	{"base64 that is none", "From: a@b.example\nContent-Transfer-Encoding: base64\n\nDear customer, please note our work.", []string{`subject ""`, "text/plain||Dear customer, please note our work."}},
	{"quoted-printable once", "From: a@b.example\nContent-Transfer-Encoding: quoted-printable\n\nCircuit A=3D41B =\nis =C3=BC, 100=%", []string{`subject ""`, "text/plain||Circuit A=41B is ü, 100=%"}},
	{"words cut inside a character", "Subject: =?utf-8?B?w6TD?= =?utf-8?B?tg==?= =?iso-8859-1?Q?_=FCber?= x\nFrom: a@b.example\n\nx", []string{`subject "äö über x"`, "text/plain||x"}},
	{"word that is none", "Subject: =?bad =?utf-8?X?y?= z\nFrom: a@b.example\n\nx", []string{`subject "=?bad =?utf-8?X?y?= z"`, "text/plain||x"}},
	{"8-bit header in latin-1", "Subject: Z\xfcrich\nFrom: a@b.example\n\nx", []string{`subject "Zürich"`, "text/plain||x"}},
}

func TestReadMail(t *testing.T) {
	for _, tt := range readTests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail([]byte(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, shape(m)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const twoParts = `--XX
Content-Type: text/plain; charset=utf-8

plain
--XX
Content-Type: text/html

<p>html</p>
`

var multipartTests = []struct {
	name, contentType, body string
	want                    []string
}{
	{"as it should be", `multipart/alternative; boundary="XX"`, "preamble\n" + twoParts + "--XX--\nepilogue", []string{"text/plain||plain", "text/html||<p>html</p>"}},
	{"no closing boundary", `multipart/alternative; boundary=XX`, twoParts, []string{"text/plain||plain", "text/html||<p>html</p>"}},
	{"boundary lost", `multipart/alternative;`, "\n" + twoParts + "--XX--", []string{"text/plain||plain", "text/html||<p>html</p>"}},
	{"boundary wrong", `multipart/mixed; boundary="YY"`, twoParts + "--XX--", []string{"text/plain||plain", "text/html||<p>html</p>"}},
	{"type lost", ``, twoParts + "--XX--", []string{"text/plain||plain", "text/html||<p>html</p>"}},
	{"boundary of one character", `multipart/mixed; boundary="-"`, "---\n\none\n---\n\ntwo\n-----\n", []string{"text/plain||one", "text/plain||two"}},
	{"longer boundary inside", `multipart/mixed; boundary="XX"`, "--XX\n\none\n--XXX\n--XX--", []string{"text/plain||one\n--XXX"}},
	{"no part at all", `multipart/mixed; boundary="XX"`, "only text", []string{"text/plain||only text"}},
	{"calendar by any name", `multipart/mixed; boundary=XX`, "--XX\nContent-Type: application/octet-stream; name=\"x.bin\"\n\nBEGIN:VCALENDAR\nEND:VCALENDAR\n--XX--", []string{"text/calendar|x.bin|BEGIN:VCALENDAR\nEND:VCALENDAR"}},
	{"calendar encoded twice", `multipart/mixed; boundary=XX`, "--XX\nContent-Type: text/calendar\n\nQkVHSU46VkNBTEVOREFSCkVORDpWQ0FMRU5EQVI=\n--XX--", []string{"text/calendar||BEGIN:VCALENDAR\nEND:VCALENDAR"}},
	{"type by file name", `multipart/mixed; boundary=XX`, "--XX\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"..\\dir/list.CSV\"\n\na,b\n--XX--", []string{"text/csv|list.CSV|a,b"}},
	{"encoded file name", `multipart/mixed; boundary=XX`, "--XX\nContent-Type: text/plain; name=\"=?utf-8?Q?=C3=BC.txt?=\"\n\na\n--XX--", []string{"text/plain|ü.txt|a"}},
	{"extended file name", `multipart/mixed; boundary=XX`, "--XX\nContent-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''%C3%BC.txt\n\na\n--XX--", []string{"text/plain|ü.txt|a"}},
	{"html called plain", `multipart/mixed; boundary=XX`, "--XX\nContent-Type: text/plain\n\n<html>x</html>\n--XX--", []string{"text/html||<html>x</html>"}},
}

func TestMultipart(t *testing.T) {
	for _, tt := range multipartTests {
		for _, ends := range []struct {
			name string
			fix  func(string) string
		}{{"LF", func(s string) string { return s }}, {"CRLF", crlf}} {
			t.Run(tt.name+" "+ends.name, func(t *testing.T) {
				head := "From: a@b.example\n"
				if tt.contentType != "" {
					head += "Content-Type: " + tt.contentType + "\n"
				}
				m, err := ReadMail([]byte(ends.fix(head + "\n" + tt.body)))
				if err != nil {
					t.Fatal(err)
				}
				got := shape(m)[1:]
				for i := range got {
					got[i] = strings.ReplaceAll(got[i], "\r", "")
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				for i, p := range m.Parts {
					if p.Index != i {
						t.Errorf("part %d has index %d", i, p.Index)
					}
				}
			})
		}
	}
}

func TestCharsets(t *testing.T) {
	tests := []struct{ name, charset, data, want string }{
		{"declared", "iso-8859-15", "10 \xa4", "10 €"},
		{"declared wrongly as UTF-8", "utf-8", "Z\xfcrich \x96", "Zürich –"},
		{"not declared, UTF-8", "", "Z\xc3\xbcrich", "Zürich"},
		{"not declared, windows-1252", "", "\x93Z\xfcrich\x94", "“Zürich”"},
		{"unknown name", "x-unknown", "Z\xc3\xbcrich", "Zürich"},
		{"utf-7", "utf-7", "C+AC0-1, Z+APw-rich, 1 +- 1, +2D3eAA!", "C-1, Zürich, 1 + 1, 😀!"},
		{"utf-7 not needed", "UTF-7", "C-1 + C-2", "C-1 + C-2"},
		{"broken utf-7", "utf-7", "a+A-b", "a\ufffdb"},
		{"utf-7 that is 8 bit", "utf-7", "Z\xfcrich +AGE-", "Zürich +AGE-"},
		{"UTF-16 with mark", "utf-8", "\xff\xfea\x00b\x00", "ab"},
		{"UTF-16 big endian with mark", "", "\xfe\xff\x00a\x00b", "ab"},
		{"UTF-16 without mark", "", "C\x00i\x00r\x00c\x00u\x00i\x00t\x00 \x001\x00", "Circuit 1"},
		{"UTF-8 mark", "iso-8859-1", "\xef\xbb\xbfabc", "abc"},
		{"shift-jis", "shift_jis", "\x8e\x6c", "四"},
		{"broken iso-2022-jp", "iso-2022-jp", "\x1b$B\x30", "\ufffd"},
		{"NULs go", "", "a\x00bcdefgh", "abcdefgh"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &Part{Charset: tt.charset, Data: []byte(tt.data), ContentType: TypeText}
			if got := p.Text(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := p.Text(); got != tt.want {
				t.Errorf("second call: got %q", got)
			}
		})
	}
	p := &Part{ContentType: TypeHTML, Data: []byte("<meta http-equiv=x content='text/html; charset=iso-8859-2'>\xb1")}
	if got := p.Text(); !strings.HasSuffix(got, "ą") {
		t.Errorf("meta tag: got %q", got)
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2026, 5, 4, 8, 30, 0, 0, time.UTC)
	tests := []struct {
		value string
		want  time.Time
	}{
		{"Mon, 4 May 2026 08:30:00 +0000", at},
		{"Mon, 4 May 2026 10:30:00 +0200 (CEST)", at},
		{"4 May 2026 08:30:00 GMT", at},
		{"Mon, 04 May 2026 08:30:00 UTC", at},
		{"Mon, 4 May 2026 10:30 +0200", at},
		{"2026-05-04T08:30:00Z", at},
		{"Mon, 4 May 2026 08:30:00 XYZ", time.Time{}},
		{"Mon, 4 May 2026 08:30:00", time.Time{}},
		{"yesterday", time.Time{}},
		{"Mon, 4 May 0001 08:30:00 +0000", time.Time{}},
	}
	for _, tt := range tests {
		if got := mailDate(tt.value); !got.Equal(tt.want) {
			t.Errorf("%q: got %s, want %s", tt.value, got, tt.want)
		}
	}
}

func TestReadHeader(t *testing.T) {
	raw := []byte("Received: from a by b;\n Mon, 4 May 2026 10:30:00 +0200\nReceived: from c by a; Mon, 4 May 2026 08:00:00 +0000\n" +
		"From: N <N@B.example>\nSubject: s\nMessage-ID: <1@b.example>\nDate: Mon, 4 May 2026 08:00:00 +0000\n\nbody")
	msg, received := ReadHeader(raw)
	if want := time.Date(2026, 5, 4, 8, 30, 0, 0, time.UTC); !received.Equal(want) || received.Location() != time.UTC {
		t.Errorf("received %v, want %v", received, want)
	}
	if msg.Subject != "s" || msg.MessageID != "1@b.example" || len(msg.From) != 1 || msg.From[0] != (Address{"N", "n@b.example"}) {
		t.Errorf("got %+v", msg)
	}
	full, err := ReadMail(raw)
	if err != nil || !full.Received.Equal(received) || full.Size != len(raw) {
		t.Errorf("ReadMail says received %v, size %d, %v", full.Received, full.Size, err)
	}
}
