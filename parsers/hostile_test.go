package parsers

import (
	"strings"
	"testing"
)

// A notice that is only in an attachment which nobody here can read is said,
// with the attachment's name.
func TestUnreadAttachmentsAreNamed(t *testing.T) {
	attached := func(kind, name string) string {
		return "Subject: planned maintenance\nFrom: noc@stranger.example\nContent-Type: multipart/mixed; boundary=b\n\n" +
			"--b\n\nSee the attachment.\n--b\nContent-Type: " + kind + "; name=\"" + name + "\"\n" +
			"Content-Disposition: attachment; filename=\"" + name + "\"\nContent-Transfer-Encoding: base64\n\n/9j/4AAQ\n--b--\n"
	}
	tests := []struct{ name, raw, want string }{
		{"pdf", attached("application/pdf", "notice.pdf"), "notice.pdf"},
		{"pdf as mere bytes", attached("application/octet-stream", "notice.PDF"), "notice.PDF"},
		{"image", attached("image/png", "notice.png"), "notice.png"},
		{"winmail.dat", attached("application/ms-tnef", "winmail.dat"), "winmail.dat"},
		{"winmail.dat as mere bytes", attached("application/octet-stream", "winmail.dat"), "winmail.dat"},
		{"compressed calendar", attached("application/gzip", "notice.ics.gz"), "notice.ics.gz"},
		{"uuencode", "Subject: planned maintenance\nFrom: noc@stranger.example\n\nSee below.\nbegin 644 notice.doc\n#0V%T\n`\nend\n", "notice.doc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail([]byte(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			r := fakeEngine().Parse(m, "")
			if r.Outcome != OutcomeError || !strings.Contains(r.Reason, "cannot be read: "+tt.want) {
				t.Errorf("%s: %q, want an error that names %s", r.Outcome, r.Reason, tt.want)
			}
		})
	}
	if got := uuencoded([]byte("we begin 644 works\nbegin at noon\nbegin 9 x\n")); got != "" {
		t.Errorf("plain words are taken for the file %q", got)
	}
}
