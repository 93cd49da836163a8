package mbox_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/mbox"
)

const limit = 200_000

func read(t *testing.T, r io.Reader) (mails []string, err error) {
	t.Helper()
	in := mbox.NewReader(r, limit)
	for {
		m, err := in.Next()
		if err != nil {
			if again, _ := in.Next(); again.Raw != nil {
				t.Error("it goes on after its end")
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return mails, err
		}
		switch {
		case m.Raw == nil:
			mails = append(mails, fmt.Sprintf("%d bytes", m.Size))
		case m.Size != int64(len(m.Raw)) || len(m.Digest) != 64:
			t.Errorf("%d bytes with size %d and digest %q", len(m.Raw), m.Size, m.Digest)
		default:
			mails = append(mails, string(m.Raw))
		}
	}
}

func TestReader(t *testing.T) {
	const from = "From noc@carrier.example Mon Mar  2 08:00:00 2026\n"
	long := strings.Repeat("x", 150_000)
	for _, tc := range []struct {
		name, in string
		want     []string
	}{
		{"one", from + "Subject: a\n\nbody\n\n", []string{"Subject: a\n\nbody\n"}},
		{"no empty line at the end", from + "Subject: a\n\nbody\n", []string{"Subject: a\n\nbody\n"}},
		{"no line end at the end", from + "Subject: a\n\nbody", []string{"Subject: a\n\nbody"}},
		{"two", from + "A: 1\n\nx\n\n" + from + "A: 2\n\ny\n\n", []string{"A: 1\n\nx\n", "A: 2\n\ny\n"}},
		{"CRLF stays", "From a Mon Mar  2 08:00:00 2026\r\nA: 1\r\n\r\nx\r\n\r\nFrom a Mon Mar  2 08:00:00 2026\r\nA: 2\r\n\r\n", []string{"A: 1\r\n\r\nx\r\n", "A: 2\r\n"}},
		{"empty lines of the mail stay", from + "A: 1\n\nx\n\n\n\n" + from + "A: 2\n", []string{"A: 1\n\nx\n\n\n", "A: 2\n"}},
		{"From in the body", from + "A: 1\n\nx\nFrom here on Mon Mar  2 08:00:00 2026\ny\n", []string{"A: 1\n\nx\nFrom here on Mon Mar  2 08:00:00 2026\ny\n"}},
		{"a sentence behind an empty line", from + "A: 1\n\nx\n\nFrom 08:00 on the line is down\n", []string{"A: 1\n\nx\n\nFrom 08:00 on the line is down\n"}},
		{"quoting", from + "A: 1\n\n>From here\n>>From there\n> From nowhere\n>Fromage\n", []string{"A: 1\n\nFrom here\n>From there\n> From nowhere\n>Fromage\n"}},
		{"other dates", "From - Mon Mar 02 08:00:00 2026\nA: 1\n\nFrom 17@xxx Mon Mar 02 08:00:00 +0000 2026\nA: 2\n", []string{"A: 1\n", "A: 2\n"}},
		{"no dates", "From a@b.example\nA: 1\n\nx\n\nFrom a@b.example\nA: 2\n", []string{"A: 1\n\nx\n", "A: 2\n"}},
		{"empty lines before", "\n\r\n" + from + "A: 1\n", []string{"A: 1\n"}},
		{"an empty mail", from + "\n" + from + "A: 2\n", []string{"", "A: 2\n"}},
		{"a long line", from + "A: 1\n\n" + long + "From a Mon Mar  2 08:00:00 2026\n>From x\n", []string{"A: 1\n\n" + long + "From a Mon Mar  2 08:00:00 2026\nFrom x\n"}},
		{"a long introduction", "From " + long + " Mon Mar  2 08:00:00 2026\nA: 1\n", []string{"A: 1\n"}},
		{"over the limit", from + long + "\n" + long + "\n\n" + from + "A: 2\n", []string{"300002 bytes", "A: 2\n"}},
		{"nothing", "", nil},
		{"empty lines alone", "\n\n", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := read(t, strings.NewReader(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("mails (-want +got):\n%.2000s", diff)
			}
			slow, err := read(t, iotest.OneByteReader(strings.NewReader(tc.in)))
			if err != nil || !cmp.Equal(got, slow) {
				t.Errorf("byte by byte it reads otherwise: %v", err)
			}
		})
	}
}

func TestNoMbox(t *testing.T) {
	for _, in := range []string{"Subject: a\n\nFrom a Mon Mar  2 08:00:00 2026\n", "From: a@b.example\n", ">From a\n"} {
		if _, err := read(t, strings.NewReader(in)); !errors.Is(err, mbox.ErrNoMbox) {
			t.Errorf("%q: %v, want ErrNoMbox", in, err)
		}
	}
	broken := errors.New("disk on fire")
	in := io.MultiReader(strings.NewReader("From a Mon Mar  2 08:00:00 2026\nA: 1\n\nFrom a Mon Mar  2 08:00:00 2026\nA: 2\n"), iotest.ErrReader(broken))
	mails, err := read(t, in)
	if !errors.Is(err, broken) || len(mails) != 1 {
		t.Errorf("%d mails and %v, want the first alone and the error of reading", len(mails), err)
	}
}

// FuzzReader writes mails as an mbox and reads them back, and reads anything
// without losing bytes that are no quoting.
func FuzzReader(f *testing.F) {
	f.Add([]byte("A: 1\n\nFrom x\n"), []byte("B: 2\r\n\r\n>From y"))
	f.Add([]byte("\n"), []byte(""))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		var file bytes.Buffer
		var want []string
		for _, mail := range [][]byte{a, b} {
			if len(mail) == 0 || mail[len(mail)-1] != '\n' {
				mail = append(bytes.Clone(mail), '\n')
			}
			want = append(want, string(mail))
			file.WriteString("From a@b.example Mon Mar  2 08:00:00 2026\n")
			for line := range bytes.Lines(mail) {
				if mbox.Begins(bytes.TrimLeft(line, ">")) {
					file.WriteByte('>')
				}
				file.Write(line)
			}
			file.WriteByte('\n')
		}
		got, err := read(t, &file)
		if err != nil || !cmp.Equal(want, got) {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
		_, _ = read(t, bytes.NewReader(a)) // it ends, whatever it reads
	})
}
