package store_test

import (
	"strings"
	"testing"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
)

// TestBrokenBytesCostOneMail breaks the stored bytes of one mail: it is given
// without bytes, and the other as it was.
func TestBrokenBytesCostOneMail(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		ids := b.keep(b.arrival("first"), b.arrival("second"))
		ok(t, s.Writer().Exec("UPDATE raw_bodies SET zstd = ? WHERE raw_id = ?", []byte("junk"), ids[0]).Error)
		got := must(s.Received(ctx, b.source.ID, 10))
		if len(got) != 2 || got[0].Raw != nil || string(got[1].Raw) != "second" {
			t.Errorf("%+v", got)
		}
	})
}

// TestReadsOfLargeMailAreBounded has three mails of which two are too many at
// once.
func TestReadsOfLargeMailAreBounded(t *testing.T) {
	s := storetest.SQLite(t)
	b := newBench(t, s)
	large := strings.Repeat("x", 20<<20)
	ids := b.keep(b.arrival("1"+large), b.arrival("2"+large), b.arrival("3"))
	if got := must(s.Received(ctx, b.source.ID, 10)); len(got) != 1 || got[0].ID != ids[0] {
		t.Errorf("received: %d mails, want the first", len(got))
	}
	if got := must(s.Raws(ctx, ids[1:])); len(got) != 2 || got[0].ID != ids[1] {
		t.Errorf("raws: %d mails, want the second and the third", len(got))
	}
}
