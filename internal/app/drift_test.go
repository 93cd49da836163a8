package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lineman/internal/app"
	"lineman/internal/config"
	"lineman/internal/fake/smtp"
)

// TestDriftIsTold reads a provider whose layout changes: the drift is over REST
// and in the metrics, the doctor tells it, and it is announced once.
func TestDriftIsTold(t *testing.T) {
	root := filepath.Join(t.TempDir(), "Maildir")
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(root, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	first := time.Now().UTC().AddDate(0, 0, -20)
	for i := range 20 {
		at := first.Add(time.Duration(i) * 12 * time.Hour)
		write(t, filepath.Join(root, "new", fmt.Sprintf("%d.ntt", i)), calendarOfNTT(i, at, i < 15))
	}
	post := smtp.Start(t, smtp.Options{})
	in := plain(t, source("maildir", root)+fmt.Sprintf(`notify:
  destinations:
    - {name: post, email: {url: "smtp+plain://%s", from: lineman@customer.example, to: [noc@customer.example]}}
  rules:
    - {name: drifts, destination: post, kinds: [layout-drift], providers: [ntt]}
`, post.Addr()))
	if out := in.run(t, "ingest"); !strings.Contains(out, "parsed 15, ignored 0, failed 5") {
		t.Fatal(out)
	}
	s := in.serve(t)
	until(t, "the drift is found", func() bool { return s.count(t, "/api/v1/drifts?provider=ntt&kind=failing") == 1 })
	const says = "5 of the last 5 of ntt failed since "
	if _, body := s.get(t, "/api/v1/drifts"); !strings.Contains(body, says) {
		t.Errorf("no %q in %s", says, body)
	}
	if code, body := s.get(t, "/metrics"); code != http.StatusOK || !strings.Contains(body, `lineman_mail_drifts{kind="failing",provider="ntt"} 1`) {
		t.Errorf("%d: the metrics do not count it", code)
	}
	until(t, "the mail", func() bool { return len(post.Mails()) > 0 })
	if mails := post.Mails(); len(mails) != 1 || !bytes.Contains(mails[0].Raw, []byte("5 of the last 5 of ntt failed")) {
		t.Errorf("%d mails tell it, the first one: %s", len(mails), mails[0].Raw)
	}
	s.stop(t)
	patient{t, app.DoctorOptions{Reading: config.Inspect(config.Options{Path: in.config, Environ: []string{}})}}.
		finds("drift", "warn  drift: "+says+".*; look at lineman mail list --provider ntt, ")
}

// calendarOfNTT is a notice of an invented provider's calendar, or what is left
// of one when the layout has changed.
func calendarOfNTT(i int, at time.Time, whole bool) []byte {
	var b bytes.Buffer
	date := at.Format("Mon, 02 Jan 2006 15:04:05 -0700")
	fmt.Fprintf(&b, "Received: from a by b; %s\r\nFrom: NTT <noc@us.ntt.net>\r\nDate: %s\r\nMessage-ID: <%d@us.ntt.net>\r\nSubject: Planned maintenance VNOC-1-%d\r\n", date, date, i, 1000+i)
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: text/calendar\r\n\r\n")
	start := at.AddDate(0, 0, 10)
	lines := []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Maint Note//1//EN", "BEGIN:VEVENT", "SUMMARY:Planned maintenance", "UID:" + fmt.Sprint(i),
		"DTSTART:" + start.Format("20060102T150405Z"), "DTEND:" + start.Add(4*time.Hour).Format("20060102T150405Z"), "DTSTAMP:" + at.Format("20060102T150405Z"),
		"SEQUENCE:1", "X-MAINTNOTE-PROVIDER:ntt", "X-MAINTNOTE-ACCOUNT:ours", "X-MAINTNOTE-MAINTENANCE-ID:VNOC-1-" + fmt.Sprint(1000+i),
		"X-MAINTNOTE-OBJECT-ID:NTT-LD-300001", "X-MAINTNOTE-IMPACT:OUTAGE", "X-MAINTNOTE-STATUS:CONFIRMED", "ORGANIZER:mailto:noc@us.ntt.net", "END:VEVENT", "END:VCALENDAR",
	}
	for _, line := range lines {
		if whole || !strings.HasPrefix(line, "X-MAINTNOTE-STATUS") && !strings.HasPrefix(line, "DTEND") {
			b.WriteString(line + "\r\n")
		}
	}
	return b.Bytes()
}
