package app

import (
	"context"

	"lineman/models"
)

// Retain removes what is older than the settings under retention let it be, or
// only counts it.
func (a *App) Retain(ctx context.Context, dryRun bool) (models.Retained, error) {
	return a.retainBy(ctx, terminal, dryRun)
}

func (a *App) retainBy(ctx context.Context, by models.Principal, dryRun bool) (models.Retained, error) {
	r := a.Config.Retention
	plan := models.RetentionPlan{By: by, DryRun: dryRun}
	if r.Raw > 0 {
		plan.RawBefore = a.Now().UTC().Add(-r.Raw)
	}
	if r.Records > 0 {
		plan.RecordsBefore = a.Now().UTC().Add(-r.Records)
	}
	if r.Commands > 0 {
		plan.CommandsBefore = a.Now().UTC().Add(-r.Commands)
	}
	done, err := a.store.Retain(ctx, plan)
	if err == nil && !dryRun && done != (models.Retained{}) {
		a.Logger.Info("removed what is older than retention", "mails", done.Raws, "maintenances", done.Records, "findings", done.Findings, "commands", done.Commands, "held", done.Held)
	}
	return done, err
}

// Hold keeps a maintenance and its mail from retention.
func (a *App) Hold(ctx context.Context, maintenance, reason, author string) error {
	if reason == "" {
		return models.Invalid("--reason", "say why %s is held, so that it can be released one day", maintenance)
	}
	return a.store.Hold(ctx, maintenance, reason, author)
}

// Release ends a hold.
func (a *App) Release(ctx context.Context, maintenance string) error {
	return a.store.Release(ctx, maintenance)
}

// Holds lists what is held.
func (a *App) Holds(ctx context.Context) ([]models.Hold, error) { return a.store.Holds(ctx) }
