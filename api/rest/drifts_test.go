package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

func (r *memory) Drifts(_ context.Context, s models.Scope, f models.DriftFilter) ([]models.Drift, int, error) {
	r.scopes, r.page, r.asked = append(r.scopes, s), f.Page, f
	return []models.Drift{
		{ID: "d1", Kind: models.DriftSilent, Provider: "ntt", Name: "NTT", Monthly: 6, Since: noon.AddDate(0, 0, -60), Until: noon, FoundAt: noon},
		{ID: "d2", Kind: models.DriftFailing, Provider: "lumen", Name: "Lumen", Wrong: 4, Of: 5, Since: noon, Until: noon, FoundAt: noon, ClosedAt: noon},
	}, 2, r.err
}

func TestDrifts(t *testing.T) {
	r := &memory{}
	h := handler(t, r, nil)
	w := call(h, http.MethodGet, "/api/v1/drifts?provider=ntt&provider=lumen&kind=silent&kind=failing&state=all&limit=2", "Token lm_all")
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	want := models.DriftFilter{
		Providers: []string{"ntt", "lumen"}, Kinds: []models.DriftKind{models.DriftSilent, models.DriftFailing}, State: models.FindingsAll, Page: models.Page{Limit: 2},
	}
	if diff := cmp.Diff(want, r.asked); diff != "" {
		t.Errorf("filter (-want +got):\n%s", diff)
	}
	var list struct {
		Count   int
		Results []map[string]any
	}
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || list.Count != 2 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	got := map[string]any{}
	for _, d := range list.Results {
		got[d["text"].(string)] = d["closed_at"]
	}
	if diff := cmp.Diff(map[string]any{
		"no mail from NTT for 60 days, normally 6 a month":         nil,
		"4 of the last 5 of Lumen failed since Monday, 2026-03-02": "2026-03-02T12:00:00Z",
	}, got); diff != "" {
		t.Error(diff)
	}
	call(h, http.MethodGet, "/api/v1/drifts", "Token lm_all")
	if f := r.asked.(models.DriftFilter); f.State != models.FindingsOpen {
		t.Errorf("without a state: %q", f.State)
	}
	for _, bad := range []string{"state=bad", "kind=loud", "providers=ntt", "limit=-1", "cursor=x"} {
		key, _, _ := strings.Cut(bad, "=")
		w := call(h, http.MethodGet, "/api/v1/drifts?"+bad, "Token lm_all")
		if w.Code < 400 || w.Code >= 500 || !strings.Contains(w.Body.String(), key) {
			t.Errorf("%s: %d %s", bad, w.Code, w.Body)
		}
	}
}
