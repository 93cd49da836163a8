package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

func findingItem() models.FindingItem {
	f := models.Finding{
		ID: "6f0a5a2e-0000-4000-8000-0000000000f1", Key: "CANARY", Subject: models.Subject{Kind: models.SubjectSite, ID: "s1", Name: "Berlin"},
		Severity: models.SeverityIsolated, Start: noon, End: noon.Add(2 * time.Hour), Circuits: []string{"c1", "c2"}, Maintenances: []string{"m1"},
		Exposures: []models.Exposure{
			{Start: noon, End: noon.Add(time.Hour), Severity: models.SeverityIsolated, Down: []string{"c1", "c2"}, Maintenances: []string{"m1"}},
			{Start: noon.Add(time.Hour), End: noon.Add(2 * time.Hour), Severity: models.SeverityRisk, Down: []string{"c1"}, AtRisk: []string{"c2"}, Maintenances: []string{"m1"}},
		},
		Since: noon.Add(-time.Hour), Revision: 4, UpdatedAt: noon,
	}
	f.Ack = &models.Acknowledgement{Author: "kim", At: noon, Digest: models.FindingDigest(f)}
	circuit := func(id, cid string) models.Circuit {
		return models.Circuit{ID: id, CID: cid, Provider: models.Provider{Slug: "zayo"}}
	}
	return models.FindingItem{
		Finding: f, Members: []models.Circuit{circuit("c1", "A"), circuit("c2", "B")},
		Causes: []models.MaintenanceRef{{ID: "m1", Name: "zayo-TTN-0001", Status: models.StatusConfirmed, ProviderSlug: "zayo"}},
	}
}

func (r *memory) Findings(_ context.Context, s models.Scope, f models.FindingFilter) ([]models.FindingItem, int, error) {
	r.scopes, r.ffil = append(r.scopes, s), f
	return []models.FindingItem{findingItem()}, 1, r.err
}

func (r *memory) Finding(_ context.Context, s models.Scope, id string) (models.FindingDetail, error) {
	r.scopes = append(r.scopes, s)
	f := findingItem()
	if r.err != nil || id != f.ID {
		return models.FindingDetail{}, fmt.Errorf("finding %q: %w", id, cmpOr(r.err, models.ErrNotFound))
	}
	return models.FindingDetail{FindingItem: f, Events: []models.FindingEvent{
		{ID: "e1", Revision: 4, Change: models.FindingWorse, Was: models.SeverityRisk, Severity: models.SeverityIsolated, Start: noon, End: noon.Add(2 * time.Hour), Cause: models.CauseLive, At: noon},
	}}, nil
}

func (r *memory) RedundancyGroups(_ context.Context, s models.Scope, f models.GroupFilter) ([]models.RedundancyGroup, int, error) {
	r.scopes, r.page = append(r.scopes, s), f.Page
	return []models.RedundancyGroup{{ID: "g1", Name: "core", MinUp: 1, Circuits: findingItem().Members}}, 1, r.err
}

func (r *memory) WhatIf(_ context.Context, s models.Scope, q models.WhatIfQuery) (models.WhatIf, error) {
	r.scopes, r.what = append(r.scopes, s), q
	f := findingItem()
	w := models.Plan(f.Subject, models.Protected{Circuits: f.Circuits, MinUp: 1}, []models.Impairment{
		{CircuitID: "c1", MaintenanceID: "m1", Start: noon, End: noon.Add(time.Hour), Down: true},
	}, nil, q.Start, q.End)
	for i := range w.Circuits {
		w.Circuits[i].Circuit = f.Members[i]
	}
	w.Causes = f.Causes
	w.Elsewhere = []models.WhatIfEffect{{Subject: models.Subject{Kind: models.SubjectGroup, Name: "core"}, Severity: models.SeverityDegraded}}
	return w, r.err
}

func (r *memory) AcknowledgeFinding(_ context.Context, by models.Principal, id string, revision int64) (models.Finding, error) {
	r.scopes = append(r.scopes, by.Scope)
	f := findingItem().Finding
	switch {
	case id != f.ID:
		return models.Finding{}, fmt.Errorf("finding %q: %w", id, models.ErrNotFound)
	case revision != 0 && revision != f.Revision:
		return models.Finding{}, fmt.Errorf("acknowledge: %w", models.ErrStale)
	}
	f.Revision++
	f.Ack = &models.Acknowledgement{Author: by.Name, At: noon, Digest: models.FindingDigest(f)}
	return f, r.err
}

func TestOverlapFilters(t *testing.T) {
	r := &memory{}
	h := handler(t, r, nil)
	w := call(h, http.MethodGet, "/api/v1/overlaps?site=Berlin&group=core&severity=risk&severity=isolated&state=all&circuit=A&maintenance=zayo-1&from=2026-03-02T12:00:00Z&to=2026-03-03T00:00:00Z", "Token lm_all")
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	want := models.FindingFilter{
		Sites: []string{"Berlin"}, Groups: []string{"core"}, Severities: []models.Severity{"risk", "isolated"}, State: models.FindingsAll,
		Circuits: []string{"A"}, Maintenances: []string{"zayo-1"}, From: noon, To: noon.Add(12 * time.Hour), Page: models.Page{Limit: 50},
	}
	if diff := cmp.Diff(want, r.ffil); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	call(h, http.MethodGet, "/api/v1/overlaps", "Token lm_all")
	if r.ffil.State != models.FindingsOpen {
		t.Errorf("without a state: %q", r.ffil.State)
	}
}

func TestBadOverlapRequests(t *testing.T) {
	h := handler(t, &memory{}, nil)
	const span = "start=2026-03-02T12:00:00Z&end=2026-03-02T14:00:00Z"
	for path, want := range map[string]string{
		"/api/v1/overlaps?severity=bad":                                             "severity",
		"/api/v1/overlaps?state=bad":                                                "state",
		"/api/v1/overlaps?from=yesterday":                                           "from",
		"/api/v1/overlaps?sites=Berlin":                                             "sites",
		"/api/v1/overlaps?from=2026-03-02T12:00:00Z&to=2026-03-02T11:00:00Z":        "query.to",
		"/api/v1/whatif?" + span:                                                    "query.site",
		"/api/v1/whatif?site=A&group=B&" + span:                                     "query.site",
		"/api/v1/whatif?site=A":                                                     "start",
		"/api/v1/whatif?site=A&start=2026-03-02T12:00:00Z&end=2026-03-02T12:00:00Z": "query.end",
		"/api/v1/whatif?site=A&start=2026-03-02T12:00:00Z&end=2029-03-02T12:00:00Z": "query.end",
		"/api/v1/whatif?site=A&circuits=B&" + span:                                  "circuits",
	} {
		w := call(h, http.MethodGet, path, "Token lm_all")
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want it to name %s", path, w.Code, w.Body, want)
		}
	}
}

func TestAcknowledgeOverlap(t *testing.T) {
	h := handler(t, &memory{}, nil)
	id := findingItem().ID
	for name, tt := range map[string]struct {
		id, token, match string
		code             int
	}{
		"seen":      {id, "lm_operator", `"4-0123456789abcdef"`, 200},
		"any":       {id, "lm_operator", "*", 200},
		"unseen":    {id, "lm_operator", "", 428},
		"stale":     {id, "lm_operator", `"3-0123456789abcdef"`, 412},
		"no tag":    {id, "lm_operator", `W/"x"`, 412},
		"viewer":    {id, "lm_all", `"4-0123456789abcdef"`, 403},
		"nobody":    {id, "", `"4-0123456789abcdef"`, 401},
		"not there": {"other", "lm_operator", "*", 404},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "http://lineman.example/api/v1/overlaps/"+tt.id+"/acknowledge", nil)
			r.Header.Set("Authorization", "Token "+tt.token)
			if tt.match != "" {
				r.Header.Set("If-Match", tt.match)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.code {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if tt.code != 200 {
				return
			}
			var got struct {
				Acknowledged bool   `json:"acknowledged"`
				By           string `json:"acknowledged_by"`
				Revision     int64  `json:"revision"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || !got.Acknowledged || got.By != "operator" || got.Revision != 5 || !strings.HasPrefix(w.Header().Get("ETag"), `"5-`) {
				t.Errorf("%s %s", w.Header(), w.Body)
			}
		})
	}
}
