package parsers

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// sheetOf makes a spreadsheet of rows.
func sheetOf(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	return saved(t, f)
}

func saved(t testing.TB, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withFile gives the archive with a file replaced or added.
func withFile(t testing.TB, data []byte, name, content string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if f.Name != name {
			if err := w.Copy(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	part, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var xlsxColumns = NewColumns([]string{"circuit"}, map[string][]string{"circuit": {"circuit id"}, "customer": {"customer*"}})

func TestReadXLSX(t *testing.T) {
	data := sheetOf(t, []any{"Affected services"}, []any{}, []any{"Site", "Customer Name", "Circuit ID"},
		[]any{"Ulm", "Harbour ISP", "HB/100/A"}, []any{"Bonn", "Harbour ISP", 1234567890}, []any{"", "", 123456789012345},
		[]any{"Köln ", "Harbour ISP", "0012\nX"})
	d, err := ReadXLSX(data, 3)
	if err != nil {
		t.Fatal(err)
	}
	if d.Part != 3 || len(d.Tables) != 1 || !strings.HasPrefix(d.Text(), "Affected services\nSite | Customer Name | Circuit ID\n") {
		t.Errorf("part %d, %d tables, text %q", d.Part, len(d.Tables), d.Text())
	}
	var got []string
	for _, r := range d.Rows(xlsxColumns) {
		got = append(got, r.Get("customer")+"="+r.Get("circuit"))
	}
	if want := "Harbour ISP=HB/100/A;Harbour ISP=1234567890;=123456789012345;Harbour ISP=0012 X"; strings.Join(got, ";") != want {
		t.Errorf("rows %q", got)
	}
}

func TestReadXLSXHidden(t *testing.T) {
	f := excelize.NewFile()
	for _, name := range []string{"Old", "More"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStr(name, "A1", name+" sheet"); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetSheetVisible("Old", false); err != nil {
		t.Fatal(err)
	}
	d, err := ReadXLSX(saved(t, f), 0)
	if err != nil {
		t.Fatal(err)
	}
	if d.Text() != "More sheet\n" {
		t.Errorf("text %q", d.Text())
	}
}

const sheetXML = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s<sheetData>%s</sheetData></worksheet>`

func sheetData(head, rows string) string { return fmt.Sprintf(sheetXML, head, rows) }

// TestHostileXLSX holds that a spreadsheet that is made to do harm ends soon,
// in little memory and in words.
func TestHostileXLSX(t *testing.T) {
	const sheet = "xl/worksheets/sheet1.xml"
	base := sheetOf(t, []any{"Circuit ID"}, []any{"HB/1"})
	one := `<row r="2"><c r="A2" t="inlineStr"><is><t>HB/1</t></is></c></row>`
	lie := bytes.Clone(base)
	binaryPatchSizes(lie)
	tests := []struct {
		name   string
		data   []byte
		reason string // empty: it is read
		limit  bool
	}{
		{"bomb", withFile(t, base, sheet, sheetData("", strings.Repeat(" ", 64<<20))), "bytes", true},
		{"bomb beside the sheet", withFile(t, base, "docProps/thumbnail.emf", strings.Repeat("\x00", 32<<20)), "bytes", true},
		{"zip in zip", withFile(t, base, "xl/embeddings/b.zip", string(withFile(t, base, "0", strings.Repeat("0", 16<<20)))), "", false},
		{"sizes that lie", lie, "zip", false},
		{"dimension", withFile(t, base, sheet, sheetData(`<dimension ref="A1:XFD1048576"/>`, one)), "", false},
		{"last row", withFile(t, base, sheet, sheetData("", `<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>`)), "rows", true},
		{"rows", withFile(t, base, sheet, sheetData("", strings.Repeat("<row/>", 60_000))), "rows", true},
		{"last column of many rows", withFile(t, base, sheet, sheetData("", lastColumns(20_000))), "cells", true},
		{"entities", withFile(t, base, "xl/sharedStrings.xml", `<!DOCTYPE s [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>`), "document type", false},
		{"external entity", withFile(t, base, sheet, `<!DOCTYPE s SYSTEM "file:///etc/passwd"><worksheet/>`), "document type", false},
		{"many strings", withFile(t, base, "xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si><t/></si>", 1_000_000)+"</sst>"), "tags", true},
		{"names that climb", withFile(t, base, "../../../../tmp/evil.txt", "x"), "", false},
		{"deep", withFile(t, base, sheet, sheetData("", strings.Repeat(`<a b="/>">`, 1_500_000))), "nests", true},
		{"shallow", withFile(t, base, sheet, sheetData("", strings.Repeat(`<a/>`, 3_900_000))), "tags", true},
		{"deep behind a quote in a comment", withFile(t, base, sheet, sheetData(`<!-- " -->`, strings.Repeat(`<a>`, 1_500_000))), "nests", true},
		{"deep behind a quote in data", withFile(t, base, sheet, sheetData(`<![CDATA[ ' ]]>`, strings.Repeat(`<a>`, 1_500_000))), "nests", true},
		{"comment", withFile(t, base, sheet, sheetData("<!-- ", one)), "", false},
		{"encrypted", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4096)...), "encrypted", false},
		{"cut off", base[:len(base)/2], "zip", false},
		{"no archive", []byte("PK\x03\x04 and nothing else"), "zip", false},
		{"many files", manyFiles(t, 2000), "files", true},
		{"nothing in it", manyFiles(t, 0), "empty", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			d, err := ReadXLSX(tt.data, 0)
			runtime.ReadMemStats(&after)
			t.Logf("%d MB allocated: %v", (after.TotalAlloc-before.TotalAlloc)>>20, err)
			if peak := (after.HeapSys - before.HeapSys) >> 20; after.HeapSys > before.HeapSys && peak > 256 {
				t.Errorf("needed %d MB", peak)
			}
			if (err != nil) != (tt.reason != "") || err != nil && !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("error %v, want %q; %+v", err, tt.reason, d)
			}
			if errors.Is(err, ErrLimit) != tt.limit {
				t.Errorf("error %v, a limit: %v", err, tt.limit)
			}
		})
	}
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

// TestXLSXUnderAnyType holds that a spreadsheet is known by what it holds.
func TestXLSXUnderAnyType(t *testing.T) {
	body := base64.StdEncoding.EncodeToString(sheetOf(t, []any{"Circuit ID"}, []any{"HB/1"}))
	for _, kind := range []string{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream", "application/vnd.ms-excel",
		"application/zip", "text/plain", "application/x-download; name=list", "image/png"} {
		m, err := ReadMail([]byte("Subject: x\nContent-Type: " + kind + "\nContent-Transfer-Encoding: base64\n\n" + body))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Parts) != 1 || !IsXLSX(m.Parts[0]) {
			t.Errorf("%s: %+v", kind, m.Parts[0].ContentType)
			continue
		}
		if d, err := ReadXLSX(m.Parts[0].Data, 0); err != nil || len(d.Rows(xlsxColumns)) != 1 {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func FuzzXLSX(f *testing.F) {
	base := sheetOf(f, []any{"Circuit ID"}, []any{"HB/1"}, []any{123456789012345})
	f.Add(base)
	f.Add(withFile(f, base, "xl/worksheets/sheet1.xml", sheetData("", `<row r="2"><c r="C2"><v>1</v></c></row>`)))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ReadXLSX(data, 1)
		if err != nil {
			return
		}
		for _, r := range d.Rows(xlsxColumns) {
			_ = r.Get("circuit")
		}
	})
}
