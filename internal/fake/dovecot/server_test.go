package dovecot_test

import (
	"net"
	"testing"

	"lineman/internal/fake/dovecot"
)

func TestServerComesBackOnTheSamePorts(t *testing.T) {
	s := dovecot.Start(t, dovecot.Options{})
	c, err := net.Dial("tcp", s.PlainAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	buf := make([]byte, 4096)
	if _, err := c.Read(buf); err != nil {
		t.Fatalf("greeting: %v", err)
	}
	s.Kill()
	if n, err := c.Read(buf); err == nil {
		t.Errorf("a connection outlived the server: read %q", buf[:n])
	}
	if late, err := net.Dial("tcp", s.PlainAddr()); err == nil {
		late.Close()
		t.Error("somebody still listens after Kill")
	}
	s.Restart()
	again, err := net.Dial("tcp", s.TLSAddr())
	if err != nil {
		t.Fatalf("after Restart: %v", err)
	}
	again.Close()
}
