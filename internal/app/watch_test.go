package app_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/internal/fake/dovecot"
	"lineman/internal/fake/traffic"
	"lineman/internal/store/storetest"
)

// never is a schedule that no test lives to see: what is read is told of by
// the server.
const never = "LINEMAN_SCHEDULE=0 0 29 2 *"

const rawMails = "/api/plugins/circuit-maintenance/rawnotification/"

// watched tells whether this process watches the source noc.
func (s *service) watched(t testing.TB) bool {
	t.Helper()
	_, text := s.get(t, "/metrics")
	return strings.Contains(text, `lineman_source_watching{source="noc"} 1`)
}

// folders configures the folders that are read.
func (in installation) folders(t testing.TB, list string) {
	t.Helper()
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(text), "label_mode:", "folders: ["+list+"]\n    label_mode:", 1)
	if err := os.WriteFile(in.config, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
}

// appendTo puts a mail into a folder by IMAP, and makes the folder first if
// need be.
func appendTo(t testing.TB, s imapServer, folder string, raw []byte) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.PlainAddr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(s.User(), s.Password()).Wait(); err != nil {
		t.Fatal(err)
	}
	_ = c.Create(folder, nil).Wait() // it may be there
	if raw == nil {
		return
	}
	cmd := c.Append(folder, int64(len(raw)), nil)
	if _, err := cmd.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

// TestServeIsTold: mail in each of the folders is read because Dovecot tells
// of it, also after Dovecot was killed in the middle of IDLE.
func TestServeIsTold(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	appendTo(t, server, "Work", nil)
	in := install(t, server)
	in.folders(t, "INBOX, Work")
	s := in.serve(t, never)
	sent := 0
	deliver := func() {
		t.Helper()
		raw, received := traffic.Mail(sent)
		server.Deliver(raw, received)
		raw, _ = traffic.Mail(sent + 1)
		appendTo(t, server, "Work", raw)
		sent += 2
		until(t, fmt.Sprint(sent, " mails"), func() bool { return s.count(t, rawMails) == sent && labelled(t, server) == sent/2 })
	}
	until(t, "the watch", func() bool { return s.watched(t) })
	deliver()
	deliver()
	server.Kill()
	until(t, "the loss is noticed", func() bool { return !s.watched(t) })
	server.Restart()
	until(t, "the watch again", func() bool { return s.watched(t) })
	deliver()
	s.stop(t)
}

// TestOneOfTwoWatches runs two services on one database: one of them watches,
// and the other one when the first was killed.
func TestOneOfTwoWatches(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	in := installIn(t, server, t.TempDir(), storetest.EmptyPostgresURL(t))
	first := in.serve(t, never)
	until(t, "the first watches", func() bool { return first.watched(t) })
	second := in.serve(t, never)
	raw, received := traffic.Mail(0)
	server.Deliver(raw, received)
	until(t, "the mail", func() bool { return second.count(t, rawMails) == 1 })
	if !first.watched(t) || second.watched(t) {
		t.Error("not the first one alone watches")
	}
	first.kill(t)
	until(t, "the second takes over", func() bool { return second.watched(t) })
	raw, received = traffic.Mail(1)
	server.Deliver(raw, received)
	until(t, "the next mail", func() bool { return second.count(t, rawMails) == 2 })
	second.stop(t)
}

// BenchmarkIdleLatency measures from the delivery of a mail into Dovecot's
// Maildir to the stored record, as the API of a running service shows it.
func BenchmarkIdleLatency(b *testing.B) {
	server := dovecot.Start(b, dovecot.Options{})
	in := install(b, server)
	s := in.serve(b, never)
	watching := time.NewTicker(20 * time.Millisecond)
	defer watching.Stop()
	for !s.watched(b) {
		<-watching.C
	}
	var took []time.Duration
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for b.Loop() {
		raw, received := traffic.Mail(len(took))
		began := time.Now()
		server.Deliver(raw, received)
		for s.count(b, rawMails) <= len(took) {
			<-look.C
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	at := func(p int) float64 { return took[min(len(took)-1, len(took)*p/100)].Seconds() * 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	s.stop(b)
}

// kill ends the service without a word.
func (s *service) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.done
}
