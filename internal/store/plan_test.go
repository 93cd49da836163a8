package store_test

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"
	"time"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// allowed are scans of what is small by nature: the rows of one statement, the
// mail that waits, the providers (p), the sites (w), the two rows of
// finding_state and the one of inventory_stamps.
var allowed = regexp.MustCompile(`^SCAN (finding_state|inventory_stamps)$|VALUES CLAUSE|^SCAN [pw]$|USING INDEX raw_notifications_waiting|USING INDEX mailbox_messages_due`)

// TestHotPathsUseIndexes: what is sent for every batch of mail must not read
// whole tables that grow with the mail.
func TestHotPathsUseIndexes(t *testing.T) {
	s := storetest.SQLite(t)
	w := newWorld(t, s)
	zayo := provider(t, s, "zayo")
	must(s.SweepFindings(ctx)) // the whole, once a day
	chained := func(n models.Notice) models.Notice {
		n.UID, n.Sequence, n.Supersedes = "chain@zayo.example", 1, []string{"OLDER"}
		return n
	}
	for name, do := range map[string]func(){
		"Keep":      func() { w.mail() },
		"Apply":     func() { w.receive(zayo, chained(notice(zayo, "TTN-1", 3, "Z/1", "Z/77"))) },
		"Received":  func() { must(s.Received(ctx, w.source.ID, 10)) },
		"Orphans":   func() { must(s.Orphans(ctx, day, 10)) },
		"KnownRefs": func() { must(s.KnownRefs(ctx, w.source.ID, "INBOX", 7, []models.MailRef{{UID: 1}, {UID: 2}})) },
		"Labels":    func() { w.labelled() },
		"Statuses":  func() { must(s.CircuitStatuses(ctx, models.Scope{Circuits: []string{w.ids["Z/1"]}}, time.Now())) },
		"Touch":     func() { ok(t, s.Touch(w.ids["Z/1"], w.ids["L/1"])) },
		"Due":       func() { must(s.SweepFindings(ctx)) },
		"Calendar": func() {
			must(first(s.Calendar(ctx, models.ScopeAll, models.CalendarFilter{EndAfter: day, Sites: []string{"Paris"}, Limit: 10})))
		},
		"Backlog": func() { must(s.Backlog(ctx, []string{"noc"})) },
		"Detail":  func() { detail(t, s, "zayo-TTN-1") },
	} {
		for _, st := range s.Queries(do) {
			rows, err := s.SQL().Query("EXPLAIN QUERY PLAN "+st.SQL, st.Vars...)
			if err != nil {
				t.Fatalf("%s: %v", st.SQL, err)
			}
			for _, plan := range steps(t, rows) {
				if strings.HasPrefix(plan, "SCAN") && !allowed.MatchString(plan) {
					t.Errorf("%s: %s in\n%s", name, plan, st.SQL)
				}
			}
		}
	}
}

// steps reads the lines of a query plan.
func steps(t *testing.T, rows *sql.Rows) []string {
	t.Helper()
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id, parent, unused int
		var plan string
		ok(t, rows.Scan(&id, &parent, &unused, &plan))
		all = append(all, plan)
	}
	ok(t, rows.Err())
	return all
}
