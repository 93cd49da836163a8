package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lineman/internal/config"
	"lineman/internal/store"
)

// maxSkew is how far two clocks may be apart.
const maxSkew = time.Minute

// database looks at one thing after the other; each needs the one before.
func (d *doctor) database(ctx context.Context) []Finding {
	const name = "database"
	if !d.Reading.Usable("database") {
		return []Finding{unchecked(name)}
	}
	if file, ok := sqliteFile(d.config.Database); ok {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return []Finding{d.noDatabase(file)}
		}
	}
	s, err := store.Open(ctx, store.Options{URL: d.config.Database.URL.Reveal(), Logger: slog.New(slog.DiscardHandler), Now: d.Now})
	if err != nil {
		return []Finding{fail(name, "%s", advised(err, "check database.url"))}
	}
	defer s.Close() // nothing was written that closing could lose
	list := []Finding{fine(name, "it answers")}
	schema, there := d.schema(ctx, s)
	list = append(list, schema)
	if !there {
		return list
	}
	list = append(list, d.writable(ctx, s), d.clock(ctx, s))
	list = append(append(list, d.providers(ctx, s)...), d.drift(ctx, s)...)
	if announces(d.config) {
		list = append(list, d.deliveries(ctx, s)...)
	}
	return list
}

// sqliteFile gives the file of an SQLite database.
func sqliteFile(c config.Database) (string, bool) {
	return strings.CutPrefix(c.URL.Reveal(), "sqlite:")
}

// noDatabase looks whether the file that is not there yet can be made.
func (d *doctor) noDatabase(file string) Finding {
	const name = "database"
	dir := filepath.Dir(file)
	probe, err := os.CreateTemp(dir, ".lineman-doctor-*")
	if err != nil {
		return fail(name, "the file %s is not there and cannot be made: %v; create the folder, or permit this user to write it", file, reasonOf(err))
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return fail(name, "the folder %s cannot be written: %v; check its permissions", dir, reasonOf(err))
	}
	if d.config.Database.Migrate == "off" {
		return fail(name, "the file %s is not there and migrate is off; run `lineman migrate up`, or correct database.url", file)
	}
	return warn(name, "the file %s is not there yet; the first start makes it, if that is the file you mean", file)
}

// schema tells where the schema stands, and whether it is the one that this
// program can read.
func (d *doctor) schema(ctx context.Context, s *store.Store) (f Finding, there bool) {
	const name = "database schema"
	have, known, err := s.Versions(ctx)
	switch {
	case err != nil:
		return fail(name, "%s", advised(err, "check that the database is one of lineman's and that its user may read it")), false
	case have == known:
		return fine(name, "version %d, current", have), true
	case have > known:
		return fail(name, "version %d is newer than the %d that this lineman knows; run the lineman that made it, or a newer one", have, known), false
	}
	stands := fmt.Sprintf("version %d is behind the %d of this lineman", have, known)
	if have == 0 {
		stands = "the database is empty"
	}
	if d.config.Database.Migrate == "off" {
		return fail(name, "%s and migrate is off; run `lineman migrate up`", stands), false
	}
	return warn(name, "%s; the next start brings it up, or `lineman migrate up` now", stands), false
}

// writable takes a lease of its own and gives it back: two transactions that
// leave nothing.
func (d *doctor) writable(ctx context.Context, s *store.Store) Finding {
	const name, advice = "database writable", "check the permissions of the file, its folder or the user, and the free space"
	me := owner()
	got, err := s.AcquireLease(ctx, "doctor:"+me, me, time.Minute)
	if err == nil && !got {
		err = errors.New("a lease that nobody else can have was refused")
	}
	if err == nil {
		err = s.ReleaseLease(ctx, "doctor:"+me, me)
	}
	if err != nil {
		return fail(name, "%s", advised(err, advice))
	}
	return fine(name, "a transaction was written and taken back")
}

// clock compares this machine's clock with the database server's, and with the
// newest pass over a mailbox.
func (d *doctor) clock(ctx context.Context, s *store.Store) Finding {
	const name, advice = "clock", "set it, best by NTP"
	server, last, err := s.Clocks(ctx)
	now := d.Now().UTC()
	off := now.Sub(server).Round(time.Second)
	switch {
	case err != nil:
		return fail(name, "%s", advised(err, "check the database"))
	case !server.IsZero() && off > maxSkew:
		return fail(name, "this machine's clock is %v ahead of the database server's; %s", off, advice)
	case !server.IsZero() && off < -maxSkew:
		return fail(name, "this machine's clock is %v behind the database server's; %s", -off, advice)
	case last.Sub(now) > maxSkew:
		return fail(name, "this machine's clock says %s UTC, but the last pass over a mailbox began at %s UTC; %s",
			now.Format(time.DateTime), last.UTC().Format(time.DateTime), advice)
	case server.IsZero():
		return fine(name, "%s UTC, not before what was read already", now.Format(time.DateTime))
	}
	return fine(name, "%s UTC, as the database server's", now.Format(time.DateTime))
}

// providers looks for sources that name a provider that is not there: they
// would read nothing of it.
func (d *doctor) providers(ctx context.Context, s *store.Store) []Finding {
	const name = "providers"
	all, err := s.Providers(ctx)
	if err != nil {
		return []Finding{fail(name, "%s", advised(err, "check the database"))}
	}
	var slugs []string
	addresses := 0
	for _, p := range all {
		slugs = append(slugs, p.Slug)
		addresses += len(p.Emails)
	}
	list := []Finding{fine(name, "%d, with %d addresses", len(all), addresses)}
	for _, src := range d.config.Sources {
		for _, slug := range src.Providers {
			if !slices.Contains(slugs, slug) {
				list = append(list, fail(name, "source %s reads mail of %q, which is no provider; correct notification_sources[].providers, or import it with `lineman providers import`", src.Name, slug))
			}
		}
	}
	return list
}
