package app_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoSleeps holds the tests to waiting for what they wait for. Inside
// testing/synctest time is moved and not waited for, so a sleep is fine there.
func TestNoSleeps(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") || d.Name() == "sleeps_test.go" {
			return nil
		}
		files++
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(source, []byte("time.Sleep(")) && !bytes.Contains(source, []byte(`"testing/synctest"`)) {
			t.Errorf("%s sleeps; wait for the event itself, or use testing/synctest", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 10 {
		t.Fatalf("only %d test files found under %s", files, root)
	}
}
