package store

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// undo takes the last act back that holds.
func (r *reviewing) undo() error {
	var act reviewActRow
	err := r.w.Where("item_id = ? AND undone_by = ''", r.raw.ID).Order("at DESC, id DESC").Limit(1).Take(&act).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Invalid("", "there is nothing to undo: nobody did anything with this mail")
	}
	if err != nil {
		return fmt.Errorf("read the last act: %w", err)
	}
	data := act.Data.V
	r.row, r.undone, r.data = data.Before.restore(r.raw.ID), &act, data
	r.row.UpdatedAt = at(r.now)
	if err := upsert(r.w.DB, []reviewRow{r.row}); err != nil { // what is applied below asks for it
		return fmt.Errorf("save the review: %w", err)
	}
	switch models.ReviewAction(act.Action) {
	case models.ReviewAccept, models.ReviewReject:
		err = r.unjudge(data)
	case models.ReviewAssign:
		err = r.unassign(data)
	case models.ReviewCircuit:
		if data.Alias != "" {
			err = r.w.removeAlias(r.by, data.Alias)
		}
		if errors.Is(err, models.ErrNotFound) { // somebody took it away already
			err = nil
		}
	case models.ReviewFill, models.ReviewDismiss:
		err = r.reread()
	case models.ReviewTake, models.ReviewRelease, models.ReviewUndo:
	}
	if err != nil {
		return err
	}
	r.done.Said = fmt.Sprintf("What %s did at %s is undone: %s.", act.Author, act.At.Format("2006-01-02 15:04 UTC"), act.Action)
	return r.reload()
}

// unjudge takes a verdict on the notices of the mail back.
func (r *reviewing) unjudge(data reviewData) error {
	if len(data.Notices) == 0 {
		return nil
	}
	if err := r.judge(models.EditReopenNotice); err != nil {
		return err
	}
	return r.become(models.MailState(data.State), data.Error)
}

// unassign gives the mail, and its sender where the act remembered it, back to
// nobody.
func (r *reviewing) unassign(data reviewData) error {
	names, err := lockProviders(r.w)
	if err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	if data.Address != "" {
		var row providerEmailRow
		if err := r.w.Where("address = ?", data.Address).Limit(1).Find(&row).Error; err != nil {
			return fmt.Errorf("read the address: %w", err)
		}
		if row.ProviderID == string(r.raw.AssignedID) && names.slug(row.ProviderID) != row.ProviderID {
			if err := r.w.Where("address = ?", data.Address).Delete(&providerEmailRow{}).Error; err != nil {
				return fmt.Errorf("forget the address: %w", err)
			}
			if err := r.touch(row.ProviderID); err != nil {
				return err
			}
		}
	}
	if err := r.assignTo(data.Assigned); err != nil {
		return err
	}
	r.done.Mails = data.Mails
	return r.reread()
}

// reread applies what lineman reads in the mail.
func (r *reviewing) reread() error {
	if r.verdict == nil {
		return errors.New("no reading to go back to")
	}
	return r.read(*r.verdict)
}

// stale says what changed since the person saw the item.
func (r *reviewing) stale() error {
	since := time.UnixMicro(r.write.Expected).UTC()
	e := &models.StaleError{What: fmt.Sprintf("the review of the mail %q", cut(r.raw.Subject, 80))}
	var acts []reviewActRow
	if err := r.w.Where("item_id = ? AND (at > ? OR undone_at > ?)", r.raw.ID, at(since), at(since)).Order("at, id").Limit(5).Find(&acts).Error; err != nil {
		return fmt.Errorf("read the acts: %w", err)
	}
	for _, a := range acts {
		if a.UndoneAt.After(since) {
			e.Changes = append(e.Changes, fmt.Sprintf("%s undid %s at %s", a.UndoneBy, a.Action, a.UndoneAt.Format("15:04:05 UTC")))
			continue
		}
		e.Changes = append(e.Changes, fmt.Sprintf("%s did %s at %s", a.Author, a.Action, a.At.Format("15:04:05 UTC")))
	}
	if len(acts) == 0 && r.raw.UpdatedAt.After(since) {
		e.Changes = append(e.Changes, fmt.Sprintf("the mail was read or matched again and is %s now", reasonsText(r.item)))
	}
	changes, err := r.changesSince(since)
	e.Changes = append(e.Changes, changes...)
	if len(e.Changes) == 0 {
		e.Changes = []string{"the version that you saw is not one of it; it is " + reasonsText(r.item) + " now"}
	}
	if err != nil {
		return err
	}
	return e
}

// reasonsText says how a mail stands.
func reasonsText(item models.ReviewItem) string {
	text := string(item.State)
	for _, r := range item.Reasons {
		if models.ReviewStates[item.State] != r {
			text += ", " + string(r)
		}
	}
	return text
}

// changesSince tells what changed of the maintenances of the mail.
func (r *reviewing) changesSince(since time.Time) ([]string, error) {
	var rows []struct{ Name, Field, Old, New string }
	err := r.w.Raw(`SELECT m.name AS name, c.field AS field, c.old AS old, c.new AS new FROM changes c JOIN maintenances m ON m.id = c.maintenance_id
		WHERE c.at > ? AND m.id IN (SELECT n.record_id FROM notices n WHERE n.raw_id = ? AND n.superseded = false)
		ORDER BY c.at, c.id LIMIT 5`, at(since), r.raw.ID).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	var all []string
	for _, c := range rows {
		all = append(all, fmt.Sprintf("%s: %s was %q and is %q", c.Name, c.Field, c.Old, c.New))
	}
	return all, nil
}
