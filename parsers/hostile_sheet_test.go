package parsers

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

// sheet is where a spreadsheet has its first sheet.
const sheet = "xl/worksheets/sheet1.xml"

// TestHostileSheets holds that archives and spreadsheets that are made to do
// harm come to an end in words, and that what cannot be read is named.
func TestHostileSheets(t *testing.T) {
	base := sheetOf(t, []any{"Circuit ID"}, []any{"C-1"})
	lie := bytes.Clone(base)
	binaryPatchSizes(lie)
	one := `<row r="1"><c r="A1" t="inlineStr"><is><t>Circuit ID</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>C-1</t></is></c></row>`
	xlsx := func(data []byte) func() []byte { return func() []byte { return millFile(TypeXLSX, "list.xlsx", data) } }
	with := func(name, before, s string, n int, after string) func() []byte {
		return func() []byte {
			return millFile(TypeXLSX, "list.xlsx", withFile(t, base, name, before+strings.Repeat(s, n)+after))
		}
	}
	rows := func(head, s string, n int) func() []byte {
		a, b, _ := strings.Cut(sheetData(head, "|"), "|")
		return with(sheet, a, s, n, b)
	}
	file := func(kind, name string, data func() []byte) func() []byte {
		return func() []byte { return millFile(kind, name, data()) }
	}
	const (
		circuits = "error mill/sheets could not read circuits; that may be in an attachment that cannot be read: "
		failed   = circuits + "list.xlsx; circuits: read spreadsheet: "
		limit    = ": over the limit"
	)
	runHostile(t, []hostileMail{
		{"harmless", xlsx(base), millParsed, ""},
		{"42.zip", file("application/zip", "42.zip", func() []byte { return nestedZip(t, 6) }), circuits + "42.zip; ", ""},
		{"42.zip as a spreadsheet", func() []byte { return millFile(TypeXLSX, "list.xlsx", nestedZip(t, 6)) }, failed, ""},
		{"archive that holds itself", file("application/zip", "quine.zip", func() []byte { return quineZip(t) }), circuits + "quine.zip; ", ""},
		{"archive that holds itself, as a spreadsheet", func() []byte { return millFile(TypeXLSX, "list.xlsx", quineZip(t)) }, failed, ""},
		{"overlapping files", func() []byte { return millFile(TypeXLSX, "list.xlsx", overlappingZip(t, 500)) }, failed + "more than 16777216 bytes" + limit, ""},
		{"zip in zip", with("xl/embeddings/b.zip", string(withFile(t, base, "0", strings.Repeat("0", 16<<20))), "", 0, ""), millParsed, ""},
		{"sheet of 1 GB, 1,000:1", func() []byte { return millFile(TypeXLSX, "list.xlsx", withGigabyte(t, base)) }, failed + "more than 16777216 bytes" + limit, ""},
		{"sheet of 64 MB", rows("", " ", 64<<20), failed + "more than 16777216 bytes" + limit, ""},
		{"bomb beside the sheet", with("docProps/thumbnail.emf", "", "\x00", 32<<20, ""), failed + "more than 16777216 bytes" + limit, ""},
		{"sizes that lie", xlsx(lie), failed + "zip: ", ""},
		{"dimension of 1,048,576 by 16,384", with(sheet, sheetData(`<dimension ref="A1:XFD1048576"/>`, one), "", 0, ""), millParsed, ""},
		{"last row", rows("", `<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>`, 1), failed + "more than 50000 rows" + limit, ""},
		{"60,000 rows", rows("", "<row/>", 60_000), failed + "more than 50000 rows" + limit, ""},
		{"last column of many rows", with(sheet, sheetData("", lastColumns(20_000)), "", 0, ""), failed + "more than 1000000 cells" + limit, ""},
		{"100,000 circuits in one cell", rows("", `<row r="1"><c r="A1" t="inlineStr"><is><t>`+strings.Repeat("C-1, ", 100_000)+`</t></is></c></row>`, 1), failed + "a cell of more than 131068 bytes" + limit, ""},
		{"billion laughs", with("xl/sharedStrings.xml", billionLaughs(), "", 0, ""), failed + "xl/sharedstrings.xml declares a document type", ""},
		{"external entity", with(sheet, `<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c><v>&x;</v></c></row></sheetData></worksheet>`, "", 0, ""), failed + sheet + " declares a document type", ""},
		{"many strings", with("xl/sharedStrings.xml", "<sst>", "<si><t/></si>", 1_000_000, "</sst>"), failed + "xl/sharedstrings.xml has more than 600000 tags" + limit, ""},
		{"names that climb", with("../../../../tmp/evil.txt", "x", "", 0, ""), millParsed, ""},
		{"deep", rows("", `<a b="/>">`, 1_500_000), failed + sheet + " nests more than 100 elements" + limit, ""},
		{"shallow", rows("", `<a/>`, 3_900_000), failed + sheet + " has more than 3000000 tags" + limit, ""},
		{"deep behind a quote in a comment", rows(`<!-- " -->`, `<a>`, 1_500_000), failed + sheet + " nests more than 100 elements" + limit, ""},
		{"deep behind a quote in data", rows(`<![CDATA[ ' ]]>`, `<a>`, 1_500_000), failed + sheet + " nests more than 100 elements" + limit, ""},
		{"comment that never ends", with(sheet, sheetData("<!-- ", one), "", 0, ""), "error mill/sheets could not read circuits", ""},
		{"encrypted", xlsx(append(bytes.Clone(oleMark), make([]byte, 4096)...)), failed + "it is encrypted or of the old .xls kind", ""},
		{"cut off", xlsx(base[:len(base)/2]), failed + "zip: ", ""},
		{"no archive", xlsx([]byte("PK\x03\x04 and nothing else")), failed + "zip: ", ""},
		{"2,000 files", func() []byte { return millFile(TypeXLSX, "list.xlsx", manyFiles(t, 2000)) }, failed + "more than 1000 files" + limit, ""},
		{"nothing in it", func() []byte { return millFile(TypeXLSX, "list.xlsx", manyFiles(t, 0)) }, failed + "the archive is empty", ""},
		{".ics.gz bomb", file("application/gzip", "notice.ics.gz", func() []byte { return gzipped(t, 1<<30) }), circuits + "notice.ics.gz; ", ""},
	})
}

// TestHostileCSV holds that a spreadsheet in text form which is too large, or
// broken, is refused in words.
func TestHostileCSV(t *testing.T) {
	csv := func(before, s string, n int, after string) func() []byte {
		return func() []byte {
			return millMail("Content-Type: multipart/mixed; boundary=b", "--b\n\n"+millText+
				"\n--b\nContent-Type: text/csv; name=big.csv\n\n"+before+strings.Repeat(s, n)+after+"\n--b--\n")
		}
	}
	const failed = "error mill/sheets could not read circuits; circuits: read CSV big.csv: "
	runHostile(t, []hostileMail{
		{"harmless", csv("Circuit ID,x\nC-1,y\n", "", 0, ""), millParsed, ""},
		{"1e6 columns", csv("Circuit ID", ",x", 1_000_000, ""), failed + "row 1: more than 1000 columns: over the limit", ""},
		{"1e6 tabs", csv("", "\t", 1_000_000, ""), failed + "row 1: a cell of more than 65536 bytes: over the limit", ""},
		{"rows", csv("", "a,b\n", maxCSVRows+1, ""), failed + "more than 50000 rows or 1000000 cells: over the limit", ""},
		{"cells", csv("", strings.Repeat(",", 500)+"\n", 10_000, ""), failed + "more than 50000 rows or 1000000 cells: over the limit", ""},
		{"long cell", csv("Circuit ID,x\n", "a", maxCSVCell+1, ",b\n"), failed + "row 2: a cell of more than 65536 bytes: over the limit", ""},
		{"unbalanced quote, 50 MB", csv("Circuit ID,x\n\"", "C-1,x\n", 50<<20/6, ""), "error the mail is over the limit of 26214400 bytes", ""},
		{"unbalanced quote, 20 MB", csv("Circuit ID,x\n\"", "C-1,x\n", 20<<20/6, ""), failed + "more than 16777216 bytes: over the limit", ""},
		{"unbalanced quote, 10 MB", csv("Circuit ID,x\n\"", "C-1,x\n", 10<<20/6, ""), failed + "row 2: a quote is not closed within 65536 bytes", ""},
		{"unbalanced quote at the end", csv("Circuit ID,x\nC-1,x\nC-2,\"x", "", 0, ""), failed + "row 3: a quote is not closed", ""},
		{"quotes alone", csv("", "\"", 10<<20, ""), failed + "row 1: a quote is not closed", ""},
		{"quotes in a cell", csv("", "\"a\"\"", 2<<20, ""), failed + "row 1: ", ""},
	})
}

func lastColumns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `<row r="%d"><c r="XFD%d"><v>1</v></c></row>`, i+1, i+1)
	}
	return b.String()
}

func manyFiles(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range n {
		if _, err := w.Create(fmt.Sprintf("xl/f%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// binaryPatchSizes makes the directory of the archive say that its first file
// has one byte.
func binaryPatchSizes(data []byte) {
	if i := bytes.Index(data, []byte("PK\x01\x02")); i >= 0 {
		copy(data[i+24:], []byte{1, 0, 0, 0})
	}
}

// nestedZip is an archive of archives, each of 10 copies of the next.
func nestedZip(t *testing.T, levels int) []byte {
	t.Helper()
	data := bytes.Repeat([]byte{0}, 1<<20)
	for range levels {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range 10 {
			writeFile(t, w, fmt.Sprintf("%d.zip", i), data)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	return data
}

func writeFile(t *testing.T, w *zip.Writer, name string, data []byte) {
	t.Helper()
	part, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		t.Fatal(err)
	}
}

// quineZip is an archive whose directory names the archive's own beginning as
// the content of its only file, as one that holds itself does.
func quineZip(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "r.zip", Method: zip.Store, CompressedSize64: 35, UncompressedSize64: 35, CRC32: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("PK\x03\x04\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x23\x00\x00\x00\x23\x00\x00\x00\x05\x00\x00\x00r.zip")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// overlappingZip is an archive of many files that share the bytes of one.
func overlappingZip(t *testing.T, files int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	writeFile(t, w, "xl/a", bytes.Repeat([]byte("<a/>"), 64<<10))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	entry := bytes.Clone(data[at:end])
	tail := bytes.Clone(data[end:])
	out := bytes.Clone(data[:at])
	for range files {
		out = append(out, entry...)
	}
	binary.LittleEndian.PutUint16(tail[8:], uint16(files))
	binary.LittleEndian.PutUint16(tail[10:], uint16(files))
	binary.LittleEndian.PutUint32(tail[12:], uint32(files*len(entry)))
	return append(out, tail...)
}

// withGigabyte gives the archive with a sheet of 1 GB. One compressed megabyte
// is repeated, so that making it is quick; the sizes that the archive declares
// are true.
func withGigabyte(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b, packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	block := bytes.Repeat([]byte(" "), 1<<20)
	write := func() []byte {
		from := packed.Len()
		if _, err := f.Write(block); err != nil {
			t.Fatal(err)
		}
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(packed.Bytes()[from:])
	}
	stream := write()
	stream = append(stream, bytes.Repeat(write(), 1023)...)
	stream = append(stream, 1, 0, 0, 0xff, 0xff) // an empty last block
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if f.Name != sheet {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := w.CreateRaw(&zip.FileHeader{Name: sheet, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil),
		CompressedSize64: uint64(len(stream)), UncompressedSize64: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(stream); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func billionLaughs() string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">`)
	for i := range 9 {
		fmt.Fprintf(&b, `<!ENTITY l%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&l%d;", i), 10))
	}
	return b.String() + `]><sst><si><t>&l9;</t></si></sst>`
}

// gzipped is so many compressed NULs.
func gzipped(t *testing.T, size int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 1<<20)
	for range size >> 20 {
		if _, err := w.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
