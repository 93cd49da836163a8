package mailbox

import (
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// Time is that of the bubble: nothing here waits.
func TestConnWatchesOnlyWhileArmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		c := &imapConn{Conn: near, limit: time.Minute}
		send := func() {
			go far.Write([]byte("x"))
			if _, err := c.Read(make([]byte, 1)); err != nil {
				t.Fatalf("read: %v", err)
			}
		}
		time.Sleep(time.Hour) // not armed: nobody waits for the server
		send()
		c.arm()
		for range 10 {
			time.Sleep(50 * time.Second)
			send() // every byte is progress
		}
		c.disarm()
		time.Sleep(time.Hour)
		send()
		c.arm()
		c.arm() // twice is once
		start := time.Now()
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a read from a silent server came back with something")
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("a silent server was waited for %v, want 1m", waited)
		}
		if !errors.Is(c.why(), errIMAPStalled) {
			t.Errorf("the reason is %v", c.why())
		}
		c.abort(errIMAPClosed)
		if !errors.Is(c.why(), errIMAPStalled) {
			t.Errorf("the first reason was replaced by %v", c.why())
		}
	})
}
