package rest

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"lineman/api/edge"
	"lineman/models"
)

// ErrUnauthorized is returned (wrapped) for a secret that opens nothing.
var ErrUnauthorized = errors.New("not authorized")

// Authenticator tells who holds a secret.
type Authenticator interface {
	// Authenticate returns ErrUnauthorized for an unknown or revoked secret;
	// any other error means that it could not be found out.
	Authenticate(ctx context.Context, secret string) (models.Principal, error)
}

// TokenReader finds a token by its hash; ErrNotFound when it is unknown or
// revoked.
type TokenReader interface {
	TokenByHash(ctx context.Context, hash string) (models.Token, error)
}

// Tokens authenticates API tokens. It keeps nothing, so that a revoked token
// opens nothing from then on.
type Tokens struct{ Reader TokenReader }

// maxSecret bounds a secret in bytes; real tokens have 46.
const maxSecret = 256

// Authenticate looks the secret's hash up; the secret itself is never
// compared, so the time this takes tells nothing about it.
func (t Tokens) Authenticate(ctx context.Context, secret string) (models.Principal, error) {
	if secret == "" || len(secret) > maxSecret {
		return models.Principal{}, ErrUnauthorized
	}
	hash := models.HashToken(secret)
	token, err := t.Reader.TokenByHash(ctx, hash)
	if errors.Is(err, models.ErrNotFound) {
		return models.Principal{}, ErrUnauthorized
	}
	if err != nil {
		return models.Principal{}, fmt.Errorf("look a token up: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Hash), []byte(hash)) != 1 || !token.RevokedAt.IsZero() {
		return models.Principal{}, ErrUnauthorized
	}
	return models.Principal{Name: token.Name, Role: token.Role, Scope: token.Scope}, nil
}

// GuardOptions say who is let in.
type GuardOptions struct {
	Auth   Authenticator
	Open   bool        // everybody is admin
	Role   models.Role // least role; empty: viewer
	Whole  bool        // only for those who see everything: what is behind knows no scopes
	Logger *slog.Logger
}

type principalKey struct{}

// PrincipalOf is who asks, as Guard found out.
func PrincipalOf(ctx context.Context) (models.Principal, bool) {
	p, ok := ctx.Value(principalKey{}).(models.Principal)
	return p, ok
}

// Guard lets in whoever shows a token with the role that is needed, and
// answers 401 or 403 to everybody else.
func Guard(o GuardOptions, next http.Handler) http.Handler {
	need := o.Role
	if need == "" {
		need = models.RoleViewer
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := models.Principal{Name: "open", Role: models.RoleAdmin, Scope: models.ScopeAll}
		if !o.Open {
			var err error
			who, err = o.Auth.Authenticate(r.Context(), secretOf(r))
			if errors.Is(err, ErrUnauthorized) {
				w.Header().Set("WWW-Authenticate", `Bearer realm="lineman"`)
				edge.Problem(w, http.StatusUnauthorized, "This needs a token: send Authorization: Token … or Bearer … with one from lineman token create.")
				return
			}
			if err != nil {
				o.Logger.Error("authentication failed", "error", err)
				edge.Problem(w, http.StatusServiceUnavailable, "Tokens cannot be checked at the moment; try again.")
				return
			}
		}
		if !who.Role.Allows(need) {
			edge.Problem(w, http.StatusForbidden, fmt.Sprintf("This needs the role %s.", need))
			return
		}
		if o.Whole && !who.Scope.All {
			edge.Problem(w, http.StatusForbidden, "This is only for those who may see everything; the token's scope is narrower.")
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), principalKey{}, who)))
	})
}

// secretOf is the secret of "Authorization: Token …" or "Bearer …"; empty
// without exactly one such header.
func secretOf(r *http.Request) string {
	headers := r.Header.Values("Authorization")
	if len(headers) != 1 {
		return ""
	}
	scheme, secret, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Token") && !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}
