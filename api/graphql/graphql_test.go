package graphql_test

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

	"lineman/api/graphql"
	"lineman/models"
)

type bed struct {
	*memory
	log   bytes.Buffer
	h     http.Handler
	scope models.Scope
}

func newBed(t *testing.T, introspection bool) *bed {
	t.Helper()
	b := &bed{memory: &memory{each: 1}, scope: models.Scope{Tenants: []string{"red"}}}
	var err error
	b.h, err = graphql.New(graphql.Options{
		Reader: b.memory, Introspection: introspection, Logger: slog.New(slog.NewTextHandler(&b.log, nil)),
		Principal: func(context.Context) (models.Principal, bool) { return models.Principal{Scope: b.scope}, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// send sends a body as JSON.
func (b *bed) send(body string) (int, string) {
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// ask sends a query with variables, as JSON or empty.
func (b *bed) ask(query, variables string) (int, string) {
	text, err := json.Marshal(query)
	if err != nil {
		panic(err)
	}
	if variables == "" {
		variables = "null"
	}
	return b.send(`{"query":` + string(text) + `,"variables":` + variables + `}`)
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct{ query, variables, want string }{
		{`{circuit_maintenances(limit: 1) {id name status start_time revision provider {name slug}}}`, "",
			`{"circuit_maintenances":[{"id":"m0","name":"zayo-m0","status":"RE-SCHEDULED","start_time":"2026-03-02T12:00:00Z","revision":3,"provider":{"name":"Zayo","slug":"zayo"}}]}`},
		{`query Q($name: [String]) {circuit_maintenances(name: $name, limit: 1) {name}}`, `{"name":["zayo-m0"]}`, `{"circuit_maintenances":[{"name":"zayo-m0"}]}`},
		{`query Q($name: String!) {circuit_maintenances(name: [$name], limit: 1) {name}}`, `{"name":"zayo-m0"}`, `{"circuit_maintenances":[{"name":"zayo-m0"}]}`},
		{`{circuit_impacts(impact: ["NO-IMPACT"]) {impact maintenance {status} circuit {cid}}}`, "",
			`{"circuit_impacts":[{"impact":"NO-IMPACT","maintenance":{"status":"RE-SCHEDULED"},"circuit":{"cid":"A/1"}}]}`},
		{`{findings {kind name severity circuits {cid} circuit_maintenances {name}}}`, "",
			`{"findings":[{"kind":"site","name":"Paris","severity":"isolated","circuits":[{"cid":"A/1"}],"circuit_maintenances":[{"name":"zayo-m1"}]}]}`},
		{`{a: notes {title} b: notes {title}}`, "", `{"a":[{"title":"A note"}],"b":[{"title":"A note"}]}`},
		{`query A {notes {id}} `, "", `{"notes":[{"id":"n1"}]}`},
		{`{notes {...N}} fragment N on Note {id ... on Note {title}}`, "", `{"notes":[{"id":"n1","title":"A note"}]}`},
		{"\ufeff# text\n{__typename}", "", `{"__typename":"Query"}`},
	} {
		b := newBed(t, true)
		status, body := b.ask(test.query, test.variables)
		want := `{"data":` + test.want + "}\n"
		if status != http.StatusOK || body != want {
			t.Errorf("%s: %d\n%swant\n%s", test.query, status, body, want)
		}
		for _, s := range b.scopes {
			if diff := cmp.Diff(b.scope, s); diff != "" {
				t.Errorf("%s: read with another scope: %s", test.query, diff)
			}
		}
	}
}

// TestFilters: every argument reaches the reader.
func TestFilters(t *testing.T) {
	yes := true
	b := newBed(t, true)
	for query, check := range map[string]func() string{
		`{circuit_maintenances(id: ["a"], name: ["b"], status: ["RE-SCHEDULED"], ack: true, provider: ["c"], circuit: ["d"], site: ["e"],
		  start_time: "2026-03-02 13:00:00+01:00", end_time: "2026-03-03", q: "f", limit: 7, offset: 8) {id}}`: func() string {
			return cmp.Diff(models.MaintenanceFilter{
				IDs: []string{"a"}, Names: []string{"b"}, Statuses: []models.Status{models.StatusRescheduled}, Acknowledged: &yes, Providers: []string{"c"},
				Circuits: []string{"d"}, Sites: []string{"e"}, Start: models.TimeRange{From: noon}, End: models.TimeRange{To: noon.Add(12 * time.Hour)},
				Query: "f", Page: models.Page{Limit: 7, Offset: 8},
			}, b.filter)
		},
		`{circuit_impacts(id: "a", impact: "OUTAGE", maintenance: "b", circuit: "c") {id}}`: func() string {
			return cmp.Diff(models.ImpactFilter{
				IDs: []string{"a"}, Impacts: []models.Impact{models.ImpactOutage}, Maintenances: []string{"b"}, Circuits: []string{"c"}, Page: models.Page{Limit: 100},
			}, b.impacts)
		},
		`{circuits(id: "a", cid: "b", provider: "c", site: "d", type: "e", q: "f", device: "g", interface: "h", cable: "i", removed: false) {id}}`: func() string {
			return cmp.Diff(models.CircuitFilter{
				IDs: []string{"a"}, CIDs: []string{"b"}, Providers: []string{"c"}, Sites: []string{"d"}, Types: []string{"e"}, Query: "f", Page: models.Page{Limit: 100},
				Devices: []string{"g"}, Interfaces: []string{"h"}, Cables: []string{"i"}, Removed: new(bool),
			}, b.circuits)
		},
		`{raw_notifications(id: "a", provider: "b", source: "c", sender: "d", parsed: true, since: "2026-03-02T12:00:00Z", q: "e") {id}}`: func() string {
			return cmp.Diff(models.MailFilter{
				IDs: []string{"a"}, Providers: []string{"b"}, Sources: []string{"c"}, Sender: "d", Parsed: &yes, Received: models.TimeRange{From: noon}, Query: "e",
				Page: models.Page{Limit: 100},
			}, b.mails)
		},
		`{parsed_notifications(id: "a", maintenance: "b", raw_notification: "c", q: "d") {id}}`: func() string {
			return cmp.Diff(models.NoticeFilter{IDs: []string{"a"}, Maintenances: []string{"b"}, Raws: []string{"c"}, Query: "d", Page: models.Page{Limit: 100}}, b.notices)
		},
		`{findings(site: "a", group: "b", severity: "risk", state: "all") {id}}`: func() string {
			return cmp.Diff(models.FindingFilter{
				Sites: []string{"a"}, Groups: []string{"b"}, Severities: []models.Severity{models.SeverityRisk}, State: models.FindingsAll, Page: models.Page{Limit: 100},
			}, b.findings)
		},
		`{circuits {circuit_impacts(limit: 3, offset: 4) {id}}}`: func() string {
			return cmp.Diff(models.Page{Limit: 3, Offset: 4}, b.batch.Page)
		},
	} {
		if status, body := b.ask(query, ""); status != http.StatusOK {
			t.Errorf("%s: %d %s", query, status, body)
		} else if diff := check(); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// nested gives a query n levels deep.
func nested(n int) string {
	q := "{circuit_impacts"
	for i := range n - 2 {
		q += []string{"{circuit", "{circuit_impacts"}[i%2]
	}
	return q + "{id}" + strings.Repeat("}", n-1)
}

// growing gives a query of n fragments, each of which holds the next one twice.
func growing(n int) string {
	q := "{notes {...F0 ...F0}}"
	for i := range n {
		q += fmt.Sprintf(" fragment F%d on Note {...F%d ...F%d}", i, i+1, i+1)
	}
	return q + fmt.Sprintf(" fragment F%d on Note {id}", n)
}

// TestRefusals: hostile and mistaken queries get a sentence that says what and
// where, and read nothing.
func TestRefusals(t *testing.T) {
	many := func(n int, text string) string { return strings.Repeat(text, n) }
	aliases := func(n int) (q string) {
		for i := range n {
			q += fmt.Sprintf("a%d: notes {id} ", i)
		}
		return "{" + q + "}"
	}
	for name, test := range map[string]struct{ query, variables, want string }{
		"depth 50":              {nested(50), "", "exceeds max depth 8"},
		"depth 9":               {nested(9), "", "exceeds max depth 8"},
		"depth by fragments":    {`{circuit_impacts {...A}} fragment A on CircuitImpact {circuit {circuit_impacts {circuit {circuit_impacts {circuit {circuit_impacts {circuit {id}}}}}}}}`, "", "exceeds max depth 8"},
		"aliases":               {aliases(1000), "", "1000 aliases; at most 20"},
		"one alias too many":    {aliases(21), "", "21 aliases; at most 20"},
		"aliases in a fragment": {"{...F} fragment F on Query " + aliases(21), "", "at most 20"},
		"a name after #":        {"{ a #\n : notes {id} " + strings.TrimPrefix(aliases(20), "{"), "", "21 aliases"},
		"fragment cycle":        {`{circuit_impacts {...A}} fragment A on CircuitImpact {circuit {circuit_impacts {...A}}}`, "", "exceeds max depth 8"},
		"fragment in itself":    {`{notes {...A}} fragment A on Note {...B} fragment B on Note {...A}`, "", "spread"},
		"growing fragments":     {growing(20), "", "selections"},
		"fields":                {"{" + many(1500, "notes{id}") + "}", "", ""},
		"wide":                  {"{notes{" + many(15_000, "id ") + "}}", "", "longer than 32768 bytes"},
		"limit":                 {`{circuit_maintenances(limit: 1000000000) {id}}`, "", `limit: 1000000000 is no size of a page; ask for 1 to 100 rows`},
		"limit as a float":      {`{circuit_maintenances(offset: 1, limit: 1e9) {id}}`, "", `limit: Int cannot represent`},
		"limit in a variable":   {`query Q($l: Int) {circuit_maintenances(limit: $l) {id}}`, `{"l": 1e9}`, `limit: 1000000000 is no size`},
		"limit beyond Int":      {`query Q($l: Int) {circuit_maintenances(limit: $l) {id}}`, `{"l": 1e19}`, `l`},
		"first":                 {`{circuit_maintenances(first: 1000000000) {id}}`, "", `Unknown argument "first"`},
		"no limit":              {`{circuit_maintenances(limit: 0) {id}}`, "", `limit: 0 is no size of a page`},
		"negative limit":        {`{circuits {circuit_impacts(limit: -1) {id}}}`, "", `limit: -1 is no size of a page`},
		"negative offset":       {`{circuit_maintenances(offset: -1) {id}}`, "", `offset: -1 is no number of rows to leave out`},
		"status":                {`{circuit_maintenances(status: "DONE") {id}}`, "", `status: "DONE" is none of TENTATIVE, CONFIRMED`},
		"impact":                {`{circuit_impacts(impact: ["BAD"]) {id}}`, "", `impact: "BAD" is none of NO-IMPACT`},
		"severity":              {`{findings(severity: "bad") {id}}`, "", `severity: "bad" is none of isolated, degraded, risk`},
		"state":                 {`{findings(state: "bad") {id}}`, "", `state: "bad" is none of open, closed, all`},
		"level":                 {`{notes(level: "bad") {id}}`, "", `level: "bad" is none of INFO, WARNING`},
		"time":                  {`{circuit_maintenances(start_time: "soon") {id}}`, "", `"soon" is no DateTime; write it like 2026-03-02T12:00:00Z`},
		"NUL":                   {`{circuit_maintenances(q: "a\u0000b") {id}}`, "", "q: a value holds bytes that are no text"},
		"long value":            {`{circuit_maintenances(name: "` + many(301, "x") + `") {id}}`, "", "name: a value is longer than 300 bytes"},
		"many values":           {`{circuit_maintenances(name: [` + many(101, `"x",`) + `]) {id}}`, "", "name: 101 values are too many"},
		"no values":             {`{circuit_maintenances(name: []) {id}}`, "", "name: an empty list fits nothing"},
		"unknown field":         {`{circuit_maintenances {password}}`, "", `Cannot query field "password"`},
		"unknown argument":      {`{circuit_maintenances(statuses: "X") {id}}`, "", `Unknown argument "statuses"`},
		"wrong type":            {`{circuit_maintenances(name: "ü (b: c",` + "\n\t" + `ack: "maybe") {id}}`, "", "ack: Boolean cannot represent"},
		"wrong variable":        {`query Q($a: Boolean) {circuit_maintenances(ack: $a) {id}}`, `{"a": "maybe"}`, "a"},
		"variable not declared": {`{circuit_maintenances(ack: $a) {id}}`, `{"a": true}`, `"$a" is not defined`},
		"no operation":          {`fragment A on Note {id}`, "", "never used"},
		"syntax":                {`{circuit_maintenances {`, "", "syntax error"},
		"change":                {`mutation {delete {id}}`, "", ""},
		"subscription":          {`subscription {notes {id}}`, "", ""},
		"nested blocks":         {many(10_000, "{a"), "", "nesting depth"},
		"nested lists":          {`{circuit_maintenances(name: ` + many(10_000, "["), "", "nesting depth"},
		"schema within schema":  {`{__schema {types {fields {type {fields {type {fields {type {name}}}}}}}}}`, "", "/graphql/schema gives all of it"},
		"schema and records":    {"{__schema # \r } fragment A on Note {id} #\n {types {name}} notes {id}}", "", ""},
		"deep beside schema":    {`query fragment {__typename ` + strings.TrimPrefix(nested(9), "{"), "", "exceeds max depth 8"},
		"deep below schema":     {`{__typename ...F} fragment F on Query ` + nested(9), "", "exceeds max depth 8"},
		"deep inline":           {`{__typename ... on Query ` + nested(9) + `}`, "", "exceeds max depth 8"},
	} {
		b := newBed(t, true)
		status, body := b.ask(test.query, test.variables)
		if want := http.StatusBadRequest; status != want && !(status == http.StatusRequestEntityTooLarge && strings.Contains(test.want, "longer")) {
			t.Errorf("%s: status %d, want %d", name, status, want)
		}
		var answer struct {
			Data   any
			Errors []struct{ Message string }
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil || len(answer.Errors) == 0 || len(answer.Errors) > 10 || answer.Data != nil {
			t.Errorf("%s: %v %.500s", name, err, body)
			continue
		}
		if !strings.Contains(answer.Errors[0].Message, test.want) {
			t.Errorf("%s: %.300q, want %q", name, answer.Errors[0].Message, test.want)
		}
		if len(b.scopes) > 0 && name != "negative limit" {
			t.Errorf("%s: records were read", name)
		}
	}
}

// TestCost: a query is given up before it reads or shows more than is bearable.
func TestCost(t *testing.T) {
	for name, test := range map[string]struct {
		each  int
		query string
	}{
		"too much to read": {10_000, `{circuit_maintenances {circuits {cid}}}`},
		"too much to show": {200, `{circuit_maintenances {a: circuits {cid} b: circuits {cid} c: circuit_impacts {id}}}`},
	} {
		b := newBed(t, true)
		b.each = test.each
		status, body := b.ask(test.query, "")
		if status != http.StatusBadRequest || !strings.Contains(body, "reads more than 25000 records") || len(body) > 500 {
			t.Errorf("%s: %d %.500s", name, status, body)
		}
	}
	b := newBed(t, true)
	b.each = 100
	if status, body := b.ask(`{circuit_maintenances {circuits {cid}}}`, ""); status != http.StatusOK || strings.Count(body, "A/") != 10_000 {
		t.Errorf("%d %.500s", status, body)
	}
	if b.batch.Most > 25_001 {
		t.Errorf("up to %d rows may be read", b.batch.Most)
	}
}

func TestBodies(t *testing.T) {
	b := newBed(t, true)
	for name, test := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"batch":            {`[` + strings.Repeat(`{"query":"{notes{id}}"},`, 999) + `{"query":"{notes{id}}"}]`, 400, "one query in a request"},
		"two values":       {`{"query":"{notes{id}}"}{"query":"{notes{id}}"}`, 400, "more than one JSON value"},
		"empty":            {``, 400, "no JSON of the form"},
		"no JSON":          {`{notes{id}}`, 400, "no JSON of the form"},
		"no query":         {`{"variables":{}}`, 400, "query: there is none"},
		"wrong type":       {`{"query":7}`, 400, "query is a number"},
		"unknown key":      {`{"query":"{notes{id}}","scope":"all"}`, 400, `unknown key \"scope\"`},
		"deep JSON":        {`{"query":"{notes{id}}","variables":` + strings.Repeat(`{"a":`, 20_000) + `1` + strings.Repeat(`}`, 20_000) + `}`, 400, "it cannot be read"},
		"query of 1 MB":    {`{"query":"{notes{id}}` + strings.Repeat(" ", 1<<20) + `"}`, 413, "larger than 262144 bytes"},
		"query of 100 KB":  {`{"query":"{notes{id}}` + strings.Repeat(" ", 100<<10) + `"}`, 413, "longer than 32768 bytes"},
		"other operation":  {`{"query":"query A{notes{id}}","operationName":"B"}`, 400, "B"},
		"known extensions": {`{"query":"{notes{id}}","extensions":{"x":1},"operationName":null}`, 200, "n1"},
	} {
		if status, body := b.send(test.body); status != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %.300s, want %d %s", name, status, body, test.status, test.want)
		}
	}
}

func TestPathsAndMethods(t *testing.T) {
	for _, test := range []struct {
		method, path, kind string
		introspection      bool
		status             int
		want               string
	}{
		{"POST", "/graphql", "application/json", false, 200, `{"data"`},
		{"POST", "/graphql/", "application/json", false, 200, `{"data"`},
		{"POST", "/api/graphql/", "application/json; charset=utf-8", false, 200, `{"data"`},
		{"POST", "/api/graphql", "application/json", false, 200, `{"data"`},
		{"POST", "/graphql", "text/plain", false, 415, "Content-Type: application/json"},
		{"POST", "/graphql", "application/x-www-form-urlencoded", false, 415, "Content-Type: application/json"},
		{"POST", "/graphql", "", false, 415, "Content-Type: application/json"},
		{"GET", "/graphql", "", true, 405, "with POST"},
		{"OPTIONS", "/graphql", "", true, 405, "with POST"},
		{"PUT", "/api/graphql/", "application/json", true, 405, "with POST"},
		{"GET", "/graphql/schema", "", true, 200, "type CircuitMaintenance {"},
		{"POST", "/graphql/schema", "", true, 405, "GET"},
		{"GET", "/graphql/schema", "", false, 403, "graphql.introspection is off"},
		{"GET", "/graphql/else", "", true, 404, ""},
	} {
		b := newBed(t, test.introspection)
		r := httptest.NewRequest(test.method, test.path, strings.NewReader(`{"query":"{notes{id}}"}`))
		r.Header.Set("Content-Type", test.kind)
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s %s as %q: %d %.200s", test.method, test.path, test.kind, w.Code, w.Body)
		}
		if origin := w.Header().Get("Access-Control-Allow-Origin"); origin != "" {
			t.Errorf("%s %s lets %s in", test.method, test.path, origin)
		}
		if w.Code == 200 && (w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store") {
			t.Errorf("%s %s: headers %v", test.method, test.path, w.Header())
		}
	}
}

// standard is the query of the schema as tools send it.
const standard = `query IntrospectionQuery {__schema {queryType {name} mutationType {name} subscriptionType {name} types {...FullType}
  directives {name description locations args {...InputValue}}}}
  fragment FullType on __Type {kind name description fields(includeDeprecated: true) {name description args {...InputValue} type {...TypeRef}
    isDeprecated deprecationReason} inputFields {...InputValue} interfaces {...TypeRef} enumValues(includeDeprecated: true) {name description
    isDeprecated deprecationReason} possibleTypes {...TypeRef}}
  fragment InputValue on __InputValue {name description type {...TypeRef} defaultValue}
  fragment TypeRef on __Type {kind name ofType {kind name ofType {kind name ofType {kind name ofType {kind name ofType {kind name ofType
    {kind name ofType {kind name ofType {kind name ofType {kind name}}}}}}}}}}`

func TestIntrospection(t *testing.T) {
	b := newBed(t, true)
	if status, body := b.ask(standard, ""); status != http.StatusOK || !strings.Contains(body, `"name":"circuitimpact_set"`) {
		t.Errorf("%d %.500s", status, body)
	}
	b = newBed(t, false)
	for _, q := range []string{standard, `{__schema {types {name}}}`, `{__type(name: "Note") {name}}`, `{notes {id} __schema {types {name}}}`} {
		if status, body := b.ask(q, ""); strings.Contains(body, "CircuitMaintenance") || strings.Contains(body, `"name":"Note"`) {
			t.Errorf("%s: %d %.300s", q, status, body)
		}
	}
	if status, body := b.ask(`{notes {__typename}}`, ""); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
}

// TestFailures: what goes wrong inside is in the log and nowhere else.
func TestFailures(t *testing.T) {
	b := newBed(t, true)
	b.err = errors.New("dial postgres://lineman:CANARY@db: refused")
	for _, q := range []string{
		`{circuit_maintenances {id}}`, `{circuit_impacts {id}}`, `{circuits {id}}`, `{providers {id}}`, `{sites {id}}`, `{notes {id}}`,
		`{raw_notifications {id}}`, `{parsed_notifications {id}}`, `{findings {id}}`,
	} {
		b.log.Reset()
		status, body := b.ask(q, "")
		if status != http.StatusInternalServerError || strings.Contains(body, "CANARY") || !strings.Contains(body, "try again") {
			t.Errorf("%s: %d %s", q, status, body)
		}
		if !strings.Contains(b.log.String(), "CANARY") {
			t.Errorf("%s: nothing in the log", q)
		}
	}
	b = newBed(t, true)
	b.panics = true
	status, body := b.ask(`{circuit_maintenances {name windows {kind}}}`, "")
	if status != http.StatusInternalServerError || strings.Contains(body, "CANARY") || strings.Contains(body, "zayo") || !strings.Contains(b.log.String(), "CANARY") {
		t.Errorf("panic: %d %s\n%s", status, body, &b.log)
	}
	if _, body := newBed(t, true).ask(`{raw_notifications {subject}}`, ""); strings.Contains(body, "CANARY") || !strings.Contains(body, "Notice") {
		t.Errorf("mail: %s", body)
	}
}

// TestGivenUp: a query ends with its request.
func TestGivenUp(t *testing.T) {
	b := newBed(t, true)
	b.wait = true
	for name, test := range map[string]struct {
		ctx    func() (context.Context, context.CancelFunc)
		status int
	}{
		"client went": {func() (context.Context, context.CancelFunc) {
			c, stop := context.WithCancel(context.Background())
			stop()
			return c, stop
		}, 499},
		"took too long": {func() (context.Context, context.CancelFunc) { return context.WithDeadline(context.Background(), noon) }, 503},
	} {
		c, stop := test.ctx()
		r := httptest.NewRequestWithContext(c, http.MethodPost, "/graphql", strings.NewReader(`{"query":"{circuit_maintenances{id}}"}`))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		stop()
		if w.Code != test.status || strings.Contains(w.Body.String(), "context") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestOptions(t *testing.T) {
	if _, err := graphql.New(graphql.Options{Reader: &memory{}}); err == nil {
		t.Error("without a Principal it must not answer")
	}
}
