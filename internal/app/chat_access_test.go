package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/models"
)

// chatter is somebody in chat.
type chatter struct {
	e    *estate
	d    *chatops.Dispatcher
	user string
	n    int
}

func (e *estate) chatter(user string) *chatter {
	e.t.Helper()
	d, err := e.a.chatDispatcher()
	e.check(err)
	e.check(e.a.ensureFallback(e.t.Context()))
	return &chatter{e: e, d: d, user: user}
}

// says gives a command and reads the answer as it is drawn.
func (c *chatter) says(line string) string {
	c.e.t.Helper()
	return c.drawn(c.d.Dispatch(c.e.t.Context(), c.request(line)))
}

// request is what somebody writes in their channel.
func (c *chatter) request(line string) chatops.Request {
	c.n++
	return chatops.Request{
		Platform: "slack", EventID: fmt.Sprintf("%s %d", c.user, c.n), Organization: chatops.Party{ID: "T1"}, Channel: chatops.Party{ID: "C1", Name: "noc"},
		User: chatops.Party{ID: c.user, Name: "n" + c.user}, Text: line, At: today,
	}
}

// drawn is an answer as it is read.
func (c *chatter) drawn(m chatops.Message) string {
	c.e.t.Helper()
	text, err := platform.All()[0].Render(m)
	c.e.check(err)
	return string(text)
}

// TestChatAccessOverREST walks grants, links and the log as an administrator
// and a user see them.
func TestChatAccessOverREST(t *testing.T) {
	e := newEstate(t)
	var tag string
	say := func(who, method, path, body, match string, status int, holds ...string) map[string]any {
		t.Helper()
		r := httptest.NewRequest(method, "http://lineman.example"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+e.secrets[who])
		r.Header.Set("Content-Type", "application/json")
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		w := httptest.NewRecorder()
		e.h.ServeHTTP(w, r)
		if w.Code != status {
			t.Fatalf("%s %s %s as %s: %d, want %d: %s", method, path, body, who, w.Code, status, w.Body)
		}
		for _, text := range holds {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s %s as %s: no %s in %s", method, path, who, text, w.Body)
			}
		}
		tag = w.Header().Get("ETag")
		var out map[string]any
		_ = json.Unmarshal(w.Body.Bytes(), &out) // nothing where there is no body
		return out
	}
	const grants = "/api/v1/grants"
	for body, field := range map[string]string{
		`{}`: "body.kind", `{"kind":"user","command":"*"}`: "body.value", `{"kind":"user","command":"*","subcommand":"x","value":"U1"}`: "body.subcommand",
		`{"kind":"user","command":"*","value":"U1","platform":"pigeon"}`: "body.platform", `{"kind":"user","command":"*","value":"U1","expires":"soon"}`: "body.expires",
		`{"kind":"user","command":"*","value":"U1","effect":"deny"}`: "body.effect", `{"kind":"rule","command":"*","users":[""]}`: "body.users",
		`{"kind":"user","command":"*","value":"U1","author":"me"}`: "body.author", `{"kind":"team"}`: "body.kind",
	} {
		say("admin", "POST", grants, body, "", 422, field)
	}
	made := say("admin", "POST", grants, `{"kind":"organization","command":"*","value":"T1","name":"acme"}`, "", 201, `"says":"every command for organization T1 (acme)"`, `"revision":1`)
	one := grants + "/" + made["id"].(string)
	say("admin", "POST", grants, `{"kind":"organization","command":"*","value":"T1"}`, "", 422, "body.value", "already")
	say("admin", "PATCH", one, `{"comment":"x"}`, "", 428)
	say("admin", "PATCH", one, `{"comment":"x"}`, `"7-0123456789abcdef"`, 412)
	say("admin", "GET", one, "", "", 200)
	old := tag
	say("admin", "PATCH", one, `{"comment":"for all"}`, old, 200, `"revision":2`, `"comment":"for all"`, `"name":"acme"`)
	say("admin", "PATCH", one, `{"comment":"again"}`, old, 412)
	say("admin", "DELETE", one, "", old, 412)
	rule := say("admin", "POST", grants, `{"kind":"rule","command":"maint*","class":"write","users":["U[12]"],"order":-4}`, "", 201, `"effect":"allow"`, `"users":["U[12]"]`)
	if n := say("admin", "GET", grants+"?kind=rule", "", "", 200)["count"]; n != 1.0 {
		t.Errorf("%v rules", n)
	}
	say("admin", "DELETE", grants+"/"+rule["id"].(string), "", "*", 204)
	say("admin", "GET", grants+"/"+rule["id"].(string), "", "", 404)
	first := say("admin", "GET", grants+"?limit=1", "", "", 200)
	if first["next_cursor"] != nil {
		t.Errorf("one grant has a next page: %v", first)
	}

	kim := e.chatter("U1")
	if text := kim.says("whoami"); !strings.Contains(text, "channel C1 (noc), user U1 (nU1)") || strings.Contains(text, "organization T1") {
		t.Errorf("denied with %s", text)
	}
	say("admin", "POST", grants+"/explain", `{"platform":"slack","organization":"T1","channel":"C1","user":"U1","command":"maintenance list today"}`, "", 200,
		`"permitted":false`, `"subcommand":"list"`, `"principal":"chatbot"`, "No grant covers the channel C1.", `"grant":null`)
	say("admin", "POST", grants, `{"kind":"channel","command":"*","value":"C1","platform":"slack"}`, "", 201)
	say("admin", "POST", grants, `{"kind":"user","command":"*","value":"*"}`, "", 201)
	say("admin", "POST", grants+"/explain", `{"platform":"slack","organization":"T1","channel":"C1","user":"U1","command":"maintenance list today"}`, "", 200, `"permitted":true`, `"needs":"viewer"`)
	say("admin", "POST", grants+"/explain", `{"platform":"pigeon","command":"about"}`, "", 422, "body.platform")
	if text := kim.says("whoami"); !strings.Contains(text, "chatbot") {
		t.Errorf("answered %s", text)
	}

	say("admin", "POST", "/api/v1/users", `{"name":"eva","role":"operator","scope":{"all":true}}`, "", 201)
	for name, body := range map[string]string{
		"eva": `{"name":"a","user":"eva","role":"operator"}`, "less": `{"name":"b","user":"eva","role":"viewer"}`, "nobody": `{"name":"c","role":"admin"}`,
	} {
		e.secrets[name], _ = say("admin", "POST", "/api/v1/tokens", body, "", 201)["secret"].(string)
	}
	code := regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`).FindString(kim.says("account link"))
	const mine = "/api/v1/me/chat-links"
	say("less", "POST", mine, `{"code":"`+code+`"}`, "", 403, "may less than its user")
	say("nobody", "POST", mine, `{"code":"`+code+`"}`, "", 403, "nobody's")
	say("eva", "POST", mine, `{"code":"0000-0000-0000-0000"}`, "", 422, "body.code")
	say("eva", "POST", mine, `{"code":"`+code+`"}`, "", 201, `"id":"U1"`, `"user":"eva"`, `"by":"eva"`)
	say("eva", "POST", mine, `{"code":"`+code+`"}`, "", 422, "body.code")
	say("less", "GET", mine, "", "", 200, `"count":1`)
	if text := kim.says("whoami"); !strings.Contains(text, "eva") || !strings.Contains(text, "operator") {
		t.Errorf("linked, and yet %s", text)
	}
	if text := kim.says("account show"); !strings.Contains(text, "eva") {
		t.Errorf("answered %s", text)
	}
	if text := kim.says("account link"); !strings.Contains(text, "linked to the user eva already") {
		t.Errorf("answered %s", text)
	}
	say("admin", "PATCH", "/api/v1/users/eva", `{"disabled":true}`, "*", 200)
	if text := kim.says("whoami"); !strings.Contains(text, "eva in lineman is disabled") {
		t.Errorf("disabled, and yet %s", text)
	}
	say("admin", "PATCH", "/api/v1/users/eva", `{"disabled":false}`, "*", 200)
	say("admin", "POST", "/api/v1/chat/links", `{"platform":"slack","chat_user":"U1","user":"chatbot"}`, "", 422, "body.chat_user")
	say("admin", "POST", "/api/v1/chat/links", `{"platform":"slack","chat_user":"U2","user":"nobody"}`, "", 422, "body.user")
	say("admin", "POST", "/api/v1/chat/links", `{"platform":"slack","chat_user":"U/2","user":"chatbot"}`, "", 201)
	say("eva", "DELETE", mine+"/slack/U%2F2", "", "", 404)
	say("eva", "DELETE", mine+"/slack/U1", "", "", 204)
	say("admin", "DELETE", "/api/v1/chat/links/slack/U%2F2", "", "", 204)
	say("admin", "GET", "/api/v1/chat/links", "", "", 200, `"count":0`)

	say("admin", "GET", "/api/v1/chat/seen?kind=user", "", "", 200, `"id":"U1"`, `"name":"nU1"`, `"count":1`)
	blocked := say("admin", "GET", "/api/v1/chat/log?outcome=blocked", "", "", 200, `"outcome":"blocked"`)
	id := ""
	for _, row := range blocked["results"].([]any) { // all in one second of this clock: in any order
		if row := row.(map[string]any); strings.Contains(row["details"].(string), "is disabled") {
			id = row["id"].(string)
		}
	}
	say("admin", "GET", "/api/v1/chat/log/"+id, "", "", 200, "is disabled", `"platform":"slack"`, `"channel":{"id":"C1","name":"noc"}`)
	say("admin", "GET", "/api/v1/chat/log/nothing", "", "", 404)
	n, seen := 0, map[string]bool{}
	for path := "/api/v1/chat/log?limit=2&cursor="; path != "" && n < 20; n++ {
		page := say("admin", "GET", strings.TrimSuffix(path, "&cursor="), "", "", 200)
		for _, row := range page["results"].([]any) {
			seen[row.(map[string]any)["id"].(string)] = true
		}
		next, _ := page["next_cursor"].(string)
		if path = ""; next != "" {
			path = "/api/v1/chat/log?limit=2&cursor=" + next
		}
	}
	if len(seen) != kim.n {
		t.Errorf("the log has %d commands, %d were given", len(seen), kim.n)
	}
	log := e.ask("admin", http.MethodGet, "/api/v1/audit?limit=1000", "").Body.String()
	for _, text := range []string{`"object":"grant"`, `"action":"link","object":"chat link"`, `"action":"unlink"`, `before: every command for organization T1 (acme)`} {
		if !strings.Contains(log, text) {
			t.Errorf("the audit log does not say %s", text)
		}
	}
}

// commandsOfChat read all that there is, in menus and counts too.
var commandsOfChat = []string{
	"maintenance list", "maintenance list upcoming", "maintenance list provider=" + sideB, "maintenance show " + sideB + "-" + sideB + "-T1", "maintenance show",
	"maintenance list circuit=" + sideB + "-C1", "circuit list", "circuit status", "circuit status " + sideB + "-C1", "circuit list provider=" + sideB,
	"provider list", "provider show " + sideB, "provider show", "circuit list type=\"" + sideB + " type\"", "about", "help",
}

// TestChatShowsOneSide: whatever a linked user reads in chat is the same before
// and after the other side has anything at all.
func TestChatShowsOneSide(t *testing.T) {
	e := newEstate(t)
	e.furnish(sideA)
	for _, kind := range models.GrantScopes {
		_, err := e.a.AddGrant(t.Context(), models.Grant{Kind: kind, Command: "*", Subcommand: "*", Value: "*"}, "")
		e.check(err)
	}
	before := map[string]string{}
	people := map[string]*chatter{}
	for by, scope := range scopes(sideA) {
		user := "U" + by
		e.check(e.a.CreateUser(t.Context(), NewUser{Name: "u-" + strings.ReplaceAll(by, " ", "-"), Role: models.RoleViewer, Scope: scope}))
		_, err := e.a.LinkChat(t.Context(), models.ChatLink{Platform: "slack", ChatUser: chatops.Party{ID: user}, User: "u-" + strings.ReplaceAll(by, " ", "-")})
		e.check(err)
		people[by] = e.chatter(user)
		for _, line := range commandsOfChat {
			before[by+": "+line] = people[by].says(line)
		}
		if text := before[by+": circuit list"] + before[by+": maintenance list"]; !strings.Contains(text, sideA) {
			t.Fatalf("by %s nothing is seen: %s", by, text)
		}
	}
	e.furnish(sideB)
	for by, who := range people {
		for _, line := range commandsOfChat {
			was, is := before[by+": "+line], who.says(line)
			if is != was {
				t.Errorf("by %s, %q was answered %q, and is now, with another side, %q", by, line, was, is)
			}
			if !strings.Contains(line, sideB+" ") && strings.Contains(is, sideB+" ") { // the asker's own words may come back
				t.Errorf("by %s, %q names the other side: %s", by, line, is)
			}
		}
	}
	stranger := e.chatter("Ustranger")
	if text := stranger.says("provider list"); !strings.Contains(text, sideA) || !strings.Contains(text, sideB) {
		t.Errorf("the fallback user sees %s", text)
	}
	_, err := e.a.store.ChangeUser(t.Context(), terminal, e.a.Config.ChatOps.FallbackUser, models.UserChange{Scope: &models.Scope{Providers: []string{sideB}}})
	e.check(err)
	if text := stranger.says("provider list"); strings.Contains(text, sideA) || !strings.Contains(text, sideB) {
		t.Errorf("the fallback user sees %s", text)
	}
	yes := true
	_, err = e.a.store.ChangeUser(t.Context(), terminal, e.a.Config.ChatOps.FallbackUser, models.UserChange{Disabled: &yes})
	e.check(err)
	if text := stranger.says("provider list"); !strings.Contains(text, "linked to no user") {
		t.Errorf("without the fallback user: %s", text)
	}
}

// TestExpiredGrants: what has expired does not count, at once.
func TestExpiredGrants(t *testing.T) {
	e := newEstate(t)
	_, err := e.a.AddGrant(t.Context(), models.Grant{Kind: models.GrantRule, Effect: models.GrantAllow, Command: "*", Subcommand: "*", Expires: today.Add(time.Minute)}, "")
	e.check(err)
	kim := e.chatter("U1")
	if text := kim.says("about"); !strings.Contains(text, "lineman reads") {
		t.Errorf("answered %s", text)
	}
	e.a.Now = func() time.Time { return today.Add(time.Minute) }
	if text := e.chatter("U1").says("about"); !strings.Contains(text, "organization T1, channel C1 (noc), user U1") {
		t.Errorf("expired, and yet %s", text)
	}
}
