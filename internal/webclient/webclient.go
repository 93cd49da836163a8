// Package webclient makes the HTTP clients that lineman calls other systems
// with: one policy of time limits and of trying again for all of them.
package webclient

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Options are the settings of a client. All fields may be zero.
type Options struct {
	Logger   *slog.Logger      // says when a call is tried again; nil: nobody is told
	Base     http.RoundTripper // nil: one that waits a minute for the beginning of an answer
	Attempts int               // calls in all; 0: 5
	Pause    time.Duration     // before the second call, doubled each time; 0: 1 s
	Longest  time.Duration     // no pause is longer, whatever the server asks for; 0: 60 s
}

// New makes a client. A call that meets 429, 5xx (but 501) or a broken
// connection is made again after the pause that Retry-After asks for, else
// after a pause that doubles, until Attempts are used up or the call's context
// ends; the last answer is then the caller's. Bodies are sent again whole.
func New(o Options) *http.Client {
	c := retryablehttp.NewClient()
	c.Logger = nil
	c.RetryMax = max(o.Attempts, 1) - 1
	if o.Attempts == 0 {
		c.RetryMax = 4
	}
	c.RetryWaitMin, c.RetryWaitMax = o.Pause, o.Longest
	if o.Pause == 0 {
		c.RetryWaitMin = time.Second
	}
	if o.Longest == 0 {
		c.RetryWaitMax = time.Minute
	}
	c.Backoff = backoff
	c.CheckRetry = worthwhile
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	if o.Base == nil {
		o.Base = transport()
	}
	c.HTTPClient = &http.Client{Transport: o.Base}
	if o.Logger != nil {
		c.RequestLogHook = said(o.Logger)
	}
	return &http.Client{Transport: &retryablehttp.RoundTripper{Client: c}}
}

// ErrFinal is wrapped by errors of a Base that the same call meets each time.
var ErrFinal = errors.New("no call can change that")

// worthwhile says whether a call is made again.
func worthwhile(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if once, is := ctx.Value(onceKey{}).(bool); errors.Is(err, ErrFinal) || is && once {
		return false, err
	}
	return retryablehttp.DefaultRetryPolicy(ctx, resp, err)
}

type onceKey struct{}

// Once gives a context whose calls are made once: for callers that try again by
// themselves, and at their own pace.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

// transport is as Go's own, but waits for the beginning of an answer no longer
// than a minute.
func transport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          100,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: time.Minute,
	}
}

// backoff is the pause before the next call. A server may ask for less than an
// hour's patience: what it asks for is cut to longest.
func backoff(pause, longest time.Duration, attempt int, resp *http.Response) time.Duration {
	return min(retryablehttp.DefaultBackoff(pause, longest, attempt, resp), longest)
}

// said logs repeated calls, without the query: it may hold a secret.
func said(log *slog.Logger) retryablehttp.RequestLogHook {
	return func(_ retryablehttp.Logger, r *http.Request, attempt int) {
		if attempt > 0 {
			log.LogAttrs(context.Background(), slog.LevelWarn, "trying a call again",
				slog.String("method", r.Method), slog.String("host", r.URL.Host), slog.String("path", r.URL.Path), slog.Int("attempt", attempt+1))
		}
	}
}
