package app

import (
	"context"
	"fmt"

	"lineman/internal/jobs"
	"lineman/internal/store"
	"lineman/models"
)

// schema brings an older or empty database up to date, or says why not.
func (a *App) schema(ctx context.Context) error {
	state, err := a.store.CheckSchema(ctx)
	if err != nil {
		return err
	}
	if state == store.SchemaCurrent {
		return nil
	}
	if a.Config.Database.Migrate == "off" {
		return models.Invalid("database.migrate", "the schema is %s and migrate is off; run `lineman migrate up`", state)
	}
	return a.MigrateUp(ctx)
}

// MigrateUp brings the schema of the records and of the queue up to date.
func (a *App) MigrateUp(ctx context.Context) error {
	if err := a.store.MigrateUp(ctx); err != nil {
		return err
	}
	q, err := a.newQueue(nil)
	if err != nil {
		return err
	}
	if err := q.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	return nil
}

// newQueue makes the queue on the store's database.
func (a *App) newQueue(handlers map[models.JobKind]jobs.Handler) (*jobs.Queue, error) {
	return jobs.New(jobs.Config{
		SQL: a.store.SQL(), Read: a.store.ReadSQL(), Pool: a.store.Pool(), Logger: a.Logger,
		Handlers: handlers, Schedules: a.schedules(), Syncs: a.syncs(), PollOnStart: true, Now: a.Now, Propose: a.proposer != nil && a.Config.Propose.Automatic,
	})
}

func (a *App) schedules() []jobs.Schedule {
	var list []jobs.Schedule
	for _, s := range a.Config.Sources {
		cron := s.Schedule
		if cron == "" {
			cron = a.Config.Schedule
		}
		list = append(list, jobs.Schedule{Source: s.Name, Cron: cron})
	}
	return list
}
