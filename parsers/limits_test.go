package parsers

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// nestedMail is a mail with multiparts inside each other.
func nestedMail(levels int) []byte {
	var b strings.Builder
	b.WriteString("From: a@b.example\n")
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\n\nx\n")
	for i := levels - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\n", i)
	}
	return []byte(b.String())
}

// messagesMail is a mail with messages inside each other.
func messagesMail(levels int) []byte {
	return []byte(strings.Repeat("Subject: x\nContent-Type: message/rfc822\n\n", levels) + "Subject: y\n\nbody")
}

func manyParts(n int) []byte {
	return []byte("Content-Type: multipart/mixed; boundary=B\n\n" + strings.Repeat("--B\n\nx\n", n) + "--B--\n")
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name string
		raw  []byte
		what string // of the LimitError; empty: none
	}{
		{"19 levels", nestedMail(19), ""},
		{"22 levels", nestedMail(22), "nested parts"},
		{"10,000 levels", nestedMail(10_000), "nested parts"},
		{"19 messages", messagesMail(19), ""},
		{"50 messages", messagesMail(50), "nested parts"},
		{"199 parts", manyParts(199), ""},
		{"100,000 parts", manyParts(100_000), "parts"},
		{"25 MiB", append([]byte("Subject: x\n\n"), bytes.Repeat([]byte("x"), MaxMailSize-12)...), ""},
		{"over 25 MiB", bytes.Repeat([]byte("x"), MaxMailSize+1), "bytes"},
		{"header of 10 MB", append([]byte("Subject: "), bytes.Repeat([]byte("x"), 10<<20)...), "bytes of header"},
		{"folded header of 10 MB", []byte("Subject: x\n" + strings.Repeat(" "+strings.Repeat("x", 70)+"\n", 150_000)), "bytes of header"},
		{"1e6 header lines", []byte("Subject: x\n" + strings.Repeat("X: y\n", 1_000_000)), "header fields"},
		{"boundary of 1 MB", []byte("Content-Type: multipart/mixed; boundary=\"" + strings.Repeat("b", 900_000) + "\"\n\n--b\n\nx"), ""},
		{"boundary like every line", []byte("Content-Type: multipart/mixed; boundary=\"-\"\n\n" + strings.Repeat("---x\n", 1_000_000)), ""},
		{"1e6 encoded words", []byte("Subject: " + strings.Repeat("=?utf-8?Q?", 90_000) + "\n\nx"), ""},
		{"1e5 addresses", []byte("From: " + strings.Repeat("a@b.example,", 80_000) + "\n\nx"), ""},
		{"open comments and quotes", []byte("From: " + strings.Repeat("(\"<", 300_000) + "\n\nx"), ""},
		{"1e5 parameters", []byte("Content-Type: text/plain; =;" + strings.Repeat("a=b;", 200_000) + "\n\nx"), ""},
		{"1e6 soft line breaks", []byte("Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=\n", 1_000_000)), ""},
		{"equal signs and blanks", []byte("Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("= ", 1_000_000)), ""},
		{"forward blocks", []byte("Subject: Fwd: x\n\n" + strings.Repeat("From: a@b.example\nSubject: x\n\n", 30_000)), ""},
		{"only froms", []byte("Subject: Fwd: x\n\nSubject\n" + strings.Repeat("From: a@b.example\n", 50_000)), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := ReadMail(tt.raw)
			var limit *LimitError
			switch {
			case tt.what == "" && (err != nil || m == nil):
				t.Errorf("refused: %v", err)
			case tt.what != "" && !errors.As(err, &limit):
				t.Errorf("accepted, want a limit of %s (%v)", tt.what, err)
			case tt.what != "" && limit.What != tt.what:
				t.Errorf("got %q, want a limit of %s", err, tt.what)
			}
			ReadHeader(tt.raw)
		})
	}
}

func TestLimitErrorSentence(t *testing.T) {
	_, err := ReadMail(nestedMail(30))
	if want := "the mail is over the limit of 20 nested parts and was not read"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
