package destination_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/config"
	"lineman/internal/fake/alertmanager"
	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

const byInterface = `{instance="{{.Device}}", ifName="{{.Interface}}"}`

func silencer(t *testing.T, o destination.Options, url, matchers string) notify.Destination {
	t.Helper()
	return made(t, o, config.Destination{Alertmanager: config.AlertmanagerDestination{URL: url, Matchers: matchers}})
}

// quiet says what silences there are, without what differs between runs.
func quiet(list []alertmanager.Silence, now time.Time) []string {
	var all []string
	for _, s := range list {
		var matchers []string
		for _, m := range s.Matchers {
			op := map[bool]string{true: "=~", false: "="}[m.IsRegex]
			matchers = append(matchers, m.Name+op+m.Value)
		}
		slices.Sort(matchers)
		all = append(all, fmt.Sprintf("%s by %s: %s from %v to %v", s.Comment, s.CreatedBy, strings.Join(matchers, " "),
			s.StartsAt.Sub(now).Round(time.Minute), s.EndsAt.Sub(now).Round(time.Minute)))
	}
	slices.Sort(all)
	return all
}

// TestSilences walks a maintenance's life against a real Alertmanager.
func TestSilences(t *testing.T) {
	server := alertmanager.Start(t)
	now := time.Now().UTC() // the server's own clock
	o := options()
	o.Now = func() time.Time { return now }
	d := silencer(t, o, server.URL(), byInterface)
	m := work()
	m.Windows[0].Start, m.Windows[0].End = now.Add(10*time.Hour), now.Add(14*time.Hour)
	m.Windows[1].Start, m.Windows[1].End = now.Add(34*time.Hour), now.Add(38*time.Hour)
	step := func(name string, kind models.EventKind, m *models.MaintenanceItem, want ...string) {
		t.Helper()
		p := about(work(), kind)
		p.Items[0].Maintenance = m
		if m == nil {
			p.Items[0].Event.MaintenanceID = work().ID
		}
		for range 2 { // the second time changes nothing
			if _, err := d.Deliver(t.Context(), p); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if diff := cmp.Diff(want, quiet(server.Silences(), now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	const first = "lineman:0191-m1:1 zayo-TTN-0001 by lineman noc: ifName=~xe-0/0/1|xe-0/0/2 instance=bcn-r1 "
	step("planned", models.EventNew, &m, first+"from 10h0m0s to 14h0m0s")

	m.Windows[0].Start, m.Windows[0].End = now.Add(12*time.Hour), now.Add(16*time.Hour)
	step("moved", models.EventRescheduled, &m, first+"from 12h0m0s to 16h0m0s")

	m.Pending = []models.Pending{{NoticeID: "n9", Was: models.StatusConfirmed, Status: models.StatusCancelled}}
	step("something waits for a person before it begins", models.EventPending, &m)
	m.Pending = nil
	step("and is answered", models.EventChanged, &m, first+"from 12h0m0s to 16h0m0s")
	m.Trust = models.TrustUnverified
	step("its sender is in doubt", models.EventChanged, &m)
	m.Trust = models.TrustVerified
	step("and is known", models.EventChanged, &m, first+"from 12h0m0s to 16h0m0s")

	m.Windows[1].Called = true
	m.Windows[1].Impacts = []models.WindowImpact{{CID: "OGYX/2", Impact: models.ImpactOutage}}
	second := "lineman:0191-m1:2 zayo-TTN-0001 by lineman noc: ifName=xe-0/0/2 instance=bcn-r1 from 34h0m0s to 38h0m0s"
	step("the backup was called", models.EventChanged, &m, first+"from 12h0m0s to 16h0m0s", second)

	m.Windows[1].Status = models.StatusCancelled
	step("and cancelled", models.EventChanged, &m, first+"from 12h0m0s to 16h0m0s")

	m.Windows[0].Start, m.Windows[0].End = now.Add(-time.Minute), now.Add(time.Hour)
	step("it begins early", models.EventRescheduled, &m, first+"from 0s to 1h0m0s")
	m.Pending = []models.Pending{{NoticeID: "n9", Was: models.StatusConfirmed, Status: models.StatusCancelled}}
	step("something waits for a person while it runs", models.EventPending, &m, first+"from 0s to 1h0m0s")
	m.Pending = nil
	server.Alert(map[string]string{"alertname": "Down", "instance": "bcn-r1", "ifName": "xe-0/0/1"})
	server.Alert(map[string]string{"alertname": "Down", "instance": "bcn-r1", "ifName": "xe-0/0/9"})
	plan, err := d.(destination.Planner).Plan(t.Context(), models.Rule{Name: "noc"}, []notify.Item{{Maintenance: &m}})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan) != 1 || plan[0].Action != destination.SilenceKeep || len(plan[0].Alerts) != 1 || plan[0].Alerts[0].Labels["ifName"] != "xe-0/0/1" {
		t.Errorf("the plan is %+v", plan)
	}
	if diff := cmp.Diff([]string{"OGYX/1", "OGYX/2"}, plan[0].Circuits); diff != "" {
		t.Errorf("circuits (-want +got):\n%s", diff)
	}

	old := server.Silences()[0].ID
	m.Windows[0].Start, m.Windows[0].End = now.Add(5*time.Hour), now.Add(6*time.Hour)
	step("a running one is put off", models.EventRescheduled, &m, first+"from 5h0m0s to 6h0m0s")
	if fresh := server.Silences()[0].ID; fresh == old {
		t.Error("the silence of another start kept its id")
	}

	m.Circuits = m.Circuits[:1]
	step("one circuit is left", models.EventChanged, &m, "lineman:0191-m1:1 zayo-TTN-0001 by lineman noc: ifName=xe-0/0/1 instance=bcn-r1 from 5h0m0s to 6h0m0s")
	m.Status = models.StatusCancelled
	step("cancelled", models.EventCancelled, &m)
	m.Status = models.StatusConfirmed
	step("confirmed again", models.EventChanged, &m, "lineman:0191-m1:1 zayo-TTN-0001 by lineman noc: ifName=xe-0/0/1 instance=bcn-r1 from 5h0m0s to 6h0m0s")
	m.Status = models.StatusCompleted
	step("completed", models.EventCompleted, &m)
	m.Status = models.StatusConfirmed
	step("and again", models.EventChanged, &m, "lineman:0191-m1:1 zayo-TTN-0001 by lineman noc: ifName=xe-0/0/1 instance=bcn-r1 from 5h0m0s to 6h0m0s")
	step("removed", models.EventCancelled, nil)
}

// A hundred circuits with hostile names are silenced each as it is written, and
// nothing else is.
func TestSilencesOfHostileNames(t *testing.T) {
	server := alertmanager.Start(t)
	now := time.Now().UTC()
	o := options()
	o.Now = func() time.Time { return now }
	m := work()
	m.Windows = []models.Window{{Ordinal: 1, Kind: models.WindowPrimary, Start: now.Add(-time.Minute), End: now.Add(time.Hour)}}
	names := []string{`x", alertname=~".*`, `a|b`, `.*`, `\`, "a\nb", `{{.Device}}`, `(`, "東京", "x}"}
	m.Circuits = nil
	for i, name := range names {
		c := circuit(fmt.Sprint(i), name, "d", "i")
		m.Circuits = append(m.Circuits, models.CircuitImpact{CID: name, Impact: models.ImpactOutage, CircuitID: c.ID, Circuit: c})
	}
	for _, matchers := range []string{`circuit="{{.Circuit}}"`, `{circuit=~"{{.Circuit}}"}`, `{circuit=~"(?:{{.Circuit}})", severity!="critical"}`} {
		t.Run(matchers, func(t *testing.T) {
			d := silencer(t, o, server.URL(), matchers)
			p := about(m, models.EventNew)
			p.Rule.Name = matchers
			if _, err := d.Deliver(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			plan, err := d.(destination.Planner).Plan(t.Context(), p.Rule, p.Items)
			if err != nil {
				t.Fatal(err)
			}
			if len(plan) != 1 || plan[0].Action != destination.SilenceKeep || len(plan[0].Circuits) != len(names) {
				t.Fatalf("the plan is %+v", plan)
			}
		})
	}
	for _, name := range names {
		server.Alert(map[string]string{"alertname": "Down", "circuit": name})
	}
	server.Alert(map[string]string{"alertname": "Down", "circuit": "a"})
	server.Alert(map[string]string{"alertname": "Down", "circuit": "other"})
	server.Alert(map[string]string{"alertname": "Other"})
	silenced := 0
	for _, a := range server.Alerts() {
		name := a.Labels["circuit"]
		if is := len(a.Status.SilencedBy) > 0; is != slices.Contains(names, name) {
			t.Errorf("%q: silenced %v", name, is)
		} else if is {
			silenced++
		}
	}
	if silenced != len(names) {
		t.Errorf("%d of %d are silenced", silenced, len(names))
	}
}

// What is silenced for and what is not.
func TestSilencesPlanned(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("[]")) }))
	defer server.Close()
	both := "{ifName=~\"xe-0/0/1|xe-0/0/2\",instance=\"bcn-r1\"}"
	for _, test := range []struct {
		name     string
		matchers string
		change   func(*models.MaintenanceItem)
		want     []string
	}{
		{"as it is", byInterface, func(*models.MaintenanceItem) {}, []string{both}},
		{"by circuit", `circuit="{{.Circuit}}"`, func(*models.MaintenanceItem) {}, []string{`{circuit=~"OGYX/1|OGYX/2"}`}},
		{"by site", `{site="{{.Site}}", team=~"noc|core"}`, func(*models.MaintenanceItem) {}, []string{
			`{site="Barcelona",team=~"noc|core"}`, `{site="Madrid",team=~"noc|core"}`}},
		{"by provider in small letters", `{p="{{.Provider | upper}}", d="{{host .Device}}"}`, func(m *models.MaintenanceItem) {
			m.Circuits[0].Circuit.Terminations[0].Device = "bcn-r9.example.net"
		}, []string{`{d=~"bcn-r1|bcn-r9",p="ZAYO"}`}},
		{"two devices", byInterface, func(m *models.MaintenanceItem) { m.Circuits[1].Circuit.Terminations[0].Device = "bcn-r2" }, []string{
			`{ifName="xe-0/0/1",instance="bcn-r1"}`, `{ifName="xe-0/0/2",instance="bcn-r2"}`}},
		{"both ends", byInterface, func(m *models.MaintenanceItem) {
			m.Circuits = m.Circuits[:1]
			m.Circuits[0].Circuit.Terminations[1].Device, m.Circuits[0].Circuit.Terminations[1].Interface = "mad-r1", "et-1"
		}, []string{`{ifName="et-1",instance="mad-r1"}`, `{ifName="xe-0/0/1",instance="bcn-r1"}`}},
		{"tentative", byInterface, func(m *models.MaintenanceItem) { m.Status = models.StatusTentative }, nil},
		{"of unknown status", byInterface, func(m *models.MaintenanceItem) { m.Status = models.StatusUnknown }, nil},
		{"deleted", byInterface, func(m *models.MaintenanceItem) { m.Deleted = true }, nil},
		{"merged", byInterface, func(m *models.MaintenanceItem) { m.MergedInto = "OTHER" }, nil},
		{"over", byInterface, func(m *models.MaintenanceItem) { m.Windows[0].End = noon }, nil},
		{"its window is completed", byInterface, func(m *models.MaintenanceItem) { m.Windows[0].Status = models.StatusCompleted }, nil},
		{"its window has no length", byInterface, func(m *models.MaintenanceItem) { m.Windows[0].End = m.Windows[0].Start }, nil},
		{"no impact", byInterface, func(m *models.MaintenanceItem) {
			m.Circuits[0].Impact, m.Circuits[1].Impact = models.ImpactNone, models.ImpactNone
		}, nil},
		{"of unknown impact", byInterface, func(m *models.MaintenanceItem) { m.Circuits[0].Impact, m.Circuits[1].Impact = "", "" }, nil},
		{"cancelled circuits", byInterface, func(m *models.MaintenanceItem) {
			m.Circuits[0].Cancelled, m.Circuits[1].Cancelled = true, true
		}, nil},
		{"not in the inventory", byInterface, func(m *models.MaintenanceItem) { m.Circuits = m.Circuits[2:] }, nil},
		{"no interface is known", byInterface, func(m *models.MaintenanceItem) {
			m.Circuits[0].Circuit.Terminations[0].Interface, m.Circuits[1].Circuit.Terminations[0].Interface = "", " "
		}, nil},
		{"no end is known", `circuit="{{.Circuit}}"`, func(m *models.MaintenanceItem) {
			m.Circuits = m.Circuits[:1]
			m.Circuits[0].Circuit.Terminations = nil
		}, []string{`{circuit="OGYX/1"}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := work()
			test.change(&m)
			d := silencer(t, options(), server.URL, test.matchers)
			plan, err := d.(destination.Planner).Plan(t.Context(), models.Rule{}, []notify.Item{{Maintenance: &m}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range plan {
				got = append(got, s.Matchers)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Matchers that would do harm are refused before anything is silenced.
func TestMatchersAreChecked(t *testing.T) {
	for matchers, want := range map[string]string{
		byInterface:                           "",
		`circuit="{{.Circuit}}"`:              "",
		`{a=~"{{.Site}}-.+", b!="x"}`:         "",
		"":                                    "would silence the same alerts",
		"{}":                                  "would silence the same alerts",
		`{job="snmp"}`:                        "would silence the same alerts",
		`{instance!="{{.Device}}"}`:           "would silence the same alerts",
		`{instance=~"{{.Device}}|"}`:          "lack the label",
		`{instance="{{.Device}}", job=~".*"}`: "lack the label",
		`{instance="{{.Device}}", job=""}`:    "lack the label",
		`{instance="{{.Devise}}"}`:            ".Device",
		`{instance="{{.Device"}`:              "cannot be read",
		`{instance="{{if}}"}`:                 "cannot be read",
		`{instance=~"({{.Device}}"}`:          "as Alertmanager writes them",
		`{{.Device}}="x"`:                     "as Alertmanager writes them",
		`{instance="{{.Device}}`:              "as Alertmanager writes them",
		`{instance="{{.Device}}{{printf "%2000d" 1}}"}`: "too long",
	} {
		_, err := destination.New(options(), config.Destination{Name: "x", Alertmanager: config.AlertmanagerDestination{URL: "http://127.0.0.1:9", Matchers: matchers}})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", matchers, err, want)
		}
	}
}

// lossy hands calls on and loses the first answers to those that make silences.
type lossy struct{ left int }

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && r.Method == http.MethodPost && l.left > 0 {
		l.left--
		return nil, errors.Join(errors.New("connection reset"), answer.Body.Close())
	}
	return answer, err
}

// A silence whose answer was lost is found by its comment, and not made twice;
// those of people and of other rules are left alone.
func TestSilencesFoundAgain(t *testing.T) {
	server := alertmanager.Start(t)
	now := time.Now().UTC()
	o := options()
	o.Now, o.Base = func() time.Time { return now }, &lossy{left: 2}
	d := silencer(t, o, server.URL(), `{instance="{{.Device}}", ifName="{{.Interface}}"}`)
	m := work()
	m.Windows[0].Start, m.Windows[0].End = now.Add(time.Hour), now.Add(2*time.Hour)
	m.Circuits[1].Circuit.Terminations[0].Device = "bcn-r2"
	p := about(m, models.EventNew)
	for i := range 4 {
		if _, err := d.Deliver(t.Context(), p); (err != nil) != (i < 2) || err != nil && failure(t, err).Fatal {
			t.Errorf("attempt %d: %v", i+1, err)
		}
	}
	if got := quiet(server.Silences(), now); len(got) != 2 {
		t.Errorf("%d silences: %v", len(got), got)
	}
	other := about(m, models.EventNew)
	other.Rule.Name = "other"
	m.Circuits = m.Circuits[:1]
	if _, err := d.Deliver(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	m.Status = models.StatusCancelled
	p = about(m, models.EventCancelled)
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, s := range server.Silences() {
		if s.CreatedBy != "lineman other" {
			t.Errorf("there is still one by %s", s.CreatedBy)
		}
	}
	if n := len(server.Silences()); n != 2 {
		t.Errorf("%d silences of the other rule are left, want 2", n)
	}
}
