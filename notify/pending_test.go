package notify_test

import (
	"strings"
	"testing"
	"time"

	"lineman/chatops"
	"lineman/models"
)

// doubtful has a notice come in a mail whose sender is in doubt.
func (w *world) doubtful(n models.Notice) {
	w.t.Helper()
	id, provider := w.mail(models.CauseLive), w.provider(n.Provider).ID
	w.apply(models.Verdict{
		RawID: id, State: models.StateParsed, Notices: []models.Notice{n}, Cause: models.CauseLive, ParserVersion: "1", ProviderID: provider,
		Trust: &models.TrustVerdict{RawID: id, ProviderID: provider, Guarded: true, Trust: models.Trust{Level: models.TrustUnverified, Reason: "it carries no DKIM signature"}},
	})
}

// buttons are the commands of a message's buttons.
func buttons(m *chatops.Message) string {
	var all []string
	for _, b := range m.Blocks {
		if a, is := b.(chatops.Actions); is {
			for _, button := range a.Buttons {
				all = append(all, button.Label+": "+button.Command)
			}
		}
	}
	return strings.Join(all, "\n")
}

// TestPendingIsTold holds that a doubtful change is told as waiting, at once
// where a window, the old or the new one, is near, with buttons in the root of
// the thread, and that its mail is not told of besides.
func TestPendingIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		now, then time.Duration // start of the window, and of the doubtful one; 0: it is cancelled
		urgent    bool
	}{
		"far cancellation":  {5 * time.Hour, 0, false},
		"near cancellation": {3 * time.Hour, 0, true},
		"moved away":        {3 * time.Hour, 300 * time.Hour, true},
		"moved near":        {300 * time.Hour, 3 * time.Hour, true},
		"moved afar":        {300 * time.Hour, 301 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sqlite(t), everything("noc"))
			w.receive(notice("M-1", day.Add(c.now), "ABC/1"))
			w.wait()
			w.expect("noc", "new zayo-M-1")
			w.after(time.Minute)
			doubt := notice("M-1", day.Add(c.then), "ABC/1")
			if c.then == 0 {
				doubt = as(notice("M-1", day.Add(c.now), "ABC/1"), models.StatusCancelled)
			}
			w.doubtful(doubt)
			w.wait()
			sent := w.at("noc").parcels
			w.expect("noc", "pending zayo-M-1")
			if len(sent) != 1 || sent[0].Items[0].Delivery.Urgent != c.urgent {
				t.Fatalf("urgent: %v, want %v", !c.urgent, c.urgent)
			}
			m := sent[0].Items[0].Maintenance
			if m.Status != models.StatusConfirmed || len(m.Pending) != 1 || !strings.Contains(buttons(sent[0].Head), "Accept: maintenance accept zayo-M-1 notice="+m.Pending[0].NoticeID) ||
				!strings.Contains(buttons(sent[0].Head), "Reject: maintenance reject zayo-M-1") {
				t.Errorf("%s, pending %v, buttons:\n%s", m.Status, m.Pending, buttons(sent[0].Head))
			}
			by := models.Principal{Name: "ada", Role: models.RoleOperator, Scope: models.ScopeAll}
			_, err := w.s.Edit(ctx, by, []models.Write{{Maintenance: m.ID, Acts: []models.Edit{{Kind: models.EditRejectNotice, NoticeID: m.Pending[0].NoticeID}}}})
			ok(t, err)
			w.wait()
			w.expect("noc", "changed zayo-M-1")
		})
	}
}
