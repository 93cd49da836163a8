package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many an app may have.
const maxSockets = 10

// maxAck is from how many bytes on an acknowledgement is dropped without a word.
const maxAck = 20 << 10

// socket is one connection of Socket Mode.
type socket struct {
	s    *Server
	conn *websocket.Conn
	mu   sync.Mutex // of writing
	wait map[string]chan Ack
	gone chan struct{}
}

// connectionsOpen gives the address of a new socket, which is valid once.
func (s *Server) connectionsOpen(url.Values) (map[string]any, error) {
	if len(s.sockets) >= maxSockets {
		return nil, refused("too_many_connections")
	}
	id := fmt.Sprintf("ticket-%d", s.next())
	s.triggers[id] = &trigger{at: s.o.Now()}
	return map[string]any{"url": "ws" + strings.TrimPrefix(s.http.URL, "http") + "/socket/" + id}, nil
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

func (s *Server) socketOpened(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, "/socket/")
	s.mu.Lock()
	ticket, is := s.triggers[id]
	delete(s.triggers, id)
	_, faulty := s.fault("socket")
	s.mu.Unlock()
	if !is || ticket.used || faulty {
		http.Error(w, "no such socket", http.StatusForbidden)
		return
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{s: s, conn: conn, wait: map[string]chan Ack{}, gone: make(chan struct{})}
	s.mu.Lock()
	s.sockets = append(s.sockets, k)
	s.opened++
	n := len(s.sockets)
	s.note()
	s.mu.Unlock()
	_ = k.write(map[string]any{"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": "A0LINEMAN"}}) // read finds out
	k.read()
}

// read takes acknowledgements until the connection ends.
func (k *socket) read() {
	defer k.close()
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		var a struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(frame, &a) != nil || a.ID == "" || len(frame) >= maxAck {
			continue
		}
		k.s.mu.Lock()
		waiting := k.wait[a.ID]
		delete(k.wait, a.ID)
		k.s.mu.Unlock()
		if waiting != nil {
			waiting <- Ack{Envelope: a.ID, Body: a.Payload}
		}
	}
}

func (k *socket) close() {
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	for i, o := range k.s.sockets {
		if o == k {
			k.s.sockets = append(k.s.sockets[:i:i], k.s.sockets[i+1:]...)
			close(k.gone)
			_ = k.conn.Close() // it ends either way
			k.s.note()
			return
		}
	}
}

func (k *socket) write(v any) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.conn.WriteJSON(v)
}

// Sockets is how many are open now, and how many ever were.
func (s *Server) Sockets() (now, ever int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets), s.opened
}

// Break cuts all sockets without a word.
func (s *Server) Break() {
	s.mu.Lock()
	list := s.sockets
	s.mu.Unlock()
	for _, k := range list {
		k.close()
	}
}

// Refresh asks for a new socket in the place of each, as Slack does every few
// hours, and cuts those that are not closed by then.
func (s *Server) Refresh() error {
	s.mu.Lock()
	list := s.sockets
	s.mu.Unlock()
	var failed []error
	for _, k := range list {
		failed = append(failed, k.write(map[string]any{"type": "disconnect", "reason": "refresh_requested"}))
	}
	return errors.Join(failed...)
}

// Envelope sends one of any type over a socket and waits for what acknowledges
// it.
func (s *Server) Envelope(ctx context.Context, id, kind string, payload []byte, again int) (Ack, error) {
	s.mu.Lock()
	if len(s.sockets) == 0 {
		s.mu.Unlock()
		return Ack{}, errors.New("no socket is open")
	}
	k := s.sockets[s.next()%len(s.sockets)]
	answer := make(chan Ack, 1)
	k.wait[id] = answer
	s.mu.Unlock()
	began := time.Now()
	if err := k.write(map[string]any{
		"type": kind, "envelope_id": id, "payload": json.RawMessage(payload), "accepts_response_payload": kind != "events_api",
		"retry_attempt": again, "retry_reason": "",
	}); err != nil {
		return Ack{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second) // as Slack waits
	defer cancel()
	select {
	case a := <-answer:
		a.Kind, a.Took = kind, time.Since(began)
		return a, nil
	case <-k.gone:
		return Ack{}, errors.New("the socket is gone")
	case <-ctx.Done():
		return Ack{}, errors.New("operation_timeout: the envelope was not acknowledged")
	}
}

func (s *Server) overSocket(ctx context.Context, d Delivery, again int) (Delivery, error) {
	if d.envelope == "" {
		s.mu.Lock()
		d.envelope = fmt.Sprintf("envelope-%d", s.next())
		s.mu.Unlock()
	}
	a, err := s.Envelope(ctx, d.envelope, d.Kind, d.Payload, again)
	d.Ack = a
	return d, err
}
