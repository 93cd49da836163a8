package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// text makes a mail of about 12 KB that is as compressible as mail is.
func text(n int) string {
	words := strings.Fields("maintenance window circuit splicing fiber customer outage expected UTC start end impact ticket provider location please contact <td> </td> <tr> style")
	r := rand.New(rand.NewPCG(1, uint64(n)))
	var b strings.Builder
	fmt.Fprintf(&b, "Message-ID: <%d@mail.example>\r\n\r\n", n)
	for b.Len() < 12<<10 {
		fmt.Fprintf(&b, "%s %d ", words[r.IntN(len(words))], r.IntN(100000))
	}
	return b.String()
}

func BenchmarkKeep(b *testing.B) {
	s := storetest.SQLite(b)
	m := newBench(b, s)
	const batch = 200
	var arrivals []models.Arrival
	for range b.N {
		arrivals = append(arrivals, m.arrival(text(len(arrivals))))
	}
	b.ResetTimer()
	for len(arrivals) > 0 {
		n := min(batch, len(arrivals))
		m.keep(arrivals[:n]...)
		arrivals = arrivals[n:]
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

func BenchmarkApply(b *testing.B) {
	for _, inventory := range []int{0, 2000} {
		b.Run(fmt.Sprintf("inventory=%d", inventory), func(b *testing.B) { benchmarkApply(b, inventory) })
	}
}

// benchmarkApply applies batches of 50: maintenances with three mails each, of
// four circuits.
func benchmarkApply(b *testing.B, inventory int) {
	s := storetest.SQLite(b)
	m := newBench(b, s)
	zayo := provider(b, s, "zayo")
	var rows []models.CircuitRow
	for i := range inventory {
		rows = append(rows, models.CircuitRow{CID: fmt.Sprintf("CID-%05d", i), Provider: "zayo"})
	}
	circuits(b, s, rows...)
	var arrivals []models.Arrival
	for i := range b.N {
		arrivals = append(arrivals, m.arrival(fmt.Sprint("mail ", i)))
	}
	raws := m.keep(arrivals...)
	var verdicts []models.Verdict
	for i, raw := range raws {
		n := i % max(1, b.N/3)
		var cids []string
		for c := range 4 {
			cids = append(cids, fmt.Sprintf("CID-%05d", (n*4+c)%2000))
		}
		verdicts = append(verdicts, verdict(raw, zayo, notice(zayo, fmt.Sprintf("TTN-%d", n), 3+i/max(1, b.N/3), cids...)))
	}
	b.ResetTimer()
	for len(verdicts) > 0 {
		n := min(50, len(verdicts))
		if _, err := s.Apply(ctx, verdicts[:n]); err != nil {
			b.Fatal(err)
		}
		verdicts = verdicts[n:]
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
