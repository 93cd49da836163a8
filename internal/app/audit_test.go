package app_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lineman/internal/audit"
	"lineman/internal/fake/traffic"
	"lineman/parsers"
)

// TestAudit proves what is known of a circuit over the real binary: each mail
// that names it, by its id or by an alias, is in the ZIP file as it came.
func TestAudit(t *testing.T) {
	const cid, mails = "ARELION-LD-300021", 60
	root := maildir(t, filepath.Join(t.TempDir(), "Maildir"), 0, mails)
	alone := []byte("Received: from x by y; Mon, 05 Jan 2026 07:00:00 +0000\r\nFrom: desk@ours.example\r\nSubject: the blue line\r\nDate: Mon, 05 Jan 2026 07:00:00 +0000\r\n\r\nWork on BLUE-LINE-77 tonight?\r\n")
	write(t, filepath.Join(root, "new", "1.alone"), alone)
	in := plain(t, strings.Replace(source("maildir", root), "labels: {parsed: P}", `schedule: "*/5 * * * *"`, 1))
	aliases := filepath.Join(in.dir, "aliases.csv")
	write(t, aliases, []byte("provider,alias,cid\narelion,BLUE-LINE-77,"+cid+"\n"))
	in.run(t, "aliases", "import", aliases)
	in.run(t, "ingest")
	file := filepath.Join(in.dir, "audit.zip")
	said := in.run(t, "audit", "--circuit", "blue-line-77", "--from", "2026-01-01", "--export", file)
	for _, want := range []string{
		"circuit " + cid + " of arelion", "also called: BLUE-LINE-77", "1 gaps", "it was never read before", "names BLUE-LINE-77", "it lists " + cid, "created",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	files := unzip(t, file)
	var d audit.Dossier
	index, err := os.ReadFile(filepath.Join(files, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(index, &d); err != nil {
		t.Fatal(err)
	}
	want := naming(t, cid, mails)
	want[string(alone)] = true
	if len(d.Mails) != len(want) || len(want) < 4 {
		t.Errorf("%d mails, want %d", len(d.Mails), len(want))
	}
	for _, m := range d.Mails {
		raw, err := os.ReadFile(filepath.Join(files, m.File))
		if err != nil || !want[string(raw)] {
			t.Errorf("%s (%s): %v; it is none of the mails that name the circuit", m.File, m.Subject, err)
		}
	}
	check := exec.Command("sha256sum", "-c", "--strict", audit.Sums)
	check.Dir = files
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
}

// TestAuditOfWhatPeopleMade holds that an audit tells of a maintenance that a
// person made or changed in the time, also where no mail does and the work is
// later; and of none that was neither.
func TestAuditOfWhatPeopleMade(t *testing.T) {
	in := plain(t, "")
	write(t, filepath.Join(in.dir, "circuits"), []byte("cid,provider,type\nLD-300021,ntt,Transit\n"))
	in.run(t, "circuits", "import", filepath.Join(in.dir, "circuits"))
	in.run(t, "maintenance", "create", "P-1", "--provider", "ntt", "--start", "2099-03-01T22:00Z", "--end", "2099-03-02T02:00Z",
		"--circuit", "LD-300021", "--author", "olga", "--reason", "phone call")
	for from, want := range map[string]bool{"2000-01-01": true, "2000-01-01 --to 2000-12-31": false} {
		said := in.run(t, append([]string{"audit", "--circuit", "LD-300021", "--from"}, strings.Fields(from)...)...)
		if got := strings.Contains(said, "ntt-P-1 created: - -> P-1 (edit by olga"); got != want {
			t.Errorf("from %s: told of it: %t\n%s", from, got, said)
		}
	}
}

// naming gives the mails of package traffic that have a text in one of their
// parts.
func naming(t *testing.T, text string, mails int) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for i := range mails {
		raw, _ := traffic.Mail(i)
		mail, err := parsers.ReadMail(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range mail.Parts {
			if strings.Contains(p.Text(), text) {
				found[string(raw)] = true
			}
		}
	}
	return found
}

func unzip(t *testing.T, file string) string {
	t.Helper()
	packed, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	dir := t.TempDir()
	if err := os.CopyFS(dir, packed); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAuditRefuses(t *testing.T) {
	in := plain(t, "")
	known := "NTT-LD-300000"
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no circuit":         {[]string{"--from", "2026-01-01"}, "--circuit: is missing; give the id of a circuit"},
		"unknown circuit":    {[]string{"--circuit", "nope", "--from", "2026-01-01"}, `--circuit: no circuit is called "nope"; lineman circuits export lists them`},
		"another provider's": {[]string{"--circuit", known, "--provider", "zayo", "--from", "2026-01-01"}, `--circuit: provider "zayo" has no circuit called "` + known + `"`},
		"no day":             {[]string{"--circuit", known}, "--from: is missing; give the first day"},
		"no such day":        {[]string{"--circuit", known, "--from", "2026-02-30"}, `--from: "2026-02-30" is neither a day nor an instant`},
		"reversed":           {[]string{"--circuit", known, "--from", "2026-02-01", "--to", "2026-01-01"}, "--to: 2026-01-01 is before --from 2026-02-01; turn them round"},
		"yet to come":        {[]string{"--circuit", known, "--from", "2199-02-01"}, "--from: 2199-02-01 is yet to come"},
		"nowhere to write":   {[]string{"--circuit", known, "--from", "2026-02-01", "--export", filepath.Join(in.dir, "no", "a.zip")}, "--export: open"},
	} {
		code, text := in.refused(t, append([]string{"audit"}, test.args...)...)
		if code != 2 || !strings.Contains(text, test.want) || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: exit %d: %s; want %s", name, code, text, test.want)
		}
	}
	twice := filepath.Join(in.dir, "twice.csv")
	write(t, twice, []byte(fmt.Sprintf("cid,provider\n%s,zayo\n", known)))
	in.run(t, "circuits", "import", twice)
	code, text := in.refused(t, "audit", "--circuit", known, "--from", "2026-01-01")
	if code != 2 || !strings.Contains(text, "is several circuits (ntt "+known+", zayo "+known+")") {
		t.Errorf("of two providers: exit %d: %s", code, text)
	}
}

// TestAuditOfWhatWasNotKept tells the mails of which only the ledger knows, and
// lists those whose subjects name the circuit.
func TestAuditOfWhatWasNotKept(t *testing.T) {
	root := maildir(t, filepath.Join(t.TempDir(), "Maildir"), 0, 0)
	for i, subject := range []string{"work on ntt-ld-300000 tonight", "lunch"} {
		write(t, filepath.Join(root, "new", fmt.Sprint(i, ".stranger")), []byte("Received: from x by y; Mon, 05 Jan 2026 07:00:00 +0000\r\nFrom: desk@ours.example\r\nSubject: "+subject+"\r\n\r\nHi\r\n"))
	}
	in := plain(t, source("maildir", root)+"unknown_senders: ledger\n")
	in.run(t, "ingest")
	file := filepath.Join(in.dir, "audit.zip")
	said := in.run(t, "audit", "--circuit", "NTT-LD-300000", "--from", "2026-01-01", "--export", file)
	for _, want := range []string{
		"note: of 2 messages of this time no bytes were kept (2 ", "Mails that name the circuit: 1 (0 were searched)", "work on ntt-ld-300000 tonight", "its bytes were never kept",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	files := unzip(t, file)
	if mails, err := os.ReadDir(filepath.Join(files, "mails")); err == nil {
		t.Errorf("mails of which nothing was kept are in the ZIP file: %v", mails)
	}
	index, err := os.ReadFile(filepath.Join(files, "index.csv"))
	if err != nil || !strings.Contains(string(index), "work on ntt-ld-300000 tonight") {
		t.Errorf("index.csv: %v\n%s", err, index)
	}
}
