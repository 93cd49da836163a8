package store_test

import (
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// BenchmarkGraphQL asks for a hundred maintenances with circuits and sites,
// among 100,000 maintenances and 50,000 circuits; with LINEMAN_BENCH_N, among
// that many and half as many.
func BenchmarkGraphQL(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			n, err := strconv.Atoi(os.Getenv("LINEMAN_BENCH_N"))
			if err != nil || n <= 0 {
				n = 100_000
			}
			s := open(b)
			fleet(b, s, n, n/2)
			for part, scope := range map[string]models.Scope{"everything": models.ScopeAll, "a site": {Sites: []string{"site 7"}}} {
				h := graph(b, s, scope)
				b.Run(part, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						began := time.Now()
						if status, body := ask(h, deep); status != http.StatusOK || len(body) < 10_000 {
							b.Fatalf("%d %.300s", status, body)
						}
						took = append(took, time.Since(began))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				})
			}
		})
	}
}
