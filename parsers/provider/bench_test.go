package provider

import (
	"os"
	"path/filepath"
	"testing"

	"lineman/parsers"
)

// BenchmarkParse reads and parses the mails of the corpus that may stand
// beside the repository, one after the other on one core.
func BenchmarkParse(b *testing.B) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "*", "*.eml"))
	if err != nil || len(files) == 0 {
		b.Skip("no corpus of mails at ../shared/corpus beside the repository")
	}
	mails := make([][]byte, len(files))
	size := 0
	for i, f := range files {
		if mails[i], err = os.ReadFile(f); err != nil {
			b.Fatal(err)
		}
		size += len(mails[i])
	}
	engine := parsers.NewEngine(All())
	b.ReportAllocs()
	b.SetBytes(int64(size / len(mails)))
	for i := 0; b.Loop(); i++ {
		m, err := parsers.ReadMail(mails[i%len(mails)])
		if err != nil {
			b.Fatal(err)
		}
		engine.Parse(m, "")
	}
}
