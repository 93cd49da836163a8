package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkParseProcess runs lineman as people do, from the start of the
// process to its answer.
func BenchmarkParseProcess(b *testing.B) {
	program := filepath.Join(b.TempDir(), "lineman")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v: %s", err, out)
	}
	sample := filepath.Join("..", "..", "parsers", "provider", "testdata", "zayo", "planned.eml")
	for _, call := range []struct {
		name string
		args []string
	}{{"version", []string{"version"}}, {"parse", []string{"parse", sample}}} {
		b.Run(call.name, func(b *testing.B) {
			var times []time.Duration
			for b.Loop() {
				start := time.Now()
				if out, err := exec.Command(program, call.args...).CombinedOutput(); err != nil {
					b.Fatalf("lineman %s: %v: %s", call.name, err, out)
				}
				times = append(times, time.Since(start))
			}
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-p50")
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
		})
	}
}
