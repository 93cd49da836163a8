package app

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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
	all, off := providers(folder, slog.New(slog.NewTextHandler(&out, nil)))
	if len(all) != len(provider.All())+1 || all[0].Slug != "quaynet" {
		t.Errorf("%d providers, the first %s", len(all), all[0].Slug)
	}
	if !slices.Equal(off, []string{"bad.yaml"}) {
		t.Errorf("disabled are %v", off)
	}
	for _, want := range []string{"level=ERROR", "disabled", "bad.yaml:2: label: is no key", "level=INFO", "provider=quaynet"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, out.String())
		}
	}
	if all, off := providers("", nil); len(all) != len(provider.All()) || off != nil {
		t.Errorf("without a folder: %d providers, disabled %v", len(all), off)
	}
	if all, off := providers(filepath.Join(folder, "nowhere"), slog.New(slog.DiscardHandler)); len(all) != len(provider.All()) || !slices.Equal(off, []string{wholeFolder}) {
		t.Errorf("of no folder: %d providers, disabled %v", len(all), off)
	}
}
