package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestDrifts: what a provider's mail does otherwise is found once, told once,
// followed while it lasts and closed when it is over.
func TestDrifts(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		storetest.Open(t, url, func() time.Time { return now })
		s, err := store.Open(ctx, store.Options{URL: url, Now: func() time.Time { return now }, Announce: true})
		ok(t, err)
		t.Cleanup(func() { ok(t, s.Close()) })
		b := newBench(t, s)
		lumen, ntt := provider(t, s, "lumen"), provider(t, s, "ntt")
		mail := func(p models.Provider, days int, state models.MailState) {
			t.Helper()
			a := b.arrival(fmt.Sprintf("Subject: %s %d", p.Slug, days))
			a.Message.Received = day.AddDate(0, 0, days)
			v := models.Verdict{RawID: b.keep(a)[0], ProviderID: p.ID, State: state, ParserVersion: "1", Format: p.Slug + "/a", Cause: models.CauseLive}
			if state == models.StateParsed {
				v.Fields = []string{"circuit_id", "start"}
			}
			b.applyAs(v)
		}
		for i := range 20 {
			mail(lumen, i-30, models.StateParsed)
			mail(ntt, 10*i-260, models.StateParsed) // the last one 70 days ago
		}
		sweep := func(opened, closed int, texts ...string) {
			t.Helper()
			ok(t, s.SourceResult(ctx, b.source.ID, now, ""))
			o, c, err := s.SweepDrifts(ctx)
			ok(t, err)
			if o != opened || c != closed {
				t.Errorf("opened %d, closed %d; want %d and %d", o, c, opened, closed)
			}
			all, total, err := s.Drifts(ctx, models.ScopeAll, models.DriftFilter{})
			ok(t, err)
			var got []string
			for _, d := range all {
				got = append(got, d.Text())
			}
			if diff := cmp.Diff(strings.Join(texts, "\n"), strings.Join(got, "\n")); diff != "" || total != len(texts) {
				t.Errorf("%d: %s", total, diff)
			}
		}
		const silence = "no mail from ntt for %d days, normally 3 a month"
		sweep(1, 0, fmt.Sprintf(silence, 70))
		sweep(0, 0, fmt.Sprintf(silence, 70))
		for i := range 4 {
			mail(lumen, i-5, models.StateParsingFailed)
		}
		mail(lumen, -1, models.StateParsed)
		now = now.AddDate(0, 0, 1)
		sweep(1, 0, "4 of the last 5 of lumen failed since Saturday, 2031-04-26", fmt.Sprintf(silence, 71))
		mail(ntt, 1, models.StateParsed)
		mail(lumen, 1, models.StateParsed)
		sweep(0, 2)

		closed, _, err := s.Drifts(ctx, models.ScopeAll, models.DriftFilter{State: models.FindingsClosed, Providers: []string{"ntt"}, Kinds: []models.DriftKind{models.DriftSilent}})
		ok(t, err)
		if len(closed) != 1 || closed[0].ClosedAt.IsZero() || !closed[0].FoundAt.Equal(day) || closed[0].Provider != "ntt" {
			t.Errorf("closed %+v", closed)
		}
		if some, n, err := s.Drifts(ctx, models.Scope{Providers: []string{"ntt"}}, models.DriftFilter{State: models.FindingsAll}); err != nil || n != 0 || some != nil {
			t.Errorf("a narrowed scope sees %v, %v", some, err)
		}
		var told []string
		for _, e := range must(s.Unrouted(ctx, 100)) {
			if e.Is(models.EventLayoutDrift, models.EventProviderSilent) {
				told = append(told, string(e.Kind)+" "+e.Provider+": "+e.Detail)
			}
		}
		want := []string{
			"provider-silent ntt: " + fmt.Sprintf(silence, 70),
			"layout-drift lumen: 4 of the last 5 of lumen failed since Saturday, 2031-04-26",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told: %s", diff)
		}
	})
}

// TestSilenceIsTheProviders: that lineman itself does not look into a provider's
// mailbox is no silence, however well others are read. A mailbox that was
// removed is another matter. Nothing is told of sources in shadow.
func TestSilenceIsTheProviders(t *testing.T) {
	for name, test := range map[string]struct {
		cause  models.Cause
		failed time.Time // the last failure of the mailbox; zero: none
		other  time.Time // the last success of another one; zero: there is none
		want   int
		told   int
	}{
		"it was read until now":             {models.CauseLive, time.Time{}, time.Time{}, 1, 1},
		"it is in shadow":                   {models.CauseShadow, time.Time{}, time.Time{}, 1, 0},
		"it is down":                        {models.CauseLive, day, day, 0, 0},
		"it is gone, another one is read":   {models.CauseLive, day.AddDate(0, 0, -60), day, 1, 1},
		"it is gone, and so is every other": {models.CauseLive, day.AddDate(0, 0, -60), day.AddDate(0, 0, -60), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			url := storetest.EmptySQLiteURL(t)
			storetest.Open(t, url, func() time.Time { return day })
			s, err := store.Open(ctx, store.Options{URL: url, Now: func() time.Time { return day }, Announce: true})
			ok(t, err)
			t.Cleanup(func() { ok(t, s.Close()) })
			b := newBench(t, s)
			ntt := provider(t, s, "ntt")
			for i := range 20 {
				a := b.arrival(fmt.Sprintf("Subject: %d", i))
				a.Message.Received, a.Cause = day.AddDate(0, 0, 10*i-260), test.cause // the last one 70 days ago
				b.applyAs(models.Verdict{RawID: b.keep(a)[0], ProviderID: ntt.ID, State: models.StateParsed, ParserVersion: "1", Cause: test.cause, Format: "ntt/a"})
			}
			if test.failed.IsZero() {
				ok(t, s.SourceResult(ctx, b.source.ID, day, ""))
			} else {
				ok(t, s.SourceResult(ctx, b.source.ID, day.AddDate(0, 0, -65), ""))
				ok(t, s.SourceResult(ctx, b.source.ID, test.failed, "refused"))
			}
			if !test.other.IsZero() {
				other, err := s.EnsureSource(ctx, "other", "imap")
				ok(t, err)
				ok(t, s.SourceResult(ctx, other.ID, test.other, ""))
			}
			brought, err := s.EnsureSource(ctx, "brought", "import")
			ok(t, err)
			ok(t, s.SourceResult(ctx, brought.ID, day, ""))
			opened, _, err := s.SweepDrifts(ctx)
			ok(t, err)
			told := 0
			for _, e := range must(s.Unrouted(ctx, 100)) {
				if e.Is(models.EventProviderSilent) {
					told++
				}
			}
			if opened != test.want || told != test.told {
				t.Errorf("%d were found and %d told, want %d and %d", opened, told, test.want, test.told)
			}
		})
	}
}
