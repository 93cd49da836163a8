package imap

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

var errDropped = errors.New("connection dropped on purpose")

var systemFlags = []imap.Flag{imap.FlagAnswered, imap.FlagFlagged, imap.FlagDeleted, imap.FlagSeen, imap.FlagDraft}

// session is one connection. The embedded session is nil until the login.
type session struct {
	*imapmemserver.UserSession
	server   *Server
	conn     *imapserver.Conn
	done     <-chan struct{} // closed with the server
	readOnly bool
	commands int
}

var _ imapserver.SessionNamespace = (*session)(nil)

// step counts a command and misbehaves if it is time to.
func (s *session) step() error {
	s.server.mu.Lock()
	s.server.commands++
	f := s.server.faults
	s.server.mu.Unlock()
	s.commands++
	if f.Mute {
		<-s.done
		return errDropped
	}
	if f.DropAfterCommands > 0 && s.commands > f.DropAfterCommands {
		s.server.dropping()
		return s.drop()
	}
	return nil
}

func (s *session) drop() error {
	_ = s.conn.NetConn().Close()
	return errDropped
}

func (s *session) Close() error { return s.UserSession.Close() }

func (s *session) Login(user, password string) error {
	s.server.mu.Lock()
	s.server.logins++
	f := s.server.faults
	s.server.mu.Unlock()
	if f.Unavailable {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeUnavailable, Text: "Temporary failure"}
	}
	if f.RefuseLogin {
		return imapserver.ErrAuthFailed
	}
	if err := s.server.user.Login(user, password); err != nil {
		return err
	}
	s.UserSession = imapmemserver.NewUserSession(s.server.user)
	return nil
}

func (s *session) Select(name string, options *imap.SelectOptions) (*imap.SelectData, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	if slices.Contains(s.server.opt.Containers, name) {
		return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "Mailbox is not selectable"}
	}
	data, err := s.UserSession.Select(name, options)
	if err != nil {
		return nil, err
	}
	s.readOnly = options.ReadOnly
	switch {
	case s.readOnly:
		data.PermanentFlags = nil
	case s.server.fault().RefuseKeywords:
		data.PermanentFlags = systemFlags
	}
	return data, nil
}

func (s *session) List(w *imapserver.ListWriter, ref string, patterns []string, options *imap.ListOptions) error {
	if err := s.step(); err != nil {
		return err
	}
	if s.server.opt.Rev2 && !s.conn.EnabledCaps().Has(imap.CapIMAP4rev2) {
		if slices.ContainsFunc(patterns, func(p string) bool { return strings.ContainsFunc(p, func(r rune) bool { return r > unicode.MaxASCII }) }) {
			return &imap.Error{Type: imap.StatusResponseTypeBad, Text: "IMAP4rev2 is not enabled"}
		}
	}
	for _, name := range s.server.opt.Containers {
		if slices.ContainsFunc(patterns, func(p string) bool { return imapserver.MatchList(name, '/', ref, p) }) {
			if err := w.WriteList(&imap.ListData{Mailbox: name, Delim: '/', Attrs: []imap.MailboxAttr{imap.MailboxAttrNoSelect}}); err != nil {
				return err
			}
		}
	}
	return s.UserSession.List(w, ref, patterns, options)
}

func (s *session) Search(kind imapserver.NumKind, criteria *imap.SearchCriteria, options *imap.SearchOptions) (*imap.SearchData, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	return s.UserSession.Search(kind, criteria, options)
}

func (s *session) Fetch(w *imapserver.FetchWriter, set imap.NumSet, options *imap.FetchOptions) error {
	if err := s.step(); err != nil {
		return err
	}
	if f := s.server.fault(); len(options.BodySection) > 0 {
		if uids, ok := set.(imap.UIDSet); f.DropAtBodies || ok && f.DropAtUID > 0 && uids.Contains(imap.UID(f.DropAtUID)) {
			s.server.dropping()
			return s.drop()
		} else if f.RefuseBodies || ok && f.RefuseUID > 0 && uids.Contains(imap.UID(f.RefuseUID)) {
			return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeServerBug, Text: "This message cannot be read"}
		}
	}
	return s.UserSession.Fetch(w, set, options)
}

func (s *session) Store(w *imapserver.FetchWriter, set imap.NumSet, flags *imap.StoreFlags, options *imap.StoreOptions) error {
	if err := s.writable(); err != nil {
		return err
	}
	f := s.server.fault()
	flags.Silent = flags.Silent || f.QuietStore
	if f.RefuseKeywords || f.ForgetKeywords {
		flags.Flags = slices.DeleteFunc(flags.Flags, func(flag imap.Flag) bool { return !slices.Contains(systemFlags, flag) })
	}
	return s.UserSession.Store(w, set, flags, options)
}

func (s *session) Expunge(w *imapserver.ExpungeWriter, uids *imap.UIDSet) error {
	if err := s.writable(); err != nil {
		return err
	}
	return s.UserSession.Expunge(w, uids)
}

func (s *session) Copy(set imap.NumSet, target string) (*imap.CopyData, error) {
	if err := s.step(); err != nil {
		return nil, err
	}
	return s.UserSession.Copy(set, target)
}

// Idle tells what is new until the client ends it. It looks by itself: the
// library's own does not tell what came before it was called.
func (s *session) Idle(w *imapserver.UpdateWriter, stop <-chan struct{}) error {
	if err := s.step(); err != nil {
		return err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := s.Poll(w, true); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-stop:
			return nil
		case <-s.done:
			return nil
		}
	}
}

func (s *session) writable() error {
	if err := s.step(); err != nil {
		return err
	}
	if s.readOnly {
		return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodeNoPerm, Text: "The mailbox is open read-only"}
	}
	return nil
}
