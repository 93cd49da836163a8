package store_test

import (
	"fmt"
	"testing"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// BenchmarkAliasRefold gives a circuit an alias that 500 maintenances wait for.
func BenchmarkAliasRefold(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			bench := newBench(b, s)
			zayo := provider(b, s, "zayo")
			circuits(b, s, models.CircuitRow{CID: "ONE/1", Provider: "zayo"})
			for i := range 1000 {
				text := "blue line"
				if i%2 > 0 {
					text = "another line"
				}
				bench.receive(zayo, notice(zayo, fmt.Sprintf("TTN-%d", i), 3, text))
			}
			for b.Loop() {
				if _, err := s.AddAlias(ctx, eva, models.AliasRow{Provider: "zayo", Alias: "blue line", CID: "ONE/1"}); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				linked := 0
				ok(b, s.SQL().QueryRow("SELECT COUNT(*) FROM maintenance_circuits WHERE circuit_id IS NOT NULL").Scan(&linked))
				if linked != 500 {
					b.Fatalf("%d maintenances are linked", linked)
				}
				rows, _, err := s.FindAliases(ctx, models.ScopeAll, models.AliasFilter{Providers: []string{"zayo"}})
				ok(b, err)
				ok(b, s.RemoveAlias(ctx, eva, rows[0].ID))
				b.StartTimer()
			}
		})
	}
}
