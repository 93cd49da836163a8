// Package nameserver is a name server in the process, for tests: it publishes
// the DKIM key of one domain over UDP and signs mail with it. Every other name
// is not there.
package nameserver

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"golang.org/x/net/dns/dnsmessage"
)

const selector = "s1"

// Server is a running server. Its methods may be called from several
// goroutines.
type Server struct {
	domain string
	key    ed25519.PrivateKey
	conn   net.PacketConn
}

// Start starts a server for a domain on a free loopback port, and stops it when
// the test ends.
func Start(t testing.TB, domain string) *Server {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{domain: domain, key: key, conn: conn}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.serve()
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return s
}

// Addr is where the server listens, as HOST:PORT.
func (s *Server) Addr() string { return s.conn.LocalAddr().String() }

// Sign signs a mail for the domain.
func (s *Server) Sign(t testing.TB, mail []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	err := dkim.Sign(&b, bytes.NewReader(mail), &dkim.SignOptions{
		Domain: s.domain, Selector: selector, Signer: s.key, HeaderKeys: []string{"From", "Subject", "Date"},
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// serve answers until the connection is closed.
func (s *Server) serve() {
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		if answer, ok := s.answer(buffer[:n]); ok {
			_, _ = s.conn.WriteTo(answer, from)
		}
	}
}

// answer answers a question; what is none has no answer.
func (s *Server) answer(question []byte) ([]byte, bool) {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals, m.RCode = true, true, nil, dnsmessage.RCodeNameError
	if strings.EqualFold(q.Name.String(), selector+"._domainkey."+s.domain+".") {
		m.RCode = dnsmessage.RCodeSuccess
		if q.Type == dnsmessage.TypeTXT {
			key := base64.StdEncoding.EncodeToString(s.key.Public().(ed25519.PublicKey))
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
				Body:   &dnsmessage.TXTResource{TXT: []string{"v=DKIM1; k=ed25519; p=" + key}},
			}}
		}
	}
	answer, err := m.Pack()
	return answer, err == nil
}
