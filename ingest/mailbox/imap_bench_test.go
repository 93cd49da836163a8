package mailbox_test

import (
	"testing"
	"time"

	"lineman/ingest/mailbox"
	"lineman/internal/config"
	fakeimap "lineman/internal/fake/imap"
	"lineman/models"
)

// BenchmarkIMAP lists and fetches 10,000 mails of 12 KB over loopback, as the
// pipeline does: pages of 200.
func BenchmarkIMAP(b *testing.B) {
	const mails = 10000
	s, err := fakeimap.Start(fakeimap.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	fill(b, &imapStage{imapServer: s}, mails, 12<<10)
	src := config.Source{Name: "noc", URL: "imap+plain://" + s.PlainAddr(), Account: s.User(), Secret: config.Secret(s.Password())}
	for b.Loop() {
		box, err := mailbox.Open(src, mailbox.Options{})
		if err != nil {
			b.Fatal(err)
		}
		fetched := 0
		for cursor, more := (models.Cursor{Folder: "INBOX"}), true; more; {
			page, err := box.List(b.Context(), "INBOX", cursor, time.Time{}, 200)
			if err != nil {
				b.Fatal(err)
			}
			if err := box.Fetch(b.Context(), refsOf(page.Messages), func(_ models.MailRef, raw []byte, err error) error {
				fetched++
				return err
			}); err != nil {
				b.Fatal(err)
			}
			cursor, more = page.Cursor, page.More
		}
		if fetched != mails {
			b.Fatalf("fetched %d of %d", fetched, mails)
		}
		if err := box.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(mails)*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
