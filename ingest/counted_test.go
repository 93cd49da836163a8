package ingest_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestReadMailIsCounted: every mail of a provider once, by what came of it and
// the format that read it or came nearest; a stranger's and a re-parse are not.
func TestReadMailIsCounted(t *testing.T) {
	bad := bytes.Replace(notice("M-2", "CONFIRMED", 0, "CKT-1"), []byte("DTSTART:20260310T010000Z\r\n"), nil, 1)
	var mu sync.Mutex
	got := map[string]int{}
	r := newRig(t, storetest.SQLite(t), newShelf(
		notice("M-1", "CONFIRMED", 0, "CKT-1"), notice("M-1", "CANCELLED", 1, "CKT-1"), bad,
		letter("noc@us.ntt.net", "invoice"), letter("noc@us.ntt.net", "Maintenance at night"), letter("x@nowhere.example", "hello"),
	), func(o *ingest.Options) {
		o.Counted = func(provider, format string, state models.MailState) {
			mu.Lock()
			defer mu.Unlock()
			got[provider+" "+format+" "+string(state)]++
		}
	})
	r.pass(t)
	want := map[string]int{
		"ntt bcop/ical parsed": 2, "ntt bcop/ical parsing-failed": 1, "ntt calendar/none ignored": 1, "ntt  parsing-failed": 1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	raws, _, err := r.store.Mails(t.Context(), models.ScopeAll, models.MailFilter{Page: models.Page{Limit: 10}})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range raws {
		if _, err := r.ProcessIDs(t.Context(), []string{raw.ID}, models.CauseReparse); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("after a re-parse (-want +got):\n%s", d)
	}
}
