package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

const (
	slackSilence   = 90 * time.Second // without a ping, after which a socket is dead
	slackHandshake = 15 * time.Second
	slackWrite     = 10 * time.Second
	slackFrame     = 1 << 20
	slackAtOnce    = 32 // envelopes of one socket that are worked on
	slackRetryMin  = time.Second
	slackRetryMax  = time.Minute
	slackSteady    = 30 * time.Second // a socket that held this long was not refused
)

// slackEnvelope is what comes over a socket.
type slackEnvelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	Accepts bool            `json:"accepts_response_payload"`
	Reason  string          `json:"reason"`
}

// errRefresh says that Slack asks for another socket.
var errRefresh = errors.New("Slack asks for a new socket")

// holdSocket keeps one socket open until ctx ends. After a failure it waits
// longer and longer, each time a little differently, so that many do not come
// back at once.
func (s *Slack) holdSocket(ctx context.Context, n int) {
	log := s.o.Logger.With("platform", slackName, "socket", n)
	pause := slackRetryMin
	for ctx.Err() == nil {
		began := s.o.Now()
		err := s.socket(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, errRefresh):
			log.Debug("the socket is opened anew", "reason", err)
			pause = slackRetryMin
			continue
		case s.o.Now().Sub(began) > slackSteady:
			pause = slackRetryMin
		}
		wait := pause/2 + rand.N(pause)
		s.count("failed", "socket")
		log.Warn("the socket broke and is opened again", "error", err, "in", wait.Round(time.Millisecond))
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		pause = min(2*pause, slackRetryMax)
	}
}

// slackSocket is one open socket.
type slackSocket struct {
	s    *Slack
	conn *websocket.Conn
	all  sync.WaitGroup
	slot chan struct{}
	mu   sync.Mutex // of writing
}

// socket opens a socket and works until it breaks, until Slack asks for a new
// one, or until ctx ends. Whatever came in is acknowledged before it returns.
func (s *Slack) socket(ctx context.Context) error {
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	k := &slackSocket{s: s, conn: conn, slot: make(chan struct{}, slackAtOnce)}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) }) // ends the read
	err = k.read()
	stop()
	k.all.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second)) // it may be broken
	return errors.Join(err, conn.Close())
}

func (s *Slack) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, slackHandshake)
	defer cancel()
	client := slack.New("", slack.OptionAppLevelToken(s.set.AppToken.Reveal()), slack.OptionHTTPClient(s.o.Client), slack.OptionAPIURL(s.api))
	_, address, err := client.StartSocketModeContext(ctx)
	if err != nil {
		return nil, s.failed("apps.connections.open", err)
	}
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: slackHandshake, WriteBufferSize: 32 << 10}
	conn, resp, err := dialer.DialContext(ctx, address, nil)
	if err != nil {
		return nil, fmt.Errorf("open the socket: %w", withoutURL(err))
	}
	_ = resp.Body.Close() // there is none
	conn.SetReadLimit(slackFrame)
	return conn, nil
}

// read takes envelopes in until there are no more.
func (k *slackSocket) read() error {
	alive := func() error { return k.conn.SetReadDeadline(time.Now().Add(slackSilence)) }
	if err := alive(); err != nil {
		return err
	}
	answer := k.conn.PingHandler()
	k.conn.SetPingHandler(func(data string) error {
		if err := alive(); err != nil {
			return err
		}
		return answer(data)
	})
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			return err
		}
		var e slackEnvelope
		if json.Unmarshal(frame, &e) != nil {
			k.s.count("received", "unreadable")
			continue
		}
		switch {
		case e.Type == "disconnect" && e.Reason == "link_disabled":
			return errors.New("socket mode is switched off in the app's settings at Slack")
		case e.Type == "disconnect":
			return fmt.Errorf("%w: %s", errRefresh, e.Reason)
		case e.Type == "hello":
			k.s.count("received", "hello")
		case e.ID != "":
			k.slot <- struct{}{}
			k.all.Go(func() {
				defer func() { <-k.slot }()
				k.handle(e)
			})
		}
	}
}

// handle takes an envelope in and acknowledges it, whatever it is and whatever
// becomes of it.
func (k *slackSocket) handle(e slackEnvelope) {
	ack := map[string]any{"envelope_id": e.ID}
	answer, err := k.receive(e)
	if err != nil {
		k.s.o.Logger.Warn("an envelope of Slack could not be taken in", "type", e.Type, "error", err)
	}
	if answer != nil && e.Accepts {
		ack["payload"] = answer
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err = k.conn.SetWriteDeadline(time.Now().Add(slackWrite)); err == nil {
		err = k.conn.WriteJSON(ack)
	}
	if err != nil {
		k.s.o.Logger.Warn("an envelope of Slack could not be acknowledged; it comes again", "type", e.Type, "error", err)
	}
}

func (k *slackSocket) receive(e slackEnvelope) (answer any, err error) {
	defer func() {
		if v := recover(); v != nil {
			answer, err = nil, fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	switch e.Type {
	case slackSlash, slackInteractive, slackEvents:
		return k.s.receive(context.Background(), e.Type, e.Payload)
	}
	k.s.count("received", "unknown")
	return nil, nil
}
