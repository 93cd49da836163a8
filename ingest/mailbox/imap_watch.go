package mailbox

import (
	"context"
	"crypto/tls"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/ingest"
)

// imapPace says how a folder is watched.
type imapPace struct {
	look time.Duration // the folder is looked at again, whatever the server says; shorter than the 29 min after which IDLE must be renewed
	noop time.Duration // between two questions to a server without IDLE
}

var imapPaces = imapPace{look: 15 * time.Minute, noop: 30 * time.Second}

// imapNews is what the server says of the open folder without being asked.
type imapNews struct {
	mu    sync.Mutex
	count uint32        // messages that the folder holds
	more  chan struct{} // holds a token when there is a new one; nil: nobody watches
}

// options are those of the client: it is told what the server says by itself.
func (s *imapSession) options(cfg *tls.Config) *imapclient.Options {
	return &imapclient.Options{TLSConfig: cfg, UnilateralDataHandler: &imapclient.UnilateralDataHandler{
		Expunge: func(uint32) { s.news.expunged() },
		Mailbox: func(d *imapclient.UnilateralDataMailbox) {
			if d.NumMessages != nil {
				s.news.exists(*d.NumMessages)
			}
		},
	}}
}

// begin starts to count from what a folder holds as it is opened.
func (n *imapNews) begin(count uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.count, n.more = count, make(chan struct{}, 1)
}

func (n *imapNews) expunged() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.count > 0 {
		n.count--
	}
}

func (n *imapNews) exists(count uint32) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.more != nil && count > n.count {
		select {
		case n.more <- struct{}{}:
		default: // it is known already
		}
	}
	n.count = count
}

// any tells, once, whether there is a new message.
func (n *imapNews) any() bool {
	select {
	case <-n.more:
		return true
	default:
		return false
	}
}

// Wait watches a folder, open read-only, with IDLE (RFC 2177), or by asking
// each half minute where the server has none. The first call on a connection
// returns at once: nobody knows what came before the folder was opened. Later
// calls go on with the same open folder, so what came between two of them is
// not missed.
//
// A box that waits is for one folder and for nothing else.
func (b *imapBox) Wait(ctx context.Context, folder string) error {
	return b.do(ctx, func(s *imapSession) error {
		if s.sel == nil || s.sel.folder != folder || s.news.more == nil {
			sel, err := s.open(folder, true)
			if err != nil {
				return err
			}
			s.news.begin(sel.messages)
			return nil
		}
		// Some servers do not tell in IDLE what came before it.
		if err := s.noop(); err != nil || s.news.any() {
			return err
		}
		if s.client.Caps().Has(imap.CapIdle) || s.client.Caps().Has(imap.CapIMAP4rev2) {
			return s.idle(b.pace.look)
		}
		return s.ask(b.pace)
	})
}

// idle lets the server speak until there is a new message or look has passed.
func (s *imapSession) idle(look time.Duration) error {
	cmd, err := s.client.Idle()
	if err != nil {
		return s.failed("wait for mail", ingest.ErrUnreachable, err)
	}
	s.conn.disarm() // a server that is silent now is in its right
	late := time.NewTimer(look)
	defer late.Stop()
	select {
	case <-s.news.more:
	case <-late.C:
	case <-s.client.Closed():
	}
	s.conn.arm()
	if err := cmd.Close(); err != nil {
		return s.lost("wait for mail", err)
	}
	if err := cmd.Wait(); err != nil {
		return s.failed("wait for mail", ingest.ErrUnreachable, err)
	}
	return nil
}

// ask gives a server without IDLE the occasion to tell what is new.
func (s *imapSession) ask(pace imapPace) error {
	late := time.NewTimer(pace.look)
	defer late.Stop()
	tick := time.NewTicker(pace.noop)
	defer tick.Stop()
	for {
		s.conn.disarm()
		select {
		case <-tick.C:
		case <-late.C:
			return nil
		case <-s.client.Closed():
		}
		s.conn.arm()
		if err := s.noop(); err != nil || s.news.any() {
			return err
		}
	}
}

func (s *imapSession) noop() error {
	if err := s.client.Noop().Wait(); err != nil {
		return s.failed("ask for new mail", ingest.ErrUnreachable, err)
	}
	return nil
}
