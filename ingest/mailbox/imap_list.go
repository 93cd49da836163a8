package mailbox

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"lineman/ingest"
	"lineman/models"
)

const (
	imapChunk  = 500  // UIDs that one command asks for at most when looking for a date
	imapWindow = 1000 // UIDs that the first SEARCH of a gap covers; doubled while nothing is found
)

// List opens the folder afresh and reads UID, size and INTERNALDATE of what
// follows the cursor, one bounded range of UIDs after the other: a folder of
// any size is never asked for as a whole. A first run starts with the first
// message (by UID) received at since or later, and gives all that follow it.
func (b *imapBox) List(ctx context.Context, folder string, after models.Cursor, since time.Time, limit int) (ingest.Listing, error) {
	var out ingest.Listing
	limit = max(limit, 1)
	err := b.do(ctx, func(s *imapSession) error {
		sel, err := s.open(folder, true)
		if err != nil {
			return err
		}
		last, err := s.lastUID()
		if err != nil {
			return err
		}
		from := imap.UID(after.UID)
		if after.UIDValidity != sel.validity {
			out.Reset = after.UIDValidity != 0
			if from, err = s.before(since, last); err != nil {
				return err
			}
		}
		out.Cursor = models.Cursor{Folder: folder, UIDValidity: sel.validity}
		return s.page(&out, from, last, limit)
	})
	if err != nil {
		return ingest.Listing{}, err
	}
	return out, nil
}

// lastUID gives the highest UID that a message of the open folder can have.
// A server that says no UIDNEXT is asked for `*`, which is the last message.
func (s *imapSession) lastUID() (imap.UID, error) {
	if s.sel.messages == 0 {
		if s.sel.next > 0 {
			return s.sel.next - 1, nil
		}
		return 0, nil
	}
	if s.sel.next > 0 {
		return s.sel.next - 1, nil
	}
	var star imap.UIDSet
	star.AddRange(0, 0)
	found, err := s.search(&imap.SearchCriteria{UID: []imap.UIDSet{star}})
	if err != nil {
		return 0, err
	}
	var last imap.UID
	for _, r := range found {
		last = max(last, r.Start, r.Stop)
	}
	return last, nil
}

// page fills a listing with up to limit messages after from.
func (s *imapSession) page(out *ingest.Listing, from, last imap.UID, limit int) error {
	cursor := from
	width := imap.UID(limit)
	for cursor < last && len(out.Messages) < limit {
		stop := last
		if last-cursor > width {
			stop = cursor + width
		}
		got, err := s.headers(uidRange(cursor+1, stop))
		if err != nil {
			return err
		}
		if room := limit - len(out.Messages); len(got) > room {
			got = got[:room]
			stop = imap.UID(got[room-1].Ref.UID)
		}
		out.Messages = append(out.Messages, got...)
		cursor = stop
		if len(got) == 0 || len(out.Messages) == limit {
			// Jump over a gap, and learn whether anything is left.
			next, err := s.firstIn(cursor+1, last, imap.SearchCriteria{})
			if err != nil {
				return err
			}
			if next == 0 {
				cursor = last
				break
			}
			if len(out.Messages) < limit {
				cursor = next - 1
			}
		}
	}
	out.More = cursor < last
	out.Cursor.UID = uint32(cursor)
	return nil
}

// before gives the UID after which a first run starts: the last one before the
// first message received at since or later. SEARCH knows only dates, in a zone
// of the server's choice, so it is asked for a day more and INTERNALDATE
// decides.
func (s *imapSession) before(since time.Time, last imap.UID) (imap.UID, error) {
	if since.IsZero() {
		return 0, nil
	}
	day := since.UTC().AddDate(0, 0, -1)
	for lo := imap.UID(1); lo > 0 && lo <= last; {
		criteria := imap.SearchCriteria{Since: day}
		first, err := s.firstIn(lo, last, criteria)
		if err != nil || first == 0 {
			return last, err
		}
		hi := windowEnd(first, last, imapWindow)
		criteria.UID = []imap.UIDSet{uidRange(first, hi)}
		found, err := s.search(&criteria)
		if err != nil {
			return 0, err
		}
		for chunk := range chunks(found, first, hi) {
			got, err := s.headers(chunk)
			if err != nil {
				return 0, err
			}
			for _, m := range got {
				if !m.Received.Before(since) {
					return imap.UID(m.Ref.UID) - 1, nil
				}
			}
		}
		lo = hi + 1
	}
	return last, nil
}

// firstIn gives the lowest UID from lo to hi that matches, 0 if none does. It
// searches in windows that grow while they are empty, so that the answer stays
// short.
func (s *imapSession) firstIn(lo, hi imap.UID, criteria imap.SearchCriteria) (imap.UID, error) {
	for width := imap.UID(imapWindow); lo > 0 && lo <= hi; {
		stop := windowEnd(lo, hi, width)
		criteria.UID = []imap.UIDSet{uidRange(lo, stop)}
		found, err := s.search(&criteria)
		if err != nil {
			return 0, err
		}
		for chunk := range chunks(found, lo, stop) {
			return chunk[0].Start, nil
		}
		lo = stop + 1
		if width < 1<<30 {
			width *= 2
		}
	}
	return 0, nil
}

// windowEnd gives the end of a window of width UIDs from lo, at most hi.
func windowEnd(lo, hi, width imap.UID) imap.UID {
	if hi-lo < width {
		return hi
	}
	return lo + width - 1
}

func (s *imapSession) search(criteria *imap.SearchCriteria) (imap.UIDSet, error) {
	data, err := s.client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, s.failed(fmt.Sprintf("search in folder %q", s.sel.folder), ingest.ErrUnreachable, err)
	}
	set, _ := data.All.(imap.UIDSet)
	return set, nil
}

// headers lists the messages with these UIDs that are there, by UID.
func (s *imapSession) headers(uids imap.UIDSet) ([]ingest.Listed, error) {
	got, partial, err := s.fetchHeaders(uids)
	if err != nil {
		return nil, err
	}
	if len(partial) > 0 {
		// A change of flags came in between and took the place of the answer.
		again, _, err := s.fetchHeaders(partial)
		if err != nil {
			return nil, err
		}
		got = append(got, again...)
	}
	slices.SortFunc(got, func(a, b ingest.Listed) int { return cmp.Compare(a.Ref.UID, b.Ref.UID) })
	return got, nil
}

func (s *imapSession) fetchHeaders(uids imap.UIDSet) (got []ingest.Listed, partial imap.UIDSet, err error) {
	cmd := s.client.Fetch(uids, &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		m := ingest.Listed{Ref: models.MailRef{Folder: s.sel.folder, UIDValidity: s.sel.validity}}
		sized := false
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				m.Ref.UID = uint32(item.UID)
			case imapclient.FetchItemDataRFC822Size:
				m.Size, sized = item.Size, true
			case imapclient.FetchItemDataInternalDate:
				m.Received = item.Time.UTC()
			}
		}
		switch {
		case m.Ref.UID == 0 || !uids.Contains(imap.UID(m.Ref.UID)):
		case sized:
			got = append(got, m)
		default:
			partial.AddNum(imap.UID(m.Ref.UID))
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, nil, s.failed(fmt.Sprintf("list messages of folder %q", s.sel.folder), ingest.ErrUnreachable, err)
	}
	return got, partial, nil
}

func uidRange(lo, hi imap.UID) imap.UIDSet {
	return imap.UIDSet{{Start: lo, Stop: hi}}
}

// chunks gives what of a set lies from lo to hi, ascending, in ranges of at
// most imapChunk UIDs. It never spreads out a range: a server may claim any.
func chunks(set imap.UIDSet, lo, hi imap.UID) iter.Seq[imap.UIDSet] {
	return func(yield func(imap.UIDSet) bool) {
		for _, r := range set { // a UIDSet is kept sorted
			start, stop := max(r.Start, lo), min(r.Stop, hi)
			for start > 0 && start <= stop {
				end := windowEnd(start, stop, imapChunk)
				if !yield(uidRange(start, end)) || end == stop {
					break
				}
				start = end + 1
			}
		}
	}
}
