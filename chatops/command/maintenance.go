package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// MaintenanceReader is what the maintenance commands read.
type MaintenanceReader interface {
	Maintenances(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error)
	Maintenance(ctx context.Context, s models.Scope, idOrName string) (models.MaintenanceDetail, error)
}

// The words for a stretch of time.
const (
	periodToday    = "today"
	periodWeek     = "week"
	periodActive   = "active"
	periodUpcoming = "upcoming"
)

// scanned bounds the maintenances that one list looks through.
const scanned = 5000

// Maintenance tells of announced work.
func Maintenance(o Options) chatops.Command {
	return chatops.Command{
		Name: "maintenance", Summary: "work that providers announced",
		Subcommands: []chatops.Subcommand{
			{
				Name: "list", Summary: "lists maintenances, all or those of a time, a provider, a site …",
				Role: models.RoleViewer, Example: "maintenance list week provider=zayo impact=outage",
				Params: maintenanceParams(o),
				Run:    func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return maintenanceList(ctx, o, c) },
			},
			{
				Name: "show", Summary: "shows one maintenance with its windows, circuits, notes and history",
				Role: models.RoleViewer, Example: "maintenance show zayo-TTN-0001234567",
				Params: []chatops.Param{{
					Name: "id", Summary: "name or id of the maintenance", Kind: chatops.KindText, Required: true, Rest: true,
					Options: func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
						return maintenanceOptions(ctx, o, c)
					},
				}},
				Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return maintenanceShow(ctx, o, c) },
			},
		},
	}
}

func maintenanceParams(o Options) []chatops.Param {
	return []chatops.Param{
		{Name: "period", Summary: "the time to look at", Kind: chatops.KindEnum, Values: []string{periodToday, periodWeek, periodActive, periodUpcoming}},
		{Name: "provider", Summary: "slug of the provider", Kind: chatops.KindText, Many: true, NameOnly: true, Options: providerOptions(o.Reader)},
		{Name: "site", Summary: "name of a site where a circuit ends", Kind: chatops.KindText, Many: true, NameOnly: true},
		{Name: "circuit", Summary: "circuit id as the provider writes it", Kind: chatops.KindText, NameOnly: true},
		{Name: "status", Summary: "the provider's status", Kind: chatops.KindEnum, Many: true, NameOnly: true, Values: names(models.RecordStatuses)},
		{Name: "impact", Summary: "worst impact on a circuit", Kind: chatops.KindEnum, Many: true, NameOnly: true, Values: names(models.Impacts)},
	}
}

func maintenanceList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	now := o.Now().UTC()
	p := newPeriod(c.Arg("period"), now, o.Zone)
	found, err := find(ctx, o.Reader, c, p)
	if err != nil {
		return chatops.Message{}, err
	}
	if len(found.items) == 0 {
		return chatops.Say("There is no maintenance like that%s.", p.label), nil
	}
	m := chatops.Message{Heading: count(found.total, "maintenance") + p.label}
	m.Blocks = append(m.Blocks, maintenanceTable(found.items[:min(len(found.items), shown)], now))
	if found.total > shown {
		m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.T("The first %d are shown; narrow the list with provider=, site=, circuit=, status= or impact=.", shown)})
	}
	if found.cut {
		m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.T("Only the newest %d maintenances were looked through.", scanned)})
	}
	return m, nil
}

// listing is what a list found.
type listing struct {
	items []models.MaintenanceItem
	total int
	cut   bool // there were more to look through
}

// find reads the maintenances of a list: one page where the filter says it
// all, else those among all pages that hold, soonest first.
func find(ctx context.Context, r MaintenanceReader, c chatops.Call, p period) (listing, error) {
	impacts := c.Args("impact")
	f := filters(c)
	if p.word == "" && len(impacts) == 0 {
		f.Page = models.Page{Limit: shown}
		items, total, err := r.Maintenances(ctx, c.Principal.Scope, f)
		if err != nil {
			return listing{}, fmt.Errorf("list maintenances: %w", err)
		}
		return listing{items: items, total: total}, nil
	}
	p.narrow(&f)
	items, all, err := scan(ctx, r, c.Principal.Scope, f, func(m models.MaintenanceItem) bool {
		return p.holds(m.Maintenance) && (len(impacts) == 0 || slices.Contains(impacts, string(m.WorstImpact())))
	})
	if err != nil {
		return listing{}, err
	}
	if p.word != "" {
		slices.SortStableFunc(items, func(a, b models.MaintenanceItem) int { return p.next(a.Maintenance).Compare(p.next(b.Maintenance)) })
	}
	return listing{items: items, total: len(items), cut: !all}, nil
}

// scan pages through maintenances and keeps those that hold; all is false when
// it stopped before the last one.
func scan(ctx context.Context, r MaintenanceReader, s models.Scope, f models.MaintenanceFilter, holds func(models.MaintenanceItem) bool) (kept []models.MaintenanceItem, all bool, err error) {
	f.Page = models.Page{Limit: 500}
	for f.Page.Offset < scanned {
		items, total, err := r.Maintenances(ctx, s, f)
		if err != nil {
			return nil, false, fmt.Errorf("list maintenances: %w", err)
		}
		for _, m := range items {
			if holds(m) {
				kept = append(kept, m)
			}
		}
		f.Page.Offset += len(items)
		if len(items) == 0 || f.Page.Offset >= total {
			return kept, true, nil
		}
	}
	return kept, false, nil
}

func maintenanceTable(items []models.MaintenanceItem, now time.Time) chatops.Table {
	t := chatops.Table{Columns: []string{"provider", "name", "status", "start", "end", "impact", "circuits"}}
	for _, m := range items {
		w := shownWindow(m.Maintenance, now)
		t.Rows = append(t.Rows, row{
			chatops.T("%s", m.ProviderName), chatops.C(m.Name), chatops.T("%s", string(m.Status)), chatops.At(w.Start), chatops.At(w.End),
			chatops.T("%s", string(m.WorstImpact())), chatops.T("%s", cids(m.Circuits)),
		})
	}
	return t
}

// cids are the first circuits of a maintenance.
func cids(circuits []models.CircuitImpact) string {
	const most = 3
	text := ""
	for i, c := range circuits {
		if i == most {
			return fmt.Sprintf("%s and %d more", text, len(circuits)-most)
		}
		if i > 0 {
			text += ", "
		}
		text += c.CID
	}
	return text
}

// shownWindow is the window that matters now: the one that runs or comes next,
// else the last one.
func shownWindow(m models.Maintenance, now time.Time) models.Window {
	var best models.Window
	for _, w := range m.Windows {
		open, had := !w.End.Before(now), !best.End.Before(now) && !best.End.IsZero()
		if best.End.IsZero() || open && (!had || w.Start.Before(best.Start)) || !open && !had && w.End.After(best.End) {
			best = w
		}
	}
	return best
}

func maintenanceOptions(ctx context.Context, o Options, c chatops.Call) ([]chatops.Option, error) {
	items, _, err := o.Reader.Maintenances(ctx, c.Principal.Scope, models.MaintenanceFilter{
		EndAfter: o.Now().UTC(), Page: models.Page{Limit: 25},
	})
	if err != nil {
		return nil, fmt.Errorf("list maintenances: %w", err)
	}
	var options []chatops.Option
	for _, m := range items {
		options = append(options, chatops.Option{Value: m.Name, Label: fmt.Sprintf("%s %s %s", m.Name, m.Status, m.Summary)})
	}
	return options, nil
}

// notFound says that a maintenance is not there, with names that are near.
func notFound(ctx context.Context, r MaintenanceReader, s models.Scope, asked string) error {
	near, _, err := r.Maintenances(ctx, s, models.MaintenanceFilter{Query: asked, Page: models.Page{Limit: 3}})
	if err != nil {
		return fmt.Errorf("look for maintenances like %q: %w", asked, err)
	}
	hint := "maintenance list shows what there is"
	for i, m := range near {
		if i == 0 {
			hint = "there is " + m.Name
			continue
		}
		hint += ", " + m.Name
	}
	return models.Invalid("", "there is no maintenance %q; %s", chatops.CleanLine(asked), hint)
}

func maintenanceShow(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	m, err := o.Reader.Maintenance(ctx, c.Principal.Scope, c.Arg("id"))
	if errors.Is(err, models.ErrNotFound) {
		return chatops.Message{}, notFound(ctx, o.Reader, c.Principal.Scope, c.Arg("id"))
	}
	if err != nil {
		return chatops.Message{}, fmt.Errorf("read maintenance %q: %w", c.Arg("id"), err)
	}
	return detail(m, o.Now().UTC(), o.Rules(m.ProviderSlug)), nil
}
