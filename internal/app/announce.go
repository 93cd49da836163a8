package app

import (
	"context"

	"lineman/models"
	"lineman/notify"
)

// Desk is where announcements are looked up and sent again; an InputError when
// nothing is announced by the configuration.
func (a *App) Desk() (*notify.Desk, error) {
	if a.announcer == nil {
		return nil, models.Invalid("notify.destinations", "there is none, so nothing is announced; add one, for example {name: noc, email: {…}}")
	}
	return a.announcer.desk, nil
}

// Announcements lists what was announced; whoever runs a command sees all.
func (a *App) Announcements(ctx context.Context, f models.AnnouncementFilter) ([]models.Announcement, error) {
	d, err := a.Desk()
	if err != nil {
		return nil, err
	}
	all, _, err := d.Announcements(ctx, terminal, f)
	return all, err
}

// Announcement gives one with what each rule says to it.
func (a *App) Announcement(ctx context.Context, id string) (models.Announcement, []models.AnnouncementAnswer, error) {
	d, err := a.Desk()
	if err != nil {
		return models.Announcement{}, nil, err
	}
	return d.Announcement(ctx, terminal, id)
}

// Resend has an announcement sent again; the service does it.
func (a *App) Resend(ctx context.Context, id, destination string) (int, error) {
	d, err := a.Desk()
	if err != nil {
		return 0, err
	}
	return d.Resend(ctx, terminal, id, destination)
}

// TestDestination sends a destination a test, from this process.
func (a *App) TestDestination(ctx context.Context, name string) (notify.Receipt, error) {
	d, err := a.Desk()
	if err != nil {
		return notify.Receipt{}, err
	}
	return d.Test(ctx, name)
}

// Destinations tells how deliveries go.
func (a *App) Destinations(ctx context.Context) ([]models.DestinationHealth, error) {
	d, err := a.Desk()
	if err != nil {
		return nil, err
	}
	return d.Destinations(ctx)
}
