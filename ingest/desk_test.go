package ingest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

var (
	eva  = models.Principal{Name: "eva", Role: models.RoleOperator, Scope: models.ScopeAll}
	kim  = models.Principal{Name: "kim", Role: models.RoleOperator, Scope: models.ScopeAll}
	some = models.Principal{Name: "sam", Role: models.RoleOperator, Scope: models.Scope{Providers: []string{"ntt"}}}
)

// desk is a rig with a desk over it.
type desk struct {
	rig
	*ingest.Desk
	t *testing.T
}

func newDesk(t *testing.T, s *store.Store, box *shelf, change ...func(*ingest.Options)) desk {
	t.Helper()
	r := newRig(t, s, box, change...)
	d := desk{r, ingest.NewDesk(r.Pipeline, s), t}
	d.pass(t)
	return d
}

// halfNotice is a notice of NTT that lacks its end.
func halfNotice(id string, circuits ...string) []byte {
	return []byte(strings.Replace(string(notice(id, "CONFIRMED", 0, circuits...)), "DTEND:20260310T050000Z\r\n", "", 1))
}

func (d desk) open() map[string]models.ReviewItem {
	d.t.Helper()
	all, _, err := d.List(d.t.Context(), models.ScopeAll, models.ReviewFilter{})
	if err != nil {
		d.t.Fatal(err)
	}
	by := map[string]models.ReviewItem{}
	for _, i := range all {
		by[i.Subject] = i
	}
	return by
}

func (d desk) show(id string) models.ReviewDetail {
	d.t.Helper()
	item, err := d.Show(d.t.Context(), models.ScopeAll, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return item
}

// does does something that must succeed.
func (d desk) does(w models.ReviewWrite) models.Reviewed {
	d.t.Helper()
	done, err := d.Act(d.t.Context(), eva, w)
	if err != nil {
		d.t.Fatalf("%s: %v", w.Action, err)
	}
	return done
}

// refused does something that must be refused with these words.
func (d desk) refused(w models.ReviewWrite, words ...string) {
	d.t.Helper()
	_, err := d.Act(d.t.Context(), eva, w)
	if err == nil {
		d.t.Errorf("%s was not refused", w.Action)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			d.t.Errorf("%s was refused with %q, without %q", w.Action, err, word)
		}
	}
}

func (d desk) reasons() map[string]string {
	all := map[string]string{}
	for subject, i := range d.open() {
		var words []string
		for _, r := range i.Reasons {
			words = append(words, string(r))
		}
		all[subject] = strings.Join(words, " ")
	}
	return all
}

func (d desk) maintenance(name string) (models.MaintenanceDetail, bool) {
	d.t.Helper()
	m, err := d.store.Maintenance(d.t.Context(), models.ScopeAll, name)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		d.t.Fatal(err)
	}
	return m, err == nil
}

func (d desk) circuits(rows ...models.CircuitRow) {
	d.t.Helper()
	for i := range rows {
		rows[i].Line = i + 2
	}
	if _, err := d.store.ImportCircuits(d.t.Context(), rows); err != nil {
		d.t.Fatal(err)
	}
}

// TestQueue holds what waits, in which order, and who sees it.
func TestQueue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if _, err := s.ImportCircuits(t.Context(), []models.CircuitRow{{Line: 2, CID: "CKT-000009", Provider: "ntt"}}); err != nil {
			t.Fatal(err)
		}
		d := newDesk(t, s, newShelf(
			notice("M-1", "CONFIRMED", 0, "CKT-000009"),
			notice("M-2", "CONFIRMED", 0, "CKT-000001"),
			halfNotice("M-3", "CKT-000009"),
			letter("stranger@nowhere.example", "hello"),
			letter("noc@us.ntt.net", "invoice"),
		))
		want := map[string]string{"Maintenance M-2": "unknown-cids", "Maintenance M-3": "failed incomplete", "hello": "unknown-provider"}
		if diff := cmp.Diff(want, d.reasons()); diff != "" {
			t.Errorf("what waits (-want +got):\n%s", diff)
		}
		all, total, err := d.List(t.Context(), models.ScopeAll, models.ReviewFilter{})
		if err != nil || total != 3 || all[0].Subject != "Maintenance M-3" || !all[0].Priority || all[1].Priority || all[2].Priority {
			t.Errorf("%d items, %v: %+v", total, err, all)
		}
		var after []string
		var subjects []string
		for range all { // page by page
			page, _, err := d.List(t.Context(), models.ScopeAll, models.ReviewFilter{Page: models.Page{Limit: 1, After: after}})
			if err != nil || len(page) != 1 {
				t.Fatalf("a page: %d items, %v", len(page), err)
			}
			subjects, after = append(subjects, page[0].Subject), page[0].After()
		}
		if diff := cmp.Diff([]string{all[0].Subject, all[1].Subject, all[2].Subject}, subjects); diff != "" {
			t.Errorf("pages (-whole +by one):\n%s", diff)
		}
		for filter, n := range map[*models.ReviewFilter]int{
			{Reasons: []models.ReviewReason{models.ReviewFailed, models.ReviewUnknownCIDs}}: 2,
			{Providers: []string{"NTT"}}: 2,
			{Query: "STRANGER@"}:         1,
			{Owner: "eva"}:               0,
			{State: models.ReviewDone}:   0,
			{State: models.ReviewAll}:    3,
		} {
			if _, total, err := d.List(t.Context(), models.ScopeAll, *filter); err != nil || total != n {
				t.Errorf("%+v: %d items, %v; want %d", *filter, total, err, n)
			}
		}
		if all, total, err := d.List(t.Context(), some.Scope, models.ReviewFilter{}); err != nil || total != 0 || len(all) != 0 {
			t.Errorf("a narrow scope sees %d items", total)
		}
		id := d.open()["hello"].ID
		if _, err := d.Show(t.Context(), some.Scope, id); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a narrow scope is shown an item: %v", err)
		}
		if _, err := d.Act(t.Context(), some, models.ReviewWrite{ID: id, Action: models.ReviewDismiss}); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a narrow scope acts: %v", err)
		}
	})
}

// TestFill holds that a person completes a notice, that a re-parse leaves it
// alone, and that it can be undone.
func TestFill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, newShelf(halfNotice("M-3", "CKT-000001")))
		d.circuits(models.CircuitRow{CID: "CKT-000001", Provider: "ntt"})
		id := d.open()["Maintenance M-3"].ID
		seen := d.show(id)
		if len(seen.Evidence.Missing) == 0 || len(seen.Evidence.Found) == 0 || len(seen.Evidence.Partial) != 1 || seen.Evidence.Partial[0].MaintenanceID != "M-3" {
			t.Fatalf("evidence %+v", seen.Evidence)
		}
		if len(seen.Circuits) != 1 || seen.Circuits[0].Linked != "CKT-000001" || seen.Circuits[0].Match.Step != models.StepExact {
			t.Errorf("circuits %+v", seen.Circuits)
		}
		start, end := day0.AddDate(0, 0, 8), day0.AddDate(0, 0, 8).Add(4*60*60*1e9)
		window := []models.NoticeWindow{{Kind: models.WindowPrimary, Start: start, End: end}}
		fill := models.ReviewWrite{ID: id, Action: models.ReviewFill, Fill: models.NoticeFill{Windows: window}}
		wrong := fill
		wrong.Fill.Windows = []models.NoticeWindow{{Kind: models.WindowPrimary, Start: end, End: start}}
		d.refused(wrong, "windows[0].end", "before the start")
		d.refused(models.ReviewWrite{ID: id, Action: models.ReviewFill, Fill: models.NoticeFill{Summary: "x"}}, "still missing", "end")
		d.refused(models.ReviewWrite{ID: id, Action: models.ReviewAccept}, "nothing was read")
		d.refused(models.ReviewWrite{ID: id, Action: models.ReviewReject}, "nothing was read")
		if diff := cmp.Diff(map[string]string{"Maintenance M-3": "failed"}, d.reasons()); diff != "" {
			t.Fatalf("something changed:\n%s", diff)
		}

		done := d.does(fill)
		m, there := d.maintenance("ntt-M-3")
		if !there || !m.Start().Equal(start) || !m.End().Equal(end) || len(m.Circuits) != 1 || m.Circuits[0].CircuitID == "" || m.Notices[0].Parser != ingest.ByPerson {
			t.Fatalf("completed: %+v, %+v", done, m)
		}
		if len(m.Changes) == 0 || m.Changes[0].Author != "eva" || m.Changes[0].Cause != models.CauseEdit {
			t.Errorf("changes %+v", m.Changes)
		}
		after := d.show(id)
		if after.Open || after.Reading != models.ReadingCompleted || after.State != models.StateParsed || after.Decision != models.ReviewFill || after.DecidedBy != "eva" {
			t.Errorf("item %+v", after.ReviewItem)
		}
		byEva := 0
		for _, f := range after.Evidence.Found {
			if f.Rule == "by eva" && f.Part == models.PartPerson {
				byEva++
			}
		}
		if byEva != 2 || len(after.Evidence.Missing) != 0 {
			t.Errorf("evidence %+v", after.Evidence)
		}

		tally, err := d.Reparse(t.Context(), eva, ingest.Reparse{})
		if err != nil || tally.Left != 1 || tally.Read != 0 {
			t.Errorf("re-parse %+v, %v", tally, err)
		}
		if _, err := d.ReparseOne(t.Context(), eva, id, false); err == nil || !strings.Contains(err.Error(), "undo that first") {
			t.Errorf("re-parse of it: %v", err)
		}
		d.refused(fill, "eva did fill")
		d.does(models.ReviewWrite{ID: id, Action: models.ReviewUndo})
		if _, there := d.maintenance("ntt-M-3"); there {
			t.Error("the maintenance is there after undoing")
		}
		if diff := cmp.Diff(map[string]string{"Maintenance M-3": "failed incomplete"}, d.reasons()); diff != "" {
			t.Errorf("after undoing (-want +got):\n%s", diff)
		}
		d.refused(models.ReviewWrite{ID: id, Action: models.ReviewUndo}, "nothing to undo")
	})
}

// TestAssign holds that a provider's sender is remembered, with the mail that
// waits, and forgotten again.
func TestAssign(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, newShelf(fromLate("L-1"), fromLate("L-2"), letter("stranger@nowhere.example", "hello")))
		before := d.open()
		one := before["Maintenance L-1"].ID
		assign := models.ReviewWrite{ID: one, Action: models.ReviewAssign, Provider: "NTT"}
		for _, c := range []struct {
			change func(*models.ReviewWrite)
			words  string
		}{
			{func(w *models.ReviewWrite) { w.Provider = "nobody" }, `no provider "nobody"`},
			{func(w *models.ReviewWrite) { w.Provider = "" }, "name the provider"},
			{func(w *models.ReviewWrite) { w.Sender = "x@y.example" }, "the mail is not from x@y.example; it is from noc@late.example"},
			{func(w *models.ReviewWrite) { w.Sender, w.Once = "noc@late.example", true }, "leave one of them out"},
		} {
			w := assign
			c.change(&w)
			d.refused(w, c.words)
		}
		done := d.does(assign)
		if len(done.Mails) != 1 || done.Mails[0] != before["Maintenance L-2"].ID {
			t.Errorf("other mails %v", done.Mails)
		}
		for _, name := range []string{"ntt-L-1", "ntt-L-2"} {
			if _, there := d.maintenance(name); !there {
				t.Errorf("no %s", name)
			}
		}
		// What comes later is known too, and nobody reads it twice.
		d.shelf.put("INBOX", fromLate("L-3"))
		d.pass(t)
		if _, there := d.maintenance("ntt-L-3"); !there {
			t.Error("no ntt-L-3: the sender was not remembered")
		}
		d.does(models.ReviewWrite{ID: one, Action: models.ReviewUndo})
		for name, want := range map[string]bool{"ntt-L-1": false, "ntt-L-2": false, "ntt-L-3": true} {
			if _, there := d.maintenance(name); there != want {
				t.Errorf("%s after undoing: %v", name, there)
			}
		}
		if got := d.reasons(); got["Maintenance L-1"] != "unknown-provider" || got["Maintenance L-2"] != "unknown-provider" {
			t.Errorf("after undoing: %v", got)
		}
		assign.Once = true
		d.does(assign)
		if got := d.reasons(); got["Maintenance L-1"] != "unknown-cids" || got["Maintenance L-2"] != "unknown-provider" {
			t.Errorf("assigned once: %v", got)
		}
		if tally, err := d.Reparse(t.Context(), eva, ingest.Reparse{Filter: models.ReparseFilter{IDs: []string{one}}}); err != nil || tally.Changed != 0 {
			t.Errorf("a re-parse of what was assigned once: %+v, %v", tally, err)
		}
	})
}
