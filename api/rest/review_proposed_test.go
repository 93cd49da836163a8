package rest_test

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineman/ingest/propose"
	"lineman/internal/fake/model"
	"lineman/internal/store"
)

// proposer asks a model that reads one mail: work that a letter tells of.
func proposer(t *testing.T, s *store.Store) *propose.Proposer {
	t.Helper()
	server := httptest.NewServer(model.New(model.Options{Say: func(q model.Question) model.Answer {
		if !strings.Contains(q.Data, "TTN-60") {
			return model.Answer{Text: "I cannot do that."}
		}
		return model.Answer{Text: `{"proposals":[{"field":"maintenance_id","value":"TTN-60"},{"field":"start","value":"2026-03-10T01:00:00Z"},{"field":"end","value":"2026-03-10T05:00:00Z"},
			{"field":"circuit_id","value":"Z-1"},{"field":"impact","value":"OUTAGE"},{"field":"status","value":"CONFIRMED"},{"field":"status","value":"CANCELLED"}]}`}
	}}))
	t.Cleanup(server.Close)
	client, err := propose.NewClient(propose.ClientOptions{URL: server.URL + "/v1", Model: "small", Timeout: 10 * time.Second, HTTP: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	p, err := propose.New(propose.Options{Model: client, Store: s, PerDay: 3, Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// workMail is a notice that no reader of Zayo's reads.
func workMail(id string) string {
	return "From: mr@zayo.com\r\nSubject: Work ahead\r\nDate: Mon, 02 Mar 2026 08:00:00 +0000\r\nMessage-ID: <" + id + "@mail.example>\r\n\r\n" +
		"Dear Zayo customer,\r\nour planned work " + id + " touches line Z-1, on 10 March 2026 01:00 UTC until 05:00 UTC.\r\nExpect an outage.\r\n"
}

// TestProposalsOverHTTP asks about a mail, and takes what was proposed over by
// sending it back.
func TestProposalsOverHTTP(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		at := "/api/v1/review/" + h.push(workMail("TTN-60"))
		if seen := h.want(200, "GET", at, ""); text(seen, "proposed") != "<nil>" {
			t.Errorf("before anybody asked: %v", field(seen, "proposed"))
		}
		for token, status := range map[string]int{"viewer": 403, "berlin": 403, "": 401} {
			if got := h.ask(token, "POST", at+"/propose", `{}`); got.Code != status {
				t.Errorf("%q asks: %d", token, got.Code)
			}
		}
		run := h.want(200, "POST", at+"/propose", `{}`)
		if text(run, "refused") != "1" || text(run, "by") != "olga" || text(run, "model") != "small" || text(run, "values", 2, "evidence") != "10 March 2026 01:00 UTC" {
			t.Errorf("proposed %v", run)
		}
		seen := h.want(200, "GET", at, "")
		if text(seen, "state") != "parsing-failed" || text(seen, "proposed", "values", 0, "value") != "TTN-60" || len(field(seen, "notices").([]any)) != 0 {
			t.Errorf("shown %v", seen)
		}
		h.want(404, "GET", "/api/v1/maintenances/zayo-TTN-60", "")
		body, err := json.Marshal(field(seen, "proposed", "fill"))
		if err != nil {
			t.Fatal(err)
		}
		h.want(428, "POST", at+"/fill", string(body))
		done := h.want(200, "POST", at+"/fill", string(body), "If-Match", h.tag(at))
		if text(done, "maintenances", 0) != "zayo-TTN-60" || text(done, "item", "acts", 0, "reason") != "as proposed by small" || text(done, "item", "acts", 0, "author") != "olga" {
			t.Errorf("taken over: %v", done)
		}
		if m := h.want(200, "GET", "/api/v1/maintenances/zayo-TTN-60", ""); text(m, "status") != "CONFIRMED" {
			t.Errorf("the maintenance: %v", m)
		}
		h.want(422, "POST", at+"/propose", `{"again":true}`) // there is nothing to ask about any more

		other := "/api/v1/review/" + h.push(workMail("TTN-61"))
		if run := h.want(200, "POST", other+"/propose", `{}`); !strings.Contains(text(run, "error"), "cannot be used") || text(run, "fill") != "<nil>" {
			t.Errorf("an answer that is none: %v", run)
		}
		h.want(200, "POST", other+"/propose", `{}`)
		if got := h.ask("operator", "POST", other+"/propose", `{}`); got.Code != 422 || !strings.Contains(got.Body.String(), "used up") {
			t.Errorf("a fourth question: %d %s", got.Code, got.Body)
		}
		h.want(404, "POST", "/api/v1/review/019a0000-0000-7000-8000-000000000009/propose", `{}`)
		h.want(422, "POST", other+"/propose", `{"again":"yes"}`)
	})
}
