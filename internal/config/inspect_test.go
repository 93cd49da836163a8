package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/config"
)

func inspect(t *testing.T, text string, env ...string) config.Reading {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lineman.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Inspect(config.Options{Path: path, Environ: append([]string{}, env...)})
}

// TestInspectGivesWhatCouldBeRead holds that one wrong source leaves the rest
// usable, and that a file that cannot be read leaves nothing.
func TestInspectGivesWhatCouldBeRead(t *testing.T) {
	const sources = `notification_sources:
  - {name: a, url: "imap://imap.example.net", account: a, secret: "${NOT_SET}"}
  - {name: b, url: "imap://imap.example.net", account: b, secret: x}
`
	tests := map[string]struct {
		text   string
		usable string // of database, first, second
		err    string
	}{
		"right":             {strings.Replace(sources, "${NOT_SET}", "y", 1), "database first second", ""},
		"a missing secret":  {sources, "database second", "NOT_SET"},
		"an unknown key":    {"databse: {}\n" + strings.Replace(sources, "${NOT_SET}", "y", 1), "database first second", "databse"},
		"a key below":       {"database: {migrate: maybe}\n" + strings.Replace(sources, "${NOT_SET}", "y", 1), "first second", "maybe"},
		"sources no list":   {"notification_sources: 3\n", "database", "notification_sources"},
		"no YAML":           {"database: {\n", "", "no valid YAML"},
		"no mapping":        {"- a\n- b\n", "", "the file"},
		"a second document": {"database: {}\n---\nx: 1\n", "", "second document"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := inspect(t, test.text)
			var usable []string
			for _, k := range []struct{ name, key string }{{"database", "database"}, {"first", "notification_sources[0]"}, {"second", "notification_sources[1]"}} {
				if r.Usable(k.key) {
					usable = append(usable, k.name)
				}
			}
			if got := strings.Join(usable, " "); got != test.usable {
				t.Errorf("usable: %q, want %q", got, test.usable)
			}
			if test.err == "" && r.Err != nil || test.err != "" && (r.Err == nil || !strings.Contains(r.Err.Error(), test.err)) {
				t.Errorf("error %v, want %q", r.Err, test.err)
			}
		})
	}
	if r := config.Inspect(config.Options{Path: filepath.Join(t.TempDir(), "none.yaml"), Environ: []string{}}); r.Err == nil || r.Usable("database") {
		t.Errorf("of no file: %v", r.Err)
	}
}

// TestInspectNamesSecrets holds that files of values and secrets in the
// configuration itself are told.
func TestInspectNamesSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("word\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := inspect(t, `database: {url: "postgres://a:b@db.example.net/x"}
notification_sources:
  - {name: a, url: "imap://imap.example.net", account: a, secret: "file:`+file+`"}
  - {name: b, url: "imap://imap.example.net", account: b, secret: hidden}
  - {name: c, url: "imap://imap.example.net", account: c, secret: "${WORD}"}
`, "WORD=x", "LINEMAN_SECRET_KEY=file:"+file)
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	want := []config.ValueFile{{Key: "notification_sources[0].secret", Path: file}, {Key: "secret_key", Path: file}}
	if diff := cmp.Diff(want, r.Values); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"database.url", "notification_sources[1].secret"}, r.Written); diff != "" {
		t.Error(diff)
	}
	for _, address := range []string{"sqlite:lineman.db", "postgres://a@db.example.net/x"} {
		if r := inspect(t, `database: {url: "`+address+`"}`); r.Written != nil {
			t.Errorf("%s is told as a secret: %v", address, r.Written)
		}
	}
}
