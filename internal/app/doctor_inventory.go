package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"lineman/internal/config"
	"lineman/internal/dcim"
)

func inventoryTitle(i int, c config.Inventory) string {
	if c.Name == "" {
		return fmt.Sprintf("inventory %d", i)
	}
	return "inventory " + c.Name
}

// inventory asks a NetBox or Nautobot for its version and counts its circuits.
func (d *doctor) inventory(ctx context.Context, i int) []Finding {
	c := d.config.Inventories[i]
	title := inventoryTitle(i, c)
	if !d.Reading.Usable(fmt.Sprintf("inventory_sources[%d]", i)) {
		return []Finding{unchecked(title)}
	}
	reader, err := dcim.New(dcim.Options{Config: c, Logger: slog.New(slog.DiscardHandler), Now: d.Now})
	if err != nil {
		return []Finding{fail(title, "%s", advised(err, "correct its settings"))}
	}
	probe, err := reader.Probe(ctx)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return []Finding{fail(title, "no answer within %v; check the url, and that it can be reached from here", d.Within)}
	case err != nil:
		return []Finding{fail(title, "%s", advised(err, "check url and token"))}
	case probe.Circuits == 0:
		return []Finding{warn(title, "%s %s shows no circuit; check the rights of its token and the filters", probe.Title, probe.Version)}
	}
	return []Finding{fine(title, "%s %s shows %d circuits", probe.Title, probe.Version, probe.Circuits)}
}
