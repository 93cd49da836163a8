package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/chatops/platform"
	"lineman/internal/config"
	"lineman/internal/store"
	"lineman/models"
	"lineman/notify"
	"lineman/notify/destination"
)

// announcements are the checks of what announces: its templates and each
// destination.
func (d *doctor) announcements() []doctorCheck {
	var list []doctorCheck
	if folder := d.config.Notify.Templates.Folder; folder != "" {
		list = append(list, doctorCheck{"templates", func(context.Context) []Finding { return []Finding{d.templates(folder)} }})
	}
	for i, c := range d.config.Notify.Destinations {
		title := "destination " + c.Name
		if c.Name == "" {
			title = fmt.Sprintf("destination %d", i)
		}
		list = append(list, doctorCheck{title, func(ctx context.Context) []Finding { return []Finding{d.destination(ctx, title, i)} }})
	}
	return list
}

func (d *doctor) templates(folder string) Finding {
	if _, err := notify.NewTemplates(notify.TemplateOptions{Folder: folder}); err != nil {
		return fail("templates", "%s", advised(err, "correct the file, or take it out of the folder"))
	}
	return fine("templates", "those of %s can be used", folder)
}

// failedWithin is how far back the doctor looks for what did not arrive.
const failedWithin = 7 * 24 * time.Hour

// deliveries tells which destinations do not take what they are sent, and how
// much was lost.
func (d *doctor) deliveries(ctx context.Context, s *store.Store) []Finding {
	const name = "deliveries"
	healths, err := s.DestinationHealths(ctx)
	if err != nil {
		return []Finding{fail(name, "%s", advised(err, "check the database"))}
	}
	var list []Finding
	for _, h := range healths {
		there := strings.Contains(h.Name, ":") || slices.ContainsFunc(d.config.Notify.Destinations, func(c config.Destination) bool { return c.Name == h.Name })
		if there && h.LastError != "" && h.LastErrorAt.After(h.LastSuccess) {
			list = append(list, warn(name, "the last one to %s failed at %s: %s; %d wait for it, see lineman notify status",
				h.Name, h.LastErrorAt.UTC().Format("2006-01-02 15:04 UTC"), h.LastError, h.Waiting))
		}
	}
	f := models.AnnouncementFilter{States: []models.DeliveryState{models.DeliveryFailed}, At: models.TimeRange{From: d.Now().Add(-failedWithin)}, Page: models.Page{Limit: 1}}
	_, lost, err := s.Announcements(ctx, models.ScopeAll, f)
	switch {
	case err != nil:
		list = append(list, fail(name, "%s", advised(err, "check the database")))
	case lost > 0:
		list = append(list, warn(name, "%d announcements of the last 7 days did not arrive everywhere; see lineman announcements list --state failed", lost))
	case len(list) == 0:
		list = append(list, fine(name, "all of the last 7 days arrived, or are on their way"))
	}
	return list
}

// destination looks whether a destination would work. It delivers nothing.
func (d *doctor) destination(ctx context.Context, title string, i int) Finding {
	c := d.config.Notify.Destinations[i]
	if !d.Reading.Usable(fmt.Sprintf("notify.destinations[%d]", i)) {
		return unchecked(title)
	}
	if c.Kind() == config.DestinationChat {
		return d.chatDestination(title, c)
	}
	target, err := destination.New(destination.Options{Now: d.Now}, c)
	if err != nil {
		return fail(title, "%s", advised(err, "correct its settings"))
	}
	try := "; lineman notify test " + c.Name + " sends a test"
	checker, is := target.Destination.(notify.Checker)
	if !is {
		return fine(title, "its settings are right%s", try)
	}
	said, err := checker.Check(ctx)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fail(title, "no answer within %v; check its address, and that it can be reached from here", d.Within)
	case err != nil:
		return fail(title, "%s", advised(err, "check its address and credentials"))
	}
	return fine(title, "%s%s", said, try)
}

// chatDestination looks whether its platform is there; whether that works is
// told in a line of its own.
func (d *doctor) chatDestination(title string, c config.Destination) Finding {
	there := slices.ContainsFunc(platform.All(), func(m platform.Member) bool {
		return m.Name == c.Chat.Platform && m.Open != nil && m.Configured(d.config.ChatOps.Platforms)
	})
	if !there {
		return fail(title, "the platform %q is not configured; add it under chatops.platforms", c.Chat.Platform)
	}
	return fine(title, "posts to %s%s in %s; lineman notify test %s sends a test", c.Chat.Channel, c.Chat.User, c.Chat.Platform, c.Name)
}
