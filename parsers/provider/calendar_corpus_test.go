package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lineman/parsers"
)

// answer is what a corpus file says of its mail.
type answer struct {
	Outcome      string                    `json:"outcome"`
	Provider     string                    `json:"provider"`
	Maintenances []parsers.MaintenanceJSON `json:"maintenances"`
	Ambiguous    []string                  `json:"ambiguous"`
}

// calendarCases are the corpus mails that hold the standard's calendar.
var calendarCases = []string{
	"arelion/*", "eunetworks/*", "genericprovider/*", "gtt/gtt8", "ntt/*", "packetfabric/*",
	"pccw/pccw_amendment", "pccw/pccw_cancellation", "pccw/pccw_planned", "pccw/pccw_urgent", "telstra/ical1",
}

// TestCalendarCorpus reads the calendar mails of the corpus that may stand
// beside the repository.
func TestCalendarCorpus(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "corpus")
	engine := parsers.NewEngine(All())
	n := 0
	for _, pattern := range calendarCases {
		files, err := filepath.Glob(filepath.Join(root, pattern+".eml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			n++
			name := strings.TrimSuffix(strings.TrimPrefix(file, root+string(filepath.Separator)), ".eml")
			t.Run(name, func(t *testing.T) { checkCorpus(t, engine, file) })
		}
	}
	if n == 0 {
		t.Skip("no corpus of mails at ../shared/corpus beside the repository")
	}
}

func checkCorpus(t *testing.T, engine *parsers.Engine, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want answer
	text, err := os.ReadFile(strings.TrimSuffix(file, ".eml") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	mail, err := parsers.ReadMail(raw)
	if err != nil {
		t.Fatal(err)
	}
	got := engine.Parse(mail, "")
	if string(got.Outcome) != want.Outcome {
		t.Fatalf("outcome %s, want %s: %q", got.Outcome, want.Outcome, got.Problems())
	}
	if want.Provider != parsers.GenericSlug && got.Provider != want.Provider {
		t.Errorf("provider %q (%s), want %q", got.Provider, got.Detected, want.Provider)
	}
	have := got.Maintenances(false)
	if len(have) != len(want.Maintenances) {
		t.Fatalf("%d windows, want %d", len(have), len(want.Maintenances))
	}
	for i := range have {
		compareWindow(t, i, have[i], want.Maintenances[i], want.Ambiguous)
	}
}

func compareWindow(t *testing.T, i int, got, want parsers.MaintenanceJSON, ambiguous []string) {
	t.Helper()
	check := func(field string, a, b any) {
		if !slices.Contains(ambiguous, field) && a != b {
			t.Errorf("window %d: %s %v, want %v", i, field, a, b)
		}
	}
	check("provider", parsers.Fold(got.Provider), strings.TrimSpace(want.Provider))
	check("account", parsers.Fold(got.Account), parsers.Fold(want.Account))
	check("maintenance_id", got.MaintenanceID, want.MaintenanceID)
	check("status", got.Status, want.Status)
	check("start", got.Start, want.Start)
	check("end", got.End, want.End)
	check("stamp", got.Stamp, want.Stamp)
	check("uid", got.UID, want.UID)
	check("sequence", got.Sequence, want.Sequence)
	check("organizer", got.Organizer, want.Organizer)
	if !slices.Equal(got.Circuits, want.Circuits) {
		t.Errorf("window %d: circuits %v, want %v", i, got.Circuits, want.Circuits)
	}
}
