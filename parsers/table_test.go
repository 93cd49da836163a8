package parsers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testColumns = NewColumns([]string{"cid", "impact"}, map[string][]string{
	"cid": {"circuit id", "service id"}, "impact": {"expected impact", "impact*"}, "site": {"a location*"},
})

func TestRows(t *testing.T) {
	want := [][3]string{{"C-1", "Outage", "Bonn"}, {"C-2", "None", ""}}
	html := map[string]string{
		"th":             "<table><tr><th>Circuit Id<th>Expected Impact<th>A Location</tr><tr><td>C-1<td>Outage<td>Bonn</tr><tr><td>C-2<td>None<td></table>",
		"td header":      "<table border=1><tbody><tr><td>Service ID</td><td>Impact Type</td><td>A Location CLLI</td></tr><tr><td>C-1</td><td>Outage</td><td>Bonn</td></tr><tr><td>C-2</td><td>None</td></tr></tbody></table>",
		"other order":    "<table><tr><td>No.</td><td>A Location</td><td>Impact</td><td>Circuit ID</td></tr><tr><td>1<td>Bonn<td>Outage<td>C-1</tr><tr><td>2<td>&nbsp;<td>None<td>C-2</table>",
		"title row":      "<table><tr><td colspan=3>Your circuits</td></tr><tr></tr><tr><td><p><b>Circuit Id</b></p><td>Impact<td>A Location</tr><tr><td>C-1<td>Outage<td>Bonn<tr><td>C-2<td>None</table>",
		"nested":         "<table><tr><td><table><tr><td>Circuit Id<td>Impact<td>A Location<tr><td>C-1<td>Outage<td>Bonn<tr><td>C-2<td>None</table></td></tr></table>",
		"spans":          "<table><tr><td>Circuit Id<td colspan=2>Impact<td>A Location<tr><td>C-1<td>Outage<td>2 h<td>Bonn<tr><td>C-2<td colspan=2>None<td></table>",
		"repeated head":  "<table><tr><td>Circuit Id<td>Impact<td>A Location<tr><td>C-1<td>Outage<td>Bonn<tr><td>Circuit Id<td>Impact<td>A Location<tr><td>C-2<td>None</table>",
		"several tables": "<table><tr><td>Circuit Id<td>Impact<td>A Location<tr><td>C-1<td>Outage<td>Bonn</table>x<table><tr><td>Circuit Id<td>Impact<tr><td>C-2<td>None</table>",
	}
	text := map[string]string{
		"pipes": "| Circuit Id | Impact | A Location |\n|---|---|---|\n| C-1 | Outage | Bonn |\n| C-2 | None | |\n",
		"md":    "Circuit Id| Impact| A Location\n---|---|---\nC-1| Outage| Bonn\nC-2| None| \n",
		"tabs":  "Circuit Id\tImpact\tA Location\nC-1\tOutage\tBonn\nC-2\tNone\t\n",
		"gaps":  "Circuit Id   Impact   A Location\nC-1          Outage   Bonn\nC-2          None\n",
		"rule":  "Circuit Id   Impact   A Location\n----------   ------   ----------\nC-1          Outage   Bonn\nC-2          None\n",
		"blank": "Circuit Id\tImpact\tA Location\n\nC-1\tOutage\tBonn\n\nC-2\tNone\t\n",
	}
	check := func(name string, d *Document, err error) {
		if err != nil {
			t.Fatal(err)
		}
		var got [][3]string
		for _, r := range d.Rows(testColumns) {
			got = append(got, [3]string{r.Get("cid"), r.Get("impact"), r.Get("site")})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, in := range html {
		d, err := ReadHTML(in, 0)
		check("html "+name, d, err)
	}
	for name, in := range text {
		d, err := ReadText(in, 0)
		check("text "+name, d, err)
	}
}

func TestRowspan(t *testing.T) {
	d, err := ReadHTML("<table><tr><td>A Location<td>Circuit Id<td>Impact (UTC)<tr><td rowspan=2>Bonn<td>C-1<td>Outage<tr><td>C-2<td>None<tr><td>Ulm<td>C-3<td>Outage</table>", 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range d.Rows(testColumns) {
		got = append(got, r.Get("site")+" "+r.Get("cid")+" "+r.Get("impact")+" "+r.Head("impact"))
	}
	want := []string{"Bonn C-1 Outage Impact (UTC)", "Bonn C-2 None Impact (UTC)", "Ulm C-3 Outage Impact (UTC)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHeaderOverSeveralColumns(t *testing.T) {
	columns := NewColumns([]string{"start"}, map[string][]string{"start": {"start"}, "zone": {"zone"}})
	d, err := ReadHTML("<table><tr><th colspan=3>Start<th>Zone<tr><td>3 May<td rowspan=2 colspan=2>7:00<td>GMT<tr><td>4 May<td>GMT<tr><td colspan=3>5 May<td>GMT<tr><td>6 May<td>7:00<td>PM<td>GMT</table>", 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range d.Rows(columns) {
		got = append(got, r.All("start")+"|"+r.All("zone")+"|"+r.Get("start")+"|"+r.All("none"))
	}
	want := []string{"3 May 7:00|GMT|3 May|", "4 May 7:00|GMT|4 May|", "5 May|GMT|5 May|", "6 May 7:00 PM|GMT|6 May|"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
