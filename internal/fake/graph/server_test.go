package graph_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"lineman/internal/fake/graph"
)

// user calls the API with a good token.
type user struct {
	t      *testing.T
	server *graph.Server
	token  string
}

func start(t *testing.T) user {
	t.Helper()
	s, err := graph.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	resp, err := http.PostForm(s.TokenURL(), url.Values{
		"grant_type": {"client_credentials"}, "client_id": {graph.ClientID}, "client_secret": {graph.Secret},
		"scope": {"https://graph.microsoft.com/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || got.Token == "" {
		t.Fatalf("no token: %d %v", resp.StatusCode, err)
	}
	return user{t, s, got.Token}
}

// get reads what is at a path of the mailbox, or at a whole address.
func (u user) get(link string, prefer ...string) (int, map[string]any) {
	u.t.Helper()
	if !strings.HasPrefix(link, "http") {
		link = u.server.URL() + "/v1.0/users/" + graph.Account + link
	}
	req, err := http.NewRequestWithContext(u.t.Context(), http.MethodGet, link, nil)
	if err != nil {
		u.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+u.token)
	for _, p := range prefer {
		req.Header.Add("Prefer", p)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		u.t.Fatal(err)
	}
	defer resp.Body.Close()
	var body map[string]any
	_ = json.NewDecoder(resp.Body).Decode(&body) // MIME is no JSON
	return resp.StatusCode, body
}

const immutable = `IdType="ImmutableId"`

// TestIDs: only immutable ids outlive a move.
func TestIDs(t *testing.T) {
	u := start(t)
	id := u.server.Add(u.server.Folder("inbox"), []byte("Subject: a\r\n\r\n"), time.Unix(0, 0))
	list := "/mailFolders/inbox/messages?$filter=" + url.QueryEscape("receivedDateTime ge 1900-01-01T00:00:00Z") + "&$orderby=receivedDateTime%20asc"
	_, body := u.get(list)
	moving, _ := body["value"].([]any)[0].(map[string]any)["id"].(string)
	if err := u.server.Move(id, u.server.Folder("deleteditems")); err != nil {
		t.Fatal(err)
	}
	if code, _ := u.get("/messages/" + moving + "/$value"); moving == id || code != http.StatusNotFound {
		t.Errorf("the id %q gives %d after a move, want 404", moving, code)
	}
	if code, _ := u.get("/messages/"+id+"/$value", immutable); code != http.StatusOK {
		t.Errorf("the immutable id gives %d after a move", code)
	}
}

// TestDelta: what comes, changes and leaves is told once.
func TestDelta(t *testing.T) {
	u := start(t)
	inbox := u.server.Folder("inbox")
	stays := u.server.Add(inbox, nil, time.Unix(0, 0))
	leaves := u.server.Add(inbox, nil, time.Unix(0, 0))
	_, body := u.get("/mailFolders/inbox/messages/delta", immutable, "odata.maxpagesize=1")
	next, ok := body["@odata.nextLink"].(string)
	if !ok || len(body["value"].([]any)) != 1 {
		t.Fatalf("first page: %v", body)
	}
	_, body = u.get(next, immutable)
	if err := u.server.Move(leaves, u.server.Folder("deleteditems")); err != nil {
		t.Fatal(err)
	}
	if err := u.server.SetCategories(stays, "Red"); err != nil {
		t.Fatal(err)
	}
	_, body = u.get(body["@odata.deltaLink"].(string), immutable)
	told := map[string]bool{}
	for _, v := range body["value"].([]any) {
		m := v.(map[string]any)
		_, removed := m["@removed"]
		told[m["id"].(string)] = removed
	}
	if len(told) != 2 || told[stays] || !told[leaves] {
		t.Errorf("told of %v, want a change of %s and that %s left", told, stays, leaves)
	}
	if _, body = u.get(body["@odata.deltaLink"].(string), immutable); len(body["value"].([]any)) != 0 {
		t.Errorf("told again: %v", body)
	}
}

func TestRefusals(t *testing.T) {
	u := start(t)
	for link, want := range map[string]int{
		"/mailFolders/inbox":                                                http.StatusOK,
		"/mailFolders/nowhere":                                              http.StatusNotFound,
		"/mailFolders/inbox/messages":                                       http.StatusBadRequest, // by time alone
		"/mailFolders/inbox/messages/delta?$search=a":                       http.StatusBadRequest,
		"/mailFolders/inbox/messages/delta?$deltatoken=none":                http.StatusGone,
		"/messages/none":                                                    http.StatusNotFound,
		u.server.URL() + "/v1.0/users/nobody@example.net/mailFolders/inbox": http.StatusNotFound,
	} {
		if code, body := u.get(link); code != want {
			t.Errorf("%s: %d %v, want %d", link, code, body, want)
		}
	}
	u.server.Revoke()
	if code, _ := u.get("/mailFolders/inbox"); code != http.StatusUnauthorized {
		t.Errorf("with a revoked token: %d, want 401", code)
	}
}
