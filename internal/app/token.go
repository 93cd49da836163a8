package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"lineman/models"
)

// NewToken is what a token is made of.
type NewToken struct {
	Name    string
	Role    models.Role
	Expires time.Duration // from now; 0: never
	Scope   models.Scope  // Circuits are CIDs, or PROVIDER:CID; nothing in it: everything
}

// CreateToken makes an API token and gives its secret, which is kept nowhere.
// An InputError names the flag that is off.
func (a *App) CreateToken(ctx context.Context, n NewToken) (string, error) {
	if n.Name == "" {
		return "", models.Invalid("--name", "a token needs a name, so that it can be revoked")
	}
	if !slices.Contains(models.TokenRoles, n.Role) {
		return "", models.Invalid("--role", "%q is no role; it is one of %v", n.Role, models.TokenRoles)
	}
	if n.Expires < 0 {
		return "", models.Invalid("--expires", "%s has passed already; give a time from now, such as 90d", n.Expires)
	}
	scope, err := a.tokenScope(ctx, n.Scope)
	if err != nil {
		return "", err
	}
	secret, hash, err := models.NewToken(rand.Reader)
	if err != nil {
		return "", err
	}
	now := a.Now().UTC()
	token := models.Token{ID: uuid.NewString(), Name: n.Name, Hash: hash, Role: n.Role, Scope: scope, CreatedAt: now}
	if n.Expires > 0 {
		token.ExpiresAt = now.Add(n.Expires)
	}
	if err := a.store.CreateToken(ctx, token); err != nil {
		return "", fmt.Errorf("create the token: %w", err)
	}
	return secret, nil
}

// Tokens lists the API tokens.
func (a *App) Tokens(ctx context.Context) ([]models.Token, error) { return a.store.Tokens(ctx) }

// RevokeToken ends the validity of a token; an InputError when none of this
// name is valid.
func (a *App) RevokeToken(ctx context.Context, name string) error {
	err := a.store.RevokeToken(ctx, name)
	if errors.Is(err, models.ErrNotFound) {
		return models.Invalid("token revoke", "no valid token is called %q; `lineman token list` shows them all", name)
	}
	return err
}

// tokenScope checks what a token is narrowed to: a name that nothing has would
// make a token that sees nothing, without a word. Tenants and tags may come
// later than the token.
func (a *App) tokenScope(ctx context.Context, asked models.Scope) (models.Scope, error) {
	empty := len(asked.Tenants)+len(asked.Sites)+len(asked.Providers)+len(asked.Tags)+len(asked.Circuits) == 0
	if empty {
		return models.ScopeAll, nil
	}
	scope := models.Scope{Tenants: asked.Tenants, Sites: asked.Sites, Tags: asked.Tags}
	for flag, values := range map[string][]string{"--tenant": asked.Tenants, "--site": asked.Sites, "--tag": asked.Tags, "--provider": asked.Providers, "--circuit": asked.Circuits} {
		if slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) == "" }) {
			return models.Scope{}, models.Invalid(flag, "it is empty; leave it out, or give it a value")
		}
	}
	if err := a.knownSites(ctx, asked.Sites); err != nil {
		return models.Scope{}, err
	}
	providers, err := a.store.Providers(ctx)
	if err != nil {
		return models.Scope{}, err
	}
	for _, slug := range asked.Providers {
		slug = strings.ToLower(slug)
		if !slices.ContainsFunc(providers, func(p models.Provider) bool { return p.Slug == slug }) {
			return models.Scope{}, models.Invalid("--provider", "no provider has the slug %q; `lineman providers export` lists them", slug)
		}
		scope.Providers = append(scope.Providers, slug)
	}
	for _, cid := range asked.Circuits {
		id, err := a.circuitNamed(ctx, cid)
		if err != nil {
			return models.Scope{}, err
		}
		scope.Circuits = append(scope.Circuits, id)
	}
	return scope, nil
}

func (a *App) knownSites(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	sites, err := a.store.ExportSites(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.ContainsFunc(sites, func(s models.SiteRow) bool { return s.Name == name }) {
			return models.Invalid("--site", "no site is called %q; `lineman sites export` lists them", name)
		}
	}
	return nil
}

// circuitNamed gives the ID of the one circuit that a CID or PROVIDER:CID
// means.
func (a *App) circuitNamed(ctx context.Context, text string) (string, error) {
	list, _, err := a.store.Circuits(ctx, models.ScopeAll, models.CircuitFilter{CID: text})
	if err != nil {
		return "", err
	}
	if slug, cid, is := strings.Cut(text, ":"); len(list) == 0 && is && slug != "" && cid != "" {
		list, _, err = a.store.Circuits(ctx, models.ScopeAll, models.CircuitFilter{CID: cid, Providers: []string{slug}})
		if err != nil {
			return "", err
		}
	}
	switch len(list) {
	case 0:
		return "", models.Invalid("--circuit", "no circuit is called %q; `lineman circuits export` lists them", text)
	case 1:
		return list[0].ID, nil
	}
	return "", models.Invalid("--circuit", "%d providers have a circuit %q; name one as PROVIDER:CID, for example %s:%s", len(list), text, list[0].Provider.Slug, text)
}
