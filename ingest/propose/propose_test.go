package propose_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest/propose"
	"lineman/internal/fake/model"
	"lineman/models"
)

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	ctx  = context.Background()
	eva  = models.Principal{Name: "eva", Role: models.RoleOperator, Scope: models.ScopeAll}
)

const canary = "CANARY-key-1"

// memory is a store that keeps all in maps.
type memory struct {
	raws  map[string]models.RawNotification
	runs  []models.ProposalRun
	asked []models.ProposalAsk
	fails error
}

func (m *memory) Raws(_ context.Context, ids []string) (all []models.RawNotification, err error) {
	for _, id := range ids {
		if r, is := m.raws[id]; is {
			all = append(all, r)
		}
	}
	return all, nil
}

func (m *memory) BeginProposal(_ context.Context, by models.Principal, ask models.ProposalAsk) (models.ProposalRun, error) {
	if len(m.runs) >= ask.Limit {
		return models.ProposalRun{}, models.Invalid("propose.per_day", "the questions are used up")
	}
	m.asked = append(m.asked, ask)
	run := models.ProposalRun{ID: fmt.Sprint("run", len(m.runs)), RawID: ask.RawID, Model: ask.Model, By: by.Name, At: noon}
	m.runs = append(m.runs, run)
	return run, nil
}

func (m *memory) EndProposal(_ context.Context, run models.ProposalRun) error {
	for i := range m.runs {
		if m.runs[i].ID == run.ID {
			m.runs[i] = run
		}
	}
	return m.fails
}

func (m *memory) Proposal(_ context.Context, s models.Scope, rawID string) (run models.ProposalRun, err error) {
	for _, r := range m.runs {
		if r.RawID == rawID && s.All {
			run = r
		}
	}
	return run, nil
}

func (m *memory) Unproposed(_ context.Context, _ time.Time, limit int) (ids []string, err error) {
	for id := range m.raws {
		if run, _ := m.Proposal(ctx, models.ScopeAll, id); !run.Asked() && len(ids) < limit {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// stage is a proposer with a fake model behind it.
type stage struct {
	*propose.Proposer
	store   *memory
	model   *model.Server
	log     *bytes.Buffer
	counted map[string]int
}

func newStage(t *testing.T, o model.Options, mails ...string) *stage {
	t.Helper()
	s := &stage{store: &memory{raws: map[string]models.RawNotification{}}, log: &bytes.Buffer{}, counted: map[string]int{}}
	for i, text := range mails {
		id := fmt.Sprint("mail", i)
		s.store.raws[id] = models.RawNotification{ID: id, State: models.StateParsingFailed, Raw: []byte(text)}
	}
	o.Key = canary
	s.model = model.New(o)
	server := httptest.NewServer(s.model)
	t.Cleanup(server.Close)
	client, err := propose.NewClient(propose.ClientOptions{
		URL: server.URL + "/v1/", Model: "small", Key: canary, Timeout: 20 * time.Second, HTTP: server.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Proposer, err = propose.New(propose.Options{
		Model: client, Store: s.store, PerDay: 3, Now: func() time.Time { return noon },
		Logger:  slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Counted: func(outcome string, shown, refused int) { s.counted[outcome]++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// saying is a model that gives one answer, whatever it is asked.
func saying(text string) model.Options {
	return model.Options{Say: func(model.Question) model.Answer { return model.Answer{Text: text} }}
}

// proposing is a model that proposes pairs of fields and values.
func proposing(pairs ...string) model.Options {
	all := []map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, map[string]string{"field": pairs[i], "value": pairs[i+1]})
	}
	text, err := json.Marshal(map[string]any{"proposals": all})
	if err != nil {
		panic(err)
	}
	return saying(string(text))
}

// values gives what is proposed, a line for each.
func values(run models.ProposalRun) (all []string) {
	for _, p := range run.Proposals {
		all = append(all, p.Field+" "+p.Value)
	}
	return all
}

// mailOf is a mail with a text body.
func mailOf(lines ...string) string {
	return "From: NOC <noc@carrier.example>\r\nSubject: Work ahead\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.Join(lines, "\r\n") + "\r\n"
}

// plainWork is a mail that no reader reads, and that says everything.
var plainWork = mailOf("Dear customer,", "our planned work CR-20771 touches line LX/77-1201 and line LX/77-1202.",
	"It begins on 5 March 2026 at 02:00 CET and ends at 06:00 CET.", "Expect an outage of 20 minutes.", "Account: Example Corp")

func TestWhatStandsInTheMailIsProposed(t *testing.T) {
	s := newStage(t, proposing(
		"circuit_id", "LX/77-1202", "circuit_id", "LX/77-1201", "circuit_id", "LX/77-1201", "start", "2026-03-05T01:00:00Z", "end", "2026-03-05T06:00:00+01:00",
		"maintenance_id", "CR-20771", "status", "CONFIRMED", "impact", "outage", "account", "Example  Corp",
		"maintenance_id", "CR-2077", "circuit_id", "LX/77", "circuit_id", "77-1201", "summary", "Work ahead", "status", "TENTATIVE",
	), plainWork)
	run, err := s.Ask(ctx, eva, "mail0", false)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"maintenance_id CR-20771", "account Example Corp", "status CONFIRMED", "start 2026-03-05T01:00:00Z", "end 2026-03-05T05:00:00Z",
		"circuit_id LX/77-1202", "circuit_id LX/77-1201", "impact OUTAGE",
	}
	if diff := cmp.Diff(want, values(run)); diff != "" {
		t.Error(diff)
	}
	if run.Refused != 5 || run.By != "eva" || run.Model != "small" || run.Proposals[0].Model != "small" || run.Answered != noon {
		t.Errorf("%+v", run)
	}
	if got := run.Proposals[3]; got.Evidence != "5 March 2026 at 02:00 CET" || got.Part != 0 {
		t.Errorf("evidence %+v", got)
	}
	if got := run.Proposals[7].Evidence; got != "Expect an outage of 20 minutes." {
		t.Errorf("evidence %q", got)
	}
	if diff := cmp.Diff(run, s.store.runs[0]); diff != "" || s.counted[propose.Answered] != 1 {
		t.Errorf("kept, counted %v: %s", s.counted, diff)
	}
}

// A model is asked once, until somebody wants to ask again, and a day has an
// end.
func TestQuestionsAreFew(t *testing.T) {
	s := newStage(t, proposing("maintenance_id", "CR-20771"), plainWork)
	for range 3 {
		if run, err := s.Ask(ctx, eva, "mail0", false); err != nil || len(run.Proposals) != 1 {
			t.Fatalf("%+v, %v", run, err)
		}
	}
	if n := len(s.model.Asked()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	var err error
	for range 3 {
		_, err = s.Ask(ctx, eva, "mail0", true)
	}
	if input := new(models.InputError); !errors.As(err, &input) || input.Field != "propose.per_day" || len(s.model.Asked()) != 3 || s.counted[propose.Limited] != 1 {
		t.Errorf("%v after %d questions", err, len(s.model.Asked()))
	}
	if run, err := s.Last(ctx, models.ScopeAll, "mail0"); err != nil || len(run.Proposals) != 1 {
		t.Errorf("the last: %+v, %v", run, err)
	}
}

func TestNothingToAsk(t *testing.T) {
	tests := map[string]struct {
		raw  models.RawNotification
		want string
	}{
		"read":        {models.RawNotification{State: models.StateParsed, Raw: []byte(plainWork)}, "it is parsed"},
		"distrusted":  {models.RawNotification{State: models.StateNeedsReview, Raw: []byte(plainWork)}, "it is needs-review"},
		"quarantined": {models.RawNotification{State: models.StateQuarantined, Raw: []byte(plainWork)}, "it is quarantined"},
		"removed":     {models.RawNotification{State: models.StateParsingFailed, Deleted: true}, "its bytes are gone"},
		"no text":     {models.RawNotification{State: models.StateParsingFailed, Raw: []byte("From: a@b.example\r\n\r\n\r\n")}, "shows no text"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, proposing())
			s.store.raws["x"] = tt.raw
			_, err := s.Ask(ctx, eva, "x", false)
			if input := new(models.InputError); !errors.As(err, &input) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if len(s.model.Asked())+len(s.store.runs) != 0 {
				t.Error("the model was asked")
			}
		})
	}
	s := newStage(t, proposing(), plainWork)
	narrow := eva
	narrow.Scope = models.Scope{Providers: []string{"zayo"}}
	for who, id := range map[string]string{"nobody": "mail9", "narrow": "mail0"} {
		by := eva
		if who == "narrow" {
			by = narrow
		}
		if _, err := s.Ask(ctx, by, id, false); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("%s: %v", who, err)
		}
	}
}

// What goes out names nobody and opens nothing.
func TestWhatGoesOut(t *testing.T) {
	s := newStage(t, proposing(), mailOf("Circuit LX/77-1201, 2026-03-05 02:00 +0100 - 06:00, 2026-03-05 12:00 +1030 2026",
		"Ada Lovelace <ada@carrier.example> +49 30 1234567, Tel: (030) 123 45 67", "https://portal.carrier.example/x?token=CANARY-2 www.carrier.example/CANARY-3",
		"Password: CANARY-4, PIN 4711, API key = CANARY-5"), "Subject: s\r\nContent-Type: text/html\r\n\r\n<p>seen</p><p style='display:none'>unseen</p><a href='https://x.example/CANARY-6'>here</a>")
	for _, id := range []string{"mail0", "mail1"} {
		if _, err := s.Ask(ctx, eva, id, false); err != nil {
			t.Fatal(err)
		}
	}
	asked := s.model.Asked()
	for _, want := range []string{"Circuit LX/77-1201, 2026-03-05 02:00 +0100 - 06:00, 2026-03-05 12:00 +1030 2026", "Ada Lovelace", "Subject: Work ahead"} {
		if !strings.Contains(asked[0].Data, want) {
			t.Errorf("no %q in %s", want, asked[0].Data)
		}
	}
	for _, bad := range []string{"CANARY", "@", "1234567", "123 45 67", "4711", "unseen", "carrier.example"} {
		if strings.Contains(asked[0].Data+asked[1].Data, bad) {
			t.Errorf("%q goes out: %s %s", bad, asked[0].Data, asked[1].Data)
		}
	}
	if asked[0].Task != asked[1].Task || asked[0].Settings["max_tokens"] == nil || asked[0].Settings["tools"] != nil {
		t.Errorf("settings %v", asked[0].Settings)
	}
}

// An endpoint that does not take the settings is asked without them.
func TestPlainEndpoint(t *testing.T) {
	o := proposing("maintenance_id", "CR-20771")
	o.Plain = true
	s := newStage(t, o, plainWork)
	if run, err := s.Ask(ctx, eva, "mail0", false); err != nil || len(run.Proposals) != 1 {
		t.Errorf("%+v, %v", run, err)
	}
}

// Whatever an endpoint does, the error says what to do, shows no key, and is
// kept with the question.
func TestFailures(t *testing.T) {
	tests := map[string]struct {
		answer model.Answer
		want   string
	}{
		"refused":         {model.Answer{Status: http.StatusUnauthorized, Text: canary}, "check propose.secret"},
		"unknown model":   {model.Answer{Status: http.StatusNotFound, Text: canary}, "check propose.url and propose.model"},
		"too many":        {model.Answer{Status: http.StatusTooManyRequests, Text: canary}, "try again later"},
		"broken":          {model.Answer{Status: http.StatusInternalServerError, Text: canary}, "try again later"},
		"redirect":        {model.Answer{Status: http.StatusFound, Header: http.Header{"Location": {"http://127.0.0.1:1/" + canary}}}, "redirect"},
		"a page":          {model.Answer{Body: "<html>" + canary}, "does not answer as an OpenAI-compatible one"},
		"no choices":      {model.Answer{Body: `{"choices":[]}`}, "does not answer as an OpenAI-compatible one"},
		"a flood":         {model.Answer{Body: strings.Repeat("x", 1<<20)}, "more than"},
		"a broken answer": {model.Answer{Body: "x", Header: http.Header{"Content-Length": {"100"}}}, "broke off"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, model.Options{Say: func(model.Question) model.Answer { return tt.answer }}, plainWork)
			_, err := s.Ask(ctx, eva, "mail0", false)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("%v, want %q", err, tt.want)
			}
			if kept := s.store.runs[0]; kept.Error != err.Error() || kept.Answered.IsZero() || len(kept.Proposals) != 0 || s.counted[propose.Failed] != 1 {
				t.Errorf("kept %+v", kept)
			}
			if all := err.Error() + s.log.String() + fmt.Sprint(s.store.runs); strings.Contains(all, canary) {
				t.Errorf("the key shows: %s", all)
			}
			if _, err := s.Ask(ctx, eva, "mail0", false); err == nil || len(s.model.Asked()) < 2 {
				t.Error("after a failure nobody can ask again")
			}
		})
	}
}

// Mail that failed is asked about once each, and a failure ends the round.
func TestSweep(t *testing.T) {
	s := newStage(t, proposing("maintenance_id", "CR-20771"), plainWork, plainWork)
	for range 3 {
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.model.Asked()) != 2 || s.store.runs[0].By != "lineman" {
		t.Errorf("asked %d times: %+v", len(s.model.Asked()), s.store.runs)
	}
	s = newStage(t, saying("no JSON"), plainWork, plainWork)
	if err := s.Sweep(ctx); err != nil || len(s.model.Asked()) != 1 {
		t.Errorf("%v after %d questions", err, len(s.model.Asked()))
	}
}

func TestNewClient(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://api.example.net/v1": true, "http://127.0.0.1:11434": true, "": false, "api.example.net": false, "file:///etc/passwd": false,
		"https://u:p@api.example.net": false, "https://api.example.net?x=1": false,
	} {
		_, err := propose.NewClient(propose.ClientOptions{URL: address, Model: "small", Timeout: time.Second, HTTP: http.DefaultClient})
		if (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}
