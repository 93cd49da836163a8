package app_test

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/models"
)

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}

// TestKilledIngest kills an ingest of 1,000 mails ten times at random moments
// and then runs it to the end: the records and the labels are those of a clean
// run.
func TestKilledIngest(t *testing.T) {
	const mails = 1000
	clean := mailServer(t, mails)
	calm := install(t, clean)
	began := time.Now()
	calm.run(t, "ingest")
	whole := time.Since(began)

	harsh := mailServer(t, mails)
	crash := install(t, harsh)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, a clean run takes %v", seed, whole)
	random := rand.New(rand.NewPCG(seed, 1))
	for range 10 {
		c := crash.command("ingest")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.Int64N(int64(whole/4)))+10*time.Millisecond, func() {
			c.Process.Kill()
		})
		c.Wait() // killed, or done: both are fine
		timer.Stop()
	}
	crash.run(t, "ingest")

	want, got := records(t, calm), records(t, crash)
	if len(want.Maintenances) < 300 {
		t.Fatalf("the clean run made only %d maintenances", len(want.Maintenances))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records after ten kills differ from a clean run (-clean +killed):\n%s", d)
	}
	if d := cmp.Diff(keywords(t, clean), keywords(t, harsh)); d != "" {
		t.Errorf("labels after ten kills differ from a clean run (-clean +killed):\n%s", d)
	}
}

// TestKilledAtEachStep kills one ingest of 1,000 mails five times at each step
// of the way of a mail, at different mails, and then runs it to the end: the
// records and the labels are those of a clean run.
func TestKilledAtEachStep(t *testing.T) {
	const mails = 1000
	clean := mailServer(t, mails)
	calm := install(t, clean)
	calm.run(t, "ingest")

	harsh := mailServer(t, mails)
	crash := install(t, harsh)
	// What a group of steps works off must be there for all of its kills, so
	// one group comes after the other: bringing in, reading, labelling.
	for _, steps := range [][]string{ingest.Steps[:4], ingest.Steps[4:8], ingest.Steps[8:]} {
		for round := range 5 {
			for _, step := range steps {
				c := crash.command("ingest")
				c.Env = append(os.Environ(), fmt.Sprintf("FAULT_AT=%s:%d", step, nth(step, round)))
				if err := c.Run(); err == nil || c.ProcessState.Exited() {
					t.Errorf("round %d was not killed at %s: %v", round, step, err)
				}
			}
		}
	}
	crash.run(t, "ingest")

	if d := cmp.Diff(records(t, calm), records(t, crash)); d != "" {
		t.Errorf("records after the kills differ from a clean run (-clean +killed):\n%s", d)
	}
	if d := cmp.Diff(keywords(t, clean), keywords(t, harsh)); d != "" {
		t.Errorf("labels after the kills differ from a clean run (-clean +killed):\n%s", d)
	}
}

// nth is how often a step is reached before the process dies there: batches
// come seldom, single mails often.
func nth(step string, round int) int {
	switch step {
	case "fetched", "label", "labelled":
		return 7 + 30*round
	}
	return 1
}

// TestKilledService kills a service three times while it reads 600 mails; the
// fourth one goes on at once, and the records and labels are those of a clean
// run.
func TestKilledService(t *testing.T) {
	const mails = 600
	clean := mailServer(t, mails)
	calm := install(t, clean)
	calm.run(t, "ingest")

	harsh := mailServer(t, mails)
	crash := install(t, harsh)
	for i := range 3 {
		s := crash.serve(t, "LINEMAN_SCHEDULE=@every 1s")
		time.AfterFunc(time.Duration(100+150*i)*time.Millisecond, func() { s.cmd.Process.Kill() })
		<-s.done
	}
	s := crash.serve(t, "LINEMAN_SCHEDULE=@every 1s")
	until(t, "all mails processed and labelled", func() bool {
		return s.count(t, "/api/plugins/circuit-maintenance/rawnotification/") == mails && labelled(t, harsh) == mails
	})
	s.stop(t)
	if d := cmp.Diff(records(t, calm), records(t, crash)); d != "" {
		t.Errorf("records after three kills differ from a clean run (-clean +killed):\n%s", d)
	}
	if d := cmp.Diff(keywords(t, clean), keywords(t, harsh)); d != "" {
		t.Errorf("labels after three kills differ from a clean run (-clean +killed):\n%s", d)
	}
}

// world is what a database says, without what is its own: ids and times of
// storing.
type world struct {
	Maintenances map[string]models.Maintenance
	States       map[string]string // by Message-ID
}

func records(t *testing.T, in installation) world {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{
		URL: "sqlite:" + filepath.Join(in.dir, "lineman.db"), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := world{map[string]models.Maintenance{}, map[string]string{}}
	for offset := 0; ; offset += 500 {
		page := models.Page{Limit: 500, Offset: offset}
		list, total, err := s.Maintenances(t.Context(), models.ScopeAll, models.MaintenanceFilter{Page: page})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			w.Maintenances[m.Name] = bare(m.Maintenance)
		}
		if offset+500 >= total {
			break
		}
	}
	for offset := 0; ; offset += 500 {
		raws, total, err := s.Mails(t.Context(), models.ScopeAll, models.MailFilter{Page: models.Page{Limit: 500, Offset: offset}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range raws {
			state := string(r.State)
			if r.Flags.UnknownCIDs {
				state += "+unknown-cids"
			}
			w.States[r.MessageID] = state
		}
		if offset+500 >= total {
			break
		}
	}
	return w
}

// bare takes out what every database makes for itself.
func bare(m models.Maintenance) models.Maintenance {
	m.ID, m.Revision, m.CreatedAt, m.UpdatedAt, m.FirstSeen = "", 0, time.Time{}, time.Time{}, time.Time{}
	m.ProviderID = ""
	for i := range m.Circuits {
		m.Circuits[i].ID, m.Circuits[i].Circuit = "", nil
		if m.Circuits[i].CircuitID != "" {
			m.Circuits[i].CircuitID = "linked"
		}
	}
	for i := range m.Notes {
		m.Notes[i].ID, m.Notes[i].MaintenanceID, m.Notes[i].CreatedAt, m.Notes[i].UpdatedAt = "", "", time.Time{}, time.Time{}
	}
	return m
}
