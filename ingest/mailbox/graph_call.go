package mailbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lineman/ingest"
)

const (
	graphMaxAnswer = 16 << 20  // bytes of a JSON answer
	graphMaxBody   = 128 << 20 // bytes of one message
)

// graphRefusal is an answer of the API that is not a good one.
type graphRefusal struct {
	status     int
	code, text string
}

func (r *graphRefusal) Error() string {
	return plainText(fmt.Sprintf("the server answered %d %s: %s", r.status, r.code, r.text))
}

// resync tells that the server forgot what was given to it as a position.
func (r *graphRefusal) resync() bool {
	code := strings.ToLower(r.code)
	return r.status == http.StatusGone || strings.Contains(code, "syncstate") || strings.Contains(code, "resync")
}

// noMailbox tells the refusals that mean the account and not what was asked for.
func (r *graphRefusal) noMailbox() bool {
	switch r.code {
	case "ErrorInvalidUser", "MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "Request_ResourceNotFound", "ErrorNonExistentMailbox":
		return true
	}
	return false
}

// graphCall is one call of the API.
type graphCall struct {
	method string // GET when empty
	link   string // whole
	body   any    // sent as JSON; nil: none
	prefer string // beside immutable ids
	match  string // If-Match
}

// url makes the address of something in the mailbox.
func (b *graphBox) url(query url.Values, path ...string) string {
	u := *b.base
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	return u.JoinPath(append([]string{"v1.0", "users", url.PathEscape(b.src.Account)}, path...)...).String()
}

// own refuses links that lead elsewhere: the token goes to the API alone.
func (b *graphBox) own(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != b.base.Scheme || !strings.EqualFold(u.Host, b.base.Host) || u.User != nil {
		return fmt.Errorf("%w: the server gives a link to another server than %s; lineman does not follow it", ingest.ErrUnreachable, b.base.Host)
	}
	return nil
}

// get reads an answer in JSON.
func (b *graphBox) get(ctx context.Context, c graphCall, out any) error {
	body, err := b.open(ctx, c)
	if err != nil {
		return err
	}
	raw, err := b.readAll(ctx, body, graphMaxAnswer)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("%w: %s gives an answer that is no JSON: %w", ingest.ErrUnreachable, b.base.Host, err)
	}
	return nil
}

// open makes a call and gives the body of a good answer. A token that the
// server takes no more is replaced once.
func (b *graphBox) open(ctx context.Context, c graphCall) (io.ReadCloser, error) {
	if err := b.own(c.link); err != nil {
		return nil, err
	}
	body, err := b.try(ctx, c)
	var no *graphRefusal
	if errors.As(err, &no) && no.status == http.StatusUnauthorized {
		if err := b.renew(); err != nil {
			return nil, err
		}
		return b.try(ctx, c)
	}
	return body, err
}

func (b *graphBox) try(ctx context.Context, c graphCall) (io.ReadCloser, error) {
	b.mu.Lock()
	tokens := b.tokens
	b.mu.Unlock()
	token, err := accessToken(ctx, tokens)
	if err != nil {
		return nil, b.stopped(ctx, err)
	}
	req, err := c.request(ctx, token)
	if err != nil {
		return nil, err
	}
	resp, err := b.opt.HTTP.Do(req)
	if err != nil {
		var lost *url.Error
		if errors.As(err, &lost) {
			err = lost.Err // the address is long and says nothing
		}
		return nil, b.stopped(ctx, fmt.Errorf("%w: %s: %w", ingest.ErrUnreachable, b.base.Host, err))
	}
	if resp.StatusCode/100 == 2 {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	no := &graphRefusal{status: resp.StatusCode}
	var said struct {
		Error struct{ Code, Message string }
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err == nil && json.Unmarshal(raw, &said) == nil {
		no.code, no.text = said.Error.Code, strings.ReplaceAll(said.Error.Message, token, "***")
	}
	return nil, no
}

func (c graphCall) request(ctx context.Context, token string) (*http.Request, error) {
	method, body := c.method, []byte(nil)
	if method == "" {
		method = http.MethodGet
	}
	if c.body != nil {
		var err error
		if body, err = json.Marshal(c.body); err != nil {
			return nil, fmt.Errorf("write the call: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.link, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("write the call: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Add("Prefer", `IdType="ImmutableId"`)
	if c.prefer != "" {
		req.Header.Add("Prefer", c.prefer)
	}
	if c.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.match != "" {
		req.Header.Set("If-Match", c.match)
	}
	return req, nil
}

// readAll reads a body to its end, and gives up when nothing arrives for long.
func (b *graphBox) readAll(ctx context.Context, body io.ReadCloser, limit int64) ([]byte, error) {
	defer body.Close()
	stall := time.AfterFunc(b.opt.Stall, func() { body.Close() })
	defer stall.Stop()
	var all bytes.Buffer
	part := io.LimitReader(body, limit+1)
	for {
		_, err := io.CopyN(&all, part, 64<<10)
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return nil, b.stopped(ctx, fmt.Errorf("%w: %s: the answer broke off: %w", ingest.ErrUnreachable, b.base.Host, err))
		}
		if int64(all.Len()) > limit {
			return nil, &graphRefusal{status: http.StatusOK, code: "too large", text: fmt.Sprintf("the answer has more than %d bytes", limit)}
		}
		if ended {
			return all.Bytes(), nil
		}
		stall.Reset(b.opt.Stall)
	}
}

// stopped prefers the reason why a call was ended from this side.
func (b *graphBox) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// failed explains a refusal that concerns the whole source.
func (b *graphBox) failed(what string, err error) error {
	var no *graphRefusal
	if !errors.As(err, &no) {
		return err
	}
	switch {
	case no.status == http.StatusUnauthorized:
		return fmt.Errorf("%w: %s: %w; check tenant, client_id and secret", ingest.ErrLogin, what, no)
	case no.status == http.StatusForbidden:
		return fmt.Errorf("%w: %s: %w; grant the application Mail.Read (Mail.ReadWrite to label) with admin consent, and see that no access policy keeps it from %s",
			ingest.ErrLogin, what, no, b.src.Account)
	case no.noMailbox():
		return fmt.Errorf("%w: %s: there is no mailbox %q: %w; check account", ingest.ErrLogin, what, b.src.Account, no)
	case no.status == http.StatusNotFound:
		return fmt.Errorf("%w: %s: %w", ingest.ErrFolder, what, no)
	}
	return fmt.Errorf("%w: %s: %w", ingest.ErrUnreachable, what, no)
}
