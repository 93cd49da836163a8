package imap

import (
	"net"
	"sync"
	"sync/atomic"
)

// Faults are ways to misbehave; the zero value is none. Those that count apply
// to connections made after SetFaults.
type Faults struct {
	RefuseLogin       bool   // every password is wrong
	Unavailable       bool   // passwords cannot be checked now
	RefuseKeywords    bool   // folders keep the system flags only
	ForgetKeywords    bool   // keywords are accepted and not kept
	QuietStore        bool   // STORE is not answered with the new flags
	DropAfterBytes    int64  // hang up after so many bytes sent; 0: never
	DropAfterCommands int    // hang up instead of answering the command after so many, LOGIN not counted; 0: never
	DropTimes         int    // connections that are dropped; 0: all
	DropAtUID         uint32 // hang up when the body of this message is asked for
	DropAtBodies      bool   // hang up when any body is asked for
	RefuseBodies      bool   // answer NO when any body is asked for
	RefuseUID         uint32 // answer NO when the body of this message is asked for
	Mute              bool   // answer no command but LOGIN
}

// SetFaults replaces the faults.
func (s *Server) SetFaults(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

func (s *Server) fault() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// dropping tells whether a connection is to be dropped, and counts it.
func (s *Server) dropping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.faults.DropTimes {
	case 0:
		return true
	case 1:
		s.faults.DropAfterBytes, s.faults.DropAfterCommands, s.faults.DropAtUID = 0, 0, 0
	}
	s.faults.DropTimes--
	return true
}

// Logins gives how many logins were tried.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// Commands gives how many commands on folders were served.
func (s *Server) Commands() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands
}

// faultyListener hands out connections that can be cut after some bytes.
type faultyListener struct {
	net.Listener
	server    *Server
	accepting chan<- struct{} // is told when the first connection is waited for
	once      sync.Once
}

func (l *faultyListener) Accept() (net.Conn, error) {
	l.once.Do(func() { l.accepting <- struct{}{} })
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &faultyConn{Conn: c, server: l.server, limit: l.server.fault().DropAfterBytes}, nil
}

type faultyConn struct {
	net.Conn
	server *Server
	limit  int64
	sent   atomic.Int64
}

func (c *faultyConn) Write(p []byte) (int, error) {
	if c.limit == 0 {
		return c.Conn.Write(p)
	}
	room := c.limit - c.sent.Load()
	if int64(len(p)) <= room {
		c.sent.Add(int64(len(p)))
		return c.Conn.Write(p)
	}
	n := 0
	if room > 0 {
		n, _ = c.Conn.Write(p[:room])
		c.sent.Add(room)
		c.server.dropping()
	}
	_ = c.Conn.Close()
	return n, net.ErrClosed
}
