package destination_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	goical "github.com/emersion/go-ical"
	wire "github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"lineman/chatops"
	"lineman/internal/config"
	"lineman/internal/fake/smtp"
	"lineman/models"
	"lineman/notify"
)

// mailer is a destination at a server; each change is to its settings.
func mailer(t *testing.T, s *smtp.Server, changes ...func(*config.EmailDestination)) notify.Destination {
	t.Helper()
	c := config.EmailDestination{URL: "smtp+plain://" + s.Addr(), From: "lineman <lineman@customer.example>", To: []string{"NOC <noc@customer.example>"}}
	for _, change := range changes {
		change(&c)
	}
	return made(t, options(), config.Destination{Email: c})
}

// part is one leaf of a mail.
type part struct {
	kind      string // media type
	params    map[string]string
	name      string // of the file; empty: it is none
	inline    string // Content-ID
	bytes     []byte
	alternate bool // inside multipart/alternative
}

// opened reads a mail with the standard library.
func opened(t *testing.T, raw []byte) (mail.Header, []part) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	for i, line := range bytes.Split(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("line %d cannot go by SMTP: %.100q", i+1, line)
		}
		if bytes.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Errorf("line %d is not ASCII: %.100q", i+1, line)
		}
	}
	return m.Header, leaves(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", "", m.Body, false)
}

func leaves(t *testing.T, kind, encoding, disposition, id string, body io.Reader, alternate bool) (all []part) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	if strings.HasPrefix(media, "multipart/") {
		r := multipart.NewReader(body, params["boundary"])
		for {
			p, err := r.NextRawPart()
			if err == io.EOF {
				return all
			}
			if err != nil {
				t.Fatal(err)
			}
			h := p.Header
			all = append(all, leaves(t, h.Get("Content-Type"), h.Get("Content-Transfer-Encoding"), h.Get("Content-Disposition"), h.Get("Content-Id"), p, media == "multipart/alternative" || alternate)...)
		}
	}
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		t.Errorf("%s has the encoding %q", kind, encoding)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	one := part{kind: media, params: params, inline: id, bytes: content, alternate: alternate}
	if disposition != "" {
		_, p, err := mime.ParseMediaType(disposition)
		if err != nil {
			t.Fatalf("%s: %v", disposition, err)
		}
		if one.name, err = new(mime.WordDecoder).DecodeHeader(p["filename"]); err != nil {
			t.Fatal(err)
		}
	}
	return []part{one}
}

func shown(parts []part, kind string) string {
	for _, p := range parts {
		if p.kind == kind && p.name == "" {
			return string(p.bytes)
		}
	}
	return ""
}

func TestMail(t *testing.T) {
	server := smtp.Start(t, smtp.Options{})
	d := mailer(t, server, func(c *config.EmailDestination) {
		c.To = append(c.To, "second@customer.example", "noc@customer.example")
	})
	p := about(work(), models.EventNew)
	p.Items[0].Delivery.Urgent = true
	first, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	p.Key, p.Root, p.Message.Heading = "k-0002", first.Root, "zayo-TTN-0001: rescheduled – später"
	second, err := d.Deliver(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if second.Root != first.Root || first.Root != "k-0001.lineman@customer.example" {
		t.Errorf("roots %q and %q", first.Root, second.Root)
	}
	mails := server.Mails()
	if len(mails) != 2 || mails[0].From != "lineman@customer.example" || !slices.Equal(mails[0].To, []string{"noc@customer.example", "second@customer.example"}) {
		t.Fatalf("%d mails, first from %s to %s", len(mails), mails[0].From, mails[0].To)
	}
	golden(t, "email/whole.golden", bytes.ReplaceAll(mails[1].Raw, []byte("\r\n"), []byte("\n")))
	h, parts := opened(t, mails[1].Raw)
	for name, want := range map[string]string{
		"Message-Id": "<k-0002.lineman@customer.example>", "In-Reply-To": "<k-0001.lineman@customer.example>", "References": "<k-0001.lineman@customer.example>",
		"Auto-Submitted": "auto-generated", "Importance": "high", "Date": "Mon, 02 Mar 2026 12:00:00 +0000", "Mime-Version": "1.0",
		"From": `"lineman" <lineman@customer.example>`, "To": `"NOC" <noc@customer.example>, <second@customer.example>`,
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != "zayo-TTN-0001: rescheduled – später" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if h, _ := opened(t, mails[0].Raw); h.Get("References") != "" || h.Get("In-Reply-To") != "" {
		t.Error("the first mail refers to one before")
	}
	for _, kind := range []string{"text/plain", "text/html"} {
		if text := shown(parts, kind); !strings.Contains(text, "23:00 CET") || !strings.Contains(text, "maintenance ack zayo-TTN-0001") {
			t.Errorf("%s: %s", kind, text)
		}
	}
}

// calendars gives the events of the calendar parts of a mail, offered or
// attached.
func calendars(t *testing.T, parts []part, offered bool) (all []string) {
	t.Helper()
	for _, p := range parts {
		if p.kind != "text/calendar" || p.alternate != offered {
			continue
		}
		cal, err := goical.NewDecoder(bytes.NewReader(p.bytes)).Decode()
		if err != nil {
			t.Fatalf("%v\n%s", err, p.bytes)
		}
		events := cal.Events()
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		get := func(name string) string {
			if prop := events[0].Props.Get(name); prop != nil {
				return prop.Value
			}
			return ""
		}
		method := cal.Props.Get("METHOD").Value
		if p.params["method"] != method {
			t.Errorf("the part is a %s of a %s", p.params["method"], method)
		}
		var people []string
		for _, a := range events[0].Props["ATTENDEE"] {
			people = append(people, a.Value)
		}
		all = append(all, fmt.Sprint(method, " ", get("UID"), " ", get("SEQUENCE"), " ", get("STATUS"), " ", get("DTSTART"), " ", get("ORGANIZER"), " ", people))
	}
	return all
}

// The calendar entries of a maintenance replace those of the mails before.
func TestMailCalendar(t *testing.T) {
	server := smtp.Start(t, smtp.Options{})
	d := mailer(t, server)
	const tail = " mailto:lineman@customer.example [mailto:noc@customer.example]"
	for _, test := range []struct {
		name    string
		kind    models.EventKind
		change  func(*models.MaintenanceItem, *notify.Parcel)
		offered []string
		others  []string
	}{
		{"new", models.EventNew, func(*models.MaintenanceItem, *notify.Parcel) {},
			[]string{"REQUEST 0191-m1-primary-1@lineman 4 CONFIRMED 20260302T220000Z" + tail},
			[]string{"REQUEST 0191-m1-primary-1@lineman 4 CONFIRMED 20260302T220000Z" + tail, "REQUEST 0191-m1-backup-2@lineman 4 TENTATIVE 20260303T220000Z" + tail}},
		{"moved", models.EventRescheduled, func(m *models.MaintenanceItem, _ *notify.Parcel) {
			m.Revision = 5
			m.Windows = m.Windows[:1]
			m.Windows[0].Start = noon
		}, []string{"REQUEST 0191-m1-primary-1@lineman 5 CONFIRMED 20260302T120000Z" + tail}, []string{"REQUEST 0191-m1-primary-1@lineman 5 CONFIRMED 20260302T120000Z" + tail}},
		{"a window is gone, and one of another kind", models.EventChanged, func(m *models.MaintenanceItem, p *notify.Parcel) {
			m.Revision, m.Windows, m.Windows[0].Kind = 5, m.Windows[:1], models.WindowBackup
			p.Items[0].Event.Changes = []models.Change{
				{Field: "window[1].kind", Old: "primary", New: "backup"}, {Field: "window[2]", Old: "backup 2026-03-03T22:00:00Z/2026-03-04T02:00:00Z"},
			}
		}, []string{"REQUEST 0191-m1-backup-1@lineman 5 TENTATIVE 20260302T220000Z" + tail},
			[]string{
				"REQUEST 0191-m1-backup-1@lineman 5 TENTATIVE 20260302T220000Z" + tail, "CANCEL 0191-m1-primary-1@lineman 5 CANCELLED 20260302T220000Z" + tail,
				"CANCEL 0191-m1-backup-2@lineman 5 CANCELLED 20260303T220000Z" + tail,
			}},
		{"the first night is off", models.EventChanged, func(m *models.MaintenanceItem, _ *notify.Parcel) {
			m.Revision, m.Windows[0].Status, m.Windows[1].Called = 6, models.StatusCancelled, true
		}, []string{"REQUEST 0191-m1-backup-2@lineman 6 CONFIRMED 20260303T220000Z" + tail},
			[]string{"REQUEST 0191-m1-backup-2@lineman 6 CONFIRMED 20260303T220000Z" + tail, "CANCEL 0191-m1-primary-1@lineman 6 CANCELLED 20260302T220000Z" + tail}},
		{"cancelled", models.EventCancelled, func(m *models.MaintenanceItem, _ *notify.Parcel) {
			m.Revision, m.Status, m.Windows = 7, models.StatusCancelled, m.Windows[:1]
		}, []string{"CANCEL 0191-m1-primary-1@lineman 7 CANCELLED 20260302T220000Z" + tail}, []string{"CANCEL 0191-m1-primary-1@lineman 7 CANCELLED 20260302T220000Z" + tail}},
		{"deleted", models.EventCancelled, func(_ *models.MaintenanceItem, p *notify.Parcel) {
			i := &p.Items[0]
			i.Maintenance, i.Left, i.Event.MaintenanceID, i.Event.Revision = nil, true, "0191-m1", 8
			i.Event.Changes = []models.Change{
				{Field: "deleted", New: "yes"}, {Field: "window[1]", Old: "primary 2026-03-02T22:00:00Z/2026-03-03T02:00:00Z"},
				{Field: "window[2]", Old: "backup 2026-03-03T22:00:00Z/2026-03-04T02:00:00Z"},
			}
		}, []string{"CANCEL 0191-m1-primary-1@lineman 8 CANCELLED 20260302T220000Z" + tail},
			[]string{"CANCEL 0191-m1-primary-1@lineman 8 CANCELLED 20260302T220000Z" + tail, "CANCEL 0191-m1-backup-2@lineman 8 CANCELLED 20260303T220000Z" + tail}},
		{"a reminder", models.EventReminder, func(*models.MaintenanceItem, *notify.Parcel) {}, nil, nil},
		{"a digest", models.EventChanged, func(m *models.MaintenanceItem, p *notify.Parcel) { p.Digest, m.Windows = true, m.Windows[:1] },
			[]string{"REQUEST 0191-m1-primary-1@lineman 4 CONFIRMED 20260302T220000Z" + tail}, []string{"REQUEST 0191-m1-primary-1@lineman 4 CONFIRMED 20260302T220000Z" + tail}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := work()
			p := about(m, test.kind)
			test.change(p.Items[0].Maintenance, &p)
			if _, err := d.Deliver(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			mails := server.Mails()
			_, parts := opened(t, mails[len(mails)-1].Raw)
			if diff := cmp.Diff(test.offered, calendars(t, parts, true)); diff != "" {
				t.Errorf("offered (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.others, calendars(t, parts, false)); diff != "" {
				t.Errorf("attached (-want +got):\n%s", diff)
			}
		})
	}
	p := about(work(), models.EventNew)
	if _, err := mailer(t, server, func(c *config.EmailDestination) { c.Calendar = "none" }).Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	mails := server.Mails()
	if _, parts := opened(t, mails[len(mails)-1].Raw); len(calendars(t, parts, true))+len(calendars(t, parts, false)) != 0 {
		t.Error("a calendar went along that nobody wants")
	}
}

// Encrypted in either way, logged in in either way; and never readable when
// encryption was asked for.
func TestMailServers(t *testing.T) {
	for _, test := range []struct {
		name   string
		server smtp.Options
		scheme string
		change func(*config.EmailDestination)
		want   string // of the error; empty: it is taken
		fatal  bool
	}{
		{"TLS", smtp.Options{TLS: true}, "smtps", nil, "", false},
		{"STARTTLS", smtp.Options{StartTLS: true}, "smtp", nil, "", false},
		{"PLAIN", smtp.Options{StartTLS: true, Account: "noc", Secret: canary}, "smtp", nil, "", false},
		{"LOGIN", smtp.Options{TLS: true, Account: "noc", Secret: canary, Logins: []string{"LOGIN"}}, "smtps", nil, "", false},
		{"LOGIN by setting", smtp.Options{TLS: true, Account: "noc", Secret: canary}, "smtps", func(c *config.EmailDestination) { c.Auth = "login" }, "", false},
		{"wrong secret", smtp.Options{TLS: true, Account: "noc", Secret: "other"}, "smtps", nil, "535", true},
		{"no way to log in", smtp.Options{TLS: true, Account: "noc", Secret: canary, Logins: []string{"CRAM-MD5"}}, "smtps", nil, "no way to log in", true},
		{"no STARTTLS", smtp.Options{}, "smtp", nil, "offers no STARTTLS", true},
		{"unknown certificate", smtp.Options{TLS: true}, "smtps", func(c *config.EmailDestination) { c.TLS.CAFile = "" }, "could not be reached", false},
		{"unknown certificate by STARTTLS", smtp.Options{StartTLS: true}, "smtp", func(c *config.EmailDestination) { c.TLS.CAFile = "" }, "could not be reached", false},
		{"another name", smtp.Options{TLS: true}, "smtps", func(c *config.EmailDestination) { c.TLS.ServerName = "other.example" }, "could not be reached", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := smtp.Start(t, test.server)
			ca := filepath.Join(t.TempDir(), "ca.pem")
			if err := os.WriteFile(ca, server.Certificate(), 0o600); err != nil {
				t.Fatal(err)
			}
			d := mailer(t, server, func(c *config.EmailDestination) {
				c.URL, c.TLS.CAFile = test.scheme+"://"+server.Addr(), ca
				if test.server.Account != "" {
					c.Account, c.Secret = "noc", canary
				}
				if test.change != nil {
					test.change(c)
				}
			})
			_, err := d.Deliver(t.Context(), about(work(), models.EventNew))
			if test.want == "" {
				if err != nil || len(server.Mails()) != 1 {
					t.Fatalf("%v, %d mails", err, len(server.Mails()))
				}
				return
			}
			secretFree(t, err)
			if f := failure(t, err); f.Fatal != test.fatal || !strings.Contains(err.Error(), test.want) || len(server.Mails()) != 0 {
				t.Errorf("%v (fatal %v), %d mails", err, f.Fatal, len(server.Mails()))
			}
		})
	}
}

// Each recipient has a fate of its own, and none gets a mail twice.
func TestMailRecipients(t *testing.T) {
	busy := true
	server := smtp.Start(t, smtp.Options{Refuse: func(to string) *wire.SMTPError {
		switch {
		case strings.HasPrefix(to, "gone"):
			return &wire.SMTPError{Code: 550, EnhancedCode: wire.EnhancedCode{5, 1, 1}, Message: "no such user"}
		case strings.HasPrefix(to, "busy") && busy:
			return &wire.SMTPError{Code: 450, EnhancedCode: wire.EnhancedCode{4, 2, 0}, Message: "try again"}
		}
		return nil
	}})
	to := func(list ...string) func(*config.EmailDestination) {
		return func(c *config.EmailDestination) { c.To = list }
	}
	p := about(work(), models.EventNew)
	_, err := mailer(t, server, to("gone@x.example")).Deliver(t.Context(), p)
	if !failure(t, err).Fatal || !strings.Contains(err.Error(), "550") {
		t.Errorf("one who is gone: %v", err)
	}
	_, err = mailer(t, server, to("busy@x.example", "gone@x.example")).Deliver(t.Context(), p)
	if failure(t, err).Fatal || !strings.Contains(err.Error(), "450") {
		t.Errorf("one who is busy: %v", err)
	}
	r, err := mailer(t, server, to("a@x.example", "gone@x.example")).Deliver(t.Context(), p)
	if err != nil || !strings.Contains(r.Note, "1 of 2") || !strings.Contains(r.Note, "gone@x.example: 550") {
		t.Errorf("one of two: %+v, %v", r, err)
	}
	d := mailer(t, server, to("a@x.example", "busy@x.example", "gone@x.example"))
	r, err = d.Deliver(t.Context(), p)
	if failure(t, err).Fatal || r.Posted != "k-0001.lineman@customer.example a@x.example" {
		t.Fatalf("%+v, %v", r, err)
	}
	busy = false
	p.Items[0].Delivery.Posted = r.Posted
	r, err = d.Deliver(t.Context(), p)
	if err != nil || r.Posted != "k-0001.lineman@customer.example a@x.example busy@x.example" {
		t.Fatalf("%+v, %v", r, err)
	}
	var got []string
	for _, m := range server.Mails() {
		got = append(got, strings.Join(m.To, " "))
	}
	if diff := cmp.Diff([]string{"a@x.example", "a@x.example", "busy@x.example"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	p.Items[0].Delivery.Posted = r.Posted
	if _, err := mailer(t, server, to("a@x.example", "busy@x.example")).Deliver(t.Context(), p); err != nil || len(server.Mails()) != 3 {
		t.Errorf("everybody has it: %v, %d mails", err, len(server.Mails()))
	}
}

// A mail whose answer was lost goes out again, with the same Message-ID.
func TestMailAnswerLost(t *testing.T) {
	server := smtp.Start(t, smtp.Options{Lose: func(n int) bool { return n == 1 }})
	d := mailer(t, server)
	p := about(work(), models.EventNew)
	if _, err := d.Deliver(t.Context(), p); err == nil || failure(t, err).Fatal {
		t.Fatalf("%v, want an error that passes", err)
	}
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	mails := server.Mails()
	if len(mails) != 2 || !bytes.Equal(mails[0].Raw, mails[1].Raw) {
		t.Errorf("%d mails, or not the same one", len(mails))
	}
}

// nasty is what a provider's mail may put into any text.
const nasty = "<!channel> @everyone <script>alert(1)</script> \"><img src=x onerror=alert(1)> <https://evil.example|portal>\r\nBcc: evil@example.net\r\n\r\n.\r\n=_x --=_ \x00\x1b[2J \u202egnp.exe &lt; {{.}}"

// TestMailBlocks draws every kind of block, and hostile texts in all of them.
func TestMailBlocks(t *testing.T) {
	picture := chatops.Image{Name: "a.png", MediaType: "image/png", Bytes: []byte("\x89PNG"), Alt: "a map"}
	one := func(blocks ...chatops.Block) chatops.Message {
		return chatops.Message{Heading: "A heading", Blocks: blocks}
	}
	for name, m := range map[string]chatops.Message{
		"text":    one(chatops.Text{Inline: chatops.Join(chatops.T("See\nthe "), chatops.Inline{{Text: "page", URL: "https://noc.example/x?a=b&c=d"}}, chatops.T(" from "), chatops.At(noon), chatops.T(" with "), chatops.C("help"), chatops.Mention(chatops.Party{ID: "U1", Name: "ann"}))}),
		"facts":   one(chatops.Facts{Items: []chatops.Fact{{Name: "status", Value: chatops.T("CONFIRMED")}, {Name: "empty"}}}),
		"table":   one(chatops.Table{Title: "Work", Columns: []string{"name", "start"}, Rows: [][]chatops.Inline{{chatops.C("kddi-東京-1"), chatops.At(noon)}, {chatops.T("short")}}}),
		"code":    one(chatops.Code{Text: "a  b\n  <c>\n"}),
		"file":    one(chatops.File{Name: "../../etc/list.csv", MediaType: "text/csv", Bytes: []byte("a,b\n")}),
		"image":   one(picture),
		"links":   one(chatops.Links{Items: []chatops.Link{{Text: "calendar", URL: "https://noc.example/c"}, {Text: "click", URL: "javascript:alert(1)"}, {URL: "mailto:noc@x.example"}}}),
		"choices": one(chatops.Choices{Title: "show", Field: chatops.Field{Name: "id", Label: "name", Options: []chatops.Option{{Value: "zayo-1"}}}}),
		"form":    one(chatops.Form{Title: "show", Fields: []chatops.Field{{Name: "id", Label: "name or id", Options: []chatops.Option{{Value: "zayo-1", Label: "zayo-1 CONFIRMED"}}}}}),
		"actions": one(chatops.Actions{Buttons: []chatops.Button{{Label: "Acknowledge", Command: `maintenance ack "A B"`}, {Label: "Later"}}}),
		"empty":   {Blocks: []chatops.Block{chatops.Text{}, chatops.Facts{}, chatops.Table{}, chatops.Code{}, chatops.Form{}, chatops.Actions{}, chatops.Links{}}},
		"hostile": {Heading: nasty, Blocks: []chatops.Block{
			chatops.Text{Inline: chatops.Join(chatops.T("%s", nasty), chatops.Inline{{Text: nasty, URL: "https://noc.example/" + nasty}, {Text: nasty, URL: nasty}, {Mention: chatops.Party{ID: nasty, Name: nasty}}, {Text: nasty, Code: true}})},
			chatops.Facts{Items: []chatops.Fact{{Name: nasty, Value: chatops.T("%s", nasty)}}},
			chatops.Table{Title: nasty, Columns: []string{nasty}, Rows: [][]chatops.Inline{{chatops.T("%s", nasty)}}},
			chatops.Code{Text: nasty}, chatops.File{Name: nasty, MediaType: nasty},
			chatops.Image{Name: nasty, MediaType: "image/png", Alt: nasty, Bytes: []byte("x")}, chatops.Image{Name: nasty, MediaType: "image/svg+xml", Alt: nasty},
			chatops.Links{Items: []chatops.Link{{Text: nasty, URL: nasty}}},
			chatops.Form{Title: nasty, Fields: []chatops.Field{{Name: nasty, Label: nasty, Options: []chatops.Option{{Value: nasty}}}}},
			chatops.Actions{Buttons: []chatops.Button{{Label: nasty, Command: nasty}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := smtp.Start(t, smtp.Options{})
			p := notify.Parcel{Key: "k", At: noon, Message: m, Rule: models.Rule{Zone: "UTC"}}
			if _, err := mailer(t, server).Deliver(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			mails := server.Mails()
			if len(mails) != 1 || len(mails[0].To) != 1 {
				t.Fatalf("%d mails to %v", len(mails), mails[0].To)
			}
			h, parts := opened(t, mails[0].Raw)
			if h.Get("Bcc") != "" || len(h["Subject"]) != 1 {
				t.Errorf("the header is %v", h)
			}
			drawn := shown(parts, "text/html")
			harmless(t, drawn)
			var files []string
			for _, p := range parts {
				if p.name != "" {
					files = append(files, fmt.Sprintf("%s %s %d\n", p.kind, p.name, len(p.bytes)))
				}
			}
			golden(t, "email/"+name+".golden", []byte(drawn+"----\n"+shown(parts, "text/plain")+"----\n"+strings.Join(files, "")))
		})
	}
}

// harmless holds HTML to the few tags and attributes that a mail needs.
func harmless(t *testing.T, text string) {
	t.Helper()
	known := []string{"html", "head", "meta", "body", "h3", "hr", "p", "br", "a", "code", "pre", "table", "caption", "tr", "th", "td", "ul", "li", "img"}
	for z := html.NewTokenizer(strings.NewReader(text)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken:
			t.Errorf("a comment: %s", z.Raw())
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			tag := z.Token()
			if !slices.Contains(known, tag.Data) {
				t.Errorf("the tag %s", tag)
			}
			for _, a := range tag.Attr {
				switch {
				case a.Key == "style", a.Key == "alt", a.Key == "charset":
				case a.Key == "src" && strings.HasPrefix(a.Val, "cid:"):
				case a.Key == "href" && (strings.HasPrefix(a.Val, "https://") || strings.HasPrefix(a.Val, "http://") || strings.HasPrefix(a.Val, "mailto:")):
				default:
					t.Errorf("the attribute %s=%q in %s", a.Key, a.Val, tag.Data)
				}
			}
		}
	}
}

// Names of files are made ones that can be saved anywhere.
func TestMailFiles(t *testing.T) {
	server := smtp.Start(t, smtp.Options{})
	var blocks []chatops.Block
	names := []string{"../../x", "CON", "con.txt", `C:\dir\x.csv`, strings.Repeat("a", 5000) + ".csv", "\u202efdp.exe", "", "..", "a\r\nBcc: x", "日本.csv", ".hidden", "x.tar.gz"}
	for _, name := range names {
		blocks = append(blocks, chatops.File{Name: name, MediaType: "text/html; x=\"\r\n\"", Bytes: []byte("x")})
	}
	blocks = append(blocks, chatops.File{Name: "large.bin", MediaType: "multipart/mixed", Bytes: make([]byte, 11<<20)})
	p := notify.Parcel{Key: "k", At: noon, Message: chatops.Message{Heading: "files", Blocks: blocks}}
	if _, err := mailer(t, server).Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	_, parts := opened(t, server.Mails()[0].Raw)
	var got []string
	for _, p := range parts {
		if p.name != "" {
			got = append(got, p.name)
		}
	}
	want := []string{"x", "_CON", "_con.txt", "x.csv", strings.Repeat("a", 96) + ".csv", "fdp.exe", "file", "file", "a Bcc- x", "日本.csv", "hidden", "x.tar.gz"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !strings.Contains(shown(parts, "text/html"), "large.bin (11534336 bytes), too large for a mail") {
		t.Error("a file was left out without a word")
	}
}
