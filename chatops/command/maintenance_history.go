package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// MailReader tells of mailboxes and of mail. A narrowed scope sees no mail.
type MailReader interface {
	Mails(ctx context.Context, s models.Scope, f models.MailFilter) ([]models.MailItem, int, error)
	// SourceHealths are all sources, whoever asks.
	SourceHealths(ctx context.Context) ([]models.SourceHealth, error)
}

func maintenanceHistory(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	m, err := readMaintenance(ctx, o, c)
	if err != nil {
		return chatops.Message{}, err
	}
	if err := beyond(c, len(m.Changes)); err != nil {
		return chatops.Message{}, err
	}
	if len(m.Changes) == 0 {
		return chatops.Say("Nothing is known of what changed in %s.", m.Name), nil
	}
	p := pageOf(c)
	changes := m.Changes[p.Offset:min(p.Offset+p.Limit, len(m.Changes))]
	mails, err := mailsOf(ctx, o.Reader, c.Principal.Scope, changes)
	if err != nil {
		return chatops.Message{}, err
	}
	t := chatops.Table{Columns: []string{"when", "what", "before", "after", "by"}}
	for _, ch := range changes {
		t.Rows = append(t.Rows, row{
			chatops.At(ch.At), chatops.T("%s", ch.Field), changed(ch.Field, ch.Old), changed(ch.Field, ch.New), chatops.T("%s", causeOf(ch, mails)),
		})
	}
	msg := chatops.Message{Heading: m.Name + ": " + count(len(m.Changes), "change"), Blocks: []chatops.Block{t}}
	paged(&msg, c, len(m.Changes), false)
	return msg, nil
}

// changed is a value of a field before or after a change. An instant of a window
// and that of an acknowledgement, behind its author, are shown as instants, in
// the zone of all other times.
func changed(field, value string) chatops.Inline {
	if field != "acknowledged" && !strings.HasPrefix(field, "window[") {
		return chatops.T("%s", value)
	}
	at := strings.LastIndex(value, " ") + 1
	t, err := time.Parse(time.RFC3339, value[at:])
	if err != nil {
		return chatops.T("%s", value)
	}
	return chatops.Join(chatops.T("%s", value[:at]), chatops.At(t))
}

// mailsOf are the mails that caused changes, by ID, as far as they are seen.
func mailsOf(ctx context.Context, r MailReader, s models.Scope, changes []models.Change) (map[string]models.MailItem, error) {
	var ids []string
	for _, ch := range changes {
		if ch.RawID != "" && !slices.Contains(ids, ch.RawID) {
			ids = append(ids, ch.RawID)
		}
	}
	byID := map[string]models.MailItem{}
	if len(ids) == 0 {
		return byID, nil
	}
	mails, _, err := r.Mails(ctx, s, models.MailFilter{IDs: ids, Page: models.Page{Limit: len(ids)}})
	if err != nil {
		return nil, fmt.Errorf("read the mails of a history: %w", err)
	}
	for _, m := range mails {
		byID[m.ID] = m
	}
	return byID, nil
}

// causeOf says who or what made a change.
func causeOf(ch models.Change, mails map[string]models.MailItem) string {
	if ch.Author != "" {
		return ch.Author
	}
	if mail, seen := mails[ch.RawID]; seen && mail.Subject != "" {
		return fmt.Sprintf("mail %q", clip(mail.Subject))
	}
	if ch.RawID != "" {
		return "mail, " + string(ch.Cause)
	}
	return string(ch.Cause)
}
