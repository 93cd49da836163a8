package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lineman/models"
)

// Review does with one mail that waits what a person asks for: all of it in
// one transaction, or nothing. It is kept as an act that can be undone, and
// written into the audit log. verdict is what the mail says after the act, for
// the acts that change how it is read: fill, assign, and the undoing of these
// and of dismiss; nil otherwise.
//
// models.ErrNotFound for a mail that is not there, and for whoever does not
// see everything; a models.StaleError where the item is not at the expected
// version; an InputError for what cannot be done to it.
func (s *Store) Review(ctx context.Context, by models.Principal, write models.ReviewWrite, verdict *models.Verdict) (done models.Reviewed, err error) {
	if err := write.Check(); err != nil {
		return done, err
	}
	if !by.Scope.All || !isID(write.ID) {
		return done, fmt.Errorf("mail %q: %w", write.ID, models.ErrNotFound)
	}
	err = s.write(ctx, "review a mail", func(w *work) error {
		r := &reviewing{w: w, by: by, now: s.clock(), write: write, verdict: verdict}
		if err := r.load(); err != nil {
			return err
		}
		if err := r.act(); err != nil {
			return err
		}
		done = r.done
		return r.save()
	})
	if err != nil {
		return models.Reviewed{}, err
	}
	return done, nil
}

// reviewing is the state of one Review.
type reviewing struct {
	w       *work
	by      models.Principal
	now     time.Time
	write   models.ReviewWrite
	verdict *models.Verdict

	item   models.ReviewItem // as it was
	raw    rawRow            // as it is
	row    reviewRow
	before string // digest
	data   reviewData
	undone *reviewActRow
	done   models.Reviewed
}

func (r *reviewing) load() (err error) {
	if err := locked(r.w.s, r.w.DB).Where("id = ?", r.write.ID).Take(&r.raw).Error; err != nil {
		return found(err, "mail %q", r.write.ID)
	}
	if r.item, err = reviewItem(r.w.DB, r.write.ID); err != nil {
		return err
	}
	r.row = reviewRow{ItemID: r.raw.ID}
	if err := r.w.Where("item_id = ?", r.raw.ID).Limit(1).Find(&r.row).Error; err != nil {
		return fmt.Errorf("read the review of a mail: %w", err)
	}
	r.before = digestOfReview(r.raw, r.row)
	r.data = reviewData{Before: storeReview(r.row), State: r.raw.State, Error: r.raw.Error, Assigned: string(r.raw.AssignedID)}
	if r.write.Expected != 0 && r.write.Expected != r.item.Version {
		return r.stale()
	}
	return nil
}

// decides reports whether an action decides what becomes of a mail.
func decides(a models.ReviewAction) bool {
	return a != models.ReviewTake && a != models.ReviewRelease && a != models.ReviewUndo
}

func (r *reviewing) act() error {
	action := r.write.Action
	if decides(action) && !r.item.Open {
		return r.closed()
	}
	if r.raw.State == string(models.StateReceived) && action != models.ReviewTake && action != models.ReviewRelease {
		return models.Invalid("", "this mail waits to be read; look at it again in a moment")
	}
	var err error
	switch action {
	case models.ReviewAccept:
		err = r.accept()
	case models.ReviewReject:
		err = r.reject()
	case models.ReviewAssign:
		err = r.assign()
	case models.ReviewCircuit:
		err = r.circuit()
	case models.ReviewFill:
		err = r.fill()
	case models.ReviewDismiss:
		err = r.dismiss()
	case models.ReviewTake:
		err = r.take()
	case models.ReviewRelease:
		err = r.release()
	case models.ReviewUndo:
		return r.undo()
	}
	if err != nil || !decides(action) {
		return err
	}
	r.row.Decision, r.row.DecidedBy, r.row.DecidedAt = string(action), r.author(), at(r.now)
	return nil
}

// closed says why a mail that does not wait cannot be decided on.
func (r *reviewing) closed() error {
	if r.item.Decision != "" {
		return models.Invalid("", "this mail waits no more: %s did %s at %s; undo that first", r.item.DecidedBy, r.item.Decision, r.item.DecidedAt.Format("2006-01-02 15:04 UTC"))
	}
	return models.Invalid("", "this mail does not wait for anybody: it is %s", r.item.State)
}

func (r *reviewing) author() string { return authorOf(r.by) }

// accept takes what a mail says as it is.
func (r *reviewing) accept() error {
	if models.MailState(r.raw.State) == models.StateNeedsReview {
		if err := r.judge(models.EditAcceptNotice); err != nil {
			return err
		}
		if err := r.become(models.StateParsed, ""); err != nil {
			return err
		}
		r.row.settle(r.raw)
		r.done.Said = "What the mail says counts now."
		return nil
	}
	if _, unread := models.ReviewStates[models.MailState(r.raw.State)]; unread {
		return models.Invalid("", "nothing was read in this mail, so there is nothing to accept; fill in what is missing, assign its provider, or dismiss it")
	}
	r.row.settle(r.raw)
	r.done.Said = "The mail is fine as it is."
	return nil
}

// reject makes what a mail says count no more.
func (r *reviewing) reject() error {
	if err := r.judge(models.EditRejectNotice); err != nil {
		return err
	}
	if len(r.data.Notices) == 0 {
		return models.Invalid("", "nothing was read in this mail, so there is nothing to reject; dismiss it if it is no maintenance")
	}
	if err := r.become(models.StateParsed, ""); err != nil {
		return err
	}
	r.row.settle(r.raw)
	r.done.Said = "What the mail says does not count."
	return nil
}

// judge accepts, rejects or judges no more the notices of the mail.
func (r *reviewing) judge(kind models.EditKind) error {
	notices := r.data.Notices
	if kind != models.EditReopenNotice {
		var rows []noticeRow
		if err := r.w.Select("id", "record_id").Where("raw_id = ? AND superseded = ? AND record_id IS NOT NULL", r.raw.ID, false).Order("position").Find(&rows).Error; err != nil {
			return fmt.Errorf("read notices: %w", err)
		}
		notices = each(rows, func(n noticeRow) storedVerdict { return storedVerdict{string(n.RecordID), n.ID} })
		r.data.Notices = notices
	}
	var writes []models.Write
	for _, n := range notices {
		act := models.Edit{Kind: kind, NoticeID: n.Notice}
		if last := len(writes) - 1; last >= 0 && writes[last].Maintenance == n.Maintenance {
			writes[last].Acts = append(writes[last].Acts, act)
			continue
		}
		writes = append(writes, models.Write{Maintenance: n.Maintenance, Acts: []models.Edit{act}, Reason: r.write.Reason})
	}
	if len(writes) == 0 {
		return nil
	}
	edited, err := r.w.edit(r.by, writes)
	for _, e := range edited {
		r.done.Changed = append(r.done.Changed, e.Name)
	}
	return err
}

// become gives the mail a state, beside how it was read.
func (r *reviewing) become(state models.MailState, why string) error {
	if err := r.reload(); err != nil {
		return err
	}
	r.raw.State, r.raw.Error, r.raw.UpdatedAt = string(state), clean(why), at(r.now)
	if err := upsert(r.w.DB, []rawRow{r.raw}); err != nil {
		return fmt.Errorf("save raw mail: %w", err)
	}
	return markLabels(r.w, []rawRow{r.raw})
}

// reload reads the mail again after others wrote it.
func (r *reviewing) reload() error {
	id := r.raw.ID
	r.raw = rawRow{}
	if err := r.w.Where("id = ?", id).Take(&r.raw).Error; err != nil {
		return fmt.Errorf("read raw mail: %w", err)
	}
	return nil
}

// read applies a verdict on the mail.
func (r *reviewing) read(v models.Verdict) error {
	v.RawID, v.By = r.raw.ID, r.author()
	applied, a, err := r.w.apply([]models.Verdict{v})
	if err != nil {
		return fmt.Errorf("apply what the mail says: %w", err)
	}
	for _, m := range a.graph.told() {
		r.done.Changed = append(r.done.Changed, m.Name)
	}
	if applied[0].State == "" {
		return errors.New("the mail is gone")
	}
	return r.reload()
}

// fill takes a person's reading of the mail.
func (r *reviewing) fill() error {
	if r.verdict == nil || len(r.verdict.Notices) == 0 {
		return errors.New("no reading to be filled in")
	}
	fill := r.write.Fill
	r.data.Fill = &fill
	r.row.Reading = string(models.ReadingCompleted)
	if err := r.read(*r.verdict); err != nil {
		return err
	}
	if !r.raw.UnknownCIDs && r.raw.State != string(models.StateNeedsReview) { // else that is what it waits for now
		r.row.settle(r.raw)
	}
	r.done.Said = "The notice is complete, with " + strings.Join(fill.Fields(), ", ") + " by " + r.author() + "."
	return nil
}

// dismiss says that the mail is no maintenance.
func (r *reviewing) dismiss() error {
	why := "no maintenance, says " + r.author()
	if r.write.Reason != "" {
		why += ": " + tidy(r.write.Reason)
	}
	r.row.Reading = string(models.ReadingDismissed)
	err := r.read(models.Verdict{
		ProviderID: string(r.raw.ProviderID), Sender: r.raw.Sender, State: models.StateIgnored, Error: why,
		Flags: models.MailFlags{Incomplete: r.raw.Incomplete}, ParserVersion: r.raw.ParserVersion, Cause: models.CauseEdit,
	})
	if err != nil {
		return err
	}
	r.row.settle(r.raw)
	r.done.Said = "The mail is no maintenance."
	return nil
}

func (r *reviewing) take() error {
	if r.row.Owner == r.author() {
		return models.Invalid("", "you have it already, since %s", r.row.OwnedAt.Format("2006-01-02 15:04 UTC"))
	}
	r.done.Said = "It is yours."
	if r.row.Owner != "" {
		r.done.Said = "It is yours and no longer " + r.row.Owner + "'s."
	}
	r.row.Owner, r.row.OwnedAt = r.author(), at(r.now)
	return nil
}

func (r *reviewing) release() error {
	if r.row.Owner == "" {
		return models.Invalid("", "nobody has taken it")
	}
	r.done.Said = "It is nobody's."
	r.row.Owner, r.row.OwnedAt = "", instant{}
	return nil
}

// save keeps the act and what is decided now.
func (r *reviewing) save() error {
	later := time.UnixMicro(r.item.Version + 1).UTC()
	if r.now.After(later) {
		later = r.now
	}
	r.row.UpdatedAt = at(later)
	if err := upsert(r.w.DB, []reviewRow{r.row}); err != nil {
		return fmt.Errorf("save the review: %w", err)
	}
	var err error
	if r.undone != nil {
		r.undone.UndoneBy, r.undone.UndoneAt = r.author(), at(later)
		err = upsert(r.w.DB, []reviewActRow{*r.undone})
	} else {
		err = insert(r.w.DB, []reviewActRow{{
			ID: newID(), ItemID: r.raw.ID, Action: string(r.write.Action), Author: r.author(), At: at(later), Reason: clean(r.write.Reason),
			Detail: clean(r.done.Said), Data: document[reviewData]{r.data},
		}})
	}
	if err != nil {
		return fmt.Errorf("save the act: %w", err)
	}
	r.done.Changed = unique(r.done.Changed)
	return audit(r.w, []models.Audit{{
		At: r.now, Author: r.by.Name, Role: r.by.Role, Action: "review: " + string(r.write.Action), Object: "mail", Ref: r.raw.ID,
		Name: r.raw.Subject, Reason: r.write.Reason, Before: r.before, After: digestOfReview(r.raw, r.row),
	}})
}

// digestOfReview is a SHA-256 over what a mail is and what was decided of it.
func digestOfReview(raw rawRow, row reviewRow) string {
	row.UpdatedAt = instant{}
	return sha256Hex(fmt.Appendf(nil, "%s %v %q %s %+v", raw.State, raw.flags(), raw.Error, raw.AssignedID, storeReview(row)))
}
