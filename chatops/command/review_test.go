package command_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lineman/models"
)

// pile is a ReviewDesk with two mails on it.
type pile struct{ *memory }

const (
	halfRead = "019a0000-0000-7000-8000-000000000001"
	stranger = "019a0000-0000-7000-8000-000000000002"
)

func mailWaiting() []models.ReviewDetail {
	mail := func(id, subject, sender, provider string, state models.MailState) models.ReviewItem {
		i := models.ReviewItem{MailItem: models.MailItem{Provider: provider}, Open: true, Version: 7}
		i.ID, i.Subject, i.Sender, i.State, i.Received = id, subject, sender, state, hours(-3)
		i.Reasons = models.ReasonsOf(state, i.Flags)
		return i
	}
	half := models.ReviewDetail{ReviewItem: mail(halfRead, "Planned work TTN-9", "mr@zayo.com", "zayo", models.StateParsingFailed)}
	half.Priority, half.Error = true, "zayo/html could not read end"
	half.Circuits = []models.MeantCircuit{{CID: "OGYX 000001", Match: models.Match{Suggestions: []models.Suggestion{{CID: "/OGYX/000001/ /ZYO /", Score: 0.9}}}}}
	half.Evidence = models.ReviewEvidence{
		Provider: "zayo", Senders: []string{"mr@zayo.com"}, Missing: []models.MissingField{{Field: "end", Reason: "the notice has none"}},
		Found: []models.FoundField{{Notice: 1, Field: "start", Text: "02-Mar-2026 22:00", Rule: "zayo/html"}},
		Named: []models.NamedCircuit{{CID: "SAME-1", Text: "SAME-1", Where: "part 0"}},
	}
	half.Proposed = models.ProposalRun{ID: "1", Model: "small", Proposals: []models.Proposal{
		{Field: "maintenance_id", Value: "TTN-9"}, {Field: "start", Value: "2026-03-02T22:00:00Z", Evidence: "2 March 22:00 UTC"}, {Field: "end", Value: "2026-03-03T00:00:00Z"},
		{Field: "circuit_id", Value: "OGYX 000001"}, {Field: "circuit_id", Value: "B-2"}, {Field: "impact", Value: "DEGRADED"},
	}}
	other := models.ReviewDetail{ReviewItem: mail(stranger, "Hello", "noc@nowhere.example", "", models.StateUnknownProvider)}
	other.Evidence = models.ReviewEvidence{Provider: "kddi", Senders: []string{"noc@nowhere.example"}}
	return []models.ReviewDetail{half, other}
}

func (p pile) List(_ context.Context, s models.Scope, f models.ReviewFilter) ([]models.ReviewItem, int, error) {
	var all []models.ReviewItem
	for _, d := range mailWaiting() {
		if len(f.Reasons) == 0 || d.Reasons[0] == f.Reasons[0] {
			all = append(all, d.ReviewItem)
		}
	}
	return all, len(all), p.asked(s)
}

func (p pile) Show(_ context.Context, s models.Scope, id string) (models.ReviewDetail, error) {
	for _, d := range mailWaiting() {
		if d.ID == id {
			return d, p.asked(s)
		}
	}
	return models.ReviewDetail{}, fmt.Errorf("mail %q: %w", id, cmpOr(p.asked(s), models.ErrNotFound))
}

func cmpOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func (p pile) Act(_ context.Context, by models.Principal, w models.ReviewWrite) (models.Reviewed, error) {
	if err := cmpOr(p.refuse, p.asked(by.Scope)); err != nil {
		return models.Reviewed{}, err
	}
	p.reviewed = append(p.reviewed, w)
	return models.Reviewed{Said: "Done."}, nil
}

// TestReviewInChat holds that what is confirmed is what was shown, and which
// words become which act.
func TestReviewInChat(t *testing.T) {
	fill := models.NoticeFill{Windows: []models.NoticeWindow{{Kind: models.WindowPrimary, Start: hours(10), End: hours(12)}}}
	for line, want := range map[string]models.ReviewWrite{
		"review accept " + halfRead + " reason=\"as agreed\"":                              {Action: models.ReviewAccept, Reason: "as agreed"},
		"review assign " + halfRead + " zayo once=yes":                                     {Action: models.ReviewAssign, Provider: "zayo", Once: true},
		"review circuit " + halfRead + " SAME-1 text=\"OGYX 000001\"":                      {Action: models.ReviewCircuit, CID: "SAME-1", Text: "OGYX 000001"},
		"review fill " + halfRead + " start=\"2026-03-02 22:00\" end=\"2026-03-03 00:00\"": {Action: models.ReviewFill, Fill: fill},
		"review dismiss " + halfRead:                                                       {Action: models.ReviewDismiss}, "review take " + halfRead: {Action: models.ReviewTake}, "review undo " + halfRead: {Action: models.ReviewUndo},
	} {
		r := sample()
		d := dispatcher(t, r, models.ScopeAll)
		if got, m := ask(t, d, line); m.Failed || len(r.reviewed) > 0 {
			t.Errorf("%s: before it is confirmed: %+v, %s", line, r.reviewed, got)
		}
		got := confirmed(t, d, line)
		want.ID, want.Expected = halfRead, 7
		if len(r.reviewed) != 1 {
			t.Errorf("%s: %s", line, got)
			continue
		}
		if diff := cmp.Diff(want, r.reviewed[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", line, diff)
		}
	}
	for line, words := range map[string]string{
		"review fill " + halfRead:                                                          "at least one field",
		"review fill " + halfRead + " start=\"2026-03-02 22:00\"":                          "a window needs start and end",
		"review fill " + halfRead + " start=\"2026-03-02 22:00\" end=\"2026-03-02 21:00\"": "the end is before the start",
		"review fill " + halfRead + " status=unknown":                                      "is not one of TENTATIVE",
		"review dismiss nothing":                                                           "There is no mail",
	} {
		r := sample()
		if got, m := ask(t, dispatcher(t, r, models.ScopeAll), line); !m.Failed || !strings.Contains(strings.Join(strings.Fields(got), " "), words) {
			t.Errorf("%s: %s", line, got)
		}
	}
	r := sample()
	d := dispatcher(t, r, models.ScopeAll)
	got, _ := ask(t, d, "maintenance review "+halfRead)
	line := `review fill ` + halfRead + ` maintenance-id=TTN-9 start=2026-03-02T22:00:00Z end=2026-03-03T00:00:00Z circuit="OGYX 000001,B-2" impact=DEGRADED reason="as proposed by small"`
	for _, want := range []string{"Proposed by small", "2 March 22:00 UTC", line} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if got, _ := ask(t, d, line); !strings.Contains(got, "DEGRADED") || !strings.Contains(got, "B-2") {
		t.Errorf("the confirmation does not say what is filled in: %s", got)
	}
	confirmed(t, d, line)
	proposed := models.ReviewWrite{ID: halfRead, Expected: 7, Action: models.ReviewFill, Reason: "as proposed by small", Fill: models.NoticeFill{
		MaintenanceID: "TTN-9", Windows: fill.Windows, Circuits: []models.NoticeCircuit{{CID: "OGYX 000001", Impact: models.ImpactDegraded}, {CID: "B-2", Impact: models.ImpactDegraded}},
	}}
	if diff := cmp.Diff([]models.ReviewWrite{proposed}, r.reviewed); diff != "" {
		t.Errorf("what was proposed (-want +got):\n%s", diff)
	}
	r = sample()
	r.refuse = &models.StaleError{What: "it", Changes: []string{"eva did dismiss"}}
	d = dispatcher(t, r, models.ScopeAll)
	if got := confirmed(t, d, "review dismiss "+halfRead); !strings.Contains(got, "eva did dismiss") {
		t.Errorf("what changed meanwhile: %s", got)
	}
}
