package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// proposalDay is the time in which questions to models are counted.
const proposalDay = 24 * time.Hour

// BeginProposal keeps, before a model is asked about a mail, that it will be,
// and writes it into the audit log: what the mail shows leaves the house. It
// gives the run's ID. models.ErrNotFound for a mail that is not there, and for
// whoever does not see everything; an InputError where there is nothing to
// propose, or where the limit of a day is reached.
func (s *Store) BeginProposal(ctx context.Context, by models.Principal, ask models.ProposalAsk) (models.ProposalRun, error) {
	row := proposalRow{ID: newID(), RawID: ask.RawID, Model: clean(ask.Model), Author: clean(by.Name), Asked: at(s.clock()), Found: list[storedProposal]{}}
	if !by.Scope.All || !isID(ask.RawID) {
		return models.ProposalRun{}, fmt.Errorf("mail %q: %w", ask.RawID, models.ErrNotFound)
	}
	err := s.write(ctx, "keep that a model is asked", func(w *work) error {
		var raw rawRow
		if err := w.Where("id = ?", ask.RawID).Take(&raw).Error; err != nil {
			return found(err, "mail %q", ask.RawID)
		}
		if m := raw.model(); m.Deleted || !m.Proposable() {
			return models.Invalid("mail", "%s", notProposable(m))
		}
		if err := w.belowLimit(ask.Limit); err != nil {
			return err
		}
		if err := insert(w.DB, []proposalRow{row}); err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "propose", "mail", raw.ID, raw.Subject, "", "", "shown to the model "+row.Model)})
	})
	return row.model(), err
}

func notProposable(m models.RawNotification) string {
	if m.Deleted {
		return "its bytes were removed by retention, so there is nothing to ask about"
	}
	return fmt.Sprintf("it is %s; a model is asked only about mail that could not be read, or not whole", m.State)
}

// belowLimit counts the questions of the last day. Nobody else counts at the
// same time.
func (w *work) belowLimit(limit int) error {
	if w.s.dialect == dialectPostgres {
		if err := w.Exec("LOCK TABLE proposals IN SHARE ROW EXCLUSIVE MODE").Error; err != nil {
			return err
		}
	}
	asked, err := count(w.Model(&proposalRow{}).Where("asked > ?", at(w.s.clock().Add(-proposalDay))))
	if err != nil {
		return err
	}
	if asked >= limit {
		return models.Invalid("propose.per_day", "the %d questions of a day are used up; ask again later, or allow more", limit)
	}
	return nil
}

// EndProposal keeps what came of a question. One that was removed meanwhile,
// with its mail, is left removed.
func (s *Store) EndProposal(ctx context.Context, run models.ProposalRun) error {
	return s.write(ctx, "keep what a model proposes", func(w *work) error {
		return w.Model(&proposalRow{}).Where("id = ?", run.ID).Updates(map[string]any{
			"answered": at(s.clock()), "error": clean(run.Error), "refused": run.Refused,
			"found": list[storedProposal](each(run.Proposals, storeProposal)),
		}).Error
	})
}

// Proposal gives what was last proposed for a mail: the newest run with an
// answer, else the newest; the zero value where no model was ever asked, and
// for whoever does not see everything.
func (s *Store) Proposal(ctx context.Context, scope models.Scope, rawID string) (run models.ProposalRun, err error) {
	if !scope.All || !isID(rawID) {
		return run, nil
	}
	err = s.read(ctx, "read what was proposed", func(tx *gorm.DB) error {
		var rows []proposalRow
		err := tx.Where("raw_id = ?", rawID).Order("CASE WHEN answered IS NOT NULL AND error = '' THEN 0 ELSE 1 END, asked DESC, id DESC").Limit(1).Find(&rows).Error
		if len(rows) > 0 {
			run = rows[0].model()
		}
		return err
	})
	return run, err
}

// Unproposed gives mail whose fields could not be read, received since an
// instant, that no model was asked about: newest first.
func (s *Store) Unproposed(ctx context.Context, since time.Time, limit int) (ids []string, err error) {
	err = s.read(ctx, "look for mail to propose for", func(tx *gorm.DB) error {
		return tx.Table("raw_notifications r").Where("r.state = ? AND r.deleted = ? AND r.received >= ?", models.StateParsingFailed, false, at(since)).
			Where("NOT EXISTS (SELECT 1 FROM proposals p WHERE p.raw_id = r.id)").
			Order("r.received DESC, r.id DESC").Limit(limit).Pluck("r.id", &ids).Error
	})
	return ids, err
}
