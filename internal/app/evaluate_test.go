package app_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/fake/traffic"
)

// footprint gives the hashes of all files below a folder.
func footprint(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		files[path] = fmt.Sprintf("%x", sha256.Sum256(content))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// refused runs a command that must not succeed, and gives its code and what it
// says on standard error.
func (in installation) refused(t *testing.T, args ...string) (int, string) {
	t.Helper()
	c := in.command(args...)
	var text bytes.Buffer
	c.Stderr = &text
	if err := c.Run(); err == nil {
		t.Errorf("lineman %s succeeded", strings.Join(args, " "))
	}
	return c.ProcessState.ExitCode(), text.String()
}

// TestEvaluateChangesNothing evaluates a mailbox with labels configured, before
// and after the installation reads it itself: the database, the folder and the
// mailbox stay as they are.
func TestEvaluateChangesNothing(t *testing.T) {
	server := mailServer(t, 60)
	in := install(t, server)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, when := range []string{"before the first pass", "after it"} {
		files, flags := footprint(t, in.dir), keywords(t, server)
		out := in.run(t, "evaluate", "--source", "noc", "--since", "120mo", "--circuits", filepath.Join(in.dir, "circuits.csv"))
		for _, want := range []string{"noc: 60 mails", "read 59, to be reviewed 0, ignored 0, failed 0, quarantined 0, duplicate 0, unknown sender 1"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", when, want, out)
			}
		}
		if diff := cmp.Diff(files, footprint(t, in.dir)); diff != "" {
			t.Errorf("%s: files changed: %s", when, diff)
		}
		if diff := cmp.Diff(flags, keywords(t, server)); diff != "" {
			t.Errorf("%s: the mailbox changed: %s", when, diff)
		}
		if left := footprint(t, temp); len(left) > 0 {
			t.Errorf("%s: files are left behind: %v", when, left)
		}
		if when == "before the first pass" {
			if out := in.run(t, "ingest"); !strings.Contains(out, "new 60") {
				t.Errorf("the evaluation took mail from the first pass: %s", out)
			}
		}
	}
}

// TestEvaluatedFilesCanBeImported evaluates a folder and imports what it wrote
// into an empty lineman.
func TestEvaluatedFilesCanBeImported(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		raw, _ := traffic.Mail(i)
		if i == 0 { // from another address of the same company
			raw = regexp.MustCompile(`(?m)^From: .*$`).ReplaceAll(raw, []byte("From: noc@moves.zayo.com\r"))
		}
		write(t, filepath.Join(dir, fmt.Sprintf("%02d.eml", i)), raw)
	}
	write(t, filepath.Join(dir, "notes.doc"), []byte("no mail"))
	write(t, filepath.Join(dir, "huge.eml"), append([]byte("From: mr@zayo.com\nSubject: huge\n\n"), bytes.Repeat([]byte("A"), 26<<20)...))
	in := plain(t, "")
	inventory := filepath.Join(in.dir, "inventory.csv")
	text := strings.Replace(string(traffic.CircuitsCSV()), "cid,provider,type\n", "cid,provider,type,site_a\n", 1)
	text = strings.ReplaceAll(strings.ReplaceAll(text, ",Transit\n", ",Transit,Berlin\n"), "NTT-LD-300014,", "NTT-LD-300014-AMS,")
	write(t, inventory, []byte(text+"X/1,Quiet Carrier,Wave,Bonn\n"))
	out := filepath.Join(in.dir, "out")
	page := filepath.Join(in.dir, "page.html")
	said := in.run(t, "evaluate", "--source", dir, "--circuits", inventory, "--out", out, "--html", page)
	for _, want := range []string{"40 mails", "noc@moves.zayo.com", "1 files that are neither", "huge.eml: the mail has 27", "Circuits: of the ids"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if text, err := os.ReadFile(page); err != nil || !bytes.Contains(text, []byte("noc@moves.zayo.com")) {
		t.Errorf("the page: %v", err)
	}
	fresh := plain(t, "")
	fresh.rewrite(t, "lineman.db", "fresh.db") // without the circuits of plain
	for _, step := range [][2]string{{"providers", filepath.Join(out, "providers.csv")}, {"aliases", filepath.Join(out, "aliases.csv")}} {
		if step[0] == "aliases" {
			fresh.run(t, "sites", "import", sitesCSV(t, "Berlin", "Bonn"))
			fresh.run(t, "circuits", "import", inventory)
		}
		if out := fresh.run(t, step[0], "import", step[1]); !strings.HasPrefix(out, step[0]+": created") || strings.Contains(out, "created 0") {
			t.Errorf("%s import: %s\n%s", step[0], out, said)
		}
	}
	if out := fresh.run(t, "providers", "export"); !strings.Contains(out, "noc@moves.zayo.com") || !strings.Contains(out, "Quiet Carrier") {
		t.Errorf("providers after the import: %s", out)
	}
	again := in.run(t, "evaluate", "--source", dir, "--since", "1d")
	if !strings.Contains(again, "0 mails") || !strings.Contains(again, "40 more were received before") {
		t.Errorf("of the last day: %s", again)
	}
}

func sitesCSV(t *testing.T, names ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sites.csv")
	write(t, file, []byte("name\n"+strings.Join(names, "\n")+"\n"))
	return file
}

func TestEvaluateRefuses(t *testing.T) {
	in := plain(t, "")
	empty := t.TempDir()
	write(t, filepath.Join(in.dir, "bad.csv"), []byte("cid,provider\n,zayo\n"))
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no source":      {nil, "--source: is missing; name a configured source or a folder with mail"},
		"unknown source": {[]string{"--source", "nowhere"}, `--source: "nowhere" is neither a source (none is configured) nor a folder that is there`},
		"empty folder":   {[]string{"--source", empty}, "holds no mail"},
		"no span":        {[]string{"--source", empty, "--since", "soon"}, `--since: "soon" is no span of time`},
		"no months":      {[]string{"--source", empty, "--since", "0mo"}, `--since: "0mo" is no span of time; write for example 12mo or 30d`},
		"no inventory":   {[]string{"--source", in.dir, "--circuits", "nowhere.csv"}, "--circuits: open nowhere.csv"},
		"bad inventory":  {[]string{"--source", in.dir, "--circuits", filepath.Join(in.dir, "bad.csv")}, "bad.csv:2: column cid is empty"},
		"page nowhere":   {[]string{"--source", in.dir, "--html", filepath.Join(in.dir, "no", "page.html")}, "--html: open"},
	} {
		code, text := in.refused(t, append([]string{"evaluate"}, test.args...)...)
		if code != 2 || !strings.Contains(text, test.want) || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: exit %d: %s; want %s", name, code, text, test.want)
		}
	}
}

// BenchmarkEvaluate evaluates a Maildir of 12,000 mails.
func BenchmarkEvaluate(b *testing.B) {
	const mails = 12_000
	root := maildir(b, filepath.Join(b.TempDir(), "Maildir"), 0, mails)
	in := plain(b, "")
	for b.Loop() {
		out := in.run(b, "evaluate", "--source", root, "--circuits", filepath.Join(in.dir, "circuits.csv"), "--html", filepath.Join(b.TempDir(), "page.html"))
		if !strings.Contains(out, fmt.Sprintf("%d mails", mails)) {
			b.Fatal(out)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/12000-mails")
}
