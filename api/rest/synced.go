package rest

import (
	"maps"
	"strings"
	"time"

	"lineman/models"
)

// SyncedQuery narrows circuits by what an inventory says of them; exported as
// Paging is.
type SyncedQuery struct {
	Device  []string `query:"device,explode" maxItems:"100" doc:"A cable of the circuit leads to any of these devices"`
	Port    []string `query:"interface,explode" maxItems:"100" doc:"A cable of the circuit leads to any of these interfaces; with device, to one of that device"`
	Cable   []string `query:"cable,explode" maxItems:"100" doc:"Any of these cables"`
	Field   []string `query:"custom_field,explode" maxItems:"20" doc:"A custom field with exactly this value, written NAME=VALUE; all of them must fit"`
	Removed string   `query:"removed" enum:"true,false" doc:"Missing in the inventory that the circuit is synced from, or present"`
}

func (q SyncedQuery) narrow(f *models.CircuitFilter) error {
	f.Devices, f.Interfaces, f.Cables = q.Device, q.Port, q.Cable
	for _, field := range q.Field {
		name, text, ok := strings.Cut(field, "=")
		if !ok || name == "" {
			return models.Invalid("custom_field", "%q names no field and value; write NAME=VALUE", field)
		}
		if _, twice := f.Fields[name]; twice {
			return models.Invalid("custom_field", "%q is there twice; keep one", name)
		}
		if f.Fields == nil {
			f.Fields = map[string]string{}
		}
		f.Fields[name] = text
	}
	if q.Removed != "" {
		removed := q.Removed == "true"
		f.Removed = &removed
	}
	return nil
}

// SyncedJSON is what an inventory says of a circuit.
type SyncedJSON struct {
	DeviceA      string            `json:"device_a" doc:"What the cable of the A side leads to"`
	InterfaceA   string            `json:"interface_a"`
	CableA       string            `json:"cable_a" doc:"Its label, else how the inventory calls it"`
	DeviceZ      string            `json:"device_z"`
	InterfaceZ   string            `json:"interface_z"`
	CableZ       string            `json:"cable_z"`
	CustomFields map[string]string `json:"custom_fields" nullable:"false"`
	Inventory    string            `json:"inventory" doc:"Name of the inventory that it is synced from; empty: none"`
	LastSeen     *time.Time        `json:"last_seen" doc:"When that inventory last had it"`
	RemovedAt    *time.Time        `json:"removed_at" doc:"Since when it is missing there"`
}

func synced(c models.Circuit) SyncedJSON {
	out := SyncedJSON{CustomFields: customFields(c.CustomFields), Inventory: c.Inventory, LastSeen: instant(c.LastSeen), RemovedAt: instant(c.RemovedAt)}
	for _, t := range c.Terminations {
		switch t.Side {
		case models.SideA:
			out.DeviceA, out.InterfaceA, out.CableA = t.Device, t.Interface, t.Cable
		case models.SideZ:
			out.DeviceZ, out.InterfaceZ, out.CableZ = t.Device, t.Interface, t.Cable
		}
	}
	return out
}

// customFields gives an object, an empty one too.
func customFields(fields map[string]string) map[string]string {
	out := make(map[string]string, len(fields))
	maps.Copy(out, fields)
	return out
}
