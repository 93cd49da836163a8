package ingest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/parsers"
	"lineman/parsers/provider"
)

// beforeTheFix has a reader of NTT that cannot cope with any mail.
func beforeTheFix(o *ingest.Options) {
	o.Engine = parsers.NewEngine([]parsers.Provider{{Slug: "ntt", Name: "NTT", Formats: []parsers.Format{{
		Name: "broken", Fits: func(*parsers.Message) (bool, string) { return true, "" }, Read: func(*parsers.Message) parsers.Reading { panic("boom") },
	}}}})
}

// anHourOff has readers of which each takes a window an hour too early.
func anHourOff(o *ingest.Options) {
	all := provider.All()
	for i := range all {
		formats := slices.Clone(all[i].Formats)
		for j := range formats {
			read := formats[j].Read
			formats[j].Read = func(m *parsers.Message) parsers.Reading {
				r := read(m)
				for _, n := range r.Notices {
					for w := range n.Windows {
						n.Windows[w].Start, n.Windows[w].End = n.Windows[w].Start.Add(-time.Hour), n.Windows[w].End.Add(-time.Hour)
					}
				}
				return r
			}
		}
		all[i].Formats = formats
	}
	o.Engine = parsers.NewEngine(all)
}

// again has all stored mail read again, and gives what it came to by subject.
func (d desk) again(o ingest.Reparse) (map[string]string, models.ReparseTally) {
	d.t.Helper()
	all := map[string]string{}
	o.Changed = func(r models.Reparsed) {
		text := string(r.Old) + " to " + string(r.New)
		for _, m := range r.Maintenances {
			text += ", " + m.Name
			for _, c := range m.Changes {
				text += " " + c.Field
			}
		}
		all[r.Subject] = text
	}
	tally, err := d.Reparse(d.t.Context(), eva, o)
	if err != nil {
		d.t.Fatal(err)
	}
	return all, tally
}

// TestReparse holds that stored mail is read again after a fix: what it comes
// to is told before, with nothing changed; what is past is announced to nobody;
// and reading it once more changes nothing.
func TestReparse(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		past := []byte(strings.NewReplacer("20260310T010000Z", "20260301T010000Z", "20260310T050000Z", "20260301T050000Z").Replace(string(notice("M-2", "CONFIRMED", 0, "CKT-000001"))))
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), past, letter("stranger@nowhere.example", "hello"))
		now := func() time.Time { return day0.Add(time.Hour) }
		old := newDesk(t, storetest.Open(t, url, now), box, beforeTheFix)
		failed := map[string]string{"Maintenance M-1": "quarantined", "Maintenance M-2": "quarantined", "hello": "unknown-provider"}
		old.wantReasons("before the fix", failed)
		s, err := store.Open(t.Context(), store.Options{URL: url, Now: now, Announce: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		d := desk{newRig(t, s, box), nil, t}
		d.Desk = ingest.NewDesk(d.Pipeline, s)

		want := map[string]string{
			"Maintenance M-1": "quarantined to parsed, ntt-M-1 created", "Maintenance M-2": "quarantined to parsed, ntt-M-2 created",
		}
		for _, dry := range []bool{true, false} {
			got, tally := d.again(ingest.Reparse{DryRun: dry})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("dry %t (-want +got):\n%s", dry, diff)
			}
			if diff := cmp.Diff(models.ReparseTally{Read: 3, Changed: 2, Unchanged: 1}, tally); diff != "" {
				t.Errorf("dry %t (-want +got):\n%s", dry, diff)
			}
			if _, there := d.maintenance("ntt-M-1"); there == dry {
				t.Errorf("dry %t: the maintenance is there: %t", dry, there)
			}
			if dry {
				d.wantReasons("only tried", failed)
			}
		}
		if got, tally := d.again(ingest.Reparse{}); len(got) > 0 || tally.Unchanged != 3 {
			t.Errorf("once more: %v, %+v", got, tally)
		}
		m, _ := d.maintenance("ntt-M-1")
		for _, c := range m.Changes {
			if c.Cause != models.CauseReparse {
				t.Errorf("%s changed because of %s", c.Field, c.Cause)
			}
		}
		events, err := s.Unrouted(t.Context(), 100)
		var told []string
		for _, e := range events {
			told = append(told, string(e.Kind)+" "+e.Name)
		}
		if diff := cmp.Diff([]string{"new ntt-M-1"}, told); diff != "" || err != nil {
			t.Errorf("announced (-want +got):\n%s, %v", diff, err)
		}
		log, _, err := s.AuditLog(t.Context(), models.ScopeAll, models.Page{Limit: 10})
		if err != nil || len(log) != 1 || log[0].Action != "re-parse" || log[0].Author != "eva" || log[0].Name != "3 mails read, 2 changed" {
			t.Errorf("the audit log: %+v, %v", log, err)
		}
	})
}

// TestReparseOfWhatIsThere holds that a maintenance that is there already is
// changed by a re-parse only after the difference was told; that its history
// names the re-parse; that what people set stays; and that only what lies ahead
// is announced.
func TestReparseOfWhatIsThere(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		past := []byte(strings.NewReplacer("20260310T010000Z", "20260301T010000Z", "20260310T050000Z", "20260301T050000Z").Replace(string(notice("M-2", "CONFIRMED", 0, "CKT-000001"))))
		box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), past)
		now := func() time.Time { return day0.Add(time.Hour) }
		newDesk(t, storetest.Open(t, url, now), box, anHourOff)
		s, err := store.Open(t.Context(), store.Options{URL: url, Now: now, Announce: true})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		d := desk{newRig(t, s, box), nil, t}
		d.Desk = ingest.NewDesk(d.Pipeline, s)
		if _, err := s.Edit(t.Context(), eva, []models.Write{{Maintenance: "ntt-M-1", Reason: "by phone", Acts: []models.Edit{models.SetStatus(models.StatusTentative)}}}); err != nil {
			t.Fatal(err)
		}

		right := time.Date(2026, 3, 10, 1, 0, 0, 0, time.UTC)
		const moved = " window[1].start window[1].end"
		want := map[string]string{"Maintenance M-1": "parsed to parsed, ntt-M-1" + moved, "Maintenance M-2": "parsed to parsed, ntt-M-2" + moved}
		for _, dry := range []bool{true, false} {
			got, tally := d.again(ingest.Reparse{DryRun: dry})
			if diff := cmp.Diff(want, got); diff != "" || tally.Changed != 2 {
				t.Errorf("dry %t, %+v (-want +got):\n%s", dry, tally, diff)
			}
			if m, _ := d.maintenance("ntt-M-1"); m.Start().Equal(right) == dry {
				t.Errorf("dry %t: it starts at %s", dry, m.Start())
			}
		}
		m, _ := d.maintenance("ntt-M-1")
		if m.Status != models.StatusTentative || len(m.Conflicts) > 0 {
			t.Errorf("what a person set: %s, %v", m.Status, m.Conflicts)
		}
		for _, c := range m.Changes[:2] {
			if c.Cause != models.CauseReparse || !strings.HasPrefix(c.Field, "window[1].") {
				t.Errorf("%s changed because of %s", c.Field, c.Cause)
			}
		}
		events, err := s.Unrouted(t.Context(), 100)
		var told []string
		for _, e := range events {
			told = append(told, string(e.Kind)+" "+e.Name)
		}
		if diff := cmp.Diff([]string{"changed ntt-M-1", "rescheduled ntt-M-1"}, told); diff != "" || err != nil {
			t.Errorf("announced (-want +got):\n%s, %v", diff, err)
		}
	})
}

// TestReparseOfSome holds that only the mail that is asked for is read again.
func TestReparseOfSome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), halfNotice("M-2", "CKT-000001"), letter("stranger@nowhere.example", "hello")))
		for _, c := range []struct {
			name   string
			filter models.ReparseFilter
			read   int
		}{
			{"all", models.ReparseFilter{}, 3},
			{"failed", models.ReparseFilter{States: []models.MailState{models.StateParsingFailed}}, 1},
			{"of a provider", models.ReparseFilter{Providers: []string{"NTT"}}, 2},
			{"of another", models.ReparseFilter{Providers: []string{"zayo"}}, 0},
			{"since then", models.ReparseFilter{Since: day0.Add(-time.Hour)}, 3},
			{"since later", models.ReparseFilter{Since: day0.Add(48 * time.Hour)}, 0},
		} {
			if got, tally := d.again(ingest.Reparse{Filter: c.filter}); len(got) > 0 || tally.Read != c.read {
				t.Errorf("%s: %v, %+v; want %d read", c.name, got, tally, c.read)
			}
		}
		if done, err := d.ReparseOne(t.Context(), eva, d.open()["Maintenance M-2"].ID, false); err != nil || done.Differs() || done.Old != models.StateParsingFailed {
			t.Errorf("one: %+v, %v", done, err)
		}
		if _, err := d.ReparseOne(t.Context(), some, d.open()["Maintenance M-2"].ID, false); !contains(err, "not found") {
			t.Errorf("one, by a narrow scope: %v", err)
		}
	})
}

// contains reports whether an error says all these words.
func contains(err error, words ...string) bool {
	return err != nil && !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(err.Error(), w) })
}
