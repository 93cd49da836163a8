package command_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// waiting has notices of zayo-FAR wait for a person: a cancellation, and a move
// where two are asked for.
func waiting(n int) *memory {
	r := sample()
	m := &r.maintenances[0]
	old := models.PendingWindow{Ordinal: 1, Kind: models.WindowPrimary, Status: m.Status, Start: m.Windows[0].Start, End: m.Windows[0].End}
	moved := old
	moved.Start, moved.End = hours(9), hours(11)
	m.Trust = models.TrustVerified
	m.Pending = []models.Pending{
		{NoticeID: "n1", Received: noon, Trust: models.TrustFailed, Reason: "the signature is wrong", Was: m.Status, Before: []models.PendingWindow{old}, Status: models.StatusCancelled, Windows: []models.PendingWindow{old}},
		{NoticeID: "n2", Received: noon, Trust: models.TrustUnverified, Reason: "it is not signed", Was: m.Status, Before: []models.PendingWindow{old}, Status: m.Status, Windows: []models.PendingWindow{moved}, Circuits: []string{"LOST-1"}},
	}[:n]
	return r
}

// TestPending holds that a record of which something waits says so wherever it
// is shown, with both windows, and that it can be answered.
func TestPending(t *testing.T) {
	r := waiting(2)
	d := dispatcher(t, r, models.ScopeAll)
	shown, _ := ask(t, d, "maintenance show zayo-FAR")
	for _, want := range []string{
		"TENTATIVE, PENDING", "PENDING: waits for a person", "TENTATIVE → 2026-03-22", "CANCELLED 12:00 UTC", "2026-03-02 LOST-1", "21:00 UTC to", "none", // in narrow columns
		"failed: the", "it is not", "maintenance accept zayo-FAR notice=n1", "maintenance reject zayo-FAR notice=n2",
	} {
		if !strings.Contains(strings.Join(strings.Fields(shown), " "), want) {
			t.Errorf("%q is missing in\n%s", want, shown)
		}
	}
	if listed, _ := ask(t, d, "maintenance list provider=zayo"); strings.Count(listed, "PENDING") != 1 {
		t.Errorf("the list has no word of it:\n%s", listed)
	}
	for line, want := range map[string]string{
		"maintenance accept zayo-FAR":           "2 notices of zayo-FAR wait",
		"maintenance reject zayo-FAR notice=n3": `no notice of zayo-FAR with the id "n3" waits`,
	} {
		if got := strings.Join(strings.Fields(confirmed(t, d, line)), " "); !strings.Contains(got, want) || len(r.written) > 0 {
			t.Errorf("%s: %s", line, got)
		}
	}
	viewer := dispatcherOf(t, r, options(r), models.Principal{Name: "eve", Role: models.RoleViewer, Scope: models.ScopeAll})
	if got, _ := ask(t, viewer, "maintenance show zayo-FAR"); strings.Contains(got, "maintenance accept") || !strings.Contains(got, "PENDING") {
		t.Errorf("a viewer reads\n%s", got)
	}
}

func TestPendingIsAnswered(t *testing.T) {
	for line, want := range map[string]models.Write{
		`maintenance accept far reason="they confirmed it"`: {Maintenance: "id-FAR", Expected: 7, Reason: "they confirmed it", Acts: []models.Edit{{Kind: models.EditAcceptNotice, NoticeID: "n1"}}},
		"maintenance reject zayo-FAR notice=n1":             {Maintenance: "id-FAR", Expected: 7, Acts: []models.Edit{{Kind: models.EditRejectNotice, NoticeID: "n1"}}},
	} {
		r := waiting(1)
		got := confirmed(t, dispatcher(t, r, models.ScopeAll), line)
		if diff := cmp.Diff([]models.Write{want}, r.written); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", line, got, diff)
		}
	}
}
