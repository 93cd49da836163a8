package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"

	"lineman/ingest"
	"lineman/internal/oauth"
)

// gmailMaxAnswer bounds one answer: the largest mail that is read, in base64,
// with room to spare.
const gmailMaxAnswer = 64 << 20

// gmailTransport gives calls their access token, once more with a new one
// where it is refused, and bounds the answers.
type gmailTransport struct {
	tokens oauth2.TokenSource
	base   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *gmailTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, token, err := t.send(r)
	again, can := t.tokens.(*oauth.Source)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !can || r.Body != nil && r.GetBody == nil {
		return resp, err
	}
	// It was withdrawn, or this machine's clock is wrong.
	drain(resp.Body)
	again.Refuse(r.Context(), token)
	if r.Body != nil {
		body, err := r.GetBody()
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = body
	}
	resp, _, err = t.send(r)
	return resp, err
}

func (t *gmailTransport) send(r *http.Request) (*http.Response, string, error) {
	token, err := gmailToken(r.Context(), t.tokens)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // a RoundTripper must
		}
		return nil, "", err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, token, err
	}
	resp.Body = &bounded{ReadCloser: resp.Body, left: gmailMaxAnswer}
	return resp, token, nil
}

func drain(body io.ReadCloser) {
	_, _ = io.Copy(io.Discard, io.LimitReader(body, 1<<16))
	_ = body.Close()
}

var errTooLong = errors.New("the answer is longer than any that lineman reads")

// bounded ends an answer that is too long with an error.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// tokenRefused is an error of getting a token, as against one of the call.
type tokenRefused struct{ err error }

func (t *tokenRefused) Error() string { return t.err.Error() }
func (t *tokenRefused) Unwrap() error { return t.err }

func gmailToken(ctx context.Context, from oauth2.TokenSource) (string, error) {
	var token *oauth2.Token
	var err error
	if s, ok := from.(*oauth.Source); ok {
		token, err = s.TokenContext(ctx)
	} else {
		token, err = from.Token()
	}
	if err != nil {
		return "", &tokenRefused{err}
	}
	return token.AccessToken, nil
}

// explain turns an error of the API into one of the contract: ErrLogin with
// what to do, ErrUnreachable for what passes, or the API's own.
func (b *gmailBox) explain(doing string, err error) error {
	var noToken *tokenRefused
	if errors.As(err, &noToken) {
		return b.explainToken(noToken.err)
	}
	var said *googleapi.Error
	if !errors.As(err, &said) {
		if errors.Is(err, errTooLong) {
			return fmt.Errorf("%s: %w", doing, errTooLong)
		}
		return fmt.Errorf("%w: %s: %w", ingest.ErrUnreachable, doing, unquoted(err))
	}
	text := gmailSays(said)
	reasons := gmailReasons(said)
	switch {
	case said.Code == http.StatusUnauthorized:
		return fmt.Errorf("%w: Gmail does not take the access token (%s); run: lineman sources validate %s", ingest.ErrLogin, text, b.set.source)
	case said.Code == http.StatusForbidden && slices.ContainsFunc(reasons, isGmailPatience), said.Code == http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s: Gmail asks for patience, %d (%s); the next pass goes on", ingest.ErrUnreachable, doing, said.Code, text)
	case said.Code >= 500:
		return &gmailTrouble{fmt.Errorf("%w: %s: Gmail answers %d (%s)", ingest.ErrUnreachable, doing, said.Code, text)}
	case said.Code == http.StatusForbidden && has(reasons, "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"):
		return &gmailScope{fmt.Sprintf("the access token lacks a scope (%s); it needs %s: grant it, or run: lineman sources validate %s",
			text, strings.Join(b.set.scopes, " and "), b.set.source)}
	case said.Code == http.StatusForbidden && has(reasons, "accessNotConfigured", "SERVICE_DISABLED"):
		return fmt.Errorf("%w: the Gmail API is switched off in the project of the credentials (%s); enable it in Google's console", ingest.ErrLogin, text)
	case said.Code == http.StatusForbidden:
		return fmt.Errorf("%w: Gmail refuses %s (%s); check the rights of %s and its delegation", ingest.ErrLogin, b.set.account, text, b.set.source)
	case said.Code == http.StatusBadRequest && has(reasons, "failedPrecondition", "FAILED_PRECONDITION"):
		return fmt.Errorf("%w: %s has no Gmail mailbox (%s); check account", ingest.ErrLogin, b.set.account, text)
	}
	return &gmailAnswer{code: said.Code, text: fmt.Sprintf("%s: Gmail answers %d (%s)", doing, said.Code, text)}
}

func (b *gmailBox) explainToken(err error) error {
	var refused *oauth.Refused
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused), errors.Is(err, oauth.ErrConsent):
		return fmt.Errorf("%w: %w", ingest.ErrLogin, err)
	case errors.As(err, &answered) && answered.Response != nil:
		if code := answered.Response.StatusCode; code < 500 && code != http.StatusTooManyRequests {
			return fmt.Errorf("%w: no access token for %s: the server answers %d; check credentials_file", ingest.ErrLogin, b.set.account, code)
		}
		return fmt.Errorf("%w: the server of the access tokens answers %s", ingest.ErrUnreachable, answered.Response.Status)
	}
	return fmt.Errorf("%w: get an access token: %w", ingest.ErrUnreachable, unquoted(err))
}

// gmailTrouble is a failure of Gmail's own: about one message, or altogether.
type gmailTrouble struct{ err error }

func (t *gmailTrouble) Error() string { return t.err.Error() }
func (t *gmailTrouble) Unwrap() error { return t.err }

// gmailScope is a refusal of one kind of call for want of a scope.
type gmailScope struct{ text string }

func (s *gmailScope) Error() string { return ingest.ErrLogin.Error() + ": " + s.text }
func (s *gmailScope) Unwrap() error { return ingest.ErrLogin }

// gmailAnswer is an answer about the one thing that was asked for.
type gmailAnswer struct {
	code int
	text string
}

func (a *gmailAnswer) Error() string { return a.text }

func isGmailCode(err error, code int) bool {
	var a *gmailAnswer
	return errors.As(err, &a) && a.code == code
}

// isGmailPatience tells the reasons with which a call is refused for now.
func isGmailPatience(reason string) bool {
	return has([]string{"rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED"}, reason)
}

// gmailReasons gives the reasons of an answer, of both of Google's forms.
func gmailReasons(e *googleapi.Error) []string {
	var all []string
	for _, item := range e.Errors {
		all = append(all, item.Reason)
	}
	for _, d := range e.Details {
		if m, ok := d.(map[string]any); ok {
			if r, ok := m["reason"].(string); ok {
				all = append(all, r)
			}
		}
	}
	return all
}

func has(list []string, any ...string) bool {
	return slices.ContainsFunc(any, func(a string) bool { return slices.Contains(list, a) })
}

// gmailSays gives what Gmail says, short and printable.
func gmailSays(e *googleapi.Error) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, e.Message)
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	if text == "" {
		return http.StatusText(e.Code)
	}
	return text
}

// unquoted takes the address off an error of the way: its query may be long.
func unquoted(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
