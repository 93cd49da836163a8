package parsers

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
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
	b.WriteString("Content-Type: text/plain\n\n" + millNotice)
	for i := levels - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "\n--b%d--\n", i)
	}
	return []byte(b.String())
}

func nestedFrom(levels int) func() []byte {
	return func() []byte {
		return bytes.Replace(nestedMail(levels), []byte("a@b.example"), []byte("noc@mill.example"), 1)
	}
}

// messagesMail is a mail with messages inside each other.
func messagesMail(levels int) func() []byte {
	head := "From: noc@mill.example\nSubject: x\nContent-Type: message/rfc822\n\n"
	return literal(strings.Repeat(head, levels) + "From: noc@mill.example\nSubject: planned maintenance\n\n" + millNotice)
}

func manyParts(n int) func() []byte {
	return func() []byte {
		return millMail("Content-Type: multipart/mixed; boundary=B", strings.Repeat("--B\n\nx\n", n-2)+"--B\n\n"+millNotice+"--B--\n")
	}
}

// withHead is a notice with a further line in its header.
func withHead(make func() string) func() []byte {
	return func() []byte { return millMail(make(), millNotice) }
}

func repeated(before, s string, n int, after string) func() string {
	return func() string { return before + strings.Repeat(s, n) + after }
}

// multipartOf is a notice in a multipart whose boundary lines are as given.
func multipartOf(param, boundary string) func() []byte {
	return func() []byte {
		return millMail("Content-Type: multipart/mixed"+param, "--"+boundary+"\nContent-Type: text/plain\n\n"+millNotice+"\n--"+boundary+"--\n")
	}
}

// TestHostileMail holds the limits of the mail reader: depth, parts, header,
// boundaries, encodings.
func TestHostileMail(t *testing.T) {
	const (
		over    = "error the mail is over the limit of "
		nested  = over + "20 nested parts and was not read"
		headers = over + "1048576 bytes of header and was not read"
	)
	inner := "Content-Type: multipart/mixed; boundary=i\n\n--i\nContent-Type: text/plain\n\n" + millNotice + "\n--i--\n"
	html := "<html><meta charset=utf-16><body><pre>\n" + millNotice + "</pre></body></html>"
	japanese := "\x1b$B\x30\x21\x1b(B"
	runHostile(t, []hostileMail{
		{"multiparts 19 deep", nestedFrom(19), millParsed, ""},
		{"multiparts 22 deep", nestedFrom(22), nested, ""},
		{"multiparts 100 deep", nestedFrom(100), nested, ""},
		{"multiparts 10,000 deep", nestedFrom(10_000), nested, ""},
		{"messages 19 deep", messagesMail(19), millParsed, ""},
		{"messages 50 deep", messagesMail(50), nested, ""},
		{"199 parts", manyParts(199), millParsed, ""},
		{"100,000 parts", manyParts(100_000), over + "200 parts and was not read", ""},
		{"25 MiB", func() []byte {
			m := millMail("Content-Type: text/plain", millNotice)
			return append(m, bytes.Repeat([]byte("x"), MaxMailSize-len(m))...)
		}, millParsed, ""},
		{"over 25 MiB", func() []byte { return bytes.Repeat([]byte("x"), MaxMailSize+1) }, over + "26214400 bytes (it has 26214401) and was not read", ""},

		{"boundary missing", multipartOf("", "frontier"), millParsed, ""},
		{"boundary of no line", multipartOf("; boundary=other", "frontier"), millParsed, ""},
		{"boundary of 1 character", multipartOf("; boundary=-", "-"), millParsed, ""},
		{"boundary of 1 MB", multipartOf(`; boundary="`+strings.Repeat("b", 1_000_000)+`"`, strings.Repeat("b", 1_000_000)), millParsed, ""},
		{"boundary of 1 MB and of no line", multipartOf(`; boundary="`+strings.Repeat("b", 900_000)+`"`, "frontier"), millParsed, ""},
		{"boundary over the header's limit", multipartOf(`; boundary="`+strings.Repeat("b", 1<<20)+`"`, "b"), headers, ""},
		{"boundary like every line", func() []byte {
			return millMail(`Content-Type: multipart/mixed; boundary="-"`, "---\n\n"+millNotice+strings.Repeat("---x\n", 1_000_000))
		}, millParsed, ""},
		{"multipart inside base64", func() []byte {
			return millMail("Content-Type: multipart/mixed; boundary=i\nContent-Transfer-Encoding: base64", base64.StdEncoding.EncodeToString([]byte(inner[strings.Index(inner, "--i"):])))
		}, millParsed, ""},
		{"multipart inside base64, a part", func() []byte {
			return millMail("Content-Type: multipart/mixed; boundary=b", "--b\nContent-Type: multipart/mixed; boundary=i\nContent-Transfer-Encoding: base64\n\n"+
				base64.StdEncoding.EncodeToString([]byte(inner[strings.Index(inner, "--i"):]))+"\n--b--\n")
		}, millParsed, ""},

		{"header of 10 MB", withHead(repeated("X-Pad: ", "x", 10<<20, "")), headers, ""},
		{"folded header of 10 MB", withHead(repeated("X-Pad: x", "\n "+strings.Repeat("x", 70), 150_000, "")), headers, ""},
		{"1e6 header lines", withHead(repeated("X: y", "\nX: y", 1_000_000, "")), over + "5000 header fields and was not read", ""},
		{"90,000 encoded words", withHead(repeated("X: ", "=?utf-8?Q?", 90_000, "")), millParsed, ""},
		{"80,000 addresses", withHead(repeated("Cc: ", "a@b.example,", 80_000, "")), millParsed, ""},
		{"open comments and quotes", withHead(repeated("Reply-To: ", `("<`, 300_000, "")), millParsed, ""},
		{"200,000 parameters", withHead(repeated("Content-Type: text/plain; =;", "a=b;", 200_000, "")), millParsed, ""},
		{"1e6 soft line breaks", func() []byte {
			return millMail("Content-Transfer-Encoding: quoted-printable", millNotice+strings.Repeat("=\n", 1_000_000))
		}, millParsed, ""},
		{"equal signs and blanks", func() []byte {
			return millMail("Content-Transfer-Encoding: quoted-printable", millNotice+strings.Repeat("= ", 1_000_000))
		}, millParsed, ""},
		{"30,000 forward blocks", func() []byte {
			return millMail("", millNotice+strings.Repeat("From: a@b.example\nSubject: x\n\n", 30_000))
		}, millParsed, ""},
		{"50,000 senders of a forward", func() []byte {
			return millMail("", millNotice+"Subject\n"+strings.Repeat("From: a@b.example\n", 50_000))
		}, millParsed, ""},

		{"bare CR", func() []byte { return bytes.ReplaceAll(millMail("", millNotice), []byte("\n"), []byte("\r")) }, millParsed, ""},
		{"bare LF", func() []byte { return millMail("", millNotice) }, millParsed, ""},
		{"bare CR in the header alone", withHead(func() string { return "X: a\rBcc: b" }), millParsed, ""},
		{"NUL bytes in the header", withHead(func() string { return "X-\x00: \x00\x00\nSubject: \x00x" }), millParsed, ""},
		{"NUL bytes in the body", func() []byte { return millMail("", strings.ReplaceAll(millNotice, "M-1", "M\x00-1")+"\x00\x00\n") }, millParsed, ""},
		{"only NUL bytes", func() []byte { return make([]byte, 1<<20) }, "ignored no provider is known by this mail", ""},

		{"charset utf-7", func() []byte {
			return millMail("Content-Type: text/plain; charset=utf-7", strings.ReplaceAll(millNotice, "-", "+AC0-"))
		}, millParsed, ""},
		{"charset utf-7, ids", func() []byte {
			return millMail("Content-Type: text/plain; charset=utf-7", strings.ReplaceAll(strings.ReplaceAll(millNotice, "C-1", "C+AC0-1"), "M-1", "M+AC0-1"))
		}, millParsed, ""},
		{"charset x-unknown", func() []byte {
			return millMail("Content-Type: text/plain; charset=x-unknown", millNotice+"Z\xfcrich\n")
		}, millParsed, ""},
		{"charset of 10 kB", func() []byte {
			return millMail("Content-Type: text/plain; charset="+strings.Repeat("x", 10_000), millNotice)
		}, millParsed, ""},
		{"broken iso-2022-jp", func() []byte {
			return millMail("Content-Type: text/plain; charset=iso-2022-jp", millNotice+japanese+"\x1b$B\x30\n\x1b$")
		}, millParsed, ""},
		{"UTF-16 text", func() []byte {
			return millMail("Content-Type: text/plain; charset=utf-16le", string(wide(millNotice, binary.LittleEndian, false)))
		}, millParsed, ""},
		{"UTF-16 html, in bytes", func() []byte { return millMail("Content-Type: text/html; charset=utf-16", html) }, millParsed, ""},
		{"UTF-16 html", func() []byte {
			return millMail("Content-Type: text/html; charset=utf-16", string(wide(html, binary.BigEndian, true)))
		}, millParsed, ""},

		{"uuencode", func() []byte { return millMail("", "See below.\nbegin 644 notice.doc\n#0V%T\n`\nend\n") },
			"error the notice is only in an attachment that cannot be read: notice.doc", ""},
		{"uuencode that never ends", func() []byte { return millMail("", millText+strings.Repeat("begin 644 a\n", 500_000)) },
			"error mill/sheets could not read circuits; that may be in an attachment that cannot be read: a; circuits", ""},
		{"winmail.dat", func() []byte { return millFile("application/ms-tnef", "winmail.dat", []byte("x\x9f>\"")) },
			"error mill/sheets could not read circuits; that may be in an attachment that cannot be read: winmail.dat; circuits", ""},
	})
}

func TestLimitErrorSentence(t *testing.T) {
	_, err := ReadMail(nestedMail(30))
	if want := "the mail is over the limit of 20 nested parts and was not read"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
