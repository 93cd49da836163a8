package ingest_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"lineman/ingest"
	"lineman/models"
)

// shelf is a mailbox in memory with the faults that a test asks for.
type shelf struct {
	folders  map[string][]stored
	validity uint32
	labels   map[models.MailRef][]string

	breakAfter int // Fetch fails after so many messages; 0: never
	vanish     uint32
	refuse     error // Folders, List and Fetch fail
	noLabels   bool
	fetched    int
}

type stored struct {
	uid      uint32
	received time.Time
	raw      []byte
	size     int64 // listed instead of len(raw) when > 0
}

func newShelf(mails ...[]byte) *shelf {
	s := &shelf{folders: map[string][]stored{}, validity: 7, labels: map[models.MailRef][]string{}}
	s.put("INBOX", mails...)
	return s
}

func (s *shelf) put(folder string, mails ...[]byte) {
	for _, m := range mails {
		n := uint32(len(s.folders[folder]) + 1)
		s.folders[folder] = append(s.folders[folder], stored{uid: n, received: day0.Add(time.Duration(n) * time.Minute), raw: m})
	}
}

func (s *shelf) open(context.Context) (ingest.Mailbox, error) {
	if errors.Is(s.refuse, ingest.ErrLogin) {
		return nil, s.refuse
	}
	return s, nil
}

func (s *shelf) Folders(context.Context) ([]string, error) {
	if s.refuse != nil {
		return nil, s.refuse
	}
	var names []string
	for f := range s.folders {
		names = append(names, f)
	}
	slices.Sort(names)
	return names, nil
}

func (s *shelf) List(_ context.Context, folder string, after models.Cursor, since time.Time, limit int) (ingest.Listing, error) {
	l := ingest.Listing{Cursor: models.Cursor{Folder: folder, UIDValidity: s.validity, UID: after.UID}}
	if after.UIDValidity != s.validity {
		l.Reset = after.UIDValidity != 0
		l.Cursor.UID = 0
	}
	from := l.Cursor.UID
	for _, m := range s.folders[folder] {
		if m.uid <= from || l.Cursor.UID == 0 && m.received.Before(since) {
			continue
		}
		if len(l.Messages) == limit {
			l.More = true
			break
		}
		ref := models.MailRef{Folder: folder, UIDValidity: s.validity, UID: m.uid}
		l.Messages = append(l.Messages, ingest.Listed{Ref: ref, Size: cmp.Or(m.size, int64(len(m.raw))), Received: m.received})
		l.Cursor.UID = m.uid
	}
	return l, nil
}

func (s *shelf) Fetch(_ context.Context, refs []models.MailRef, keep func(models.MailRef, []byte, error) error) error {
	for _, ref := range refs {
		if s.breakAfter > 0 && s.fetched >= s.breakAfter {
			return ingest.ErrUnreachable
		}
		s.fetched++
		m := s.folders[ref.Folder][ref.UID-1]
		err := error(nil)
		raw := slices.Clone(m.raw)
		if s.vanish == ref.UID {
			raw, err = nil, errors.New("expunged meanwhile")
		}
		if err := keep(ref, raw, err); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) Close() error { return nil }

func (s *shelf) Label(_ context.Context, ref models.MailRef, _ string, add, remove []string) error {
	if s.noLabels {
		return ingest.ErrLabels
	}
	have := slices.DeleteFunc(s.labels[ref], func(l string) bool { return slices.Contains(remove, l) })
	for _, l := range add {
		if !slices.Contains(have, l) {
			have = append(have, l)
		}
	}
	s.labels[ref] = have
	return nil
}
