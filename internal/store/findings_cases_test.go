package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestWhatFallsTogether are the cases that a comparison of windows in pairs
// gets wrong.
func TestWhatFallsTogether(t *testing.T) {
	impact := func(n models.Notice, impacts ...models.Impact) models.Notice {
		for i, v := range impacts {
			n.Windows[0].Circuits[i].Impact = v
		}
		return n
	}
	status := func(n models.Notice, s models.Status) models.Notice { n.Status = s; return n }
	for name, tt := range map[string]struct {
		mail func(p plant) []models.Notice // of zayo, then of lumen
		want []string
	}{
		"ends touch": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), p.says(p.lumen, "L", 12, 14, "L/1")}
		}, nil},
		"a minute apart": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), p.says(p.lumen, "L", 12.02, 14, "L/1")}
		}, nil},
		"one in the other": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 14, "Z/1"), p.says(p.lumen, "L", 11, 12, "L/1")}
		}, []string{"Paris isolated 11-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"no impact on both": {func(p plant) []models.Notice {
			return []models.Notice{impact(p.says(p.zayo, "T", 10, 12, "Z/1"), models.ImpactNone), impact(p.says(p.lumen, "L", 10, 12, "L/1"), models.ImpactNone)}
		}, []string{"Paris risk 10-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"no impact on one": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), impact(p.says(p.lumen, "L", 10, 12, "L/1"), models.ImpactNone)}
		}, []string{"Paris risk 10-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"no impact here, an outage elsewhere": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), impact(p.says(p.lumen, "L", 10, 12, "L/1", "L/2"), models.ImpactNone, models.ImpactOutage)}
		}, []string{"Paris risk 10-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"degraded is down": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), impact(p.says(p.lumen, "L", 10, 12, "L/1"), models.ImpactDegraded)}
		}, []string{"Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"one cancelled": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), status(p.says(p.lumen, "L", 10, 12, "L/1"), models.StatusCancelled)}
		}, nil},
		"one completed": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", -1, 12, "Z/1"), status(p.says(p.lumen, "L", -1, 12, "L/1"), models.StatusCompleted)}
		}, nil},
		"both only tentative": {func(p plant) []models.Notice {
			return []models.Notice{status(p.says(p.zayo, "T", 10, 12, "Z/1"), models.StatusTentative), status(p.says(p.lumen, "L", 10, 12, "L/1"), models.StatusTentative)}
		}, []string{"Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"a status that nobody knows": {func(p plant) []models.Notice {
			return []models.Notice{status(p.says(p.zayo, "T", 10, 12, "Z/1"), models.StatusNoChange), p.says(p.lumen, "L", 10, 12, "L/1")}
		}, []string{"Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"both began before today": {func(p plant) []models.Notice {
			return []models.Notice{status(p.says(p.zayo, "T", -30, 3, "Z/1"), models.StatusInProcess), p.says(p.lumen, "L", -2, 4, "L/1")}
		}, []string{"Paris isolated -2-3 Z/1 L/1 by lumen-L, zayo-T"}},
		"long over": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", -30, -20, "Z/1"), p.says(p.lumen, "L", -30, -20, "L/1")}
		}, nil},
		"over less than the hold-over ago": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", -3, -0.25, "Z/1"), p.says(p.lumen, "L", -1, 5, "L/1")}
		}, []string{"Paris isolated -1-0.25 Z/1 L/1 by lumen-L, zayo-T"}},
		"the same circuit twice": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), p.says(p.zayo, "U", 11, 13, "Z/1")}
		}, nil},
		"one maintenance of both": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1", "Z/5")}
		}, []string{"Oslo isolated 10-12 Z/1 Z/5 by zayo-T"}},
		"two of three": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/7", "Z/8")}
		}, nil},
		"three of three by three": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/7"), p.says(p.zayo, "U", 9, 11, "Z/8"), p.says(p.lumen, "L", 10.5, 14, "L/7")}
		}, []string{"Three isolated 10.5-11 Z/7 Z/8 L/7 by lumen-L, zayo-T, zayo-U"}},
		"without a site": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/9"), p.says(p.lumen, "L", 10, 12, "L/9", "L/unheard")}
		}, nil},
		"both ends at one site": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/6")}
		}, nil},
		"a backup window": {func(p plant) []models.Notice {
			return []models.Notice{p.says(p.zayo, "T", 10, 12, "Z/1"), with(p.says(p.lumen, "L", 2, 3, "L/1"), func(n *models.Notice) {
				spare := p.says(p.lumen, "L", 11, 13, "L/1").Windows[0]
				spare.Kind = models.WindowBackup
				n.Windows = append(n.Windows, spare)
			})}
		}, []string{"Paris risk 11-12 Z/1 L/1 by lumen-L, zayo-T"}},
		"two nights": {func(p plant) []models.Notice {
			night := func(n models.Notice, later models.Notice) models.Notice {
				n.Windows = append(n.Windows, later.Windows...)
				return n
			}
			return []models.Notice{
				night(p.says(p.zayo, "T", 10, 12, "Z/1"), p.says(p.zayo, "T", 34, 36, "Z/1")),
				night(p.says(p.lumen, "L", 11, 13, "L/1"), p.says(p.lumen, "L", 35, 37, "L/1")),
			}
		}, []string{"Paris isolated 11-36 Z/1 L/1 by lumen-L, zayo-T"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlant(t, storetest.SQLiteURL(t), models.OverlapRules{})
			sites(t, p.s, "Oslo", "Three", "Loop")
			circuits(t, p.s,
				models.CircuitRow{CID: "Z/1", Provider: "zayo", SiteZ: "Oslo"}, models.CircuitRow{CID: "Z/5", Provider: "zayo", SiteA: "Oslo"},
				models.CircuitRow{CID: "Z/6", Provider: "zayo", SiteA: "Loop", SiteZ: "Loop"},
				models.CircuitRow{CID: "Z/7", Provider: "zayo", SiteA: "Three"}, models.CircuitRow{CID: "Z/8", Provider: "zayo", SiteA: "Three"},
				models.CircuitRow{CID: "L/7", Provider: "lumen", SiteA: "Three"}, models.CircuitRow{CID: "Z/9", Provider: "zayo"},
				models.CircuitRow{CID: "L/9", Provider: "lumen"}, models.CircuitRow{CID: "L/2", Provider: "lumen"},
			)
			for _, n := range tt.mail(p) {
				p.receive(map[string]models.Provider{"zayo": p.zayo, "lumen": p.lumen}[n.Provider], n)
			}
			p.want(models.FindingsOpen, tt.want...)
		})
	}
}

// TestSingleCircuits: a site of one circuit counts where that is asked for, and
// other rules are applied to what was there before.
func TestSingleCircuits(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		p := newPlant(t, url, models.OverlapRules{})
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.at(0)
		p.want(models.FindingsOpen)
		again := func(rules models.OverlapRules) {
			t.Helper()
			s, err := store.Open(ctx, store.Options{URL: url, Now: p.s.Now, Overlap: rules})
			ok(t, err)
			defer s.Close()
			must(s.SweepFindings(ctx))
		}
		again(models.OverlapRules{Single: true})
		p.want(models.FindingsOpen, "Rome isolated 10-12 Z/1 by zayo-T")
		again(models.OverlapRules{})
		p.want(models.FindingsAll, "Rome isolated 10-12 Z/1 gone by zayo-T")
	})
}

// TestFindingsOfADatabaseFromBefore: what was there before findings were kept
// is found by the first sweep.
func TestFindingsOfADatabaseFromBefore(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		p.receive(p.zayo, p.says(p.zayo, "T", 10, 12, "Z/1"))
		p.receive(p.lumen, p.says(p.lumen, "L", 10, 12, "L/1"))
		downTo(t, p.s, 3)
		ok(t, p.s.MigrateUp(ctx))
		p.want(models.FindingsOpen)
		must(p.s.SweepFindings(ctx))
		p.want(models.FindingsOpen, "Paris isolated 10-12 Z/1 L/1 by lumen-L, zayo-T")
	})
}

func TestImportRedundancy(t *testing.T) {
	eachPlant(t, func(t *testing.T, p plant) {
		circuits(t, p.s, models.CircuitRow{CID: "L/1", Provider: "cogent"})
		rows := []models.RedundancyRow{
			{Line: 2, Group: "core", MinUp: 2, Provider: "Zayo", CID: "z/1"}, {Line: 3, Group: "core", Provider: "lumen", CID: "L/1"},
			{Line: 4, Group: "empty"},
		}
		result := must(p.s.ImportRedundancy(ctx, rows))
		if result != (models.ImportResult{Created: 2}) {
			t.Errorf("%+v", result)
		}
		exported := []models.RedundancyRow{
			{Group: "core", MinUp: 2, Provider: "lumen", CID: "L/1"}, {Group: "core", MinUp: 2, Provider: "zayo", CID: "Z/1"}, {Group: "empty"},
		}
		if d := cmp.Diff(exported, must(p.s.ExportRedundancy(ctx))); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if again := must(p.s.ImportRedundancy(ctx, exported)); again != (models.ImportResult{Unchanged: 2}) {
			t.Errorf("again: %+v", again)
		}
		if only := must(p.s.ImportRedundancy(ctx, []models.RedundancyRow{{Line: 2, Group: "core", MinUp: 1}})); only != (models.ImportResult{Updated: 1}) {
			t.Errorf("min_up alone: %+v", only)
		}
		for want, bad := range map[string]models.RedundancyRow{
			"line 9: the group is missing; give it a name":                                                {CID: "Z/1"},
			`line 9: there is no circuit "X"; import it first, or correct the cid`:                        {Group: "a", CID: "X"},
			`line 9: there is no circuit zayo "L/1"; import it first, or correct the cid`:                 {Group: "a", Provider: "zayo", CID: "L/1"},
			`line 9: there is no provider "nobody"; import it first, or correct the name`:                 {Group: "a", Provider: "nobody", CID: "L/1"},
			`line 9: 2 providers have a circuit "L/1"; name the provider`:                                 {Group: "a", CID: "L/1"},
			"line 9: the cid is missing; name the circuit of zayo, or leave both empty":                   {Group: "a", Provider: "zayo"},
			"line 9: min_up of group b is 3 here and 2 on line 8; make them one":                          {Group: "b", MinUp: 3, CID: "Z/1"},
			"line 9: min_up is -1; write how many circuits must be up, or leave it empty for all but one": {Group: "a", MinUp: -1},
		} {
			bad.Line = 9
			_, err := p.s.ImportRedundancy(ctx, []models.RedundancyRow{{Line: 8, Group: "b", MinUp: 2}, bad})
			var input *models.InputError
			if !errors.As(err, &input) || input.Error() != want {
				t.Errorf("%v\nwant %s", err, want)
			}
		}
		if n := len(must(p.s.ExportRedundancy(ctx))); n != 3 {
			t.Errorf("%d rows after imports that failed", n)
		}
	})
}
