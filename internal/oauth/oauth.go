// Package oauth makes the access tokens with which mailboxes are opened: of an
// application's own (client credentials), of a Google service account that
// acts for the mailbox, or of a person's stored consent.
package oauth

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"lineman/internal/config"
	"lineman/models"
)

// New makes the source of access tokens of a configured mailbox for scopes. It
// reads the credentials file, and calls nobody. Settings that cannot work are a
// *models.InputError that names the key.
//
// With client_id and token_url the token is the application's own (RFC 6749
// section 4.4) and secret is its client secret; without any of them secret is
// the access token itself.
func New(src config.Source, client *http.Client, scopes ...string) (oauth2.TokenSource, error) {
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
