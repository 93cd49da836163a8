package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/access"
	"lineman/internal/config"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// policy is who may ask for what, written down a second time: the least role,
// or "all" for what needs none, "signed" for what its handler verifies; * marks
// what needs the whole scope, P what a password opens, C what a token in the
// address opens.
const policy = `
GET /healthz all
GET /readyz all
GET /docs all
GET /oauth/google/callback all
POST /chat/slack/slash_command signed
POST /chat/slack/interaction signed
POST /chat/slack/event signed
GET /openapi.json viewer
GET /openapi.yaml viewer
GET /openapi-3.0.json viewer
GET /openapi-3.0.yaml viewer
GET /metrics viewer*
GET /api/plugins/capacity-metrics/app-metrics viewer*
GET /calendar/{file} calendarC
POST /graphql viewer
POST /api/graphql viewer
GET /graphql/schema viewer
GET /api/v1/me viewerP
GET /api/v1/tokens viewerP
POST /api/v1/tokens viewerP
DELETE /api/v1/tokens/{id} viewerP
GET /api/v1/users admin*
POST /api/v1/users admin*
GET /api/v1/users/{name} admin*
PATCH /api/v1/users/{name} admin*
DELETE /api/v1/users/{name} admin*
GET /api/v1/grants admin*
POST /api/v1/grants admin*
POST /api/v1/grants/explain admin*
GET /api/v1/grants/{id} admin*
PATCH /api/v1/grants/{id} admin*
DELETE /api/v1/grants/{id} admin*
GET /api/v1/chat/seen admin*
GET /api/v1/chat/log admin*
GET /api/v1/chat/log/{id} admin*
GET /api/v1/chat/links admin*
POST /api/v1/chat/links admin*
DELETE /api/v1/chat/links/{platform}/{chat_user} admin*
GET /api/v1/me/chat-links viewer
POST /api/v1/me/chat-links viewer
DELETE /api/v1/me/chat-links/{platform}/{chat_user} viewer
GET /api/v1/review operator*
GET /api/v1/review/{id} operator*
POST /api/v1/review/{id}/accept operator*
POST /api/v1/review/{id}/reject operator*
POST /api/v1/review/{id}/assign operator*
POST /api/v1/review/{id}/circuit operator*
POST /api/v1/review/{id}/fill operator*
POST /api/v1/review/{id}/dismiss operator*
POST /api/v1/review/{id}/take operator*
POST /api/v1/review/{id}/release operator*
POST /api/v1/review/{id}/undo operator*
POST /api/v1/review/{id}/propose operator*
POST /api/v1/notifications/{id}/reparse operator*
POST /api/v1/aliases/import operator*
PUT /api/v1/providers/{id}/cid-rule operator*
POST /api/v1/aliases operator
GET /api/v1/audit admin*
GET /api/v1/circuit-types viewer
GET /api/v1/circuits viewer
GET /api/v1/circuits/{id} viewer
GET /api/v1/maintenances viewer
POST /api/v1/maintenances operator
GET /api/v1/maintenances/{id} viewer
PATCH /api/v1/maintenances/{id} operator
DELETE /api/v1/maintenances/{id} operator
POST /api/v1/maintenances/{id}/acknowledge operator
GET /api/v1/maintenances/{id}/changes viewer
GET /api/v1/maintenances/{id}/impacts viewer
POST /api/v1/maintenances/{id}/links operator
GET /api/v1/maintenances/{id}/mails viewer
POST /api/v1/maintenances/{id}/merge operator
GET /api/v1/maintenances/{id}/notes viewer
POST /api/v1/maintenances/{id}/notes operator
GET /api/v1/maintenances/{id}/notices viewer
POST /api/v1/maintenances/{id}/notices/{notice}/accept operator
POST /api/v1/maintenances/{id}/notices/{notice}/reject operator
GET /api/v1/maintenances/{id}/phase viewer
POST /api/v1/maintenances/{id}/unacknowledge operator
GET /api/v1/maintenances/{id}/windows viewer
GET /api/v1/notices viewer
GET /api/v1/notices/{id} viewer
GET /api/v1/notifications operator*
GET /api/v1/notifications/{id} operator*
POST /api/v1/notifications/raw operator*
GET /api/v1/announcements viewer
GET /api/v1/announcements/{id} viewer
POST /api/v1/announcements/{id}/resend operator*
GET /api/v1/destinations viewer*
POST /api/v1/destinations/{name}/test operator*
GET /api/v1/subscriptions viewer
POST /api/v1/subscriptions operator
DELETE /api/v1/subscriptions/{name} operator
GET /api/v1/overlaps viewer
GET /api/v1/overlaps/{id} viewer
POST /api/v1/overlaps/{id}/acknowledge operator
GET /api/v1/polls viewer*
GET /api/v1/drifts viewer*
GET /api/v1/providers viewer
GET /api/v1/providers/{id} viewer
GET /api/v1/redundancy-groups viewer
GET /api/v1/sites viewer
GET /api/v1/sites/{id} viewer
GET /api/v1/sources viewer*
GET /api/v1/terminations viewer
GET /api/v1/whatif viewer
DELETE /api/v1/aliases/{id} operator
DELETE /api/v1/impacts/{id} operator
DELETE /api/v1/notes/{id} operator
GET /api viewer
GET /api/plugins/circuit-maintenance viewer
GET /api/v1/aliases viewer
GET /api/v1/aliases/{id} viewer
GET /api/v1/changes viewer
GET /api/v1/changes/{id} viewer
GET /api/v1/circuit-types/{name} viewer
GET /api/v1/edits viewer
GET /api/v1/edits/{id} viewer
GET /api/v1/findings viewer
GET /api/v1/findings/{id} viewer
GET /api/v1/impacts viewer
GET /api/v1/impacts/{id} viewer
GET /api/v1/maintenances/{id}/edits viewer
GET /api/v1/maintenances/{id}/links viewer
GET /api/v1/maintenances/{id}/windows/{ordinal} viewer
GET /api/v1/notes viewer
GET /api/v1/notes/{id} viewer
GET /api/v1/polls/{id} viewer*
GET /api/v1/redundancy-groups/{id} viewer
GET /api/v1/sources/{id} viewer*
GET /api/v1/terminations/{id} viewer
GET /api/v1/windows viewer
PATCH /api/v1/impacts/{id} operator
PATCH /api/v1/notes/{id} operator
POST /api/v1/findings/{id}/acknowledge operator
GET /api/plugins/circuit-maintenance/circuitimpact viewer
POST /api/plugins/circuit-maintenance/circuitimpact operator
PUT /api/plugins/circuit-maintenance/circuitimpact operator
PATCH /api/plugins/circuit-maintenance/circuitimpact operator
DELETE /api/plugins/circuit-maintenance/circuitimpact operator
GET /api/plugins/circuit-maintenance/circuitimpact/{id} viewer
PUT /api/plugins/circuit-maintenance/circuitimpact/{id} operator
PATCH /api/plugins/circuit-maintenance/circuitimpact/{id} operator
DELETE /api/plugins/circuit-maintenance/circuitimpact/{id} operator
GET /api/plugins/circuit-maintenance/maintenance viewer
POST /api/plugins/circuit-maintenance/maintenance operator
PUT /api/plugins/circuit-maintenance/maintenance operator
PATCH /api/plugins/circuit-maintenance/maintenance operator
DELETE /api/plugins/circuit-maintenance/maintenance operator
GET /api/plugins/circuit-maintenance/maintenance/{id} viewer
PUT /api/plugins/circuit-maintenance/maintenance/{id} operator
PATCH /api/plugins/circuit-maintenance/maintenance/{id} operator
DELETE /api/plugins/circuit-maintenance/maintenance/{id} operator
GET /api/plugins/circuit-maintenance/note viewer
POST /api/plugins/circuit-maintenance/note operator
PUT /api/plugins/circuit-maintenance/note operator
PATCH /api/plugins/circuit-maintenance/note operator
DELETE /api/plugins/circuit-maintenance/note operator
GET /api/plugins/circuit-maintenance/note/{id} viewer
PUT /api/plugins/circuit-maintenance/note/{id} operator
PATCH /api/plugins/circuit-maintenance/note/{id} operator
DELETE /api/plugins/circuit-maintenance/note/{id} operator
GET /api/plugins/circuit-maintenance/notificationsource viewer
GET /api/plugins/circuit-maintenance/notificationsource/{id} viewer
GET /api/plugins/circuit-maintenance/parsednotification viewer
GET /api/plugins/circuit-maintenance/parsednotification/{id} viewer
GET /api/plugins/circuit-maintenance/rawnotification viewer
GET /api/plugins/circuit-maintenance/rawnotification/{id} viewer
`

// expected reads the policy.
func expected(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(policy)) {
		f := strings.Fields(line)
		if len(f) != 3 || all[f[0]+" "+f[1]] != "" {
			t.Fatalf("the policy has a line %q, or twice", line)
		}
		all[f[0]+" "+f[1]] = f[2]
	}
	return all
}

// open gives an app on an empty database with a clock of the test's.
func open(t *testing.T, change func(*Options)) *App {
	t.Helper()
	c := config.Defaults()
	c.Database.URL = config.Secret(storetest.SQLiteURL(t))
	c.HTTP.RatePerAddress, c.HTTP.RatePerToken = 0, 0
	o := Options{Config: c, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&o)
	}
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// TestEveryRouteHasARow compares what handlers answer with the table of package
// access, and that with the policy above.
func TestEveryRouteHasARow(t *testing.T) {
	a := open(t, func(o *Options) {
		o.Config.SecretKeys, o.Config.ChatOps.Platforms.Slack.SigningSecret = []config.Secret{"k"}, []config.Secret{"s"}
	})
	_, routes, err := a.routes()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, r := range access.Rules(false) {
		says := string(r.Role)
		switch r.By {
		case access.ByNothing:
			says = "all" + says
		case access.BySignature:
			says = "signed" + says
		case access.ByPassword:
			says += "P"
		case access.ByPath:
			says += "C"
		}
		if r.Whole {
			says += "*"
		}
		rows[r.Route] = says
	}
	if diff := cmp.Diff(expected(t), rows); diff != "" {
		t.Errorf("the policy (-) is not the table (+):\n%s", diff)
	}
	for route := range routes {
		if rows[route] == "" {
			t.Errorf("%s is answered, but has no row in the table", route)
		}
	}
	for route := range rows {
		if !routes[route] {
			t.Errorf("%s has a row in the table, but nothing answers it", route)
		}
	}
}

// asker is somebody who sends requests.
type asker struct {
	name, secret string
	rank         int // -1: nobody, 0: calendar, 1: viewer, 2: operator, 3: admin
	whole        bool
	user         string // asks with a password instead
}

const password = "correct horse battery"

// askers makes one of each.
func askers(t *testing.T, a *App, now *time.Time) []asker {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	token := func(n NewToken) string {
		secret, err := a.CreateToken(ctx, n)
		must(err)
		return secret
	}
	narrow := models.Scope{Tags: []string{"gold"}}
	list := []asker{{name: "anonymous", rank: -1}, {name: "made up", secret: "lm_wrong", rank: -1}}
	for rank, role := range models.TokenRoles {
		list = append(list, asker{name: string(role), secret: token(NewToken{Name: string(role), Role: role}), rank: rank, whole: true})
		list = append(list, asker{name: "narrow " + string(role), secret: token(NewToken{Name: "narrow " + string(role), Role: role, Scope: narrow}), rank: rank})
	}
	for _, name := range []string{"fine", "disabled", "deleted", "ended", "lowered"} {
		must(a.CreateUser(ctx, NewUser{Name: name, Role: models.RoleAdmin, Password: password}))
		who := asker{name: "token of a " + name + " user", secret: token(NewToken{Name: "t", User: name, Role: models.RoleAdmin}), rank: -1}
		if name == "fine" {
			who.rank, who.whole = 3, true
		}
		if name == "lowered" {
			who.rank = 1
		}
		list = append(list, who, asker{name: name + " user", user: name, rank: who.rank, whole: who.whole})
	}
	list = append(list, asker{name: "revoked", secret: token(NewToken{Name: "revoked", Role: models.RoleAdmin}), rank: -1})
	list = append(list, asker{name: "expired", secret: token(NewToken{Name: "expired", Role: models.RoleAdmin, Expires: time.Hour}), rank: -1})
	must(a.RevokeToken(ctx, "revoked"))
	yes, soon, viewer := true, time.Hour, models.RoleViewer
	must(a.ChangeUser(ctx, "disabled", ChangedUser{Disabled: &yes}))
	must(a.ChangeUser(ctx, "ended", ChangedUser{Expires: &soon}))
	must(a.ChangeUser(ctx, "lowered", ChangedUser{Role: &viewer, Scope: &narrow}))
	must(a.DeleteUser(ctx, "deleted"))
	*now = now.Add(2 * time.Hour)
	return list
}

var ranks = map[string]int{"calendar": 0, "viewer": 1, "operator": 2, "admin": 3}

// want says whether a request is let in, or with which status it is refused.
func want(says string, who asker) int {
	if says == "all" || says == "signed" {
		return 0
	}
	role := strings.TrimRight(says, "*PC")
	byPath, opens := strings.Contains(says, "C"), who.user == "" || strings.Contains(says, "P")
	switch {
	case byPath && (who.user != "" || who.rank < 0):
		return http.StatusNotFound
	case who.rank < 0 || !opens:
		return http.StatusUnauthorized
	case who.rank < ranks[role], strings.Contains(says, "*") && !who.whole:
		return http.StatusForbidden
	}
	return 0
}

var placeholder = regexp.MustCompile(`\{[^}]+\}`)

// TestPolicy walks every route as everybody.
func TestPolicy(t *testing.T) {
	now := time.Now()
	a := open(t, func(o *Options) { o.Now = func() time.Time { return now } })
	list := askers(t, a, &now)
	let := "nothing"
	gate, err := a.gate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		who, _ := access.PrincipalOf(r.Context())
		let = who.Name
	}))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for route, says := range expected(t) {
		method, path, _ := strings.Cut(route, " ")
		for _, who := range list {
			if who.user != "" && !strings.Contains(says, "P") && route != "GET /api/v1/users" {
				continue // one of the closed is enough: a password takes long to check
			}
			for _, slash := range []string{"", "/"} {
				n++
				at := placeholder.ReplaceAllString(path, "x")
				if strings.Contains(says, "C") {
					at = "/calendar/" + who.secret + ".ics"
				}
				r := httptest.NewRequest(method, "http://lineman.example"+at+slash, http.NoBody)
				if who.secret != "" && !strings.Contains(says, "C") {
					r.Header.Set("Authorization", "Token "+who.secret)
				}
				if who.user != "" {
					now = now.Add(12 * time.Second) // wrong ones are slowed down
					r.SetBasicAuth(who.user, password)
				}
				let = "nothing"
				w := httptest.NewRecorder()
				gate.ServeHTTP(w, r)
				wanted := want(says, who)
				if through := let != "nothing"; through != (wanted == 0) || wanted != 0 && w.Code != wanted {
					if strings.Contains(says, "C") && slash != "" && !through {
						continue // the token is the last part: with a slash there is none
					}
					t.Errorf("%s%s as %s: let in %v, status %d; wanted %d (0: let in)", route, slash, who.name, through, w.Code, wanted)
				}
			}
		}
	}
	if n < 2500 {
		t.Errorf("only %d requests", n)
	}
}

// TestWhatIsNotInTheTableIsClosed: whatever handler stands behind it.
func TestWhatIsNotInTheTableIsClosed(t *testing.T) {
	a := open(t, nil)
	secret, err := a.CreateToken(t.Context(), NewToken{Name: "root", Role: models.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := a.gate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was let in", r.Method, r.URL) }))
	if err != nil {
		t.Fatal(err)
	}
	for request, status := range map[string]int{
		"GET /": 404, "GET /api/v1": 404, "GET /api/v1/secrets": 404, "GET /api/v1/users/x/y": 404, "GET /graphql/x": 404, "GET /docs/x": 404,
		"GET /api/v1/maintenances/a%2Fb/c": 404, "GET /metrics/x": 404, "GET /calendar": 404, "GET /calendar/a/b.ics": 404, "GET /debug/pprof": 404,
		"PUT /api/v1/users": 405, "DELETE /api/v1/audit": 405, "GET /graphql": 405, "POST /calendar/x.ics": 405, "POST /healthz": 405,
		"OPTIONS /api/v1/users": 405, "TRACE /api/v1/me": 405, "CONNECT /api/v1/me": 404, "BREW /api/v1/me": 405,
	} {
		method, path, _ := strings.Cut(request, " ")
		for _, authorization := range []string{"Token " + secret, ""} {
			r := httptest.NewRequest(method, "http://lineman.example"+path, http.NoBody)
			r.Header.Set("Authorization", authorization)
			w := httptest.NewRecorder()
			gate.ServeHTTP(w, r)
			public := slices.Contains([]string{"POST /calendar/x.ics", "POST /healthz"}, request)
			if wanted := status; w.Code != wanted && (authorization != "" || public || w.Code != http.StatusUnauthorized) {
				t.Errorf("%s with a token %v: %d, want %d", request, authorization != "", w.Code, wanted)
			}
			if w.Code == http.StatusMethodNotAllowed && w.Header().Get("Allow") == "" {
				t.Errorf("%s: 405 without Allow", request)
			}
		}
	}
}

// TestEveryAnswerHasTheHeaders: refused or not, whoever answers.
func TestEveryAnswerHasTheHeaders(t *testing.T) {
	a := open(t, func(o *Options) { o.Config.HTTP.PublicURL = "https://lineman.example" })
	secret, err := a.CreateToken(t.Context(), NewToken{Name: "root", Role: models.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.handler()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for route := range expected(t) {
		method, path, _ := strings.Cut(route, " ")
		for _, authorization := range []string{"", "Token " + secret} {
			n++
			at := strings.ReplaceAll(placeholder.ReplaceAllString(path, "x"), "/calendar/x", "/calendar/"+secret+".ics")
			r := httptest.NewRequest(method, "https://lineman.example"+at, http.NoBody)
			r.Header.Set("Authorization", authorization)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			for name, wanted := range map[string]string{
				"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
				"Strict-Transport-Security": "max-age=31536000", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if got := w.Header().Get(name); got != wanted {
					t.Errorf("%s: %d with %s %q", route, w.Code, name, got)
				}
			}
			if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || route == "GET /docs" && !strings.Contains(csp, "style-src") {
				t.Errorf("%s: Content-Security-Policy %q", route, csp)
			}
			if kept := w.Header().Get("Cache-Control"); kept != "no-store" && kept != "private, no-cache" {
				t.Errorf("%s: Cache-Control %q", route, kept)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: other sites' scripts may read it", route)
			}
			if _, err := io.Copy(io.Discard, w.Body); err != nil {
				t.Error(err)
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d requests", n)
	}
}
