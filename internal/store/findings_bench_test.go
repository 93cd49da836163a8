package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// fleet fills a store with many records by plain SQL: sites of 50 circuits, one
// hub of 2,000, groups of three, and maintenances of three circuits each over
// two years, of which one in thirteen is still to come.
func fleet(tb testing.TB, s *store.Store, maintenances, circuits int) {
	tb.Helper()
	zayo := provider(tb, s, "zayo").ID
	id := func(kind int, n string) string {
		if s.Pool() != nil {
			return fmt.Sprintf("(%s || lpad(to_hex((%s)::bigint), 12, '0'))::uuid", quote(kind), n)
		}
		return fmt.Sprintf("(%s || printf('%%012x', %s))", quote(kind), n)
	}
	now, when := day.UnixMicro(), func(n string) string { return n }
	if s.Pool() != nil {
		when = func(n string) string { return "to_timestamp((" + n + ") / 1000000.0)" }
	}
	no, empty := "false", "'[]'"
	start := fmt.Sprintf("%d + (i - %d) * %d", now, maintenances*12/13, 730*24*3600*1_000_000/maintenances)
	end := start + " + 14400000000"
	at := when(fmt.Sprint(now))
	run := func(count int, sql string) {
		tb.Helper()
		_, err := s.SQL().Exec(fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT CAST(0 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", count-1) + sql)
		ok(tb, err)
	}
	nSites := circuits / 25
	run(nSites, "INSERT INTO sites SELECT "+id(1, "i")+", 'site ' || i, '', '', "+at+", "+at+" FROM n")
	run(circuits, "INSERT INTO circuits (id, provider_id, cid, cid_key, type_name, status, description, tenant, created_at, updated_at) SELECT "+id(2, "i")+", '"+zayo+"', 'C-' || i, 'C-' || i, NULL, '', '', '', "+at+", "+at+" FROM n")
	for side, site := range map[string]string{"A": fmt.Sprintf("CASE WHEN i < 2000 THEN 0 ELSE i %% %d END", nSites), "Z": fmt.Sprintf("(i * 7 + 3) %% %d", nSites)} {
		kind := map[string]int{"A": 3, "Z": 4}[side]
		run(circuits, "INSERT INTO terminations (id, circuit_id, side, site_id, xconnect) SELECT "+id(kind, "i")+", "+id(2, "i")+", '"+side+"', "+id(1, site)+", '' FROM n")
	}
	run(circuits/10, "INSERT INTO redundancy_groups SELECT "+id(5, "i")+", 'group ' || i, 0 FROM n")
	for k := range 3 {
		run(circuits/10, fmt.Sprintf("INSERT INTO redundancy_members (group_id, circuit_id) SELECT %s, %s FROM n", id(5, "i"), id(2, fmt.Sprintf("i * 10 + %d", k*3))))
	}
	run(maintenances, strings.Join([]string{
		"INSERT INTO maintenances (id, provider_id, group_id, key, generation, name, name_key, external_id, aliases, synthetic, status, summary, organizer, accounts, conflicts, starts, ends, ack_author, ack_digest, orphan, deleted, merged_into, revision, created_at, updated_at) SELECT " + id(6, "i"),
		"'" + zayo + "'", id(7, "i"), "'M-' || i", "1", "'zayo-M-' || i", "'zayo-m-' || i", "'M-' || i", empty, no, "'CONFIRMED'", "''", "''", empty, empty,
		when(start), when(end), "''", "''", no, no, "''", "1", at, at + " FROM n",
	}, ", "))
	run(maintenances, "INSERT INTO maintenance_windows SELECT "+id(6, "i")+", 1, 'primary', "+no+", 'CONFIRMED', "+when(start)+", "+when(end)+", "+empty+" FROM n")
	for k := range 3 {
		circuit := fmt.Sprintf("((i * 31 + %d) %% %d)", []int{0, 3, 1954}[k], circuits)
		run(maintenances, fmt.Sprintf("INSERT INTO maintenance_circuits SELECT %s, %s, %d, 'C-' || %s, 'C-' || %s, '', 'OUTAGE', '', %s, %s, %s, %s, %s FROM n",
			id(8+k, "i"), id(6, "i"), k, circuit, circuit, no, id(2, circuit), no, at, at))
	}
	_, err := s.SQL().Exec("ANALYZE")
	ok(tb, err)
	if r := s.ReadSQL(); r != nil { // what is open goes by what was counted before
		most := r.Stats().MaxOpenConnections
		r.SetMaxIdleConns(0)
		r.SetMaxIdleConns(most)
	}
}

func quote(kind int) string { return fmt.Sprintf("'%08x-0000-7000-8000-'", kind) }

// BenchmarkFindings measures one change among 100,000 maintenances and 50,000
// circuits: what it takes to find anew what falls together, and the whole of
// applying a mail.
func BenchmarkFindings(b *testing.B) {
	for _, kind := range []string{"sqlite", "postgres"} {
		b.Run(kind, func(b *testing.B) {
			url := map[string]func(testing.TB) string{"sqlite": storetest.SQLiteURL, "postgres": storetest.PostgresURL}[kind](b)
			s := storetest.Open(b, url, func() time.Time { return day })
			fleet(b, s, 100_000, 50_000)
			b.Run("sweep all", func(b *testing.B) {
				for range b.N {
					ok(b, s.ForgetFindings())
					b.ReportMetric(float64(must(s.SweepFindings(ctx))), "subjects")
				}
			})
			circuit := func(n int) string { return fmt.Sprintf("00000002-0000-7000-8000-%012x", n) }
			for name, first := range map[string]int{"one change": 2500, "one change at a hub": 1000} {
				b.Run(name, func(b *testing.B) {
					for i := range b.N {
						ok(b, s.Touch(circuit(first+i%500), circuit(first+500+i%500), circuit(first+300)))
					}
				})
			}
			zayo, m := provider(b, s, "zayo"), newBench(b, s)
			b.Run("one mail", func(b *testing.B) {
				for i := range b.N {
					n := notice(zayo, fmt.Sprint("N-", i), 3+i%50, fmt.Sprint("C-", 3000+i%1000), fmt.Sprint("C-", 5000+i%1000))
					m.receive(zayo, n)
				}
			})
			b.Run("read", func(b *testing.B) {
				for range b.N {
					_, total, err := s.Findings(ctx, models.ScopeAll, models.FindingFilter{})
					ok(b, err)
					b.ReportMetric(float64(total), "findings")
				}
			})
		})
	}
}
