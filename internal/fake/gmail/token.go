package gmail

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// What the credentials files hold.
const (
	serviceEmail = "lineman@project.iam.gserviceaccount.com"
	serviceID    = "100200300400500600700"
	clientID     = "4711-web.apps.googleusercontent.com"
	clientSecret = "GOCSPX-client-secret"
)

type grant struct {
	account string
	scopes  []string
	expires time.Time
}

type code struct {
	grant
	redirect, challenge string
}

// Consent is what the person at the consent page does.
type Consent struct {
	Account string   // who is logged in
	Deny    bool     // says no
	Scopes  []string // ticks only these; nil: all
}

// SetConsent says what the person at the consent page will do.
func (s *Server) SetConsent(c Consent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.consent = c
}

// Delegate says which scopes the service account was given.
func (s *Server) Delegate(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delegated = scopes
}

// Revoke takes back all that was consented to: refresh tokens and access
// tokens.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refresh)
	clear(s.tokens)
}

// Expire lets all access tokens lapse.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// ServiceAccount is the credentials file of the service account.
func (s *Server) ServiceAccount() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		panic(err) // the key was made here
	}
	return file(map[string]any{
		"type": "service_account", "project_id": "project", "private_key_id": "k1", "client_email": serviceEmail, "client_id": serviceID,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": s.URL() + "/token",
	})
}

// Client is the credentials file of an OAuth client, of kind web or installed.
func (s *Server) Client(kind string, redirects ...string) []byte {
	return file(map[string]any{kind: map[string]any{
		"client_id": clientID, "client_secret": clientSecret, "redirect_uris": redirects,
		"auth_uri": s.URL() + "/o/oauth2/auth", "token_uri": s.URL() + "/token",
	}})
}

func file(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it was made here
	}
	return text
}

// page is the consent page: the person answers at once, and the browser goes
// where it is sent.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	back, err := url.Parse(r.FormValue("redirect_uri"))
	if err != nil || r.FormValue("client_id") != clientID || r.FormValue("response_type") != "code" || r.FormValue("code_challenge_method") != "S256" {
		http.Error(w, "Error 400: invalid_request", http.StatusBadRequest)
		return
	}
	q := back.Query()
	q.Set("state", r.FormValue("state"))
	if s.consent.Deny {
		q.Set("error", "access_denied")
	} else {
		c := code{redirect: r.FormValue("redirect_uri"), challenge: r.FormValue("code_challenge")}
		c.account, c.scopes = s.consent.Account, strings.Fields(r.FormValue("scope"))
		if s.consent.Scopes != nil {
			c.scopes = s.consent.Scopes
		}
		id := rand.Text()
		s.codes[id] = c
		q.Set("code", id)
		q.Set("scope", strings.Join(c.scopes, " "))
	}
	back.RawQuery = q.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	switch r.FormValue("grant_type") {
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		s.signed(w, r)
		return
	case "refresh_token", "authorization_code":
		if r.FormValue("client_id") != clientID || r.FormValue("client_secret") != clientSecret {
			deny(w, http.StatusUnauthorized, "invalid_client", "The OAuth client was not found.")
			return
		}
	default:
		deny(w, http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+r.FormValue("grant_type"))
		return
	}
	if r.FormValue("grant_type") == "refresh_token" {
		g, ok := s.refresh[r.FormValue("refresh_token")]
		if !ok {
			deny(w, http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
			return
		}
		s.give(w, g, false)
		return
	}
	c, ok := s.codes[r.FormValue("code")]
	delete(s.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	switch {
	case !ok || c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		deny(w, http.StatusBadRequest, "invalid_grant", "Malformed auth code.")
	case c.redirect != r.FormValue("redirect_uri"):
		deny(w, http.StatusBadRequest, "redirect_uri_mismatch", "Bad Request")
	default:
		s.give(w, c.grant, true)
	}
}

// signed answers a service account that acts for somebody.
func (s *Server) signed(w http.ResponseWriter, r *http.Request) {
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(r.FormValue("assertion"), claims,
		func(*jwt.Token) (any, error) { return &s.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience("http://"+s.address+"/token"), jwt.WithIssuer(serviceEmail), jwt.WithExpirationRequired())
	scope, _ := claims["scope"].(string)
	scopes := strings.Fields(scope)
	switch {
	case err != nil:
		deny(w, http.StatusBadRequest, "invalid_grant", "Invalid JWT Signature.")
	case claims["sub"] != Account:
		deny(w, http.StatusBadRequest, "invalid_grant", "Invalid email or User ID")
	case len(scopes) == 0 || slices.ContainsFunc(scopes, func(v string) bool { return !slices.Contains(s.delegated, v) }):
		deny(w, http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.")
	default:
		s.give(w, grant{account: Account, scopes: scopes}, false)
	}
}

func (s *Server) give(w http.ResponseWriter, g grant, lasting bool) {
	answer := map[string]any{"access_token": "ya29." + rand.Text(), "token_type": "Bearer", "expires_in": 3599, "scope": strings.Join(g.scopes, " ")}
	if lasting {
		token := "1//" + rand.Text()
		s.refresh[token] = g
		answer["refresh_token"] = token
	}
	g.expires = time.Now().Add(time.Hour)
	s.tokens[answer["access_token"].(string)] = g
	s.issued++
	respond(w, http.StatusOK, answer)
}

// Issued tells how many access tokens were given.
func (s *Server) Issued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issued
}

func deny(w http.ResponseWriter, status int, reason, text string) {
	respond(w, status, map[string]string{"error": reason, "error_description": text})
}
