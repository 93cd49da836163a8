package metrics_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"lineman/internal/metrics"
	"lineman/models"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// memory is a Reader over a few records.
type memory struct {
	circuits     []models.CircuitStatus
	maintenances []models.Maintenance
	mails        []models.MailCount
	sources      []models.SourceHealth
	backlog      models.Backlog
	trust        []models.TrustCount
	circuitsErr  error
	stamp        string // of the inventory
	read         int    // circuits
	asked        time.Time
}

func (r *memory) ShownCircuits(_ context.Context, s models.Scope, at time.Time, had string) (models.ShownCircuits, error) {
	r.asked = at
	if !s.All {
		return models.ShownCircuits{}, errors.New("a narrow scope")
	}
	shown := models.ShownCircuits{Stamp: r.stamp, Unchanged: had != "" && had == r.stamp, Active: map[string]bool{}}
	for i, c := range r.circuits {
		c.Circuit.ID = fmt.Sprint("id ", i)
		if c.Active {
			shown.Active[c.Circuit.ID] = true
		}
		if !shown.Unchanged {
			r.read++
			shown.Rows = append(shown.Rows, c)
		}
	}
	return shown, r.circuitsErr
}

func (r *memory) Maintenances(_ context.Context, _ models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error) {
	var list []models.MaintenanceItem
	for _, m := range r.maintenances {
		if slices.Contains(f.Statuses, m.Status) && (f.EndAfter.IsZero() || !m.End().Before(f.EndAfter)) {
			list = append(list, models.MaintenanceItem{Maintenance: m, ProviderSlug: "zayo"})
		}
	}
	total := len(list)
	list = list[min(f.Page.Offset, total):]
	return list[:min(len(list), f.Page.Limit)], total, nil
}

func (r *memory) Standings(_ context.Context, _ models.Scope, statuses []models.Status, after time.Time) ([]models.MaintenanceItem, error) {
	var list []models.MaintenanceItem
	for _, m := range r.maintenances {
		if slices.Contains(statuses, m.Status) && !m.End().Before(after) {
			list = append(list, models.MaintenanceItem{Maintenance: m, ProviderSlug: "zayo"})
		}
	}
	return list, nil
}

func (r *memory) MailCounts(context.Context) ([]models.MailCount, error) { return r.mails, nil }

func (r *memory) TrustCounts(context.Context) ([]models.TrustCount, error) { return r.trust, nil }

func (r *memory) Backlog(context.Context, []string) (models.Backlog, error) { return r.backlog, nil }

func (r *memory) SourceHealths(context.Context) ([]models.SourceHealth, error) { return r.sources, nil }

func circuit(cid, kind, provider string, active bool, site string) models.CircuitStatus {
	s := models.CircuitStatus{Active: active, Circuit: models.Circuit{
		CustomFields: map[string]string{"Room": "12"},
		CID:          cid, Type: kind, Status: "active", Description: "a ring", Tenant: "core", Provider: models.Provider{Name: provider, Slug: strings.ToLower(provider)},
	}}
	if site != "" {
		s.Termination = models.Termination{Side: "A", XConnect: "XC-1", Device: "edge1", Interface: "xe-1", Cable: "C-100", CustomFields: map[string]string{"rack": "R7"}, Site: models.Site{Name: site, Region: "Iberia"}}
		s.Circuit.Terminations = []models.Termination{s.Termination, {Side: "Z", Site: models.Site{Name: "Far end"}}}
	}
	return s
}

func scrape(t *testing.T, r *memory, change func(*metrics.Options)) string {
	t.Helper()
	o := metrics.Options{
		Reader: r, Enable: true, Now: func() time.Time { return noon }, Version: "1.2.3", Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if change != nil {
		change(&o)
	}
	h, err := metrics.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// only keeps the lines of metrics whose name has the prefix.
func only(text, prefix string) string {
	var b strings.Builder
	for _, line := range strings.SplitAfter(text, "\n") {
		name := strings.TrimPrefix(strings.TrimPrefix(line, "# HELP "), "# TYPE ")
		if strings.HasPrefix(name, prefix) {
			b.WriteString(line)
		}
	}
	return b.String()
}

func families(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	f, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return f
}

// The gauge is the one that is promised, name, help, type, labels and value.
func TestTheGauge(t *testing.T) {
	promised := `# HELP circuit_maintenance_status Circuit operational status
# TYPE circuit_maintenance_status gauge
circuit_maintenance_status{circuit="1111111",circuit_type="Transit",provider="ntt",site="Barcelona"} 2.0
circuit_maintenance_status{circuit="2222222",circuit_type="",provider="ntt",site=""} 1.0
`
	r := &memory{circuits: []models.CircuitStatus{
		circuit("1111111", "Transit", "ntt", true, "Barcelona"), circuit("2222222", "", "ntt", false, ""),
	}}
	got := only(scrape(t, r, nil), "circuit_maintenance_status")
	if diff := cmp.Diff(families(t, promised)["circuit_maintenance_status"].String(), families(t, got)["circuit_maintenance_status"].String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// To the letter but for the spelling of the number.
	if diff := cmp.Diff(strings.NewReplacer(" 2.0\n", " 2\n", " 1.0\n", " 1\n").Replace(promised), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !r.asked.Equal(noon) {
		t.Errorf("asked for %s", r.asked)
	}
	if got := only(scrape(t, r, func(o *metrics.Options) { o.Enable = false }), "circuit_maintenance_status"); got != "" {
		t.Errorf("not enabled and yet\n%s", got)
	}
}

func TestPaths(t *testing.T) {
	row := circuit("C1", "Transit", "NTT", false, "Barcelona")
	for path, want := range map[string]string{
		"circuit.cid": "C1", "circuit": "C1", "circuit.type.name": "Transit", "circuit.circuit_type.name": "Transit", "circuit.type": "Transit",
		"circuit.provider.name": "NTT", "circuit.provider.slug": "ntt", "circuit.provider": "NTT", "circuit.status": "active", "circuit.status.name": "active",
		"circuit.description": "a ring", "circuit.tenant": "core", "circuit.tenant.name": "core",
		"site.name": "Barcelona", "location.name": "Barcelona", "site": "Barcelona", "site.region": "Iberia", "site.region.name": "Iberia",
		"term_side": "A", "xconnect_id": "XC-1", "circuit.terminations.site.name": "Barcelona", "circuit.termination_z.site.name": "Far end",
		"device.name": "edge1", "device": "edge1", "interface.name": "xe-1", "interface": "xe-1", "connected_endpoint.name": "xe-1", "connected_endpoint.device.name": "edge1",
		"circuit.custom_fields.Room": "12", "circuit.cf.Room": "12", "circuit._custom_field_data.Room": "12", "circuit.custom_fields.nothing": "",
		"custom_fields.rack": "R7", "cable": "C-100", "cable.label": "C-100", "circuit.termination_a.cable.label": "C-100", "circuit.terminations.device.name": "edge1", "circuit.termination_z.device.name": "", "circuit.custom_fields": "", "device.name.more": "",
		"nothing": "", "circuit.nothing": "", "site.name.more": "", "": "", "circuit.terminations.circuit.cid": "", "cable.device.name": "", "..": "",
	} {
		got := families(t, scrape(t, &memory{circuits: []models.CircuitStatus{row}}, func(o *metrics.Options) {
			o.Labels = map[string]string{"a_first": "nowhere", "m_this": path, "z_last": "circuit.cid"}
		}))["circuit_maintenance_status"].GetMetric()[0].GetLabel()
		values := []string{got[0].GetValue(), got[1].GetValue(), got[2].GetValue()}
		if diff := cmp.Diff([]string{"", want, "C1"}, values); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
}

func TestEqualLabelsGiveTheWorst(t *testing.T) {
	r := &memory{circuits: []models.CircuitStatus{
		circuit("C1", "T", "NTT", false, "Oslo"), circuit("C2", "T", "NTT", true, "Oslo"), circuit("C3", "T", "NTT", false, "Oslo"),
	}}
	got := only(scrape(t, r, func(o *metrics.Options) { o.Labels = map[string]string{"site": "site.name"} }), "circuit_maintenance_status{")
	if want := "circuit_maintenance_status{site=\"Oslo\"} 2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHostileValues(t *testing.T) {
	r := &memory{circuits: []models.CircuitStatus{
		circuit(strings.Repeat("ü", 1000), "bad \xff\x00", "new\nline\"", false, `back\slash`),
		circuit(strings.Repeat("x", 199)+"ü", "", "", false, ""),
	}}
	for _, m := range families(t, scrape(t, r, nil))["circuit_maintenance_status"].GetMetric() {
		for _, l := range m.GetLabel() {
			if len(l.GetValue()) > 200 {
				t.Errorf("%s has %d bytes", l.GetName(), len(l.GetValue()))
			}
		}
	}
}

func TestBadLabels(t *testing.T) {
	for _, name := range []string{"", "1st", "a-b", "__name__", "ü", "a b"} {
		_, err := metrics.New(metrics.Options{
			Reader: &memory{}, Enable: true, Now: time.Now, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Labels: map[string]string{name: "circuit.cid"},
		})
		input := new(models.InputError)
		if !errors.As(err, &input) || input.Field != "metrics.labels_attached" {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// Many circuits and providers make a large page, not an endless one.
func TestBounded(t *testing.T) {
	r := &memory{}
	for i := range 2_600 {
		r.circuits = append(r.circuits, circuit(fmt.Sprint(i), "", "", i == 2_599, ""))
	}
	for i := range 12_000 {
		r.mails = append(r.mails, models.MailCount{Source: "s", Provider: fmt.Sprint(i), State: models.StateParsed, Count: 1})
	}
	got := scrape(t, r, func(o *metrics.Options) { o.Labels, o.MaxSeries = map[string]string{"circuit": "circuit.cid"}, 2_500 })
	if n := strings.Count(got, "\ncircuit_maintenance_status{"); n != 2_500 {
		t.Errorf("%d series", n)
	}
	for _, want := range []string{"circuit_maintenance_status{circuit=\"2599\"} 2\n", "\nlineman_circuit_series_dropped 100\n", `lineman_mails{provider="(other)",source="s",state="parsed"} 2000`} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestOwn(t *testing.T) {
	window := func(from, to time.Duration) []models.Window {
		return []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Start: noon.Add(from), End: noon.Add(to)}}
	}
	r := &memory{
		mails: []models.MailCount{{Source: "noc", Provider: "zayo", State: models.StateParsed, Count: 3}, {Source: "noc", State: models.StateUnknownProvider, Count: 1}},
		trust: []models.TrustCount{{Provider: "zayo", Level: models.TrustVerified, Count: 3}, {Provider: "zayo", Level: models.TrustFailed, Count: 1}},
		backlog: models.Backlog{
			Mails:  models.Waiting{Count: 3, Oldest: noon.Add(-time.Minute)},
			Labels: map[string]models.Waiting{"noc": {Count: 1, Oldest: noon.Add(time.Minute)}, "unlabelled": {Count: 9, Oldest: noon.Add(-time.Hour)}},
		},
		sources: []models.SourceHealth{
			{Source: models.Source{Name: "noc", LastSuccess: noon.Add(-time.Minute), Lag: 4 * time.Second, Reconciled: models.Reconciliation{At: noon, From: noon, Messages: 7, Ledger: 6, Kept: 4, Skipped: 2}}, LastMail: noon.Add(-time.Hour)},
			{Source: models.Source{Name: "old", LastSuccess: noon.Add(-24 * time.Hour), LastError: "imap: LOGIN failed: CANARY"}},
			{Source: models.Source{Name: "new"}},
		},
		maintenances: []models.Maintenance{
			{Status: models.StatusConfirmed, Windows: window(time.Hour, 2*time.Hour)},
			{Status: models.StatusConfirmed, Windows: window(-time.Hour, time.Hour)},
			{Status: models.StatusConfirmed, Windows: window(-5*time.Hour, -4*time.Hour)},
			{Status: models.StatusConfirmed, Windows: window(-5000*time.Hour, -4999*time.Hour)},
			{Status: models.StatusCompleted, Windows: window(-5*time.Hour, -4*time.Hour)},
		},
	}
	text := scrape(t, r, func(o *metrics.Options) {
		o.Watching = func() map[string]bool { return map[string]bool{"noc": true, "old": false} }
		o.Labelled, o.Process, o.DisabledDefinitions = []string{"noc", "old"}, counted(), []string{"quaynet.yaml"}
		o.Findings = func(context.Context) (map[models.Severity]int64, error) {
			return map[models.Severity]int64{models.SeverityIsolated: 2}, nil
		}
		o.Jobs = func(context.Context) (map[models.JobKind]models.Waiting, error) {
			return map[models.JobKind]models.Waiting{models.JobPoll: {Count: 2, Oldest: noon.Add(-time.Hour)}, models.JobLabel: {}}, nil
		}
	})
	if strings.Contains(text, "CANARY") {
		t.Error("the text of an error is shown")
	}
	got := only(text, "lineman_")
	got = strings.ReplaceAll(got, goVersion(got), "GO")
	const path = "testdata/own.golden"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func goVersion(text string) string {
	_, rest, _ := strings.Cut(text, `goversion="`)
	version, _, _ := strings.Cut(rest, `"`)
	return version
}

// What cannot be read takes nothing else with it.
func TestOneReaderFails(t *testing.T) {
	r := &memory{circuitsErr: errors.New("CANARY"), mails: []models.MailCount{{Source: "noc", State: models.StateParsed, Count: 3}}}
	got := scrape(t, r, nil)
	for _, want := range []string{`lineman_collector_up{collector="circuits"} 0`, `lineman_collector_up{collector="mails"} 1`, `lineman_mails{provider="",source="noc",state="parsed"} 3`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(got, "CANARY") || strings.Contains(got, "\ncircuit_maintenance_status{") {
		t.Error("more than should is shown")
	}
}

// A provider definition that is left out is there by its file, and only then.
func TestDisabledDefinitions(t *testing.T) {
	const name = "lineman_parser_definition_disabled"
	if got := only(scrape(t, &memory{}, nil), name); got != "" {
		t.Errorf("without one: %s", got)
	}
	got := only(scrape(t, &memory{}, func(o *metrics.Options) { o.DisabledDefinitions = []string{"a.yaml", "b.yaml"} }), name)
	want := `# HELP lineman_parser_definition_disabled Provider definitions that are wrong and left out, by file; always 1
# TYPE lineman_parser_definition_disabled gauge
lineman_parser_definition_disabled{definition="a.yaml"} 1
lineman_parser_definition_disabled{definition="b.yaml"} 1
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInventories(t *testing.T) {
	states := []models.InventoryState{
		{Name: "box", LastSuccess: noon, Circuits: 5, Removed: 1, Last: models.SyncResult{Circuits: models.SyncCount{Created: 2, Unchanged: 3}, Warnings: []string{"w"}}},
		{Name: "bot", LastError: "the token is refused"},
	}
	var failed error
	text := func() string {
		return scrape(t, &memory{}, func(o *metrics.Options) {
			o.Inventories = func(context.Context) ([]models.InventoryState, error) { return states, failed }
		})
	}
	for _, want := range []string{
		`lineman_inventory_sync_up{inventory="box"} 1`, `lineman_inventory_sync_up{inventory="bot"} 0`, `lineman_inventory_sync_error_info{inventory="bot",reason="auth"} 1`,
		`lineman_inventory_sync_circuits{inventory="box",state="removed"} 1`, `lineman_inventory_sync_objects{change="created",inventory="box",kind="circuit"} 2`,
		`lineman_inventory_sync_warnings{inventory="box"} 1`, `lineman_collector_up{collector="inventories"} 1`,
		fmt.Sprintf(`lineman_inventory_sync_last_success_timestamp_seconds{inventory="box"} %s`, strconv.FormatFloat(float64(noon.Unix()), 'g', -1, 64)),
	} {
		if !strings.Contains(text(), want+"\n") {
			t.Errorf("no %s in\n%s", want, only(text(), "lineman_inventory"))
		}
	}
	failed = errors.New("no database")
	if got := text(); !strings.Contains(got, `lineman_collector_up{collector="inventories"} 0`) || !strings.Contains(got, `lineman_collector_up{collector="mails"} 1`) {
		t.Errorf("%s", only(got, "lineman_collector_up"))
	}
}

// TestLabelsAreKept: the labels are made once for each state of the inventory,
// and every scrape shows what a first one would.
func TestLabelsAreKept(t *testing.T) {
	for _, limit := range []int{0, 3} {
		r := &memory{stamp: "0"}
		for i := range 6 {
			r.circuits = append(r.circuits, circuit(fmt.Sprint("C", 9-i), "T", "NTT", false, "Oslo"))
		}
		o := metrics.Options{
			Reader: r, Enable: true, Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler), MaxSeries: limit,
		}
		kept, err := metrics.New(o)
		if err != nil {
			t.Fatal(err)
		}
		shown := func(h http.Handler) string {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			return only(w.Body.String(), "circuit_maintenance_status{") + only(w.Body.String(), "lineman_circuit_series_dropped")
		}
		for i := range 40 {
			r.circuits[i%6].Active = i%4 != 3
			if i%5 == 4 {
				r.circuits[i%6].Circuit.CID = fmt.Sprint("C", i)
				r.stamp = fmt.Sprint(i)
			}
			if i == 30 { // nothing may be kept
				r.stamp = ""
			}
			r.read = 0
			got := shown(kept)
			if want := i == 0 || i%5 == 4 || i >= 30 && r.stamp == ""; (r.read > 0) != want {
				t.Errorf("step %d: read %d", i, r.read)
			}
			anew, err := metrics.New(o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shown(anew), got); diff != "" {
				t.Fatalf("step %d: anew (-), kept (+)\n%s", i, diff)
			}
		}
	}
}
