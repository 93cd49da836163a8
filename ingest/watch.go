package ingest

import (
	"context"
	"errors"
	"sync"
	"time"
)

// How a source is watched.
const (
	watchFolders = 10              // of one source, each with a connection of its own
	watchStandby = 5 * time.Second // between two looks whether the lease of another process is free
	watchPause   = time.Second     // before a broken watch is tried again; doubles
	watchLongest = 5 * time.Minute // no pause is longer; it is that after a refused login
	watchSteady  = time.Minute     // a watch that held so long was a good one
)

// Watch calls wake whenever a source may have new mail, until ctx ends: when
// its mailbox says so (Watcher), and each Source.Every. It returns at once for
// a source that has neither. Only one process watches a source, under a lease
// of its own; the others stand by. What breaks is tried again and again; the
// log says once that it broke, and once that it is well again.
//
// At most the first ten folders are watched, as they are when the watch
// begins; the schedule reads the others.
func (p *Pipeline) Watch(ctx context.Context, name string, wake func(context.Context)) {
	src, ok := p.byName[name]
	if !ok || !p.watchable(ctx, src) {
		return
	}
	p.states.set(name, 0, false)
	for ctx.Err() == nil {
		err := p.withLease(ctx, "watch:"+name, 0, func(ctx context.Context) error {
			p.watch(ctx, src, wake)
			return context.Cause(ctx)
		})
		p.states.set(name, 0, false)
		if err != nil && !errors.Is(err, ErrBusy) && ctx.Err() == nil {
			p.Logger.Warn("source is not watched now; trying again", "source", name, "error", err)
		}
		pause(ctx, watchStandby)
	}
}

// Watching tells for each source that Watch was called for whether this
// process watches it and nothing of it is broken.
func (p *Pipeline) Watching() map[string]bool { return p.states.all() }

func (p *Pipeline) watchable(ctx context.Context, src Source) bool {
	if src.Every > 0 {
		return true
	}
	box, err := src.Open(ctx)
	if err != nil {
		p.Logger.Warn("source cannot be watched", "source", src.Name, "error", err)
		return false
	}
	defer box.Close()
	_, ok := box.(Watcher)
	return ok
}

// watch returns when ctx has ended and nothing of it runs any more.
func (p *Pipeline) watch(ctx context.Context, src Source, wake func(context.Context)) {
	var all sync.WaitGroup
	defer all.Wait()
	p.states.set(src.Name, 0, true)
	if src.Every > 0 {
		all.Go(func() {
			for pause(ctx, src.Every) {
				wake(ctx)
			}
		})
	}
	folders, ok := p.watchedFolders(ctx, src)
	if !ok {
		return
	}
	if len(folders) > watchFolders {
		p.Logger.Info("not all folders are watched; the schedule reads the others", "source", src.Name, "watched", watchFolders, "folders", len(folders))
		folders = folders[:watchFolders]
	}
	for _, folder := range folders {
		all.Go(func() {
			w := folderWatch{p: p, src: src, folder: folder, wake: wake}
			w.run(ctx)
		})
	}
}

// watchedFolders asks for the folders until it gets an answer; false when the
// mailbox cannot tell of new mail, or ctx ended.
func (p *Pipeline) watchedFolders(ctx context.Context, src Source) (folders []string, ok bool) {
	w := folderWatch{p: p, src: src}
	for ctx.Err() == nil {
		box, err := src.Open(ctx)
		if err == nil {
			if _, can := box.(Watcher); !can {
				box.Close()
				return nil, false
			}
			folders, err = box.Folders(ctx)
			box.Close()
		}
		if err == nil || errors.Is(err, ErrFolder) && len(folders) > 0 { // a poll says which is missing
			w.well()
			return folders, true
		}
		w.broke(ctx, err, false)
	}
	return nil, false
}

// folderWatch keeps the watch of one folder going.
type folderWatch struct {
	p      *Pipeline
	src    Source
	folder string
	wake   func(context.Context)
	broken bool
	next   time.Duration // the next pause
}

func (w *folderWatch) run(ctx context.Context) {
	for ctx.Err() == nil {
		began := w.p.Now()
		err := w.wait(ctx)
		w.broke(ctx, err, w.p.Now().Sub(began) >= watchSteady)
	}
}

// wait watches the folder with one mailbox until that fails.
func (w *folderWatch) wait(ctx context.Context) error {
	box, err := w.src.Open(ctx)
	if err != nil {
		return err
	}
	defer box.Close()
	for {
		if err := box.(Watcher).Wait(ctx, w.folder); err != nil {
			return err
		}
		w.well()
		w.wake(ctx)
	}
}

// well notes that the watch works.
func (w *folderWatch) well() {
	if w.broken {
		w.broken = false
		w.p.states.broke(w.src.Name, -1)
		w.p.Logger.Info("source is watched again", "source", w.src.Name, "folder", w.folder)
	}
}

// broke notes that the watch does not work, and pauses.
func (w *folderWatch) broke(ctx context.Context, err error, steady bool) {
	if ctx.Err() != nil {
		return
	}
	if !w.broken {
		w.broken = true
		w.p.states.broke(w.src.Name, 1)
		w.p.Logger.Warn("watching a source broke; the schedule goes on reading it", "source", w.src.Name, "folder", w.folder, "error", err)
	}
	if w.next == 0 || steady {
		w.next = watchPause
	}
	if errors.Is(err, ErrLogin) { // who insists gets the account locked
		w.next = watchLongest
	}
	pause(ctx, w.next)
	w.next = min(2*w.next, watchLongest)
}

// pause waits; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// watchStates is how the watches of all sources stand.
type watchStates struct {
	mu   sync.Mutex
	list map[string]watchState
}

type watchState struct {
	held   bool // by this process
	broken int  // folders
}

func (s *watchStates) set(name string, broken int, held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil {
		s.list = map[string]watchState{}
	}
	s.list[name] = watchState{held, broken}
}

func (s *watchStates) broke(name string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.list[name]
	state.broken += n
	s.list[name] = state
}

func (s *watchStates) all() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]bool{}
	for name, state := range s.list {
		out[name] = state.held && state.broken == 0
	}
	return out
}
