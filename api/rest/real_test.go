package rest_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/api/rest"
	"lineman/ingest"
	"lineman/internal/access"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/notify"
	"lineman/parsers"
	"lineman/parsers/provider"
)

// house is the API on a real store with a few records.
type house struct {
	t *testing.T
	s *store.Store
	h http.Handler
	p *ingest.Pipeline
}

// roles are the tokens that every house knows.
var roles = map[string]models.Principal{
	"viewer":   {Name: "vic", Role: models.RoleViewer, Scope: models.ScopeAll},
	"operator": {Name: "olga", Role: models.RoleOperator, Scope: models.ScopeAll},
	"admin":    {Name: "ada", Role: models.RoleAdmin, Scope: models.ScopeAll},
	"berlin":   {Name: "bo", Role: models.RoleOperator, Scope: models.Scope{Sites: []string{"Berlin"}}},
}

type principals map[string]models.Principal

func (p principals) Authenticate(_ context.Context, secret string) (models.Principal, error) {
	who, known := p[secret]
	if !known {
		return who, access.ErrUnauthorized
	}
	return who, nil
}

func houses(t *testing.T, f func(t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		pipeline := pipelineOf(t, s)
		api := gated(t, rest.Options{
			Review: ingest.NewDesk(pipeline, s), Matching: s, Proposer: proposer(t, s),
			Reader: s, Writer: s, Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler), Version: "1",
			Source:    func(string) rest.SourceSetting { return rest.SourceSetting{AttachAll: true} },
			Announcer: desk(t, s),
			Accounts:  access.Accounts{Store: s, Random: rand.Reader, Now: func() time.Time { return noon }},
		}, access.GateOptions{Tokens: principals(roles)})
		h := &house{t: t, s: s, h: api, p: pipeline}
		h.furnish()
		f(t, h)
	})
}

// pipelineOf reads what is handed over.
func pipelineOf(t *testing.T, s *store.Store) *ingest.Pipeline {
	t.Helper()
	p, err := ingest.New(ingest.Options{
		Store: s, Engine: parsers.NewEngine(provider.All()), Owner: "test", Now: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// desk keeps subscriptions to one destination, which nothing is sent to.
func desk(t *testing.T, s *store.Store) *notify.Desk {
	t.Helper()
	o := notify.Options{Now: func() time.Time { return noon }, Target: func(name string) (notify.Target, error) {
		if name != "noc" {
			return notify.Target{}, models.Invalid("destination", "there is no destination called %q", name)
		}
		return notify.Target{Name: name, Kind: "chat"}, nil
	}}
	words, err := notify.NewTemplates(notify.TemplateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return notify.NewDesk(o, s, notify.NewRouter(o, s), words, "UTC")
}

// furnish has zayo announce work on two circuits, and lumen on one.
func (h *house) furnish() {
	h.t.Helper()
	ctx := h.t.Context()
	check := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	_, err := h.s.ImportSites(ctx, []models.SiteRow{{Line: 2, Name: "Berlin", Region: "EU"}, {Line: 3, Name: "Oslo", Region: "EU"}})
	check(err)
	_, err = h.s.ImportCircuits(ctx, []models.CircuitRow{
		{Line: 2, CID: "Z-1", Provider: "zayo", Type: "Transit", SiteA: "Berlin", Tags: []string{"core"}},
		{Line: 3, CID: "Z-2", Provider: "zayo", Type: "Transit", SiteA: "Oslo"},
		{Line: 4, CID: "L-1", Provider: "lumen", Type: "Wave", SiteA: "Oslo", SiteZ: "Berlin"},
	})
	check(err)
	source, err := h.s.EnsureSource(ctx, "noc-imap", "imap")
	check(err)
	poll, err := h.s.StartPoll(ctx, source.ID)
	check(err)
	check(h.s.FinishPoll(ctx, poll, models.Tally{Fetched: 3}, ""))
	h.tell(source, "zayo", "TTN-1", 1, "Z-1", "Z-2", "LOST")
	h.tell(source, "lumen", "LUM-7", 2, "L-1")
}

// tell keeps a mail of a provider and what it says.
func (h *house) tell(source models.Source, slug, id string, n int, cids ...string) {
	h.t.Helper()
	providers, err := h.s.Providers(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	at := providers[slices.IndexFunc(providers, func(p models.Provider) bool { return p.Slug == slug })]
	kept, err := h.s.Keep(h.t.Context(), source.ID, models.Cursor{Folder: "INBOX", UIDValidity: 1, UID: uint32(n)}, []models.Arrival{{
		Message: models.MailboxMessage{Ref: models.MailRef{Folder: "INBOX", UIDValidity: 1, UID: uint32(n)}, MessageID: fmt.Sprint(id, n, "@mail.example"), Subject: "Work " + id, Received: noon.Add(time.Duration(n) * time.Minute), Size: 10},
		Raw:     []byte(fmt.Sprint("Subject: Work ", id, n)),
	}})
	if err != nil {
		h.t.Fatal(err)
	}
	w := models.NoticeWindow{Kind: models.WindowPrimary, Start: noon.AddDate(0, 0, n), End: noon.AddDate(0, 0, n).Add(2 * time.Hour)}
	for _, cid := range cids {
		w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid, Impact: models.ImpactOutage})
	}
	_, err = h.s.Apply(h.t.Context(), []models.Verdict{{
		RawID: kept[0].RawID, ProviderID: at.ID, Sender: "noc@" + slug + ".example", State: models.StateParsed, ParserVersion: "1", Cause: models.CauseLive,
		Notices: []models.Notice{{
			Provider: slug, MaintenanceID: id, Account: "ACME", Organizer: "noc@" + slug + ".example", Summary: "Splicing " + id, UID: "0", Sequence: 1,
			Status: models.StatusConfirmed, Windows: []models.NoticeWindow{w}, Parser: slug + "/html",
		}},
	}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// ask sends a request with a token; body is JSON or empty.
func (h *house) ask(token, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://lineman.example"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Token "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.h.ServeHTTP(w, r)
	return w
}

// want asks as an operator and gives the JSON of an answer with this status.
func (h *house) want(status int, method, path, body string, headers ...string) any {
	h.t.Helper()
	w := h.ask("operator", method, path, body, headers...)
	if w.Code != status {
		h.t.Fatalf("%s %s: %d, want %d: %s", method, path, w.Code, status, w.Body)
	}
	var v any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return v
}

// field walks into JSON: field(v, "results", 0, "name").
func field(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func text(v any, path ...any) string { return fmt.Sprint(field(v, path...)) }

// names gives one field of the rows of a list, sorted.
func (h *house) names(path, key string) []string {
	h.t.Helper()
	rows, _ := field(h.want(http.StatusOK, http.MethodGet, path, ""), "results").([]any)
	list := []string{}
	for _, r := range rows {
		list = append(list, text(r, key))
	}
	slices.Sort(list)
	return list
}

// TestAScriptOfTheApp does over the app's paths what scripts do.
func TestAScriptOfTheApp(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		circuit := text(h.want(200, "GET", "/api/v1/circuits?cid=L-1", ""), "results", 0, "id")
		made := h.want(201, "POST", app+"maintenance/", `{"name":"zayo-X-1","start_time":"2026-04-01 10:00","end_time":"2026-04-01T12:00:00Z","description":"new","status":"CONFIRMED"}`)
		id := text(made, "id")
		if text(made, "name") != "zayo-X-1" || text(made, "status") != "CONFIRMED" || text(made, "start_time") != "2026-04-01T10:00:00Z" || text(made, "ack") != "false" || text(made, "url") != "http://lineman.example"+app+"maintenance/"+id+"/" {
			t.Errorf("made %v", made)
		}
		impact := h.want(201, "POST", app+"circuitimpact/", fmt.Sprintf(`{"maintenance":%q,"circuit":%q}`, id, circuit))
		if text(impact, "impact") != "OUTAGE" || text(impact, "circuit") != circuit || text(impact, "maintenance") != id {
			t.Errorf("impact %v", impact)
		}
		h.want(422, "POST", app+"circuitimpact/", fmt.Sprintf(`{"maintenance":%q,"circuit":%q}`, id, circuit))
		h.want(422, "POST", app+"circuitimpact/", fmt.Sprintf(`[{"maintenance":%[1]q,"circuit":"Z-1"},{"maintenance":%[1]q,"circuit":"z-1"}]`, id))
		one := app + "circuitimpact/" + text(impact, "id") + "/"
		if now := h.want(200, "PATCH", one, `{"impact":"DEGRADED"}`); text(now, "impact") != "DEGRADED" || text(now, "id") != text(impact, "id") {
			t.Errorf("impact %v", now)
		}
		h.want(422, "PATCH", one, `{"circuit":"Z-1"}`)
		note := h.want(201, "POST", app+"note/", fmt.Sprintf(`{"maintenance":%q,"title":"call","comment":"they called","level":"WARNING"}`, id))
		h.want(422, "POST", app+"note/", fmt.Sprintf(`{"maintenance":%q,"title":"call","comment":"again"}`, id))
		if now := h.want(200, "PATCH", app+"note/"+text(note, "id")+"/", `{"comment":"twice"}`); text(now, "comment") != "twice" || text(now, "title") != "call" {
			t.Errorf("note %v", now)
		}
		// A whole object is sent back with one field changed.
		whole, _ := h.want(200, "GET", app+"maintenance/"+id+"/", "").(map[string]any)
		whole["ack"], whole["end_time"] = true, "2026-04-01T13:00:00Z"
		sent, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		if now := h.want(200, "PUT", app+"maintenance/"+id+"/", string(sent)); text(now, "ack") != "true" || text(now, "end_time") != "2026-04-01T13:00:00Z" || text(now, "description") != "new" {
			t.Errorf("now %v", now)
		}
		if got := h.names(app+"maintenance/?ack=true", "name"); !cmp.Equal(got, []string{"zayo-X-1"}) {
			t.Errorf("acknowledged %v", got)
		}
		h.want(204, "DELETE", one, "")
		h.want(404, "GET", one, "")
		h.want(204, "DELETE", app+"note/"+text(note, "id"), "")
		h.want(404, "GET", app+"note/"+text(note, "id"), "")
		h.want(204, "DELETE", app+"maintenance/"+id+"/", "")
		h.want(404, "GET", app+"maintenance/"+id+"/", "")
		h.want(201, "POST", app+"maintenance/", `{"name":"zayo-X-1","start_time":"2026-04-02","end_time":"2026-04-03"}`)
	})
}

// TestBulk: lists are written all or none.
func TestBulk(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		before := h.want(200, "GET", app+"maintenance/", "")
		a, b := text(before, "results", 0, "id"), text(before, "results", 1, "id")
		list := func(rows ...string) string { return "[" + strings.Join(rows, ",") + "]" }
		for name, tc := range map[string]struct {
			status       int
			method, body string
			names        string
		}{
			"unknown id":   {404, "PATCH", list(`{"id":"`+a+`","description":"x"}`, `{"id":"00000000-0000-4000-8000-000000000000","description":"y"}`), "body[1].id"},
			"bad status":   {422, "PATCH", list(`{"id":"`+a+`","description":"x"}`, `{"id":"`+b+`","status":"DONE"}`), "body[1].status"},
			"no id":        {422, "PATCH", list(`{"id":"`+a+`","description":"x"}`, `{"description":"y"}`), "body[1].id"},
			"end first":    {422, "PATCH", list(`{"id":"`+a+`","description":"x"}`, `{"id":"`+b+`","end_time":"2020-01-01"}`), "body[1].end_time"},
			"other name":   {422, "PATCH", list(`{"id":"`+a+`","description":"x"}`, `{"id":"`+b+`","name":"zayo-OTHER"}`), "body[1].name"},
			"lacking":      {422, "PUT", list(`{"id":"` + a + `","description":"x"}`), "body[0].name"},
			"no list":      {422, "PATCH", `{"id":"` + a + `"}`, "body"},
			"twice":        {422, "PATCH", list(`{"id":"`+a+`","description":"x"}`, `{"id":"`+a+`","description":"y"}`), "body[1].id"},
			"empty":        {422, "DELETE", `[]`, "body"},
			"delete wrong": {404, "DELETE", list(`{"id":"`+a+`"}`, `{"id":"00000000-0000-4000-8000-000000000000"}`), "body[1].id"},
			"name taken":   {422, "POST", list(`{"name":"zayo-N","start_time":"2026-04-02","end_time":"2026-04-03"}`, `{"name":"ZAYO-ttn-1","start_time":"2026-04-02","end_time":"2026-04-03"}`), "body[1]."},
		} {
			w := h.ask("operator", tc.method, app+"maintenance/", tc.body)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.names) {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
			if diff := cmp.Diff(before, h.want(200, "GET", app+"maintenance/", "")); diff != "" {
				t.Errorf("%s changed something:\n%s", name, diff)
			}
		}
		done := h.want(200, "PATCH", app+"maintenance/", list(`{"id":"`+a+`","description":"one"}`, `{"id":"`+b+`","status":"CANCELLED"}`))
		if text(done, 0, "description") != "one" || text(done, 1, "status") != "CANCELLED" {
			t.Errorf("done %v", done)
		}
		h.want(201, "POST", app+"maintenance/", list(`{"name":"zayo-N1","start_time":"2026-04-02","end_time":"2026-04-03"}`, `{"name":"own thing","start_time":"2026-04-02","end_time":"2026-04-03"}`))
		h.want(204, "DELETE", app+"maintenance/", list(`{"id":"`+a+`"}`, `{"id":"`+b+`"}`))
		if got := h.names(app+"maintenance/", "name"); !cmp.Equal(got, []string{"own thing", "zayo-N1"}) {
			t.Errorf("left %v", got)
		}
	})
}

// TestFiltersOfTheApp tries each filter for what it finds; the app's own
// provider and circuit filters fail, and its notes have none.
func TestFiltersOfTheApp(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		circuits := h.want(200, "GET", "/api/v1/circuits", "")
		lumen, zayo := "lumen-LUM-7", "zayo-TTN-1"
		cid := text(circuits, "results", 0, "id") // L-1
		provider := text(h.want(200, "GET", "/api/v1/providers/lumen", ""), "id")
		ids := h.want(200, "GET", app+"maintenance/?name="+lumen, "")
		id := text(ids, "results", 0, "id")
		for path, want := range map[string][]string{
			"": {lumen, zayo}, "?q=LUM": {lumen}, "?name=ZAYO-ttn-1": {zayo}, "?name=" + lumen + "&name=" + zayo: {lumen, zayo}, "?status=CONFIRMED": {lumen, zayo},
			"?status=CANCELLED": {}, "?status=CANCELLED&status=CONFIRMED": {lumen, zayo}, "?ack=false": {lumen, zayo}, "?ack=True": {},
			"?provider=zayo": {zayo}, "?provider=Lumen": {lumen}, "?provider=" + provider: {lumen}, "?provider=zayo&provider=lumen": {lumen, zayo}, "?provider=nobody": {},
			"?circuit=z-1": {zayo}, "?circuit=" + cid: {lumen}, "?circuit=LOST": {zayo}, "?circuit=none": {},
			"?start_time=2026-03-04": {lumen}, "?start_time__lte=2026-03-04": {zayo}, "?end_time=2026-03-04T00:00:00Z": {zayo}, "?end_time__gte=2026-03-04T00:00:00Z": {lumen},
			"?description=splicing+ttn": {zayo}, "?tags=core": {zayo}, "?tags=edge": {}, "?created__gte=2020-01-01": {lumen, zayo}, "?created__lte=2020-01-01": {},
			"?last_updated__gte=2020-01-01": {lumen, zayo}, "?last_updated=2020-01-01": {}, "?id=" + id: {lumen}, "?limit=1": {lumen}, "?limit=1&offset=1": {zayo}, "?limit=0": {lumen, zayo},
			"?depth=1&include=circuits": {lumen, zayo}, "?q=100%25": {}, "?q=_": {},
		} {
			if got := h.names(app+"maintenance/"+path, "name"); !cmp.Equal(got, want) {
				t.Errorf("maintenance/%s: %v, want %v", path, got, want)
			}
		}
		for path, want := range map[string]int{
			"circuitimpact/": 3, "circuitimpact/?maintenance=" + zayo: 2, "circuitimpact/?maintenance=" + id: 1, "circuitimpact/?circuit=" + cid: 1, "circuitimpact/?circuit=z-2": 1,
			"circuitimpact/?impact=OUTAGE": 3, "circuitimpact/?impact=DEGRADED": 0, "circuitimpact/?maintenance=" + lumen + "&maintenance=" + zayo: 3,
			"note/": 1, "note/?maintenance=" + zayo: 1, "note/?maintenance=" + id: 0, "note/?q=nonexistent": 1, "note/?level=INFO": 0, "note/?title=none": 0,
			"rawnotification/": 2, "rawnotification/?q=work+ttn": 1, "rawnotification/?since=2026-03-02T12:02:00Z": 1, "rawnotification/?provider=zayo": 1,
			"rawnotification/?source=noc-imap": 2, "rawnotification/?source=x": 0, "rawnotification/?sender=lumen": 1, "rawnotification/?parsed=true": 2, "rawnotification/?parsed=false": 0,
			"rawnotification/?stamp=2026-03-02": 2, "rawnotification/?stamp=2026-03-03": 0,
			"parsednotification/": 2, "parsednotification/?q=lum-7": 1, "parsednotification/?maintenance=" + zayo: 1, "parsednotification/?raw_notification=" + id: 0,
			"notificationsource/": 1, "notificationsource/?q=NOC": 1, "notificationsource/?name=x": 0, "notificationsource/?attach_all_providers=true": 1,
			"notificationsource/?attach_all_providers=false": 0, "notificationsource/?providers=zayo": 1, "notificationsource/?providers=nobody": 0,
		} {
			if got := text(h.want(200, "GET", app+path, ""), "count"); got != fmt.Sprint(want) {
				t.Errorf("%s: %s rows, want %d", path, got, want)
			}
		}
		for _, bad := range []string{"maintenance/?colour=red", "circuitimpact/?colour=1", "note/?colour=", "rawnotification/?cf_x=1", "parsednotification/?colour=1", "notificationsource/?colour=1"} {
			if w := h.ask("operator", "GET", app+bad, ""); w.Code != 400 || !strings.Contains(w.Body.String(), "query.c") {
				t.Errorf("%s: %d %s", bad, w.Code, w.Body)
			}
		}
	})
}

// TestEveryParameterIsAnswered sends some value of every parameter of every
// read, as the description lists them: whatever it is, the server is well.
func TestEveryParameterIsAnswered(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		var doc struct {
			Paths map[string]map[string]struct {
				Parameters []struct{ Name, In string }
			}
		}
		if err := json.Unmarshal(h.ask("admin", "GET", "/openapi.json", "").Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		for path, ops := range doc.Paths {
			for _, name := range []string{"zayo-TTN-1", "00000000-0000-4000-8000-000000000000", "x'y"} {
				at := strings.NewReplacer("{id}", url.PathEscape(name)).Replace(path)
				for _, p := range ops["get"].Parameters {
					for _, v := range []string{"", "1", "true", "CONFIRMED", "2026-03-04", "x'; DROP", "%", "00000000-0000-4000-8000-000000000000"} {
						if p.In != "query" {
							continue
						}
						n++
						w := h.ask("admin", "GET", at+"?"+p.Name+"="+url.QueryEscape(v), "")
						if w.Code != 200 && w.Code != 400 && w.Code != 404 {
							t.Errorf("%s?%s=%s: %d %s", at, p.Name, v, w.Code, w.Body)
						}
						missing := strings.Contains(w.Body.String(), "required query parameter is missing") // another one
						if w.Code == 400 && !missing && !strings.Contains(w.Body.String(), "query."+p.Name) {
							t.Errorf("%s?%s=%s does not name it: %s", at, p.Name, v, w.Body)
						}
					}
				}
				if !strings.Contains(path, "{id}") {
					break
				}
			}
		}
		if n < 500 {
			t.Errorf("only %d requests", n)
		}
	})
}

// TestDepthAndInclude: references are ids, or with depth the objects; include
// adds fields; what may not be seen stays an id.
func TestDepthAndInclude(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		const of = "circuitimpact/?circuit=L-1"
		if row := field(h.want(200, "GET", app+of+"&depth=0", ""), "results", 0); len(text(row, "circuit")) != 36 || len(text(row, "maintenance")) != 36 {
			t.Errorf("depth 0: %v", row)
		}
		row := field(h.want(200, "GET", app+of+"&depth=1", ""), "results", 0)
		if text(row, "maintenance", "name") != "lumen-LUM-7" || text(row, "circuit", "cid") != "L-1" || len(text(row, "circuit", "provider")) != 36 ||
			text(row, "circuit", "url") != "http://lineman.example/api/v1/circuits/"+text(row, "circuit", "id") {
			t.Errorf("depth 1: %v", row)
		}
		if row := h.want(200, "GET", app+"circuitimpact/"+text(row, "id")+"/?depth=2", ""); text(row, "circuit", "provider", "slug") != "lumen" {
			t.Errorf("depth 2: %v", row)
		}
		for path, where := range map[string][]any{
			"note/?depth=1":                                              {"maintenance", "name"},
			"rawnotification/?depth=1&provider=zayo":                     {"provider", "name"},
			"rawnotification/?depth=1&source=noc-imap":                   {"source", "name"},
			"parsednotification/?depth=1":                                {"maintenance", "status"},
			"parsednotification/?depth=2":                                {"raw_notification", "source", "slug"},
			"notificationsource/?depth=1":                                {"providers", 0, "slug"},
			"maintenance/?include=circuits":                              {"circuits", 0},
			"maintenance/?include=circuits&depth=1":                      {"circuits", 0, "cid"},
			"maintenance/?include=providers&include=circuits&depth=1":    {"providers", 0, "slug"},
			"note/?include=computed_fields&include=relationships":        {"relationships"},
			"maintenance/?include=relationships&include=computed_fields": {"computed_fields"},
		} {
			row := field(h.want(200, "GET", app+path, ""), "results", 0)
			one, query, _ := strings.Cut(path, "?")
			q, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			q.Del("provider")
			q.Del("source")
			single := h.want(200, "GET", app+one+text(row, "id")+"/?"+q.Encode(), "")
			for _, v := range []any{row, single} {
				if field(v, where...) == nil {
					t.Errorf("%s: no %v in %v", path, where, v)
				}
			}
		}
		plain := field(h.want(200, "GET", app+"maintenance/", ""), "results", 0)
		for _, name := range []string{"circuits", "providers", "computed_fields", "relationships"} {
			if _, there := plain.(map[string]any)[name]; there {
				t.Errorf("%s is there unasked", name)
			}
		}
		if row := field(h.want(200, "GET", app+"notificationsource/?exclude_m2m=true", ""), "results", 0); field(row, "providers") != nil {
			t.Errorf("with exclude_m2m: %v", row)
		}
		for _, bad := range []string{"depth=11", "depth=-1", "depth=x", "include=secrets", "exclude_m2m=maybe"} {
			if w := h.ask("operator", "GET", app+"maintenance/?"+bad, ""); w.Code != 400 || !strings.Contains(w.Body.String(), "query."+strings.Split(bad, "=")[0]) {
				t.Errorf("%s: %d %s", bad, w.Code, w.Body)
			}
		}
		// Berlin sees the maintenance and its own circuit of it, no mail.
		w := h.ask("berlin", "GET", app+"parsednotification/?depth=3&maintenance=zayo-TTN-1", "")
		if strings.Contains(w.Body.String(), "Work TTN") || !strings.Contains(w.Body.String(), `"raw_notification":"`) {
			t.Errorf("a narrow scope: %s", w.Body)
		}
		w = h.ask("berlin", "GET", app+"maintenance/?depth=3&include=circuits&name=zayo-TTN-1", "")
		if !strings.Contains(w.Body.String(), `"cid":"Z-1"`) || strings.Contains(w.Body.String(), "Z-2") {
			t.Errorf("a narrow scope: %s", w.Body)
		}
		if index := h.want(200, "GET", "/api/", ""); text(index, "plugins") != "http://lineman.example"+app {
			t.Errorf("index %v", index)
		}
		if index := h.want(200, "GET", app, ""); text(index, "note") != "http://lineman.example"+app+"note/" {
			t.Errorf("index %v", index)
		}
	})
}
