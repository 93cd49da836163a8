package mailbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/gmail/v1"

	"lineman/ingest"
	"lineman/models"
)

// gmailChange is a message that came into a folder, and the history record
// that says so.
type gmailChange struct {
	record uint64
	id     string
	sure   bool // the record itself shows that it was in the folder
}

// changes hands out the messages that came into the folder after the cursor,
// oldest change first: new ones, ones that were labelled, and ones that were
// taken out of spam or trash. A message that somebody moved away meanwhile is
// given all the same.
func (b *gmailBox) changes(ctx context.Context, folder string, c gmailCursor, limit int) (ingest.Listing, error) {
	list, newest, err := b.history(ctx, c)
	if err != nil {
		return ingest.Listing{}, err
	}
	pending := list
	if i := handedBefore(list, c.last); i >= 0 {
		pending = list[i+1:]
	}
	var out ingest.Listing
	for len(pending) > 0 && len(out.Messages) < limit {
		n := min(len(pending), limit-len(out.Messages))
		if err := b.came(ctx, folder, c, pending[:n], &out); err != nil {
			return ingest.Listing{}, err
		}
		pending = pending[n:]
	}
	next := gmailCursor{account: c.account, label: c.label, history: max(newest, c.history)}
	if out.More = len(pending) > 0; out.More {
		done := list[:len(list)-len(pending)]
		next.history = c.history
		if last := done[len(done)-1]; last.record != pending[0].record {
			next.history = last.record
		} else {
			next.last = last.id
			for _, d := range done { // the last record of which nothing is left
				if d.record != last.record {
					next.history = d.record
				}
			}
		}
	}
	out.Cursor = models.Cursor{Folder: folder, Remote: next.String()}
	return out, nil
}

// handedBefore gives the place of the change that was handed out last, which
// is in the first record after the cursor; -1: nothing of it was.
func handedBefore(list []gmailChange, last string) int {
	for i := len(list) - 1; i >= 0 && last != ""; i-- {
		if list[i].id == last && list[i].record == list[0].record {
			return i
		}
	}
	return -1
}

// came lists those messages of changes that are in the folder, each once.
func (b *gmailBox) came(ctx context.Context, folder string, c gmailCursor, part []gmailChange, out *ingest.Listing) error {
	var ids, headers []string
	sure := map[string]bool{}
	for _, change := range part {
		listed := slices.ContainsFunc(out.Messages, func(l ingest.Listed) bool { return l.Ref.RemoteID == change.id })
		found := b.search.folder == folder && b.search.handed[change.id]
		if !listed && !found && !slices.Contains(ids, change.id) {
			ids = append(ids, change.id)
		}
		sure[change.id] = sure[change.id] || change.sure
	}
	narrow := len(b.set.limitFrom) > 0 && !strings.EqualFold(b.set.header, "From")
	if narrow {
		headers = []string{"From"}
	}
	found, err := b.look(ctx, ids, headers)
	if err != nil {
		return err
	}
	for _, m := range found {
		if narrow && m.Payload != nil && !slices.ContainsFunc(m.Payload.Headers, func(h *gmail.MessagePartHeader) bool {
			return fromAllowed(h.Value, b.set.limitFrom)
		}) {
			continue
		}
		unknown := m.InternalDate == 0 && m.LabelIds == nil // Gmail cannot show it
		if sure[m.Id] || unknown || inFolder(c.label, m.LabelIds) {
			out.Messages = append(out.Messages, b.listed(folder, m))
		}
	}
	return nil
}

// history reads what happened after the cursor, and the id of the newest
// record there is.
func (b *gmailBox) history(ctx context.Context, c gmailCursor) (list []gmailChange, newest uint64, err error) {
	for token := ""; ; {
		var page *gmail.ListHistoryResponse
		err := b.call(ctx, "read the history of the mailbox", func(ctx context.Context) (err error) {
			call := b.api.Users.History.List("me").StartHistoryId(c.history).MaxResults(gmailPage).
				HistoryTypes("messageAdded", "labelAdded", "labelRemoved").Context(ctx)
			if token != "" {
				call = call.PageToken(token)
			}
			page, err = call.Do()
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		if token == "" { // what happens between the pages is for the next look
			newest = page.HistoryId
		}
		for _, h := range page.History {
			list = append(list, arrivalsOf(c.label, h)...)
		}
		if page.NextPageToken == "" {
			if len(page.History) > 0 {
				newest = max(newest, page.History[len(page.History)-1].Id)
			}
			return list, newest, nil
		}
		if page.NextPageToken == token {
			return nil, 0, fmt.Errorf("%w: Gmail does not come to the end of the history", ingest.ErrUnreachable)
		}
		if len(list) > gmailHistory { // the rest is for the next look
			return list, list[len(list)-1].record, nil
		}
		token = page.NextPageToken
	}
}

// arrivalsOf gives the messages that a record may bring into a folder.
func arrivalsOf(label string, h *gmail.History) []gmailChange {
	var list []gmailChange
	add := func(m *gmail.Message, sure bool) {
		if m != nil && m.Id != "" {
			list = append(list, gmailChange{record: h.Id, id: m.Id, sure: sure})
		}
	}
	for _, a := range h.MessagesAdded {
		if a.Message != nil {
			add(a.Message, len(a.Message.LabelIds) > 0 && inFolder(label, a.Message.LabelIds))
		}
	}
	for _, a := range h.LabelsAdded {
		if label != "" && slices.Contains(a.LabelIds, label) {
			add(a.Message, a.Message != nil && inFolder(label, append(slices.Clone(a.LabelIds), a.Message.LabelIds...)))
		}
	}
	for _, r := range h.LabelsRemoved {
		if slices.ContainsFunc(r.LabelIds, func(l string) bool { return l == "SPAM" || l == "TRASH" || l == "DRAFT" }) {
			add(r.Message, false)
		}
	}
	return list
}
