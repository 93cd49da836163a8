package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestSourceTokens(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.Open(t, url, fixed)
		if err := second(s.SourceToken(ctx, "noc")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("none yet: %v", err)
		}
		first, next, consented := []byte{1, 0, 255}, []byte("next"), []byte("consented")
		ok(t, s.SetSourceToken(ctx, "noc", first))
		ok(t, s.SetSourceToken(ctx, "other", first))
		ok(t, s.RenewSourceToken(ctx, "noc", first, next))
		if got := must(s.SourceToken(ctx, "noc")); !cmp.Equal(got, next) {
			t.Errorf("renewed: %q", got)
		}
		ok(t, s.SetSourceToken(ctx, "noc", consented))
		ok(t, s.RenewSourceToken(ctx, "noc", next, first))
		ok(t, s.DropSourceToken(ctx, "noc", next))
		if got := must(s.SourceToken(ctx, "noc")); !cmp.Equal(got, consented) {
			t.Errorf("a token that came meanwhile was replaced by %q", got)
		}
		ok(t, s.DropSourceToken(ctx, "noc", consented))
		if err := second(s.SourceToken(ctx, "noc")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("dropped: %v", err)
		}
		if got := must(s.SourceToken(ctx, "other")); !cmp.Equal(got, first) {
			t.Errorf("another source's token: %q", got)
		}
	})
}

func TestConsents(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		ask := func(state string) models.Consent {
			c := models.Consent{State: state, Source: "noc", Sealed: []byte("sealed " + state), Expires: now.Add(10 * time.Minute)}
			ok(t, s.AskConsent(ctx, c))
			return c
		}
		c := ask("a")
		if got := must(s.ConsentAnswer(ctx, "a")); got != models.ConsentPending {
			t.Errorf("answer %q before anybody came", got)
		}
		if got := must(s.TakeConsent(ctx, "a")); !cmp.Equal(got, c) {
			t.Errorf("taken: %+v, want %+v", got, c)
		}
		for _, state := range []string{"a", "unknown"} {
			if err := second(s.TakeConsent(ctx, state)); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("taking %q: %v, want ErrNotFound", state, err)
			}
		}
		ok(t, s.AnswerConsent(ctx, "a", models.ConsentGiven))
		if got := must(s.ConsentAnswer(ctx, "a")); got != models.ConsentGiven {
			t.Errorf("answer %q", got)
		}

		ask("late")
		now = now.Add(10 * time.Minute)
		if err := second(s.TakeConsent(ctx, "late")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("taken after it lapsed: %v", err)
		}
		now = now.Add(25 * time.Hour)
		ask("b")
		if err := second(s.ConsentAnswer(ctx, "a")); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("a day later: %v", err)
		}
	})
}
