package app_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lineman/internal/app"
	"lineman/internal/config"
	"lineman/internal/fake/nameserver"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
)

// patient is an installation to be checked.
type patient struct {
	t       *testing.T
	options app.DoctorOptions
}

// admit makes an installation of a configuration's text, which asks no name
// server of the system.
func admit(t *testing.T, text string) patient {
	t.Helper()
	if !strings.Contains(text, "trust:") {
		text += "trust: {resolver: \"127.0.0.1:1\"}\n"
	}
	file := filepath.Join(t.TempDir(), "lineman.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return patient{t, app.DoctorOptions{Reading: config.Inspect(config.Options{Path: file, Environ: []string{}})}}
}

// finds checks the installation and compares the lines about checks whose name
// begins with about.
func (p patient) finds(about string, want ...string) {
	p.t.Helper()
	var got []string
	bad := false
	failed := app.Doctor(p.t.Context(), p.options, func(f app.Finding) {
		bad = bad || f.Grade == app.GradeFail
		if strings.Contains(f.String(), "\n") {
			p.t.Errorf("more than a line: %q", f)
		}
		if f.Grade != app.GradeOK && !strings.Contains(f.Text, "; ") {
			p.t.Errorf("does not say what to do: %s", f)
		}
		if strings.HasPrefix(f.Check, about) {
			got = append(got, f.String())
		}
	})
	if failed != bad {
		p.t.Errorf("failed is %v, but a finding failed: %v", failed, bad)
	}
	if len(got) != len(want) {
		p.t.Fatalf("%d lines, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i, w := range want {
		if !regexp.MustCompile("^" + w).MatchString(got[i]) {
			p.t.Errorf("line %d is\n%s\nwant\n%s", i+1, got[i], w)
		}
	}
}

func database(url string) string { return fmt.Sprintf("database: {url: %q}\n", url) }

// TestDoctorOfAHealthyInstallation holds that nothing is wrong with what works.
func TestDoctorOfAHealthyInstallation(t *testing.T) {
	server, names := mailServer(t, 1), nameserver.Start(t, "ntt.net")
	storetest.EachEmptyURL(t, func(t *testing.T, url string) {
		storetest.Open(t, url, time.Now)
		p := admit(t, database(url)+fmt.Sprintf(`trust: {resolver: "%s"}
notification_sources:
  - {name: noc, url: "imap+plain://%s", account: %s, secret: %s, providers: [zayo]}
`, names.Addr(), server.PlainAddr(), server.User(), server.Password()))
		p.finds("",
			`ok    configuration: .*lineman.yaml is right$`,
			`ok    file .*lineman.yaml: it holds notification_sources\[0\].secret, and not everybody may read it$`,
			`ok    time zones: `,
			`ok    database: it answers$`,
			`ok    database schema: version \d+, current$`,
			`ok    database writable: `,
			`ok    clock: `,
			`ok    providers: 30, with \d+ addresses$`,
			`ok    drift: `,
			`ok    source noc: logged in over imap; INBOX can be read$`,
			`ok    trust: the name server 127.0.0.1:\d+ can be asked for DKIM keys$`,
			`ok    trust: trust.authserv_id is not set, so only signatures count that lineman checks itself$`,
			`ok    parsers: 31 providers are built in$`,
		)
	})
}

// TestDoctorTellsOfEachSource holds that a source that is wrong is told with
// its reason and keeps none of the others from being checked.
func TestDoctorTellsOfEachSource(t *testing.T) {
	server := mailServer(t, 1)
	good := fmt.Sprintf("url: \"imap+plain://%s\", account: %s, secret: %s", server.PlainAddr(), server.User(), server.Password())
	p := admit(t, database(storetest.EmptySQLiteURL(t))+fmt.Sprintf(`notification_sources:
  - {name: password, url: "imap+plain://%s", account: %s, secret: wrong}
  - {name: folder, %s, folders: [INBOX, Nowhere]}
  - {name: closed, url: "imap+plain://127.0.0.1:1", account: a, secret: b}
  - {name: setting, %s, mode: alive}
  - {name: kind, url: "graph://tenant/inbox", account: a, client_id: b, secret: c}
  - {name: good, %s}
`, server.PlainAddr(), server.User(), good, good, good))
	p.finds("source ",
		`fail  source password: login refused: .*; check account and secret$`,
		`fail  source folder: folder not found: .*"Nowhere".*; check folders`,
		`fail  source closed: unreachable: .*connection refused; check the address`,
		`warn  source setting: not checked, because its settings are wrong; `,
		`fail  source kind: .*must name the tenant and nothing else; `,
		`ok    source good: logged in over imap; INBOX can be read$`,
	)
	p.finds("configuration", `fail  configuration: .*lineman.yaml:\d+: notification_sources\[3\].mode: "alive" is unknown; use live or shadow`)
}

// TestDoctorWaitsForNobody holds that a server that never says a word ends its
// check alone.
func TestDoctorWaitsForNobody(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	p := admit(t, database(storetest.EmptySQLiteURL(t))+fmt.Sprintf(`notification_sources:
  - {name: silent, url: "imap+plain://%s", account: a, secret: b}
`, silent.Addr()))
	p.options.Within = 100 * time.Millisecond
	p.finds("source ", `fail  source silent: no answer within 100ms; check the address`)
}

// TestDoctorOfTheSchema holds that a schema that is not the program's is told,
// and what to do about it.
func TestDoctorOfTheSchema(t *testing.T) {
	storetest.EachEmptyURL(t, func(t *testing.T, url string) {
		off := fmt.Sprintf("database: {url: %q, migrate: \"off\"}\n", url)
		s, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		ping(t, s)
		admit(t, off).finds("database schema", `fail  database schema: the database is empty and migrate is off; run .lineman migrate up.$`)
		for _, step := range []func(context.Context) error{s.MigrateUp, s.MigrateDown} {
			if err := step(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		admit(t, off).finds("database schema", `fail  database schema: version \d+ is behind the \d+ of this lineman and migrate is off; run .lineman migrate up.$`)
		admit(t, database(url)).finds("database",
			`ok    database: it answers$`,
			`warn  database schema: version \d+ is behind the \d+ of this lineman; the next start brings it up, or .lineman migrate up. now$`)
		if _, err := s.SQL().Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (90000, ` + truth(s) + `)`); err != nil {
			t.Fatal(err)
		}
		admit(t, database(url)).finds("database schema", `fail  database schema: version 90000 is newer than the \d+ that this lineman knows; run `)
	})
}

// ping makes the file of an SQLite database.
func ping(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.SQL().PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func truth(s *store.Store) string {
	if s.Pool() == nil {
		return "1"
	}
	return "true"
}

// TestDoctorWithoutADatabase holds that none is made, and that what cannot be
// reached is told.
func TestDoctorWithoutADatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lineman.db")
	admit(t, database("sqlite:"+file)).finds("database", `warn  database: the file .*lineman.db is not there yet; the first start makes it`)
	admit(t, fmt.Sprintf("database: {url: \"sqlite:%s\", migrate: \"off\"}\n", file)).finds("database", `fail  database: the file .* is not there and migrate is off; run `)
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	admit(t, database("sqlite:"+filepath.Join(file, "none", "lineman.db"))).finds("database", `fail  database: the file .* is not there and cannot be made: `)
	admit(t, database("postgres://lineman:CANARY@127.0.0.1:1/lineman")).finds("database", `fail  database: database.url: cannot reach the database postgres://lineman:\*\*\*@127.0.0.1:1/lineman: `)
	admit(t, "database: {migrate: perhaps}\n").finds("database", `warn  database: not checked, because its settings are wrong; `)
	if err := os.WriteFile(file, []byte(strings.Repeat("no database at all\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	admit(t, database("sqlite:"+file)).finds("database", `fail  database: database.url: cannot open the SQLite file .*; check that it is a database of lineman`)
}

// TestDoctorOfADatabaseThatTakesNothing uses a server that refuses to write.
func TestDoctorOfADatabaseThatTakesNothing(t *testing.T) {
	url := storetest.EmptyPostgresURL(t)
	storetest.Open(t, url, time.Now)
	sign := "?"
	if strings.Contains(url, "?") {
		sign = "&"
	}
	admit(t, database(url+sign+"default_transaction_read_only=on")).finds("database",
		`ok    database: it answers$`,
		`ok    database schema: `,
		`fail  database writable: .*read-only transaction.*; check the permissions`)
}

// TestDoctorOfTheClock holds that a clock is told that is not the server's, or
// before what was done already.
func TestDoctorOfTheClock(t *testing.T) {
	shifted := func(url string, by time.Duration) patient {
		p := admit(t, database(url))
		p.options.Now = func() time.Time { return time.Now().Add(by) }
		return p
	}
	t.Run("server", func(t *testing.T) {
		url := storetest.EmptyPostgresURL(t)
		storetest.Open(t, url, time.Now)
		shifted(url, time.Hour).finds("clock", `fail  clock: this machine's clock is (1h0m|59m)\d+s ahead of the database server's; set it`)
		shifted(url, -time.Hour).finds("clock", `fail  clock: this machine's clock is (1h0m|59m)\d+s behind the database server's; set it`)
	})
	t.Run("pass", func(t *testing.T) {
		url := storetest.EmptySQLiteURL(t)
		s := storetest.Open(t, url, time.Now)
		src, err := s.EnsureSource(t.Context(), "noc", "imap")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.StartPoll(t.Context(), src.ID); err != nil {
			t.Fatal(err)
		}
		shifted(url, time.Hour).finds("clock", `ok    clock: `)
		shifted(url, -time.Hour).finds("clock", `fail  clock: this machine's clock says .* UTC, but the last pass over a mailbox began at .* UTC; set it`)
	})
}

// TestDoctorOfProviders holds that a source that waits for mail of nobody is
// told.
func TestDoctorOfProviders(t *testing.T) {
	url := storetest.EmptySQLiteURL(t)
	storetest.Open(t, url, time.Now)
	admit(t, database(url)+`notification_sources:
  - {name: noc, url: "imap+plain://127.0.0.1:1", account: a, secret: b, providers: [zayo, zajo]}
`).finds("providers", `ok    providers: `, `fail  providers: source noc reads mail of "zajo", which is no provider; `)
}

// TestDoctorOfDefinitions holds that each definition is told by its file, a
// wrong one with the field.
func TestDoctorOfDefinitions(t *testing.T) {
	folder := ownParsers(t)
	text := database(storetest.EmptySQLiteURL(t)) + fmt.Sprintf("parsers: {folder: %q}\n", folder)
	admit(t, text).finds("parser",
		`ok    parsers: 31 providers are built in$`,
		`ok    parser definition quaynet.yaml: quaynet is in use$`,
		`fail  parser definition bad.yaml: disabled: bad.yaml:2: label: is no key of a definition; `)
	admit(t, strings.Replace(text, folder, filepath.Join(folder, "none"), 1)).finds("parser",
		`ok    parsers: `, `fail  parsers: parsers.folder: .* cannot be read: .*; check the path`)
	admit(t, strings.Replace(text, folder, t.TempDir(), 1)).finds("parser",
		`ok    parsers: `, `warn  parsers: parsers.folder: .* holds no definition \(\*.yaml\); check the path`)
}

// ownParsers is a folder with one definition that is right and one that is not.
func ownParsers(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "own")
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("..", "..", "parsers", "define", "testdata"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "bad.yaml"), []byte("slug: bad\nlabel: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestDoctorOfFiles holds that a secret that everybody may read is told, and
// one that nobody can.
func TestDoctorOfFiles(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"open": 0o644, "closed": 0o640} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("word\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	source := `  - {name: %s, url: "imap+plain://127.0.0.1:1", account: a, secret: "%s", credentials_file: "%s"}` + "\n"
	text := database(storetest.EmptySQLiteURL(t)) + "notification_sources:\n" +
		fmt.Sprintf(source, "a", "file:"+filepath.Join(dir, "open"), "") +
		fmt.Sprintf(source, "b", "file:"+filepath.Join(dir, "closed"), filepath.Join(dir, "none")) +
		fmt.Sprintf(source, "c", "file:"+filepath.Join(dir, "open"), dir)
	admit(t, text).finds("file",
		`warn  file .*/open: it holds notification_sources\[0\].secret, and everybody on this machine may read it \(-rw-r--r--\); run chmod o= .*/open$`,
		`ok    file .*/closed: it holds notification_sources\[1\].secret, and not everybody may read it$`,
		`fail  file .*/none: notification_sources\[1\].credentials_file cannot be read: no such file or directory; check the path`,
		`fail  file .*: notification_sources\[2\].credentials_file is no regular file; `)
}
