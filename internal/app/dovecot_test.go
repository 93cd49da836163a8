package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lineman/internal/fake/dovecot"
	"lineman/internal/fake/traffic"
)

// TestDovecot reads a Dovecot over TLS with its own certificate authority,
// meets it gone, and goes on where it stopped.
func TestDovecot(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	deliver := func(from, to int) {
		for i := from; i < to; i++ {
			raw, received := traffic.Mail(i)
			server.Deliver(raw, received)
		}
	}
	deliver(0, 120)
	in := install(t, server)
	in.overTLS(t, server)

	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 120, new 120, parsed 118, ignored 0, failed 0, unknown-provider 2,") {
		t.Errorf("first pass:\n%s", out)
	}
	words := keywords(t, server)
	for uid, flags := range words {
		if !strings.Contains(flags, "m-") || strings.Contains(flags, "seen") {
			t.Errorf("message %d has the flags %q, want a label and still unseen", uid, flags)
		}
	}
	if len(words) != 120 {
		t.Errorf("%d messages have flags, want 120", len(words))
	}

	server.Kill()
	out, err := in.command("ingest").Output()
	if err == nil || !strings.Contains(string(out), "noc: FAILED: ") || !strings.Contains(string(out), "unreachable") {
		t.Errorf("with the server gone: %v\n%s", err, out)
	}
	server.Restart()
	deliver(120, 150)
	if out := in.run(t, "ingest"); !strings.Contains(out, "\nfetched 30, new 30,") {
		t.Errorf("after the restart:\n%s", out)
	}
}

// overTLS turns the source to implicit TLS.
func (in installation) overTLS(t *testing.T, s *dovecot.Server) {
	t.Helper()
	ca := filepath.Join(in.dir, "ca.pem")
	if err := os.WriteFile(ca, s.Certificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(in.config)
	if err != nil {
		t.Fatal(err)
	}
	plain := "url: imap+plain://" + s.PlainAddr()
	secure := "url: imap://" + s.TLSAddr() + "\n    tls: {ca_file: " + ca + "}"
	changed := strings.Replace(string(text), plain, secure, 1)
	if err := os.WriteFile(in.config, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}
