package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/config"
	"lineman/models"
)

// Two sides that have nothing in common; every text of theirs holds the mark.
// Nobody has a record with the mark of none.
const (
	sideA  = "markaa"
	sideB  = "markbb"
	noSide = "markqq"
)

var today = time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)

// estate is a running service with two sides.
type estate struct {
	t       *testing.T
	a       *App
	h       http.Handler
	secrets map[string]string // of tokens
	mails   uint32
	codes   map[string]int // of an admin's reads with ids, by path
}

func newEstate(t *testing.T) *estate {
	t.Helper()
	e := &estate{t: t, a: open(t, func(o *Options) {
		o.Now = func() time.Time { return today }
		o.Config.Notify.Destinations = []config.Destination{{Name: "all", Webhook: config.WebhookDestination{URL: "https://hooks.customer.example/x", Secrets: []config.Secret{config.Secret(strings.Repeat("k", 44))}}}}
	}), secrets: map[string]string{}, codes: map[string]int{}}
	h, err := e.a.handler()
	e.check(err)
	e.h = h
	e.token("admin", models.RoleAdmin, models.Scope{})
	return e
}

func (e *estate) check(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e *estate) token(name string, role models.Role, scope models.Scope) {
	e.t.Helper()
	secret, err := e.a.CreateToken(e.t.Context(), NewToken{Name: name, Role: role, Scope: scope})
	e.check(err)
	e.secrets[name] = secret
}

// furnish gives a side a provider, a site, two circuits, a group, an alias, two
// maintenances at one time, and what people wrote.
func (e *estate) furnish(mark string) {
	e.t.Helper()
	ctx, s := e.t.Context(), e.a.store
	_, err := s.ImportProviders(ctx, []models.ProviderRow{{Line: 2, Name: mark + " Net", Slug: mark, Emails: []string{"noc@" + mark + ".example"}, Tenant: mark + " tenant", Tags: []string{mark + "-tag"}}})
	e.check(err)
	_, err = s.ImportSites(ctx, []models.SiteRow{{Line: 2, Name: mark + " site", Region: mark + " region", Tenant: mark + " tenant", Tags: []string{mark + "-tag"}}})
	e.check(err)
	var circuits []models.CircuitRow
	var group []models.RedundancyRow
	for i, cid := range []string{mark + "-C1", mark + "-C2"} {
		circuits = append(circuits, models.CircuitRow{
			Line: i + 2, CID: cid, Provider: mark, Type: mark + " type", SiteA: mark + " site", XConnectA: mark + "-X" + fmt.Sprint(i),
			Description: mark + " description", Tenant: mark + " tenant", Tags: []string{mark + "-tag"},
		})
		group = append(group, models.RedundancyRow{Line: i + 2, Group: mark + " group", Provider: mark, CID: cid})
	}
	_, err = s.ImportCircuits(ctx, circuits)
	e.check(err)
	_, err = s.ImportRedundancy(ctx, group)
	e.check(err)
	_, err = s.ImportAliases(ctx, []models.AliasRow{{Line: 2, Provider: mark, Alias: mark + "-ALIAS", CID: mark + "-C1"}})
	e.check(err)
	e.tell(mark, mark, mark+"-T1", mark+"-C1", mark+"-LOST")
	e.tell(mark, mark, mark+"-T2", mark+"-C2")
	at := "/api/v1/maintenances/" + mark + "-" + mark + "-T1"
	e.must("POST", at+"/acknowledge", `{"reason":"`+mark+` reason"}`)
	e.must("POST", at+"/notes", `{"title":"`+mark+` title","comment":"`+mark+` comment"}`)
	e.must("PATCH", at, `{"summary":"`+mark+` own words","reason":"`+mark+` reason"}`)
	e.check(e.a.route(ctx, models.Job{})) // to announcements
}

// tell has a provider announce work on circuits for tomorrow, in a mail.
func (e *estate) tell(mark, slug, id string, cids ...string) {
	e.t.Helper()
	ctx, s := e.t.Context(), e.a.store
	e.mails++
	source, err := s.EnsureSource(ctx, "inbox", "imap")
	e.check(err)
	providers, err := s.Providers(ctx)
	e.check(err)
	at := providers[slices.IndexFunc(providers, func(p models.Provider) bool { return p.Slug == slug })]
	place := models.MailRef{Folder: "INBOX", UIDValidity: 1, UID: e.mails}
	kept, err := s.Keep(ctx, source.ID, models.Cursor{Folder: "INBOX", UIDValidity: 1, UID: e.mails}, []models.Arrival{{
		Message: models.MailboxMessage{Ref: place, MessageID: id + "@" + mark + ".example", Subject: mark + " subject", Received: today.Add(-time.Hour), Size: 10},
		Raw:     []byte("Subject: " + mark + id),
	}})
	e.check(err)
	w := models.NoticeWindow{Kind: models.WindowPrimary, Start: today.AddDate(0, 0, 1), End: today.AddDate(0, 0, 1).Add(2 * time.Hour)}
	for _, cid := range cids {
		w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid, Impact: models.ImpactOutage})
	}
	_, err = s.Apply(ctx, []models.Verdict{{
		RawID: kept[0].RawID, ProviderID: at.ID, Sender: "noc@" + mark + ".example", State: models.StateParsed, ParserVersion: "1", Cause: models.CauseLive,
		Notices: []models.Notice{{
			Provider: slug, MaintenanceID: id, Account: mark + " account", Organizer: "noc@" + mark + ".example", Summary: mark + " summary", UID: mark + id,
			Sequence: 1, Status: models.StatusConfirmed, Windows: []models.NoticeWindow{w}, Parser: mark + "/html",
		}},
	}})
	e.check(err)
}

func (e *estate) ask(who, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://lineman.example"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Token "+e.secrets[who])
	r.Header.Set("If-Match", "*")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	e.h.ServeHTTP(w, r)
	return w
}

func (e *estate) must(method, path, body string) string {
	e.t.Helper()
	w := e.ask("admin", method, path, body)
	if w.Code >= 300 {
		e.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.String()
}

// answerTo is all of an answer that somebody can tell from another one.
func (e *estate) answerTo(who, method, path, body string) string {
	w := e.ask(who, method, path, body)
	return fmt.Sprintf("%d %s %s\n%s", w.Code, w.Header().Get("ETag"), w.Header().Get("Link"), w.Body)
}

// operationDoc is what the description says of one read.
type operationDoc struct {
	path   string
	params []string
}

// reads are all reads that the API describes.
func (e *estate) reads() (all []operationDoc) {
	e.t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
		}
	}
	e.check(json.Unmarshal([]byte(e.must("GET", "/openapi.json", "")), &doc))
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		op, is := doc.Paths[path]["get"]
		if !is {
			continue
		}
		o := operationDoc{path: path}
		for _, p := range op.Parameters {
			if p.In == "query" {
				o.params = append(o.params, p.Name)
			}
		}
		all = append(all, o)
	}
	if len(all) < 40 {
		e.t.Fatalf("only %d reads", len(all))
	}
	return all
}

var texts = regexp.MustCompile(`(?:"([a-z_]+)":)?"([0-9a-f-]{36}|[^"\\]*mark(?:aa|bb)[^"\\]*)"`)

// listed are the ids and names that an admin sees in lists, each after the list
// and the field that it stands in.
func (e *estate) listed() (all [][2]string) {
	e.t.Helper()
	for _, o := range e.reads() {
		if strings.Contains(o.path, "{") || o.path == "/api/v1/tokens" || o.path == "/api/v1/me/chat-links" || !slices.Contains(o.params, "limit") {
			continue // no list of records
		}
		for _, m := range texts.FindAllStringSubmatch(e.must("GET", o.path+"?limit=1000", ""), -1) {
			if len(m[2]) < 50 && !strings.Contains(m[2], "://") {
				all = append(all, [2]string{o.path + " " + m[1], m[2]})
			}
		}
	}
	return all
}

// known are ids and names of records: one of each list and field, and none of
// those that were listed before.
func (e *estate) known(before [][2]string) []string {
	e.t.Helper()
	old, has, all := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, v := range before {
		old[v[1]] = true
	}
	for _, v := range e.listed() {
		if field, id := v[0], v[1]; !old[id] && !has[field] {
			all[id], has[field] = true, !strings.HasSuffix(field, " ") // in a list of words every one counts
		}
	}
	return slices.Sorted(maps.Keys(all))
}

const (
	whatIf = "/api/v1/whatif?start=2031-05-02T00:00:00Z&end=2031-05-03T00:00:00Z&"
	// everything that GraphQL can tell, nested both ways.
	everything = `{
		circuit_maintenances{id name description start_time provider{name slug tags{name} circuits{cid} circuit_maintenances{name}}
			windows{start_time} circuits{cid account circuit{cid provider{name circuits{cid}} terminations{site{name circuits{cid}}}}}
			circuit_impacts{id impact circuit{cid circuit_impacts{maintenance{name}}}} notes{title comment author} parsed_notifications{summary account windows{circuits{cid}}}}
		circuit_impacts{id circuit{cid description} maintenance{name}}
		circuits{id cid description type{name} status{name} tenant{name} tags{name} provider{name} termination_a{xconnect_id site{name region{name} tenant{name} tags{name}}} circuit_impacts{maintenance{name description}}}
		providers{id name slug circuits{cid} circuit_maintenances{name}}
		sites{id name region{name} tenant{name} circuits{cid}}
		notes{id title comment maintenance{name}}
		raw_notifications{id subject sender source provider}
		parsed_notifications{id summary uid maintenance{name}}
		findings{id}
	}`
)

func query(text string) string {
	body, err := json.Marshal(map[string]string{"query": text})
	if err != nil {
		panic(err) // strings can always be written
	}
	return string(body)
}

// scopes are all ways to see one side and nothing of the other.
func scopes(mark string) map[string]models.Scope {
	return map[string]models.Scope{
		"provider": {Providers: []string{mark}}, "site": {Sites: []string{mark + " site"}}, "tenant": {Tenants: []string{mark + " tenant"}},
		"tag": {Tags: []string{mark + "-tag"}}, "circuit": {Circuits: []string{mark + ":" + mark + "-C1", mark + ":" + mark + "-C2"}},
	}
}

// filled is a path with an id in it; a number stays one.
func filled(path, id string) string {
	return placeholder.ReplaceAllString(strings.ReplaceAll(path, "{ordinal}", "1"), id)
}

// leading are the ids that a path has an answer to, for an admin who sees all,
// and one that it has none to.
func (e *estate) leading(path string, ids []string) (some []string) {
	var nowhere string
	for _, id := range ids {
		at := filled(path, url.PathEscape(id))
		code, known := e.codes[at]
		if !known {
			code = e.ask("admin", "GET", at, "").Code
			e.codes[at] = code
		}
		if code < 300 {
			some = append(some, id)
		} else {
			nowhere = id
		}
	}
	return append(some, nowhere)
}

// snapshot is everything that somebody can read with ids.
func (e *estate) snapshot(who string, ids []string) map[string]string {
	e.t.Helper()
	all := map[string]string{}
	read := func(path string) { all[path] = e.answerTo(who, "GET", path, "") }
	for _, o := range e.reads() {
		if o.path == "/api/v1/tokens" || o.path == "/api/v1/me" || o.path == "/api/v1/me/chat-links" {
			continue // their own, with when it was last used
		}
		if o.path == "/api/v1/whatif" {
			continue // below
		}
		if !slices.Contains(o.params, "limit") && !strings.Contains(o.path, "{") {
			read(o.path)
			continue
		}
		if !strings.Contains(o.path, "{") {
			for _, q := range []string{"?limit=1000", "?limit=1", "?limit=1&offset=1", "?q=mark", "?q=e"} {
				read(o.path + q)
			}
			continue
		}
		for _, id := range e.leading(o.path, ids) {
			read(filled(o.path, url.PathEscape(id)))
		}
	}
	read(whatIf + "site=" + url.QueryEscape(sideA+" site"))
	read(whatIf + "site=" + url.QueryEscape(sideA+" site") + "&circuit=" + sideA + "-C1")
	read(whatIf + "group=" + url.QueryEscape(sideA+" group"))
	read("/calendar/" + e.secrets[who] + ".ics")
	read("/metrics")
	all["graphql"] = e.answerTo(who, "POST", "/graphql", query(everything))
	return all
}

// TestTheOtherSideChangesNothing: whatever somebody reads, with counts, links,
// tags and errors, is the same byte for byte before and after the other side
// has anything at all.
func TestTheOtherSideChangesNothing(t *testing.T) {
	e := newEstate(t)
	e.furnish(sideA)
	ids := e.known(nil)
	before := map[string]map[string]string{}
	for by, scope := range scopes(sideA) {
		e.token(by, models.RoleOperator, scope)
		before[by] = e.snapshot(by, ids)
		if text := strings.Join(slices.Collect(maps.Values(before[by])), ""); !strings.Contains(text, sideA+" summary") && !strings.Contains(text, sideA+" own words") {
			t.Fatalf("by %s nothing is seen", by)
		}
		if g := before[by]["graphql"]; !strings.HasPrefix(g, "200") || strings.Contains(g, `"errors"`) || !strings.Contains(g, sideA+"-C1") {
			t.Fatalf("GraphQL by %s: %.400s", by, g)
		}
	}
	e.furnish(sideB)
	e.must("POST", "/api/v1/maintenances", `{"maintenance_id":"`+sideB+`-own","summary":"`+sideB+`","windows":[{"start":"2031-05-02T00:00:00Z","end":"2031-05-03T00:00:00Z"}]}`)
	n := 0
	for by, was := range before {
		is := e.snapshot(by, ids)
		for path, text := range is {
			n++
			if strings.Contains(strings.ToLower(text), sideB) {
				t.Errorf("by %s, %s names the other side: %s", by, path, text)
			}
			if was[path] != text {
				t.Errorf("by %s, %s tells of the other side:\n%s", by, path, cmp.Diff(was[path], text))
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d reads", n)
	}
}

// TestTheOtherSideIsNotThere: to name a record of the other side, in a path, a
// filter or a body, is like naming one that nobody has.
func TestTheOtherSideIsNotThere(t *testing.T) {
	e := newEstate(t)
	e.furnish(sideA)
	mine := e.listed()
	e.furnish(sideB)
	theirs := e.known(mine)
	if len(theirs) < 30 {
		t.Fatalf("only %d names of the other side", len(theirs))
	}
	for by, scope := range scopes(sideA) {
		e.token(by, models.RoleOperator, scope)
	}
	n, nowhere := 0, map[string]string{} // answers about what nobody has
	same := func(by, method, path, body, id string) {
		t.Helper()
		n++
		not := strings.ReplaceAll(id, sideB, noSide)
		if not == id {
			not = "00000000-0000-7000-8000-000000000000"
		}
		swap := func(text, to string) string {
			return strings.NewReplacer("%ID%", to, "%QID%", url.QueryEscape(to), "%PID%", url.PathEscape(to)).Replace(text)
		}
		hide := func(text, what string) string {
			text = strings.ReplaceAll(text, "\r\n ", "")                                   // calendars fold lines
			text = regexp.MustCompile(`"[0-9a-f]{16,32}"`).ReplaceAllString(text, `"tag"`) // a digest over what was asked, too
			for _, form := range []string{url.QueryEscape(what), url.PathEscape(what), what} {
				text = strings.ReplaceAll(text, form, "…")
			}
			return text
		}
		real := hide(e.answerTo(by, method, swap(path, id), swap(body, id)), id)
		asked := strings.Join([]string{by, method, swap(path, not), swap(body, not)}, " ")
		made, known := nowhere[asked]
		if !known {
			made = hide(e.answerTo(by, method, swap(path, not), swap(body, not)), not)
			nowhere[asked] = made
		}
		if real != made {
			t.Errorf("by %s, %s %s %s with %q tells that it is there:\n%s", by, method, path, body, id, cmp.Diff(made, real))
		}
		if strings.Contains(real, sideB) {
			t.Errorf("by %s, %s %s %s with %q: %s", by, method, path, body, id, real)
		}
	}
	reads := e.reads()
	for _, by := range []string{"provider", "site"} { // the conditions of the others are made alike
		for _, id := range theirs {
			for _, o := range reads {
				if strings.Contains(o.path, "{") {
					same(by, "GET", filled(o.path, "%PID%"), "", id)
				}
				for _, p := range o.params {
					if by == "provider" && !strings.Contains(o.path, "{") && !slices.Contains([]string{"limit", "offset", "cursor"}, p) {
						same(by, "GET", o.path+"?"+p+"=%QID%", "", id)
					}
				}
			}
			for _, w := range writesNaming() {
				same(by, w.method, w.path, w.body, id)
			}
			for _, p := range []string{"site", "provider", "circuit"} {
				same(by, "GET", "/calendar/"+e.secrets[by]+".ics?"+p+"=%QID%", "", id)
			}
			for _, q := range []string{"site=%QID%", "group=%QID%", "site=markaa+site&circuit=%QID%"} {
				same(by, "GET", whatIf+q, "", id)
			}
			for _, q := range []string{
				`{circuit_maintenance(id:"%ID%"){name}}`, `{circuit(id:"%ID%"){cid}}`, `{circuit_impact(id:"%ID%"){id}}`, `{circuit_maintenances(name:["%ID%"],provider:["%ID%"]){name}}`,
				`{circuit_maintenances(circuit:["%ID%"]){name}}`, `{circuit_maintenances(site:["%ID%"]){name}}`, `{sites(name:["%ID%"]){name}}`, `{providers(slug:["%ID%"]){name}}`,
				`{notes(id:["%ID%"]){title}}`, `{findings(site:["%ID%"]){id}}`, `{raw_notifications(id:["%ID%"]){subject}}`, `{parsed_notifications(id:["%ID%"]){summary}}`,
			} {
				if !strings.Contains(id, `"`) {
					same(by, "POST", "/graphql", query(q), id)
				}
			}
		}
	}
	if n < 5000 {
		t.Errorf("only %d comparisons", n)
	}
	if after := e.must("GET", "/api/v1/maintenances/"+sideB+"-"+sideB+"-T2", ""); !strings.Contains(after, `"revision":1,`) {
		t.Errorf("the other side was written to: %s", after)
	}
}

type naming struct{ method, path, body string }

// writesNaming are writes that name a record.
func writesNaming() []naming {
	const own = "/api/v1/maintenances/" + sideA + "-" + sideA + "-T2"
	const app = "/api/plugins/circuit-maintenance/"
	list := []naming{
		{"POST", own + "/merge", `{"into":"%ID%"}`},
		{"POST", own + "/links", `{"circuit_id":"` + sideA + `-LOST","circuit":"%ID%"}`},
		{"PATCH", own, `{"circuits":[{"circuit_id":"%ID%","impact":"NO-IMPACT"}],"summary":1}`},
		{"POST", own + "/notices/%PID%/reject", `{}`},
		{"POST", "/api/v1/aliases", `{"provider":"%ID%","alias":"N","cid":"%ID%"}`},
		{"POST", app + "note/", `{"maintenance":"%ID%","title":"x","comment":"x"}`},
		{"POST", app + "circuitimpact/", `{"maintenance":"%ID%","circuit":"` + sideA + `-C1"}`},
		{"PATCH", app + "maintenance/", `[{"id":"%ID%","description":"x"}]`},
		{"DELETE", app + "note/", `[{"id":"%ID%"}]`},
		{"POST", "/api/v1/overlaps/%PID%/acknowledge", ``},
		{"DELETE", "/api/v1/tokens/%PID%", ``},
	}
	for _, verb := range []string{"acknowledge", "unacknowledge", "links", "notes", "merge"} {
		list = append(list, naming{"POST", "/api/v1/maintenances/%PID%/" + verb, `{}`})
	}
	for _, resource := range []string{"maintenance", "circuitimpact", "note"} {
		list = append(list, naming{"PATCH", app + resource + "/%PID%/", `{}`}, naming{"DELETE", app + resource + "/%PID%/", ``})
	}
	return append(list, naming{"PATCH", "/api/v1/maintenances/%PID%", `{"summary":"x"}`}, naming{"DELETE", "/api/v1/maintenances/%PID%", ``})
}

// TestASharedMaintenanceShowsOnePart: of work that touches both sides, somebody
// sees it and the own circuits, and no circuit of the others, wherever it
// stands.
func TestASharedMaintenanceShowsOnePart(t *testing.T) {
	e := newEstate(t)
	ctx := t.Context()
	e.furnish(sideA)
	e.furnish(sideB)
	_, err := e.a.store.ImportProviders(ctx, []models.ProviderRow{{Line: 2, Name: "Both", Slug: "both"}})
	e.check(err)
	var rows []models.CircuitRow
	for i, mark := range []string{sideA, sideB} {
		rows = append(rows, models.CircuitRow{Line: i + 2, CID: mark + "-BOTH", Provider: "both", SiteA: mark + " site", Tenant: mark + " tenant", Tags: []string{mark + "-tag"}})
	}
	_, err = e.a.store.ImportCircuits(ctx, rows)
	e.check(err)
	e.tell("common", "both", "BOTH-1", sideA+"-BOTH", sideB+"-BOTH", sideB+"-GONE")
	e.must("PATCH", "/api/v1/maintenances/both-BOTH-1", `{"circuits":[{"circuit_id":"`+sideB+`-BOTH","impact":"DEGRADED"}]}`)
	e.tell("common", "both", "BOTH-1", sideA+"-BOTH")
	ids := e.known(nil)
	for by, scope := range scopes(sideA) {
		if by == "provider" {
			continue // sees nothing of it
		}
		if by == "circuit" {
			scope.Circuits = append(scope.Circuits, "both:"+sideA+"-BOTH")
		}
		e.token(by, models.RoleOperator, scope)
		seen := false
		for path, text := range e.snapshot(by, ids) {
			seen = seen || strings.Contains(text, "BOTH-1")
			if strings.Contains(path, sideB) {
				text = strings.ReplaceAll(text, url.PathEscape(path), "")
			}
			if strings.Contains(strings.ToLower(text), sideB) {
				t.Errorf("by %s, %s names the other side: %s", by, path, text)
			}
		}
		if !seen {
			t.Errorf("by %s the shared maintenance is not seen", by)
		}
	}
}
