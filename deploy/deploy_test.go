// Package deploy_test checks what is shipped for operators: alert rules,
// dashboard, unit file.
package deploy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const noPromtool = "no promtool: install Debian's package prometheus or run make test"

func TestRules(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip(noPromtool)
	}
	for _, args := range [][]string{
		{"check", "rules", "lineman.rules.yml"}, {"test", "rules", "lineman.rules.test.yml"}, {"check", "config", "prometheus.example.yml"},
	} {
		cmd := exec.CommandContext(t.Context(), promtool, args...)
		cmd.Dir = "prometheus"
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

type rules struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr string
			Annotations map[string]string
			Labels      map[string]string
		}
	}
}

// Every alert has a test in which it fires, and says what to do.
func TestEveryAlertIsTested(t *testing.T) {
	var r rules
	decode(t, "prometheus/lineman.rules.yml", &r)
	var tests struct {
		Tests []struct {
			AlertRuleTest []struct {
				Alertname string
				ExpAlerts []any `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	decode(t, "prometheus/lineman.rules.test.yml", &tests)
	fires := map[string]bool{}
	for _, test := range tests.Tests {
		for _, a := range test.AlertRuleTest {
			fires[a.Alertname] = fires[a.Alertname] || len(a.ExpAlerts) > 0
		}
	}
	n := 0
	for _, g := range r.Groups {
		for _, rule := range g.Rules {
			n++
			if !fires[rule.Alert] {
				t.Errorf("%s fires in no test", rule.Alert)
			}
			if rule.Annotations["summary"] == "" || rule.Annotations["description"] == "" || rule.Labels["severity"] == "" {
				t.Errorf("%s lacks a summary, a description or a severity", rule.Alert)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d alerts", n)
	}
}

func decode(t *testing.T, path string, v any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

var (
	labelOf  = regexp.MustCompile(`[{,]([a-z_]+)(?:=~|!=|=)"`)
	groupsBy = regexp.MustCompile(`by \(([a-z_, ]+)\)`)
)

var metricName = regexp.MustCompile(`\b(lineman_[a-z_]+|circuit_maintenance_status)\b`)

// served gives the metrics that lineman serves with their labels, as their own
// test has them. Those of the gauge are a setting; these are the default.
func served(t *testing.T) map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "internal", "metrics", "testdata", "own.golden"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]map[string]bool{"circuit_maintenance_status": {"circuit": true, "circuit_type": true, "provider": true, "site": true}}
	for line := range strings.SplitSeq(string(text), "\n") {
		name := metricName.FindString(line)
		if name == "" {
			continue
		}
		if names[name] == nil {
			names[name] = map[string]bool{}
		}
		for _, l := range labelOf.FindAllStringSubmatch(line, -1) {
			names[name][l[1]] = true
		}
	}
	if len(names) < 15 {
		t.Fatalf("only %d metrics are known", len(names))
	}
	return names
}

// asked gives the expressions of alerts and dashboard by where they stand.
func asked(t *testing.T) map[string]string {
	t.Helper()
	exprs := map[string]string{}
	var r rules
	decode(t, "prometheus/lineman.rules.yml", &r)
	for _, g := range r.Groups {
		for _, rule := range g.Rules {
			exprs["alert "+rule.Alert] = rule.Expr
		}
	}
	for _, p := range dashboard(t).Panels {
		for _, target := range p.Targets {
			exprs["panel "+p.Title+" "+target.RefID] = target.Expr
		}
	}
	return exprs
}

// Alerts and dashboard ask only for metrics and labels that there are.
func TestMetricsExist(t *testing.T) {
	known := served(t)
	for where, expr := range asked(t) {
		names := metricName.FindAllString(expr, -1)
		if len(names) == 0 {
			t.Errorf("%s asks for nothing of lineman: %s", where, expr)
		}
		labels := map[string]bool{}
		for _, name := range names {
			if known[name] == nil {
				t.Errorf("%s asks for %s, which is not served", where, name)
			}
			maps.Copy(labels, known[name])
		}
		wanted := labelOf.FindAllStringSubmatch(expr, -1)
		for _, by := range groupsBy.FindAllStringSubmatch(expr, -1) {
			for l := range strings.SplitSeq(by[1], ",") {
				wanted = append(wanted, []string{"", strings.TrimSpace(l)})
			}
		}
		for _, l := range wanted {
			if !labels[l[1]] {
				t.Errorf("%s asks for the label %s, which none of %v has", where, l[1], names)
			}
		}
	}
}

// Prometheus understands what the panels ask.
func TestPanelsAreQueries(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip(noPromtool)
	}
	type rule struct{ Record, Expr string }
	var list []rule
	for _, expr := range asked(t) {
		expr = strings.NewReplacer("$__rate_interval", "5m", "$__interval", "5m", "$__range", "1h").Replace(expr)
		list = append(list, rule{fmt.Sprintf("panel%d", len(list)), expr})
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "panels", "rules": list}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "panels.yml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, out)
	}
}

type board struct {
	UID           string
	Title         string
	SchemaVersion int
	Templating    struct{ List []struct{ Name, Type string } }
	Panels        []struct {
		ID         int
		Type       string
		Title      string
		Datasource struct{ Type, UID string }
		GridPos    struct{ H, W, X, Y int }
		Targets    []struct{ Expr, RefID string }
	}
}

func dashboard(t *testing.T) board {
	t.Helper()
	text, err := os.ReadFile("grafana/lineman.json")
	if err != nil {
		t.Fatal(err)
	}
	var b board
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// Grafana can import the dashboard: panels have ids and places of their own,
// and ask the data source that is chosen at the top.
func TestDashboard(t *testing.T) {
	b := dashboard(t)
	if b.UID == "" || b.Title == "" || b.SchemaVersion < 36 || len(b.Templating.List) != 1 || b.Templating.List[0].Name != "datasource" || b.Templating.List[0].Type != "datasource" {
		t.Errorf("the head is off: %+v", b)
	}
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range b.Panels {
		if ids[p.ID] || p.ID == 0 || p.Title == "" || p.Type == "" {
			t.Errorf("panel %q: its id %d is taken, or it lacks a title or type", p.Title, p.ID)
		}
		ids[p.ID] = true
		if p.GridPos.W <= 0 || p.GridPos.H <= 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %q lies outside: %+v", p.Title, p.GridPos)
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, is := taken[[2]int{x, y}]; is {
					t.Fatalf("panel %q lies on %q", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if len(p.Targets) == 0 || p.Datasource.Type != "prometheus" || p.Datasource.UID != "${datasource}" {
			t.Errorf("panel %q asks nothing, or no Prometheus", p.Title)
		}
	}
	if len(b.Panels) < 8 {
		t.Errorf("%d panels", len(b.Panels))
	}
}
