package app_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/fake/traffic"
)

// maildir makes a Maildir with the mails from one number up to another.
func maildir(t testing.TB, dir string, from, to int) string {
	t.Helper()
	for _, sub := range []string{"new", "cur", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i := from; i < to; i++ {
		raw, received := traffic.Mail(i)
		temp := filepath.Join(dir, "tmp", "m")
		write(t, temp, raw)
		if err := os.Chtimes(temp, received, received); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%d.M%dP1.mx.example", received.Unix(), i)
		if err := os.Rename(temp, filepath.Join(dir, "new", name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func source(kind, path string) string {
	return fmt.Sprintf("notification_sources:\n  - {name: files, url: %q, labels: {parsed: P}}\n", kind+"://"+path)
}

// TestFiles brings the same mails in by a Maildir, a folder of files, an mbox,
// the pipe and HTTP: the records are the same, and nothing is doubled.
func TestFiles(t *testing.T) {
	const mails = 60
	root := maildir(t, filepath.Join(t.TempDir(), "Maildir"), 0, mails)
	dir, box := t.TempDir(), filepath.Join(t.TempDir(), "old.mbox")
	var file bytes.Buffer
	for i := range mails {
		raw, received := traffic.Mail(i)
		path := filepath.Join(dir, fmt.Sprintf("%04d.eml", i))
		write(t, path, raw)
		if err := os.Chtimes(path, received, received); err != nil {
			t.Fatal(err)
		}
		file.WriteString("From MAILER-DAEMON Mon Mar  2 08:00:00 2026\n")
		for line := range bytes.Lines(raw) {
			if bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) {
				file.WriteByte('>')
			}
			file.Write(line)
		}
		file.WriteByte('\n')
	}
	write(t, box, file.Bytes())

	byMaildir := plain(t, source("maildir", root))
	out := byMaildir.run(t, "ingest")
	if want := "files: fetched 60, new 60, parsed 59, ignored 0, failed 0, unknown-provider 1, duplicate 0,"; !strings.Contains(out, want) {
		t.Errorf("Maildir: %s", out)
	}
	want := records(t, byMaildir)
	if len(want.States) != mails {
		t.Fatalf("%d mails, want %d", len(want.States), mails)
	}
	if out := byMaildir.run(t, "ingest", box); !strings.HasPrefix(out, "import: fetched 60, new 0, parsed 0, ignored 0, failed 0, unknown-provider 0, duplicate 60,") {
		t.Errorf("the same mails again from an mbox: %s", out)
	}
	byImport := plain(t, "")
	if out := byImport.run(t, "ingest", box, filepath.Join(dir, "0007.eml")); !strings.Contains(out, "import: fetched 61, new 60, parsed 59, ") {
		t.Errorf("mbox: %s", out)
	}
	byFolder := plain(t, source("folder", dir))
	until(t, "files that have lain still", func() bool {
		byFolder.run(t, "ingest")
		return len(records(t, byFolder).States) == mails
	})
	for name, in := range map[string]installation{"Maildir and mbox": byMaildir, "mbox": byImport, "folder": byFolder} {
		if diff := cmp.Diff(want, records(t, in)); diff != "" {
			t.Errorf("by %s (-want +got):\n%s", name, diff)
		}
	}
	bad := byImport.command("ingest", "/proc/self/mem", box)
	if out, err := bad.Output(); err == nil || bad.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "FAILED: /proc/self/mem") || !strings.Contains(string(out), "fetched 60,") {
		t.Errorf("with a file that cannot be read: exit %d\n%s", bad.ProcessState.ExitCode(), out)
	}
}

// TestServeTakesMail hands mail to a running service over HTTP while it reads
// a Maildir.
func TestServeTakesMail(t *testing.T) {
	root := maildir(t, filepath.Join(t.TempDir(), "Maildir"), 0, 30)
	in := plain(t, source("maildir", root))
	s := in.serve(t, "LINEMAN_SCHEDULE=@every 1s")
	const app = "/api/plugins/circuit-maintenance/"
	until(t, "the Maildir's mails", func() bool { return s.count(t, app+"rawnotification/") == 30 })
	token := strings.TrimSpace(in.run(t, "token", "create", "--name", "mta", "--role", "operator"))
	push := func(i int) (int, string) {
		raw, _ := traffic.Mail(i)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+"/api/v1/notifications/raw", bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "message/rfc822")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var body bytes.Buffer
		if _, err := body.ReadFrom(resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, body.String()
	}
	for i, want := range map[int]int{30: http.StatusCreated, 31: http.StatusCreated, 32: http.StatusCreated, 5: http.StatusOK} {
		if code, body := push(i); code != want {
			t.Errorf("mail %d: %d %s", i, code, body)
		}
	}
	if code, body := push(30); code != http.StatusOK || !strings.Contains(body, `"new":false`) {
		t.Errorf("again: %d %s", code, body)
	}
	until(t, "what was handed over", func() bool { return s.count(t, "/api/v1/maintenances") == 11 })
	if n := s.count(t, app+"rawnotification/"); n != 33 {
		t.Errorf("%d mails, want 33", n)
	}
	s.stop(t)
	if strings.Contains(s.log.String(), "job failed") {
		t.Errorf("a job failed:\n%s", s.log)
	}
	if n := strings.Count(s.log.String(), "is read without labels"); n != 1 {
		t.Errorf("that a Maildir has no labels is said %d times, want once", n)
	}
}

// TestServeWatchesFiles polls once only: what comes later is seen by watching.
func TestServeWatchesFiles(t *testing.T) {
	root := maildir(t, filepath.Join(t.TempDir(), "Maildir"), 0, 3)
	in := plain(t, source("maildir", root))
	s := in.serve(t, "LINEMAN_SCHEDULE=0 0 29 2 *")
	const raws = "/api/plugins/circuit-maintenance/rawnotification/"
	until(t, "the first mails", func() bool { return s.count(t, raws) == 3 })
	for n := 3; n < 6; n++ {
		maildir(t, root, n, n+1)
		until(t, "new mail", func() bool { return s.count(t, raws) == n+1 })
	}
	s.stop(t)
}
