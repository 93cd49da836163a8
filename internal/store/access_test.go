package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestTokens(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		token := models.Token{Name: "ci", Hash: "h1", Role: models.RoleViewer, Scope: models.Scope{Sites: []string{"Paris"}}}
		ok(t, s.CreateToken(ctx, token))
		var input *models.InputError
		if err := s.CreateToken(ctx, models.Token{Name: "ci", Hash: "h2"}); !errors.As(err, &input) || input.Field != "name" {
			t.Errorf("a name in use: %v", err)
		}
		if err := s.CreateToken(ctx, models.Token{Hash: "h3"}); !errors.As(err, &input) {
			t.Errorf("no name: %v", err)
		}
		got := must(s.TokenByHash(ctx, "h1"))
		if got.Name != "ci" || got.Role != models.RoleViewer || !cmp.Equal(got.Scope, token.Scope) || !got.LastUsed.Equal(now) {
			t.Errorf("%+v", got)
		}
		now = now.Add(59 * time.Second)
		if got = must(s.TokenByHash(ctx, "h1")); !got.LastUsed.Equal(day) {
			t.Errorf("touched within a minute: %v", got.LastUsed)
		}
		now = now.Add(time.Second)
		if got = must(s.TokenByHash(ctx, "h1")); !got.LastUsed.Equal(now) {
			t.Errorf("not touched: %v", got.LastUsed)
		}
		ok(t, s.RevokeToken(ctx, "ci"))
		for name, err := range map[string]error{
			"revoked": second(s.TokenByHash(ctx, "h1")), "unknown": second(s.TokenByHash(ctx, "none")), "again": s.RevokeToken(ctx, "ci"),
		} {
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		ok(t, s.CreateToken(ctx, models.Token{Name: "ci", Hash: "h4", Role: models.RoleAdmin, Scope: models.ScopeAll}))
		all := must(s.Tokens(ctx))
		if len(all) != 2 || all[0].RevokedAt.IsZero() || !all[1].Scope.All || !all[1].LastUsed.IsZero() {
			t.Errorf("%+v", all)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestUsers(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.Open(t, url, fixed)
		if _, err := s.User(ctx, "eva"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("error %v", err)
		}
		ok(t, s.PutUser(ctx, models.User{Name: "eva", Role: models.RoleViewer, Scope: models.ScopeAll}))
		first := must(s.User(ctx, "eva"))
		ok(t, s.PutUser(ctx, models.User{Name: "eva", Role: models.RoleAdmin, Disabled: true}))
		got := must(s.User(ctx, "eva"))
		if got.ID != first.ID || got.Role != models.RoleAdmin || !got.Disabled || got.Scope.All || !got.CreatedAt.Equal(day) {
			t.Errorf("%+v", got)
		}
		if err := s.PutUser(ctx, models.User{}); err == nil {
			t.Error("a user without a name")
		}
		if all := must(s.Users(ctx)); len(all) != 1 {
			t.Errorf("%+v", all)
		}
	})
}

// TestExpiringToken: a token opens nothing from the instant on at which it
// expires, and its name is free once it was revoked.
func TestExpiringToken(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		end := day.Add(time.Hour)
		ok(t, s.CreateToken(ctx, models.Token{Name: "feed", Hash: "h1", Role: models.RoleCalendar, Scope: models.ScopeAll, ExpiresAt: end}))
		now = end.Add(-time.Microsecond)
		if got := must(s.TokenByHash(ctx, "h1")); !got.ExpiresAt.Equal(end) || got.Role != models.RoleCalendar {
			t.Errorf("%+v", got)
		}
		for _, now = range []time.Time{end, end.AddDate(1, 0, 0)} {
			if _, err := s.TokenByHash(ctx, "h1"); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("at %s: %v", now, err)
			}
		}
		if err := s.CreateToken(ctx, models.Token{Name: "feed", Hash: "h2"}); err == nil {
			t.Error("two tokens of one name")
		}
		ok(t, s.RevokeToken(ctx, "feed"))
		ok(t, s.CreateToken(ctx, models.Token{Name: "feed", Hash: "h2", ExpiresAt: now.Add(time.Hour)}))
	})
}
