package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
)

// leases is a store that knows leases only.
type leases struct {
	ingest.Store
	mu    sync.Mutex
	owner map[string]string
}

func (l *leases) AcquireLease(_ context.Context, name, owner string, _ time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if had := l.owner[name]; had != "" && had != owner {
		return false, nil
	}
	l.owner[name] = owner
	return true, nil
}

func (l *leases) ReleaseLease(_ context.Context, name, owner string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.owner[name] == owner {
		delete(l.owner, name)
	}
	return nil
}

// bell is a mailbox that tells of mail when it is rung.
type bell struct {
	ingest.Mailbox
	folders []string
	ring    chan error

	mu     sync.Mutex
	opened []time.Duration // since the start, for each Wait on a new mailbox
	start  time.Time
	failed error // what the first Wait of a mailbox gives
}

func (b *bell) open(context.Context) (ingest.Mailbox, error) { return &bellBox{bell: b}, nil }

type bellBox struct {
	*bell
	waited bool
}

func (b *bellBox) Folders(context.Context) ([]string, error) { return b.folders, nil }
func (b *bellBox) Close() error                              { return nil }

func (b *bellBox) Wait(ctx context.Context, folder string) error {
	if !b.waited {
		b.waited = true
		b.mu.Lock()
		defer b.mu.Unlock()
		b.opened = append(b.opened, time.Since(b.start))
		return b.failed
	}
	select {
	case err := <-b.ring:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *bell) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed = err
}

// watcher is a process that watches one source.
type watcher struct {
	*ingest.Pipeline
	cancel context.CancelFunc
	done   chan struct{}
	log    strings.Builder

	mu    sync.Mutex
	wakes int
}

func newWatcher(t *testing.T, owner string, store *leases, src ingest.Source) *watcher {
	t.Helper()
	w := &watcher{done: make(chan struct{})}
	src.Name = "box"
	p, err := ingest.New(ingest.Options{
		Store: store, Owner: owner, Now: time.Now, Sources: []ingest.Source{src},
		Logger: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Pipeline = p
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(t.Context())
	go func() {
		defer close(w.done)
		p.Watch(ctx, "box", func(context.Context) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.wakes++
		})
	}()
	return w
}

func (w *watcher) stop() { w.cancel(); <-w.done }

// woke gives how often the source was to be read since the last call.
func (w *watcher) woke() int {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.wakes
	w.wakes = 0
	return n
}

func TestWatchWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bell{ring: make(chan error), start: time.Now()}
		for i := range 12 {
			b.folders = append(b.folders, fmt.Sprint("F", i))
		}
		w := newWatcher(t, "one", &leases{owner: map[string]string{}}, ingest.Source{Open: b.open})
		if n := w.woke(); n != 10 {
			t.Errorf("%d folders are watched, want the first 10 of 12", n)
		}
		b.ring <- nil
		if n := w.woke(); n != 1 {
			t.Errorf("woken %d times by one mail", n)
		}
		if !w.Watching()["box"] {
			t.Error("it does not say that it watches")
		}
		w.stop()
	})
}

func TestWatchBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bell{ring: make(chan error), start: time.Now(), folders: []string{"INBOX"}}
		w := newWatcher(t, "one", &leases{owner: map[string]string{}}, ingest.Source{Open: b.open})
		w.woke()
		time.Sleep(2 * time.Minute)
		b.fail(errors.New("connection lost"))
		b.ring <- errors.New("connection lost")
		synctest.Wait()
		if w.Watching()["box"] {
			t.Error("it says that it watches")
		}
		time.Sleep(30 * time.Minute)
		b.fail(nil)
		time.Sleep(5 * time.Minute)
		if n := w.woke(); n != 1 || !w.Watching()["box"] {
			t.Errorf("when it was well again: woken %d times, want once", n)
		}
		w.stop()
		var got []time.Duration
		for i := 1; i < len(b.opened); i++ {
			got = append(got, (b.opened[i] - b.opened[i-1]).Round(time.Second))
		}
		want := []time.Duration{2*time.Minute + time.Second}
		for d := 2 * time.Second; d < 5*time.Minute; d *= 2 {
			want = append(want, d)
		}
		for len(want) < len(got) {
			want = append(want, 5*time.Minute)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) < 12 {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
		if log := w.log.String(); strings.Count(log, "broke") != 1 || strings.Count(log, "watched again") != 1 {
			t.Errorf("the log does not say each once:\n%s", log)
		}
	})
}

// A refused password is not tried again and again.
func TestWatchRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bell{start: time.Now(), folders: []string{"INBOX"}, failed: fmt.Errorf("%w: no", ingest.ErrLogin)}
		w := newWatcher(t, "one", &leases{owner: map[string]string{}}, ingest.Source{Open: b.open})
		time.Sleep(11 * time.Minute)
		w.stop()
		if diff := cmp.Diff([]time.Duration{0, 5 * time.Minute, 10 * time.Minute}, b.opened); diff != "" {
			t.Errorf("tried at (-want +got):\n%s", diff)
		}
	})
}

// One of two processes watches; the other takes over when it ends.
func TestWatchOfTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &leases{owner: map[string]string{}}
		src := ingest.Source{Every: time.Minute, Open: (&shelf{}).open}
		one := newWatcher(t, "one", store, src)
		synctest.Wait()
		two := newWatcher(t, "two", store, src)
		time.Sleep(10*time.Minute + time.Second)
		if a, b := one.woke(), two.woke(); a != 10 || b != 0 {
			t.Errorf("in 10 minutes woken %d and %d times, want 10 and 0", a, b)
		}
		one.stop()
		time.Sleep(10 * time.Minute)
		if n := two.woke(); n < 9 {
			t.Errorf("after the first one ended the other woke %d times in 10 minutes", n)
		}
		two.stop()
		if len(store.owner) != 0 {
			t.Errorf("leases are left: %v", store.owner)
		}
	})
}

// A source that cannot tell is left to the schedule.
func TestWatchNothing(t *testing.T) {
	w := newWatcher(t, "one", &leases{owner: map[string]string{}}, ingest.Source{Open: (&shelf{}).open})
	<-w.done
	w.cancel()
	if got := w.Watching(); len(got) != 0 {
		t.Errorf("it says that it watches %v", got)
	}
}
