package provider

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/parsers"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is what a sample must come to.
type golden struct {
	Outcome      string              `json:"outcome"`
	Provider     string              `json:"provider"`
	Format       string              `json:"format,omitempty"`
	Maintenances []goldenMaintenance `json:"maintenances"`
	Fields       []string            `json:"fields,omitempty"`
	Warnings     []string            `json:"warnings,omitempty"`
	Supersedes   []string            `json:"supersedes,omitempty"`
}

type goldenMaintenance struct {
	Provider      string          `json:"provider"`
	Account       string          `json:"account"`
	MaintenanceID string          `json:"maintenance_id"`
	Status        string          `json:"status"`
	Kind          string          `json:"kind"`
	Start         string          `json:"start"`
	End           string          `json:"end"`
	Stamp         string          `json:"stamp"`
	Organizer     string          `json:"organizer"`
	UID           string          `json:"uid"`
	Sequence      int             `json:"sequence"`
	Summary       string          `json:"summary"`
	Circuits      []goldenCircuit `json:"circuits"`
}

type goldenCircuit struct {
	CircuitID string `json:"circuit_id"`
	Impact    string `json:"impact"`
}

const goldenTime = "2006-01-02T15:04:05Z"

func goldenOf(r parsers.Result) golden {
	g := golden{Outcome: string(r.Outcome), Provider: r.Provider, Format: r.Format, Maintenances: []goldenMaintenance{}, Warnings: r.Warnings}
	for _, f := range r.Fields {
		g.Fields = append(g.Fields, f.Field+": "+f.Reason)
	}
	for _, n := range r.Notices {
		g.Supersedes = append(g.Supersedes, n.Supersedes...)
		for _, w := range n.Windows {
			m := goldenMaintenance{
				Provider: n.Provider, Account: n.Account, MaintenanceID: n.MaintenanceID, Status: string(n.Status), Kind: string(w.Kind),
				Start: w.Start.Format(goldenTime), End: w.End.Format(goldenTime), Stamp: n.Stamp.Format(goldenTime),
				Organizer: n.Organizer, UID: n.UID, Sequence: n.Sequence, Summary: n.Summary,
			}
			for _, c := range w.Circuits {
				m.Circuits = append(m.Circuits, goldenCircuit{c.CID, string(c.Impact)})
			}
			g.Maintenances = append(g.Maintenances, m)
		}
	}
	return g
}

// TestSamples reads the samples of every member without naming it. A member
// with a layout of its own has at least two for each, one of them with another
// status than the first.
func TestSamples(t *testing.T) {
	engine := parsers.NewEngine(All())
	for _, p := range All() {
		t.Run(p.Slug, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join("testdata", p.Slug, "*.eml"))
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]map[string]bool{}
			for _, f := range files {
				g := checkSample(t, engine, f)
				if g.Provider != p.Slug {
					t.Errorf("%s: read as %q", f, g.Provider)
				}
				for _, m := range g.Maintenances {
					if seen[g.Format] == nil {
						seen[g.Format] = map[string]bool{}
					}
					seen[g.Format][m.Status] = true
				}
			}
			for _, f := range p.Formats {
				if f.Name != parsers.FormatBCOP && strings.HasPrefix(f.Name, p.Slug+"/") && len(seen[f.Name]) < 2 {
					t.Errorf("format %s has samples with %d statuses, it needs two: put mails of its layout into testdata/%s", f.Name, len(seen[f.Name]), p.Slug)
				}
			}
		})
	}
}

func checkSample(t *testing.T, engine *parsers.Engine, file string) golden {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mail, err := parsers.ReadMail(raw)
	if err != nil {
		t.Fatal(err)
	}
	r := engine.Parse(mail, "")
	checkEvidence(t, file, r)
	got := goldenOf(r)
	goldenFile := strings.TrimSuffix(file, ".eml") + ".json"
	if *update {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goldenFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatalf("%v: run the test with -update and read what it wrote", err)
	}
	var want golden
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatalf("%s: %v", goldenFile, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
	return got
}

// checkEvidence holds that what was found can be shown: each piece of evidence
// belongs to a notice and is short, and the main fields have one.
func checkEvidence(t *testing.T, file string, r parsers.Result) {
	t.Helper()
	for i := range r.Notices {
		have := map[string]bool{}
		for _, e := range r.Evidence {
			if len(e.Text) > 200 || e.Rule == "" || e.Notice >= len(r.Notices) {
				t.Errorf("%s: evidence %+v", file, e)
			}
			if e.Notice == i {
				have[e.Field] = true
			}
		}
		for _, field := range []string{"maintenance_id", "account", "status", "start", "end"} {
			if !have[field] && !strings.HasPrefix(r.Format, "bcop") {
				t.Errorf("%s: notice %d has no evidence for %s", file, i, field)
			}
		}
	}
	for i, m := range r.Maintenances(true) {
		have := map[string]int{}
		for _, e := range m.Evidence {
			have[e.Field]++
		}
		for _, field := range []string{"start", "end"} {
			if have[field] == 0 {
				t.Errorf("%s: window %d has no evidence of its own for %s", file, i, field)
			}
		}
		for k := len(m.Circuits); k < len(m.Circuits)+50; k++ {
			if field := parsers.CircuitField(k, "circuit_id"); have[field] > 0 {
				t.Errorf("%s: window %d has %d circuits and evidence for %s", file, i, len(m.Circuits), field)
			}
		}
	}
}
