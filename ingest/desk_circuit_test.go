package ingest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// linked gives what the circuits of a maintenance are in the inventory, by how
// they are listed.
func (d desk) linked(name string) map[string]string {
	d.t.Helper()
	m, there := d.maintenance(name)
	if !there {
		d.t.Fatalf("no %s", name)
	}
	all := map[string]string{}
	for _, c := range m.Circuits {
		all[c.CID] = ""
		if c.Circuit != nil {
			all[c.CID] = c.Circuit.CID
		}
	}
	return all
}

func (d desk) wantLinked(step, name string, want map[string]string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.linked(name)); diff != "" {
		d.t.Errorf("%s: circuits of %s (-want +got):\n%s", step, name, diff)
	}
}

func (d desk) wantReasons(step string, want map[string]string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.reasons()); diff != "" {
		d.t.Errorf("%s: what waits (-want +got):\n%s", step, diff)
	}
}

// TestCircuitIsNamed holds that one answer about a circuit settles all mail
// that writes it so, past work too, and that taking it back lets all of it
// wait again.
func TestCircuitIsNamed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, newShelf(
			notice("M-1", "CONFIRMED", 0, "CKT 000001 x"), notice("M-2", "COMPLETED", 0, "ckt  000001 X"), notice("M-3", "CONFIRMED", 0, "CKT 000001 x", "other"),
		))
		d.circuits(models.CircuitRow{CID: "CKT-000001", Provider: "ntt"}, models.CircuitRow{CID: "CKT-000002", Provider: "ntt"})
		waiting := map[string]string{"Maintenance M-1": "unknown-cids", "Maintenance M-2": "unknown-cids", "Maintenance M-3": "unknown-cids"}
		d.wantReasons("before", waiting)
		one, three := d.open()["Maintenance M-1"].ID, d.open()["Maintenance M-3"].ID
		seen := d.show(one)
		if len(seen.Circuits) != 1 || !seen.Circuits[0].Waits() || len(seen.Circuits[0].Match.Suggestions) != 2 || seen.Circuits[0].Match.Suggestions[0].CID != "CKT-000001" {
			t.Fatalf("circuits %+v", seen.Circuits)
		}
		name := func(id, text, cid string) models.ReviewWrite {
			return models.ReviewWrite{ID: id, Action: models.ReviewCircuit, Text: text, CID: cid}
		}
		d.refused(name(one, "", "CKT-9"), `no circuit "CKT-9"`)
		d.refused(name(one, "other", "CKT-000001"), `lists no circuit "other"`, "CKT 000001 x")
		d.refused(name(three, "", "CKT-000001"), "say which of them", "CKT 000001 x, other")
		d.refused(name(one, "", ""), "name the circuit")
		d.wantReasons("refused", waiting)

		done := d.does(name(one, "", "ckt-000001"))
		if diff := cmp.Diff([]string{"ntt-M-1", "ntt-M-2", "ntt-M-3"}, sortedNames(done.Changed)); diff != "" {
			t.Errorf("changed (-want +got):\n%s", diff)
		}
		d.wantLinked("named", "ntt-M-2", map[string]string{"ckt  000001 X": "CKT-000001"})
		d.wantLinked("named", "ntt-M-3", map[string]string{"CKT 000001 x": "CKT-000001", "other": ""})
		d.wantReasons("named", map[string]string{"Maintenance M-3": "unknown-cids"})
		if !d.open()["Maintenance M-3"].Priority {
			t.Error("it names a known circuit now, and is not first")
		}
		d.refused(name(one, "", "CKT-000002"), "eva did circuit")
		d.refused(name(three, "ckt 000001 X", "CKT-000002"), "is the circuit CKT-000001 already")
		_, err := s.AddAlias(t.Context(), eva, models.AliasRow{Provider: "ntt", Alias: "ckt 000001 X", CID: "CKT-000002"})
		if !contains(err, "CKT-000001", "CKT-000002") {
			t.Errorf("one text for two circuits: %v", err)
		}

		d.does(models.ReviewWrite{ID: one, Action: models.ReviewUndo})
		d.wantReasons("undone", waiting)
		d.wantLinked("undone", "ntt-M-1", map[string]string{"CKT 000001 x": ""})
		if log, _, err := s.AuditLog(t.Context(), models.ScopeAll, models.Page{Limit: 100}); err != nil || !did(log, "review: circuit", one) || !did(log, "review: undo", one) || !did(log, "remove", "CKT 000001 x") {
			t.Errorf("the audit log: %+v, %v", log, err)
		}
	})
}

// did reports whether an action on an object is in the audit log.
func did(log []models.Audit, action, ref string) bool {
	for _, a := range log {
		if a.Action == action && a.Ref == ref && a.Author == "eva" {
			return true
		}
	}
	return false
}

// TestAmbiguousMatch holds that a circuit id that may be several circuits is
// linked to none of them, waits for a person with all of them to choose from,
// and that the answer of the person counts from then on.
func TestAmbiguousMatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.ImportCircuits(t.Context(), []models.CircuitRow{{Line: 2, CID: "AB 12", Provider: "ntt"}, {Line: 3, CID: "/AB12/", Provider: "ntt"}, {Line: 4, CID: "CD-7", Provider: "ntt"}}); err != nil {
			t.Fatal(err)
		}
		d := newDesk(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "AB12"), notice("M-2", "CONFIRMED", 0, "CKT CD-7")))
		d.wantReasons("ambiguous", map[string]string{"Maintenance M-1": "unknown-cids", "Maintenance M-2": "unknown-cids"})
		id := d.open()["Maintenance M-1"].ID
		seen := d.show(id).Circuits
		if len(seen) != 1 || !seen[0].Match.Ambiguous || seen[0].Match.Step != models.StepRule || len(seen[0].Match.Suggestions) != 2 || seen[0].Linked != "" {
			t.Errorf("circuits %+v", seen)
		}
		d.wantLinked("ambiguous", "ntt-M-1", map[string]string{"AB12": ""})
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewCircuit, CID: "AB 12"})
		d.wantLinked("answered", "ntt-M-1", map[string]string{"AB12": "AB 12"})

		// A rule of the provider, tried first, links what it was missing from.
		for _, set := range []func() ([]models.ReparsedMaintenance, error){
			func() ([]models.ReparsedMaintenance, error) {
				_, changed, err := s.TryCIDRule(t.Context(), eva, "ntt", "blanks slashes prefix=CKT_")
				return changed, err
			},
			func() ([]models.ReparsedMaintenance, error) {
				d.wantLinked("only tried", "ntt-M-2", map[string]string{"CKT CD-7": ""})
				_, changed, err := s.SetCIDRule(t.Context(), eva, "ntt", "blanks slashes prefix=CKT_")
				return changed, err
			},
		} {
			changed, err := set()
			if err != nil || len(changed) != 1 || changed[0].Name != "ntt-M-2" {
				t.Fatalf("the rule: %+v, %v", changed, err)
			}
		}
		d.wantLinked("with a rule", "ntt-M-2", map[string]string{"CKT CD-7": "CD-7"})
		d.wantReasons("with a rule", map[string]string{})
		if _, _, err := s.SetCIDRule(t.Context(), eva, "ntt", "exact"); err != nil {
			t.Fatal(err)
		}
		d.wantLinked("without it", "ntt-M-2", map[string]string{"CKT CD-7": ""})
		d.wantLinked("without it", "ntt-M-1", map[string]string{"AB12": "AB 12"})
		d.wantReasons("without it", map[string]string{"Maintenance M-2": "unknown-cids"})
	})
}

// TestAliasBeforeRule holds that an alias decides where only the looser rule of
// the provider did, as soon as it is there.
func TestAliasBeforeRule(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.ImportCircuits(t.Context(), []models.CircuitRow{{Line: 2, CID: "AB 12", Provider: "ntt"}, {Line: 3, CID: "CD-7", Provider: "ntt"}}); err != nil {
			t.Fatal(err)
		}
		d := newDesk(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "AB12")))
		d.wantLinked("by the rule", "ntt-M-1", map[string]string{"AB12": "AB 12"})
		rows := []models.AliasRow{{Line: 2, Provider: "ntt", Alias: "AB12", CID: "CD-7"}}
		trial, err := s.TryAliases(t.Context(), rows)
		if err != nil || trial.Created != 1 || len(trial.Maintenances) != 1 {
			t.Fatalf("tried: %+v, %v", trial, err)
		}
		if c := trial.Maintenances[0].Changes; len(c) != 1 || c[0].Field != "circuit[AB12].link" || c[0].Old != "AB 12" || c[0].New != "CD-7" {
			t.Errorf("tried: %+v", c)
		}
		d.wantLinked("only tried", "ntt-M-1", map[string]string{"AB12": "AB 12"})
		if _, err := s.ImportAliases(t.Context(), rows); err != nil {
			t.Fatal(err)
		}
		d.wantLinked("by the alias", "ntt-M-1", map[string]string{"AB12": "CD-7"})
	})
}

// TestDismissAndTake holds that a mail that is no maintenance is out of the
// way, for every later reading too, until that is taken back; and who has it.
func TestDismissAndTake(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), letter("stranger@nowhere.example", "hello")))
		waiting := map[string]string{"Maintenance M-1": "unknown-cids", "hello": "unknown-provider"}
		one, hello := d.open()["Maintenance M-1"].ID, d.open()["hello"].ID
		d.does(models.ReviewWrite{ID: one, Action: models.ReviewTake})
		if i := d.open()["Maintenance M-1"]; i.Owner != "eva" || i.OwnedAt.IsZero() {
			t.Errorf("taken: %+v", i)
		}
		d.refused(models.ReviewWrite{ID: one, Action: models.ReviewTake}, "you have it already")
		if done, err := d.Act(t.Context(), kim, models.ReviewWrite{ID: one, Action: models.ReviewTake}); err != nil || done.Said != "It is yours and no longer eva's." {
			t.Errorf("taken over: %+v, %v", done, err)
		}
		version := d.open()["Maintenance M-1"].Version
		d.does(models.ReviewWrite{ID: one, Action: models.ReviewRelease, Expected: version})
		d.refused(models.ReviewWrite{ID: one, Action: models.ReviewDismiss, Expected: version}, "changed meanwhile", "eva did release")

		for _, id := range []string{one, hello} {
			d.does(models.ReviewWrite{ID: id, Action: models.ReviewDismiss, Reason: "advertising"})
		}
		d.wantReasons("dismissed", map[string]string{})
		if _, there := d.maintenance("ntt-M-1"); there {
			t.Error("the maintenance of a mail that is none is there")
		}
		if tally, err := d.Reparse(t.Context(), eva, ingest.Reparse{}); err != nil || tally.Left != 2 || tally.Changed != 0 {
			t.Errorf("read again: %+v, %v", tally, err)
		}
		d.refused(models.ReviewWrite{ID: one, Action: models.ReviewAccept}, "eva did dismiss")
		for _, id := range []string{one, hello} {
			d.does(models.ReviewWrite{ID: id, Action: models.ReviewUndo})
		}
		d.wantReasons("undone", waiting)
		if _, there := d.maintenance("ntt-M-1"); !there {
			t.Error("the maintenance is not there again")
		}
		acts := d.show(one).Acts
		var did []string
		for _, a := range acts {
			did = append(did, string(a.Action)+" by "+a.Author+", undone by "+a.UndoneBy)
		}
		want := []string{"dismiss by eva, undone by eva", "release by eva, undone by ", "take by kim, undone by ", "take by eva, undone by "}
		if diff := cmp.Diff(want, did); diff != "" {
			t.Errorf("acts (-want +got):\n%s", diff)
		}
	})
}
