package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lineman/parsers"
)

// benchmarkMails gives the mails of the corpus that may stand beside the
// repository, without one the samples of the layouts.
func benchmarkMails(b *testing.B) [][]byte {
	b.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "corpus", "*", "*.eml"))
	if err == nil && len(files) == 0 {
		b.Log("no corpus of mails at ../shared/corpus beside the repository: the samples are read instead")
		files, err = filepath.Glob(filepath.Join("testdata", "*", "*.eml"))
	}
	if err != nil || len(files) == 0 {
		b.Fatalf("no mails: %v", err)
	}
	mails := make([][]byte, len(files))
	for i, f := range files {
		if mails[i], err = os.ReadFile(f); err != nil {
			b.Fatal(err)
		}
	}
	return mails
}

// benchmarkParse reads and parses mails in turn and tells how many a second,
// and how long the median and the slowest hundredth take.
func benchmarkParse(b *testing.B, mails ...[]byte) {
	engine := parsers.NewEngine(All())
	size := 0
	for _, raw := range mails {
		size += len(raw)
	}
	var times []time.Duration
	b.ReportAllocs()
	b.SetBytes(int64(size / len(mails)))
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if m, err := parsers.ReadMail(mails[i%len(mails)]); err == nil { // one over a limit is refused
			engine.Parse(m, "")
		}
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(len(times))/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "µs-p50")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "µs-p99")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(len(times))/float64(size/len(mails)), "ns/byte")
}

// BenchmarkParse reads and parses the mails of all providers, one after the
// other.
func BenchmarkParse(b *testing.B) { benchmarkParse(b, benchmarkMails(b)...) }

// BenchmarkSize shows that the cost of one layout grows with its size and not
// faster: ns/byte stays.
func BenchmarkSize(b *testing.B) {
	const (
		style = ` style="border:solid windowtext 1.0pt;padding:0in 5.4pt 0in 5.4pt" valign="top"`
		row   = "<tr><td" + style + ">/OGYX/2/ /ZYO /</td><td" + style + ">No Expected Impact</td></tr>\n"
	)
	for _, size := range []int{10_000, 100_000, 1_000_000, 10_000_000} {
		table := strings.Replace(zayoTable, "</table>", strings.Repeat(row, size/len(row))+"</table>", 1)
		raw := []byte(mail(zayoFrom, zayoSubj, zayoHTML("Work.", "H", zayoNight, table)))
		m, err := parsers.ReadMail(raw)
		if err != nil {
			b.Fatal(err)
		}
		if r := parsers.NewEngine(All()).Parse(m, ""); r.Outcome != parsers.OutcomeMaintenance {
			b.Fatalf("%d bytes: %s", len(raw), r.Problems())
		}
		b.Run(fmt.Sprintf("%dkB", size/1000), func(b *testing.B) { benchmarkParse(b, raw) })
	}
}

// BenchmarkNested shows the same for multiparts inside each other; those over
// the limit of levels are refused.
func BenchmarkNested(b *testing.B) {
	for _, levels := range []int{10, 100, 1000} {
		var s strings.Builder
		s.WriteString("From: " + zayoFrom + "\nSubject: " + zayoSubj + "\nDate: Mon, 02 Mar 2026 09:00:00 +0000\n")
		for i := range levels {
			fmt.Fprintf(&s, "Content-Type: multipart/mixed; boundary=\"b%d\"\n\n--b%d\n", i, i)
		}
		s.WriteString("Content-Type: text/html\n\n" + zayoHTML("Work.", "H", zayoNight, zayoTable) + "\n")
		for i := levels - 1; i >= 0; i-- {
			fmt.Fprintf(&s, "--b%d--\n", i)
		}
		b.Run(fmt.Sprintf("%d levels", levels), func(b *testing.B) { benchmarkParse(b, []byte(s.String())) })
	}
}
