package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestMigrations(t *testing.T) {
	storetest.EachEmptyURL(t, func(t *testing.T, url string) {
		s, err := store.Open(ctx, store.Options{URL: url})
		ok(t, err)
		defer s.Close()
		wantState(t, s, store.SchemaEmpty)
		if err := s.Ping(ctx); err == nil {
			t.Error("an empty database is ready")
		}
		ok(t, s.MigrateUp(ctx))
		ok(t, s.MigrateUp(ctx))
		wantState(t, s, store.SchemaCurrent)
		ok(t, s.Ping(ctx))
		status, err := s.MigrationStatus(ctx)
		ok(t, err)
		if len(status) < 3 || !status[1].Applied || status[1].At.IsZero() || status[1].Name != "00002_provider_catalogue.sql" {
			t.Errorf("status %+v", status)
		}
		downTo(t, s, 1)
		wantState(t, s, store.SchemaBehind)
		if n := len(must(s.Providers(ctx))); n != 0 {
			t.Errorf("%d providers are left", n)
		}
		ok(t, s.MigrateDown(ctx))
		wantState(t, s, store.SchemaEmpty)
		var input *models.InputError
		if err := s.MigrateDown(ctx); !errors.As(err, &input) {
			t.Errorf("down of an empty database: %v", err)
		}
		ok(t, s.MigrateUp(ctx))
		wantState(t, s, store.SchemaCurrent)
	})
}

// downTo takes steps back until the schema is at a version.
func downTo(t *testing.T, s *store.Store, version int64) {
	t.Helper()
	for {
		have, _, err := s.Versions(ctx)
		ok(t, err)
		if have <= version {
			return
		}
		ok(t, s.MigrateDown(ctx))
	}
}

func wantState(t *testing.T, s *store.Store, want store.SchemaState) {
	t.Helper()
	got, err := s.CheckSchema(ctx)
	ok(t, err)
	if got != want {
		t.Fatalf("the schema is %s, want %s", got, want)
	}
}

func TestSchemaFromTheFuture(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.SQL().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)"); err != nil {
			t.Fatal(err)
		}
		wantState(t, s, store.SchemaFuture)
		for name, call := range map[string]func() error{
			"up": func() error { return s.MigrateUp(ctx) }, "down": func() error { return s.MigrateDown(ctx) },
			"status": func() error { _, err := s.MigrationStatus(ctx); return err },
		} {
			var input *models.InputError
			if err := call(); !errors.As(err, &input) || input.Field != "database.url" || !strings.Contains(input.Reason, "from the future") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := s.Ping(ctx); err == nil {
			t.Error("the schema is not ours, and Ping is content")
		}
	})
}

func TestManyMigrateAtOnce(t *testing.T) {
	url := storetest.EmptyPostgresURL(t)
	var all sync.WaitGroup
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			s, err := store.Open(ctx, store.Options{URL: url})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if err := s.MigrateUp(ctx); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
}

// TestDownKeepsProvidersInUse: the catalogue goes, what people lean on stays,
// and coming back up does not stumble over it.
func TestDownKeepsProvidersInUse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		circuits(t, s, models.CircuitRow{CID: "A", Provider: "zayo"})
		downTo(t, s, 1) // the catalogue is the second step
		left := must(s.Providers(ctx))
		if len(left) != 1 || left[0].Slug != "zayo" {
			t.Fatalf("left %+v", left)
		}
		ok(t, s.MigrateUp(ctx))
		if n := len(must(s.Providers(ctx))); n != 30 {
			t.Errorf("%d providers", n)
		}
	})
}

func TestCatalogue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		owner := map[string]string{}
		all := must(s.Providers(ctx))
		for _, p := range all {
			if !p.Builtin || len(p.Emails) == 0 || p.Name == "" {
				t.Errorf("provider %+v", p)
			}
			for _, a := range p.Emails {
				if owner[a] != "" {
					t.Errorf("%s is of %s and %s", a, owner[a], p.Slug)
				}
				owner[a] = p.Slug
			}
		}
		if len(all) != 30 || owner["mr@zayo.com"] != "zayo" || owner["inoc@superonline.net"] != "turkcell" {
			t.Errorf("%d providers", len(all))
		}
		// The catalogue passes the checks of an import and comes out unchanged.
		rows := must(s.ExportProviders(ctx))
		result, err := s.ImportProviders(ctx, rows)
		ok(t, err)
		if result.Unchanged != len(all) {
			t.Errorf("%+v", result)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	ok(t, os.WriteFile(text, []byte(strings.Repeat("no database at all\n", 100)), 0o600))
	for name, test := range map[string]struct{ url, want string }{
		"nothing":         {"", "is not a database"},
		"other database":  {"mysql://root:hunter2@db/x", "is not a database"},
		"no file":         {"sqlite:", "is not a database"},
		"no folder":       {"sqlite:" + filepath.Join(dir, "none", "x.db"), "is not there; create it"},
		"no database":     {"sqlite:" + text, "cannot open the SQLite file"},
		"unreadable":      {"postgres://u:hunter2@[::bad/x", "cannot be read"},
		"bad port":        {"postgres://u:hunter2@127.0.0.1:99999/x", "cannot be read"},
		"nobody listens":  {"postgres://u:hunter2@127.0.0.1:1/x", "cannot reach the database postgres://u:***@127.0.0.1:1/x"},
		"password option": {"postgres://127.0.0.1:1/x?user=u&password=hunter2", "cannot reach the database"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(ctx, store.Options{URL: test.url})
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			var input *models.InputError
			if !errors.As(err, &input) || input.Field != "database.url" || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%T %v", err, err)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("not fit to print: %q", err)
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	url := storetest.EmptyPostgresURL(t)
	bad := strings.Replace(url, "/lineman_test_", "/no_such_", 1)
	_, err := store.Open(ctx, store.Options{URL: bad})
	var input *models.InputError
	if !errors.As(err, &input) {
		t.Fatalf("%T %v", err, err)
	}
}

func TestFileNamesThatURLsMind(t *testing.T) {
	for _, name := range []string{"with space.db", "100%.db", "a?b#c.db", "ü.db"} {
		path := filepath.Join(t.TempDir(), name)
		s := storetest.Open(t, "sqlite:"+path, fixed)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var mode string
		ok(t, s.SQL().QueryRow("PRAGMA journal_mode").Scan(&mode))
		if mode != "wal" {
			t.Errorf("journal mode %s", mode)
		}
		for pragma, want := range map[string]int{"synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000} {
			var got int
			ok(t, s.SQL().QueryRow(fmt.Sprintf("PRAGMA %s", pragma)).Scan(&got))
			if got != want {
				t.Errorf("%s is %d", pragma, got)
			}
		}
	}
}
