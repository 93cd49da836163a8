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

// CircuitReader is what the circuit commands read.
type CircuitReader interface {
	Circuits(ctx context.Context, s models.Scope, f models.CircuitFilter) ([]models.Circuit, int, error)
	CircuitMaintenances(ctx context.Context, s models.Scope, circuitID string, f models.MaintenanceFilter) ([]models.MaintenanceItem, error)
}

// Circuit tells of rented circuits.
func Circuit(o Options) chatops.Command {
	return chatops.Command{
		Name: "circuit", Summary: "rented circuits, and the work on them",
		Subcommands: []chatops.Subcommand{
			{
				Name: "show", Aliases: []string{"status"}, Summary: "shows a circuit and the work announced on it",
				Role: models.RoleViewer, Example: "circuit show OGYX/123456//ZYO",
				Params: []chatops.Param{
					{Name: "cid", Summary: "circuit id as the provider writes it", Kind: chatops.KindText, Required: true, Rest: true},
					{Name: "provider", Summary: "slug of the provider", Kind: chatops.KindText, NameOnly: true, Options: providerOptions(o.Reader)},
				},
				Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return circuitShow(ctx, o, c) },
			},
			{
				Name: "list", Summary: "lists circuits, all or those of a provider, a site or a type",
				Role: models.RoleViewer, Example: "circuit list provider=zayo",
				Params: []chatops.Param{
					{Name: "provider", Summary: "slug of the provider", Kind: chatops.KindText, Many: true, NameOnly: true, Options: providerOptions(o.Reader)},
					{Name: "site", Summary: "name of a site where the circuit ends", Kind: chatops.KindText, Many: true, NameOnly: true},
					{Name: "type", Summary: "circuit type, for example Transit", Kind: chatops.KindText, Many: true, NameOnly: true},
				},
				Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return circuitList(ctx, o, c) },
			},
		},
	}
}

func circuitList(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	circuits, total, err := o.Reader.Circuits(ctx, c.Principal.Scope, models.CircuitFilter{
		Providers: c.Args("provider"), Sites: c.Args("site"), Types: c.Args("type"), Page: models.Page{Limit: shown},
	})
	if err != nil {
		return chatops.Message{}, fmt.Errorf("list circuits: %w", err)
	}
	if len(circuits) == 0 {
		return chatops.Say("There is no circuit like that."), nil
	}
	t := chatops.Table{Columns: []string{"circuit", "provider", "type", "status", "a side", "z side"}}
	for _, k := range circuits {
		a, z := sites(&k)
		t.Rows = append(t.Rows, row{
			chatops.C(k.CID), chatops.T("%s", k.Provider.Slug), chatops.T("%s", k.Type), chatops.T("%s", k.Status), chatops.T("%s", a), chatops.T("%s", z),
		})
	}
	m := chatops.Message{Heading: count(total, "circuit"), Blocks: []chatops.Block{t}}
	if total > len(circuits) {
		m.Blocks = append(m.Blocks, chatops.Text{Inline: chatops.T("The first %d are shown; narrow the list with provider=, site= or type=.", len(circuits))})
	}
	return m, nil
}

func circuitShow(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	cid := c.Arg("cid")
	circuits, _, err := o.Reader.Circuits(ctx, c.Principal.Scope, models.CircuitFilter{CID: cid, Providers: c.Args("provider"), Page: models.Page{Limit: 10}})
	if err != nil {
		return chatops.Message{}, fmt.Errorf("look for circuit %q: %w", cid, err)
	}
	if len(circuits) == 0 {
		return circuitUnknown(ctx, o, c, cid)
	}
	if len(circuits) == 1 {
		return circuitDetail(ctx, o, c, circuits[0])
	}
	actions := chatops.Actions{}
	for _, k := range circuits {
		actions.Buttons = append(actions.Buttons, chatops.Button{
			Label: k.Provider.Name, Command: "circuit show " + chatops.Quote(k.CID) + " provider=" + k.Provider.Slug,
		})
	}
	m := chatops.Say("%d providers have a circuit %s; choose one.", len(circuits), chatops.CleanLine(cid))
	m.Blocks = append(m.Blocks, actions)
	return m, nil
}

// circuitUnknown answers for a CID that the inventory does not have, but
// notices may.
func circuitUnknown(ctx context.Context, o Options, c chatops.Call, cid string) (chatops.Message, error) {
	items, _, err := o.Reader.Maintenances(ctx, c.Principal.Scope, models.MaintenanceFilter{
		Circuits: []string{cid}, Providers: c.Args("provider"), Page: models.Page{Limit: shown},
	})
	if err != nil {
		return chatops.Message{}, fmt.Errorf("look for maintenances of %q: %w", cid, err)
	}
	if len(items) == 0 {
		return chatops.Message{}, models.Invalid("", "there is no circuit %q; circuit list shows what there is", chatops.CleanLine(cid))
	}
	m := chatops.Say("%s is not in the inventory, but notices name it.", chatops.CleanLine(cid))
	m.Blocks = append(m.Blocks, maintenanceTable(items, o.Now().UTC()))
	return m, nil
}

func circuitDetail(ctx context.Context, o Options, c chatops.Call, k models.Circuit) (chatops.Message, error) {
	now := o.Now().UTC()
	items, err := o.Reader.CircuitMaintenances(ctx, c.Principal.Scope, k.ID, models.MaintenanceFilter{Page: models.Page{Limit: 100}})
	if err != nil {
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
	m.Blocks = append(m.Blocks, maintenanceTable(items, now))
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
