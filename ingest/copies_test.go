package ingest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"lineman/ingest"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// twoReaders are two sources on the same mail, the first for another provider.
func twoReaders(t *testing.T, s *store.Store) rig {
	t.Helper()
	mail := notice("M-1", "CONFIRMED", 0, "CKT-000001")
	box, other := newShelf(mail), newShelf(mail)
	return newRig(t, s, box, func(o *ingest.Options) {
		second := o.Sources[0]
		second.Name, second.Open, second.Providers = "second", other.open, []string{"ntt"}
		o.Sources[0].Providers = []string{"zayo"}
		o.Sources = append(o.Sources, second)
	})
}

func (r rig) mustPass(t *testing.T, source string) models.Tally {
	t.Helper()
	rep := r.Pass(t.Context(), source, 0)
	if rep.Err != nil {
		t.Fatal(rep.Err)
	}
	return rep.Tally
}

func TestMailSkippedByOneSourceIsReadByAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := twoReaders(t, s)
		r.mustPass(t, "box")
		if got := r.mustPass(t, "second"); got.Parsed != 1 {
			t.Errorf("the source that reads for the provider: %+v, want one parsed", got)
		}
		if got := r.states(t)["Maintenance M-1"]; got != models.StateParsed {
			t.Errorf("state %q, want parsed", got)
		}
		if got := r.mustPass(t, "box"); got != (models.Tally{}) {
			t.Errorf("the first source again: %+v, want nothing", got)
		}
	})
}

// TestMailWaitingInTwoSources has both sources bring the mail before either is
// processed, as two polls of the same minute do.
func TestMailWaitingInTwoSources(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := twoReaders(t, s)
		for _, name := range []string{"box", "second"} {
			if _, err := r.Poll(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := r.Pending(t.Context(), ""); err != nil || got.Parsed != 1 {
			t.Errorf("%+v, %v, want one parsed", got, err)
		}
	})
}

// late is a store to which another source brings its copy between the verdict
// and its application.
type late struct {
	ingest.Store
	bring func()
}

func (l *late) Apply(ctx context.Context, vs []models.Verdict) ([]models.Applied, error) {
	if bring := l.bring; bring != nil {
		l.bring = nil
		bring()
	}
	return l.Store.Apply(ctx, vs)
}

func TestCopyThatComesWhileTheFirstIsSkipped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := twoReaders(t, s)
		slow := &late{Store: s, bring: func() {
			if _, err := r.Poll(t.Context(), "second"); err != nil {
				t.Error(err)
			}
		}}
		o := r.Options
		o.Store = slow
		p, err := ingest.New(o)
		if err != nil {
			t.Fatal(err)
		}
		rep := p.Pass(t.Context(), "box", 0)
		if rep.Err != nil {
			t.Fatal(rep.Err)
		}
		if got, err := r.Pending(t.Context(), ""); err != nil || rep.Tally.Add(got).Parsed != 1 {
			t.Errorf("%+v, %v, want the mail parsed for the source that reads it", got, err)
		}
	})
}

// deaf is a store that takes no verdicts.
type deaf struct{ ingest.Store }

func (deaf) Apply(context.Context, []models.Verdict) ([]models.Applied, error) {
	return nil, errors.New("the disk is full")
}

func TestTroubleOfTheDatabaseCountsAgainstNoMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := newRig(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001")))
		sick := newRig(t, s, r.shelf, func(o *ingest.Options) { o.Store = deaf{o.Store} })
		for range 4 {
			if rep := sick.Pass(t.Context(), "box", 0); rep.Err == nil {
				t.Fatal("a database that takes nothing went unnoticed")
			}
		}
		if got := r.pass(t); got.Parsed != 1 {
			t.Errorf("once the database is well: %+v, want one parsed", got)
		}
	})
}

func TestRebuiltFolderAfterALongOutage(t *testing.T) {
	s := storetest.SQLite(t)
	box := newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"))
	r := newRig(t, s, box)
	r.pass(t)
	// Twelve days later: the mail of the first of them has not been read yet.
	box.put("INBOX", notice("M-2", "CONFIRMED", 0, "CKT-000001"))
	box.folders["INBOX"][1].received = day0.AddDate(0, 0, 1)
	box.validity = 8
	r = newRig(t, s, box, func(o *ingest.Options) { o.Now = func() time.Time { return day0.AddDate(0, 0, 12) } })
	if got := r.pass(t); got.Parsed != 1 || got.New != 1 {
		t.Errorf("%+v, want the mail of the outage", got)
	}
}
