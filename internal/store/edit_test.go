package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

var eva = models.Principal{Name: "eva", Role: models.RoleOperator, Scope: models.ScopeAll}

func write(t *testing.T, s *store.Store, by models.Principal, w models.Write) models.Edited {
	t.Helper()
	done, err := s.Edit(ctx, by, []models.Write{w})
	ok(t, err)
	return done[0]
}

// edited gives three circuits of zayo in two sites, and a notice about two.
func edited(t *testing.T, s *store.Store) (*bench, models.Provider, map[string]string) {
	t.Helper()
	b := newBench(t, s)
	zayo := provider(t, s, "zayo")
	sites(t, s, "Berlin", "Oslo")
	circuits(t, s,
		models.CircuitRow{CID: "A", Provider: "zayo", SiteA: "Berlin"},
		models.CircuitRow{CID: "B", Provider: "zayo", SiteA: "Oslo"},
		models.CircuitRow{CID: "C", Provider: "zayo", SiteA: "Oslo"})
	b.receive(zayo, notice(zayo, "TTN-1", 3, "A", "B"))
	ids := map[string]string{}
	for _, c := range must2(s.Circuits(ctx, models.ScopeAll, models.CircuitFilter{})) {
		ids[c.CID] = c.ID
	}
	return b, zayo, ids
}

func must2[T any](v T, _ int, err error) T { return must(v, err) }

func TestEditsAreFolded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, zayo, ids := edited(t, s)
		before := detail(t, s, "zayo-TTN-1")
		done := write(t, s, eva, models.Write{
			Maintenance: "ZAYO-ttn-1", Expected: before.Revision, Reason: "they called",
			Acts: []models.Edit{
				models.SetSummary("ours"), models.SetStatus(models.StatusTentative),
				{Kind: models.EditLink, CID: "C", CircuitID: ids["C"], Impact: models.ImpactDegraded},
				{Kind: models.EditImpact, CID: "a", Impact: models.ImpactNone},
				{Kind: models.EditUnlink, CID: "B"},
				{Kind: models.EditAcknowledge},
			},
			Notes: []models.NoteWrite{{Comment: "they called\nand called"}},
		})
		d := detail(t, s, "zayo-TTN-1")
		if d.Summary != "ours" || d.Status != models.StatusTentative || !d.Acknowledged() || d.Revision != done.Revision || d.Revision != before.Revision+2 {
			t.Errorf("record %+v after %+v", d.Maintenance, done)
		}
		got := map[string]string{}
		for _, c := range d.Circuits {
			got[c.CID] = fmt.Sprintf("%s %t", c.Impact, c.CircuitID != "")
		}
		if diff := cmp.Diff(map[string]string{"A": "NO-IMPACT true", "B": "OUTAGE false", "C": "DEGRADED true"}, got); diff != "" {
			t.Errorf("circuits (-want +got):\n%s", diff)
		}
		if len(d.PeopleNotes) != 1 || d.PeopleNotes[0].Title != "they called" || d.PeopleNotes[0].Author != "eva" || d.PeopleNotes[0].ID != done.NoteIDs[0] {
			t.Errorf("notes %+v", d.PeopleNotes)
		}
		for _, c := range d.Changes[:done.Changes] {
			if c.Cause != models.CauseEdit || c.Author != "eva" {
				t.Errorf("change %+v", c)
			}
		}
		yes := true
		if items := must2(s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{Acknowledged: &yes})); len(items) != 1 {
			t.Errorf("%d acknowledged records", len(items))
		}
		log := editsIn(must2(s.AuditLog(ctx, models.ScopeAll, models.Page{})))
		if len(log) != 1 || log[0].Author != "eva" || log[0].Role != models.RoleOperator || log[0].Ref != d.ID || log[0].Before == log[0].After ||
			log[0].Reason != "they called" || !strings.Contains(log[0].Action, "set status") {
			t.Errorf("audit %+v", log)
		}
		// A notice that changes what was set wins, and the acknowledgement ends.
		b.receive(zayo, issued(with(notice(zayo, "TTN-1", 3, "A", "B"), func(n *models.Notice) { n.Status = models.StatusCancelled }), day.Add(time.Hour)))
		if d = detail(t, s, "zayo-TTN-1"); d.Acknowledged() || d.Status != models.StatusCancelled || d.Summary != "ours" {
			t.Errorf("record %+v", d.Maintenance)
		}
	})
}

func TestEditsAreAllOrNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, zayo, ids := edited(t, s)
		b.receive(zayo, notice(zayo, "TTN-2", 4, "A"))
		one, two := detail(t, s, "zayo-TTN-1"), detail(t, s, "zayo-TTN-2")
		for name, tc := range map[string]struct {
			bad  models.Write
			want error
		}{
			"stale":          {models.Write{Maintenance: two.ID, Expected: two.Revision + 1, Acts: []models.Edit{models.SetSummary("x")}}, models.ErrStale},
			"absent":         {models.Write{Maintenance: "zayo-NONE", Acts: []models.Edit{models.SetSummary("x")}}, models.ErrNotFound},
			"status":         {models.Write{Maintenance: two.ID, Acts: []models.Edit{models.SetStatus("DONE")}}, nil},
			"no circuit":     {models.Write{Maintenance: two.ID, Acts: []models.Edit{{Kind: models.EditLink, CID: "Z", CircuitID: two.ID}}}, nil},
			"not listed":     {models.Write{Maintenance: two.ID, Acts: []models.Edit{{Kind: models.EditUnlink, CID: "C"}}}, nil},
			"not listed yet": {models.Write{Maintenance: two.ID, Acts: []models.Edit{{Kind: models.EditImpact, CID: "C", Impact: models.ImpactOutage}}}, nil},
			"no note":        {models.Write{Maintenance: two.ID, Notes: []models.NoteWrite{{ID: ids["A"], Comment: "x"}}}, models.ErrNotFound},
			"taken":          {models.Write{Create: &models.Creation{Provider: "zayo", ID: "ttn-1"}}, nil},
			"taken name":     {models.Write{Create: &models.Creation{ID: "zayo-TTN-1"}}, nil},
			"backwards":      {models.Write{Maintenance: two.ID, Acts: []models.Edit{models.SetWindows([]models.NoticeWindow{{Kind: "primary", Start: day.Add(time.Hour), End: day}})}}, nil},
			"merge itself":   {models.Write{Maintenance: two.ID, Acts: []models.Edit{{Kind: models.EditMerge, Target: two.ID}}}, nil},
			"other notice":   {models.Write{Maintenance: two.ID, Acts: []models.Edit{{Kind: models.EditRejectNotice, NoticeID: one.Notices[0].ID}}}, nil},
			"create kind":    {models.Write{Maintenance: two.ID, Acts: []models.Edit{{Kind: models.EditCreate}}}, nil},
		} {
			_, err := s.Edit(ctx, eva, []models.Write{{Maintenance: one.ID, Acts: []models.Edit{models.SetSummary(name)}}, tc.bad})
			var place *models.WriteError
			var input *models.InputError
			if !errors.As(err, &place) || place.Index != 1 || tc.want != nil && !errors.Is(err, tc.want) || tc.want == nil && !errors.As(err, &input) {
				t.Errorf("%s: %v", name, err)
			}
			if diff := cmp.Diff([]models.MaintenanceDetail{one, two}, []models.MaintenanceDetail{detail(t, s, one.ID), detail(t, s, two.ID)}); diff != "" {
				t.Errorf("%s changed something:\n%s", name, diff)
			}
		}
		if log := editsIn(must2(s.AuditLog(ctx, models.ScopeAll, models.Page{}))); len(log) != 0 {
			t.Errorf("audit %+v", log)
		}
	})
}

func TestCreateDeleteAndBringBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, zayo, ids := edited(t, s)
		window := []models.NoticeWindow{{Kind: models.WindowPrimary, Start: day, End: day.Add(time.Hour)}}
		made := write(t, s, eva, models.Write{
			Create: &models.Creation{Provider: "Zayo", ID: "PHONE-1", Summary: "by phone", Windows: window},
			Acts:   []models.Edit{{Kind: models.EditLink, CID: "C", CircuitID: ids["C"], Impact: models.ImpactOutage}, models.SetStatus(models.StatusConfirmed)},
		})
		if made.Name != "zayo-PHONE-1" {
			t.Errorf("made %+v", made)
		}
		d := detail(t, s, made.MaintenanceID)
		if d.ExternalID != "PHONE-1" || d.Status != models.StatusConfirmed || len(d.Windows) != 1 || len(d.Circuits) != 1 || len(d.Windows[0].Impacts) != 1 || d.Orphan {
			t.Errorf("record %+v", d.Maintenance)
		}
		// The mail that follows joins it.
		b.receive(zayo, notice(zayo, "phone-1", 5, "C"))
		if d = detail(t, s, "zayo-phone-1"); d.ID != made.MaintenanceID || len(d.Notices) != 1 {
			t.Errorf("the mail made another record: %+v", d.Maintenance)
		}
		own := write(t, s, eva, models.Write{Create: &models.Creation{ID: "Swap of a line card", Windows: window}})
		if own.Name != "Swap of a line card" || detail(t, s, own.Name).ProviderSlug != models.OwnProvider {
			t.Errorf("own work %+v", own)
		}
		write(t, s, eva, models.Write{Maintenance: "zayo-TTN-1", Acts: []models.Edit{{Kind: models.EditDelete}}})
		if _, err := s.Maintenance(ctx, models.ScopeAll, "zayo-TTN-1"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a deleted record: %v", err)
		}
		b.receive(zayo, notice(zayo, "TTN-1", 6, "A"))
		if items := must2(s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{})); len(items) != 2 {
			t.Errorf("%d records, want 2", len(items))
		}
		back := write(t, s, eva, models.Write{Create: &models.Creation{Provider: "zayo", ID: "TTN-1", Windows: window}})
		if d := detail(t, s, "zayo-TTN-1"); d.ID != back.MaintenanceID || len(d.Notices) != 2 {
			t.Errorf("brought back %+v", d.Maintenance)
		}
	})
}

func TestNotesOfPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, zayo, _ := edited(t, s)
		b.receive(zayo, notice(zayo, "TTN-1", 3, "A", "B", "UNKNOWN"))
		d := detail(t, s, "zayo-TTN-1")
		if len(d.Notes) != 1 {
			t.Fatalf("notes %+v", d.Notes)
		}
		auto := d.Notes[0].ID
		made := write(t, s, eva, models.Write{Maintenance: d.ID, Notes: []models.NoteWrite{{Title: "one", Comment: "text"}}}).NoteIDs[0]
		_, err := s.Edit(ctx, eva, []models.Write{{Maintenance: d.ID, Notes: []models.NoteWrite{{Title: "one", Comment: "again", Unique: true}}}})
		var input *models.InputError
		if !errors.As(err, &input) || input.Field != "title" {
			t.Errorf("the same title: %v", err)
		}
		write(t, s, eva, models.Write{Maintenance: d.ID, Notes: []models.NoteWrite{
			{ID: made, Title: "two", Comment: "other", Level: models.NoteWarning}, {ID: auto, Title: "known to us", Comment: "a spare"},
		}})
		b.receive(zayo, notice(zayo, "TTN-1", 4, "A", "B", "UNKNOWN")) // must not write over what a person wrote
		notes := must2(s.FindNotes(ctx, models.ScopeAll, models.NoteFilter{Query: "KNOWN TO"}))
		if len(notes) != 1 || notes[0].ID != auto {
			t.Errorf("notes %+v", notes)
		}
		write(t, s, eva, models.Write{Maintenance: d.ID, Notes: []models.NoteWrite{{ID: made, Remove: true}, {ID: auto, Remove: true}}})
		b.receive(zayo, notice(zayo, "TTN-1", 5, "A", "B", "UNKNOWN"))
		d = detail(t, s, "zayo-TTN-1")
		if notes := must2(s.FindNotes(ctx, models.ScopeAll, models.NoteFilter{})); len(notes)+len(d.Notes)+len(d.PeopleNotes) != 0 {
			t.Errorf("removed notes are back: %+v %+v", notes, d)
		}
	})
}

// A person who sees one circuit of two may not move the work on the other.
func TestEditsKeepToTheScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, _, ids := edited(t, s)
		berlin := models.Principal{Name: "bo", Role: models.RoleOperator, Scope: models.Scope{Sites: []string{"Berlin"}}}
		none := models.Principal{Name: "nobody", Role: models.RoleAdmin}
		d := detail(t, s, "zayo-TTN-1")
		for _, act := range []models.Edit{
			models.SetSummary("x"), models.SetStatus(models.StatusCancelled), {Kind: models.EditDelete},
			{Kind: models.EditMerge, Target: d.ID}, {Kind: models.EditUnlink, CID: "B"}, {Kind: models.EditImpact, CID: "B", Impact: models.ImpactNone},
			{Kind: models.EditLink, CID: "C", CircuitID: ids["C"]}, {Kind: models.EditLink, CID: "B", CircuitID: ids["A"]},
			{Kind: models.EditRejectNotice, NoticeID: d.Notices[0].ID},
		} {
			if _, err := s.Edit(ctx, berlin, []models.Write{{Maintenance: d.ID, Acts: []models.Edit{act}}}); err == nil {
				t.Errorf("%s of %s was done", act.Kind, act.CID)
			}
			if _, err := s.Edit(ctx, none, []models.Write{{Maintenance: d.ID, Acts: []models.Edit{act}}}); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s without a scope: %v", act.Kind, err)
			}
		}
		if _, err := s.Edit(ctx, berlin, []models.Write{{Create: &models.Creation{Provider: "zayo", ID: "X"}}}); !errors.Is(err, models.ErrDenied) {
			t.Errorf("create: %v", err)
		}
		if diff := cmp.Diff(d, detail(t, s, d.ID)); diff != "" {
			t.Errorf("something changed:\n%s", diff)
		}
		write(t, s, berlin, models.Write{Maintenance: d.ID, Acts: []models.Edit{{Kind: models.EditImpact, CID: "A", Impact: models.ImpactDegraded}, {Kind: models.EditAcknowledge}}})
		seen, err := s.Maintenance(ctx, berlin.Scope, d.ID)
		ok(t, err)
		if !seen.Acknowledged() || !detail(t, s, d.ID).Acknowledged() || len(seen.Circuits) != 1 {
			t.Errorf("seen %+v", seen.Maintenance)
		}
		write(t, s, eva, models.Write{Maintenance: d.ID, Acts: []models.Edit{{Kind: models.EditAcknowledge, Value: models.EditWithdraw}}})
		if detail(t, s, d.ID).Acknowledged() {
			t.Error("still acknowledged")
		}
	})
}

// Of two who saw the same, one wins.
func TestOneOfTwoEditorsWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		edited(t, s)
		seen := detail(t, s, "zayo-TTN-1").Revision
		var wait sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = s.Edit(ctx, eva, []models.Write{{Maintenance: "zayo-TTN-1", Expected: seen, Acts: []models.Edit{models.SetSummary(fmt.Sprint("by ", i))}}})
			})
		}
		wait.Wait()
		won := slices.DeleteFunc(errs, func(err error) bool { return errors.Is(err, models.ErrStale) })
		if len(won) != 1 || won[0] != nil {
			t.Errorf("won: %v", won)
		}
	})
}

// A link by hand takes the flag from the mail.
func TestLinkClearsFlags(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, zayo, ids := edited(t, s)
		b.receive(zayo, notice(zayo, "TTN-9", 3, "ODD"))
		flagged := func() (n int) {
			for _, m := range must2(s.Mails(ctx, models.ScopeAll, models.MailFilter{})) {
				if m.Flags.UnknownCIDs {
					n++
				}
			}
			return n
		}
		if flagged() != 1 {
			t.Fatalf("%d mails are flagged", flagged())
		}
		write(t, s, eva, models.Write{Maintenance: "zayo-TTN-9", Acts: []models.Edit{{Kind: models.EditLink, CID: "ODD", CircuitID: ids["C"]}}})
		if flagged() != 0 {
			t.Error("the mail is flagged still")
		}
	})
}

func TestMergeAndReject(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, zayo, _ := edited(t, s)
		b.receive(zayo, issued(with(notice(zayo, "TTN-1", 9, "A", "B"), func(n *models.Notice) { n.Summary = "wrong" }), day.Add(time.Hour)))
		d := detail(t, s, "zayo-TTN-1")
		if d.Summary != "wrong" {
			t.Fatalf("record %+v", d.Maintenance)
		}
		write(t, s, eva, models.Write{Maintenance: d.ID, Acts: []models.Edit{{Kind: models.EditRejectNotice, NoticeID: d.Notices[0].ID}}})
		if d = detail(t, s, d.ID); d.Summary != "splicing" {
			t.Errorf("a rejected notice counts: %+v", d.Maintenance)
		}
		b.receive(zayo, notice(zayo, "TTN-2", 4, "A"))
		write(t, s, eva, models.Write{Maintenance: d.ID, Acts: []models.Edit{{Kind: models.EditMerge, Target: "zayo-TTN-2"}}})
		if items := must2(s.Maintenances(ctx, models.ScopeAll, models.MaintenanceFilter{})); len(items) != 1 || items[0].Name != "zayo-TTN-2" {
			t.Errorf("after a merge: %+v", items)
		}
	})
}

// TestIDsPerAccount: what a person creates of a provider whose ids are unique
// only within an account is joined by the mail of that account alone.
func TestIDsPerAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		_, err := s.SQL().Exec("UPDATE providers SET ids_per_account = true WHERE slug = 'zayo'")
		ok(t, err)
		zayo := provider(t, s, "zayo")
		windows := []models.NoticeWindow{{Kind: models.WindowPrimary, Start: day, End: day.Add(time.Hour)}}
		create := func(account string) models.Write {
			return models.Write{Create: &models.Creation{Provider: "zayo", ID: "TTN-1", Account: account, Windows: windows}}
		}
		_, err = s.Edit(ctx, eva, []models.Write{create(" ")})
		if input, is := errors.AsType[*models.InputError](err); !is || input.Field != "account" {
			t.Fatalf("without an account: %v", err)
		}
		acme, other := write(t, s, eva, create("ACME")), write(t, s, eva, create("Other"))
		if acme.MaintenanceID == other.MaintenanceID {
			t.Fatal("two accounts share a record")
		}
		if _, err = s.Edit(ctx, eva, []models.Write{create("acme")}); err == nil {
			t.Error("a record of one account was created twice")
		}
		b.receive(zayo, with(notice(zayo, "TTN-1", 3, "A"), func(n *models.Notice) { n.Account = "Acme" }))
		if d := detail(t, s, acme.MaintenanceID); len(d.Notices) != 1 {
			t.Errorf("%d notices joined the record of the account", len(d.Notices))
		}
		if d := detail(t, s, other.MaintenanceID); len(d.Notices) != 0 {
			t.Errorf("%d notices joined the record of another account", len(d.Notices))
		}
	})
}

// editsIn are the entries of the audit log without those of imports.
func editsIn(log []models.Audit) []models.Audit {
	return slices.DeleteFunc(log, func(a models.Audit) bool { return a.Action == "import" })
}
