package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/emersion/go-imap/v2"
	"golang.org/x/oauth2"

	"lineman/ingest"
	"lineman/internal/config"
)

// The scopes that permit IMAP at the two large providers.
const (
	outlookIMAPScope = "https://outlook.office365.com/.default"
	gmailIMAPScope   = "https://mail.google.com/"
)

// imapTokens makes the source of a mailbox's access tokens, without I/O.
func imapTokens(src config.Source, o Options) (oauth2.TokenSource, error) {
	scopes := src.ExtraScopes
	if len(scopes) == 0 {
		scopes = []string{gmailIMAPScope}
		if u, err := url.Parse(src.TokenURL); err == nil && strings.EqualFold(u.Hostname(), "login.microsoftonline.com") {
			scopes = []string{outlookIMAPScope}
		}
	}
	return o.Token(src, scopes...)
}

// xoauth2 is the SASL mechanism XOAUTH2 of Google and Microsoft. A server that
// refuses the token says why in a challenge, which must be answered.
type xoauth2 struct {
	account, token string
	challenge      []byte // the server's reason
}

// Start gives the mechanism's name and its only message.
func (x *xoauth2) Start() (mech string, first []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.account + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next keeps the reason of a refusal and gives an answer without content. It
// is one byte, as in OAUTHBEARER: the client writes an empty one as `=`.
func (x *xoauth2) Next(challenge []byte) ([]byte, error) {
	x.challenge = challenge
	return []byte{1}, nil
}

// reason puts the challenge of a refusal into words.
func (x *xoauth2) reason() string {
	var said struct{ Status, Scope string }
	if len(x.challenge) == 0 || json.Unmarshal(x.challenge, &said) != nil {
		return string(x.challenge)
	}
	text := "status " + said.Status
	if said.Scope != "" {
		text += ", scope " + said.Scope
	}
	return text
}

// bear logs in with an access token.
func (s *imapSession) bear(ctx context.Context) error {
	if !s.client.Caps().Has(imap.AuthCap("XOAUTH2")) {
		return fmt.Errorf("%w: %s does not offer XOAUTH2 on this connection; use auth: login, or imap:// if it is not encrypted", ingest.ErrLogin, s.set.address)
	}
	mech := &xoauth2{account: s.set.account, token: s.bearer}
	err := s.client.Authenticate(mech)
	var refused *imap.Error
	switch {
	case err == nil:
		return s.enable()
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &refused) && imapTemporary(refused.Code):
		return fmt.Errorf("%w: %s cannot check access tokens now: %s", ingest.ErrUnreachable, s.set.address, s.clean(refused.Text))
	case errors.As(err, &refused):
		why := strings.TrimSuffix(s.clean(refused.Text), ".")
		if said := s.clean(mech.reason()); said != "" {
			why += " (" + said + ")"
		}
		return fmt.Errorf("%w: %s refused the access token of account %q: %s; check that it may read this mailbox over IMAP",
			ingest.ErrLogin, s.set.address, s.set.account, why)
	}
	return s.lost("log in to "+s.set.address, err)
}
