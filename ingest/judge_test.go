package ingest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/google/go-cmp/cmp"

	"lineman/ingest"
	"lineman/ingest/trust"
	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

// notary signs mail for ntt.net and is the name server that tells its key.
type notary struct {
	mu     sync.Mutex
	key    ed25519.PrivateKey
	silent bool
	asked  int
}

func newNotary(t *testing.T) *notary {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &notary{key: key}
}

func (n *notary) lookup(_ context.Context, name string) ([]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	switch {
	case n.silent:
		return nil, errors.New("no answer")
	case name != "s1._domainkey.ntt.net":
		return nil, trust.ErrNoRecord
	}
	public := n.key.Public().(ed25519.PublicKey)
	return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
}

func (n *notary) sign(t *testing.T, mail []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	err := dkim.Sign(&b, bytes.NewReader(mail), &dkim.SignOptions{
		Domain: "ntt.net", Selector: "s1", Signer: n.key, HeaderKeys: []string{"From", "Subject", "Date", "Message-ID"},
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// trusting has a pipeline judge by the notary.
func (n *notary) trusting(now *time.Time, review bool) func(*ingest.Options) {
	clock := func() time.Time { return *now }
	return func(o *ingest.Options) {
		o.Now, o.Review = clock, review
		o.Truster = trust.New(trust.Options{Lookup: n.lookup, Now: clock})
	}
}

// mails gives the raw mails in the order in which they were kept.
func (r rig) mails(t *testing.T) []models.MailItem {
	t.Helper()
	list, _, err := r.store.Mails(t.Context(), models.ScopeAll, models.MailFilter{Page: models.Page{Limit: 100}})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list, func(a, b models.MailItem) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func (r rig) record(t *testing.T, name string) models.MaintenanceDetail {
	t.Helper()
	m, err := r.store.Maintenance(t.Context(), models.ScopeAll, name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// texts tells what waits of a record.
func texts(m models.Maintenance) []string {
	var all []string
	for _, p := range m.Pending {
		all = append(all, p.Text())
	}
	return all
}

// TestDoubtfulCancellationWaits holds that under review nothing is cancelled by
// a sender in doubt until a person says so, and that the mail is seen to wait.
func TestDoubtfulCancellationWaits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n, now := newNotary(t), day0.Add(time.Hour)
		r := newRig(t, s, newShelf(n.sign(t, notice("M-1", "CONFIRMED", 0, "CKT-000001")), notice("M-1", "CANCELLED", 1, "CKT-000001"), notice("M-2", "CONFIRMED", 0, "CKT-000002")),
			n.trusting(&now, true))
		if got := r.pass(t); got.Parsed != 3 {
			t.Errorf("%+v, want three parsed", got)
		}
		m := r.record(t, "ntt-M-1")
		if diff := cmp.Diff([]string{"CONFIRMED to CANCELLED"}, texts(m.Maintenance)); diff != "" || m.Status != models.StatusConfirmed || m.Trust != models.TrustVerified {
			t.Errorf("%s, %s, pending (-want +got):\n%s", m.Status, m.Trust, diff)
		}
		mails := r.mails(t)
		if got := []models.MailState{mails[0].State, mails[1].State, mails[2].State}; !slices.Equal(got, []models.MailState{models.StateParsed, models.StateNeedsReview, models.StateParsed}) {
			t.Errorf("states %v", got)
		}
		if fresh := r.record(t, "ntt-M-2"); fresh.Trust != models.TrustUnverified || fresh.Status != models.StatusConfirmed || len(fresh.Pending) > 0 {
			t.Errorf("a new one: %s, %s, %v", fresh.Status, fresh.Trust, fresh.Pending)
		}
		r.reparse(t, n)
		r.answer(t, m, models.EditAcceptNotice)
	})
}

// reparse reads all mail again while no name server answers: the levels stay.
func (r rig) reparse(t *testing.T, n *notary) {
	t.Helper()
	n.silent = true
	before, asked := r.record(t, "ntt-M-1"), n.asked
	var ids []string
	for _, m := range r.mails(t) {
		ids = append(ids, m.ID)
	}
	if _, err := r.ProcessIDs(t.Context(), ids, models.CauseReparse); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, r.record(t, "ntt-M-1")); diff != "" || n.asked != asked {
		t.Errorf("asked %d times more, the record changed (-want +got):\n%s", n.asked-asked, diff)
	}
	if got := r.mails(t)[1].State; got != models.StateNeedsReview {
		t.Errorf("the mail that waits is %s after a re-parse", got)
	}
}

// answer accepts or rejects the one notice that waits, and back.
func (r rig) answer(t *testing.T, m models.MaintenanceDetail, kind models.EditKind) {
	t.Helper()
	by := models.Principal{Name: "ada", Role: models.RoleOperator, Scope: models.ScopeAll}
	act := func(kind models.EditKind) {
		t.Helper()
		_, err := r.store.Edit(t.Context(), by, []models.Write{{Maintenance: m.ID, Acts: []models.Edit{{Kind: kind, NoticeID: m.Pending[0].NoticeID}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	act(kind)
	if got, mail := r.record(t, "ntt-M-1"), r.mails(t)[1]; got.Status != models.StatusCancelled || len(got.Pending) > 0 || mail.State != models.StateParsed || mail.Error != "" {
		t.Errorf("accepted: %s, pending %v, mail %s %q", got.Status, got.Pending, mail.State, mail.Error)
	}
	act(models.EditRejectNotice)
	if got, mail := r.record(t, "ntt-M-1"), r.mails(t)[1]; got.Status != models.StatusConfirmed || len(got.Pending) > 0 || mail.State != models.StateParsed {
		t.Errorf("rejected: %s, pending %v, mail %s", got.Status, got.Pending, mail.State)
	}
	act(models.EditReopenNotice)
	if got, mail := r.record(t, "ntt-M-1"), r.mails(t)[1]; got.Status != models.StatusConfirmed || len(got.Pending) != 1 || mail.State != models.StateNeedsReview {
		t.Errorf("reopened: %s, pending %v, mail %s", got.Status, got.Pending, mail.State)
	}
}

// TestFlagAppliesAndMarks holds that without review a doubtful cancellation
// counts, and shows on the record.
func TestFlagAppliesAndMarks(t *testing.T) {
	n, now := newNotary(t), day0.Add(time.Hour)
	r := newRig(t, storetest.SQLite(t), newShelf(n.sign(t, notice("M-1", "CONFIRMED", 0, "CKT-000001")), notice("M-1", "CANCELLED", 1, "CKT-000001")), n.trusting(&now, false))
	r.pass(t)
	m := r.record(t, "ntt-M-1")
	if m.Status != models.StatusCancelled || m.Trust != models.TrustUnverified || len(m.Pending) > 0 {
		t.Errorf("%s, %s, pending %v", m.Status, m.Trust, m.Pending)
	}
	if m.Notices[0].Trust != models.TrustUnverified || m.Notices[1].Trust != models.TrustVerified || !strings.Contains(m.Notices[1].TrustReason, "ntt.net") {
		t.Errorf("notices %+v", m.Notices)
	}
	counts, err := r.store.TrustCounts(t.Context())
	want := []models.TrustCount{{Provider: "ntt", Level: models.TrustUnverified, Count: 1}, {Provider: "ntt", Level: models.TrustVerified, Count: 1}}
	if diff := cmp.Diff(want, counts); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestKnownSenderIsHeardAfterItsCopy holds that a copy which nobody vouches for
// does not make the genuine mail a duplicate.
func TestKnownSenderIsHeardAfterItsCopy(t *testing.T) {
	n, now := newNotary(t), day0.Add(time.Hour)
	cancel := notice("M-1", "CANCELLED", 1, "CKT-000001")
	r := newRig(t, storetest.SQLite(t), newShelf(n.sign(t, notice("M-1", "CONFIRMED", 0, "CKT-000001")), cancel, n.sign(t, cancel), n.sign(t, append([]byte("X-Copy: 2\r\n"), cancel...))), n.trusting(&now, true))
	got := r.pass(t)
	m := r.record(t, "ntt-M-1")
	if m.Status != models.StatusCancelled || m.Trust != models.TrustVerified || len(m.Pending) > 0 || got.Duplicate != 1 {
		t.Errorf("%+v: %s, %s, pending %v", got, m.Status, m.Trust, m.Pending)
	}
	for i, mail := range r.mails(t)[:3] {
		if mail.State != models.StateParsed {
			t.Errorf("mail %d is %s", i, mail.State)
		}
	}
}

// TestSilentNameServersHoldNothingUp holds that mail is read at once when no
// name server answers, waits where it would cancel, and is applied when the
// sender is known.
func TestSilentNameServersHoldNothingUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		n, now := newNotary(t), day0.Add(time.Hour)
		first := notice("M-1", "CONFIRMED", 0, "CKT-000001")
		r := newRig(t, s, newShelf(n.sign(t, first)), n.trusting(&now, true))
		r.pass(t)
		n.silent = true
		now = now.Add(2 * time.Hour) // the key that was learnt counts no more
		r.shelf.put("INBOX", n.sign(t, notice("M-1", "CANCELLED", 1, "CKT-000001")))
		r.pass(t)
		m := r.record(t, "ntt-M-1")
		if m.Status != models.StatusConfirmed || len(m.Pending) != 1 || m.Notices[0].Trust != models.TrustUnverified {
			t.Fatalf("%s, pending %v, notice %s", m.Status, m.Pending, m.Notices[0].Trust)
		}
		rejudge := func(after time.Duration) models.MaintenanceDetail {
			t.Helper()
			now = now.Add(after)
			if err := r.Rejudge(t.Context()); err != nil {
				t.Fatal(err)
			}
			return r.record(t, "ntt-M-1")
		}
		if m = rejudge(time.Minute); m.Status != models.StatusConfirmed || len(m.Pending) != 1 {
			t.Errorf("still silent: %s, pending %v", m.Status, m.Pending)
		}
		n.silent = false
		if m = rejudge(time.Minute); m.Status != models.StatusConfirmed {
			t.Errorf("it was judged before it was due: %s", m.Status)
		}
		m = rejudge(4 * time.Minute)
		if m.Status != models.StatusCancelled || m.Trust != models.TrustVerified || len(m.Pending) > 0 || m.Changes[0].Cause != m.Changes[len(m.Changes)-1].Cause {
			t.Errorf("known at last: %s, %s, pending %v, %+v", m.Status, m.Trust, m.Pending, m.Changes[0])
		}
		if mail := r.mails(t)[1]; mail.State != models.StateParsed {
			t.Errorf("its mail is %s", mail.State)
		}
		asked := n.asked
		rejudge(30 * 24 * time.Hour)
		if n.asked != asked {
			t.Error("a sender that is known is judged again")
		}
	})
}

// TestNobodyAnswersForGood holds that it is given up in the end.
func TestNobodyAnswersForGood(t *testing.T) {
	n, now := newNotary(t), day0.Add(time.Hour)
	n.silent = true
	r := newRig(t, storetest.SQLite(t), newShelf(n.sign(t, notice("M-1", "CONFIRMED", 0, "CKT-000001"))), n.trusting(&now, true))
	r.pass(t)
	for range 20 {
		now = now.Add(25 * time.Hour)
		if err := r.Rejudge(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n.asked != 8 {
		t.Errorf("asked %d times", n.asked)
	}
	if got := r.record(t, "ntt-M-1").Notices[0]; got.Trust != models.TrustUnverified || got.TrustReason != "name servers gave no answer in 8 tries, so nobody knows whether it is signed" {
		t.Errorf("%s: %s", got.Trust, got.TrustReason)
	}
}

// TestMailFromBeforeLevels holds that a re-parse doubts nothing that was read
// before anybody judged, however old its keys are.
func TestMailFromBeforeLevels(t *testing.T) {
	s, now := storetest.SQLite(t), day0.Add(time.Hour)
	before := newRig(t, s, newShelf(notice("M-1", "CONFIRMED", 0, "CKT-000001"), notice("M-1", "CANCELLED", 1, "CKT-000001")))
	before.pass(t)
	r := newRig(t, s, before.shelf, newNotary(t).trusting(&now, true))
	var ids []string
	for _, m := range r.mails(t) {
		ids = append(ids, m.ID)
	}
	if _, err := r.ProcessIDs(t.Context(), ids, models.CauseReparse); err != nil {
		t.Fatal(err)
	}
	if m := r.record(t, "ntt-M-1"); m.Status != models.StatusCancelled || m.Trust != "" || len(m.Pending) > 0 {
		t.Errorf("%s, %q, pending %v", m.Status, m.Trust, m.Pending)
	}
}

// TestForgeries holds that nothing which a stranger writes around a
// cancellation makes it count: it waits, the record stays, and the next mail is
// read.
func TestForgeries(t *testing.T) {
	const good = "dkim=pass header.d=ntt.net"
	results := func(id, what string) string { return "Authentication-Results: " + id + "; " + what + "\r\n" }
	n := newNotary(t)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cancel := notice("M-1", "CANCELLED", 1, "CKT-000001")
	under := func(header string) []byte { return append([]byte(header), cancel...) }
	by := func(key ed25519.PrivateKey) []byte { return (&notary{key: key}).sign(t, cancel) }
	edit := func(mail []byte, old, new string) []byte { return bytes.Replace(mail, []byte(old), []byte(new), 1) }
	for name, c := range map[string]struct {
		mail  []byte
		level models.TrustLevel
	}{
		"unsigned":                        {cancel, models.TrustUnverified},
		"own results below the real ones": {under(results("mx.ours.example", "dkim=none") + results("mx.ours.example", good)), models.TrustUnverified},
		"own results above, wrong id":     {under(results("mx.evil.example", good) + results("mx.ours.example", "dkim=none")), models.TrustUnverified},
		"in a comment":                    {under(results("mx.ours.example", "dkim=fail ("+good+") header.d=ntt.net")), models.TrustFailed},
		"in quotes":                       {under(results("mx.ours.example", `dkim=none reason="; `+good+`"`)), models.TrustUnverified},
		"header.i of another":             {under(results("mx.ours.example", "dkim=pass header.i=@evil.example")), models.TrustUnverified},
		"SPF of another":                  {under(results("mx.ours.example", "spf=pass smtp.mailfrom=x@evil.example")), models.TrustUnverified},
		"ARC, cv=fail":                    {under("ARC-Seal: i=1; cv=fail; d=sealer.example; s=a; b=x\r\nARC-Authentication-Results: i=1; mx.ours.example; " + good + "\r\n"), models.TrustUnverified},
		"ARC of an unknown sealer":        {under("ARC-Seal: i=1; cv=none; d=sealer.example; s=a; b=x\r\nARC-Authentication-Results: i=1; mx.ours.example; " + good + "\r\n"), models.TrustUnverified},
		"signed with another key":         {by(stranger), models.TrustFailed},
		"signed for another domain":       {edit(n.sign(t, cancel), "d=ntt.net", "d=evil.example"), models.TrustUnverified},
		"text behind what is signed":      {edit(append(n.sign(t, cancel), "X\r\n"...), "a=ed25519", "l=10; a=ed25519"), models.TrustUnverified},
		"another subject on top":          {append([]byte("Subject: M-1 is cancelled\r\n"), n.sign(t, cancel)...), models.TrustUnverified},
		"a signed confirmation, changed":  {edit(n.sign(t, notice("M-1", "CONFIRMED", 1, "CKT-000001")), "STATUS:CONFIRMED", "STATUS:CANCELLED"), models.TrustFailed},
	} {
		t.Run(name, func(t *testing.T) {
			now := day0.Add(time.Hour)
			r := newRig(t, storetest.SQLite(t), newShelf(n.sign(t, notice("M-1", "CONFIRMED", 0, "CKT-000001")), c.mail, notice("M-2", "CONFIRMED", 0, "CKT-000001")), n.trusting(&now, true),
				func(o *ingest.Options) {
					o.Truster = trust.New(trust.Options{AuthservID: "mx.ours.example", Lookup: n.lookup, Now: o.Now})
				})
			r.pass(t)
			m, mails := r.record(t, "ntt-M-1"), r.mails(t)
			if diff := cmp.Diff([]string{"CONFIRMED to CANCELLED"}, texts(m.Maintenance)); diff != "" || m.Status != models.StatusConfirmed {
				t.Errorf("%s, pending (-want +got):\n%s", m.Status, diff)
			}
			if got := mails[1]; got.State != models.StateNeedsReview || got.Trust.Level != c.level || mails[2].State != models.StateParsed {
				t.Errorf("the mail is %s and %s (%s), the next one %s", got.State, got.Trust.Level, got.Trust.Reason, mails[2].State)
			}
		})
	}
}

// TestReplays holds that genuine mail which is sent again, and numbers that are
// made to win every comparison, change no record; and that the next mail is
// read.
func TestReplays(t *testing.T) {
	swap := func(mail []byte, pairs ...string) []byte {
		return []byte(strings.NewReplacer(pairs...).Replace(string(mail)))
	}
	cancel := notice("M-1", "CANCELLED", 2, "CKT-000001")
	lastYear := swap(cancel, "2026", "2025", "UID:M-1", "UID:M-0", "Mon, 02 Mar", "Sun, 02 Mar")
	for name, c := range map[string]struct {
		mail   []byte
		signed bool
		held   bool
	}{
		"last year's cancellation, signed":          {lastYear, true, false},
		"last year's cancellation, with a new date": {swap(lastYear, "Date: Sun, 02 Mar 2025 08:02", "Date: Mon, 02 Mar 2026 08:59", "<M-1.2@", "<new@"), false, false},
		"a lower SEQUENCE, signed":                  {swap(cancel, "SEQUENCE:2", "SEQUENCE:0", "DTSTAMP:20260302T0802", "DTSTAMP:20260302T0759"), true, false},
		"SEQUENCE 2147483648":                       {swap(cancel, "SEQUENCE:2", "SEQUENCE:2147483648"), false, true},
		"SEQUENCE -5":                               {swap(cancel, "SEQUENCE:2", "SEQUENCE:-5"), false, true},
		"SEQUENCE 1e9":                              {swap(cancel, "SEQUENCE:2", "SEQUENCE:1e9"), false, true},
		"SEQUENCE 10^400":                           {swap(cancel, "SEQUENCE:2", "SEQUENCE:1"+strings.Repeat("0", 400)), false, true},
		"SEQUENCE 2147483647":                       {swap(cancel, "SEQUENCE:2", "SEQUENCE:2147483647"), false, true},
		"DTSTAMP in the year 9999":                  {swap(cancel, "DTSTAMP:2026", "DTSTAMP:9999"), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			n, now := newNotary(t), day0.Add(time.Hour)
			if c.signed {
				c.mail = n.sign(t, c.mail)
			}
			r := newRig(t, storetest.SQLite(t), newShelf(n.sign(t, notice("M-1", "CONFIRMED", 1, "CKT-000001")), c.mail, notice("M-2", "CONFIRMED", 0, "CKT-000001")), n.trusting(&now, true))
			r.pass(t)
			m := r.record(t, "ntt-M-1")
			if m.Status != models.StatusConfirmed || (len(m.Pending) == 1) != c.held {
				t.Errorf("%s, pending %v", m.Status, texts(m.Maintenance))
			}
			mails := r.mails(t)
			if want := map[bool]models.MailState{true: models.StateNeedsReview, false: models.StateParsed}[c.held]; mails[1].State != want || mails[2].State != models.StateParsed {
				t.Errorf("the mail is %s, the next one %s", mails[1].State, mails[2].State)
			}
		})
	}
}

// TestGuardedMailJoinsNothing holds that a sender in doubt makes two records
// neither one nor another's.
func TestGuardedMailJoinsNothing(t *testing.T) {
	n, now := newNotary(t), day0.Add(time.Hour)
	renamed := bytes.ReplaceAll(notice("M-1", "CONFIRMED", 1, "CKT-000001"), []byte("MAINTENANCE-ID:M-1"), []byte("MAINTENANCE-ID:M-9"))
	r := newRig(t, storetest.SQLite(t), newShelf(n.sign(t, notice("M-1", "CONFIRMED", 0, "CKT-000001")), renamed), n.trusting(&now, true))
	r.pass(t)
	if got := r.record(t, "ntt-M-1"); got.ExternalID != "M-1" || len(got.Notices) != 1 {
		t.Errorf("%s with %d notices", got.ExternalID, len(got.Notices))
	}
	if got := r.record(t, "ntt-M-9"); got.Trust != models.TrustUnverified {
		t.Errorf("the new one is %s", got.Trust)
	}
	r.shelf.put("INBOX", n.sign(t, append([]byte("X-Copy: 1\r\n"), renamed...)))
	r.pass(t)
	if got := r.record(t, "ntt-M-9"); len(got.Notices) != 3 || !slices.Contains(got.Aliases, "M-1") {
		t.Errorf("signed, it joins %d notices, aliases %v", len(got.Notices), got.Aliases)
	}
}
