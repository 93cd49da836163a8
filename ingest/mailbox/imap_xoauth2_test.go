package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/internal/fake/dovecot"
	fakeimap "lineman/internal/fake/imap"
	"lineman/internal/webclient"
)

// issuer is a server of access tokens for one application.
type issuer struct {
	url    string
	tokens []string // one for each request; the last one stays
	scopes []string // that were asked for
	status int      // 0: it gives tokens
	life   int      // of a token in seconds
}

func newIssuer(t *testing.T, tokens ...string) *issuer {
	t.Helper()
	is := &issuer{tokens: tokens, life: 3600}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, secret, _ := r.BasicAuth()
		w.Header().Set("Content-Type", "application/json")
		switch {
		case is.status != 0:
			w.WriteHeader(is.status)
		case user != "app" || secret != "CANARY-5f1e" || r.FormValue("grant_type") != "client_credentials":
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":"invalid_client","error_description":"the secret\nis not CANARY"}`)
		default:
			is.scopes = append(is.scopes, r.FormValue("scope"))
			fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":%d,"access_token":%q}`, is.life, is.tokens[0])
			if len(is.tokens) > 1 {
				is.tokens = is.tokens[1:]
			}
		}
	}))
	t.Cleanup(server.Close)
	is.url = server.URL
	return is
}

// bearing turns a source to XOAUTH2 with tokens of the issuer.
func (is *issuer) bearing(src config.Source) config.Source {
	src.Auth, src.Secret, src.ClientID, src.TokenURL = "xoauth2", "CANARY-5f1e", "app", is.url
	return src
}

func TestXOAUTH2(t *testing.T) {
	t.Run("in process", func(t *testing.T) {
		readsWithToken(t, newFakeStage(t, fakeimap.Options{Token: "good"}), "good")
	})
	t.Run("dovecot", func(t *testing.T) {
		s := newDovecotStage(t, dovecot.Options{Tokens: true})
		readsWithToken(t, s, s.imapServer.(*dovecot.Server).Token(s.User(), time.Now().Add(time.Hour)))
	})
}

func readsWithToken(t *testing.T, s *imapStage, token string) {
	is := newIssuer(t, token)
	src := is.bearing(s.source())
	raw := sample(1, 300)
	ref := s.add(t, "INBOX", raw, noon)
	box := open(t, src)
	_, err := box.Folders(t.Context())
	must(t, err)
	if got := fetchAll(t, box, refsOf([]ingest.Listed{{Ref: ref}})); string(got[ref]) != string(raw) {
		t.Error("the mail did not arrive")
	}
	must(t, box.(ingest.Labeler).Label(t.Context(), ref, "", []string{src.Labels["parsed"]}, nil))
	if diff := cmp.Diff([]string{src.Labels["parsed"]}, s.labels(t, src, ref)); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}

	// After the connection was lost the token is still good, so none is asked for.
	s.stop(t)
	if _, err := box.Folders(t.Context()); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("without the server: %v", err)
	}
	s.start(t)
	_, err = box.Folders(t.Context())
	must(t, err)
	if diff := cmp.Diff([]string{"https://mail.google.com/"}, is.scopes); diff != "" {
		t.Errorf("scopes asked for (-want +got):\n%s", diff)
	}
}

// TestXOAUTH2Refused: the server's reason is shown, the token is not.
func TestXOAUTH2Refused(t *testing.T) {
	refused := func(t *testing.T, s *imapStage, token string, want ...string) {
		t.Helper()
		_, err := open(t, newIssuer(t, token).bearing(s.source())).Folders(t.Context())
		if !errors.Is(err, ingest.ErrLogin) {
			t.Fatalf("got %v, want ErrLogin", err)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
		if strings.Contains(err.Error(), token) {
			t.Errorf("%q shows the token", err)
		}
		ref := s.add(t, "INBOX", sample(1, 100), noon)
		if got := fetchAll(t, open(t, s.source()), refsOf([]ingest.Listed{{Ref: ref}})); len(got) != 1 {
			t.Error("the server does not answer afterwards")
		}
	}
	t.Run("in process", func(t *testing.T) {
		refused(t, newFakeStage(t, fakeimap.Options{Token: "good"}), "CANARY-token", "status 400", "https://mail.example/", "noc@example.net")
	})
	s := newDovecotStage(t, dovecot.Options{Tokens: true})
	server := s.imapServer.(*dovecot.Server)
	t.Run("dovecot, expired", func(t *testing.T) {
		refused(t, s, server.Token(s.User(), time.Now().Add(-time.Hour)), "status ", "noc@example.net")
	})
	t.Run("dovecot, of somebody else", func(t *testing.T) {
		refused(t, s, server.Token("other@example.net", time.Now().Add(time.Hour)), "noc@example.net")
	})
	t.Run("not offered", func(t *testing.T) {
		refused(t, newFakeStage(t, fakeimap.Options{}), "CANARY-token", "does not offer XOAUTH2")
	})
}

// TestTokenIsRefreshed: a token that ran out is replaced by the next one.
func TestTokenIsRefreshed(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{Token: "second"})
	is := newIssuer(t, "first", "second")
	is.life = 1 // a token is taken as expired some seconds before
	box := open(t, is.bearing(s.source()))
	if _, err := box.Folders(t.Context()); !errors.Is(err, ingest.ErrLogin) {
		t.Errorf("with the first token: %v", err)
	}
	_, err := box.Folders(t.Context())
	must(t, err)
}

func TestTokenTrouble(t *testing.T) {
	s := newFakeStage(t, fakeimap.Options{Token: "good"})
	try := func(src config.Source) error {
		box, err := mailbox.Open(src, mailbox.Options{HTTP: webclient.New(webclient.Options{Attempts: 1})})
		must(t, err)
		defer box.Close()
		_, err = box.Folders(t.Context())
		return err
	}
	is := newIssuer(t, "good")
	src := is.bearing(s.source())
	src.ExtraScopes = []string{"one", "two"}
	must(t, try(src))
	if diff := cmp.Diff([]string{"one two"}, is.scopes); diff != "" {
		t.Errorf("scopes asked for (-want +got):\n%s", diff)
	}
	wrong := src
	wrong.Secret = "CANARY-wrong"
	err := try(wrong)
	if !errors.Is(err, ingest.ErrLogin) || !strings.Contains(err.Error(), "invalid_client: the secret is not") || strings.Contains(err.Error(), "CANARY-wrong") {
		t.Errorf("with a wrong secret: %v", err)
	}
	is.status = http.StatusServiceUnavailable
	if err := try(src); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("without tokens for now: %v", err)
	}
	src.TokenURL = "http://127.0.0.1:1/token"
	if err := try(src); !errors.Is(err, ingest.ErrUnreachable) {
		t.Errorf("without a server of tokens: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, src).Folders(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestOutlookScope: tokens of Microsoft are asked for with Outlook's scope.
func TestOutlookScope(t *testing.T) {
	src := newIssuer(t, "good").bearing(newFakeStage(t, fakeimap.Options{}).source())
	src.TokenURL = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
	var asked []string
	_, err := mailbox.Open(src, mailbox.Options{Token: tokens(func(scopes ...string) { asked = scopes })})
	must(t, err)
	if diff := cmp.Diff([]string{"https://outlook.office365.com/.default"}, asked); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	src.TokenURL, src.ClientID, src.Secret = "", "", ""
	if _, err := mailbox.Open(src, mailbox.Options{}); err == nil || !strings.Contains(err.Error(), "secret") {
		t.Errorf("without anything to log in with: %v", err)
	}
}

// tokens tells which scopes a mailbox asks for.
func tokens(asked func(...string)) func(config.Source, ...string) (oauth2.TokenSource, error) {
	return func(_ config.Source, scopes ...string) (oauth2.TokenSource, error) {
		asked(scopes...)
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "good"}), nil
	}
}
