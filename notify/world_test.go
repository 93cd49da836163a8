package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/chatops/platform"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
	"lineman/notify"
)

var ctx = context.Background()

// day is 2031-05-01, on which the tests begin.
var day = time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// recording is a destination that keeps what it was given.
type recording struct {
	mu      sync.Mutex
	parcels []notify.Parcel
	fail    func(p notify.Parcel) error // nil: it works
}

func (r *recording) Deliver(_ context.Context, p notify.Parcel) (notify.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		if err := r.fail(p); err != nil {
			return notify.Receipt{}, err
		}
	}
	r.parcels = append(r.parcels, p)
	receipt := notify.Receipt{Posted: fmt.Sprint(len(r.parcels))}
	if p.Head != nil {
		receipt.Root = "root of " + p.Thread
	}
	return receipt, nil
}

// take gives what came since the last time, one line a message: the kind of
// message, and kind and name of each event in it.
func (r *recording) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := []string{}
	for _, p := range r.parcels {
		line := ""
		switch {
		case p.Digest:
			line = "digest: "
		case p.Grouped:
			line = "group: "
		}
		var words []string
		for _, i := range p.Items {
			words = append(words, fmt.Sprintf("%s %s", i.Event.Kind, i.Event.Name))
		}
		all = append(all, line+strings.Join(words, ", "))
	}
	r.parcels = nil
	return all
}

// world is a store with a clock that the test moves, and everything that
// announces.
type world struct {
	t       testing.TB
	s       *store.Store
	mu      sync.Mutex
	now     time.Time
	targets map[string]notify.Target
	rules   []models.Rule
	pace    notify.Pace
	habits  map[string]models.PhaseRules
	step    func(string)
	sources func(string) bool // whose troubles are told; nil: all

	source  models.Source
	uid     uint32
	router  *notify.Router
	courier *notify.Courier
	clock   *notify.Clock
}

func (w *world) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// to moves the clock.
func (w *world) to(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = t.UTC()
}

func (w *world) after(d time.Duration) { w.to(w.Now().Add(d)) }

// newWorld opens a store at a URL with these rules; every destination that
// they name is a recording one.
func newWorld(t testing.TB, url string, rules ...models.Rule) *world {
	t.Helper()
	w := &world{t: t, now: day, rules: rules, targets: map[string]notify.Target{}, pace: notify.DefaultPace}
	s, err := store.Open(ctx, store.Options{URL: url, Now: w.Now, Announce: true})
	ok(t, err)
	t.Cleanup(func() { ok(t, s.Close()) })
	ok(t, s.MigrateUp(ctx))
	w.s = s
	for _, r := range rules {
		w.targets[r.Destination] = notify.Target{Name: r.Destination, Kind: "chat", Destination: &recording{}}
	}
	w.source, err = s.EnsureSource(ctx, "noc", "imap")
	ok(t, err)
	w.build()
	ok(t, w.clock.Tick(ctx)) // the first look ever
	return w
}

// build makes the rooms, as a process does that starts.
func (w *world) build() {
	w.t.Helper()
	templates, err := notify.NewTemplates(notify.TemplateOptions{
		Handover: func(ctx context.Context, scope models.Scope, now time.Time) (notify.Handover, error) {
			return notify.ReadHandover(ctx, w.s, notify.Handing{Rules: w.phaseRules, Sources: w.sources}, scope, now)
		},
	})
	ok(w.t, err)
	o := w.options()
	w.router, w.clock = notify.NewRouter(o, w.s), notify.NewClock(o, w.s)
	w.courier = notify.NewCourier(o, w.s, templates, "test", nil)
}

func (w *world) options() notify.Options {
	return notify.Options{
		Sources: w.sources, Rules: w.rules, PhaseRules: w.phaseRules, Busy: w.s.BackfillWaiting, Pace: w.pace, Now: w.Now,
		Random: func() float64 { return 0 }, Step: w.step, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Target: func(name string) (notify.Target, error) {
			if t, is := w.targets[name]; is {
				return t, nil
			}
			return notify.Target{}, models.Invalid("destination", "there is no destination called %q", name)
		},
	}
}

func (w *world) phaseRules(slug string) models.PhaseRules { return w.habits[slug] }

func (w *world) at(name string) *recording { return w.targets[name].Destination.(*recording) }

// settle routes and delivers what is due now.
func (w *world) settle() {
	w.t.Helper()
	ok(w.t, w.router.Route(ctx))
	names, err := w.s.DueDestinations(ctx, w.Now())
	ok(w.t, err)
	for _, name := range names {
		ok(w.t, w.courier.Deliver(ctx, name))
	}
}

// run lets time go on until an instant, as the service does: over hours, ten
// minutes at a time.
func (w *world) run(until time.Time) {
	w.t.Helper()
	step := time.Minute
	if until.Sub(w.Now()) > 2*time.Hour {
		step = 10 * time.Minute
	}
	for w.Now().Before(until) {
		w.settle()
		next := w.Now().Truncate(step).Add(step)
		if w.Now().Add(3 * time.Second).Before(next) {
			w.after(3 * time.Second) // what waits for company
			w.settle()
		}
		if next.After(until) {
			next = until
		}
		w.to(next)
		ok(w.t, w.clock.Tick(ctx))
	}
	w.settle()
}

// wait lets what waits for company go.
func (w *world) wait() {
	w.t.Helper()
	w.settle()
	w.after(3 * time.Second)
	w.settle()
}

// expect compares what came to a destination since the last time.
func (w *world) expect(destination string, want ...string) {
	w.t.Helper()
	if got := w.at(destination).take(); !slices.Equal(got, want) {
		w.t.Errorf("%s at %s got:\n\t%s\nwant:\n\t%s", destination, w.Now().Format(time.RFC3339), strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func (w *world) provider(slug string) models.Provider {
	w.t.Helper()
	all, err := w.s.Providers(ctx)
	ok(w.t, err)
	i := slices.IndexFunc(all, func(p models.Provider) bool { return p.Slug == slug })
	if i < 0 {
		w.t.Fatalf("no provider %s", slug)
	}
	return all[i]
}

// mail keeps one mail of a cause and gives its ID.
func (w *world) mail(cause models.Cause) string { return w.mails(cause, 1)[0] }

func (w *world) mails(cause models.Cause, n int) []string {
	w.t.Helper()
	return w.keep(cause, n, w.Now())
}

// mailReceived keeps one mail that lay in the mailbox since then.
func (w *world) mailReceived(at time.Time) string { return w.keep(models.CauseLive, 1, at)[0] }

func (w *world) keep(cause models.Cause, n int, received time.Time) []string {
	w.t.Helper()
	var list []models.Arrival
	for range n {
		w.uid++
		text := fmt.Sprintf("Subject: notice %d\r\n\r\ntext", w.uid)
		list = append(list, models.Arrival{Cause: cause, Raw: []byte(text), Message: models.MailboxMessage{
			Ref:       models.MailRef{Folder: "INBOX", UIDValidity: 7, UID: w.uid},
			MessageID: fmt.Sprintf("m%d@mail.example", w.uid), Subject: fmt.Sprintf("notice %d", w.uid), Received: received, Size: int64(len(text)),
		}})
	}
	kept, err := w.s.Keep(ctx, w.source.ID, models.Cursor{Folder: "INBOX", UIDValidity: 7, UID: w.uid}, list)
	ok(w.t, err)
	ids := make([]string, len(kept))
	for i, k := range kept {
		ids[i] = k.RawID
	}
	return ids
}

// receive has a notice come in a mail.
func (w *world) receive(n models.Notice) { w.receiveAs(models.CauseLive, n) }

func (w *world) receiveAs(cause models.Cause, n models.Notice) {
	w.t.Helper()
	w.apply(models.Verdict{RawID: w.mail(cause), State: models.StateParsed, Notices: []models.Notice{n}, Cause: cause, ParserVersion: "1", ProviderID: w.provider(n.Provider).ID})
}

func (w *world) apply(v ...models.Verdict) {
	w.t.Helper()
	_, err := w.s.Apply(ctx, v)
	ok(w.t, err)
}

// notice says that circuits of Zayo are out for four hours from start on.
func notice(id string, start time.Time, cids ...string) models.Notice {
	w := models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: start.Add(4 * time.Hour)}
	for _, cid := range cids {
		w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid, Impact: models.ImpactOutage, RawImpact: "down"})
	}
	return models.Notice{
		Provider: "zayo", MaintenanceID: id, Account: "Example Corp", Summary: "splicing", UID: "0", Sequence: -1,
		Status: models.StatusConfirmed, Windows: []models.NoticeWindow{w}, Parser: "zayo/html",
	}
}

// as gives a notice another status.
func as(n models.Notice, s models.Status) models.Notice {
	n.Status = s
	return n
}

// everything is a rule for all there is.
func everything(destination string) models.Rule {
	return models.Rule{ID: "config:" + destination, Name: destination, From: models.RuleFromConfig, Scope: models.ScopeAll, Destination: destination, Reminders: models.DefaultReminders, Zone: "UTC"}
}

func sqlite(t testing.TB) string { return storetest.SQLiteURL(t) }

// full is how much a test does: little, and all of it where LINEMAN_TEST_FULL
// is set.
func full(little, all int) int {
	if os.Getenv("LINEMAN_TEST_FULL") != "" {
		return all
	}
	return little
}

var errDown = errors.New("connection refused")

// desk is where people subscribe and mute.
func (w *world) desk() *notify.Desk {
	w.t.Helper()
	templates, err := notify.NewTemplates(notify.TemplateOptions{})
	ok(w.t, err)
	return notify.NewDesk(w.options(), w.s, w.router, templates, "UTC")
}

// said is a message as the terminal draws it.
func said(t testing.TB, m chatops.Message) string {
	t.Helper()
	drawn, err := platform.All()[0].Render(m)
	ok(t, err)
	return string(drawn)
}
