package models

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValidateNotice(t *testing.T) {
	base := func() Notice {
		n := said(1, StatusConfirmed, night(1, "EX/1"))
		n.Organizer = "noc@example.net"
		return n
	}
	tests := []struct {
		name   string
		change func(*Notice)
		want   []string // field, with ! for a warning
	}{
		{"good", func(*Notice) {}, nil},
		{"names missing", func(n *Notice) { n.Provider, n.Account, n.MaintenanceID, n.Organizer = "", " ", "None", "" },
			[]string{"provider", "account", "maintenance_id", "organizer"}},
		{"status missing", func(n *Notice) { n.Status = "" }, []string{"status"}},
		{"status unknown to the standard", func(n *Notice) { n.Status = "confirmed" }, []string{"status"}},
		{"UNKNOWN is a record's status", func(n *Notice) { n.Status = StatusUnknown }, []string{"status"}},
		{"NO-CHANGE", func(n *Notice) { n.Status = StatusNoChange }, nil},
		{"stamp missing", func(n *Notice) { n.Stamp = time.Time{} }, []string{"stamp"}},
		{"no window", func(n *Notice) { n.Windows = nil }, []string{"start", "end", "circuits"}},
		{"start missing", func(n *Notice) { n.Windows[0].Start = time.Time{} }, []string{"start"}},
		{"end missing", func(n *Notice) { n.Windows[0].End = time.Time{} }, []string{"end"}},
		{"end before start", func(n *Notice) { n.Windows[0].End = hour(0) }, []string{"end"}},
		{"zero length", func(n *Notice) { n.Windows[0].End = n.Windows[0].Start }, []string{"end!"}},
		{"before 1970", func(n *Notice) { n.Windows[0].Start = time.Unix(-5, 0) }, nil},
		{"the second of two windows", func(n *Notice) {
			n.Windows = append(n.Windows, night(2, "EX/1"))
			n.Windows[1].End = hour(0)
		}, []string{"windows[1].end"}},
		{"kind", func(n *Notice) { n.Windows[0].Kind = "spare" }, []string{"kind"}},
		{"day 3 of 2", func(n *Notice) { n.Windows[0].Day, n.Windows[0].Days = 3, 2 }, []string{"day"}},
		{"no circuits", func(n *Notice) { n.Windows[0].Circuits = nil }, []string{"circuits"}},
		{"no circuits, NO-CHANGE", func(n *Notice) { n.Windows[0].Circuits, n.Status = nil, StatusNoChange }, []string{"circuits"}},
		{"no circuits, cancelled", func(n *Notice) { n.Windows[0].Circuits, n.Status = nil, StatusCancelled }, nil},
		{"no circuits, completed", func(n *Notice) { n.Windows[0].Circuits, n.Status = nil, StatusCompleted }, nil},
		{"circuit without id", func(n *Notice) { n.Windows[0].Circuits = lines("EX/1", " ") }, []string{"circuits[1].circuit_id"}},
		{"impact", func(n *Notice) { n.Windows[0].Circuits = lines("EX/1", "EX/2=down", "EX/3=") }, []string{"circuits[1].impact", "circuits[2].impact"}},
		{"listed twice", func(n *Notice) { n.Windows[0].Circuits = lines("EX/1", "EX/1") }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := base()
			test.change(&n)
			var got []string
			for _, p := range ValidateNotice(n) {
				field := p.Field
				if p.Warning {
					field += "!"
				}
				if p.Reason == "" {
					t.Errorf("%s without a reason", field)
				}
				got = append(got, field)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
