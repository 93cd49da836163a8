package provider_test

import (
	"fmt"
	"testing"
	"time"

	"lineman/internal/fake/traffic"
	"lineman/parsers"
	"lineman/parsers/provider"
)

// BenchmarkScanShare measures what the search for 50,000 known circuits adds
// to reading and parsing a mail, in percent.
func BenchmarkScanShare(b *testing.B) {
	var known []parsers.Known
	for i := range 50_000 {
		known = append(known, parsers.Known{CID: fmt.Sprintf("CKT-%06d", i)}, parsers.Known{CID: fmt.Sprintf("/OGYX/%06d/ /ZYO /", i)})
	}
	scanner := parsers.NewScanner(known[:50_000])
	engine := parsers.NewEngine(provider.All())
	var raws [][]byte
	for i := range 200 {
		raw, _ := traffic.Mail(i)
		raws = append(raws, raw)
	}
	var parsing, scanning time.Duration
	n := 0
	for b.Loop() {
		began := time.Now()
		mail, err := parsers.ReadMail(raws[n%len(raws)])
		if err != nil {
			b.Fatal(err)
		}
		result := engine.Parse(mail, "")
		parsed := time.Now()
		scanner.Scan(mail, result)
		parsing, scanning, n = parsing+parsed.Sub(began), scanning+time.Since(parsed), n+1
	}
	b.ReportMetric(100*scanning.Seconds()/parsing.Seconds(), "%-added")
}
