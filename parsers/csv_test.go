package parsers

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// wide gives a text as UTF-16.
func wide(s string, order binary.ByteOrder, mark bool) []byte {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	b := make([]byte, 2*len(units))
	for i, u := range units {
		order.PutUint16(b[2*i:], u)
	}
	return b
}

var csvTests = []struct {
	name    string
	data    string
	charset string
}{
	{"comma", "Circuit ID,Impact,A Location\nC-1,Outage,Bonn\nC-2,None,\n", ""},
	{"crlf, no end", "Circuit ID,Impact,A Location\r\nC-1,Outage,Bonn\r\nC-2,None", ""},
	{"cr", "Circuit ID,Impact,A Location\rC-1,Outage,Bonn\rC-2,None", ""},
	{"semicolons beside commas", "Circuit ID;Impact;A Location;Services\nC-1;Outage;Bonn;a, b, c, d\nC-2;None;;e, f, g, h\n", ""},
	{"tabs beside semicolons", "Service\tCircuit ID\tImpact\tA Location\na; b; c; d; e; f\tC-1\tOutage\tBonn\ng\tC-2\tNone\t\n", ""},
	{"pipes", "Circuit ID|Impact|A Location\nC-1|Outage|Bonn\nC-2|None|\n", ""},
	{"excel names the delimiter", "sep=;\nCircuit ID;Impact;A Location\nC-1;Outage;Bonn\nC-2;None;\n", ""},
	{"quotes", "\"Circuit ID\",\"Impact\",\"A Location\"\n\"C-1\",\"Outage\", \"Bonn\"\n\"C-2\",\"None\",\"\"\n", ""},
	{"quoted delimiter and line end", "Note,Circuit ID,Impact,A Location\n\"a, \"\"b\"\"\nc\",C-1,Outage,Bonn\n\"d\",C-2,None,\n", ""},
	{"zeros kept", "Circuit ID,Impact,A Location\n=\"C-1\",Outage,Bonn\nC-2,None,\n", ""},
	{"title and gap above", "Affected services\n\nCircuit ID,Impact,A Location\nC-1,Outage,Bonn\n,,\nC-2,None,\n", ""},
	{"order", "A Location,x,Impact,Circuit ID\nBonn,,Outage,C-1\n,,None,C-2\n", ""},
	{"utf-8 with mark", "\ufeffCircuit ID,Impact,A Location\nC-1,Outage,Bonn\nC-2,None,\n", ""},
	{"utf-16 with mark", string(wide("Circuit ID\tImpact\tA Location\r\nC-1\tOutage\tBonn\r\nC-2\tNone\t\r\n", binary.LittleEndian, true)), "utf-8"},
	{"utf-16 declared", string(wide("Circuit ID\tImpact\tA Location\r\nC-1\tOutage\tBonn\r\nC-2\tNone\t\r\n", binary.LittleEndian, false)), "utf-16le"},
	{"utf-16 not declared", string(wide("Circuit ID\tImpact\tA Location\r\nC-1\tOutage\tBonn\r\nC-2\tNone\t\r\n", binary.BigEndian, false)), ""},
	{"utf-16 declared and not", "Circuit ID\tImpact\tA Location\nC-1\tOutage\tBonn\nC-2\tNone\t\n", "utf-16le"},
}

func TestReadCSV(t *testing.T) {
	want := [][3]string{{"C-1", "Outage", "Bonn"}, {"C-2", "None", ""}}
	for _, tt := range csvTests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := ReadCSV(&Part{Index: 3, Filename: "a.csv", Charset: tt.charset, Data: []byte(tt.data)})
			if err != nil {
				t.Fatal(err)
			}
			var got [][3]string
			for _, r := range d.Rows(testColumns) {
				got = append(got, [3]string{r.Get("cid"), r.Get("impact"), r.Get("site")})
			}
			if diff := cmp.Diff(want, got); diff != "" || d.Part != 3 {
				t.Errorf("part %d: %s", d.Part, diff)
			}
		})
	}
}

func TestCSVOneColumn(t *testing.T) {
	d, err := ReadCSV(&Part{Data: []byte("Circuit ID\nC-1\n\nC-2")})
	if err != nil {
		t.Fatal(err)
	}
	columns := NewColumns([]string{"cid"}, map[string][]string{"cid": {"circuit id"}})
	var got []string
	for _, r := range d.Rows(columns) {
		got = append(got, r.Get("cid"))
	}
	if diff := cmp.Diff([]string{"C-1", "C-2"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadCSVs(t *testing.T) {
	m := &Message{Parts: []*Part{
		{Index: 0, ContentType: TypeText, Data: []byte("Circuit ID,Impact\nC-9,None\n")},
		{Index: 1, ContentType: "application/vnd.ms-excel", Filename: "A.CSV", Data: []byte("Circuit ID,Impact\nC-1,None\n")},
		{Index: 2, ContentType: TypeCSV, Data: []byte("Circuit ID,\"Impact\n")},
		{Index: 3, ContentType: TypeCSV, Data: []byte("Circuit ID\tImpact\nC-2\tNone\n")},
		{Index: 4, ContentType: TypeXLSX, Filename: "b.csv", Data: []byte("PK\x03\x04")},
	}}
	docs, err := ReadCSVs(m)
	if len(docs) != 2 || docs[0].Part != 1 || docs[1].Part != 3 || err == nil {
		t.Errorf("%d documents, error %v", len(docs), err)
	}
}

// FuzzReadCSV: no input panics, and what is read is within the limits.
func FuzzReadCSV(f *testing.F) {
	for _, tt := range csvTests {
		f.Add([]byte(tt.data), tt.charset)
	}
	f.Add([]byte("a,\"b\n\"c,d\r\r\n=\"\"\"\",\"\"x\""), "utf-16")
	f.Fuzz(func(t *testing.T, data []byte, charset string) {
		d, err := ReadCSV(&Part{Data: data, Charset: charset})
		if err != nil {
			return
		}
		for _, row := range d.Tables[0].Rows {
			if len(row) == 0 || len(row) > maxColumns {
				t.Errorf("a row of %d cells", len(row))
			}
		}
		d.Rows(testColumns)
	})
}
