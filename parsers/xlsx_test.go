package parsers

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"fmt"
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
