package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func aliases(t testing.TB, s *store.Store, rows ...models.AliasRow) models.ImportResult {
	t.Helper()
	for i := range rows {
		rows[i].Line = i + 2
	}
	r, err := s.ImportAliases(ctx, rows)
	ok(t, err)
	return r
}

// TestAliasesAreKnownCircuits holds that every way in which a circuit is
// written is known, and that a new or another meaning of an alias is news.
func TestAliasesAreKnownCircuits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		circuits(t, s,
			models.CircuitRow{CID: "Ckt-000001", Provider: "zayo"}, models.CircuitRow{CID: "Ckt-000002", Provider: "zayo"},
			models.CircuitRow{CID: "Ckt-000001", Provider: "ntt"})
		_, bare, err := s.KnownCircuits(ctx, "")
		ok(t, err)

		row := models.AliasRow{Provider: "Zayo", Alias: "Blue Line", CID: "CKT-000001"}
		if got := aliases(t, s, row); got != (models.ImportResult{Created: 1}) {
			t.Errorf("%+v", got)
		}
		if diff := cmp.Diff([]models.AliasRow{{Provider: "zayo", Alias: "Blue Line", CID: "Ckt-000001"}}, must(s.ExportAliases(ctx))); diff != "" {
			t.Error(diff)
		}
		known, first, err := s.KnownCircuits(ctx, bare)
		ok(t, err)
		if got := meanings(known); first == bare || len(known) != 4 || got["Blue Line"] != "Ckt-000001" {
			t.Errorf("%v, stamp %q and then %q", got, bare, first)
		}

		if got := aliases(t, s, row); got != (models.ImportResult{Unchanged: 1}) {
			t.Errorf("again: %+v", got)
		}
		if known, stamp, err := s.KnownCircuits(ctx, first); err != nil || known != nil || stamp != first {
			t.Errorf("without a change: %v, %q, %v", known, stamp, err)
		}

		row.CID = "Ckt-000002"
		if got := aliases(t, s, row); got != (models.ImportResult{Updated: 1}) {
			t.Errorf("another circuit: %+v", got)
		}
		known, _, err = s.KnownCircuits(ctx, first)
		ok(t, err)
		if got := meanings(known); got["Blue Line"] != "Ckt-000002" {
			t.Errorf("after the change: %v", got)
		}
	})
}

func meanings(known []models.KnownCircuit) map[string]string {
	all := map[string]string{}
	for _, k := range known {
		all[k.Text] = k.CID
	}
	return all
}

// TestAliasesLinkMailThatWaits holds that an alias links what came before it,
// and that it links anew when it means another circuit.
func TestAliasesLinkMailThatWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		zayo := provider(t, s, "zayo")
		circuits(t, s, models.CircuitRow{CID: "ONE/1", Provider: "zayo"}, models.CircuitRow{CID: "TWO/2", Provider: "zayo"})
		b.receive(zayo, notice(zayo, "TTN-1", 3, "blue line"))
		linked := func() string {
			c := detail(t, s, "zayo-TTN-1").Circuits[0]
			if c.Circuit == nil {
				return ""
			}
			return c.Circuit.CID
		}
		if got := linked(); got != "" {
			t.Errorf("without an alias it is %s", got)
		}
		for _, cid := range []string{"ONE/1", "TWO/2"} {
			aliases(t, s, models.AliasRow{Provider: "zayo", Alias: "BLUE LINE", CID: cid})
			if got := linked(); got != cid {
				t.Errorf("linked to %q, want %s", got, cid)
			}
		}
	})
}

func TestBadAliases(t *testing.T) {
	fine := models.AliasRow{Line: 2, Provider: "zayo", Alias: "fine", CID: "ONE/1"}
	tests := map[string]struct {
		row  models.AliasRow
		want string
	}{
		"unknown provider": {models.AliasRow{Line: 3, Provider: "nobody", Alias: "x", CID: "ONE/1"}, `line 3: there is no provider "nobody"; import it first`},
		"unknown circuit":  {models.AliasRow{Line: 3, Provider: "zayo", Alias: "x", CID: "NONE/1"}, `line 3: zayo has no circuit "NONE/1"; import it first`},
		"of another":       {models.AliasRow{Line: 3, Provider: "ntt", Alias: "x", CID: "ONE/1"}, `line 3: ntt has no circuit "ONE/1"`},
		"no alias":         {models.AliasRow{Line: 3, Provider: "zayo", Alias: " ", CID: "ONE/1"}, `line 3: the alias is missing`},
		"too long":         {models.AliasRow{Line: 3, Provider: "zayo", Alias: strings.Repeat("x", 5000), CID: "ONE/1"}, `line 3: the alias has 5000 bytes`},
		"ambiguous":        {models.AliasRow{Line: 3, Provider: "zayo", Alias: "two/2", CID: "ONE/1"}, `line 3: "two/2" is ambiguous: it is the id of circuit TWO/2 of zayo`},
		"twice":            {models.AliasRow{Line: 3, Provider: "Zayo", Alias: "FINE", CID: "TWO/2"}, `line 3: alias "FINE" of zayo is on line 2 already`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := storetest.SQLite(t)
			circuits(t, s, models.CircuitRow{CID: "ONE/1", Provider: "zayo"}, models.CircuitRow{CID: "TWO/2", Provider: "zayo"})
			_, err := s.ImportAliases(ctx, []models.AliasRow{fine, test.row})
			var input *models.InputError
			if !errors.As(err, &input) || !strings.Contains(input.Error(), test.want) {
				t.Fatalf("error %v, want %s", err, test.want)
			}
			if all := must(s.ExportAliases(ctx)); len(all) != 0 {
				t.Errorf("%v was imported", all)
			}
		})
	}
}
