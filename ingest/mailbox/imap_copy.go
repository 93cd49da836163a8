package mailbox

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/ingest"
	"lineman/models"
)

// imapIdentity is by what a copy of a message is found again.
type imapIdentity struct {
	messageID string // without angle brackets; empty: none that can be searched for
	size      int64
	header    []byte
}

// copies labels by folder: the label is a copy in the folder of its name. The
// copy is made once, however often it is asked for, and only the copy is ever
// removed: the message that was read stays where it is.
func (b *imapLabelBox) copies(s *imapSession, ref models.MailRef, add, remove []string) error {
	id, err := s.identity(ref)
	if err != nil {
		return err
	}
	for _, label := range add {
		target, err := s.native(label)
		if err != nil {
			return err
		}
		if target == ref.Folder {
			continue // the message itself is there
		}
		if err := s.copyOnce(ref, id, target); err != nil {
			return err
		}
	}
	for _, label := range remove {
		target, err := s.native(label)
		if err != nil {
			return err
		}
		if target == ref.Folder {
			continue // what would be found is the message itself
		}
		if err := b.uncopy(s, id, target); err != nil {
			return err
		}
	}
	return nil
}

// identity reads what finds the copies of a message. The message must be there.
// Its Message-ID is read here and not taken from the caller: only what is read
// by the same rule on both sides compares.
func (s *imapSession) identity(ref models.MailRef) (imapIdentity, error) {
	var id imapIdentity
	for range 2 {
		sel, err := s.reopen(ref.Folder, true)
		if err != nil {
			return id, err
		}
		if sel.validity != ref.UIDValidity {
			return id, goneError(ref)
		}
		found, err := s.headerOf(imap.UIDSetNum(imap.UID(ref.UID)))
		if err != nil {
			return id, err
		}
		if len(found) == 1 {
			return imapIdentity{messageIDOf(found[0].header), found[0].size, found[0].header}, nil
		}
		s.sel = nil // opened before the message came into it?
	}
	return id, goneError(ref)
}

// imapHeader is the head of one message.
type imapHeader struct {
	uid    imap.UID
	size   int64
	header []byte
}

func (s *imapSession) headerOf(uids imap.UIDSet) ([]imapHeader, error) {
	cmd := s.client.Fetch(uids, &imap.FetchOptions{
		UID: true, RFC822Size: true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Specifier: imap.PartSpecifierHeader}},
	})
	var all []imapHeader
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		var h imapHeader
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				h.uid = item.UID
			case imapclient.FetchItemDataRFC822Size:
				h.size = item.Size
			case imapclient.FetchItemDataBodySection:
				if item.Literal != nil && item.Literal.Size() <= imapMaxBody {
					h.header = s.readLiteral(item.Literal)
				}
			}
		}
		if h.uid != 0 && h.header != nil {
			all = append(all, h)
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, s.failed(fmt.Sprintf("read headers in folder %q", s.sel.folder), ingest.ErrUnreachable, err)
	}
	return all, nil
}

// copyOnce copies a message into the label folder unless it is there already.
func (s *imapSession) copyOnce(ref models.MailRef, id imapIdentity, target string) error {
	there, err := s.copiesIn(target, id, true)
	if err != nil && !errors.Is(err, ingest.ErrFolder) {
		return err
	}
	if len(there) > 0 {
		return nil
	}
	if err != nil {
		if err := s.client.Create(target, nil).Wait(); err != nil {
			var no *imap.Error
			if !errors.As(err, &no) {
				return s.lost("create folder", err)
			}
			if no.Code != imap.ResponseCodeAlreadyExists {
				return fmt.Errorf("%w: label folder %q cannot be created: the server answered: %s; create it, or choose another name in labels",
					ingest.ErrLabels, target, s.clean(no.Text))
			}
		}
	}
	if _, err := s.open(ref.Folder, true); err != nil {
		return err
	}
	if s.sel.validity != ref.UIDValidity {
		return goneError(ref)
	}
	if _, err := s.client.Copy(imap.UIDSetNum(imap.UID(ref.UID)), target).Wait(); err != nil {
		var no *imap.Error
		if errors.As(err, &no) {
			return fmt.Errorf("copy message %d to label folder %q: the server answered: %s", ref.UID, target, s.clean(no.Text))
		}
		return s.lost("copy to "+target, err)
	}
	return nil
}

// uncopy removes the copies in a label folder. Without UID EXPUNGE others'
// deleted mail would go with them: they stay, and that is said once.
func (b *imapLabelBox) uncopy(s *imapSession, id imapIdentity, target string) error {
	caps := s.client.Caps()
	if !caps.Has(imap.CapUIDPlus) && !caps.Has(imap.CapIMAP4rev2) {
		if !b.said[target] {
			b.said[target] = true
			b.opt.Logger.Warn("the server cannot remove single messages (no UIDPLUS); copies stay in the label folder",
				"source", b.set.source, "folder", target)
		}
		return nil
	}
	there, err := s.copiesIn(target, id, false)
	if errors.Is(err, ingest.ErrFolder) {
		return nil // no folder, no label
	}
	if err != nil || len(there) == 0 {
		return err
	}
	deleted := imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
	if err := s.client.Store(there, &deleted, nil).Close(); err != nil {
		return s.storeFailed(models.MailRef{Folder: target}, err)
	}
	if err := s.client.UIDExpunge(there).Close(); err != nil {
		return s.storeFailed(models.MailRef{Folder: target}, err)
	}
	return nil
}

// copiesIn opens a label folder and finds the copies of a message in it.
// SEARCH finds parts of words, so what it finds is compared.
func (s *imapSession) copiesIn(folder string, id imapIdentity, readOnly bool) (imap.UIDSet, error) {
	if _, err := s.open(folder, readOnly); err != nil {
		return nil, err
	}
	if s.sel.messages == 0 {
		return nil, nil
	}
	criteria := imap.SearchCriteria{Larger: id.size - 1, Smaller: id.size + 1}
	if id.messageID != "" {
		criteria = imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "Message-ID", Value: id.messageID}}}
	}
	found, err := s.search(&criteria)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	heads, err := s.headerOf(found)
	if err != nil {
		return nil, err
	}
	var same imap.UIDSet
	for _, h := range heads {
		if id.messageID == "" && h.size == id.size && bytes.Equal(h.header, id.header) ||
			id.messageID != "" && messageIDOf(h.header) == id.messageID {
			same.AddNum(h.uid)
		}
	}
	return same, nil
}

// messageIDOf reads the Message-ID of a header, without angle brackets; empty
// when there is none, or one that is no plain word.
func messageIDOf(header []byte) string {
	for field := range bytes.Lines(header) {
		name, value, ok := bytes.Cut(field, []byte(":"))
		if !ok || !strings.EqualFold(strings.TrimSpace(string(name)), "Message-ID") {
			continue
		}
		id := strings.Trim(strings.TrimSpace(string(value)), "<>")
		if strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return ""
		}
		return id
	}
	return ""
}
