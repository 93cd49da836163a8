package parsers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// TestWindowEvidence holds that each window shows where its own times and
// circuits were found, whatever the order in which the layout has them.
func TestWindowEvidence(t *testing.T) {
	day := func(d int, cids ...string) models.NoticeWindow {
		start := time.Date(2026, 3, d, 22, 0, 0, 0, time.UTC)
		w := models.NoticeWindow{Start: start, End: start.Add(time.Hour)}
		for _, cid := range cids {
			w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid})
		}
		return w
	}
	windows := []models.NoticeWindow{day(12, "C-3"), day(10, "C-1", "C-2"), day(11, "C-2")}
	var r Reading
	r.Found(0, "maintenance_id", 0, "M-1", "label")
	for i, text := range []string{"12th", "10th", "11th"} {
		r.Found(0, WindowField(i, "start"), 0, text, "line")
		r.Found(0, WindowField(i, "end"), 0, text+" end", "line")
	}
	for i, cid := range []string{"C-3", "C-1", "C-2"} {
		r.Found(0, CircuitField(i, "circuit_id"), 0, cid, "table")
		r.Found(0, CircuitField(i, "impact"), 0, "impact of "+cid, "table")
	}
	r.Found(1, "start", 0, "another notice", "line")
	r.SortWindows(0, windows)
	result := Result{Outcome: OutcomeMaintenance, Notices: []models.Notice{{Windows: windows}, {Windows: []models.NoticeWindow{day(1, "X")}}}, Evidence: r.Evidence}

	want := [][]string{
		{"maintenance_id M-1", "start 10th", "end 10th end", "circuits[0].circuit_id C-1", "circuits[0].impact impact of C-1", "circuits[1].circuit_id C-2", "circuits[1].impact impact of C-2"},
		{"maintenance_id M-1", "start 11th", "end 11th end", "circuits[0].circuit_id C-2", "circuits[0].impact impact of C-2"},
		{"maintenance_id M-1", "start 12th", "end 12th end", "circuits[0].circuit_id C-3", "circuits[0].impact impact of C-3"},
	}
	for i := range windows {
		var got []string
		for _, e := range result.windowEvidence(0, i) {
			got = append(got, e.Field+" "+e.Text)
		}
		if diff := cmp.Diff(want[i], got); diff != "" {
			t.Errorf("window %d (-want +got):\n%s", i, diff)
		}
	}
	text := strings.Join(result.Explanation(), "\n")
	for _, line := range []string{"notice 1, window 1, start: part 0, line: 10th", "notice 1, window 3, end: part 0, line: 12th end", "notice 2, start: part 0, line: another notice", "notice 1, maintenance_id: part 0"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
}

// TestEvidenceOfMergedEvents holds that events of one maintenance with other
// circuits keep where these were found.
func TestEvidenceOfMergedEvents(t *testing.T) {
	second := strings.NewReplacer("20260310", "20260309", "20260311", "20260310", "C-1", "C-2").Replace(event())
	first := event()
	ics := strings.TrimSuffix(first, "END:VCALENDAR\r\n") + strings.TrimPrefix(second, "BEGIN:VCALENDAR\r\n")
	all := parseAs(t, []byte(ics)).Maintenances(true)
	if len(all) != 2 {
		t.Fatalf("%d windows", len(all))
	}
	for i, cid := range []string{"C-2", "C-1"} {
		var got []string
		for _, e := range all[i].Evidence {
			if strings.HasPrefix(e.Field, "circuits[") || e.Field == "start" {
				got = append(got, e.Field+" "+e.Text)
			}
		}
		want := []string{"circuits[0].circuit_id X-MAINTNOTE-OBJECT-ID:" + cid, "start DTSTART:" + []string{"20260309", "20260310"}[i] + "T220000Z"}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("window %d (-want +got):\n%s", i, diff)
		}
	}
}
