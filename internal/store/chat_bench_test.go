package store_test

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/command"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// BenchmarkChatList measures from a command line to its answer, among 100,000
// maintenances; with LINEMAN_BENCH_N, among that many.
func BenchmarkChatList(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			n, err := strconv.Atoi(os.Getenv("LINEMAN_BENCH_N"))
			if err != nil || n <= 0 {
				n = 100_000
			}
			s := open(b)
			fleet(b, s, n, n/2)
			d, err := chatops.New(chatops.Options{
				Commands: command.All(command.Options{Reader: s, Now: func() time.Time { return day }}), Grants: chatops.TerminalGrants{}, Finder: command.NewFinder(s),
				Accounts: chatops.Fixed{Name: "kim", Role: models.RoleViewer, Scope: models.ScopeAll}, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
			})
			ok(b, err)
			for _, line := range []string{
				"maintenance list", "maintenance list today", "maintenance list week", "maintenance list active", "maintenance list upcoming",
				"maintenance list provider=zayo impact=outage", "maintenance list week site=\"site 7\"", "maintenance list circuit=C-100", "maintenance list page=100", "maintenance show zayo-M-99999",
			} {
				b.Run(line, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						began := time.Now()
						m := d.Dispatch(context.Background(), chatops.Request{
							Platform: chatops.PlatformTerminal, Text: line, User: chatops.Party{ID: "kim"},
							Organization: chatops.Party{ID: chatops.OrganizationTerminal}, Channel: chatops.Party{ID: chatops.ChannelLocal},
						})
						took = append(took, time.Since(began))
						if m.Failed || len(m.Blocks) == 0 {
							b.Fatalf("%v", m)
						}
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				})
			}
		})
	}
}
