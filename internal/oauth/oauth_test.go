package oauth_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"lineman/internal/config"
	"lineman/internal/fake/gmail"
	"lineman/internal/oauth"
	"lineman/internal/webclient"
)

var client = webclient.New(webclient.Options{Attempts: 2, Pause: time.Millisecond, Longest: time.Millisecond})

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start starts a token server and gives a source with the credentials file
// that it made.
func start(t *testing.T, file func(*gmail.Server) []byte) (*gmail.Server, config.Source) {
	t.Helper()
	s, err := gmail.Start()
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	src := config.Source{Name: "noc", Account: gmail.Account, CredentialsFile: filepath.Join(t.TempDir(), "file.json")}
	must(t, os.WriteFile(src.CredentialsFile, file(s), 0o600))
	return s, src
}

// shelf is a Keeper in memory.
type shelf struct {
	grant   oauth.Grant
	there   bool
	renewed int
}

func (s *shelf) Load(context.Context) (oauth.Grant, bool, error) { return s.grant, s.there, nil }
func (s *shelf) Drop(context.Context, oauth.Grant) error         { s.there = false; return nil }
func (s *shelf) Renew(_ context.Context, _, fresh oauth.Grant) error {
	s.grant, s.renewed = fresh, s.renewed+1
	return nil
}

// consented gives a source of tokens with a person's consent.
func consented(t *testing.T) (*gmail.Server, *oauth.Source, *shelf) {
	t.Helper()
	s, src := start(t, func(s *gmail.Server) []byte { return s.Client("web", "http://lineman.example/back") })
	c, err := oauth.ReadCredentials(src)
	must(t, err)
	r := oauth.NewRequest("http://lineman.example/back", []string{oauth.ScopeRead})
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := stay.Get(c.URL(r, src.Account))
	must(t, err)
	must(t, resp.Body.Close())
	back, err := resp.Location()
	must(t, err)
	if back.Query().Get("state") != r.State {
		t.Fatalf("the answer comes with another state: %s", back)
	}
	wrong := r
	wrong.Verifier = oauth2.GenerateVerifier()
	if _, err := c.Exchange(t.Context(), client, wrong, back.Query().Get("code")); !errors.As(err, new(*oauth.Refused)) {
		t.Errorf("with another verifier: %v, want Refused", err)
	}
	resp, err = stay.Get(c.URL(r, src.Account))
	must(t, err)
	must(t, resp.Body.Close())
	back, err = resp.Location()
	must(t, err)
	grant, err := c.Exchange(t.Context(), client, r, back.Query().Get("code"))
	must(t, err)
	grant.Account = src.Account
	keeper := &shelf{grant: grant, there: true}
	return s, oauth.Stored(src, c, client, keeper, oauth.ScopeRead), keeper
}

func TestStored(t *testing.T) {
	s, tokens, keeper := consented(t)
	first, err := tokens.TokenContext(t.Context())
	must(t, err)
	if keeper.renewed != 0 || first.AccessToken != keeper.grant.Access.Reveal() {
		t.Errorf("a token that is valid was fetched again %d times", keeper.renewed)
	}
	old := keeper.grant.Refresh
	tokens.Refuse(t.Context(), first.AccessToken)
	second, err := tokens.TokenContext(t.Context())
	must(t, err)
	if keeper.renewed != 1 || second.AccessToken == first.AccessToken || keeper.grant.Refresh != old || keeper.grant.Account != gmail.Account {
		t.Errorf("refreshed %d times, kept %+v", keeper.renewed, keeper.grant)
	}
	s.SetFaults(gmail.Fault{Path: "/token", Status: 503})
	tokens.Refuse(t.Context(), second.AccessToken)
	if _, err := tokens.TokenContext(t.Context()); err == nil || errors.Is(err, oauth.ErrConsent) || !keeper.there {
		t.Errorf("the server is in trouble: %v; kept: %v", err, keeper.there)
	}
	s.SetFaults()
	s.Revoke()
	if _, err := tokens.TokenContext(t.Context()); !errors.Is(err, oauth.ErrConsent) || keeper.there {
		t.Errorf("withdrawn: %v; kept: %v", err, keeper.there)
	}
}

func TestStoredForSomethingElse(t *testing.T) {
	for name, change := range map[string]func(*shelf){
		"none":            func(k *shelf) { k.there = false },
		"fewer scopes":    func(k *shelf) { k.grant.Scopes = []string{"https://www.googleapis.com/auth/calendar"} },
		"another account": func(k *shelf) { k.grant.Account = "other@example.net" },
	} {
		_, tokens, keeper := consented(t)
		change(keeper)
		_, err := tokens.TokenContext(t.Context())
		if !errors.Is(err, oauth.ErrConsent) || !strings.Contains(err.Error(), "lineman sources validate noc") {
			t.Errorf("%s: %v, want ErrConsent with what to do", name, err)
		}
	}
}

func TestServiceAccount(t *testing.T) {
	s, src := start(t, func(s *gmail.Server) []byte { return s.ServiceAccount() })
	made, err := oauth.New(src, client, oauth.ScopeRead)
	must(t, err)
	for range 3 {
		_, err := made.Token()
		must(t, err)
	}
	if s.Issued() != 1 {
		t.Errorf("%d tokens were made, want one that is kept", s.Issued())
	}
	s.SetFaults(gmail.Fault{Path: "/token", Status: 500})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	again, err := oauth.New(src, client, oauth.ScopeRead)
	must(t, err)
	if _, err := again.(*oauth.Source).TokenContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that ended: %v", err)
	}
}

func TestCovers(t *testing.T) {
	for _, test := range []struct {
		granted, wanted []string
		want            bool
	}{
		{[]string{oauth.ScopeMail}, []string{oauth.ScopeRead, oauth.ScopeModify}, true},
		{[]string{oauth.ScopeModify}, []string{oauth.ScopeRead}, true},
		{[]string{oauth.ScopeModify}, []string{oauth.ScopeMail}, false},
		{[]string{oauth.ScopeRead}, []string{oauth.ScopeModify}, false},
		{[]string{oauth.ScopeRead, "x"}, []string{"x", oauth.ScopeRead}, true},
		{nil, []string{oauth.ScopeRead}, false},
	} {
		if got := oauth.Covers(test.granted, test.wanted); got != test.want {
			t.Errorf("%v covers %v: %v", test.granted, test.wanted, got)
		}
	}
}
