package mailbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"lineman/ingest"
)

// imapMaxFolders bounds what one LIST may give.
const imapMaxFolders = 10000

// imapSelected is the folder that is open in a session.
type imapSelected struct {
	folder   string
	readOnly bool
	validity uint32
	next     imap.UID // UIDNEXT when it was opened; 0: the server did not say
	messages uint32
	flags    []imap.Flag // that may be kept; FlagWildcard: new ones too
}

// open selects a folder; read-only with EXAMINE, so that nothing in it changes.
func (s *imapSession) open(folder string, readOnly bool) (*imapSelected, error) {
	s.sel = nil
	data, err := s.client.Select(folder, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
	if err != nil {
		return nil, s.failed(fmt.Sprintf("open folder %q", folder), ingest.ErrFolder, err)
	}
	if data.UIDValidity == 0 {
		return nil, fmt.Errorf("%w: folder %q has no UIDVALIDITY, so lineman cannot keep its place in it", ingest.ErrFolder, folder)
	}
	s.sel = &imapSelected{
		folder: folder, readOnly: readOnly, validity: data.UIDValidity,
		next: data.UIDNext, messages: data.NumMessages, flags: data.PermanentFlags,
	}
	return s.sel, nil
}

// reopen opens a folder unless it is open that way already.
func (s *imapSession) reopen(folder string, readOnly bool) (*imapSelected, error) {
	if s.sel != nil && s.sel.folder == folder && s.sel.readOnly == readOnly {
		return s.sel, nil
	}
	return s.open(folder, readOnly)
}

// Folders resolves the configured folders in the order of the configuration,
// what a pattern gives sorted by name. Folders that exist are given together
// with an ErrFolder that names those that do not, or patterns that match none.
func (b *imapBox) Folders(ctx context.Context) ([]string, error) {
	var found []string
	err := b.do(ctx, func(s *imapSession) error {
		var missing []string
		for _, want := range b.set.folders {
			names, err := s.resolve(want)
			if err != nil {
				return err
			}
			if len(names) == 0 {
				missing = append(missing, want)
			}
			for _, n := range names {
				if !slices.Contains(found, n) {
					found = append(found, n)
				}
			}
		}
		if len(missing) > 0 {
			return fmt.Errorf("%w: %s has no folder \"%s\" that can be read; check folders, levels are written with /",
				ingest.ErrFolder, s.set.account, strings.Join(missing, `" or "`))
		}
		return nil
	})
	if err != nil && !errors.Is(err, ingest.ErrFolder) {
		return nil, err
	}
	return found, err
}

// resolve asks the server for the folders that a configured name or pattern
// means. Label folders are left out of patterns: their mail was read already.
func (s *imapSession) resolve(want string) ([]string, error) {
	name, err := s.native(want)
	if err != nil {
		return nil, err
	}
	pattern := strings.ContainsAny(want, "*%")
	list, err := s.list(name)
	if err != nil {
		return nil, err
	}
	var skip []string
	if pattern && s.set.byFolder {
		for _, l := range s.set.labelled {
			n, err := s.native(l)
			if err != nil {
				return nil, err
			}
			skip = append(skip, n)
		}
	}
	var names []string
	for _, f := range list {
		if slices.Contains(f.Attrs, imap.MailboxAttrNoSelect) || slices.Contains(f.Attrs, imap.MailboxAttrNonExistent) ||
			slices.Contains(skip, f.Mailbox) || !pattern && f.Mailbox != name {
			continue
		}
		names = append(names, f.Mailbox)
	}
	slices.Sort(names)
	return names, nil
}

func (s *imapSession) list(pattern string) ([]imap.ListData, error) {
	cmd := s.client.List("", pattern, nil)
	var all []imap.ListData
	more := false
	for f := cmd.Next(); f != nil; f = cmd.Next() {
		if more = len(all) == imapMaxFolders; !more {
			all = append(all, *f)
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, s.failed(fmt.Sprintf("list folders %q", pattern), ingest.ErrFolder, err)
	}
	if more {
		return nil, fmt.Errorf("%w: more than %d folders match %q; name those to read", ingest.ErrFolder, imapMaxFolders, pattern)
	}
	return all, nil
}

// native writes a configured name as the server does: with its delimiter, and
// INBOX in capitals.
func (s *imapSession) native(name string) (string, error) {
	if s.delim == "" {
		root, err := s.list("")
		if err != nil {
			return "", err
		}
		s.delim = "/"
		if len(root) > 0 && root[0].Delim != 0 {
			s.delim = string(root[0].Delim)
		}
	}
	levels := strings.Split(name, "/")
	if strings.EqualFold(levels[0], "INBOX") {
		levels[0] = "INBOX"
	}
	return strings.Join(levels, s.delim), nil
}
