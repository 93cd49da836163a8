package store

import (
	"errors"
	"fmt"
	"strings"

	"lineman/models"
)

// assign makes a mail one of a provider, whatever its sender, and the sender
// one of the provider's, unless it is for once.
func (r *reviewing) assign() error {
	names, err := lockProviders(r.w)
	if err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	p, err := names.named("provider", r.write.Provider)
	if err != nil {
		return err
	}
	if r.verdict == nil || r.verdict.ProviderID != p.ID {
		return errors.New("no reading as a mail of this provider")
	}
	said := fmt.Sprintf("The mail is %s's.", p.Name)
	if !r.write.Once {
		address, err := r.remember(names, p)
		if err != nil {
			return err
		}
		said = fmt.Sprintf("The mail is %s's, and so is whatever comes from %s.", p.Name, address)
	}
	if err := r.assignTo(p.ID); err != nil {
		return err
	}
	if err := r.read(*r.verdict); err != nil {
		return err
	}
	if len(r.done.Mails) > 0 {
		said += fmt.Sprintf(" %d other mails of this sender are read again.", len(r.done.Mails))
	}
	r.done.Said = said + " It is " + r.raw.State + " now."
	return nil
}

func (r *reviewing) assignTo(providerID string) error {
	err := r.w.Model(&rawRow{}).Where("id = ?", r.raw.ID).Update("assigned_id", ref(providerID)).Error
	if err != nil {
		return fmt.Errorf("assign the mail: %w", err)
	}
	r.raw.AssignedID = ref(providerID)
	return nil
}

// remember gives the sender of the mail to a provider, and has the other mail
// of the sender that waits read again.
func (r *reviewing) remember(names providerNames, p models.Provider) (address string, err error) {
	address = nameKey(r.write.Sender)
	if address == "" {
		address = r.raw.Sender
	}
	if at := strings.Index(address, "@"); at <= 0 || strings.Contains(address, "*") {
		return "", models.Invalid("sender", "the mail names no sender that could be remembered; assign this mail once")
	}
	list, err := addresses("sender", []string{address})
	if err != nil {
		return "", err
	}
	address = list[0]
	var rows []providerEmailRow
	if err := r.w.Where("address = ? OR provider_id = ?", address, p.ID).Find(&rows).Error; err != nil {
		return "", fmt.Errorf("read addresses: %w", err)
	}
	own := 0
	for _, e := range rows {
		switch {
		case e.Address == address && e.ProviderID == p.ID:
			return address, r.reopen(address)
		case e.Address == address:
			return "", models.Invalid("sender", "%s is an address of provider %s already and cannot be one of %s too; assign this mail once, or take the address from %s first",
				address, names.slug(e.ProviderID), p.Slug, names.slug(e.ProviderID))
		}
		own = max(own, e.Position+1)
	}
	if err := insert(r.w.DB, []providerEmailRow{{Address: address, ProviderID: p.ID, Position: own}}); err != nil {
		return "", fmt.Errorf("save the address: %w", err)
	}
	r.data.Address = address
	if err := r.touch(p.ID); err != nil {
		return "", err
	}
	return address, r.reopen(address)
}

// touch notes that a person edited a provider.
func (r *reviewing) touch(providerID string) error {
	return r.w.Model(&providerRow{}).Where("id = ?", providerID).Updates(map[string]any{"builtin": false, "updated_at": at(r.now)}).Error
}

// maxReopened bounds the mails of one sender that are read again at once; the
// others follow when the ledger is looked through.
const maxReopened = 5000

// reopen has other mail of a sender, which matched nobody, read again.
func (r *reviewing) reopen(address string) error {
	var ids []string
	err := r.w.Model(&rawRow{}).Where("state = 'unknown-provider'").Where("sender = ? AND deleted = ? AND id <> ?", address, false, r.raw.ID).
		Order("id").Limit(maxReopened).Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("look for other mail of the sender: %w", err)
	}
	r.data.Mails, r.done.Mails = ids, ids
	return r.w.reopen(ids, models.CauseBackfill)
}

// named finds the provider that a person names by ID, slug or name.
func (n providerNames) named(field, text string) (models.Provider, error) {
	for _, p := range n {
		if p.ID == text {
			return p, nil
		}
	}
	return n.find(field, text)
}

// slug is that of the provider with an ID.
func (n providerNames) slug(id string) string {
	for _, p := range n {
		if p.ID == id {
			return p.Slug
		}
	}
	return id
}

// circuit makes what the mail calls a circuit an alias of one in the inventory.
func (r *reviewing) circuit() error {
	text, err := r.meant()
	if err != nil {
		return err
	}
	added, err := r.w.addAlias(r.by, models.AliasRow{Provider: r.item.Provider, Alias: text, CID: r.write.CID})
	if input, is := errors.AsType[*models.InputError](err); is && input.Field == "alias" {
		input.Field = "text"
	}
	if err != nil {
		return err
	}
	r.data.Alias, r.done.Changed = added.id, added.changed
	if err := r.reload(); err != nil {
		return err
	}
	r.done.Said = fmt.Sprintf("%s means the circuit %s from now on, in all mail of %s; %d maintenances changed.", tidy(text), tidy(r.write.CID), r.item.Provider, len(added.changed))
	return nil
}

// meant is the text of the mail that is to mean a circuit.
func (r *reviewing) meant() (string, error) {
	rows, err := loadIn[noticeRow](r.w.Where("superseded = ?", false).Order("position"), "raw_id", []string{r.raw.ID})
	if err != nil {
		return "", fmt.Errorf("read notices: %w", err)
	}
	records := each(rows, func(n noticeRow) string { return string(n.RecordID) })
	all, err := r.w.s.reviewCircuits(r.w.DB, string(r.raw.ProviderID), validIDs(unique(records)), cidsOf(adopted(rows)))
	if err != nil {
		return "", fmt.Errorf("match circuits: %w", err)
	}
	var waiting []string
	for _, c := range all {
		if models.CIDKey(c.CID) == models.CIDKey(r.write.Text) {
			if !c.Waits() {
				return "", models.Invalid("text", "%q is the circuit %s already", c.CID, c.Linked)
			}
			return c.CID, nil
		}
		if c.Waits() {
			waiting = append(waiting, c.CID)
		}
	}
	switch {
	case r.write.Text != "":
		return "", models.Invalid("text", "the mail lists no circuit %q; it lists %s", r.write.Text, named(each(all, func(c models.MeantCircuit) string { return c.CID })))
	case len(waiting) == 1:
		return waiting[0], nil
	case len(waiting) == 0:
		return "", models.Invalid("text", "every circuit that the mail lists is known")
	}
	return "", models.Invalid("text", "say which of them is meant: %s", named(waiting))
}

// named lists names for people.
func named(names []string) string {
	const most = 10
	if len(names) == 0 {
		return "none"
	}
	text := strings.Join(names[:min(len(names), most)], ", ")
	if len(names) > most {
		text += fmt.Sprintf(" and %d more", len(names)-most)
	}
	return text
}
