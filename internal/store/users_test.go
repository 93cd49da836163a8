package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lineman/internal/store"
	"lineman/internal/store/storetest"
	"lineman/models"
)

func TestUsers(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		if _, err := s.User(ctx, "eva"); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("error %v", err)
		}
		paris := models.Scope{Sites: []string{"Paris"}}
		made := must(s.CreateUser(ctx, root, models.User{Name: " Eva ", Role: models.RoleViewer, Scope: paris, Password: "h1"}))
		got := must(s.User(ctx, "EVA"))
		if diff := cmp.Diff(made, got); diff != "" || got.Name != "eva" || !got.CreatedAt.Equal(day) || !cmp.Equal(got.Scope, paris) || got.Password != "h1" {
			t.Errorf("%+v\n%s", got, diff)
		}
		var input *models.InputError
		for _, name := range []string{"", "eva", "EVA"} {
			if err := second(s.CreateUser(ctx, root, models.User{Name: name, Role: models.RoleViewer})); !errors.As(err, &input) || input.Field != "name" {
				t.Errorf("%q: %v", name, err)
			}
		}
		role, disabled, end := models.RoleOperator, true, day.Add(48*time.Hour)
		now = now.Add(time.Hour)
		got = must(s.ChangeUser(ctx, root, "eva", models.UserChange{Role: &role, Disabled: &disabled, ExpiresAt: &end}))
		if got.Role != role || !got.DisabledAt.Equal(now) || !got.ExpiresAt.Equal(end) || !cmp.Equal(got.Scope, paris) || got.Active(now) {
			t.Errorf("%+v", got)
		}
		before := must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{})))
		must(s.ChangeUser(ctx, root, "eva", models.UserChange{Role: &role, Disabled: &disabled, ExpiresAt: &end}))
		if after := must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{}))); len(after) != len(before) {
			t.Errorf("what changes nothing is in the log: %+v", after)
		}
		disabled = false
		if got = must(s.ChangeUser(ctx, root, "eva", models.UserChange{Disabled: &disabled})); !got.Active(now) || got.Active(end) {
			t.Errorf("%+v", got)
		}
		if err := second(s.ChangeUser(ctx, root, "nobody", models.UserChange{})); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		ok(t, s.UserSeen(ctx, made.ID, "other", "h9"))
		if got = must(s.User(ctx, "eva")); got.Password != "h1" || !got.LastSeen.Equal(now) {
			t.Errorf("a password that was set meanwhile is replaced, or not seen: %+v", got)
		}
		ok(t, s.UserSeen(ctx, made.ID, "h1", "h2"))
		if got = must(s.User(ctx, "eva")); got.Password != "h2" {
			t.Errorf("not renewed: %+v", got)
		}
		if text := fmt.Sprintf("%v %+v %#v", got, got, got); strings.Contains(text, "h2") {
			t.Errorf("the hash is printed: %s", text)
		}
		ok(t, s.DeleteUser(ctx, root, "Eva", 0))
		if err := s.DeleteUser(ctx, root, "eva", 0); !errors.Is(err, models.ErrNotFound) || len(must(s.Users(ctx))) != 0 {
			t.Errorf("deleted: %v", err)
		}
	})
}

// TestTokensOfUsers: a user's token never opens more than its user may, and
// nothing once the user may do nothing.
func TestTokensOfUsers(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		now := day
		s := storetest.Open(t, url, func() time.Time { return now })
		eva := must(s.CreateUser(ctx, root, models.User{Name: "eva", Role: models.RoleOperator, Scope: models.Scope{Sites: []string{"Paris", "Oslo"}}}))
		ok(t, s.CreateToken(ctx, root, models.Token{Name: "eva/ci", Hash: "h1", UserID: eva.ID, Role: models.RoleAdmin, Scope: models.ScopeAll}))
		ok(t, s.CreateToken(ctx, root, models.Token{Name: "eva/one", Hash: "h2", UserID: eva.ID, Role: models.RoleViewer, Scope: models.Scope{Sites: []string{"Oslo", "Rome"}, Tags: []string{"x"}}}))
		got := must(s.TokenByHash(ctx, "h1"))
		if got.Role != models.RoleOperator || !cmp.Equal(got.Scope, eva.Scope) || got.User != "eva" || got.Principal().Name != "eva" {
			t.Errorf("%+v", got)
		}
		if seen := must(s.User(ctx, "eva")).LastSeen; !seen.Equal(now) {
			t.Errorf("the user was seen at %v", seen)
		}
		if got = must(s.TokenByHash(ctx, "h2")); got.Role != models.RoleViewer || !cmp.Equal(got.Scope, models.Scope{Sites: []string{"Oslo"}}) {
			t.Errorf("%+v", got)
		}
		opens := func(why string, want bool) {
			t.Helper()
			if _, err := s.TokenByHash(ctx, "h1"); (err == nil) != want || err != nil && !errors.Is(err, models.ErrNotFound) {
				t.Errorf("%s: %v", why, err)
			}
		}
		yes, no, end, never := true, false, day.Add(time.Hour), time.Time{}
		must(s.ChangeUser(ctx, root, "eva", models.UserChange{Disabled: &yes}))
		opens("disabled", false)
		must(s.ChangeUser(ctx, root, "eva", models.UserChange{Disabled: &no, ExpiresAt: &end}))
		opens("enabled", true)
		now = end
		opens("expired", false)
		must(s.ChangeUser(ctx, root, "eva", models.UserChange{ExpiresAt: &never}))
		opens("without end", true)
		ok(t, s.DeleteUser(ctx, root, "eva", 0))
		opens("deleted", false)
		for _, token := range must(s.Tokens(ctx)) {
			if !token.RevokedAt.Equal(now) {
				t.Errorf("%s is not revoked", token.Name)
			}
		}
		var input *models.InputError
		err := s.CreateToken(ctx, root, models.Token{Name: "eva/late", Hash: "h3", UserID: eva.ID, Role: models.RoleViewer})
		if !errors.As(err, &input) || input.Field != "user" {
			t.Errorf("a token of a user who is gone: %v", err)
		}
	})
}

// TestNamesOfUsersAndTokens: nobody's token writes in a user's name.
func TestNamesOfUsersAndTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ok(t, s.CreateToken(ctx, root, models.Token{Name: "Grafana", Hash: "h1", Role: models.RoleViewer}))
		must(s.CreateUser(ctx, root, models.User{Name: "eva", Role: models.RoleViewer}))
		var input *models.InputError
		if err := second(s.CreateUser(ctx, root, models.User{Name: "grafana", Role: models.RoleViewer})); !errors.As(err, &input) {
			t.Errorf("a user like a token: %v", err)
		}
		if err := s.CreateToken(ctx, root, models.Token{Name: "Eva", Hash: "h2", Role: models.RoleViewer}); !errors.As(err, &input) {
			t.Errorf("a token like a user: %v", err)
		}
	})
}

// TestAccountsAreAudited: every write of users and tokens is in the log.
func TestAccountsAreAudited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		by := models.Principal{Name: "ada", Role: models.RoleAdmin, Scope: models.ScopeAll}
		eva := must(s.CreateUser(ctx, by, models.User{Name: "eva", Role: models.RoleViewer, Scope: models.ScopeAll}))
		ok(t, s.CreateToken(ctx, by, models.Token{Name: "eva/ci", Hash: "SECRET", UserID: eva.ID, Role: models.RoleViewer, Scope: models.Scope{Sites: []string{"Paris"}}}))
		ok(t, s.CreateToken(ctx, by, models.Token{Name: "feed", Hash: "h2", Role: models.RoleCalendar, Scope: models.ScopeAll}))
		ok(t, s.RevokeToken(ctx, by, "feed"))
		role, scope, yes, no, end := models.RoleAdmin, models.Scope{Tags: []string{"gold"}}, true, false, day
		hash := models.PasswordHash("SECRET")
		must(s.ChangeUser(ctx, by, "eva", models.UserChange{Role: &role, Scope: &scope}))
		must(s.ChangeUser(ctx, by, "eva", models.UserChange{Disabled: &yes, Password: &hash, ExpiresAt: &end}))
		must(s.ChangeUser(ctx, by, "eva", models.UserChange{Disabled: &no}))
		ok(t, s.DeleteUser(ctx, by, "eva", 0))
		got := map[string]bool{}
		for _, e := range must(first3(s.AuditLog(ctx, models.ScopeAll, models.Page{}))) {
			got[fmt.Sprintf("%s %s %s: %s", e.Action, e.Object, e.Name, e.Reason)] = true
			if e.Author != "ada" || e.Role != models.RoleAdmin || e.Ref == "" || e.Before == "" && e.Action != "create" || e.After == "" && e.Action != "delete" {
				t.Errorf("%+v", e)
			}
			if strings.Contains(fmt.Sprint(e), "SECRET") {
				t.Errorf("a secret is in the log: %+v", e)
			}
		}
		for _, want := range []string{
			"create user eva: role viewer; sees everything", "create token eva/ci: role viewer; sees site Paris", "create token feed: role calendar; sees everything",
			"revoke token feed: ", "change user eva: role admin; sees tag gold", "disable user eva: ", "enable user eva: ", "set password user eva: ",
			"change user eva: expires 2031-", "revoke token eva/ci: user eva deleted", "delete user eva: ",
		} {
			found := false
			for line := range got {
				found = found || strings.HasPrefix(line, want)
			}
			if !found {
				t.Errorf("the log does not say %q: %v", want, got)
			}
		}
	})
}

// first3 leaves out how many there are.
func first3[T any](rows []T, _ int, err error) ([]T, error) { return rows, err }
