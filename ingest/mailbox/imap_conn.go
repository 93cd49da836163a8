package mailbox

import (
	"errors"
	"net"
	"sync"
	"time"
)

var (
	errIMAPClosed  = errors.New("the mailbox was closed")
	errIMAPStalled = errors.New("the server did not answer in time")
)

// imapConn is a connection that is closed when the peer owes an answer and
// nothing arrives for the limit. It replaces the deadlines that the IMAP
// client sets by itself, which also run while nobody waits for the server.
type imapConn struct {
	net.Conn
	limit time.Duration

	mu    sync.Mutex
	timer *time.Timer // nil while nobody waits
	cause error       // why it was closed from this side
}

// arm starts to watch for progress.
func (c *imapConn) arm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer == nil && c.cause == nil {
		c.timer = time.AfterFunc(c.limit, func() { c.abort(errIMAPStalled) })
	}
}

// disarm stops watching: the next thing to happen is not the server's.
func (c *imapConn) disarm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
}

// abort closes the connection; why is what waiting calls report.
func (c *imapConn) abort(why error) {
	c.disarm()
	c.mu.Lock()
	if c.cause == nil {
		c.cause = why
	}
	c.mu.Unlock()
	_ = c.Conn.Close() // the peer is not told; there is nothing left to fail
}

// why gives the reason of abort, nil if this side did not close.
func (c *imapConn) why() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Read counts as progress when anything arrives.
func (c *imapConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		if c.timer != nil {
			c.timer.Reset(c.limit)
		}
		c.mu.Unlock()
	}
	return n, err
}

// SetDeadline does nothing; see imapConn.
func (c *imapConn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing; see imapConn.
func (c *imapConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing; see imapConn.
func (c *imapConn) SetWriteDeadline(time.Time) error { return nil }
