package imap

import (
	"bytes"
	"fmt"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
)

var _ imapserver.SessionSASL = (*session)(nil)

// AuthenticateMechanisms offers XOAUTH2 where the server has a token.
func (s *session) AuthenticateMechanisms() []string {
	if s.server.opt.Token == "" {
		return []string{sasl.Plain}
	}
	return []string{sasl.Plain, "XOAUTH2"}
}

// Authenticate begins an exchange.
func (s *session) Authenticate(mech string) (sasl.Server, error) {
	switch {
	case mech == sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.Login(user, password) }), nil
	case mech == "XOAUTH2" && s.server.opt.Token != "":
		return &xoauth2{session: s}, nil
	}
	return nil, imapserver.ErrAuthFailed
}

// xoauth2 is the server's side of XOAUTH2: a token that is not good is answered
// with a challenge that says so, and refused after the client's answer to it.
type xoauth2 struct {
	session *session
	refused bool
}

func (x *xoauth2) Next(response []byte) (challenge []byte, done bool, err error) {
	server := x.session.server
	if x.refused {
		return nil, false, imapserver.ErrAuthFailed
	}
	if response == nil {
		return nil, false, nil
	}
	server.mu.Lock()
	server.logins++
	refuse := server.faults.RefuseLogin
	server.mu.Unlock()
	want := fmt.Sprintf("user=%s\x01auth=Bearer %s\x01\x01", server.opt.User, server.opt.Token)
	if refuse || !bytes.Equal(response, []byte(want)) {
		x.refused = true
		return []byte(`{"status":"400","schemes":"Bearer","scope":"https://mail.example/"}`), false, nil
	}
	x.session.UserSession = imapmemserver.NewUserSession(server.user)
	return nil, true, nil
}
