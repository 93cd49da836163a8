package app_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lineman/internal/fake/dovecot"
	"lineman/internal/fake/traffic"
	"lineman/internal/store/storetest"
)

// BenchmarkPipeline runs `lineman ingest` as a process of its own over the
// mails of an IMAP server, into SQLite. LINEMAN_BENCH_N is their number.
func BenchmarkPipeline(b *testing.B) {
	server := mailServer(b, benchMails())
	benchIngest(b, func(b *testing.B) installation { return install(b, server) })
}

// BenchmarkPipelineDovecot is the same over a Dovecot, into PostgreSQL.
func BenchmarkPipelineDovecot(b *testing.B) {
	server := dovecot.Start(b, dovecot.Options{})
	for i := range benchMails() {
		raw, received := traffic.Mail(i)
		server.Deliver(raw, received)
	}
	benchIngest(b, func(b *testing.B) installation {
		return installIn(b, server, b.TempDir(), storetest.EmptyPostgresURL(b))
	})
}

// BenchmarkPipelineMaildir is the same over a Maildir, into either database.
func BenchmarkPipelineMaildir(b *testing.B) {
	root := maildir(b, filepath.Join(b.TempDir(), "Maildir"), 0, benchMails())
	b.Run("sqlite", func(b *testing.B) {
		benchIngest(b, func(b *testing.B) installation { return plain(b, source("maildir", root)) })
	})
	b.Run("postgres", func(b *testing.B) {
		benchIngest(b, func(b *testing.B) installation {
			return installBare(b, b.TempDir(), storetest.EmptyPostgresURL(b), source("maildir", root))
		})
	})
}

// benchMails is how many mails a run reads.
func benchMails() int {
	if n, err := strconv.Atoi(os.Getenv("LINEMAN_BENCH_N")); err == nil && n > 0 {
		return n
	}
	return 10_000
}

// benchIngest measures one pass over benchMails mails.
func benchIngest(b *testing.B, install func(*testing.B) installation) {
	n := benchMails()
	for b.Loop() {
		b.StopTimer()
		in := install(b)
		b.StartTimer()
		c := in.command("ingest")
		var out bytes.Buffer
		c.Stdout, c.Stderr = &out, &out
		began := time.Now()
		err := c.Start()
		peak := peakMemory(c)
		if err == nil {
			err = c.Wait()
		}
		took := time.Since(began)
		if err != nil {
			b.Fatalf("ingest: %v\n%s", err, &out)
		}
		if !strings.Contains(out.String(), "fetched "+strconv.Itoa(n)+",") {
			b.Fatalf("not all of %d mails were fetched:\n%s", n, &out)
		}
		b.ReportMetric(float64(n)/took.Seconds(), "mails/s")
		b.ReportMetric(<-peak, "MB-RSS")
		b.ReportMetric(c.ProcessState.UserTime().Seconds()+c.ProcessState.SystemTime().Seconds(), "cpu-s")
		b.Log(strings.TrimSpace(out.String()))
	}
}

// BenchmarkServeStart measures from the start of the process to ready, on a
// database that is up to date.
func BenchmarkServeStart(b *testing.B) {
	in := install(b, mailServer(b, 0))
	if size, err := os.Stat(in.bin); err == nil {
		b.ReportMetric(float64(size.Size())/(1<<20), "MB-binary")
	}
	for b.Loop() {
		c := in.command("serve")
		c.Env = append(os.Environ(), "LINEMAN_LOG_LEVEL=info")
		stderr, err := c.StderrPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Start(); err != nil {
			b.Fatal(err)
		}
		ready := false
		for lines := bufio.NewScanner(stderr); !ready && lines.Scan(); {
			ready = strings.Contains(lines.Text(), "msg=ready")
		}
		b.StopTimer()
		if !ready {
			b.Fatal("serve ended before it was ready")
		}
		stop(b, c)
		b.StartTimer()
	}
}

func stop(b *testing.B, c *exec.Cmd) {
	b.Helper()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		b.Fatalf("serve did not stop cleanly: %v", err)
	}
}

// peakMemory watches a process until it ends and then gives its largest
// resident set in MB. (The figure that wait gives counts the parent's memory
// at the fork.)
func peakMemory(c *exec.Cmd) <-chan float64 {
	peak := make(chan float64, 1)
	go func() {
		last := 0.0
		for tick := time.NewTicker(10 * time.Millisecond); ; <-tick.C {
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid))
			m := highWater.FindSubmatch(text)
			if err != nil || m == nil { // gone, or a zombie
				peak <- last
				return
			}
			kb, _ := strconv.Atoi(string(m[1])) // digits by the expression
			last = float64(kb) / 1024
		}
	}()
	return peak
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)
