package store_test

import (
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
)

func TestClocks(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		server, last, err := s.Clocks(ctx)
		ok(t, err)
		if !last.IsZero() || server.IsZero() != (s.Pool() == nil) {
			t.Errorf("of an empty store: %v, %v", server, last)
		}
		b := newBench(t, s)
		for _, after := range []time.Duration{time.Hour, 0} {
			now = day.Add(after)
			must(s.StartPoll(ctx, b.source.ID))
		}
		if _, last, err = s.Clocks(ctx); err != nil || !last.Equal(day.Add(time.Hour)) {
			t.Errorf("the last pass: %v, %v", last, err)
		}
	})
}

func TestVersions(t *testing.T) {
	storetest.EachEmptyURL(t, func(t *testing.T, url string) {
		s := must(store.Open(ctx, store.Options{URL: url}))
		t.Cleanup(func() { ok(t, s.Close()) })
		have, known, err := s.Versions(ctx)
		if err != nil || have != 0 || known == 0 {
			t.Errorf("of an empty database: %d, %d, %v", have, known, err)
		}
		ok(t, s.MigrateUp(ctx))
		if have, _, err = s.Versions(ctx); err != nil || have != known {
			t.Errorf("after migrating: %d of %d, %v", have, known, err)
		}
	})
}
