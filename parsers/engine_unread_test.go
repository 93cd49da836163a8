package parsers

import (
	"strings"
	"testing"
)

// attachedMail is a mail with a text and one attachment.
func attachedMail(from, subject, text, head string) string {
	return "Subject: " + subject + "\nFrom: " + from + "\nContent-Type: multipart/mixed; boundary=b\n\n" +
		"--b\n\n" + text + "\n--b\n" + head + "\nContent-Transfer-Encoding: base64\n\n/9j/4AAQ\n--b--\n"
}

// attachment is the header of a part that is sent as a file.
func attachment(kind, name string) string {
	return "Content-Type: " + kind + "; name=\"" + name + "\"\nContent-Disposition: attachment; filename=\"" + name + "\""
}

// A notice that is only in an attachment which nobody here can read is said,
// with the attachment's name; and so is one that is read in part.
func TestUnreadAttachmentsAreNamed(t *testing.T) {
	uuencode := func(from, text string) string {
		return "Subject: planned maintenance\nFrom: " + from + "\n\n" + text + "\nbegin 644 notice.doc\n#0V%T\n`\nend\n"
	}
	tests := []struct{ name, kind, file string }{
		{"pdf", "application/pdf", "notice.pdf"},
		{"pdf as mere bytes", "application/octet-stream", "notice.PDF"},
		{"image", "image/png", "notice.png"},
		{"winmail.dat", "application/ms-tnef", "winmail.dat"},
		{"winmail.dat as mere bytes", "application/octet-stream", "winmail.dat"},
		{"compressed calendar", "application/gzip", "notice.ics.gz"},
		{"compressed calendar as mere bytes", "application/octet-stream", "notice.ics.gz"},
		{"spreadsheet", TypeXLSX, "circuits.xlsx"},
		{"old spreadsheet", "application/vnd.ms-excel", "circuits.xls"},
		{"uuencode", "", "notice.doc"},
	}
	partial := "layout: b\nid: B-1\n"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			make := func(from, text string) string {
				if tt.kind == "" {
					return uuencode(from, text)
				}
				return attachedMail(from, "planned maintenance", text, attachment(tt.kind, tt.file))
			}
			check := func(raw, want string, fields bool) {
				t.Helper()
				m, err := ReadMail([]byte(raw))
				if err != nil {
					t.Fatal(err)
				}
				r := fakeEngine().Parse(m, "")
				if r.Outcome != OutcomeError || !strings.Contains(r.Reason, want) || fields != (len(r.Fields) > 0) {
					t.Errorf("%s: %q %v, want an error with %q", r.Outcome, r.Reason, r.Fields, want)
				}
			}
			check(make("noc@stranger.example", "See the attachment."), "it may be in an attachment that cannot be read: "+tt.file, false)
			check(make("noc@one.example", "See the attachment."), "the notice is only in an attachment that cannot be read: "+tt.file, false)
			check(make("noc@one.example", partial), "that may be in an attachment that cannot be read: "+tt.file, true)
		})
	}
	if got := uuencoded([]byte("we begin 644 works\nbegin at noon\nbegin 9 x\n")); got != "" {
		t.Errorf("plain words are taken for the file %q", got)
	}
}

// A known provider's mail that has no more than a file is a failure, whatever
// its subject; what it sends beside notices is not.
func TestNoticeOnlyInAttachment(t *testing.T) {
	const one = "noc@one.example"
	pdf := attachment("application/pdf", "a.pdf")
	shown := "Content-Type: image/png; name=page1.png\nContent-ID: <1>\nContent-Disposition: inline"
	html := "Content-Type: text/html\n\n<html><body><img src=\"cid:1\" alt=\"\"></body></html>\n--b"
	only := "the notice is only in an attachment that cannot be read: "
	tests := []struct {
		name, from, subject, text, head string
		outcome                         Outcome
		reason                          string
	}{
		{"no text", one, "Notification", "", pdf, OutcomeError, only + "a.pdf"},
		{"cover letter", one, "Notification", "Dear customer,\nplease find the details attached.\n", pdf, OutcomeError, only + "a.pdf"},
		{"cover letter in German", one, "Mitteilung", "Siehe Anhang.\n", pdf, OutcomeError, only + "a.pdf"},
		{"telling file name", one, "Notification", "Regards\n", attachment("application/pdf", "Planned-Work.pdf"), OutcomeError, only + "Planned-Work.pdf"},
		{"image in the text, nothing else", one, "Notification", "", html + "\n" + shown, OutcomeError, only + "page1.png"},
		{"image in the text as logo", one, "Hello", "Good morning, here is our news.\n", shown, OutcomeIgnored, "nothing in the mail speaks of maintenance"},
		{"invoice", one, "Your invoice for March", "Please find it attached.\n", attachment("application/pdf", "inv-1.pdf"), OutcomeIgnored, "nothing in the mail speaks of maintenance"},
		{"invoice without text", one, "Invoice 12", "", pdf, OutcomeIgnored, "nothing in the mail speaks of maintenance"},
		{"long letter", one, "Our offices", strings.Repeat("We move to a new house in the town. ", 60) + "The map is attached.\n", pdf, OutcomeIgnored, "nothing in the mail speaks of maintenance"},
		{"stranger", "a@stranger.example", "Notification", "Please find the details attached.\n", pdf, OutcomeIgnored, "no provider is known by this mail"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail([]byte(attachedMail(tt.from, tt.subject, tt.text, tt.head)))
			if err != nil {
				t.Fatal(err)
			}
			if r := fakeEngine().Parse(m, ""); r.Outcome != tt.outcome || !strings.HasPrefix(r.Reason, tt.reason) {
				t.Errorf("%s %q, want %s %q", r.Outcome, r.Reason, tt.outcome, tt.reason)
			}
		})
	}
}
