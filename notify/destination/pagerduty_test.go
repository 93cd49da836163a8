package destination_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/config"
	"lineman/models"
	"lineman/notify"
)

// pager is a service with the Events API v2, as strict as the real one is about
// what it is sent.
type pager struct {
	t      *testing.T
	pages  []page
	accept func(n int) bool // the nth call, from 1; nil: all
	calls  int
}

type page struct {
	RoutingKey string `json:"routing_key"`
	Action     string `json:"event_action"`
	DedupKey   string `json:"dedup_key"`
	Client     string `json:"client"`
	ClientURL  string `json:"client_url"`
	Payload    *struct {
		Summary   string            `json:"summary"`
		Source    string            `json:"source"`
		Severity  string            `json:"severity"`
		Timestamp string            `json:"timestamp"`
		Component string            `json:"component"`
		Group     string            `json:"group"`
		Class     string            `json:"class"`
		Details   map[string]string `json:"custom_details"`
	} `json:"payload"`
}

func (s *pager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls++
	if s.accept != nil && !s.accept(s.calls) {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var p page
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		s.t.Errorf("read an event: %v", err)
	}
	bad := ""
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/v2/enqueue" || r.Header.Get("Content-Type") != "application/json":
		bad = "called in another way"
	case p.RoutingKey != canary:
		bad = "routing_key"
	case p.DedupKey == "" || len([]rune(p.DedupKey)) > 255:
		bad = "dedup_key"
	case p.Action != "trigger" && p.Action != "acknowledge" && p.Action != "resolve":
		bad = "event_action"
	case p.Action != "trigger":
	case p.Payload == nil || p.Payload.Summary == "" || len([]rune(p.Payload.Summary)) > 1024 || p.Payload.Source == "":
		bad = "payload"
	case !strings.Contains(" critical error warning info ", " "+p.Payload.Severity+" "):
		bad = "severity"
	}
	if bad != "" {
		s.t.Errorf("a call that would be refused: %s: %+v", bad, p)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.pages = append(s.pages, p)
	w.WriteHeader(http.StatusAccepted)
	_, _ = fmt.Fprintf(w, `{"status":"success","message":"Event processed","dedup_key":%q}`, p.DedupKey)
}

func paging(t *testing.T) (*pager, notify.Destination) {
	t.Helper()
	s := &pager{t: t}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, made(t, options(), config.Destination{PagerDuty: config.PagerDutyDestination{URL: config.Secret(server.URL + "/v2/enqueue"), RoutingKey: canary}})
}

// TestPages is what each kind of event means to a pager.
func TestPages(t *testing.T) {
	work := work()
	risk := models.FindingItem{}
	risk.ID, risk.Subject, risk.Severity = "f1", models.Subject{Kind: models.SubjectSite, Name: "Barcelona"}, models.SeverityIsolated
	want := map[models.EventKind]string{
		models.EventNew: "trigger lineman:maintenance:0191-m1 error", models.EventChanged: "trigger lineman:maintenance:0191-m1 error",
		models.EventRescheduled: "trigger lineman:maintenance:0191-m1 error", models.EventConflict: "trigger lineman:maintenance:0191-m1 error",
		models.EventReminder: "trigger lineman:maintenance:0191-m1 error", models.EventStarted: "trigger lineman:maintenance:0191-m1 error",
		models.EventPending: "trigger lineman:maintenance:0191-m1 error", models.EventOverrun: "trigger lineman:maintenance:0191-m1 critical",
		models.EventAcknowledged: "acknowledge lineman:maintenance:0191-m1 ",
		models.EventCancelled:    "resolve lineman:maintenance:0191-m1 ", models.EventCompleted: "resolve lineman:maintenance:0191-m1 ",
		models.EventEnded: "resolve lineman:maintenance:0191-m1 ", models.EventPresumedOver: "resolve lineman:maintenance:0191-m1 ",
		models.EventUnknownCircuit: "trigger lineman:unknown-circuit:0191-m1 error",
		models.EventOverlapFound:   "trigger lineman:finding:f1 critical", models.EventOverlapWorse: "trigger lineman:finding:f1 critical",
		models.EventOverlapGone: "resolve lineman:finding:f1 ",
		models.EventParseFailed: "trigger lineman:mail:r1 warning", models.EventUnknownProvider: "trigger lineman:mail:r1 info",
		models.EventLayoutDrift: "trigger lineman:layout-drift:ntt warning", models.EventProviderSilent: "trigger lineman:provider-silent:ntt warning",
		models.EventSourceDown: "trigger lineman:source:noc-imap error", models.EventSourceUp: "resolve lineman:source:noc-imap ",
	}
	for _, kind := range models.EventKinds {
		s, d := paging(t)
		i := notify.Item{Event: models.Event{Kind: kind, At: noon, Name: "x", Detail: "a detail"}}
		switch {
		case strings.HasPrefix(string(kind), "overlap-"):
			i.Event.FindingID, i.Finding = risk.ID, &risk
		case kind == models.EventParseFailed, kind == models.EventUnknownProvider:
			i.Event.RawID = "r1"
		case strings.HasPrefix(string(kind), "source-"):
			i.Event.Source = "noc-imap"
		case kind == models.EventLayoutDrift, kind == models.EventProviderSilent:
			i.Event.Provider = "ntt"
		default:
			i.Event.MaintenanceID, i.Event.RawID, i.Event.Source, i.Maintenance = work.ID, "r1", "noc-imap", &work
		}
		if _, err := d.Deliver(t.Context(), notify.Parcel{Key: "k", Items: []notify.Item{i}}); err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		got := ""
		for _, p := range s.pages {
			severity := ""
			if p.Payload != nil {
				severity = p.Payload.Severity
			}
			got += p.Action + " " + p.DedupKey + " " + severity
		}
		if got != want[kind] {
			t.Errorf("%s: %q, want %q", kind, got, want[kind])
		}
	}
}

func TestPageWords(t *testing.T) {
	s, d := paging(t)
	m := work()
	m.Name, m.Summary = "zayo-TTN-0001", "line\r\nbreak \u202e"+strings.Repeat("ü", 3000)
	p := about(m, models.EventRescheduled)
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	got := s.pages[0].Payload
	if !strings.HasPrefix(got.Summary, "rescheduled: zayo-TTN-0001 OUTAGE line break ü") || got.Source != "zayo-TTN-0001" || got.Component != "Zayo" {
		t.Errorf("%+v", got)
	}
	want := map[string]string{
		"change window[1].start": "2026-03-02T20:00:00Z → 2026-03-02T22:00:00Z", "status": "CONFIRMED", "phase": "upcoming",
		"start": "2026-03-02T22:00:00Z", "end": "2026-03-04T02:00:00Z",
	}
	if diff := cmp.Diff(want, got.Details); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s.pages[0].ClientURL != "https://lineman.example.net" || got.Timestamp != noon.Format(time.RFC3339) || got.Class != "rescheduled" {
		t.Errorf("%+v %+v", s.pages[0], got)
	}
}

// Of a digest each thing is told once, as it ended; and an attempt that broke
// off is made again with the same keys.
func TestPagesOfDigest(t *testing.T) {
	s, d := paging(t)
	a, b := work(), work()
	b.ID, b.Name = "0191-m2", "zayo-TTN-0002"
	closed := work()
	closed.ID, closed.Status = "0191-m3", models.StatusCancelled
	item := func(kind models.EventKind, m models.MaintenanceItem) notify.Item {
		return notify.Item{Event: models.Event{Kind: kind, MaintenanceID: m.ID, At: noon, Name: m.Name}, Maintenance: &m}
	}
	p := notify.Parcel{Key: "k", Digest: true, Items: []notify.Item{
		item(models.EventNew, a), item(models.EventNew, b), item(models.EventRescheduled, a), item(models.EventAcknowledged, a),
		item(models.EventEnded, b), item(models.EventNew, closed), {Event: models.Event{Kind: models.EventDigest}},
	}}
	s.accept = func(n int) bool { return n != 2 }
	if _, err := d.Deliver(t.Context(), p); failure(t, err).Fatal {
		t.Fatal(err)
	}
	s.pages = nil
	if _, err := d.Deliver(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range s.pages {
		got = append(got, p.Action+" "+p.DedupKey)
	}
	want := []string{
		"trigger lineman:maintenance:0191-m1", "acknowledge lineman:maintenance:0191-m1",
		"resolve lineman:maintenance:0191-m2", "resolve lineman:maintenance:0191-m3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r, err := d.Deliver(t.Context(), notify.Parcel{Key: "k", Digest: true, Items: []notify.Item{{Event: models.Event{Kind: models.EventDigest}}}})
	if err != nil || r.Note == "" {
		t.Errorf("an empty digest: %+v, %v", r, err)
	}
}
