package models_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"lineman/models"
)

// touches reports whether a scope shows a record with these properties, as
// Scope says: a union.
func touches(s, record models.Scope) bool {
	any := func(a, b []string) bool {
		return slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
	}
	return s.All || any(s.Tenants, record.Tenants) || any(s.Sites, record.Sites) || any(s.Providers, record.Providers) ||
		any(s.Tags, record.Tags) || any(s.Circuits, record.Circuits)
}

// TestBothShowsNoMoreThanEither draws scopes and records at random.
func TestBothShowsNoMoreThanEither(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func() (list []string) {
		for _, v := range []string{"a", "b", "c"} {
			if random.IntN(3) == 0 {
				list = append(list, v)
			}
		}
		return list
	}
	scope := func() models.Scope {
		if random.IntN(6) == 0 {
			return models.ScopeAll
		}
		return models.Scope{Tenants: draw(), Sites: draw(), Providers: draw(), Tags: draw(), Circuits: draw()}
	}
	seen := 0
	for range 20000 {
		a, b, record := scope(), scope(), models.Scope{Tenants: draw(), Sites: draw(), Tags: draw()}
		both := a.Both(b)
		if touches(both, record) {
			seen++
			if !touches(a, record) || !touches(b, record) {
				t.Fatalf("%+v and %+v show %+v together", a, b, record)
			}
		}
		if part, _ := a.Beyond(b); part == "" && !a.All && touches(a, record) && !touches(both, record) {
			t.Fatalf("%+v is within %+v, but does not show %+v", a, b, record)
		}
	}
	if seen < 1000 {
		t.Errorf("only %d records were seen", seen)
	}
}

func TestUnder(t *testing.T) {
	for _, user := range models.Roles {
		for _, token := range models.TokenRoles {
			got := models.Token{Role: token}.Under(models.User{Name: "eva", Role: user}).Role
			if !user.Allows(got) || !token.Allows(got) {
				t.Errorf("a token %s of a user %s is %s", token, user, got)
			}
		}
	}
	for token, user := range map[models.Role]models.Role{"king": models.RoleAdmin, models.RoleAdmin: "king"} {
		if got := (models.Token{Role: token}).Under(models.User{Role: user}).Role; got.Allows(models.RoleCalendar) {
			t.Errorf("a token %s of a user %s: %s", token, user, got)
		}
	}
}
