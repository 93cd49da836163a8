package oauth

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"lineman/internal/config"
	"lineman/models"
)

// The kinds of Google's credentials files.
const (
	KindServiceAccount = "service_account"
	KindWeb            = "web"       // an OAuth client whose consent comes back to a public address
	KindInstalled      = "installed" // an OAuth client whose consent comes back to this machine
)

const (
	googleAuthURL  = "https://accounts.google.com/o/oauth2/auth"
	googleTokenURL = "https://oauth2.googleapis.com/token"
	maxCredentials = 1 << 20 // bytes of a file
)

// Credentials is what a Google credentials file says.
type Credentials struct {
	Kind         string
	ClientID     string
	ClientSecret config.Secret
	AuthURL      string   // where consent is asked for
	TokenURL     string   // where tokens come from
	Redirects    []string // where consent may come back to
	Email        string   // of the service account

	keyID string
	key   *rsa.PrivateKey
}

// ReadCredentials reads the credentials file of a source: a service account's
// key or an OAuth client, as Google's console gives them. What cannot be used
// is a *models.InputError that names the key, and shows nothing of the file.
func ReadCredentials(src config.Source) (Credentials, error) {
	invalid := func(format string, args ...any) (Credentials, error) {
		return Credentials{}, models.Invalid(key(src, "credentials_file"), "%s %s", src.CredentialsFile, fmt.Sprintf(format, args...))
	}
	text, err := readFile(src.CredentialsFile)
	if err != nil {
		return invalid("cannot be read: %v", err)
	}
	var file struct {
		Type         string        `json:"type"`
		ClientID     string        `json:"client_id"`
		ClientEmail  string        `json:"client_email"`
		PrivateKey   string        `json:"private_key"`
		PrivateKeyID string        `json:"private_key_id"`
		TokenURI     string        `json:"token_uri"`
		Web          *clientInFile `json:"web"`
		Installed    *clientInFile `json:"installed"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return invalid("is no JSON file; download it from Google's console again")
	}
	var c Credentials
	switch {
	case file.Type == KindServiceAccount:
		c = Credentials{Kind: KindServiceAccount, ClientID: file.ClientID, Email: file.ClientEmail, TokenURL: file.TokenURI, keyID: file.PrivateKeyID}
		if c.key, err = jwt.ParseRSAPrivateKeyFromPEM([]byte(file.PrivateKey)); err != nil || c.Email == "" {
			return invalid("is the file of a service account without its key; make a new key in Google's console")
		}
	case file.Web != nil:
		c = file.Web.credentials(KindWeb)
	case file.Installed != nil:
		c = file.Installed.credentials(KindInstalled)
	default:
		return invalid("is neither a service account's key nor an OAuth client of kind web or installed; download one of them from Google's console")
	}
	if c.Kind != KindServiceAccount && (c.ClientID == "" || c.ClientSecret == "") {
		return invalid("names no client_id and client_secret; download it from Google's console again")
	}
	if src.TokenURL != "" {
		c.TokenURL = src.TokenURL
	}
	if c.TokenURL == "" {
		c.TokenURL = googleTokenURL
	}
	if c.AuthURL == "" {
		c.AuthURL = googleAuthURL
	}
	for _, u := range []string{c.TokenURL, c.AuthURL} {
		if !safe(u) {
			return invalid("names %s, which is not encrypted; the addresses of the server must begin with https://", u)
		}
	}
	return c, nil
}

type clientInFile struct {
	ClientID     string        `json:"client_id"`
	ClientSecret config.Secret `json:"client_secret"`
	AuthURI      string        `json:"auth_uri"`
	TokenURI     string        `json:"token_uri"`
	RedirectURIs []string      `json:"redirect_uris"`
}

func (f clientInFile) credentials(kind string) Credentials {
	return Credentials{
		Kind: kind, ClientID: f.ClientID, ClientSecret: f.ClientSecret,
		AuthURL: f.AuthURI, TokenURL: f.TokenURI, Redirects: f.RedirectURIs,
	}
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			return nil, path.Err
		}
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCredentials+1))
	if err == nil && len(text) > maxCredentials {
		err = fmt.Errorf("it has more than %d bytes", maxCredentials)
	}
	return text, err
}

// safe reports whether secrets may be sent to an address: encrypted, or on
// this machine.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
}

// impersonate makes the tokens with which a service account acts for the
// mailbox's account (domain-wide delegation; RFC 7523 section 2.1).
func (c Credentials) impersonate(src config.Source, client *http.Client, scopes []string) (*Source, error) {
	if src.Account == "" {
		return nil, models.Invalid(key(src, "account"), "is missing; write the address of the mailbox that the service account acts for")
	}
	return newSource(client, func(ctx context.Context, _ string) (*oauth2.Token, error) {
		now := time.Now()
		claims := jwt.MapClaims{
			"iss": c.Email, "sub": src.Account, "aud": c.TokenURL, "scope": strings.Join(scopes, " "),
			"iat": now.Add(-10 * time.Second).Unix(), "exp": now.Add(time.Hour - 10*time.Second).Unix(),
		}
		signed := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		if c.keyID != "" {
			signed.Header["kid"] = c.keyID
		}
		assertion, err := signed.SignedString(c.key)
		if err != nil {
			return nil, &Refused{"the key in " + src.CredentialsFile + " cannot sign; make a new key in Google's console"}
		}
		exchange := clientcredentials.Config{
			TokenURL: c.TokenURL, AuthStyle: oauth2.AuthStyleInParams,
			EndpointParams: url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}},
		}
		token, err := exchange.Token(ctx)
		if err != nil {
			return nil, c.delegation(src, scopes, err)
		}
		return token, nil
	}), nil
}

// delegation explains why a service account gets no token.
func (c Credentials) delegation(src config.Source, scopes []string, err error) error {
	var e *oauth2.RetrieveError
	if !refusal(err, &e) {
		return err
	}
	said := plain(e.ErrorCode + ": " + e.ErrorDescription)
	text := strings.ToLower(e.ErrorDescription)
	switch {
	case e.ErrorCode == "unauthorized_client" || e.ErrorCode == "access_denied":
		return &Refused{fmt.Sprintf("the service account may not act for %s (%s); in the Admin console, under domain-wide delegation, give client %s these scopes, all of them: %s",
			src.Account, said, c.ClientID, strings.Join(scopes, ","))}
	case e.ErrorCode == "invalid_scope":
		return &Refused{fmt.Sprintf("Google does not know one of the scopes %s (%s); check extra_scopes", strings.Join(scopes, ","), said)}
	case strings.Contains(text, "short-lived") || strings.Contains(text, "iat") || strings.Contains(text, "time"):
		return &Refused{fmt.Sprintf("Google does not take the time at which the request was signed (%s); set this machine's clock", said)}
	case strings.Contains(text, "signature"):
		return &Refused{fmt.Sprintf("Google does not know the key in %s any more (%s); make a new key in Google's console", src.CredentialsFile, said)}
	case e.ErrorCode == "invalid_grant":
		return &Refused{fmt.Sprintf("Google gives the service account no token for %s (%s); check account and credentials_file", src.Account, said)}
	}
	return &Refused{fmt.Sprintf("Google gives no token for %s (%s); check credentials_file", src.Account, said)}
}

// refusal reports whether the server itself said that there is no token, and
// will say so again.
func refusal(err error, e **oauth2.RetrieveError) bool {
	if !errors.As(err, e) || (*e).Response == nil {
		return false
	}
	code := (*e).Response.StatusCode
	return code < 500 && code != http.StatusTooManyRequests
}

// plain makes a server's text fit for people: short and printable.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.Trim(text, ": "))
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	if text == "" {
		return "without a reason"
	}
	return text
}
