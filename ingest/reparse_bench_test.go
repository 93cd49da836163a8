package ingest_test

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"lineman/ingest"
	"lineman/internal/fake/traffic"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/provider"
)

// BenchmarkReparse reads all stored mail again: where nothing says anything
// else, and where every maintenance does. LINEMAN_BENCH_N is the number of
// mails.
func BenchmarkReparse(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchReparse(b, storetest.SQLiteURL(b)) })
	b.Run("postgres", func(b *testing.B) { benchReparse(b, storetest.PostgresURL(b)) })
}

func benchReparse(b *testing.B, url string) {
	n, err := strconv.Atoi(os.Getenv("LINEMAN_BENCH_N"))
	if err != nil || n <= 0 {
		n = 10_000
	}
	s := storetest.Open(b, url, time.Now)
	p, err := ingest.New(ingest.Options{
		Store: s, Engine: parsers.NewEngine(provider.All()), Owner: "test", Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	fillBox(b, s, p, n)
	d := ingest.NewDesk(p, s)
	run := func(b *testing.B) models.ReparseTally {
		began := time.Now()
		tally, err := d.Reparse(b.Context(), eva, ingest.Reparse{})
		if err != nil || tally.Read != n {
			b.Fatalf("%+v of %d, %v", tally, n, err)
		}
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "mails/s")
		b.ReportMetric(float64(tally.Changed), "changed")
		return tally
	}
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if tally := run(b); tally.Changed != 0 {
				b.Fatalf("%+v changed without a fix", tally)
			}
		}
	})
	b.Run("all changed", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			if _, err := s.SQL().Exec("UPDATE notices SET digest = 'of an older reader', summary = 'of an older reader'"); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			run(b)
		}
	})
}

// fillBox keeps n mails and reads them.
func fillBox(b *testing.B, s *store.Store, p *ingest.Pipeline, n int) {
	b.Helper()
	src, err := s.EnsureSource(b.Context(), "box", "shelf")
	if err != nil {
		b.Fatal(err)
	}
	for from := 0; from < n; from += 200 {
		var arrivals []models.Arrival
		for i := from; i < min(from+200, n); i++ {
			raw, received := traffic.Mail(i)
			arrivals = append(arrivals, models.Arrival{Raw: raw, Message: models.MailboxMessage{
				Ref: models.MailRef{Folder: "INBOX", UIDValidity: 7, UID: uint32(i + 1)}, MessageID: fmt.Sprintf("m%d@mail.example", i), Received: received, Size: int64(len(raw)),
			}})
		}
		if _, err := s.Keep(b.Context(), src.ID, models.Cursor{Folder: "INBOX", UIDValidity: 7, UID: uint32(from + len(arrivals))}, arrivals); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := p.Pending(b.Context(), ""); err != nil {
		b.Fatal(err)
	}
}
