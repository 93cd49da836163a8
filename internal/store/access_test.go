package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store/storetest"
	"lineman/models"
)

// root is who writes.
var root = models.Principal{Name: "root", Role: models.RoleAdmin, Scope: models.ScopeAll}

func TestTokens(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		token := models.Token{Name: "ci", Hash: "h1", Role: models.RoleViewer, Scope: models.Scope{Sites: []string{"Paris"}}}
		ok(t, s.CreateToken(ctx, root, token))
		var input *models.InputError
		if err := s.CreateToken(ctx, root, models.Token{Name: "ci", Hash: "h2"}); !errors.As(err, &input) || input.Field != "name" {
			t.Errorf("a name in use: %v", err)
		}
		if err := s.CreateToken(ctx, root, models.Token{Hash: "h3"}); !errors.As(err, &input) {
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
		ok(t, s.RevokeToken(ctx, root, "ci"))
		for name, err := range map[string]error{
			"revoked": second(s.TokenByHash(ctx, "h1")), "unknown": second(s.TokenByHash(ctx, "none")), "again": s.RevokeToken(ctx, root, "ci"),
		} {
			if !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		ok(t, s.CreateToken(ctx, root, models.Token{Name: "ci", Hash: "h4", Role: models.RoleAdmin, Scope: models.ScopeAll}))
		all := must(s.Tokens(ctx))
		if len(all) != 2 || all[0].RevokedAt.IsZero() || !all[1].Scope.All || !all[1].LastUsed.IsZero() {
			t.Errorf("%+v", all)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestExpiringToken: a token opens nothing from the instant on at which it
// expires, and its name is free once it was revoked.
func TestExpiringToken(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		end := day.Add(time.Hour)
		ok(t, s.CreateToken(ctx, root, models.Token{Name: "feed", Hash: "h1", Role: models.RoleCalendar, Scope: models.ScopeAll, ExpiresAt: end}))
		now = end.Add(-time.Microsecond)
		if got := must(s.TokenByHash(ctx, "h1")); !got.ExpiresAt.Equal(end) || got.Role != models.RoleCalendar {
			t.Errorf("%+v", got)
		}
		for _, now = range []time.Time{end, end.AddDate(1, 0, 0)} {
			if _, err := s.TokenByHash(ctx, "h1"); !errors.Is(err, models.ErrNotFound) {
				t.Errorf("at %s: %v", now, err)
			}
		}
		if err := s.CreateToken(ctx, root, models.Token{Name: "feed", Hash: "h2"}); err == nil {
			t.Error("two tokens of one name")
		}
		ok(t, s.RevokeToken(ctx, root, "feed"))
		ok(t, s.CreateToken(ctx, root, models.Token{Name: "feed", Hash: "h2", ExpiresAt: now.Add(time.Hour)}))
	})
}
