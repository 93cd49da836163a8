package models

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestDigestNotice(t *testing.T) {
	base := said(1, StatusConfirmed, night(1, "EX/1", "EX/2=DEGRADED"), backup(2, "EX/1"))
	base.Supersedes = []string{"TTN-0"}
	change := func(f func(*Notice)) Notice {
		n := base
		n.Windows = nil
		for _, w := range base.Windows {
			w.Circuits = slices.Clone(w.Circuits)
			n.Windows = append(n.Windows, w)
		}
		f(&n)
		return n
	}
	same := map[string]func(*Notice){
		"ids":           func(n *Notice) { n.ID, n.RawID, n.ProviderID = "x", "y", "z" },
		"receipt":       func(n *Notice) { n.Received, n.Issued, n.CreatedAt = hour(99), hour(98), hour(99) },
		"parser":        func(n *Notice) { n.Parser, n.ParserVersion, n.Warnings = "x", "9", []string{"w"} },
		"own digest":    func(n *Notice) { n.Digest = "x" },
		"zone of stamp": func(n *Notice) { n.Stamp = n.Stamp.In(time.FixedZone("", 3600)) },
		"no UID":        func(n *Notice) { n.UID = "" },
		"order": func(n *Notice) {
			slices.Reverse(n.Windows)
			slices.Reverse(n.Windows[1].Circuits)
		},
	}
	for name, f := range same {
		if !Equal(base, change(f)) {
			t.Errorf("%s counts", name)
		}
	}
	other := map[string]func(*Notice){
		"provider":   func(n *Notice) { n.Provider = "x" },
		"id":         func(n *Notice) { n.MaintenanceID = "x" },
		"supersedes": func(n *Notice) { n.Supersedes = nil },
		"account":    func(n *Notice) { n.Account = "x" },
		"organizer":  func(n *Notice) { n.Organizer = "x" },
		"summary":    func(n *Notice) { n.Summary = "x" },
		"uid":        func(n *Notice) { n.UID = "x" },
		"sequence":   func(n *Notice) { n.Sequence = 9 },
		"status":     func(n *Notice) { n.Status = StatusCancelled },
		"stamp":      func(n *Notice) { n.Stamp = hour(7) },
		"kind":       func(n *Notice) { n.Windows[0].Kind = WindowBackup },
		"start":      func(n *Notice) { n.Windows[0].Start = hour(1) },
		"end":        func(n *Notice) { n.Windows[0].End = hour(999) },
		"day":        func(n *Notice) { n.Windows[0].Day, n.Windows[0].Days = 1, 2 },
		"circuit":    func(n *Notice) { n.Windows[0].Circuits[0].CID = "x" },
		"impact":     func(n *Notice) { n.Windows[0].Circuits[0].Impact = ImpactNone },
		"words":      func(n *Notice) { n.Windows[0].Circuits[0].RawImpact = "x" },
		"a window":   func(n *Notice) { n.Windows = n.Windows[:1] },
		"a circuit":  func(n *Notice) { n.Windows[0].Circuits = n.Windows[0].Circuits[:1] },
	}
	for name, f := range other {
		if Equal(base, change(f)) {
			t.Errorf("%s does not count", name)
		}
	}
}

func TestAckDigest(t *testing.T) {
	base, _ := Fold([]Notice{said(1, StatusConfirmed, night(1, "EX/1", "EX/2"), night(2, "EX/1"))}, nil)
	change := func(f func(*Maintenance)) Maintenance {
		m := base
		m.Windows, m.Circuits = slices.Clone(m.Windows), slices.Clone(m.Circuits)
		for i := range m.Windows {
			m.Windows[i].Impacts = slices.Clone(m.Windows[i].Impacts)
		}
		f(&m)
		return m
	}
	same := map[string]func(*Maintenance){
		"names":    func(m *Maintenance) { m.ID, m.Name, m.Revision, m.Summary = "x", "x", 9, "x" },
		"ordinals": func(m *Maintenance) { m.Windows[0].Ordinal = 7 },
		"links":    func(m *Maintenance) { m.Circuits[0].CircuitID, m.Circuits[0].Manual = "c", true },
		"order": func(m *Maintenance) {
			slices.Reverse(m.Windows)
			slices.Reverse(m.Circuits)
			slices.Reverse(m.Windows[1].Impacts)
		},
		"spelling":    func(m *Maintenance) { m.Circuits[0].CID = "ex/1" },
		"nanoseconds": func(m *Maintenance) { m.Windows[0].Start = m.Windows[0].Start.Add(10) },
	}
	for name, f := range same {
		if AckDigest(base) != AckDigest(change(f)) {
			t.Errorf("%s count", name)
		}
	}
	other := map[string]func(*Maintenance){
		"status":             func(m *Maintenance) { m.Status = StatusCancelled },
		"start":              func(m *Maintenance) { m.Windows[0].Start = hour(0) },
		"end":                func(m *Maintenance) { m.Windows[0].End = hour(0) },
		"kind":               func(m *Maintenance) { m.Windows[0].Kind = WindowBackup },
		"called":             func(m *Maintenance) { m.Windows[0].Called = true },
		"window status":      func(m *Maintenance) { m.Windows[0].Status = StatusCompleted },
		"impact in a window": func(m *Maintenance) { m.Windows[0].Impacts[0].Impact = ImpactNone },
		"impact":             func(m *Maintenance) { m.Circuits[0].Impact = ImpactNone },
		"cancelled":          func(m *Maintenance) { m.Circuits[0].Cancelled = true },
		"circuit":            func(m *Maintenance) { m.Circuits = m.Circuits[:1] },
		"account":            func(m *Maintenance) { m.Circuits[0].Account = "x" },
		"window":             func(m *Maintenance) { m.Windows = m.Windows[:1] },
	}
	for name, f := range other {
		if AckDigest(base) == AckDigest(change(f)) {
			t.Errorf("%s does not count", name)
		}
	}
}

// Stored digests must stay: they are over the lists as fmt prints them.
func TestQuotedList(t *testing.T) {
	for _, list := range [][]string{nil, {""}, {"a", `b"c`, "d e", `\\"\\`, `"`}, {"\x00\xff", "é\n維護", "\u2028", "`"}} {
		if got, want := quoted(list), fmt.Sprintf("%q", list); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
