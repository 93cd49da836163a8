// Package oauth makes the access tokens with which mailboxes are opened: of an
// application's own (client credentials), of a Google service account that
// acts for the mailbox, or of a person's stored consent. It stores nothing
// itself.
package oauth

import (
	"context"
	"errors"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"lineman/internal/config"
	"lineman/models"
)

// ErrConsent says, wrapped with what to do, that a person has to give consent
// before there is an access token.
var ErrConsent = errors.New("no consent")

// Refused says in a sentence why the server gives no token, and what to do.
type Refused struct{ Why string }

// Error gives the sentence.
func (r *Refused) Error() string { return r.Why }

// New makes the source of access tokens of a configured mailbox for scopes. It
// reads the credentials file, and calls nobody. Settings that cannot work are a
// *models.InputError that names the key.
//
// With a credentials file of a Google service account the token is that of
// account, for which the service account acts; a file of an OAuth client is
// refused, because it needs a stored consent (Stored). With client_id and
// token_url the token is the application's own (RFC 6749 section 4.4) and
// secret is its client secret; without any of them secret is the access token
// itself.
func New(src config.Source, client *http.Client, scopes ...string) (oauth2.TokenSource, error) {
	if src.CredentialsFile != "" {
		c, err := ReadCredentials(src)
		if err != nil {
			return nil, err
		}
		if c.Kind != KindServiceAccount {
			return nil, models.Invalid(key(src, "credentials_file"), "holds an OAuth client, whose consent must be stored; this needs lineman's database")
		}
		return c.impersonate(src, client, scopes)
	}
	switch {
	case src.Secret == "":
		return nil, models.Invalid(key(src, "secret"), "is missing; write the client secret as ${NAME} of an environment variable or file:/path")
	case src.ClientID == "":
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: src.Secret.Reveal()}), nil
	case src.TokenURL == "":
		return nil, models.Invalid(key(src, "token_url"), "is missing; write where tokens for client_id come from")
	}
	app := clientcredentials.Config{ClientID: src.ClientID, ClientSecret: src.Secret.Reveal(), TokenURL: src.TokenURL, Scopes: scopes}
	return app.TokenSource(context.WithValue(context.Background(), oauth2.HTTPClient, client)), nil
}

// key names a setting of a source in messages.
func key(src config.Source, name string) string {
	return "notification_sources[" + src.Name + "]." + name
}
