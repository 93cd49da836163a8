package app

import (
	"context"
	"fmt"
	"strings"

	"lineman/internal/store"
	"lineman/models"
)

// drift computes whose mail is not what it usually is.
func (a *App) drift(ctx context.Context, _ models.Job) error {
	opened, closed, err := a.store.SweepDrifts(ctx)
	if err != nil {
		return fmt.Errorf("compute drifts: %w", err)
	}
	if opened+closed > 0 {
		a.Logger.Info("the mail of providers drifted, or does so no more", "opened", opened, "closed", closed)
	}
	return nil
}

// openDrifts gives the drifts that last.
func (a *App) openDrifts(ctx context.Context) ([]models.Drift, error) {
	all, _, err := a.store.Drifts(ctx, models.ScopeAll, models.DriftFilter{Page: models.Page{Limit: 1000}})
	return all, err
}

// shownDrifts is how many drifts the doctor tells one by one.
const shownDrifts = 20

// drift tells whose mail is not what it usually is.
func (d *doctor) drift(ctx context.Context, s *store.Store) []Finding {
	const name = "drift"
	all, total, err := s.Drifts(ctx, models.ScopeAll, models.DriftFilter{Page: models.Page{Limit: shownDrifts}})
	if err != nil {
		return []Finding{fail(name, "%s", advised(err, "check the database"))}
	}
	if len(all) == 0 {
		return []Finding{fine(name, "the mail of every provider reads as before")}
	}
	var list []Finding
	for _, one := range all {
		list = append(list, warn(name, "%s; %s", strings.ToUpper(one.Text()[:1])+one.Text()[1:], advice(one)))
	}
	if more := total - len(all); more > 0 {
		list = append(list, warn(name, "and %d more; see /api/v1/drifts", more))
	}
	return list
}

// advice says what to do about a drift.
func advice(d models.Drift) string {
	if d.Kind == models.DriftSilent {
		return "ask the provider whether its list still has your address, and look whether its mail is filtered"
	}
	return "look at lineman mail list --provider " + d.Provider + ", and report the layout or describe it (docs/providers.md)"
}
