package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms says which packages of ours each room may import. A room stands for
// itself and, with a slash-star, for every package below it. Packages below
// internal/fake are the outside world: tests, cmd and app may import them.
var rooms = []struct {
	room string
	may  []string
}{
	{"models", nil},
	{"migrations", nil},
	{"internal/config", nil},
	{"internal/fake/*", []string{"internal/fake/*"}},
	{"internal/tool/*", []string{"parsers", "internal/load"}},
	{"internal/load", nil},
	{"chatops", []string{"models"}},
	{"parsers", []string{"models", "parsers/charset"}},
	{"parsers/charset", nil},
	{"parsers/provider", []string{"parsers", "models"}},
	{"parsers/define", []string{"parsers", "models"}},
	{"internal/store", []string{"models", "migrations"}},
	{"internal/store/storetest", []string{"models", "internal/store", "migrations"}},
	{"internal/jobs", []string{"models"}},
	{"internal/inventory", []string{"models"}},
	{"internal/evaluate", []string{"internal/inventory", "models", "parsers"}},
	{"internal/audit", []string{"internal/inventory", "models"}},
	{"internal/metrics", []string{"models"}},
	{"internal/ical", []string{"models"}},
	{"ingest", []string{"parsers", "models"}},
	{"ingest/trust", []string{"models"}},
	{"internal/webclient", nil},
	{"internal/vault", nil},
	{"internal/mbox", nil},
	{"internal/dcim", []string{"internal/config", "internal/webclient", "models"}},
	{"internal/oauth", []string{"internal/config", "models"}},
	{"ingest/propose", []string{"parsers", "models"}},
	{"ingest/mailbox", []string{"ingest", "internal/config", "internal/oauth", "internal/webclient", "models"}},
	{"notify", []string{"chatops", "models", "internal/ical"}},
	{"notify/destination", []string{"notify", "chatops", "chatops/platform", "internal/config", "internal/ical", "internal/webclient", "models"}},
	{"notify/destination", []string{"notify", "chatops", "chatops/platform", "models", "internal/config", "internal/ical", "internal/webclient"}},
	{"chatops/platform", []string{"chatops", "models", "internal/config"}},
	{"chatops/command", []string{"chatops", "models", "internal/config"}},
	{"api/edge", nil},
	{"internal/access", []string{"api/edge", "models"}},
	{"api/rest", []string{"api/edge", "internal/access", "models"}},
	{"api/graphql", []string{"models"}},
	{"api/calendar", []string{"api/edge", "models", "internal/ical"}},
	{"web", []string{"models"}},
	{"internal/app", []string{"*"}},
	{"cmd/lineman", []string{"internal/app", "internal/config", "internal/inventory", "parsers", "parsers/provider", "parsers/define", "models"}},
}

// only names packages from outside that a single room may know.
var only = map[string][]string{
	"gorm.io/":                    {"internal/store", "internal/store/storetest"},
	"github.com/riverqueue/":      {"internal/jobs"},
	"github.com/emersion/go-imap": {"ingest/mailbox", "internal/fake/*"},
}

// pure rooms see no clock, socket, disk or log.
var pure = map[string][]string{
	"models":           {"net", "net/http", "os", "log", "log/slog", "database/sql"},
	"parsers":          {"net", "net/http", "os", "log", "log/slog", "database/sql"},
	"parsers/charset":  {"net", "net/http", "os", "log", "log/slog", "database/sql"},
	"parsers/provider": {"net", "net/http", "os", "log", "log/slog", "database/sql"},
	"parsers/define":   {"net", "net/http", "os", "log", "log/slog", "database/sql"},
}

func TestLayers(t *testing.T) {
	root := filepath.Join("..", "..")
	for file, imports := range imports(t, root) {
		room := path.Dir(file)
		may, known := allowed(room)
		if !known {
			t.Errorf("%s: the folder %s is no room of the house; add it to the table with what it may import", file, room)
			continue
		}
		for _, imp := range imports {
			if inner, ours := strings.CutPrefix(imp, "lineman/"); ours {
				if inner != room && !matches(may, inner) {
					t.Errorf("%s imports %s, which %s may not", file, inner, room)
				}
				continue
			}
			if slices.Contains(pure[room], imp) {
				t.Errorf("%s imports %s, but %s is pure", file, imp, room)
			}
			for prefix, homes := range only {
				if strings.HasPrefix(imp, prefix) && !matches(homes, room) {
					t.Errorf("%s imports %s, which only %v may", file, imp, homes)
				}
			}
		}
	}
}

func allowed(room string) ([]string, bool) {
	for _, r := range rooms {
		if matches([]string{r.room}, room) {
			return r.may, true
		}
	}
	return nil, false
}

func matches(patterns []string, room string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if p == "*" || p == room {
			return true
		}
		prefix, deep := strings.CutSuffix(p, "/*")
		return deep && strings.HasPrefix(room, prefix+"/")
	})
}

// imports reads the imports of every Go file that is no test.
func imports(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && p != root || d.Name() == "testdata" || d.Name() == "build") {
			if p != root {
				return fs.SkipDir
			}
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		list := []string{}
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			list = append(list, name)
		}
		found[filepath.ToSlash(rel)] = list
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 20 {
		t.Fatalf("only %d files found under %s", len(found), root)
	}
	return found
}
