package app

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lineman/internal/config"
	"lineman/internal/fake/model"
	"lineman/models"
)

// A model that answers, one that lies and one that is broken: the mail stays
// what it is, the next one is read, and the key shows nowhere.
func TestProposalsChangeNothing(t *testing.T) {
	const key = "CANARY-key"
	answers := []model.Answer{
		{Text: `{"proposals":[{"field":"maintenance_id","value":"CR-0"},{"field":"status","value":"CANCELLED"},{"field":"account","value":"` + key + `"}]}`},
		{Status: http.StatusBadGateway, Text: key},
	}
	fake := model.New(model.Options{Key: key, Say: func(q model.Question) model.Answer {
		if strings.Contains(q.Data, "CR-0") {
			return answers[0]
		}
		return answers[1]
	}})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	var log bytes.Buffer
	a := open(t, func(o *Options) {
		o.Config.Propose = config.Propose{URL: server.URL + "/v1", Model: "small", Secret: key, Timeout: o.Config.Propose.Timeout, PerDay: 100, Automatic: true, AllowPrivate: []string{"127.0.0.1"}}
		o.Config.Metrics.Public = true
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	push := func(n int) string {
		raw := fmt.Sprintf("From: mr@zayo.com\r\nSubject: Work ahead\r\nDate: %s\r\nMessage-ID: <%d@zayo.com>\r\n\r\nDear Zayo customer, our work CR-%d touches line LX. It begins on 5 March 2026 at 02:00 CET, expect an outage. Status CANCELLED.\r\n", a.Now().Format("Mon, 2 Jan 2006 15:04:05 -0700"), n, n)
		pushed, err := a.pipeline.Push(t.Context(), []byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.pipeline.Settle(t.Context(), pushed.ID); err != nil {
			t.Fatal(err)
		}
		return pushed.ID
	}
	ids := []string{push(0), push(1)}
	for range 3 {
		if err := a.proposals(t.Context(), models.Job{Kind: models.JobPropose}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(fake.Asked()); n != 2 {
		t.Errorf("asked %d times about 2 mails", n)
	}
	for i, id := range ids {
		if state, err := a.pipeline.State(t.Context(), id); err != nil || state != models.StateParsingFailed {
			t.Errorf("mail %d is %s, %v", i, state, err)
		}
	}
	good, err := a.Proposed(t.Context(), ids[0])
	if err != nil || len(good.Proposals) != 1 || good.Proposals[0].Value != "CR-0" || good.Refused != 2 || good.By != "lineman" {
		t.Errorf("%+v, %v", good, err)
	}
	bad, err := a.Proposed(t.Context(), ids[1])
	if err != nil || bad.Error != "ask the model: the endpoint answered 502; try again later" {
		t.Errorf("%+v, %v", bad, err)
	}
	if items, total, err := a.store.Maintenances(t.Context(), models.ScopeAll, models.MaintenanceFilter{}); err != nil || total != 0 {
		t.Errorf("%d maintenances, %v: %v", total, err, items)
	}
	h, err := a.handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	for _, want := range []string{`lineman_propose_questions_total{outcome="answered"} 1`, `lineman_propose_questions_total{outcome="failed"} 1`, `lineman_propose_values_total{result="refused"} 2`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if all := log.String() + w.Body.String() + fmt.Sprintf("%+v %+v %+v", good, bad, a.Config); strings.Contains(all, key) {
		t.Errorf("the key shows: %s", all)
	}
	if state, err := a.pipeline.State(t.Context(), push(2)); err != nil || state != models.StateParsingFailed {
		t.Errorf("the next mail is %s, %v", state, err)
	}
}
