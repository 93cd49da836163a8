package app

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"lineman/internal/audit"
	"lineman/models"
)

// changes collects what mails and people changed in the maintenances that the
// mails are of, in those of the time, and in those that people made or changed
// in that time.
func (d *dossier) changes(ctx context.Context) error {
	d.byMail = map[string][]audit.Change{}
	names := map[string]bool{}
	for _, list := range d.of {
		for _, n := range list {
			names[n] = true
		}
	}
	for _, m := range d.held {
		if d.inTime[m.ID] {
			names[m.Name] = true
		}
	}
	if err := d.byHand(ctx, names); err != nil {
		return err
	}
	d.held = slices.DeleteFunc(d.held, func(m models.MaintenanceItem) bool { return !names[m.Name] })
	var ids []string
	for _, m := range d.held {
		ids = append(ids, m.ID)
	}
	byPeople := map[string][]audit.Change{}
	for part := range slices.Chunk(ids, 400) {
		all, err := paged(func(p models.Page) ([]models.ChangeItem, int, error) {
			return d.store.FindChanges(ctx, models.ScopeAll, models.ChangeFilter{Maintenances: part, Page: p})
		})
		if err != nil {
			return err
		}
		for _, c := range all {
			one := audit.Change{
				Maintenance: c.MaintenanceName, At: c.At, Field: c.Field, Old: c.Old, New: c.New, Cause: string(c.Cause), Author: c.Author,
			}
			if c.RawID != "" && c.Author == "" {
				d.byMail[c.RawID] = append(d.byMail[c.RawID], one)
			}
			if c.Author != "" {
				byPeople[c.MaintenanceID] = append(byPeople[c.MaintenanceID], one)
			}
		}
	}
	acks, err := d.acks(ctx, ids)
	if err != nil {
		return err
	}
	for _, m := range d.held {
		d.Records = append(d.Records, d.record(m, acks[m.ID], byPeople[m.ID]))
	}
	slices.SortFunc(d.Records, func(a, b audit.Record) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Name, b.Name)) })
	return d.mails(ctx)
}

// byHand adds the names of the maintenances that people changed in the time:
// no mail may tell of them, and their windows may lie elsewhere.
func (d *dossier) byHand(ctx context.Context, names map[string]bool) error {
	var ids []string
	for _, m := range d.held {
		if !names[m.Name] {
			ids = append(ids, m.ID)
		}
	}
	for part := range slices.Chunk(ids, 400) {
		all, err := paged(func(p models.Page) ([]models.ChangeItem, int, error) {
			return d.store.FindChanges(ctx, models.ScopeAll, models.ChangeFilter{Maintenances: part, At: models.TimeRange{From: d.From, To: d.To}, Page: p})
		})
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.Author != "" {
				names[c.MaintenanceName] = true
			}
		}
	}
	return nil
}

func (d *dossier) record(m models.MaintenanceItem, acks []audit.Ack, byPeople []audit.Change) audit.Record {
	r := audit.Record{Name: m.Name, Status: string(m.Status), Start: m.Start(), End: m.End(), Acks: acks}
	var worst models.Impact
	for _, c := range m.Circuits {
		if c.CircuitID == d.circuit.ID && !c.Cancelled && c.Impact.Worse(worst) {
			worst = c.Impact
		}
	}
	r.Impact = string(worst)
	for i := range r.Acks {
		r.Acks[i].Holds = m.Ack != nil && m.Ack.Holds && m.Ack.At.Equal(r.Acks[i].At)
	}
	for _, c := range byPeople {
		if c.Field != "acknowledged" {
			r.ByPeople = append(r.ByPeople, c)
		}
	}
	slices.SortStableFunc(r.ByPeople, func(a, b audit.Change) int { return a.At.Compare(b.At) })
	return r
}

// acks gives who acknowledged, in order, by the ID of the maintenance.
func (d *dossier) acks(ctx context.Context, ids []string) (map[string][]audit.Ack, error) {
	all := map[string][]audit.Ack{}
	for part := range slices.Chunk(ids, 400) {
		edits, err := paged(func(p models.Page) ([]models.EditItem, int, error) {
			return d.store.FindEdits(ctx, models.ScopeAll, models.EditFilter{Maintenances: part, Kinds: []models.EditKind{models.EditAcknowledge}, Page: p})
		})
		if err != nil {
			return nil, err
		}
		for _, e := range slices.Backward(edits) {
			if e.Value != models.EditWithdraw {
				all[e.MaintenanceID] = append(all[e.MaintenanceID], audit.Ack{Author: e.Author, At: e.At})
			}
		}
	}
	return all, nil
}

// mails reads what became of the mails that were found.
func (d *dossier) mails(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(d.found))
	for part := range slices.Chunk(ids, 400) {
		all, err := paged(func(p models.Page) ([]models.MailItem, int, error) {
			return d.store.Mails(ctx, models.ScopeAll, models.MailFilter{IDs: part, Page: p})
		})
		if err != nil {
			return err
		}
		for _, m := range all {
			changes := d.byMail[m.ID]
			slices.SortStableFunc(changes, func(a, b audit.Change) int { return a.At.Compare(b.At) })
			d.Dossier.Mails = append(d.Dossier.Mails, audit.Mail{
				ID: m.ID, SHA256: m.SHA256, Received: m.Received, Sender: m.Sender, Subject: m.Subject, MessageID: m.MessageID,
				Source: m.Source, Provider: m.Provider, State: string(m.State), Flags: flagNames(m.Flags), Reason: m.Error,
				Found: d.found[m.ID], Maintenances: d.of[m.ID], Changes: changes, Size: m.Size, Deleted: m.Deleted,
			})
		}
	}
	return nil
}

func flagNames(f models.MailFlags) []string {
	var all []string
	for name, set := range map[string]bool{"out-of-sequence": f.OutOfSequence, "unknown-cids": f.UnknownCIDs, "incomplete": f.Incomplete} {
		if set {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// finish gives the dossier.
func (d *dossier) finish() audit.Dossier {
	if len(d.Sources) == 0 {
		d.Remarks = append(d.Remarks, "no mailbox is configured, so that nothing can be said of gaps")
	}
	slices.SortStableFunc(d.Dossier.Mails, func(a, b audit.Mail) int { return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID)) })
	return d.Dossier
}
