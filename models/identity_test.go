package models

import (
	"regexp"
	"testing"
	"time"
)

func TestIdentityOf(t *testing.T) {
	tests := []struct {
		name       string
		perAccount bool
		id         string
		account    string
		want       string
	}{
		{"as it is", false, "TTN-1", "acct", "TTN-1"},
		{"case and blanks", false, " ttn-1\u00a0\n", "acct", "TTN-1"},
		{"inner blanks stay", false, "ttn 1", "acct", "TTN 1"},
		{"compatibility forms", false, "ＴＴＮ－１", "acct", "TTN-1"},
		{"per account", true, "ttn-1", " acct ", "ACCT/TTN-1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := IdentityOf(Provider{ID: "p", IDsPerAccount: test.perAccount}, Notice{MaintenanceID: test.id, Account: test.account})
			if want := (Identity{ProviderID: "p", Key: test.want}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestSyntheticID(t *testing.T) {
	start := time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC)
	base := SyntheticID("examplenet", "acct", []string{"EX/1", "EX/2"}, start)
	if !regexp.MustCompile(`^examplenet-[0-9a-f]{12}$`).MatchString(base) {
		t.Fatalf("id %q", base)
	}
	const pinned = "examplenet-5acd0bc852e7"
	if base != pinned {
		t.Errorf("id %q, want %q: ids that were given out must not change", base, pinned)
	}
	west := time.FixedZone("", -5*3600)
	same := map[string]string{
		"order":       SyntheticID("examplenet", "acct", []string{"EX/2", "EX/1"}, start),
		"spelling":    SyntheticID("examplenet", " acct", []string{"ex/1 ", "EX/2", "EX/1"}, start),
		"hour":        SyntheticID("examplenet", "acct", []string{"EX/1", "EX/2"}, start.Add(-20*time.Hour)),
		"zone of day": SyntheticID("examplenet", "acct", []string{"EX/1", "EX/2"}, start.In(west)),
	}
	for name, got := range same {
		if got != base {
			t.Errorf("another %s gives another id: %s", name, got)
		}
	}
	other := map[string]string{
		"provider": SyntheticID("other", "acct", []string{"EX/1", "EX/2"}, start),
		"account":  SyntheticID("examplenet", "acct2", []string{"EX/1", "EX/2"}, start),
		"circuits": SyntheticID("examplenet", "acct", []string{"EX/1"}, start),
		"join":     SyntheticID("examplenet", "acct", []string{"EX/1 EX/2"}, start),
		"day":      SyntheticID("examplenet", "acct", []string{"EX/1", "EX/2"}, start.Add(time.Hour)),
	}
	for name, got := range other {
		if got == base {
			t.Errorf("another %s gives the same id", name)
		}
	}
}

func TestSameUnderNewID(t *testing.T) {
	old := chained("old", 1, 1, 1, StatusConfirmed)
	old.ProviderID = "p"
	old.Windows = []NoticeWindow{night(1, "EX/1", "EX/2")}
	change := func(f func(*Notice)) Notice {
		n := old
		n.MaintenanceID = "TTN-2"
		f(&n)
		return n
	}
	tests := []struct {
		name string
		n    Notice
		want bool
	}{
		{"a corrected id", change(func(*Notice) {}), true},
		{"other windows", change(func(n *Notice) { n.Windows = []NoticeWindow{night(2, "ex/2"), night(3, "EX/1")} }), true},
		{"the same id in another spelling", change(func(n *Notice) { n.MaintenanceID = "ttn-1 " }), false},
		{"another UID", change(func(n *Notice) { n.UID = "v" }), false},
		{"another provider", change(func(n *Notice) { n.ProviderID = "q" }), false},
		{"other circuits", change(func(n *Notice) { n.Windows = []NoticeWindow{night(1, "EX/1")} }), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := SameUnderNewID(old, test.n); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	for _, uid := range []string{"0", "", " "} {
		a, b := old, change(func(*Notice) {})
		a.UID, b.UID = uid, uid
		if SameUnderNewID(a, b) {
			t.Errorf("UID %q is none", uid)
		}
	}
	a, b := old, change(func(*Notice) {})
	a.Windows, b.Windows = nil, nil
	if SameUnderNewID(a, b) {
		t.Error("notices without circuits are taken for the same")
	}
}

func TestCIDKey(t *testing.T) {
	tests := map[string]string{
		"": "", "  ": "", "EX/1": "EX/1", "ex/1": "EX/1", " EX/1\t": "EX/1", "EX  1": "EX 1", "EX\u00a01": "EX 1",
		"/OGYX/000000/ /ZYO /": "/OGYX/000000/ /ZYO /", "EX 1": "EX 1", "EX 1 ": "EX 1", "éx": "ÉX",
	}
	for cid, want := range tests {
		if got := CIDKey(cid); got != want {
			t.Errorf("CIDKey(%q) = %q, want %q", cid, got, want)
		}
		if got := CIDKey(want); got != want {
			t.Errorf("CIDKey(%q) = %q: not stable", want, got)
		}
	}
}
