package parsers

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpusMails reads the mails of the corpus that may stand beside the
// repository; without one the test is skipped.
func corpusMails(t testing.TB) map[string][]byte {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("..", "..", "shared", "corpus", "*", "*.eml"))
	if len(files) == 0 {
		t.Skip("no corpus of mails at ../shared/corpus beside the repository")
	}
	mails := make(map[string][]byte, len(files))
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		mails[filepath.Base(filepath.Dir(f))+"/"+filepath.Base(f)] = raw
	}
	return mails
}

func TestReadCorpus(t *testing.T) {
	for name, raw := range corpusMails(t) {
		m, err := ReadMail(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(m.Parts) == 0 {
			t.Errorf("%s: no parts", name)
		}
	}
}

func BenchmarkReadMail(b *testing.B) {
	var mails [][]byte
	size := 0
	for _, raw := range corpusMails(b) {
		mails = append(mails, raw)
		size += len(raw)
	}
	b.ReportAllocs()
	b.SetBytes(int64(size / len(mails)))
	for i := 0; b.Loop(); i++ {
		m, err := ReadMail(mails[i%len(mails)])
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range m.Parts {
			if p.ContentType == TypeText || p.ContentType == TypeHTML {
				_ = p.Text()
			}
		}
	}
}

// BenchmarkStandardLibrary walks the same mails with the standard library
// alone, without transfer encodings, charsets or repairs: what ReadMail is
// measured against.
func BenchmarkStandardLibrary(b *testing.B) {
	var mails [][]byte
	size := 0
	for _, raw := range corpusMails(b) {
		mails = append(mails, raw)
		size += len(raw)
	}
	b.ReportAllocs()
	b.SetBytes(int64(size / len(mails)))
	for i := 0; b.Loop(); i++ {
		m, err := mail.ReadMessage(bytes.NewReader(mails[i%len(mails)]))
		if err != nil {
			continue // the standard library refuses it
		}
		walkStandard(m.Header.Get("Content-Type"), m.Body)
	}
}

func walkStandard(contentType string, body io.Reader) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		_, _ = io.Copy(io.Discard, body)
		return
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextPart()
		if err != nil {
			return
		}
		walkStandard(p.Header.Get("Content-Type"), p)
	}
}
