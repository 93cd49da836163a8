package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lineman/models"
)

// TestAccountsOverREST walks the life of users and tokens over the API.
func TestAccountsOverREST(t *testing.T) {
	e := newEstate(t)
	e.furnish(sideA)
	_, err := e.a.store.ImportSites(t.Context(), []models.SiteRow{{Line: 2, Name: "Oslo"}})
	e.check(err)
	e.token("operator", models.RoleOperator, models.Scope{})
	var out map[string]any
	tag, match := "", "*"
	say := func(who, method, path, body string, status int, holds ...string) map[string]any {
		t.Helper()
		r := httptest.NewRequest(method, "http://lineman.example"+path, strings.NewReader(body))
		if name, password, is := strings.Cut(who, ":"); is {
			r.SetBasicAuth(name, password)
		} else {
			r.Header.Set("Authorization", "Bearer "+e.secrets[who])
		}
		r.Header.Set("Content-Type", "application/json")
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		w := httptest.NewRecorder()
		e.h.ServeHTTP(w, r)
		tag = w.Header().Get("ETag")
		if w.Code != status {
			t.Fatalf("%s %s %s as %s: %d, want %d: %s", method, path, body, who, w.Code, status, w.Body)
		}
		for _, text := range append(holds, `"`) {
			if w.Body.Len() > 0 && !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s %s as %s: no %s in %s", method, path, who, text, w.Body)
			}
		}
		if strings.Contains(w.Body.String(), "argon2") || strings.Contains(w.Body.String(), "hash") {
			t.Errorf("%s %s shows a hash: %s", method, path, w.Body)
		}
		if strings.Contains(w.Body.String(), `"secret"`) && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: a secret may be kept", method, path)
		}
		out = nil
		_ = json.Unmarshal(w.Body.Bytes(), &out) // nothing where there is no body
		return out
	}
	const eva = "eva:correct horse battery"
	say("admin", "POST", "/api/v1/users", `{"name":"eva","role":"operator","password":"correct horse battery","scope":{"sites":["markaa site","Oslo"]}}`, 201, `"password":true`, `"sites":["markaa site","Oslo"]`)
	for body, field := range map[string]string{
		`{"name":"eva","role":"viewer"}`: "body.name", `{"name":"b b","role":"viewer"}`: "body.name", `{"name":"bob","role":"calendar"}`: "body.role", `{"name":"bob"}`: "role",
		`{"name":"bob","role":"viewer","scope":{}}`: "body.scope", `{"name":"bob","role":"viewer","scope":{"all":true,"tags":["x"]}}`: "body.scope",
		`{"name":"bob","role":"viewer","scope":{"sites":["Nowhere"]}}`: "body.scope.sites", `{"name":"bob","role":"viewer","expires":"2001-01-01"}`: "body.expires",
		`{"name":"bob","role":"viewer","password":"short"}`: "body.password", `{"name":"bob","role":"viewer","password":""}`: "body.password",
		`{"name":"bob","role":"viewer","id":"1"}`: "body.id", `{"name":1,"role":"viewer"}`: "body.name", `{"name":"bob","role":"viewer","scope":{"all":1}}`: "body.scope.all",
	} {
		say("admin", "POST", "/api/v1/users", body, 422, field)
	}
	say(eva, "GET", "/api/v1/me", "", 200, `"user":"eva"`, `"token_id":""`)
	say(eva, "GET", "/api/v1/sites", "", 401)
	for body, field := range map[string]string{
		`{"name":"ci","role":"admin"}`: "body.role", `{"name":"ci","role":"viewer","scope":{"sites":["markaa site"],"tags":["x"]}}`: "body.scope.tags",
		`{"name":"a/b","role":"viewer"}`: "body.name", `{"name":"ci","role":"king"}`: "body.role",
	} {
		say(eva, "POST", "/api/v1/tokens", body, 422, field)
	}
	say(eva, "POST", "/api/v1/tokens", `{"name":"ci","role":"viewer","user":"admin"}`, 403)
	made := say(eva, "POST", "/api/v1/tokens", `{"name":"ci","role":"viewer","scope":{"sites":["Oslo"]}}`, 201, `"name":"eva/ci"`, `"secret":"lm_`)
	e.secrets["ci"], _ = made["secret"].(string)
	e.secrets["all"], _ = say(eva, "POST", "/api/v1/tokens", `{"name":"all","role":"operator"}`, 201)["secret"].(string)
	say("ci", "GET", "/api/v1/me", "", 200, `"name":"eva"`, `"role":"viewer"`, `"scope":{"sites":["Oslo"]}`)
	say("all", "GET", "/api/v1/me", "", 200, `"role":"operator"`, `"scope":{"sites":["markaa site","Oslo"]}`)
	say("all", "POST", "/api/v1/tokens", `{"name":"more","role":"viewer"}`, 403, "A token makes no tokens")
	say("operator", "POST", "/api/v1/tokens", `{"name":"more","role":"viewer"}`, 403)
	if n := say("ci", "GET", "/api/v1/tokens", "", 200)["count"]; n != 2.0 {
		t.Errorf("a user's token knows of %v tokens", n)
	}
	if n := say("operator", "GET", "/api/v1/tokens", "", 200)["count"]; n != 1.0 {
		t.Errorf("a token of nobody knows of %v tokens", n)
	}
	if n := say("admin", "GET", "/api/v1/tokens", "", 200)["count"]; n != 4.0 {
		t.Errorf("an admin knows of %v tokens", n)
	}
	say("ci", "DELETE", "/api/v1/tokens/operator", "", 404)
	say("operator", "DELETE", "/api/v1/tokens/eva%2Fci", "", 404)
	say("all", "POST", "/api/v1/maintenances/markaa-markaa-T2/notes", `{"title":"x","comment":"x"}`, 201, `"author":"eva"`)

	say("admin", "GET", "/api/v1/users/eva", "", 200)
	old := tag
	match = ""
	say("admin", "PATCH", "/api/v1/users/eva", `{"disabled":true}`, 428)
	say("admin", "DELETE", "/api/v1/users/eva", "", 428)
	match = old
	say("admin", "PATCH", "/api/v1/users/eva", `{"role":"viewer","scope":{"sites":["Oslo"]}}`, 200)
	say("admin", "PATCH", "/api/v1/users/eva", `{"disabled":true}`, 412)
	say("admin", "DELETE", "/api/v1/users/eva", "", 412)
	match = "*"
	say("all", "GET", "/api/v1/me", "", 200, `"role":"viewer"`, `"scope":{"sites":["Oslo"]}`)
	say("admin", "PATCH", "/api/v1/users/eva", `{"disabled":true}`, 200)
	say("ci", "GET", "/api/v1/me", "", 401)
	say(eva, "GET", "/api/v1/me", "", 401)
	say("admin", "PATCH", "/api/v1/users/eva", `{"disabled":false,"expires":"`+today.Add(time.Hour).Format(time.RFC3339)+`"}`, 200)
	say("ci", "GET", "/api/v1/me", "", 200, `"expires":"2031-`)
	say("admin", "PATCH", "/api/v1/users/eva", `{"expires":"","password":"another long password"}`, 200, `"expires":null`)
	say(eva, "GET", "/api/v1/me", "", 401)
	say("ci", "DELETE", "/api/v1/tokens/eva%2Fci", "", 204)
	say("ci", "GET", "/api/v1/me", "", 401)
	say("admin", "DELETE", "/api/v1/users/eva", "", 204)
	say("all", "GET", "/api/v1/me", "", 401)
	say("admin", "GET", "/api/v1/users/eva", "", 404)
	say("admin", "PATCH", "/api/v1/users/eva", `{}`, 404)

	e.secrets["short"], _ = say("admin", "POST", "/api/v1/tokens", `{"name":"short","role":"admin","expires":"`+today.Add(time.Hour).Format(time.RFC3339)+`"}`, 201)["secret"].(string)
	say("short", "POST", "/api/v1/tokens", `{"name":"long","role":"viewer"}`, 422, "body.expires", "outlive")
	log := e.ask("admin", http.MethodGet, "/api/v1/audit?limit=1000", "").Body.String()
	for _, text := range []string{`"create","object":"user"`, `"action":"set password"`, `"action":"revoke"`, `"action":"disable"`, `"name":"eva/ci"`, `"author":"eva"`} {
		if !strings.Contains(log, text) {
			t.Errorf("the audit log does not hold %s", text)
		}
	}
	if strings.Contains(log, "lm_") || strings.Contains(log, "correct horse") {
		t.Error("the audit log holds a secret")
	}
}
