package oauth

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// early is how long before its end a token is not used any more.
const early = time.Minute

// Source is an oauth2.TokenSource that ends with its caller's context and
// keeps a token until it lapses. It may be used by many goroutines.
type Source struct {
	client *http.Client
	fetch  func(ctx context.Context, refused string) (*oauth2.Token, error)
	turn   chan struct{} // holds one value while nobody fetches
	held   *oauth2.Token
	bad    string // an access token that was refused
}

// newSource makes a source of what fetch gives. fetch is told the access token
// that was refused, so that it gives another.
func newSource(client *http.Client, fetch func(ctx context.Context, refused string) (*oauth2.Token, error)) *Source {
	s := &Source{client: client, fetch: fetch, turn: make(chan struct{}, 1)}
	s.turn <- struct{}{}
	return s
}

// Token is TokenContext without a context.
func (s *Source) Token() (*oauth2.Token, error) { return s.TokenContext(context.Background()) }

// TokenContext gives a token that is valid for another minute at least. The
// error is *Refused or ErrConsent when there will be none, else that of the
// way to the server.
func (s *Source) TokenContext(ctx context.Context) (*oauth2.Token, error) {
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.held != nil && s.held.AccessToken != s.bad && usable(s.held) {
		return s.held, nil
	}
	token, err := s.fetch(context.WithValue(ctx, oauth2.HTTPClient, s.client), s.bad)
	if err != nil {
		return nil, err
	}
	s.held = token
	return token, nil
}

// Refuse says that an access token was not taken although it has not lapsed:
// the next one will be another.
func (s *Source) Refuse(ctx context.Context, access string) {
	select {
	case <-s.turn:
		s.bad = access
		s.turn <- struct{}{}
	case <-ctx.Done():
	}
}

// usable compares with the clock of this machine, as package oauth2 does when
// it writes down when a token lapses.
func usable(t *oauth2.Token) bool {
	return t.AccessToken != "" && (t.Expiry.IsZero() || time.Until(t.Expiry) > early)
}
