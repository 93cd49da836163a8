package slack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Ack is how a request was acknowledged.
type Ack struct {
	Kind     string
	Status   int    // over HTTP
	Envelope string // over a socket
	Body     []byte
	Took     time.Duration
}

// Delivery is a request as it was sent, so that it can be sent again.
type Delivery struct {
	Kind     string // slash_commands, interactive or events_api
	Payload  []byte // as it goes over a socket
	envelope string
	hook     *hook
	view     *View
	Ack      Ack
}

// Person acts in the workspace as somebody.
type Person struct {
	s  *Server
	id string
}

// Person is somebody of the workspace.
func (s *Server) Person(id string) Person { return Person{s: s, id: id} }

func (p Person) user() User {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.s.users[p.id]
}

// Slash types a slash command in a channel.
func (p Person) Slash(ctx context.Context, channel, command, text string) (Delivery, error) {
	u := p.user()
	s := p.s
	s.mu.Lock()
	c := s.channels[channel]
	if c == nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("there is no channel %s", channel)
	}
	name := c.Name
	if c.Direct != "" {
		name = "directmessage"
	}
	address := s.newHook(channel, p.id, nil)
	fields := map[string]string{
		"token": s.o.Verification, "team_id": u.Team, "team_domain": "noc", "channel_id": channel, "channel_name": name, "user_id": u.ID,
		"user_name": u.Name, "command": command, "text": escape(text), "api_app_id": "A0LINEMAN", "is_enterprise_install": "false",
		"response_url": address, "trigger_id": s.newTrigger(p.id),
	}
	h := s.hooks[address[strings.LastIndex(address, "/")+1:]]
	s.mu.Unlock()
	payload, err := json.Marshal(fields)
	if err != nil {
		return Delivery{}, err
	}
	return s.Deliver(ctx, Delivery{Kind: "slash_commands", Payload: payload, hook: h})
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// Write writes a message in a channel; to the bot it is an event only where it
// mentions it, or in a conversation of two. thread may be empty.
func (p Person) Write(ctx context.Context, channel, thread, text string) (Delivery, error) {
	u := p.user()
	s := p.s
	s.mu.Lock()
	c := s.channels[channel]
	if c == nil {
		s.mu.Unlock()
		return Delivery{}, fmt.Errorf("there is no channel %s", channel)
	}
	ts := s.stamp()
	event := map[string]any{"type": "app_mention", "user": u.ID, "text": text, "channel": channel, "ts": ts, "event_ts": ts, "team": u.Team}
	if c.Direct != "" {
		event["type"], event["channel_type"] = "message", "im"
	}
	if thread != "" {
		event["thread_ts"] = thread
	}
	payload, err := json.Marshal(map[string]any{
		"token": s.o.Verification, "team_id": s.o.Team, "api_app_id": "A0LINEMAN", "type": "event_callback", "event_id": fmt.Sprintf("Ev%d", s.next()),
		"event_time": s.o.Now().Unix(), "event": event, "authorizations": []any{map[string]any{"team_id": s.o.Team, "user_id": BotUser, "is_bot": true}},
	})
	s.mu.Unlock()
	if err != nil {
		return Delivery{}, err
	}
	return s.Deliver(ctx, Delivery{Kind: "events_api", Payload: payload})
}

// Mention writes to the bot in a channel.
func (p Person) Mention(ctx context.Context, channel, text string) (Delivery, error) {
	return p.Write(ctx, channel, "", "<@"+BotUser+"> "+escape(text))
}

// Direct writes to the bot in a conversation of two.
func (p Person) Direct(ctx context.Context, text string) (Delivery, error) {
	p.s.mu.Lock()
	channel := p.s.directly(p.id)
	p.s.mu.Unlock()
	return p.Write(ctx, channel, "", escape(text))
}

// Deliver sends a request; again, when it was sent before. What acknowledges it
// takes effect as at Slack.
func (s *Server) Deliver(ctx context.Context, d Delivery) (Delivery, error) {
	began := time.Now()
	s.mu.Lock()
	base := s.base
	again := s.fresh[string(d.Payload)]
	s.fresh[string(d.Payload)]++
	s.mu.Unlock()
	var err error
	if base == "" {
		d, err = s.overSocket(ctx, d, again)
	} else {
		d.Ack, err = s.overHTTP(ctx, base, d, again)
	}
	if err != nil {
		return d, err
	}
	d.Ack.Took = time.Since(began)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.note()
	s.acks = append(s.acks, d.Ack)
	if len(bytes.TrimSpace(d.Ack.Body)) == 0 || d.Ack.Status != http.StatusOK && base != "" {
		if d.view != nil && d.Ack.Status/100 != 4 {
			d.view.Closed = true
		}
		return d, nil
	}
	return d, s.acknowledged(d)
}

// acknowledged does what an acknowledgement says. mu is held.
func (s *Server) acknowledged(d Delivery) error {
	switch {
	case d.hook != nil:
		var a answer
		if err := json.Unmarshal(d.Ack.Body, &a); err != nil {
			return fmt.Errorf("the acknowledgement is no answer: %w", err)
		}
		return s.take(d.hook, a, "ack")
	case d.view != nil:
		var a struct {
			ResponseAction string            `json:"response_action"`
			Errors         map[string]string `json:"errors"`
			View           json.RawMessage   `json:"view"`
		}
		if err := json.Unmarshal(d.Ack.Body, &a); err != nil {
			return fmt.Errorf("the acknowledgement is no response action: %w", err)
		}
		switch a.ResponseAction {
		case "errors":
			d.view.Errors = a.Errors
		case "update":
			if err := checkView(a.View); err != nil {
				return fmt.Errorf("the view is not taken: %w", err)
			}
			d.view.Content, d.view.Errors, d.view.opened = a.View, nil, d.view.opened+1
		default:
			d.view.Closed = true
		}
	}
	return nil
}

// paths are where the kinds go over HTTP.
var paths = map[string]string{"slash_commands": "/slash_command", "interactive": "/interaction", "events_api": "/event"}

// Request makes the request over HTTP that carries a payload, signed.
func (s *Server) Request(ctx context.Context, base string, d Delivery) (*http.Request, error) {
	body, kind := d.Payload, "application/json"
	switch d.Kind {
	case "slash_commands":
		var fields map[string]string
		if err := json.Unmarshal(d.Payload, &fields); err != nil {
			return nil, err
		}
		v := url.Values{}
		for k, text := range fields {
			v.Set(k, text)
		}
		body, kind = []byte(v.Encode()), "application/x-www-form-urlencoded"
	case "interactive":
		body, kind = []byte(url.Values{"payload": {string(d.Payload)}}.Encode()), "application/x-www-form-urlencoded"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+paths[d.Kind], bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	if !s.o.Unsigned {
		stamp := strconv.FormatInt(s.o.Now().Unix(), 10)
		r.Header.Set("X-Slack-Request-Timestamp", stamp)
		r.Header.Set("X-Slack-Signature", Sign(s.o.SigningSecret, stamp, body))
	}
	return r, nil
}

// Sign is the signature of a body.
func Sign(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", stamp, body) // a hash takes everything
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

func (s *Server) overHTTP(ctx context.Context, base string, d Delivery, again int) (Ack, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second) // as Slack waits
	defer cancel()
	r, err := s.Request(ctx, base, d)
	if err != nil {
		return Ack{}, err
	}
	if again > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(again))
		r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return Ack{}, fmt.Errorf("operation_timeout: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return Ack{Kind: d.Kind, Status: resp.StatusCode, Body: body}, err
}
