package define

import (
	"bytes"
	"os"
	"regexp"
	"testing"
	"testing/fstest"
)

// TestGuide holds that what docs/providers.md shows works as shown.
func TestGuide(t *testing.T) {
	src, err := os.ReadFile("../../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for name, exp := range map[string]string{
		"quaynet.eml":  "(?s)```\\n(From: .*?)```",
		"quaynet.json": "(?s)```json\\n(.*?)```",
		"quaynet.yaml": "(?s)```yaml\\n(slug: .*?)```",
	} {
		found := regexp.MustCompile(exp).FindSubmatch(src)
		if found == nil {
			t.Fatalf("the guide shows no %s", name)
		}
		files[name] = &fstest.MapFile{Data: found[1]}
	}
	if good, bad := Load(files); len(good) != 1 || len(bad) > 0 {
		t.Errorf("good %d, bad %v", len(good), bad)
	}
	for _, names := range [][]string{definitionKeys, labelFields, headerFields, patternFields, statusNames, impactNames} {
		for _, name := range names {
			if !bytes.Contains(src, []byte("`"+name+"`")) {
				t.Errorf("the guide does not speak of %s", name)
			}
		}
	}
	delete(files, "quaynet.json")
	if _, bad := Load(files); len(bad) != 1 {
		t.Errorf("without its answer: %v", bad)
	}
}
