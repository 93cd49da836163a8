package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// TestFindingsFromManySides: two halves of what falls together that arrive at
// once, in transactions that do not see each other, are found all the same,
// once.
func TestFindingsFromManySides(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		p := newPlant(t, url, models.OverlapRules{})
		const rounds = 12
		for n := range rounds {
			site := fmt.Sprint("S", n)
			sites(t, p.s, site)
			var all sync.WaitGroup
			start := make(chan struct{})
			for _, by := range []models.Provider{p.zayo, p.lumen} {
				cid := fmt.Sprint(by.Slug, n)
				circuits(t, p.s, models.CircuitRow{CID: cid, Provider: by.Slug, SiteA: site})
				verdicts := []models.Verdict{verdict(p.mail(), by, p.says(by, fmt.Sprint("M", n), 10, 12, cid))}
				all.Add(1)
				go func() {
					defer all.Done()
					<-start
					if _, err := p.s.Apply(ctx, verdicts); err != nil {
						t.Error(err)
					}
				}()
			}
			all.Add(1)
			go func() {
				defer all.Done()
				<-start
				if _, err := p.s.SweepFindings(ctx); err != nil {
					t.Error(err)
				}
			}()
			close(start)
			all.Wait()
		}
		items, total, err := p.s.Findings(ctx, models.ScopeAll, models.FindingFilter{State: models.FindingsAll, From: day.Add(time.Hour)})
		ok(t, err)
		if total != rounds {
			t.Errorf("%d findings of %d: %+v", total, rounds, items)
		}
	})
}
