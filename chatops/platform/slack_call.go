package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// slackURL is Slack's Web API.
const slackURL = "https://slack.com/api/"

// slackFatal are errors that stay however often a call is made again; others
// may pass.
var slackFatal = []string{
	"account_inactive", "cannot_dm_bot", "cant_update_message", "channel_is_archived", "channel_not_found", "edit_window_closed",
	"expired_trigger_id", "invalid_arguments", "invalid_auth", "invalid_blocks", "invalid_trigger_id", "is_archived",
	"message_not_found", "missing_scope", "msg_too_long", "no_permission", "no_text", "not_allowed_token_type", "not_authed",
	"not_in_channel", "restricted_action", "team_access_not_granted", "token_expired", "token_revoked", "user_not_found",
	"user_not_in_channel", "users_not_found", "exchanged_trigger_id", "messages_tab_disabled",
}

// slackMend is what an operator can do about some of them.
var slackMend = map[string]string{
	"account_inactive": slackNewToken, "invalid_auth": slackNewToken, "not_authed": slackNewToken, "token_expired": slackNewToken,
	"token_revoked": slackNewToken, "not_allowed_token_type": slackNewToken, "missing_scope": "add the scope that it lacks in the app's settings at Slack, and install it again",
	"channel_not_found": slackInvite, "not_in_channel": slackInvite, "no_permission": slackAllow, "restricted_action": slackAllow,
	"team_access_not_granted": slackAllow,
}

const (
	slackNewToken = "check slack_api_token"
	slackInvite   = "check the channel's id, and invite the bot to it"
	slackAllow    = "let the bot write there"
)

// slackElsewhere are those after which a direct message may still arrive.
var slackElsewhere = []string{
	"channel_is_archived", "channel_not_found", "is_archived", "not_in_channel", "restricted_action", "user_not_in_channel", "no_permission",
}

// slackUnchangeable are those of a message that has to stay as it is.
var slackUnchangeable = []string{"cant_update_message", "edit_window_closed", "message_not_found"}

func slackCode(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}

// call makes a call of the Web API with the token that is valid now. Its error
// is a *SendError without anything secret.
func (s *Slack) call(ctx context.Context, method string, do func(*slack.Client) error) error {
	token, err := s.once(ctx, "", do)
	if code := slackCode(err); s.tokens.rotates() && (code == "token_expired" || code == "invalid_auth" || code == "token_revoked") {
		_, err = s.once(ctx, token, do)
	}
	if err == nil {
		s.count("sent", method)
		return nil
	}
	return s.failed(method, err)
}

// once makes a call, and tells with which token; refused is one that was not
// taken any more.
func (s *Slack) once(ctx context.Context, refused string, do func(*slack.Client) error) (token string, err error) {
	token, err = s.tokens.token(ctx, refused)
	if err != nil {
		return "", err
	}
	return token, do(slack.New(token, slack.OptionHTTPClient(s.o.Client), slack.OptionAPIURL(s.api)))
}

// failed says what became of a call, and counts it.
func (s *Slack) failed(method string, err error) error {
	e := &SendError{Err: fmt.Errorf("slack %s: %w", method, withoutURL(err))}
	var limited *slack.RateLimitedError
	code := slackCode(err)
	switch {
	case errors.As(err, &limited):
		e.Retry, code = limited.RetryAfter, "ratelimited"
	case code != "":
		e.Fatal, e.Mend = slices.Contains(slackFatal, code), slackMend[code]
	default:
		code = "unreachable"
	}
	s.count("failed", code)
	return e
}

// withoutURL drops the address that an error of HTTP repeats: those of answers
// and of files are secrets.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// slackHook is what is sent to a response URL, and what an acknowledgement of a
// slash command holds.
type slackHook struct {
	ResponseType string        `json:"response_type,omitempty"`
	Replace      bool          `json:"replace_original"`
	Delete       bool          `json:"delete_original,omitempty"`
	Thread       string        `json:"thread_ts,omitempty"`
	Text         string        `json:"text,omitempty"`
	Blocks       []slack.Block `json:"blocks,omitempty"`
}

// maxSlackAnswer bounds what is read of an answer to a hook.
const maxSlackAnswer = 4 << 10

// hook answers to a response URL. fresh is false when the URL has been used up
// or has expired.
func (s *Slack) hook(ctx context.Context, address string, h slackHook) (fresh bool, err error) {
	if !s.trusted(address) {
		return false, nil
	}
	body, err := json.Marshal(h)
	if err != nil {
		return false, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, nil
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	resp, err := s.o.Client.Do(r)
	if err != nil {
		return true, s.failed("response_url", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxSlackAnswer))
	switch {
	case err == nil && resp.StatusCode == http.StatusOK:
		s.count("sent", "response_url")
		return true, nil
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		return true, s.failed("response_url", fmt.Errorf("status %d", resp.StatusCode))
	}
	s.count("failed", "response_url")
	s.o.Logger.Debug("a response URL of Slack was not taken", "status", resp.StatusCode, "answer", string(text))
	return false, nil
}

// trusted reports whether an address is Slack's. What came with a verified
// request is; it is looked at all the same.
func (s *Slack) trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	api, err := url.Parse(s.api)
	if err == nil && u.Host == api.Host && u.Scheme == api.Scheme {
		return true
	}
	host := u.Hostname()
	return u.Scheme == "https" && (host == "hooks.slack.com" || strings.HasSuffix(host, ".slack.com") || strings.HasSuffix(host, ".slack-gov.com"))
}

// pace keeps the messages to one channel at about one a second, the first few
// at once.
type pace struct {
	every time.Duration
	burst int
	now   func() time.Time

	mu   sync.Mutex
	next map[string]time.Time // when the channel would be idle
}

// paceSize is of how many channels is known when they are idle; those that are
// idle already are forgotten then.
const paceSize = 1000

// wait returns when a message may be sent, or when ctx ends.
func (p *pace) wait(ctx context.Context, channel string) error {
	pause := p.reserve(channel)
	if pause <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *pace) reserve(channel string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if len(p.next) >= paceSize {
		for c, t := range p.next {
			if !t.After(now) {
				delete(p.next, c)
			}
		}
	}
	if p.next == nil {
		p.next = map[string]time.Time{}
	}
	idle := p.next[channel]
	if idle.Before(now) {
		idle = now
	}
	p.next[channel] = idle.Add(p.every)
	return idle.Sub(now) - time.Duration(p.burst-1)*p.every
}
