package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lineman/internal/store"
	"lineman/models"
)

var ctx = context.Background()

// day is 2031-05-01, the day on which the tests' mail arrives.
var day = time.Date(2031, 5, 1, 8, 0, 0, 0, time.UTC)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// provider gives a provider of the catalogue.
func provider(t testing.TB, s *store.Store, slug string) models.Provider {
	t.Helper()
	for _, p := range must(s.Providers(ctx)) {
		if p.Slug == slug {
			return p
		}
	}
	t.Fatalf("no provider %s", slug)
	return models.Provider{}
}

// bench is a store with one source, and a mailbox that counts its messages.
type bench struct {
	t      testing.TB
	s      *store.Store
	source models.Source
	uid    uint32
}

func newBench(t testing.TB, s *store.Store) *bench {
	t.Helper()
	src, err := s.EnsureSource(ctx, "noc", "imap")
	ok(t, err)
	return &bench{t: t, s: s, source: src}
}

// arrival makes the next message of the mailbox.
func (b *bench) arrival(text string) models.Arrival {
	b.uid++
	return models.Arrival{
		Message: models.MailboxMessage{
			Ref:       models.MailRef{Folder: "INBOX", UIDValidity: 7, UID: b.uid},
			MessageID: fmt.Sprintf("m%d@mail.example", b.uid), Subject: text[:min(len(text), 60)],
			Received: day.Add(time.Duration(b.uid) * time.Minute), Size: int64(len(text)),
		},
		Raw: []byte(text),
	}
}

// keep stores messages and gives the IDs of their raw mails.
func (b *bench) keep(arrivals ...models.Arrival) []string {
	b.t.Helper()
	kept, err := b.s.Keep(ctx, b.source.ID, models.Cursor{Folder: "INBOX", UIDValidity: 7, UID: b.uid}, arrivals)
	ok(b.t, err)
	ids := make([]string, len(kept))
	for i, k := range kept {
		ids[i] = k.RawID
	}
	return ids
}

// mail keeps one new message and gives the ID of its raw mail.
func (b *bench) mail() string {
	b.t.Helper()
	return b.keep(b.arrival(fmt.Sprintf("Subject: notice %d\r\n\r\ntext", b.uid+1)))[0]
}

// apply applies one verdict that says these notices.
func (b *bench) apply(raw string, p models.Provider, notices ...models.Notice) models.Applied {
	b.t.Helper()
	return b.applyAs(verdict(raw, p, notices...))
}

func (b *bench) applyAs(v models.Verdict) models.Applied {
	b.t.Helper()
	applied, err := b.s.Apply(ctx, []models.Verdict{v})
	ok(b.t, err)
	return applied[0]
}

func verdict(raw string, p models.Provider, notices ...models.Notice) models.Verdict {
	return models.Verdict{
		RawID: raw, ProviderID: p.ID, Sender: "maint@" + p.Slug + ".example", State: models.StateParsed,
		ParserVersion: "1", Notices: notices, Cause: models.CauseLive,
	}
}

// receive keeps one mail and applies what it says.
func (b *bench) receive(p models.Provider, notices ...models.Notice) models.Applied {
	b.t.Helper()
	return b.apply(b.mail(), p, notices...)
}

// notice says that circuits are out in the night of n days later.
func notice(p models.Provider, id string, n int, cids ...string) models.Notice {
	start := day.AddDate(0, 0, n).Add(16 * time.Hour)
	w := models.NoticeWindow{Kind: models.WindowPrimary, Start: start, End: start.Add(4 * time.Hour)}
	for _, cid := range cids {
		w.Circuits = append(w.Circuits, models.NoticeCircuit{CID: cid, Impact: models.ImpactOutage, RawImpact: "hard down"})
	}
	return models.Notice{
		Provider: p.Slug, MaintenanceID: id, Account: "Example Corp", Organizer: "maint@" + p.Slug + ".example",
		Summary: "splicing", UID: "0", Sequence: 1, Status: models.StatusConfirmed,
		Windows: []models.NoticeWindow{w}, Parser: p.Slug + "/html",
	}
}

// with changes a notice.
func with(n models.Notice, f func(*models.Notice)) models.Notice {
	f(&n)
	return n
}

func issued(n models.Notice, at time.Time) models.Notice {
	n.Stamp, n.Issued = at, at
	return n
}

func circuits(t testing.TB, s *store.Store, rows ...models.CircuitRow) {
	t.Helper()
	for i := range rows {
		rows[i].Line = i + 2
	}
	_, err := s.ImportCircuits(ctx, rows)
	ok(t, err)
}

func sites(t testing.TB, s *store.Store, names ...string) {
	t.Helper()
	var rows []models.SiteRow
	for i, n := range names {
		rows = append(rows, models.SiteRow{Line: i + 2, Name: n})
	}
	_, err := s.ImportSites(ctx, rows)
	ok(t, err)
}

func detail(t testing.TB, s *store.Store, name string) models.MaintenanceDetail {
	t.Helper()
	d, err := s.Maintenance(ctx, models.ScopeAll, name)
	ok(t, err)
	return d
}

// labelled works off all labels that are due, as a mailbox that takes every
// label.
func (b *bench) labelled() []models.LabelTask {
	b.t.Helper()
	due, err := b.s.LabelsDue(ctx, b.source.ID, 1000)
	ok(b.t, err)
	var results []models.LabelResult
	for _, d := range due {
		results = append(results, models.LabelResult{MessageRowID: d.MessageRowID, Applied: d.Want})
	}
	ok(b.t, b.s.LabelResults(ctx, results))
	return due
}
