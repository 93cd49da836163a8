package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// CircuitReader is what the circuit commands read.
type CircuitReader interface {
	Circuits(ctx context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error)
	CircuitMaintenances(ctx context.Context, s models.Scope, circuitID string, f models.MaintenanceFilter) ([]models.MaintenanceItem, error)
	CircuitTypes(ctx context.Context, s models.Scope) ([]string, error)
}

// SiteReader lists the sites that somebody sees.
type SiteReader interface {
	FindSites(ctx context.Context, s models.Scope, f models.SiteFilter) ([]models.Site, int, error)
}

// Circuit tells of rented circuits.
func Circuit(o Options) chatops.Command {
	subs := readers(
		chatops.Subcommand{
			Name: "show", Aliases: []string{"status"}, Summary: "shows a circuit and the work announced on it",
			Role: models.RoleViewer, Example: "circuit show OGYX/123456//ZYO",
			Params: circuitParams(o, true),
			Run:    func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return circuitShow(ctx, o, c) },
		},
		chatops.Subcommand{
			Name: "list", Summary: "lists circuits, all or those of a provider, a site or a type",
			Role: models.RoleViewer, Example: "circuit list provider=zayo",
			Params: []chatops.Param{
				{Name: "provider", Summary: "provider by slug or name", Kind: chatops.KindProvider, Many: true, NameOnly: true, Options: providerOptions(o.Reader)},
				{Name: "site", Summary: "site where the circuit ends", Kind: chatops.KindSite, Many: true, NameOnly: true, Options: siteOptions(o.Reader)},
				{Name: "type", Summary: "circuit type, for example Transit", Kind: chatops.KindText, Many: true, NameOnly: true, Options: typeOptions(o.Reader)},
				pageParam(), formatParam(),
			},
			Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return circuitList(ctx, o, c) },
		},
		chatops.Subcommand{
			Name: "connections", Summary: "tells where a circuit ends, with its cross-connects",
			Role: models.RoleViewer, Example: "circuit connections OGYX/123456//ZYO",
			Params: circuitParams(o, true),
			Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
				k, err := oneCircuit(ctx, o, c, c.Arg("cid"))
				if err != nil {
					return chatops.Message{}, err
				}
				return connections(k), nil
			},
		},
	)
	if o.Writer != nil {
		subs = append(subs, circuitAlias(o))
	}
	return chatops.Command{Name: "circuit", Summary: "rented circuits, and the work on them", Subcommands: subs}
}

// circuitParams name one circuit; the provider narrows what the id may mean.
func circuitParams(o Options, rest bool) []chatops.Param {
	return []chatops.Param{
		{Name: "provider", Summary: "provider by slug or name, where several have such a circuit", Kind: chatops.KindProvider, NameOnly: true, Options: providerOptions(o.Reader)},
		{Name: "cid", Summary: "circuit id as the provider writes it", Kind: chatops.KindCircuit, Required: true, Rest: rest},
	}
}

// oneCircuit is the circuit of the inventory that a text names.
func oneCircuit(ctx context.Context, o Options, c chatops.Call, text string) (models.Circuit, error) {
	circuits, err := NewFinder(o.Reader).circuits(ctx, c.Principal.Scope, c.Args("provider"), text)
	if err != nil {
		return models.Circuit{}, err
	}
	switch len(circuits) {
	case 0:
		return models.Circuit{}, unknown(chatops.KindCircuit, text, nil, "circuit list shows what the inventory has")
	case 1:
		return circuits[0], nil
	}
	return models.Circuit{}, models.Invalid("", "%d providers have a circuit %q; name one with provider=", len(circuits), clip(text))
}

func circuitList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	types, err := circuitTypes(ctx, o.Reader, c)
	if err != nil {
		return chatops.Message{}, err
	}
	return listCircuits(ctx, o, c, models.CircuitFilter{Providers: c.Args("provider"), Sites: c.Args("site"), Types: types},
		[]string{"circuit", "provider", "type", "status", "a side", "z side"},
		func(k models.Circuit) row {
			a, z := sites(&k)
			return row{chatops.C(k.CID), chatops.T("%s", k.Provider.Slug), chatops.T("%s", k.Type), chatops.T("%s", k.Status), chatops.T("%s", a), chatops.T("%s", z)}
		})
}

// listCircuits answers with a page of circuits, or with a file of all of them.
func listCircuits(ctx context.Context, o Options, c chatops.Call, f models.CircuitFilter, columns []string, line func(models.Circuit) row) (chatops.Message, error) {
	read := func(p models.Page) ([]models.Circuit, int, error) {
		f.Page = p
		circuits, total, err := o.Reader.Circuits(ctx, c.Principal.Scope, f)
		if err != nil {
			return nil, 0, fmt.Errorf("list circuits: %w", err)
		}
		return circuits, total, nil
	}
	t := chatops.Table{Columns: columns}
	if c.Arg("format") == formatCSV {
		circuits, total, err := readAll(read)
		if err != nil {
			return chatops.Message{}, err
		}
		for _, k := range circuits {
			t.Rows = append(t.Rows, line(k))
		}
		return asFile("circuits.csv", count(total, "circuit"), t, total), nil
	}
	circuits, total, err := read(pageOf(c))
	if err != nil {
		return chatops.Message{}, err
	}
	if err := beyond(c, total); err != nil {
		return chatops.Message{}, err
	}
	if total == 0 {
		return chatops.Say("There is no circuit like that."), nil
	}
	for _, k := range circuits {
		t.Rows = append(t.Rows, line(k))
	}
	m := chatops.Message{Heading: count(total, "circuit"), Blocks: []chatops.Block{t}}
	paged(&m, c, total, true)
	return m, nil
}

func circuitShow(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	text := c.Arg("cid")
	circuits, err := NewFinder(o.Reader).circuits(ctx, c.Principal.Scope, c.Args("provider"), text)
	if err != nil {
		return chatops.Message{}, err
	}
	if len(circuits) == 0 {
		return circuitNoticed(ctx, o, c, text)
	}
	k, err := oneCircuit(ctx, o, c, text)
	if err != nil {
		return chatops.Message{}, err
	}
	return circuitDetail(ctx, o, c, k)
}

// circuitNoticed answers for a CID that the inventory does not have, but
// notices may.
func circuitNoticed(ctx context.Context, o Options, c chatops.Call, cid string) (chatops.Message, error) {
	items, total, err := o.Reader.Maintenances(ctx, c.Principal.Scope, models.MaintenanceFilter{
		Circuits: []string{cid}, Providers: c.Args("provider"), Page: models.Page{Limit: shown},
	})
	if err != nil {
		return chatops.Message{}, fmt.Errorf("look for maintenances of %q: %w", cid, err)
	}
	if total == 0 {
		return chatops.Message{}, unknown(chatops.KindCircuit, cid, nil, "circuit list shows what there is")
	}
	m := chatops.Say("%s is not in the inventory, but notices name it.", chatops.CleanLine(cid))
	m.Blocks = append(m.Blocks, maintenanceTable(items, o.Now().UTC()))
	return m, nil
}

func circuitDetail(ctx context.Context, o Options, c chatops.Call, k models.Circuit) (chatops.Message, error) {
	now := o.Now().UTC()
	items, err := o.Reader.CircuitMaintenances(ctx, c.Principal.Scope, k.ID, models.MaintenanceFilter{Page: models.Page{Limit: 100}})
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return chatops.Message{}, fmt.Errorf("list maintenances of circuit %q: %w", k.CID, err)
	}
	facts := chatops.Facts{}
	a, z := sites(&k)
	text(&facts, "provider", k.Provider.Name)
	text(&facts, "type", k.Type)
	text(&facts, "status", k.Status)
	text(&facts, "a side", a+port(k, models.SideA))
	text(&facts, "z side", z+port(k, models.SideZ))
	text(&facts, "description", k.Description)
	if !k.RemovedAt.IsZero() {
		text(&facts, "inventory", "missing in "+k.Inventory+" since "+k.RemovedAt.UTC().Format(time.DateOnly))
	}
	text(&facts, "now", condition(k.ID, items, now))
	m := chatops.Message{Heading: k.CID, Blocks: []chatops.Block{facts}}
	if len(items) == 0 {
		m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.T("No work is announced on it.")})
		return m, nil
	}
	m.Blocks = append(m.Blocks, maintenanceTable(items[:min(len(items), shown)], now))
	if len(items) > shown {
		m.Blocks = append(m.Blocks, chatops.Actions{Buttons: []chatops.Button{{
			Label: "All of them", Command: "maintenance list circuit=" + chatops.Quote(circuitValue(k)),
		}}})
	}
	return m, nil
}

// port names the device, interface and cable of one end of a circuit.
func port(k models.Circuit, side string) string {
	for _, t := range k.Terminations {
		if t.Side != side {
			continue
		}
		text := ""
		if t.Device != "" {
			text = strings.TrimRight(" at "+t.Device+" "+t.Interface, " ")
		}
		if t.Cable != "" {
			text += ", cable " + t.Cable
		}
		return text
	}
	return ""
}

// condition says in words what the gauge circuit_maintenance_status says of a
// circuit (F46).
func condition(circuitID string, items []models.MaintenanceItem, now time.Time) string {
	for _, m := range items {
		hit := slices.ContainsFunc(m.Circuits, func(c models.CircuitImpact) bool {
			return c.CircuitID == circuitID && !c.Cancelled && c.Impact != models.ImpactNone
		})
		runs := slices.ContainsFunc(m.Windows, func(w models.Window) bool { return models.ActiveAt(w, now) })
		if hit && runs && m.Status.Active() {
			return "under active maintenance: " + m.Name
		}
	}
	return "no active maintenance"
}

// connections tells of both ends of a circuit: what its cable leads to, else
// the site.
func connections(k models.Circuit) chatops.Message {
	t := chatops.Table{Columns: []string{"side", "connecting object", "site", "region", "cable", "cross-connect"}}
	for _, side := range []string{models.SideA, models.SideZ} {
		var e models.Termination
		if i := slices.IndexFunc(k.Terminations, func(e models.Termination) bool { return e.Side == side }); i >= 0 {
			e = k.Terminations[i]
		}
		object := strings.TrimSpace(e.Device + " " + e.Interface)
		if object == "" {
			object = e.Site.Name
		}
		if object == "" {
			object = "No " + side + " Side Connection in Database"
		}
		r := row{chatops.T("%s", side)}
		for _, v := range []string{object, e.Site.Name, e.Site.Region, e.Cable, e.XConnect} {
			r = append(r, chatops.T("%s", v))
		}
		t.Rows = append(t.Rows, r)
	}
	facts := chatops.Facts{}
	text(&facts, "provider", k.Provider.Name)
	return chatops.Message{Heading: k.CID, Blocks: []chatops.Block{facts, t}}
}
