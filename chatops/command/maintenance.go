package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// MaintenanceReader is what the maintenance commands read.
type MaintenanceReader interface {
	Maintenances(ctx context.Context, s models.Scope, f models.MaintenanceFilter) ([]models.MaintenanceItem, int, error)
	Maintenance(ctx context.Context, s models.Scope, idOrName string) (models.MaintenanceDetail, error)
}

// Maintenance tells of announced work, and takes what people have to say of it.
func Maintenance(o Options) chatops.Command {
	subs := readers(
		chatops.Subcommand{
			Name: "list", Summary: "lists maintenances, all or those of a time, a provider, a site …",
			Role: models.RoleViewer, Example: "maintenance list week provider=zayo impact=outage",
			Params: maintenanceParams(o),
			Run:    func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return maintenanceList(ctx, o, c) },
		},
		chatops.Subcommand{
			Name: "show", Summary: "shows one maintenance with its windows, circuits, notes and history",
			Role: models.RoleViewer, Example: "maintenance show zayo-TTN-1234567",
			Params: []chatops.Param{maintenanceParam(o, true)},
			Run:    func(ctx context.Context, c chatops.Call) (chatops.Message, error) { return maintenanceShow(ctx, o, c) },
		},
		chatops.Subcommand{
			Name: "history", Summary: "tells field by field what changed, and which mail or person did it",
			Role: models.RoleViewer, Example: "maintenance history zayo-TTN-1234567",
			Params: []chatops.Param{maintenanceParam(o, true), pageParam()},
			Run: func(ctx context.Context, c chatops.Call) (chatops.Message, error) {
				return maintenanceHistory(ctx, o, c)
			},
		},
		maintenanceOverlap(o),
		maintenanceWhatIf(o),
		maintenanceSources(o),
	)
	if o.Writer != nil {
		subs = append(subs, maintenanceAck(o), maintenanceNote(o), maintenanceSet(o), maintenanceCreate(o), maintenanceLink(o), maintenanceUnlink(o), maintenanceAccept(o), maintenanceReject(o))
	}
	if o.Review != nil {
		subs = append(subs, readers(maintenanceReview(o))...)
	}
	if o.Announcer != nil {
		subs = append(subs, readers(maintenanceSubscriptions(o))...)
		subs = append(subs, maintenanceSubscribe(o), maintenanceUnsubscribe(o), maintenanceMute(o))
	}
	return chatops.Command{Name: "maintenance", Summary: "work that providers announced", Subcommands: subs}
}

// maintenanceParam names one maintenance; rest takes all words that are left.
func maintenanceParam(o Options, rest bool) chatops.Param {
	return chatops.Param{
		Name: "id", Summary: "name or id of the maintenance, or the provider's own id", Kind: chatops.KindMaintenance, Required: true, Rest: rest,
		Options: func(ctx context.Context, c chatops.Call) ([]chatops.Option, error) {
			items, _, err := o.Reader.Maintenances(ctx, c.Principal.Scope, models.MaintenanceFilter{
				Window: &models.WindowChoice{EndAfter: o.Now().UTC()}, Page: models.Page{Limit: 100},
			})
			if err != nil {
				return nil, fmt.Errorf("list maintenances: %w", err)
			}
			return maintenanceOptions(items), nil
		},
	}
}

// readMaintenance reads the one that a call names.
func readMaintenance(ctx context.Context, o Options, c chatops.Call) (models.MaintenanceDetail, error) {
	id := c.Arg("id")
	m, err := o.Reader.Maintenance(ctx, c.Principal.Scope, id)
	if errors.Is(err, models.ErrNotFound) {
		return m, unknown(chatops.KindMaintenance, id, nil, "maintenance list shows what there is")
	}
	if err != nil {
		return m, fmt.Errorf("read maintenance %q: %w", id, err)
	}
	return m, nil
}

func maintenanceShow(ctx context.Context, o Options, c chatops.Call) (chatops.Message, error) {
	m, err := readMaintenance(ctx, o, c)
	if err != nil {
		return chatops.Message{}, err
	}
	msg := detail(m, o.Now().UTC(), o.Rules(m.ProviderSlug))
	name := chatops.Quote(m.Name)
	var buttons []chatops.Button
	if o.may(c) {
		buttons = pendingButtons(m.Maintenance)
	}
	if o.may(c) && (m.Ack == nil || m.Ack.Digest != models.AckDigest(m.Maintenance)) {
		buttons = append(buttons, chatops.Button{Label: "Acknowledge", Command: "maintenance ack " + name, Primary: true})
	}
	if len(m.Changes) > history {
		buttons = append(buttons, chatops.Button{Label: "History", Command: "maintenance history " + name})
	}
	if len(buttons) > 0 {
		msg.Blocks = append(msg.Blocks, chatops.Actions{Buttons: buttons})
	}
	return msg, nil
}

func maintenanceTable(items []models.MaintenanceItem, now time.Time) chatops.Table {
	t := chatops.Table{Columns: []string{"name", "provider", "status", "start", "end", "impact", "circuits"}}
	for _, m := range items {
		w := shownWindow(m.Maintenance, now)
		t.Rows = append(t.Rows, row{
			chatops.C(m.Name), chatops.T("%s", m.ProviderName), chatops.T("%s", standing(m.Maintenance)), chatops.At(w.Start), chatops.At(w.End),
			chatops.T("%s", string(m.WorstImpact())), chatops.T("%s", cids(m.Circuits, 3)),
		})
	}
	return t
}

// cids are the first circuits of a maintenance.
func cids(circuits []models.CircuitImpact, most int) string {
	var list []string
	for _, c := range circuits[:min(len(circuits), most)] {
		list = append(list, c.CID)
	}
	text := strings.Join(list, ", ")
	if more := len(circuits) - most; more > 0 {
		text = fmt.Sprintf("%s and %d more", text, more)
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
