package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/api/graphql"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// graph is GraphQL over a store, for one scope.
func graph(t testing.TB, s *store.Store, scope models.Scope) http.Handler {
	t.Helper()
	h, err := graphql.New(graphql.Options{
		Reader: s, Introspection: true, Logger: slog.New(slog.DiscardHandler),
		Principal: func(context.Context) (models.Principal, bool) {
			return models.Principal{Name: "test", Role: models.RoleViewer, Scope: scope}, true
		},
	})
	ok(t, err)
	return h
}

// ask sends one query and gives status and body.
func ask(h http.Handler, query string) (int, []byte) {
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

// data asks and gives what is below data, without white space.
func data(t testing.TB, h http.Handler, query string) string {
	t.Helper()
	status, body := ask(h, query)
	var answer struct{ Data json.RawMessage }
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s", query, status, body)
	}
	return string(answer.Data)
}

// deep asks for maintenances with circuits, terminations and sites.
const deep = `{circuit_maintenances(limit: 100) {
  id name status ack start_time end_time description provider {name slug}
  circuit_impacts {impact circuit {cid type {name} provider {name slug} terminations {term_side site {name}}}}
}}`

func TestGraphQLAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		h := graph(t, s, models.ScopeAll)
		for query, want := range map[string]string{
			`{circuit_maintenances {name status description start_time}}`: `{"circuit_maintenances":[` +
				`{"name":"lumen-L-1","status":"TENTATIVE","description":"splicing","start_time":"2031-05-07T00:00:00Z"},` +
				`{"name":"zayo-TTN-1","status":"CONFIRMED","description":"splicing","start_time":"2031-05-05T00:00:00Z"}]}`,
			`{circuit_maintenances(name: "ZAYO-ttn-1") {name}}`:                                               `{"circuit_maintenances":[{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(name: ["zayo-TTN-1", "nothing"]) {name}}`:                                  `{"circuit_maintenances":[{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(status: "TENTATIVE") {name}}`:                                              `{"circuit_maintenances":[{"name":"lumen-L-1"}]}`,
			`{circuit_maintenances(ack: true) {name}}`:                                                        `{"circuit_maintenances":[]}`,
			`{circuit_maintenances(ack: false, provider: "zayo") {name ack}}`:                                 `{"circuit_maintenances":[{"name":"zayo-TTN-1","ack":false}]}`,
			`{circuit_maintenances(provider: ["lumen", "` + provider(t, s, "zayo").ID + `"]) {name}}`:         `{"circuit_maintenances":[{"name":"lumen-L-1"},{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(provider: "` + provider(t, s, "zayo").ID + `") {name}}`:                    `{"circuit_maintenances":[{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(circuit: "` + circuitOf(t, s, "L/1").ID + `") {name}}`:                     `{"circuit_maintenances":[{"name":"lumen-L-1"}]}`,
			`{circuit_maintenances(circuit: ["Z/1", "` + circuitOf(t, s, "L/1").ID + `"]) {name}}`:            `{"circuit_maintenances":[{"name":"lumen-L-1"},{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(circuit: "` + provider(t, s, "zayo").ID + `") {name}}`:                     `{"circuit_maintenances":[]}`,
			`{circuit_maintenances(circuit: "l/1") {name}}`:                                                   `{"circuit_maintenances":[{"name":"lumen-L-1"}]}`,
			`{circuit_maintenances(site: "Paris") {name}}`:                                                    `{"circuit_maintenances":[{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(start_time: "2031-05-06") {name}}`:                                         `{"circuit_maintenances":[{"name":"lumen-L-1"}]}`,
			`{circuit_maintenances(end_time: "2031-05-05T06:00:00+02:00") {name}}`:                            `{"circuit_maintenances":[{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenances(q: "ttn") {name windows {ordinal kind end_time}}}`:                         `{"circuit_maintenances":[{"name":"zayo-TTN-1","windows":[{"ordinal":1,"kind":"primary","end_time":"2031-05-05T04:00:00Z"}]}]}`,
			`{circuit_maintenances(limit: 1, offset: 1) {name}}`:                                              `{"circuit_maintenances":[{"name":"zayo-TTN-1"}]}`,
			`{circuit_maintenance(id: "zayo-TTN-1") {name circuitimpact_set {impact circuit {cid}}}}`:         `{"circuit_maintenance":{"name":"zayo-TTN-1","circuitimpact_set":[{"impact":"OUTAGE","circuit":{"cid":"Z/1"}},{"impact":"OUTAGE","circuit":{"cid":"Z/2"}}]}}`,
			`{circuit_maintenance(id: "nothing") {name}}`:                                                     `{"circuit_maintenance":null}`,
			`{circuit_maintenances(q: "L-1") {circuits {cid account impact circuit {cid}} notes {title}}}`:    `{"circuit_maintenances":[{"circuits":[{"cid":"L/1","account":"Example Corp","impact":"OUTAGE","circuit":{"cid":"L/1"}},{"cid":"L/9","account":"Example Corp","impact":"OUTAGE","circuit":null}],"notes":[{"title":"Nonexistent circuit ID L/9"}]}]}`,
			`{circuit_impacts(impact: ["OUTAGE"], circuit: "Z/1") {impact maintenance {name} circuit {cid}}}`: `{"circuit_impacts":[{"impact":"OUTAGE","maintenance":{"name":"zayo-TTN-1"},"circuit":{"cid":"Z/1"}}]}`,
			`{circuit_impacts(impact: ["NO-IMPACT"]) {impact}}`:                                               `{"circuit_impacts":[]}`,
			`{circuit_impacts(maintenance: "lumen-L-1") {circuit {cid}}}`:                                     `{"circuit_impacts":[{"circuit":{"cid":"L/1"}}]}`,
			`{circuits(cid: ["z/1", "C/1"]) {cid provider {slug} type {name} tenant {name} terminations {term_side site {name}} termination_z {site {name}}}}`: `{"circuits":[` +
				`{"cid":"C/1","provider":{"slug":"cogent"},"type":null,"tenant":null,"terminations":[],"termination_z":null},` +
				`{"cid":"Z/1","provider":{"slug":"zayo"},"type":{"name":"Transit"},"tenant":{"name":"red"},"terminations":[{"term_side":"A","site":{"name":"Paris"}},{"term_side":"Z","site":{"name":"Rome"}}],"termination_z":{"site":{"name":"Rome"}}}]}`,
			`{circuits(site: "Rome", type: "Transit") {cid tags {name}}}`:                                                                                 `{"circuits":[{"cid":"L/1","tags":[{"name":"gold"}]},{"cid":"Z/1","tags":[]}]}`,
			`{circuit(id: "` + w.ids["Z/2"] + `") {cid circuit_impacts(limit: 1) {maintenance {name provider {slug}}}}}`:                                  `{"circuit":{"cid":"Z/2","circuit_impacts":[{"maintenance":{"name":"zayo-TTN-1","provider":{"slug":"zayo"}}}]}}`,
			`{sites {name circuits(limit: 2) {cid}}}`:                                                                                                     `{"sites":[{"name":"Paris","circuits":[{"cid":"Z/1"}]},{"name":"Rome","circuits":[{"cid":"L/1"},{"cid":"Z/1"}]}]}`,
			`{sites(name: "Rome") {circuits(limit: 2, offset: 2) {cid}}}`:                                                                                 `{"sites":[{"circuits":[{"cid":"Z/2"}]}]}`,
			`{providers(slug: ["zayo", "cogent"]) {slug circuits {cid} circuit_maintenances {name}}}`:                                                     `{"providers":[{"slug":"cogent","circuits":[{"cid":"C/1"}],"circuit_maintenances":[]},{"slug":"zayo","circuits":[{"cid":"Z/1"},{"cid":"Z/2"}],"circuit_maintenances":[{"name":"zayo-TTN-1"}]}]}`,
			`{notes(maintenance: "lumen-L-1") {level maintenance {name}}}`:                                                                                `{"notes":[{"level":"WARNING","maintenance":{"name":"lumen-L-1"}}]}`,
			`{raw_notifications(parsed: true, limit: 1) {parsed state source parsed_notifications {maintenance {name} windows {circuits {cid impact}}}}}`: `{"raw_notifications":[{"parsed":true,"state":"parsed","source":"noc","parsed_notifications":[{"maintenance":{"name":"lumen-L-1"},"windows":[{"circuits":[{"cid":"L/1","impact":"OUTAGE"},{"cid":"L/9","impact":"OUTAGE"}]}]}]}]}`,
			`{parsed_notifications(maintenance: "zayo-TTN-1") {maintenance_id account sequence}}`:                                                         `{"parsed_notifications":[{"maintenance_id":"TTN-1","account":"Example Corp","sequence":1}]}`,
			`{findings {name}}`: `{"findings":[]}`,
		} {
			if diff := cmp.Diff(want, data(t, h, query)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", query, diff)
			}
		}
	})
}

// TestGraphQLDocs: the queries of the documentation are answered.
func TestGraphQLDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/graphql.md")
	ok(t, err)
	s := storetest.SQLite(t)
	newWorld(t, s)
	h := graph(t, s, models.ScopeAll)
	queries := regexp.MustCompile("(?s)```graphql\n(.*?)```").FindAllSubmatch(text, -1)
	if len(queries) < 5 {
		t.Fatalf("only %d queries found", len(queries))
	}
	for _, q := range queries {
		if answer := data(t, h, string(q[1])); !strings.Contains(answer, "L/1") && !strings.Contains(answer, "zayo-TTN-1") {
			t.Errorf("%s: %s", q[1], answer)
		}
	}
}

// crowd gives a store n more maintenances, each of some circuits of its own
// with two ends, at a hundred sites or so.
func (b *bench) crowd(t testing.TB, n, each int) {
	t.Helper()
	at := func(i int) string { return fmt.Sprint("S/", i%100) }
	var names []string
	var rows []models.CircuitRow
	for i := range 100 {
		names = append(names, at(i))
	}
	for i := range n * each {
		rows = append(rows, models.CircuitRow{CID: fmt.Sprint("N/", i), Provider: "zayo", Type: "Wave", SiteA: at(i), SiteZ: at(7 * i)})
	}
	sites(t, b.s, names...)
	circuits(t, b.s, rows...)
	zayo := provider(t, b.s, "zayo")
	var verdicts []models.Verdict
	for i := range n {
		var cids []string
		for c := range each {
			cids = append(cids, fmt.Sprint("N/", i*each+c))
		}
		verdicts = append(verdicts, verdict(b.mail(), zayo, notice(zayo, fmt.Sprint("MANY-", i), 10+i, cids...)))
		if len(verdicts) == 50 || i == n-1 {
			_, err := b.s.Apply(ctx, verdicts)
			ok(t, err)
			verdicts = nil
		}
	}
}

// TestGraphQLStatements: a query over nested records sends as many statements
// for a hundred records as for one.
func TestGraphQLStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		w.crowd(t, 100, 5)
		for name, test := range map[string]struct {
			scope models.Scope
			query string
			most  int
		}{
			"everything":   {models.ScopeAll, deep, 6},
			"a part":       {models.Scope{Sites: sitesOf(50)}, deep, 6},
			"a provider":   {models.Scope{Providers: []string{"zayo"}}, deep, 6},
			"with windows": {models.ScopeAll, strings.Replace(deep, "circuit_impacts", "windows {start_time} circuit_impacts", 1), 7},
			"back again":   {models.ScopeAll, `{sites {circuits(limit: 10) {cid circuit_impacts(limit: 3) {maintenance {name circuits {cid circuit {cid}}}}}}}`, 10},
		} {
			var answer string
			sent := s.Statements(func() { answer = data(t, graph(t, s, test.scope), test.query) })
			if len(sent) > test.most {
				for i := range sent {
					sent[i] = sent[i][:min(len(sent[i]), 150)]
				}
				t.Errorf("%s: %d statements, want at most %d:\n%s", name, len(sent), test.most, strings.Join(sent, "\n"))
			}
			if n := strings.Count(answer, `"cid":"N/`); n < 50 {
				t.Errorf("%s: only %d circuits in the answer", name, n)
			}
		}
	})
}

// sitesOf names some of the crowd's sites.
func sitesOf(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("S/", i))
	}
	return names
}

// paths are queries that together show every type by every way to it.
var paths = []string{
	`{circuit_maintenances {name description provider {slug tags {name} circuits {cid} circuit_maintenances {name}} circuits {cid circuit {cid}}
	  circuit_impacts {circuit {cid terminations {site {name circuits {cid circuit_impacts {impact}}}}}} notes {title maintenance {name}}
	  parsed_notifications {windows {circuits {cid}} maintenance {name}} windows {ordinal}}}`,
	`{circuit_impacts {circuit {cid tenant {name} tags {name}} maintenance {name circuits {cid}}}}`,
	`{circuits {cid provider {slug circuit_maintenances {name circuits {cid}} circuits {cid}} circuitimpact_set {maintenance {name circuits {cid}}} terminations {site {name tags {name} circuits {cid}}}}}`,
	`{sites {name circuits {cid circuit_impacts {maintenance {name note_set {title}}}}}}`,
	`{providers {slug circuits {cid} circuit_maintenances {name circuits {cid}}}}`,
	`{notes {title comment maintenance {name circuits {cid}}}}`,
	`{parsed_notifications {maintenance_id windows {circuits {cid}} maintenance {name circuits {cid}}}}`,
	`{raw_notifications {subject}}`,
	`{findings(state: "all") {name severity circuits {cid} circuit_maintenances {name circuits {cid}}}}`,
}

// TestGraphQLScopes: who sees one part sees nothing of another by any path, be
// it by asking for it by name or id.
func TestGraphQLScopes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s)
		// Rome loses all that ends there.
		lumen := provider(t, s, "lumen")
		w.receive(lumen, notice(lumen, "L-2", 3, "L/1"))
		if found := data(t, graph(t, s, models.ScopeAll), `{findings(site: "Rome") {severity circuits {cid}}}`); !strings.Contains(found, "isolated") || !strings.Contains(found, "Z/2") {
			t.Fatalf("no finding: %s", found)
		}
		mails := data(t, graph(t, s, models.ScopeAll), `{raw_notifications {id}}`)
		for name, test := range map[string]struct {
			scope   models.Scope
			sees    string
			nothing string // of this
		}{
			"tenant":   {models.Scope{Tenants: []string{"red"}}, "Z/1", `Z/2|L/1|L/9|C/1|L-[12]|lumen|gold|Subject|isolated`},
			"circuit":  {models.Scope{Circuits: []string{w.ids["Z/1"]}}, "Z/1", `Z/2|L/1|L/9|C/1|L-[12]|lumen|gold|Subject|isolated`},
			"tag":      {models.Scope{Tags: []string{"gold"}}, "L/1", `Z/|L/9|C/1|TTN|zayo|red|Subject|isolated`},
			"both":     {models.Scope{Providers: []string{"zayo", "lumen"}}, "isolated", `C/1|cogent|Subject`},
			"provider": {models.Scope{Providers: []string{"cogent"}}, "C/1", `Z/|L/|TTN|L-1|zayo|lumen|Rome|Paris|Subject`},
			"nobody":   {models.Scope{}, "", `[A-Z]`},
		} {
			h := graph(t, s, test.scope)
			secret := regexp.MustCompile(`"[^"]*(` + test.nothing + `)[^"]*"`)
			var all strings.Builder
			for _, q := range paths {
				all.WriteString(data(t, h, q))
			}
			if test.sees != "" && !strings.Contains(all.String(), test.sees) {
				t.Errorf("%s does not see %s", name, test.sees)
			}
			if leak := secret.FindString(all.String()); leak != "" {
				t.Errorf("%s sees %s in %s", name, leak, all.String())
			}
		}
		h := graph(t, s, models.Scope{Tags: []string{"gold"}})
		for _, q := range []string{
			`circuit_maintenance(id: "zayo-TTN-1") {name}`, `circuit(id: "` + w.ids["Z/1"] + `") {cid}`,
			`circuit_maintenances(circuit: "Z/1") {name}`, `circuit_maintenances(circuit: "L/9") {name}`, `circuit_maintenances(site: "Paris") {name}`,
			`circuit_maintenances(name: "zayo-TTN-1") {name}`, `circuit_impacts(circuit: "Z/1") {id}`, `circuit_impacts(maintenance: "zayo-TTN-1") {id}`,
			`circuits(cid: "Z/1") {cid}`, `circuits(site: "Paris") {cid}`, `sites(name: "Paris") {name}`, `providers(slug: "zayo") {slug}`, `providers(slug: "lumen") {slug}`,
			`notes(maintenance: "zayo-TTN-1") {id}`, `notes(q: "L/9") {id}`, `findings(site: "Rome", state: "all") {id}`, `parsed_notifications(maintenance: "zayo-TTN-1") {id}`,
			`raw_notifications(id: ` + idsOf(mails) + `) {id}`, `parsed_notifications(raw_notification: ` + idsOf(mails)[:40] + `]) {maintenance {name}}`,
		} {
			got := data(t, h, "{x: "+q+"}")
			if got != `{"x":[]}` && got != `{"x":null}` && !(strings.HasPrefix(q, "parsed_notifications(raw") && !strings.Contains(got, "zayo")) {
				t.Errorf("%s: %s", q, got)
			}
		}
	})
}

// idsOf makes an argument of the ids in an answer.
func idsOf(answer string) string {
	found := regexp.MustCompile(`"[0-9a-f-]{36}"`).FindAllString(answer, -1)
	slices.Sort(found)
	return "[" + strings.Join(found, ",") + "]"
}
