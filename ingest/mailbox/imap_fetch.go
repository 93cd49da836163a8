package mailbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/ingest"
	"lineman/models"
)

const (
	imapBatch   = 50        // messages that one FETCH asks for
	imapMaxBody = 128 << 20 // bytes of one message, whatever the server announced
	imapTries   = 3         // to get one message by itself
)

// keepFunc is what Fetch hands messages to.
type keepFunc = func(models.MailRef, []byte, error) error

// Fetch reads whole messages with BODY.PEEK[], in the order of refs, a batch
// per command. One body is in memory at a time. A message that is gone, or
// whose folder was rebuilt since it was listed, is kept with ingest.ErrGone.
func (b *imapBox) Fetch(ctx context.Context, refs []models.MailRef, keep keepFunc) error {
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && n < imapBatch && sameFolder(refs[0], refs[n]) {
			n++
		}
		batch := &imapFetch{refs: slices.Clone(refs[:n]), keep: keep}
		if err := b.do(ctx, batch.run); err != nil {
			return b.suspect(ctx, batch, err)
		}
		refs = refs[n:]
	}
	return nil
}

func sameFolder(a, b models.MailRef) bool {
	return a.Folder == b.Folder && a.UIDValidity == b.UIDValidity
}

// imapFetch is one batch: messages of one folder. What was kept leaves refs.
type imapFetch struct {
	refs    []models.MailRef
	keep    keepFunc
	keepErr error // what keep returned; it ends everything
	lost    bool  // the connection was lost while messages were asked for
	whole   int   // messages that were handed over
	refused []imapRefusal
}

// imapRefusal is a message that the server answered with NO.
type imapRefusal struct {
	ref models.MailRef
	no  *imap.Error
}

// suspect looks at a batch in which the connection was lost. Some servers hang
// up at a message that they cannot read, and would do so in every pass: the
// first message that did not arrive is tried alone. If the connection is lost
// at it twice more, but not at another one, that message is at fault. Either
// way the pass ends with the error, and the next one goes on behind it.
func (b *imapBox) suspect(ctx context.Context, batch *imapFetch, err error) error {
	if !batch.lost || len(batch.refs) == 0 || !errors.Is(err, ingest.ErrUnreachable) || errors.Is(err, errIMAPClosed) {
		return err
	}
	ref := batch.refs[0]
	for range 2 {
		alone := &imapFetch{refs: []models.MailRef{ref}, keep: batch.keep}
		if b.do(ctx, alone.run) == nil || !alone.lost || len(alone.refs) == 0 {
			return errors.Join(alone.keepErr, err)
		}
	}
	if batch.whole == 0 {
		if len(batch.refs) == 1 {
			return err
		}
		other := &imapFetch{refs: slices.Clone(batch.refs[1:2]), keep: batch.keep}
		_ = b.do(ctx, other.run) // what counts is whether it brought the message
		if other.keepErr != nil || other.whole == 0 {
			return errors.Join(other.keepErr, err)
		}
	}
	why := fmt.Errorf("the connection is lost whenever message %d of folder %q is asked for, and at no other; open it in a mail program", ref.UID, ref.Folder)
	return errors.Join(batch.keep(ref, nil, why), err)
}

// run fetches the batch, then one by one what did not come with it.
func (f *imapFetch) run(s *imapSession) error {
	first := f.refs[0]
	sel, err := s.reopen(first.Folder, true)
	if err != nil {
		return err
	}
	if sel.validity != first.UIDValidity {
		return f.giveUp(s, slices.Clone(f.refs), fmt.Errorf("%w: folder %q was rebuilt since the message was listed", ingest.ErrGone, first.Folder))
	}
	err = f.command(s, f.refs)
	if f.keepErr != nil || err != nil && !refused(err) {
		return f.outcome(s, err)
	}
	for _, ref := range slices.Clone(f.refs) {
		if err := f.single(s, ref); err != nil {
			return err
		}
	}
	return f.judge(s)
}

// judge decides whose fault refusals are. A server that refuses every message,
// or says that it cannot now, has a trouble of its own: nothing is given up,
// and the next pass asks again. Otherwise it is the message.
func (f *imapFetch) judge(s *imapSession) error {
	for _, r := range f.refused {
		if f.whole == 0 && (len(f.refused) > 1 || imapTemporary(r.no.Code)) {
			return fmt.Errorf("%w: %s hands over no message of folder %q now: %s", ingest.ErrUnreachable, s.set.address, r.ref.Folder, s.clean(r.no.Text))
		}
		why := fmt.Errorf("the server refuses message %d of folder %q: %s", r.ref.UID, r.ref.Folder, s.clean(r.no.Text))
		if err := f.giveUp(s, []models.MailRef{r.ref}, why); err != nil {
			return err
		}
	}
	return nil
}

// single fetches one message that its batch did not bring.
func (f *imapFetch) single(s *imapSession, ref models.MailRef) error {
	why := fmt.Errorf("the server lists message %d of folder %q but does not hand it over", ref.UID, ref.Folder)
	for range imapTries {
		err := f.command(s, []models.MailRef{ref})
		if f.keepErr != nil || err != nil && !refused(err) {
			return f.outcome(s, err)
		}
		if !slices.Contains(f.refs, ref) {
			return nil
		}
		var no *imap.Error
		if errors.As(err, &no) {
			f.refused = append(f.refused, imapRefusal{ref, no})
			return nil
		}
		there, err := s.exists(imap.UID(ref.UID))
		if err != nil {
			return err
		}
		if !there {
			why = fmt.Errorf("%w: message %d of folder %q was moved or deleted before it was read", ingest.ErrGone, ref.UID, ref.Folder)
			break
		}
	}
	return f.giveUp(s, []models.MailRef{ref}, why)
}

// giveUp keeps the reason why messages could not be had.
func (f *imapFetch) giveUp(s *imapSession, refs []models.MailRef, why error) error {
	for _, ref := range refs {
		f.hand(s, ref, nil, why)
		if f.keepErr != nil {
			return f.keepErr
		}
	}
	return nil
}

func (f *imapFetch) outcome(s *imapSession, err error) error {
	if f.keepErr != nil {
		return f.keepErr
	}
	f.lost = true
	return s.failed("fetch messages", ingest.ErrUnreachable, err)
}

func refused(err error) bool {
	var no *imap.Error
	return errors.As(err, &no)
}

// hand gives one message to keep. The server is not waited for meanwhile.
func (f *imapFetch) hand(s *imapSession, ref models.MailRef, body []byte, err error) {
	s.conn.disarm()
	f.keepErr = f.keep(ref, body, err)
	s.conn.arm()
	if err == nil {
		f.whole++
	}
	f.refs = slices.DeleteFunc(f.refs, func(r models.MailRef) bool { return r == ref })
}

// command asks for messages once and hands over those that arrive whole. The
// error is that of the command.
func (f *imapFetch) command(s *imapSession, refs []models.MailRef) error {
	byUID := make(map[imap.UID]models.MailRef, len(refs))
	var uids imap.UIDSet
	for _, r := range refs {
		byUID[imap.UID(r.UID)] = r
		uids.AddNum(imap.UID(r.UID))
	}
	cmd := s.client.Fetch(uids, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	for msg := cmd.Next(); msg != nil && f.keepErr == nil; msg = cmd.Next() {
		uid, body, err := s.readBody(msg)
		ref, wanted := byUID[uid]
		if !wanted || body == nil && err == nil {
			continue
		}
		delete(byUID, uid)
		f.hand(s, ref, body, err)
	}
	if f.keepErr != nil {
		s.conn.abort(f.keepErr) // rather than to read what is still to come
	}
	return cmd.Close()
}

// readBody reads the UID and the body of one message; no body when the server
// had none to give, or the connection ended in the middle of it.
func (s *imapSession) readBody(msg *imapclient.FetchMessageData) (uid imap.UID, body []byte, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = item.UID
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			size := item.Literal.Size()
			if size > imapMaxBody {
				err = fmt.Errorf("the message has %d bytes, more than lineman reads (%d)", size, imapMaxBody)
				continue
			}
			body = s.readLiteral(item.Literal)
		}
	}
	return uid, body, err
}

// readLiteral reads a literal to its announced end; nil when the connection
// ended before, which io.ReadAll would take for the end. The client's reader
// is waited for in that case: whoever skips the rest would read beside it.
func (s *imapSession) readLiteral(lit imap.LiteralReader) []byte {
	body := make([]byte, lit.Size())
	if _, err := io.ReadFull(lit, body); err != nil {
		s.conn.abort(err)
		<-s.client.Closed()
		return nil
	}
	_, _ = lit.Read(make([]byte, 1)) // the client goes on when it has seen the end
	return body
}

// exists tells whether a message is in the open folder.
func (s *imapSession) exists(uid imap.UID) (bool, error) {
	found, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{imap.UIDSetNum(uid)}})
	return found.Contains(uid), err
}
