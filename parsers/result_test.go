package parsers

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJSONKeys holds the keys that people's scripts lean on, to the letter.
func TestJSONKeys(t *testing.T) {
	raw, err := os.ReadFile("testdata/ical/initial.ics")
	if err != nil {
		t.Fatal(err)
	}
	r := parseAs(t, raw)
	got, err := json.Marshal(r.File("a.ics", false))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"file":"a.ics","provider":"genericprovider","outcome":"maintenance","error":"","maintenances":[` +
		`{"provider":"carrier.example","account":"ACC-4711","maintenance_id":"CHG-2026-0077","status":"TENTATIVE",` +
		`"circuits":[{"circuit_id":"CIR/100200","impact":"OUTAGE"}],"start":1773180000,"end":1773201600,"stamp":1772356500,` +
		`"organizer":"mailto:noc@carrier.example","uid":"ring-north-7@carrier.example","sequence":0,"summary":"Work on the ring, north"}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestFailure(t *testing.T) {
	raw, err := os.ReadFile("testdata/ical/folded_short.ics")
	if err != nil {
		t.Fatal(err)
	}
	broken := strings.NewReplacer("-ID:CHG", "-XX:CHG", "DTSTART", "DTSTAR").Replace(strings.ReplaceAll(string(raw), "\r\n ", ""))
	r := parseAs(t, []byte(broken))
	want := []string{
		"bcop/ical could not read maintenance_id, start",
		"maintenance_id: the event has no X-MAINTNOTE-MAINTENANCE-ID",
		"start: the event has no DTSTART",
	}
	if diff := cmp.Diff(want, r.Problems()); diff != "" {
		t.Error(diff)
	}
	f := r.File("x", false)
	if f.Error != strings.Join(want, "; ") || f.Maintenances == nil {
		t.Errorf("got %+v", f)
	}
	b, err := json.Marshal(Failed(errors.New("cannot be opened")).File("x", false))
	if err != nil || string(b) != `{"file":"x","provider":"","outcome":"error","error":"cannot be opened","maintenances":[]}` {
		t.Errorf("got %s, %v", b, err)
	}
}

func TestExplanation(t *testing.T) {
	raw, err := os.ReadFile("testdata/ical/per_object.ics")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(parseAs(t, raw).Explanation(), "\n")
	for _, want := range []string{
		"provider: genericprovider (given by the caller)", "outcome: maintenance", "format: bcop/ical",
		"notice 1, start: part 0, DTSTART: DTSTART;VALUE=DATE-TIME:20260310T220000Z",
		"notice 1, circuits[0].circuit_id: part 0, X-MAINTNOTE-OBJECT-ID:",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}
