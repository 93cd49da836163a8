package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestCommandsAreAudited: what commands write is in the log, and what changed
// nothing is not.
func TestCommandsAreAudited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		providers := []models.ProviderRow{{Line: 2, Name: "Harbour Net", Slug: "harbour"}}
		circuits := []models.CircuitRow{{Line: 2, CID: "H/1", Provider: "harbour", SiteA: "Mill"}}
		for range 2 { // the second time all is there
			must(s.ImportProviders(ctx, providers))
			must(s.ImportSites(ctx, []models.SiteRow{{Line: 2, Name: "Mill"}}))
			must(s.ImportCircuits(ctx, circuits))
			must(s.ImportAliases(ctx, []models.AliasRow{{Line: 2, Provider: "harbour", Alias: "one", CID: "H/1"}}))
			must(s.ImportRedundancy(ctx, []models.RedundancyRow{{Line: 2, Group: "uplinks", Provider: "harbour", CID: "H/1"}}))
		}
		if _, err := s.ImportCircuits(ctx, []models.CircuitRow{{Line: 2, CID: "H/2", Provider: "harbour"}, {Line: 3, CID: "H/3", Provider: "nobody"}}); err == nil {
			t.Error("a circuit of nobody is imported")
		}
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		b.receive(zayo, notice(zayo, "TTN-1", 3, "A"))
		ok(t, s.Hold(ctx, "zayo-TTN-1", "claim", "eva"))
		ok(t, s.Release(ctx, "zayo-TTN-1"))
		if err := s.Release(ctx, "zayo-TTN-1"); err == nil {
			t.Error("released twice")
		}
		ok(t, s.Audit(ctx, eva, "hand over", "mail", "m1", "sum"))
		var got []string
		for _, e := range must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{}))) {
			got = append(got, e.Author+": "+e.Action+" "+e.Object+" "+e.Name+" "+e.Reason)
		}
		want := []string{
			"eva: hand over mail sum ", "terminal: release maintenance zayo-TTN-1 ", "eva: hold maintenance zayo-TTN-1 claim",
			"terminal: import redundancy groups redundancy groups created 1, updated 0, unchanged 0",
			"terminal: import aliases aliases created 1, updated 0, unchanged 0", "terminal: import circuits circuits created 1, updated 0, unchanged 0",
			"terminal: import sites sites created 1, updated 0, unchanged 0", "terminal: import providers providers created 1, updated 0, unchanged 0",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("the log (-want +got):\n%s", d)
		}
	})
}
