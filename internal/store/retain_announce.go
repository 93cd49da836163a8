package store

import (
	"context"
	"fmt"
	"time"

	"lineman/models"
)

// retainAnnouncements removes what was announced, and is on its way nowhere:
// of mail when mail of its age loses its bytes, since it repeats the subject, of
// the rest when maintenances go; and threads about what is gone.
func (s *Store) retainAnnouncements(ctx context.Context, plan models.RetentionPlan) error {
	for _, part := range []struct {
		before time.Time
		which  string
	}{
		{plan.RecordsBefore, "1 = 1"},
		{plan.RawBefore, "a.raw <> '' AND a.maintenance = '' AND a.finding = ''"},
	} {
		for more := !part.before.IsZero(); more; {
			err := s.write(ctx, "remove old announcements", func(w *work) error {
				n, err := w.removeAnnouncements(part.which, part.before)
				more = n == retainBatch
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if plan.RecordsBefore.IsZero() {
		return nil
	}
	return s.write(ctx, "forget threads about what is gone", func(w *work) error {
		return w.Where("updated_at < ?", at(plan.RecordsBefore)).
			Where("NOT EXISTS (SELECT 1 FROM maintenances m WHERE CAST(m.id AS text) = about)").
			Where("NOT EXISTS (SELECT 1 FROM findings f WHERE CAST(f.id AS text) = about)").Delete(&threadRow{}).Error
	})
}

// removeAnnouncements removes some announcements with their deliveries.
func (w *work) removeAnnouncements(which string, before time.Time) (int, error) {
	var ids []string
	err := w.Table("announcements a").Where(which).Where("a.at < ? AND a.routed_at IS NOT NULL", at(before)).
		Where("NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = a.id AND d."+isWaiting+")").
		Order("a.at, a.id").Limit(retainBatch).Pluck("a.id", &ids).Error
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := w.Where("event_id IN ?", ids).Delete(&deliveryRow{}).Error; err != nil {
		return 0, fmt.Errorf("remove deliveries: %w", err)
	}
	return len(ids), w.Where("id IN ?", ids).Delete(&announcementRow{}).Error
}
