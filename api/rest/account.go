package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"lineman/internal/access"
	"lineman/models"
)

// Accounts makes and changes users and tokens.
type Accounts interface {
	Users(ctx context.Context) ([]models.User, error)
	User(ctx context.Context, name string) (models.User, error)
	CreateUser(ctx context.Context, by models.Principal, n access.NewUser) (models.User, error)
	ChangeUser(ctx context.Context, by models.Principal, name string, c access.UserChange) (models.User, error)
	DeleteUser(ctx context.Context, by models.Principal, name string, expected int64) error
	// Tokens are those that by may know of.
	Tokens(ctx context.Context, by models.Principal) ([]models.Token, error)
	CreateToken(ctx context.Context, by models.Principal, n access.NewToken) (secret string, t models.Token, err error)
	RevokeToken(ctx context.Context, by models.Principal, idOrName string) error
}

func (s *server) registerAccounts() {
	get(s, "/api/v1/me", "me", "Who asks, and what they may do and see", s.me)
	if s.o.Accounts == nil {
		return
	}
	get(s, "/api/v1/tokens", "list-tokens", "Tokens, without their secrets: an admin's all, a user's own", s.listTokens)
	register(s, operation{
		method: http.MethodPost, path: "/api/v1/tokens", id: "create-token", summary: "Make a token; its secret is shown this once",
		status: http.StatusCreated, body: bodySchema[TokenWrite](s, true, false),
	}, s.createToken)
	register(s, operation{
		method: http.MethodDelete, path: "/api/v1/tokens/{id}", id: "revoke-token", summary: "Revoke a token, by id or name", status: http.StatusNoContent,
	}, s.revokeToken)
	get(s, "/api/v1/users", "list-users", "Users", s.listUsers)
	get(s, "/api/v1/users/{name}", "get-user", "One user by name", s.getUser)
	register(s, operation{
		method: http.MethodPost, path: "/api/v1/users", id: "create-user", summary: "Make a user", status: http.StatusCreated,
		body: bodySchema[UserWrite](s, true, false),
	}, s.createUser)
	register(s, operation{
		method: http.MethodPatch, path: "/api/v1/users/{name}", id: "change-user", summary: "Change a user", body: bodySchema[UserChangeWrite](s, true, false), tag: true,
	}, s.changeUser)
	register(s, operation{
		method: http.MethodDelete, path: "/api/v1/users/{name}", id: "delete-user", summary: "Delete a user and revoke the user's tokens", status: http.StatusNoContent, tag: true,
	}, s.deleteUser)
}

// ScopeJSON is what somebody sees; exported as Paging is.
type ScopeJSON struct {
	All       bool     `json:"all,omitempty" doc:"Everything; without the rest"`
	Tenants   []string `json:"tenants,omitempty" nullable:"false"`
	Sites     []string `json:"sites,omitempty" nullable:"false" doc:"Names"`
	Providers []string `json:"providers,omitempty" nullable:"false" doc:"Slugs"`
	Tags      []string `json:"tags,omitempty" nullable:"false"`
	Circuits  []string `json:"circuits,omitempty" nullable:"false" doc:"Ids; CID or PROVIDER:CID is taken as well"`
}

// scopeOf reads a scope; none is everything, but an empty one is a mistake.
func scopeOf(j *ScopeJSON) (models.Scope, error) {
	if j == nil {
		return models.ScopeAll, nil
	}
	s := models.Scope(*j)
	rest := s
	rest.All = false
	if s.All == !rest.Empty() {
		return s, badField("scope", `write {"all": true}, or name tenants, sites, providers, tags or circuits`)
	}
	return s, nil
}

type meJSON struct {
	Name    string     `json:"name" doc:"In whose name is written"`
	User    string     `json:"user" doc:"Empty: a token that is nobody's"`
	Role    string     `json:"role"`
	Scope   ScopeJSON  `json:"scope"`
	TokenID string     `json:"token_id" doc:"Empty: no token was shown"`
	Expires *time.Time `json:"expires"`
}

func (s *server) me(ctx context.Context, _ *struct{}) (*answer[meJSON], error) {
	who := whoAsks(ctx)
	return &answer[meJSON]{meJSON{
		Name: who.Name, User: who.User, Role: string(who.Role), Scope: ScopeJSON(who.Scope), TokenID: who.TokenID, Expires: instant(who.ExpiresAt),
	}}, nil
}

type tokenJSON struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	User     string     `json:"user" doc:"Whose it is; empty: nobody's"`
	Role     string     `json:"role"`
	Scope    ScopeJSON  `json:"scope" doc:"Of a user's, within what the user sees"`
	Created  *time.Time `json:"created"`
	LastUsed *time.Time `json:"last_used" doc:"By the minute"`
	Expires  *time.Time `json:"expires"`
	Revoked  *time.Time `json:"revoked"`
}

func tokenOf(t models.Token) tokenJSON {
	return tokenJSON{
		ID: t.ID, Name: t.Name, User: t.User, Role: string(t.Role), Scope: ScopeJSON(t.Scope), Created: instant(t.CreatedAt),
		LastUsed: instant(t.LastUsed), Expires: instant(t.ExpiresAt), Revoked: instant(t.RevokedAt),
	}
}

func (s *server) listTokens(ctx context.Context, in *struct{ Paging }) (*answer[List[tokenJSON]], error) {
	all, err := s.o.Accounts.Tokens(ctx, whoAsks(ctx).Principal)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return newList(ctx, slice(all, in.page()), len(all), in.page(), tokenOf), nil
}

// TokenWrite is what a token is made of; exported as Paging is.
type TokenWrite struct {
	Name    string     `json:"name" maxLength:"200" doc:"What it is for; a user's is named USER/NAME"`
	User    *string    `json:"user,omitempty" maxLength:"64" doc:"Whose it is; who is no admin makes their own alone"`
	Role    string     `json:"role" maxLength:"20" doc:"calendar, viewer, operator or admin"`
	Scope   *ScopeJSON `json:"scope,omitempty" doc:"Left out: everything, of a user all that the user sees"`
	Expires *string    `json:"expires,omitempty" maxLength:"40" doc:"Time from which it opens nothing; left out: never"`
}

type newTokenJSON struct {
	tokenJSON
	Secret string `json:"secret" doc:"Kept nowhere and shown this once"`
}

type secretAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Body         newTokenJSON
}

func (s *server) createToken(ctx context.Context, in *RawInput) (*secretAnswer, error) {
	w, err := decode[TokenWrite](s, *in)
	if err != nil {
		return nil, err
	}
	n := access.NewToken{Name: w.Name, User: textOf(w.User), Role: models.Role(w.Role)}
	if n.Scope, err = scopeOf(w.Scope); err != nil {
		return nil, err
	}
	if n.ExpiresAt, err = instantOf("expires", textOf(w.Expires)); err != nil {
		return nil, err
	}
	secret, t, err := s.o.Accounts.CreateToken(ctx, whoAsks(ctx).Principal, n)
	if errors.Is(err, models.ErrDenied) {
		return nil, huma.Error403Forbidden("A token makes no tokens, unless it is that of an admin who sees everything; users make their own with their password (HTTP Basic).")
	}
	if err != nil {
		return nil, placed(err)
	}
	return &secretAnswer{"no-store", newTokenJSON{tokenOf(t), secret}}, nil
}

func (s *server) revokeToken(ctx context.Context, in *idPath) (*nothing, error) {
	return nil, s.o.Accounts.RevokeToken(ctx, whoAsks(ctx).Principal, in.ID)
}

// placed names the place in the body of what a scope is made of.
func placed(err error) error {
	var input *models.InputError
	if !errors.As(err, &input) {
		return err
	}
	if place := map[string]string{
		"tenant": "scope.tenants", "site": "scope.sites", "provider": "scope.providers", "tag": "scope.tags", "circuit": "scope.circuits",
	}[input.Field]; place != "" {
		return models.Invalid(place, "%s", input.Reason)
	}
	return err
}
