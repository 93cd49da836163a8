package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// habitSpan is how far back a provider's habits are read.
const habitSpan = 365 * 24 * time.Hour

// PhaseRules gives the rules of each provider by slug: its own hold-over, and
// whether it usually says when work is over. It usually does when at least
// half of its maintenances that ended within a year, cancelled ones apart, are
// completed.
func (s *Store) PhaseRules(ctx context.Context) (map[string]models.PhaseRules, error) {
	now := s.clock()
	var rows []struct {
		Slug      string
		HoldOver  int64 // seconds
		Ended     int64
		Completed int64
	}
	err := s.peek(ctx, "read habits of providers", func(tx *gorm.DB) error {
		return tx.Raw(`SELECT p.slug, p.hold_over, COALESCE(h.ended, 0) AS ended, COALESCE(h.completed, 0) AS completed
			FROM providers p LEFT JOIN (
				SELECT m.provider_id, COUNT(*) AS ended, SUM(CASE WHEN m.status = ? THEN 1 ELSE 0 END) AS completed
				FROM maintenances m WHERE m.deleted = ? AND m.status <> ? AND m.ends >= ? AND m.ends < ?
				GROUP BY m.provider_id
			) h ON h.provider_id = p.id`,
			models.StatusCompleted, false, models.StatusCancelled, at(now.Add(-habitSpan)), at(now)).Scan(&rows).Error
	})
	rules := make(map[string]models.PhaseRules, len(rows))
	for _, r := range rows {
		rules[r.Slug] = models.PhaseRules{
			HoldOver:         time.Duration(r.HoldOver) * time.Second,
			SendsCompletions: r.Completed > 0 && 2*r.Completed >= r.Ended,
		}
	}
	return rules, err
}
