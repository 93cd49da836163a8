package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"lineman/parsers"
	"lineman/parsers/define"
	"lineman/parsers/provider"
)

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

// doctorZones are checked by an hour that each of them has had since its rules
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
