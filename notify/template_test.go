package notify

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"lineman/chatops/platform"
)

var update = flag.Bool("update", false, "write the golden files")

// TestBuiltinTemplates draws every built-in template as every platform does,
// with everything and with nothing, and compares it with what people last
// looked at.
func TestBuiltinTemplates(t *testing.T) {
	all, err := NewTemplates(TemplateOptions{PublicURL: "https://lineman.example"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range platform.All() {
		for _, name := range []string{"maintenance", "clock", "finding", "mail", "source", "drift", "test", TemplateRoot, TemplateFindingRoot, TemplateGroup, TemplateDigest, TemplateHandover} {
			t.Run(p.Name+"/"+name, func(t *testing.T) {
				var got bytes.Buffer
				for _, v := range samples(name) {
					m, err := all.execute(name, v)
					if err != nil {
						t.Fatalf("%s: %v", v.Kind, err)
					}
					drawn, err := p.Render(m)
					if err != nil {
						t.Fatalf("%s: %v", v.Kind, err)
					}
					got.Write(drawn)
					got.WriteString("\n----\n")
				}
				golden(t, filepath.Join("testdata", p.Name, name+".golden"), got.Bytes())
			})
		}
	}
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s is not what is drawn; look at it and run the test with -update:\n%s", file, got)
	}
}
