package mailbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"lineman/ingest"
)

var _ ingest.Inspector = (*imapBox)(nil)

// Labels lists the folders of the account and the keywords that the first
// configured folder keeps.
func (b *imapBox) Labels(ctx context.Context) ([]ingest.MailboxLabel, error) {
	flags, err := b.keywordsOf(ctx)
	if err != nil {
		return nil, err
	}
	var list []ingest.MailboxLabel
	err = b.do(ctx, func(s *imapSession) error {
		folders, err := s.list("*")
		for _, f := range folders {
			list = append(list, ingest.MailboxLabel{Name: f.Mailbox, Kind: "folder"})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, f := range flags {
		switch {
		case f == imap.FlagWildcard:
			list = append(list, ingest.MailboxLabel{Name: "(any new one)", ID: string(f), Kind: "keyword"})
		case !strings.HasPrefix(string(f), `\`):
			list = append(list, ingest.MailboxLabel{Name: string(f), Kind: "keyword"})
		}
	}
	slices.SortFunc(list, func(x, y ingest.MailboxLabel) int { return strings.Compare(x.Kind+" "+x.Name, y.Kind+" "+y.Name) })
	return list, nil
}

// CanLabel asks the first configured folder whether it keeps new keywords;
// copies in label folders need no such thing.
func (b *imapBox) CanLabel(ctx context.Context) error {
	if b.set.byFolder {
		return nil
	}
	flags, err := b.keywordsOf(ctx)
	if err == nil && !slices.Contains(flags, imap.FlagWildcard) {
		return fmt.Errorf("%w: the server keeps no new keywords; use label_mode: folder or none", ingest.ErrLabels)
	}
	return err
}

// keywordsOf gives the flags that can be kept in the first folder that is
// read. The folder must be opened for writing: some servers keep nothing in
// one that is only looked at. Nothing in it is changed.
func (b *imapBox) keywordsOf(ctx context.Context) ([]imap.Flag, error) {
	folders, err := b.Folders(ctx)
	if len(folders) == 0 {
		return nil, err
	}
	var flags []imap.Flag
	err = b.do(ctx, func(s *imapSession) error {
		sel, err := s.open(folders[0], false)
		if err == nil {
			flags = slices.Clone(sel.flags)
		}
		return err
	})
	return flags, err
}
