package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/ingest"
	"lineman/models"
)

// Label sets and removes labels of one message: keywords on the message, or
// copies of it in label folders. Nothing else of the message changes, \Seen
// least of all. ErrGone when the message is not in its folder any more;
// ErrLabels when the server cannot keep the labels.
func (b *imapLabelBox) Label(ctx context.Context, ref models.MailRef, _ string, add, remove []string) error {
	remove = slices.DeleteFunc(slices.Clone(remove), func(l string) bool { return slices.Contains(add, l) })
	if len(add) == 0 && len(remove) == 0 {
		return nil
	}
	return b.do(ctx, func(s *imapSession) error {
		if b.set.byFolder {
			return b.copies(s, ref, add, remove)
		}
		return s.keywords(ref, add, remove)
	})
}

// LabelTogether sets keywords of many messages of a folder by one STORE.
func (b *imapLabelBox) LabelTogether(ctx context.Context, refs []models.MailRef, add []string) (labelled []models.MailRef, err error) {
	if b.set.byFolder || len(refs) == 0 {
		return nil, nil
	}
	err = b.do(ctx, func(s *imapSession) error {
		labelled, err = s.keywordsTogether(refs, add)
		return err
	})
	return labelled, err
}

func (s *imapSession) keywordsTogether(refs []models.MailRef, add []string) ([]models.MailRef, error) {
	sel, err := s.reopen(refs[0].Folder, false)
	if err != nil || sel.validity != refs[0].UIDValidity {
		return nil, err
	}
	var flags []imap.Flag
	for _, l := range add {
		if !sel.keeps(Keyword(l)) {
			return nil, nil
		}
		flags = append(flags, imap.Flag(Keyword(l)))
	}
	uids := imap.UIDSet{}
	byUID := make(map[uint32]models.MailRef, len(refs))
	for _, r := range refs {
		uids.AddNum(imap.UID(r.UID))
		byUID[r.UID] = r
	}
	var labelled []models.MailRef
	cmd := s.client.Store(uids, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: flags}, nil)
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		uid, has, said := uidAndFlags(msg)
		if ref, asked := byUID[uid]; asked && said && missing(has, flags) == "" {
			labelled = append(labelled, ref)
			delete(byUID, uid)
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, s.storeFailed(refs[0], err)
	}
	return labelled, nil
}

// uidAndFlags reads what one answer says; said is false where it has no flags.
func uidAndFlags(msg *imapclient.FetchMessageData) (uid uint32, flags []imap.Flag, said bool) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataFlags:
			flags, said = item.Flags, true
		}
	}
	return uid, flags, said
}

// Keyword gives the IMAP keyword of a label. A keyword is an atom (RFC 3501),
// so bytes that an atom may not hold, and the escape itself, become =XX: one
// label, one keyword, and none that is a system flag.
func Keyword(label string) string {
	var b strings.Builder
	for i := range len(label) {
		if c := label[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`(){%*"\]=`, c) >= 0 {
			fmt.Fprintf(&b, "=%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// keywords adds and removes keywords of one message.
func (s *imapSession) keywords(ref models.MailRef, add, remove []string) error {
	var plus, minus []imap.Flag
	for range 2 {
		sel, err := s.reopen(ref.Folder, false)
		if err != nil {
			return err
		}
		if sel.validity != ref.UIDValidity {
			return goneError(ref)
		}
		plus, minus = nil, nil
		for _, l := range add {
			if !sel.keeps(Keyword(l)) {
				return fmt.Errorf("%w: folder %q takes no keyword %q; use label_mode: folder or none", ingest.ErrLabels, ref.Folder, Keyword(l))
			}
			plus = append(plus, imap.Flag(Keyword(l)))
		}
		for _, l := range remove {
			if sel.keeps(Keyword(l)) {
				minus = append(minus, imap.Flag(Keyword(l)))
			}
		}
		if len(plus)+len(minus) == 0 {
			return nil
		}
		done, err := s.store(ref, plus, minus)
		if err != nil {
			return err
		}
		if done {
			return nil
		}
		// The folder may have been opened before the message came into it.
		s.sel = nil
	}
	return s.verify(ref, plus, minus)
}

// verify looks at the flags of a message about which STORE said nothing.
func (s *imapSession) verify(ref models.MailRef, plus, minus []imap.Flag) error {
	if _, err := s.open(ref.Folder, true); err != nil {
		return err
	}
	var flags []imap.Flag
	there := false
	cmd := s.client.Fetch(imap.UIDSetNum(imap.UID(ref.UID)), &imap.FetchOptions{UID: true, Flags: true})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if f, said := flagsOf(msg); said {
			flags, there = f, true
		}
	}
	if err := cmd.Close(); err != nil {
		return s.failed(fmt.Sprintf("read flags in folder %q", ref.Folder), ingest.ErrUnreachable, err)
	}
	if !there {
		return goneError(ref)
	}
	lost := missing(flags, plus)
	stuck := slices.ContainsFunc(minus, func(f imap.Flag) bool { return missing(flags, []imap.Flag{f}) == "" })
	if lost != "" || stuck {
		return fmt.Errorf("%w: folder %q does not keep changes of keywords; use label_mode: folder or none", ingest.ErrLabels, ref.Folder)
	}
	return nil
}

// keeps tells whether a keyword set now would stay.
func (sel *imapSelected) keeps(keyword string) bool {
	return slices.ContainsFunc(sel.flags, func(f imap.Flag) bool {
		return f == imap.FlagWildcard || strings.EqualFold(string(f), keyword)
	})
}

// store changes keywords; done is false when the message is not there as far
// as the server shows the open folder, about which STORE itself says nothing.
func (s *imapSession) store(ref models.MailRef, plus, minus []imap.Flag) (done bool, err error) {
	uid := imap.UIDSetNum(imap.UID(ref.UID))
	done = true
	for _, change := range []imap.StoreFlags{{Op: imap.StoreFlagsAdd, Flags: plus}, {Op: imap.StoreFlagsDel, Flags: minus}} {
		if len(change.Flags) == 0 {
			continue
		}
		answered := false
		cmd := s.client.Store(uid, &change, nil)
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			flags, said := flagsOf(msg)
			answered = true
			if said && change.Op == imap.StoreFlagsAdd {
				if lost := missing(flags, plus); lost != "" {
					err = fmt.Errorf("%w: folder %q did not keep keyword %q; use label_mode: folder or none", ingest.ErrLabels, ref.Folder, lost)
				}
			}
		}
		if closed := cmd.Close(); closed != nil {
			return false, s.storeFailed(ref, closed)
		}
		if err != nil {
			return false, err
		}
		done = done && answered
	}
	return done, nil
}

func (s *imapSession) storeFailed(ref models.MailRef, err error) error {
	var no *imap.Error
	if errors.As(err, &no) && (no.Type == imap.StatusResponseTypeBad || no.Code == imap.ResponseCodeNoPerm ||
		no.Code == imap.ResponseCodeLimit || no.Code == imap.ResponseCodeCannot) {
		return fmt.Errorf("%w: folder %q: the server answered: %s", ingest.ErrLabels, ref.Folder, s.clean(no.Text))
	}
	if errors.As(err, &no) {
		return fmt.Errorf("label message %d of folder %q: the server answered: %s", ref.UID, ref.Folder, s.clean(no.Text))
	}
	return s.lost("label messages", err)
}

func flagsOf(msg *imapclient.FetchMessageData) (flags []imap.Flag, said bool) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		if f, ok := item.(imapclient.FetchItemDataFlags); ok {
			flags, said = f.Flags, true
		}
	}
	return flags, said
}

// missing gives the first flag that is not among those kept.
func missing(kept, want []imap.Flag) string {
	for _, w := range want {
		if !slices.ContainsFunc(kept, func(k imap.Flag) bool { return strings.EqualFold(string(k), string(w)) }) {
			return string(w)
		}
	}
	return ""
}

func goneError(ref models.MailRef) error {
	return fmt.Errorf("%w: message %d is not in folder %q any more", ingest.ErrGone, ref.UID, ref.Folder)
}
