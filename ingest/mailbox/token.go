package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/oauth2"

	"lineman/ingest"
)

// accessToken gets a token that is valid now. A source that knows no context
// and that the caller does not wait for any more ends by itself. The error
// is ErrLogin when the token is refused, ErrUnreachable when nobody says so.
func accessToken(ctx context.Context, from oauth2.TokenSource) (string, error) {
	if s, ok := from.(interface {
		TokenContext(context.Context) (*oauth2.Token, error)
	}); ok {
		token, err := s.TokenContext(ctx)
		switch {
		case err == nil:
			return token.AccessToken, nil
		case ctx.Err() != nil:
			return "", ctx.Err()
		}
		return "", tokenError(err)
	}
	type answer struct {
		token *oauth2.Token
		err   error
	}
	got := make(chan answer, 1)
	go func() {
		token, err := from.Token()
		got <- answer{token, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case a := <-got:
		if a.err != nil {
			return "", tokenError(a.err)
		}
		return a.token.AccessToken, nil
	}
}

// tokenError explains why there is no access token. What the server of the
// tokens says is shown without its body, which may repeat what was sent.
func tokenError(err error) error {
	var refused *oauth2.RetrieveError
	var lost *url.Error
	switch {
	case errors.As(err, &refused) && refused.Response != nil && (refused.Response.StatusCode >= 500 || refused.Response.StatusCode == http.StatusTooManyRequests):
		return fmt.Errorf("%w: the server of the access tokens answers %s", ingest.ErrUnreachable, refused.Response.Status)
	case errors.As(err, &refused):
		why := refused.ErrorCode
		if refused.ErrorDescription != "" {
			why = strings.TrimPrefix(why+": "+refused.ErrorDescription, ": ")
		}
		if why == "" && refused.Response != nil {
			why = refused.Response.Status
		}
		return fmt.Errorf("%w: no access token: %s; check client_id, secret and token_url", ingest.ErrLogin, plainText(why))
	case errors.As(err, &lost):
		return fmt.Errorf("%w: the server of the access tokens: %w", ingest.ErrUnreachable, lost.Err)
	}
	return fmt.Errorf("%w: no access token: %w", ingest.ErrLogin, err)
}

// plainText makes a server's text fit for people: short and printable.
func plainText(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	return text
}
