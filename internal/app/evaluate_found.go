package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"lineman/internal/evaluate"
	"lineman/models"
)

// What is looked at of mail that nobody's address sent.
const (
	looksPerSender = 3
	looksSenders   = 2000
)

// found reads what the trial left in its database.
func (t *trial) found(ctx context.Context) (in evaluate.Input, err error) {
	now := t.Now().UTC()
	in = evaluate.Input{Source: t.Source, Made: now, Since: t.since(now), Before: t.before, Unread: t.notes}
	all := models.ScopeAll
	if in.Mails, err = paged(func(p models.Page) ([]models.MailItem, int, error) {
		return t.store.Mails(ctx, all, models.MailFilter{Page: p})
	}); err != nil {
		return in, err
	}
	if err := t.bodiless(ctx, &in); err != nil {
		return in, err
	}
	if in.Records, err = paged(func(p models.Page) ([]models.MaintenanceItem, int, error) {
		return t.store.Maintenances(ctx, all, models.MaintenanceFilter{Page: p})
	}); err != nil {
		return in, err
	}
	if in.Circuits, err = paged(func(p models.Page) ([]models.Circuit, int, error) {
		return t.store.Circuits(ctx, all, models.CircuitFilter{Page: p})
	}); err != nil {
		return in, err
	}
	if in.Aliases, err = paged(func(p models.Page) ([]models.AliasItem, int, error) {
		return t.store.FindAliases(ctx, all, models.AliasFilter{Page: p})
	}); err != nil {
		return in, err
	}
	if in.Providers, err = t.store.Providers(ctx); err != nil {
		return in, err
	}
	if in.Firsts, err = t.firsts(ctx, in.Mails); err != nil {
		return in, err
	}
	in.Looks, err = t.looks(ctx, in.Mails)
	return in, err
}

// bodiless says which messages were not kept, and why: those over the limits,
// and those that the mailbox did not hand over.
func (t *trial) bodiless(ctx context.Context, in *evaluate.Input) error {
	all, err := paged(func(p models.Page) ([]models.SeenMessage, int, error) {
		return t.store.Bodiless(ctx, models.ScopeAll, models.TimeRange{}, p)
	})
	for i, m := range all {
		if i == maxNotes {
			in.Unread = append(in.Unread, fmt.Sprintf("and %d more messages", len(all)-i))
			break
		}
		name := cmp.Or(t.large[m.SHA256], t.large[m.Ref.RemoteID], fmt.Sprintf("message %q of %s", m.Subject, m.Sender))
		in.Unread = append(in.Unread, name+": "+cmp.Or(m.Reason, "nothing of it was kept"))
	}
	return err
}

// paged reads a list to its end.
func paged[T any](read func(models.Page) ([]T, int, error)) ([]T, error) {
	var all []T
	for {
		rows, total, err := read(models.Page{Limit: 1000, Offset: len(all)})
		if err != nil {
			return nil, err
		}
		if all = append(all, rows...); len(rows) == 0 || len(all) >= total {
			return all, nil
		}
	}
}

// firsts gives the first mail of each maintenance, by its ID. One that only
// tells of the end announces nothing, and of one that does not tell when it came
// nothing can be said.
func (t *trial) firsts(ctx context.Context, mails []models.MailItem) (map[string]evaluate.First, error) {
	undated := map[string]bool{}
	for _, m := range mails {
		undated[m.ID] = t.undated[m.SHA256]
	}
	notices, err := paged(func(p models.Page) ([]models.NoticeItem, int, error) {
		return t.store.FindNotices(ctx, models.ScopeAll, models.NoticeFilter{Page: p})
	})
	if err != nil {
		return nil, err
	}
	firsts := map[string]evaluate.First{}
	for _, n := range notices {
		if f, known := firsts[n.MaintenanceRowID]; known && !n.Received.Before(f.Received) {
			continue
		}
		f := evaluate.First{Received: n.Received}
		for _, w := range n.Windows {
			if !n.Status.Closed() && !undated[n.RawID] && (f.Start.IsZero() || w.Start.Before(f.Start)) {
				f.Start = w.Start
			}
		}
		firsts[n.MaintenanceRowID] = f
	}
	return firsts, nil
}

// looks looks at some mails of each sender that nobody knows, of those that
// sent most.
func (t *trial) looks(ctx context.Context, mails []models.MailItem) (map[string]evaluate.Look, error) {
	byIDs := map[string][]string{}
	count := map[string]int{}
	for _, m := range mails {
		if m.State != models.StateUnknownProvider {
			continue
		}
		count[m.Sender]++
		if len(byIDs[m.Sender]) < looksPerSender {
			byIDs[m.Sender] = append(byIDs[m.Sender], m.ID)
		}
	}
	var senders []string
	for s := range byIDs {
		senders = append(senders, s)
	}
	slices.SortFunc(senders, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	looks := map[string]evaluate.Look{}
	for _, sender := range senders[:min(len(senders), looksSenders)] {
		raws, err := t.store.Raws(ctx, byIDs[sender])
		if err != nil {
			return nil, fmt.Errorf("look at mail of %s: %w", sender, err)
		}
		var look evaluate.Look
		for _, r := range raws {
			if r.Raw != nil {
				look.LookAt(t.engine, r.Raw)
			}
		}
		looks[sender] = look
	}
	return looks, nil
}
