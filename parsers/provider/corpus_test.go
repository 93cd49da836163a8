package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"lineman/parsers"
)

// corpusDir is a collection of real, anonymised mails beside the repository.
const corpusDir = "../../../shared/corpus"

// corpusMembers are the members whose mails must all be read right.
var corpusMembers = []string{"zayo", "tata", "turkcell", "verizon", "windstream", "lumen", "equinix", "megaport", "momentum", "netflix",
	"pccw", "seaborn", "sparkle", "telstra",
	"colt", "crowncastle", "globalcloudxchange", "google", "gtt", "hgc",
	"apple", "aquacomms", "att", "aws", "bso", "cogent"}

type corpusAnswer struct {
	Outcome      string   `json:"outcome"`
	Provider     string   `json:"provider"`
	Ambiguous    []string `json:"ambiguous"`
	Maintenances []struct {
		Account       string `json:"account"`
		MaintenanceID string `json:"maintenance_id"`
		Status        string `json:"status"`
		Start         int64  `json:"start"`
		End           int64  `json:"end"`
		Stamp         int64  `json:"stamp"`
		Circuits      []struct {
			CircuitID string `json:"circuit_id"`
			Impact    string `json:"impact"`
		} `json:"circuits"`
	} `json:"maintenances"`
}

func TestLayoutCorpus(t *testing.T) {
	if _, err := os.Stat(corpusDir); err != nil {
		t.Skip("there is no collection of real mails at " + corpusDir + "; only the project's own samples are read")
	}
	engine := parsers.NewEngine(All())
	for _, slug := range corpusMembers {
		files, err := filepath.Glob(filepath.Join(corpusDir, slug, "*.eml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no mails: %v", slug, err)
		}
		for _, f := range files {
			t.Run(slug+"/"+filepath.Base(f), func(t *testing.T) { checkLayoutMail(t, engine, f) })
		}
	}
}

func checkLayoutMail(t *testing.T, engine *parsers.Engine, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(strings.TrimSuffix(file, ".eml") + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var want corpusAnswer
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	mail, err := parsers.ReadMail(raw)
	if err != nil {
		t.Fatal(err)
	}
	got := engine.Parse(mail, "")
	if string(got.Outcome) != want.Outcome || got.Provider != want.Provider {
		t.Fatalf("got %s %s (%s %v), want %s %s", got.Provider, got.Outcome, got.Reason, got.Fields, want.Provider, want.Outcome)
	}
	loose := func(field string) bool { return slices.Contains(want.Ambiguous, field) }
	windows := map[int64][2]int{}
	count := 0
	for n, notice := range got.Notices {
		for w, window := range notice.Windows {
			windows[window.Start.Unix()] = [2]int{n, w}
			count++
		}
	}
	if count != len(want.Maintenances) && !loose("windows") && !loose("backup_window") {
		t.Errorf("%d windows, want %d", count, len(want.Maintenances))
	}
	for _, m := range want.Maintenances {
		at, ok := windows[m.Start]
		if !ok {
			t.Errorf("no window starts at %d", m.Start)
			continue
		}
		n := got.Notices[at[0]]
		w := n.Windows[at[1]]
		for field, pair := range map[string][2]any{
			"account": {n.Account, m.Account}, "maintenance_id": {n.MaintenanceID, m.MaintenanceID}, "status": {string(n.Status), m.Status},
			"end": {w.End.Unix(), m.End}, "stamp": {n.Stamp.Unix(), m.Stamp},
		} {
			if pair[0] != pair[1] && !loose(field) {
				t.Errorf("%s: got %v, want %v", field, pair[0], pair[1])
			}
		}
		var have, need []string
		for _, c := range w.Circuits {
			have = append(have, circuitLine(c.CID, string(c.Impact), loose("impact")))
		}
		for _, c := range m.Circuits {
			need = append(need, circuitLine(c.CircuitID, c.Impact, loose("impact")))
		}
		sort.Strings(have)
		sort.Strings(need)
		if !slices.Equal(have, need) && !loose("circuits") {
			t.Errorf("circuits: got %v, want %v", have, need)
		}
	}
}

func circuitLine(cid, impact string, open bool) string {
	if open {
		return parsers.Fold(cid)
	}
	return parsers.Fold(cid) + " " + impact
}
