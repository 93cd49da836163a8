package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// TrustDue gives the raw mails, with their bytes, whose senders are to be
// judged again by now because name servers gave no answer, the longest due
// first.
func (s *Store) TrustDue(ctx context.Context, now time.Time, limit int) ([]models.RawNotification, error) {
	var all []models.RawNotification
	err := s.read(ctx, "read mail that is to be judged again", func(tx *gorm.DB) error {
		var rows []rawRow
		err := tx.Where("trust_due IS NOT NULL AND trust_due <= ?", at(now)).Order("trust_due, id").Limit(limit).Find(&rows).Error
		if err != nil {
			return err
		}
		all, err = s.withBodies(tx, rows[:withinBodies(rows)])
		return err
	})
	return all, err
}

// Judge keeps how mails were judged again and folds their maintenances anew:
// what waited because name servers were silent is applied once the sender is
// known. What changed has the cause for which the mail was read.
func (s *Store) Judge(ctx context.Context, verdicts []models.TrustVerdict) error {
	for _, v := range verdicts { // one transaction each: they have nothing in common
		err := s.write(ctx, "keep how a mail was judged", func(w *work) error {
			return judge(w, v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func judge(w *work, v models.TrustVerdict) error {
	if !isID(v.RawID) {
		return nil
	}
	var ids []string
	if err := w.Model(&noticeRow{}).Where("raw_id = ? AND superseded = ?", v.RawID, false).Distinct().Pluck("provider_id", &ids).Error; err != nil {
		return err
	}
	g := newGraph(w, w.s.clock())
	if err := g.loadProviders(ids); err != nil {
		return fmt.Errorf("load providers: %w", err)
	}
	var raw rawRow
	if err := locked(w.s, w.DB).Where("id = ?", v.RawID).Take(&raw).Error; err != nil {
		return found(err, "mail %s", v.RawID)
	}
	same := raw.Trust == string(v.Level) && raw.TrustGuarded == v.Guarded
	raw.judge(v)
	raw.UpdatedAt = at(g.now)
	if err := upsert(w.DB, []rawRow{raw}); err != nil {
		return fmt.Errorf("save the mail: %w", err)
	}
	rows, err := loadIn[noticeRow](w.Where("superseded = ?", false).Order("id"), "raw_id", []string{v.RawID})
	if err != nil {
		return fmt.Errorf("load its notices: %w", err)
	}
	if err := rejudge(w, rows, v); err != nil || same || len(rows) == 0 {
		return err
	}
	return g.refold(rows, origin{cause: models.Cause(raw.Cause), rawID: raw.ID})
}

func rejudge(w *work, rows []noticeRow, v models.TrustVerdict) error {
	ids := make([]string, len(rows))
	for i := range rows {
		n := &rows[i]
		n.Trust, n.TrustReason, n.Guarded = string(v.Level), clean(v.Reason), v.Guarded
		ids[i] = n.ID
	}
	return chunks(ids, func(part []string) error {
		return w.Model(&noticeRow{}).Where("id IN ?", part).Updates(map[string]any{
			"trust": v.Level, "trust_reason": clean(v.Reason), "guarded": v.Guarded,
		}).Error
	})
}

// refold folds the maintenances of stored notices again.
func (g *graph) refold(rows []noticeRow, o origin) error {
	var affected []*noticeRow
	for i := range rows {
		affected = append(affected, g.adopt(&rows[i]))
	}
	if err := g.load(affected, affected); err != nil {
		return err
	}
	t := newTouched()
	for _, n := range affected {
		t.gain(g.join(n, t, o)) // one that is guarded no more may join maintenances
	}
	if _, err := g.fold(t, o); err != nil {
		return fmt.Errorf("fold: %w", err)
	}
	return g.save()
}

// TrustCounts counts the notices that count, by provider and level.
func (s *Store) TrustCounts(ctx context.Context) ([]models.TrustCount, error) {
	var all []models.TrustCount
	err := s.read(ctx, "count notices by trust", func(tx *gorm.DB) error {
		return tx.Table("notices n").Select("pr.slug AS provider, n.trust AS level, COUNT(*) AS count").
			Joins("JOIN providers pr ON pr.id = n.provider_id").Where("n.superseded = false AND n.trust <> ''").
			Group("pr.slug, n.trust").Order("pr.slug, n.trust").Scan(&all).Error
	})
	slices.SortFunc(all, models.TrustCount.Compare)
	return all, err
}
