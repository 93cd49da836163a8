package notify_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/notify"
)

// The environment of a process of the tests below.
const (
	processURL  = "LINEMAN_TEST_ANNOUNCE_URL"
	processFile = "LINEMAN_TEST_ANNOUNCE_FILE"
	processKill = "LINEMAN_TEST_ANNOUNCE_KILL" // STEP:N, at which it dies
)

// toFile is a destination that writes the key of each parcel down.
type toFile struct{ name string }

func (f toFile) Deliver(_ context.Context, p notify.Parcel) (notify.Receipt, error) {
	out, err := os.OpenFile(f.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return notify.Receipt{}, err
	}
	_, err = fmt.Fprintln(out, p.Key)
	if e := out.Close(); err == nil {
		err = e
	}
	return notify.Receipt{}, err
}

// TestProcess is the process of the tests below: it routes and delivers all
// there is, and dies where it is told to.
func TestProcess(t *testing.T) {
	url := os.Getenv(processURL)
	if url == "" {
		return // it is the process of other tests, which name a database
	}
	s, err := store.Open(ctx, store.Options{URL: url, Now: time.Now, Announce: true})
	ok(t, err)
	defer s.Close()
	step, times, _ := strings.Cut(os.Getenv(processKill), ":")
	n, _ := strconv.Atoi(times)
	var seen atomic.Int64
	templates, err := notify.NewTemplates(notify.TemplateOptions{})
	ok(t, err)
	o := notify.Options{
		Rules: []models.Rule{everything("hook")}, Now: time.Now,
		Target: func(name string) (notify.Target, error) {
			return notify.Target{Name: name, Kind: "webhook", Machine: true, Destination: toFile{os.Getenv(processFile)}}, nil
		},
		Step: func(at string) {
			if at == step && seen.Add(1) == int64(n) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		},
	}
	router, clock := notify.NewRouter(o, s), notify.NewClock(o, s)
	dead := func(owner string) bool {
		pid, err := strconv.Atoi(owner)
		return err == nil && syscall.Kill(pid, 0) == syscall.ESRCH
	}
	courier := notify.NewCourier(o, s, templates, strconv.Itoa(os.Getpid()), dead)
	for {
		ok(t, clock.Tick(ctx))
		ok(t, router.Route(ctx))
		waiting, err := s.DestinationHealths(ctx)
		ok(t, err)
		if len(waiting) > 0 && waiting[0].Waiting == 0 {
			return
		}
		ok(t, courier.Deliver(ctx, "hook"))
	}
}

// process gives a command that runs TestProcess.
func process(t *testing.T, url, file, kill string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestProcess$", "-test.count=1")
	c.Env = append(os.Environ(), processURL+"="+url, processFile+"="+file, processKill+"="+kill)
	return c
}

// changes is how many wait to be announced; a thousand in full.
func changes() int { return full(240, 1000) }

// wait writes changes that wait to be announced.
func wait(t *testing.T, url string) {
	t.Helper()
	w := newWorld(t, url)
	w.to(time.Now())
	p := w.provider("zayo")
	ids := w.mails(models.CauseLive, changes())
	for at := 0; at < len(ids); at += 250 {
		var all []models.Verdict
		for i, id := range ids[at:min(at+250, len(ids))] {
			n := notice(fmt.Sprintf("TTN-%d", at+i), w.Now().AddDate(0, 0, 30), "ABC/1")
			all = append(all, models.Verdict{RawID: id, State: models.StateParsed, ProviderID: p.ID, Cause: models.CauseLive, ParserVersion: "1", Notices: []models.Notice{n}})
		}
		w.apply(all...)
	}
}

// sent counts the keys that were delivered.
func sent(t *testing.T, file string) map[string]int {
	t.Helper()
	in, err := os.Open(file)
	ok(t, err)
	defer in.Close()
	keys := map[string]int{}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		keys[lines.Text()]++
	}
	return keys
}

// TestKilled kills the process at each step of the way of many changes, some
// times at those that come for each of them: nothing is missing, and there is at
// most one duplicate a kill, with the key of the first.
func TestKilled(t *testing.T) {
	url, file := storetest.SQLiteURL(t), filepath.Join(t.TempDir(), "sent")
	wait(t, url)
	kills := 0
	for _, step := range []string{"tick", "ticked", "route", "routed", "claim", "claimed", "send", "sent", "recorded"} {
		for round := range full(2, 5) {
			nth := 1
			switch step {
			case "routed":
				if round*500 >= changes() { // they are routed by 500, and none is left
					continue
				}
			case "send", "sent", "recorded":
				nth = 7 + 5*round
			}
			c := process(t, url, file, fmt.Sprintf("%s:%d", step, nth))
			if err := c.Run(); err == nil || c.ProcessState.Exited() {
				t.Fatalf("round %d was not killed at %s: %v", round, step, err)
			}
			kills++
		}
	}
	if out, err := process(t, url, file, "").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	keys, twice := sent(t, file), 0
	for _, n := range keys {
		twice += n - 1
	}
	t.Logf("%d kills, %d changes, %d duplicates", kills, len(keys), twice)
	if len(keys) != changes() || twice > kills || kills < full(17, 42) {
		t.Errorf("%d kills: %d of %d changes were delivered, %d once more", kills, len(keys), changes(), twice)
	}
}

// TestTwoProcesses has two processes work on one PostgreSQL: each message is
// sent once.
func TestTwoProcesses(t *testing.T) {
	url, file := storetest.PostgresURL(t), filepath.Join(t.TempDir(), "sent")
	wait(t, url)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if out, err := process(t, url, file, "").CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	both.Wait()
	keys := sent(t, file)
	for key, n := range keys {
		if n != 1 {
			t.Errorf("%s was sent %d times", key, n)
		}
	}
	if len(keys) != changes() {
		t.Errorf("%d of %d messages were sent", len(keys), changes())
	}
}
