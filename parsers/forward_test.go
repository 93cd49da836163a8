package parsers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// envelope is what a test says of a forwarded message.
type envelope struct {
	depth   int
	subject string
	from    string
	date    string // RFC 3339; empty: not known
	parts   int
}

func envelopes(m *Mail) []envelope {
	var all []envelope
	var add func(list []*Message, depth int)
	add = func(list []*Message, depth int) {
		for _, f := range list {
			e := envelope{depth: depth, subject: f.Subject, parts: len(f.Parts)}
			if len(f.From) == 1 {
				e.from = f.From[0].Addr
			}
			if !f.Date.IsZero() {
				e.date = f.Date.Format(time.RFC3339)
			}
			all = append(all, e)
			add(f.Forwarded, depth+1)
		}
	}
	add(m.Forwarded, 1)
	return all
}

var forwardTests = []struct {
	name string
	raw  string
	want []envelope
}{
	{"attached", `Subject: Fwd: x
Content-Type: multipart/mixed; boundary=B

--B

see below
--B
Content-Type: message/rfc822

From: NOC <noc@carrier.example>
Subject: Work 17
Date: Mon, 4 May 2026 08:30:00 +0200

body
--B--`, []envelope{{1, "Work 17", "noc@carrier.example", "2026-05-04T06:30:00Z", 1}}},
	{"attached, in base64 and by its name", "Subject: x\nContent-Type: application/octet-stream; name=a.eml\nContent-Transfer-Encoding: base64\n\n" +
		"U3ViamVjdDogV29yayAxNwpGcm9tOiBub2NAY2Fycmllci5leGFtcGxlCgpib2R5Cg==",
		[]envelope{{1, "Work 17", "noc@carrier.example", "", 1}}},
	{"digest", "Subject: x\nContent-Type: multipart/digest; boundary=B\n\n--B\n\nSubject: one\n\na\n--B\n\nSubject: two\n\nb\n--B--",
		[]envelope{{1, "one", "", "", 1}, {1, "two", "", "", 1}}},
	{"Gmail", `Subject: Fwd: Work 17
Date: Tue, 5 May 2026 08:00:00 +0000

please look

---------- Forwarded message ---------
From: NOC Carrier <noc@carrier.example>
Date: Mon, 4 May 2026 at 11:05
Subject: [list] Work 17 of
 the night
To: <us@customer.example>

text`, []envelope{{1, "[list] Work 17 of the night", "noc@carrier.example", "", 1}}},
	{"marker without a subject prefix", "Subject: look\n\n---------- Forwarded message ---------\nFrom: <noc@carrier.example>\nDate: Mon, 4 May 2026 08:30:00 +0000\nSubject: W\n\ntext",
		[]envelope{{1, "W", "noc@carrier.example", "2026-05-04T08:30:00Z", 1}}},
	{"Apple Mail, quoted", "Subject: Fwd: W\n\nBegin forwarded message:\n\n> From: NOC <noc@carrier.example>\n> Subject: W\n> Date: May 4, 2026 at 10:30:00 AM GMT+2\n> To: us@customer.example\n>\n> text",
		[]envelope{{1, "W", "noc@carrier.example", "2026-05-04T08:30:00Z", 1}}},
	{"Outlook", "Subject: FW: W\n\n-----Original Message-----\nFrom: NOC [mailto:noc@carrier.example]\nSent: Monday, May 4, 2026 10:30 AM\nTo: Us\nSubject: W\n\ntext",
		[]envelope{{1, "W", "noc@carrier.example", "", 1}}},
	{"Outlook in German", "Subject: WG: W\n\nVon: NOC <noc@carrier.example>\nGesendet: Montag, 4. Mai 2026 10:30\nAn: Wir\nBetreff: W\n\ntext",
		[]envelope{{1, "W", "noc@carrier.example", "", 1}}},
	{"Outlook in French", "Subject: TR : W\nContent-Type: text/plain; charset=utf-8\n\nDe : NOC <noc@carrier.example>\nEnvoyé : lundi 4 mai 2026 10:30\nÀ : nous\nObjet : W\n\ntext",
		[]envelope{{1, "W", "noc@carrier.example", "", 1}}},
	{"HTML", "Subject: Fwd: W\nContent-Type: text/html\n\n<div>hi<br>---------- Forwarded message ---------<br>From: <b>NOC</b> &lt;<a href=x>noc@carrier.example</a>&gt;<br>Date: Mon, 4 May 2026<br>Subject: W<br>To: us<br></div>text",
		[]envelope{{1, "W", "noc@carrier.example", "", 1}}},
	{"forward of a forward", "Subject: Fwd: Fwd: W\n\n---------- Forwarded message ---------\nFrom: a@customer.example\nSubject: Fwd: W\nDate: x\n\n---------- Forwarded message ---------\nFrom: noc@carrier.example\nDate: y\nSubject: W\n\ntext",
		[]envelope{{1, "Fwd: W", "a@customer.example", "", 1}, {2, "W", "noc@carrier.example", "", 1}}},
	{"list tag before the prefix", "Subject: [noc] FW: W\n\nFrom: noc@carrier.example\nSent: x\nSubject: W\n\ntext", []envelope{{1, "W", "noc@carrier.example", "", 1}}},
	{"a reply quotes", "Subject: Re: W\n\nno, thanks\n\n-----Original Message-----\nFrom: noc@carrier.example\nSent: x\nTo: us\nSubject: W\n\ntext", nil},
	{"a notice with its own history", "Subject: Update of W\n\nnew\n\nFrom: noc@carrier.example\nSent: x\nSubject: W\n\nold", nil},
	{"words without a block", "Subject: Fwd: W\n\nFrom: 10:00\nTo: 12:00\n\ntext Subject", nil},
}

func TestForwards(t *testing.T) {
	for _, tt := range forwardTests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail([]byte("From: me@customer.example\n" + tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, envelopes(m), cmp.AllowUnexported(envelope{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInnerSenders(t *testing.T) {
	for _, tt := range forwardTests {
		if tt.name != "forward of a forward" {
			continue
		}
		m, err := ReadMail([]byte("From: me@customer.example\n" + tt.raw))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(m.InnerSenders(), " "); got != "noc@carrier.example a@customer.example" {
			t.Errorf("got %q", got)
		}
		p := m.Forwarded[0].Forwarded[0].Parts[0]
		if got := strings.TrimSpace(p.Text()); got != "text" || p.Index != m.Parts[0].Index {
			t.Errorf("the innermost forward has part %d with %q, want only its text", p.Index, got)
		}
	}
}

// TestForwardedText holds that the text of a forward begins right below the
// small header, although the paragraphs of HTML have no empty lines.
func TestForwardedText(t *testing.T) {
	raw := "From: me@customer.example\nSubject: Fwd: W\nContent-Type: text/html\n\n<p>look</p><div>---------- Forwarded message ---------<br>" +
		"From: NOC &lt;noc@carrier.example&gt;<br>Subject: W<br>To: us@customer.example<br></div><br><br><p>Dear customer,</p><p>Ticket: 17</p><p>Regards</p>"
	m, err := ReadMail([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Forwarded) != 1 || len(m.Forwarded[0].Parts) != 1 {
		t.Fatalf("forwarded %+v", m.Forwarded)
	}
	doc, err := ReadHTML(m.Forwarded[0].Parts[0].Text(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Text(), "Dear customer,\nTicket: 17\nRegards\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
