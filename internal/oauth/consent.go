package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"lineman/internal/config"
)

// Request is one question for a person's consent (RFC 6749 section 4.1 with
// PKCE). Verifier must stay secret; State comes back with the answer and shows
// that it is one.
type Request struct {
	State    string
	Verifier string
	Redirect string // where the answer comes back to
	Scopes   []string
}

// NewRequest makes a request with a fresh state and verifier.
func NewRequest(redirect string, scopes []string) Request {
	return Request{State: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(), Redirect: redirect, Scopes: scopes}
}

// URL is what the person opens in a browser. The token will be of the kind
// that can be refreshed without the person.
func (c Credentials) URL(r Request, account string) string {
	app := c.config(r.Redirect, r.Scopes)
	return app.AuthCodeURL(r.State, oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(r.Verifier),
		oauth2.SetAuthURLParam("prompt", "consent"), oauth2.SetAuthURLParam("include_granted_scopes", "true"),
		oauth2.SetAuthURLParam("login_hint", account))
}

// Exchange turns the code that came back into a grant. *Refused when the
// server refuses it, or when what was granted is not enough.
func (c Credentials) Exchange(ctx context.Context, client *http.Client, r Request, code string) (Grant, error) {
	app := c.config(r.Redirect, r.Scopes)
	token, err := app.Exchange(context.WithValue(ctx, oauth2.HTTPClient, client), code, oauth2.VerifierOption(r.Verifier))
	var e *oauth2.RetrieveError
	switch {
	case err != nil && refusal(err, &e):
		return Grant{}, &Refused{fmt.Sprintf("Google does not take the answer (%s); check that %s is the client's newest file and %s one of its redirect addresses, then ask again",
			plain(e.ErrorCode+": "+e.ErrorDescription), "credentials_file", r.Redirect)}
	case err != nil:
		return Grant{}, fmt.Errorf("exchange the code for a token: %w", err)
	case token.RefreshToken == "":
		return Grant{}, &Refused{"Google gave no token that lasts; remove lineman from the third-party access of the account and ask again"}
	}
	grant := grantOf(token, r.Scopes)
	if !Covers(grant.Scopes, r.Scopes) {
		return Grant{}, &Refused{fmt.Sprintf("not everything was granted: %v is missing; ask again and tick all boxes", missing(grant.Scopes, r.Scopes))}
	}
	return grant, nil
}

func (c Credentials) config(redirect string, scopes []string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret.Reveal(), RedirectURL: redirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: c.AuthURL, TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInParams},
	}
}

// grantFile is a grant as it is sealed.
type grantFile struct {
	Account string    `json:"account"`
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expiry  time.Time `json:"expiry"`
	Scopes  []string  `json:"scopes"`
}

// Marshal writes a grant with its secrets, to be encrypted.
func (g Grant) Marshal() ([]byte, error) {
	return json.Marshal(grantFile{g.Account, g.Access.Reveal(), g.Refresh.Reveal(), g.Expiry, g.Scopes})
}

// UnmarshalGrant reads what Marshal wrote.
func UnmarshalGrant(text []byte) (Grant, error) {
	var f grantFile
	if err := json.Unmarshal(text, &f); err != nil {
		return Grant{}, errors.New("it is no stored token")
	}
	return Grant{Account: f.Account, Access: config.Secret(f.Access), Refresh: config.Secret(f.Refresh), Expiry: f.Expiry, Scopes: f.Scopes}, nil
}
