package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestProposals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		ids := b.keep(b.arrival("one"), b.arrival("two"), b.arrival("three"))
		ok(t, s.Writer().Exec("UPDATE raw_notifications SET state = 'parsing-failed' WHERE id <> ?", ids[2]).Error)
		eva := models.Principal{Name: "eva", Role: models.RoleOperator, Scope: models.ScopeAll}
		since := day.AddDate(0, -1, 0)
		if got := must(s.Unproposed(ctx, since, 10)); len(got) != 2 {
			t.Errorf("unproposed: %v of %v", got, ids)
		}
		if run := must(s.Proposal(ctx, models.ScopeAll, ids[0])); run.Asked() {
			t.Errorf("before anything was asked: %+v", run)
		}

		ask := models.ProposalAsk{RawID: ids[0], Model: "small", Limit: 3}
		run := must(s.BeginProposal(ctx, eva, ask))
		run.Refused, run.Proposals = 2, []models.Proposal{
			{Field: "start", Value: "2026-03-05T01:00:00Z", Evidence: "5 March 02:00 CET\x00\xff", Part: 1, Model: "small"},
			{Field: "circuit_id", Value: "LX/77-1201", Evidence: "line LX/77-1201", Part: -1, Model: "small"},
		}
		ok(t, s.EndProposal(ctx, run))
		got := must(s.Proposal(ctx, models.ScopeAll, ids[0]))
		run.Proposals[0].Evidence = "5 March 02:00 CET\uFFFD"
		if diff := cmp.Diff(run, got, cmpopts.IgnoreFields(models.ProposalRun{}, "Answered")); diff != "" || got.Answered.IsZero() || got.By != "eva" {
			t.Errorf("%+v: %s", got, diff)
		}
		if got := must(s.Proposal(ctx, models.Scope{Providers: []string{"zayo"}}, ids[0])); got.Asked() {
			t.Errorf("a narrow scope sees %+v", got)
		}
		if all, _, err := s.AuditLog(ctx, models.ScopeAll, models.Page{Limit: 1}); err != nil || all[0].Action != "propose" || all[0].Ref != ids[0] || all[0].Author != "eva" || all[0].Reason != "shown to the model small" {
			t.Errorf("audit %+v, %v", all, err)
		}

		// One that fails afterwards does not hide the answer.
		again := must(s.BeginProposal(ctx, eva, ask))
		again.Error = "no answer"
		ok(t, s.EndProposal(ctx, again))
		if got := must(s.Proposal(ctx, models.ScopeAll, ids[0])); got.ID != run.ID {
			t.Errorf("shown: %+v", got)
		}
		ask.RawID = ids[1]
		must(s.BeginProposal(ctx, eva, ask))
		if got := must(s.Proposal(ctx, models.ScopeAll, ids[1])); !got.Asked() || !got.Answered.IsZero() {
			t.Errorf("unanswered: %+v", got)
		}
		if got := must(s.Unproposed(ctx, since, 10)); len(got) != 0 {
			t.Errorf("unproposed still: %v", got)
		}

		var input *models.InputError
		if _, err := s.BeginProposal(ctx, eva, ask); !errors.As(err, &input) || input.Field != "propose.per_day" {
			t.Errorf("a fourth question: %v", err)
		}
		ask.Limit, ask.RawID = 100, ids[2]
		if _, err := s.BeginProposal(ctx, eva, ask); !errors.As(err, &input) || input.Field != "mail" {
			t.Errorf("mail that waits to be read: %v", err)
		}
		for _, id := range []string{"x", "019a0000-0000-7000-8000-000000000001"} {
			ask.RawID = id
			if _, err := s.BeginProposal(ctx, eva, ask); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("mail %s: %v", id, err)
			}
		}
		narrow := eva
		narrow.Scope = models.Scope{Providers: []string{"zayo"}}
		ask.RawID = ids[0]
		if _, err := s.BeginProposal(ctx, narrow, ask); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a narrow scope asks: %v", err)
		}

		// What was proposed quotes the mail, and goes with its bytes.
		must(s.Retain(ctx, models.RetentionPlan{RawBefore: day.AddDate(0, 1, 0)}))
		if n := count(t, s, "SELECT count(*) FROM proposals"); n != 0 {
			t.Errorf("%d questions are left of removed mail", n)
		}
		ok(t, s.EndProposal(ctx, run))
		if _, err := s.BeginProposal(ctx, eva, ask); !errors.As(err, &input) {
			t.Errorf("removed mail: %v", err)
		}
	})
}
