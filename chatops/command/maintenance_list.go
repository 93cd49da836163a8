package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// The words for a stretch of time.
const (
	periodToday    = "today"
	periodWeek     = "week"
	periodActive   = "active"
	periodUpcoming = "upcoming"
)

func maintenanceParams(o Options) []chatops.Param {
	return []chatops.Param{
		{Name: "period", Summary: "the time to look at", Kind: chatops.KindEnum, Values: []string{periodToday, periodWeek, periodActive, periodUpcoming}},
		{Name: "provider", Summary: "provider by slug or name", Kind: chatops.KindProvider, Many: true, NameOnly: true, Options: providerOptions(o.Reader)},
		{Name: "site", Summary: "site where a circuit ends", Kind: chatops.KindSite, Many: true, NameOnly: true, Options: siteOptions(o.Reader)},
		{Name: "circuit", Summary: "circuit id as the provider writes it", Kind: chatops.KindCircuit, NameOnly: true},
		{Name: "status", Summary: "the provider's status", Kind: chatops.KindEnum, Many: true, NameOnly: true, Values: names(models.RecordStatuses)},
		{Name: "impact", Summary: "worst impact on a circuit", Kind: chatops.KindEnum, Many: true, NameOnly: true, Values: names(models.Impacts)},
		pageParam(),
		formatParam(),
	}
}

func maintenanceList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	now := o.Now().UTC()
	f, err := maintenanceFilter(ctx, o, c)
	if err != nil {
		return chatops.Message{}, err
	}
	label := period(c.Arg("period"), now, o.Zone, &f)
	read := func(p models.Page) ([]models.MaintenanceItem, int, error) {
		f.Page = p
		items, total, err := o.Reader.Maintenances(ctx, c.Principal.Scope, f)
		if err != nil {
			return nil, 0, fmt.Errorf("list maintenances: %w", err)
		}
		return items, total, nil
	}
	if c.Arg("format") == formatCSV {
		items, total, err := readAll(read)
		if err != nil {
			return chatops.Message{}, err
		}
		return asFile("maintenances.csv", count(total, "maintenance")+label, maintenanceRows(items), total), nil
	}
	items, total, err := read(pageOf(c))
	if err != nil {
		return chatops.Message{}, err
	}
	if err := beyond(c, total); err != nil {
		return chatops.Message{}, err
	}
	if total == 0 {
		return chatops.Say("There is no maintenance like that%s.", label), nil
	}
	m := chatops.Message{Heading: count(total, "maintenance") + label, Blocks: []chatops.Block{maintenanceTable(items, now)}}
	paged(&m, c, total, true)
	return m, nil
}

// maintenanceFilter is what the parameters of a list say, but for its period.
func maintenanceFilter(ctx context.Context, o Options, c chatops.Call) (models.MaintenanceFilter, error) {
	f := models.MaintenanceFilter{
		Providers: c.Args("provider"), Sites: c.Args("site"),
		Statuses: given[models.Status](c.Args("status")), Worst: given[models.Impact](c.Args("impact")),
	}
	cid := c.Arg("circuit")
	if cid == "" {
		return f, nil
	}
	circuits, err := NewFinder(o.Reader).circuits(ctx, c.Principal.Scope, c.Args("provider"), cid)
	if err != nil {
		return f, err
	}
	if len(circuits) == 0 {
		f.Circuits = []string{cid}
	}
	for _, k := range circuits {
		f.CircuitIDs = append(f.CircuitIDs, k.ID)
	}
	return f, nil
}

// period narrows a filter to a stretch of time, and names it for sentences,
// with a leading blank. A day begins at midnight in the zone, a week is today
// and the six days after it. Today and the week hold any window of which a part
// is in them: not one that ends as they begin; active is work that is planned at this instant (F46), upcoming work
// that is planned and has not begun.
func period(word string, now time.Time, zone *time.Location, f *models.MaintenanceFilter) (label string) {
	local := now.In(zone)
	day := func(n int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+n, 0, 0, 0, 0, zone).UTC()
	}
	keep := func(fits func(models.Status) bool) {
		if len(f.Statuses) == 0 {
			f.Statuses = slices.DeleteFunc(slices.Clone(models.RecordStatuses), func(s models.Status) bool { return !fits(s) })
		}
	}
	switch word {
	case periodToday:
		f.Window = &models.WindowChoice{EndAfter: day(0).Add(time.Microsecond), StartsBy: day(1).Add(-time.Microsecond)}
		return " today"
	case periodWeek:
		f.Window = &models.WindowChoice{EndAfter: day(0).Add(time.Microsecond), StartsBy: day(7).Add(-time.Microsecond)}
		return " in the week from today"
	case periodActive:
		f.Window = &models.WindowChoice{EndAfter: now, StartsBy: now, Planned: true}
		keep(models.Status.Active)
		return " active now"
	case periodUpcoming:
		f.Window = &models.WindowChoice{StartsAfter: now, Planned: true}
		keep(func(s models.Status) bool { return !s.Closed() })
		return " still to come"
	}
	return ""
}

// maintenanceRows are the lines of a file.
func maintenanceRows(items []models.MaintenanceItem) chatops.Table {
	t := chatops.Table{Columns: []string{"provider", "name", "status", "start", "end", "impact", "circuits", "sites", "acknowledged", "summary"}}
	for _, m := range items {
		var ends []string
		for _, c := range m.Circuits {
			a, z := sites(c.Circuit)
			ends = append(ends, a, z)
		}
		ends = slices.DeleteFunc(unique(ends), func(s string) bool { return s == "" })
		ack := ""
		if m.Ack != nil && m.Ack.Holds {
			ack = m.Ack.Author
		}
		t.Rows = append(t.Rows, row{
			chatops.T("%s", m.ProviderSlug), chatops.C(m.Name), chatops.T("%s", string(m.Status)), chatops.At(m.Start()), chatops.At(m.End()),
			chatops.T("%s", string(m.WorstImpact())), chatops.T("%s", cids(m.Circuits, len(m.Circuits))), chatops.T("%s", strings.Join(ends, ", ")),
			chatops.T("%s", ack), chatops.T("%s", m.Summary),
		})
	}
	return t
}
