package destination

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"lineman/chatops"
	"lineman/internal/webclient"
	"lineman/notify"
)

const (
	// longestWait bounds what a server may ask for: it may be wrong, and the
	// world goes on.
	longestWait = time.Hour
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 64 << 10
	// maxExcerpt is how much of it is shown, in bytes.
	maxExcerpt = 200
)

// answered says what an HTTP answer means: nil for success, else a
// *notify.Failure. What may change by itself is worth trying again: 408, 421,
// 425, 429 and 5xx, but not 501 and 505. A redirect is never followed.
func answered(who string, r *http.Response, now time.Time) error {
	code := r.StatusCode
	text := strings.TrimSpace(fmt.Sprint(code, " ", http.StatusText(code)))
	switch {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return notify.Fatal(fmt.Errorf("%s answered %s, but redirects are not followed; set the url to where it leads", who, text))
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return notify.Fatal(fmt.Errorf("%s answered %s; check the credentials and what they may do", who, text))
	case code == http.StatusRequestTimeout, code == http.StatusMisdirectedRequest, code == http.StatusTooEarly, code == http.StatusTooManyRequests,
		code >= 500 && code != http.StatusNotImplemented && code != http.StatusHTTPVersionNotSupported:
		return &notify.Failure{After: retryAfter(r.Header.Get("Retry-After"), now), Err: fmt.Errorf("%s answered %s", who, text)}
	}
	return notify.Fatal(fmt.Errorf("%s answered %s", who, text))
}

// retryAfter reads seconds or a date; what is more than longestWait is cut to
// it, and what cannot be read is nothing.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		if err != nil || n > uint64(longestWait/time.Second) {
			return longestWait
		}
		return time.Duration(n) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), longestWait)
}

// unreached says why a call got no answer, without the URL, which may hold a
// secret.
func unreached(who string, err error) error {
	if wrapped := new(url.Error); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	switch {
	case errors.Is(err, webclient.ErrPrivate):
		return notify.Fatal(fmt.Errorf("%s %w; allow it by name if it is meant", who, webclient.ErrPrivate))
	case errors.Is(err, context.Canceled):
		return &notify.Failure{Err: fmt.Errorf("the call to %s was given up: %w", who, context.Canceled)}
	case errors.Is(err, context.DeadlineExceeded), timedOut(err):
		return &notify.Failure{Err: fmt.Errorf("%s did not answer in time", who)}
	}
	return &notify.Failure{Err: fmt.Errorf("%s could not be reached: %w", who, err)}
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// call makes one HTTP call and gives the beginning of the answer of a good one.
// Secrets never stand in the error, whatever the other side says.
func call(client *http.Client, r *http.Request, who string, now time.Time, secrets ...string) ([]byte, error) {
	answer, err := client.Do(r)
	if err != nil {
		return nil, unreached(who, err)
	}
	defer answer.Body.Close() // what else came is of no interest
	failure := answered(who, answer, now)
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if failure == nil {
		if err != nil {
			return nil, unreached(who, err)
		}
		return body, nil
	}
	said := excerpt(string(body), secrets...)
	if f := new(notify.Failure); said != "" && errors.As(failure, &f) {
		return nil, &notify.Failure{Fatal: f.Fatal, After: f.After, Err: fmt.Errorf("%w: %s", f.Err, said)}
	}
	return nil, failure
}

// excerpt is the beginning of what a server says of a failure, on one line,
// without secrets.
func excerpt(text string, secrets ...string) string {
	text = chatops.CleanLine(redact(text, secrets...))
	if len(text) <= maxExcerpt {
		return text
	}
	n := maxExcerpt
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}

// redact takes secrets out of a text, as they are and as they are written in
// headers and URLs.
func redact(text string, secrets ...string) string {
	for _, s := range secrets {
		if s == "" {
			continue
		}
		for _, form := range []string{
			s, base64.StdEncoding.EncodeToString([]byte(s)), base64.URLEncoding.EncodeToString([]byte(s)),
			base64.RawStdEncoding.EncodeToString([]byte(s)), url.QueryEscape(s), url.PathEscape(s), strconv.Quote(s)[1 : len(strconv.Quote(s))-1],
		} {
			text = strings.ReplaceAll(text, form, "***")
		}
	}
	return text
}
