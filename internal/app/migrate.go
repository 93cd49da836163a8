package app

import (
	"context"
	"fmt"
	"time"
)

// Migrate opens the database of the configuration without touching its schema
// and runs f on it. It is for the migrate command alone.
func Migrate(ctx context.Context, o Options, f func(*App) error) error {
	a, err := connect(ctx, o)
	if err != nil {
		return err
	}
	defer a.Close()
	return f(a)
}

// MigrateDown takes back the newest step of the schema.
func (a *App) MigrateDown(ctx context.Context) error {
	if err := a.store.MigrateDown(ctx); err != nil {
		return fmt.Errorf("migrate down: %w", err)
	}
	return nil
}

// MigrationStatus gives a line for each step of the schema.
func (a *App) MigrationStatus(ctx context.Context) ([]string, error) {
	steps, err := a.store.MigrationStatus(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the state of the schema: %w", err)
	}
	lines := make([]string, len(steps))
	for i, s := range steps {
		state := "pending"
		if s.Applied {
			state = "applied " + s.At.UTC().Format(time.DateTime) + " UTC"
		}
		lines[i] = fmt.Sprintf("%-36s %s", s.Name, state)
	}
	return lines, nil
}
