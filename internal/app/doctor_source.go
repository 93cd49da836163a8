package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"lineman/ingest"
	"lineman/ingest/mailbox"
	"lineman/internal/config"
	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/define"
	"lineman/parsers/provider"
)

// maxListed is how many folders of a source are opened.
const maxListed = 100

func sourceTitle(i int, src config.Source) string {
	if src.Name == "" {
		return fmt.Sprintf("source %d", i)
	}
	return "source " + src.Name
}

// source logs in, finds the folders and lists each of them, read-only.
func (d *doctor) source(ctx context.Context, i int) []Finding {
	src := d.config.Sources[i]
	title := sourceTitle(i, src)
	if !d.Reading.Usable(fmt.Sprintf("notification_sources[%d]", i)) {
		return []Finding{unchecked(title)}
	}
	kind, err := mailbox.Find(src)
	if err != nil {
		return []Finding{fail(title, "%s", advised(err, "correct its url"))}
	}
	box, err := mailbox.Open(src, mailbox.Options{})
	if err != nil {
		return []Finding{fail(title, "%s", advised(err, "correct its settings"))}
	}
	defer box.Close() // nothing was written
	folders, err := box.Folders(ctx)
	var list []Finding
	if err != nil {
		list = append(list, fail(title, "%s", d.refusal(ctx, err)))
	}
	listed := min(len(folders), maxListed)
	for _, folder := range folders[:listed] {
		_, err := box.List(ctx, folder, models.Cursor{Folder: folder}, d.Now().AddDate(0, 0, -1), 1)
		if err == nil {
			continue
		}
		list = append(list, fail(title, "folder %q: %s", folder, d.refusal(ctx, err)))
		if !errors.Is(err, ingest.ErrFolder) {
			break
		}
	}
	switch {
	case len(list) > 0:
	case listed < len(folders):
		list = append(list, fine(title, "logged in over %s; the first %d of %d folders can be read", kind.Name, listed, len(folders)))
	default:
		list = append(list, fine(title, "logged in over %s; %s can be read", kind.Name, clip(folders, 5)))
	}
	return list
}

// refusal says why a mailbox could not be read, and what to do.
func (d *doctor) refusal(ctx context.Context, err error) string {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %v; check the address, and that the server can be reached from here", d.Within)
	case errors.Is(err, ingest.ErrLogin):
		return advised(err, "check account and secret")
	case errors.Is(err, ingest.ErrFolder):
		return advised(err, "check folders")
	}
	return advised(err, "check the address, and that the server can be reached from here")
}

// parsers tries every definition of the configured folder on its samples.
func (d *doctor) parsers(context.Context) []Finding {
	const name = "parsers"
	folder := d.config.Parsers.Folder
	if !d.Reading.Usable("parsers") {
		return []Finding{unchecked(name)}
	}
	known := provider.All()
	list := []Finding{fine(name, "%d providers are built in", len(known))}
	if folder == "" {
		return list
	}
	definitions, bad := define.Load(os.DirFS(folder))
	_, clashes := define.Join(definitions, known)
	bad = append(bad, clashes...)
	refused := disabled(bad)
	for _, one := range definitions {
		if !slices.Contains(refused, one.File) {
			list = append(list, fine("parser definition "+one.File, "%s is in use", one.Provider.Slug))
		}
	}
	for _, err := range bad {
		var e *define.Error
		if !errors.As(err, &e) {
			list = append(list, fail(name, "parsers.folder: %s", advised(err, "check the path and its permissions")))
			continue
		}
		list = append(list, fail("parser definition "+e.File, "disabled: %s", advised(err, "put that right and start again")))
	}
	if len(definitions)+len(bad) == 0 {
		list = append(list, warn(name, "parsers.folder: %s holds no definition (*.yaml); check the path", folder))
	}
	return list
}

// zones are checked by an hour that each of them has had since its rules
// changed last: one in the north, one in the south, one that gave summer time
// up.
var doctorZones = []struct {
	name string
	at   time.Time
	hour int
}{
	{"Europe/Berlin", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), 14},
	{"Australia/Sydney", time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), 23},
	{"America/Mexico_City", time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), 6},
}

func (d *doctor) zones(context.Context) []Finding {
	const name = "time zones"
	for _, z := range doctorZones {
		place := parsers.Place(z.name)
		if place == nil {
			return []Finding{fail(name, "%s is not known; build lineman with its zone data (time/tzdata), or install the package tzdata", z.name)}
		}
		if hour := z.at.In(place).Hour(); hour != z.hour {
			return []Finding{fail(name, "%s is out of date: %s UTC reads as %d:00 there, but was %d:00; update the package tzdata, or unset ZONEINFO",
				z.name, z.at.Format(time.DateTime), hour, z.hour)}
		}
	}
	return []Finding{fine(name, "known and up to date; zone data is part of the program")}
}
