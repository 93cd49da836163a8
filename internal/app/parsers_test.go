package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lineman/parsers/provider"
)

// TestProviders holds that a definition that is wrong is left out alone, and
// that the log says why.
func TestProviders(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("..", "..", "parsers", "define", "testdata"))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "bad.yaml"), []byte("slug: bad\nlabel: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	all := providers(folder, slog.New(slog.NewTextHandler(&out, nil)))
	if len(all) != len(provider.All())+1 || all[0].Slug != "quaynet" {
		t.Errorf("%d providers, the first %s", len(all), all[0].Slug)
	}
	for _, want := range []string{"level=ERROR", "disabled", "bad.yaml:2: label: is no key", "level=INFO", "provider=quaynet"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, out.String())
		}
	}
	if got := len(providers("", nil)); got != len(provider.All()) {
		t.Errorf("without a folder: %d providers", got)
	}
}
