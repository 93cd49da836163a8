package store_test

import (
	"testing"
	"time"

	"lineman/internal/ical"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// BenchmarkCalendar reads and writes the calendars of a year, among 100,000
// maintenances over twenty years.
func BenchmarkCalendar(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkCalendar(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkCalendar(b, storetest.Postgres(b)) })
}

func benchmarkCalendar(b *testing.B, s *store.Store) {
	ok(b, s.FillWorld(ctx, 500, 50_000, 100_000, day.AddDate(-19, 0, 0), day.AddDate(0, 3, 0)))
	if _, err := s.SQL().Exec("ANALYZE"); err != nil { // as a database does by itself in time
		b.Fatal(err)
	}
	for _, test := range []struct {
		name string
		f    models.CalendarFilter
	}{
		{"everything", models.CalendarFilter{}}, {"provider", models.CalendarFilter{Providers: []string{"zayo"}}},
		{"site", models.CalendarFilter{Sites: []string{"Site 7"}}}, {"impact", models.CalendarFilter{MinImpact: models.ImpactOutage}},
	} {
		f := test.f
		f.EndAfter, f.OffSince, f.Limit = day.AddDate(-1, 0, 0), day.AddDate(0, 0, -30), 5000
		b.Run(test.name, func(b *testing.B) {
			var events, size int
			for range b.N {
				list, _, err := s.Calendar(ctx, models.ScopeAll, f)
				ok(b, err)
				events, size = len(list), len(ical.Feed{Name: "Maintenances", Refresh: time.Hour}.Write(list))
			}
			b.ReportMetric(float64(events), "maintenances")
			b.ReportMetric(float64(size)/1e6, "MB")
		})
	}
}

// BenchmarkStatuses reads what a scrape shows of 50,000 circuits.
func BenchmarkStatuses(b *testing.B) {
	run := func(b *testing.B, s *store.Store) {
		ok(b, s.FillWorld(ctx, 500, 50_000, 1_000, day.AddDate(0, 0, -10), day.AddDate(0, 0, 10)))
		b.ResetTimer()
		for range b.N {
			if list := must(s.CircuitStatuses(ctx, models.ScopeAll, day)); len(list) != 100_000 {
				b.Fatal(len(list))
			}
		}
	}
	b.Run("sqlite", func(b *testing.B) { run(b, storetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, storetest.Postgres(b)) })
}
