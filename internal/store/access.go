package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// A token's last use, and a user's last sight, is written at most this often.
const touchEvery = time.Minute

// CreateToken keeps a token by its hash. An InputError when the name is that
// of a token that is not revoked, expired ones too, or that of a user; or when
// its user is not there. The write is in the audit log.
func (s *Store) CreateToken(ctx context.Context, by models.Principal, t models.Token) error {
	if t.ID == "" {
		t.ID = newID()
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = s.clock()
	}
	row := newTokenRow(t)
	if row.Name == "" {
		return models.Invalid("name", "a token needs a name; give it one that says who uses it")
	}
	err := s.write(ctx, "create a token", func(w *work) error {
		if err := w.ownerOf(row); err != nil {
			return err
		}
		if err := w.Create(&row).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "create", "token", row.ID, row.Name, "", digest(row.model()), grants(t.Role, t.Scope))})
	})
	if isUnique(err) {
		return models.Invalid("name", "a token named %q is in use; choose another name or revoke it first", row.Name)
	}
	return err
}

// ownerOf checks that a token's user is there, and that a token of nobody does
// not write in the name of a user.
func (w *work) ownerOf(row tokenRow) error {
	if row.UserID != "" {
		err := locked(w.s, w.DB).Where("id = ?", string(row.UserID)).Take(&userRow{}).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return models.Invalid("user", "there is no such user any more")
		}
		return err
	}
	var n int64
	if err := w.Model(&userRow{}).Where("name = ?", userKey(row.Name)).Count(&n).Error; err != nil {
		return err
	}
	if n > 0 {
		return models.Invalid("name", "%q is the name of a user; choose another name, or make it a token of that user", row.Name)
	}
	return nil
}

// Tokens lists all tokens by name, revoked ones too.
func (s *Store) Tokens(ctx context.Context) (tokens []models.Token, err error) {
	err = s.read(ctx, "read tokens", func(tx *gorm.DB) error {
		var rows []tokenRow
		if err := tx.Order("name, created_at, id").Find(&rows).Error; err != nil {
			return err
		}
		var users []userRow
		if err := tx.Find(&users).Error; err != nil {
			return err
		}
		names := map[string]string{}
		for _, u := range users {
			names[u.ID] = u.Name
		}
		tokens = each(rows, func(r tokenRow) models.Token {
			t := r.model()
			t.User = names[t.UserID]
			return t
		})
		return nil
	})
	return tokens, err
}

// RevokeToken ends a token for good, by id or name. models.ErrNotFound when
// there is none that is not revoked. The write is in the audit log.
func (s *Store) RevokeToken(ctx context.Context, by models.Principal, idOrName string) error {
	return s.write(ctx, "revoke a token", func(w *work) error {
		query := locked(s, w.DB).Where("revoked_at IS NULL AND name = ?", tidy(idOrName))
		if isID(idOrName) {
			query = locked(s, w.DB).Where("revoked_at IS NULL AND id = ?", idOrName)
		}
		var row tokenRow
		if err := query.Take(&row).Error; err != nil {
			return found(err, "token %q", idOrName)
		}
		return w.revoke(by, []tokenRow{row}, "")
	})
}

// revoke ends tokens.
func (w *work) revoke(by models.Principal, rows []tokenRow, reason string) error {
	now := at(w.s.clock())
	var entries []models.Audit
	for _, row := range rows {
		before := digest(row.model())
		if err := w.Model(&tokenRow{}).Where("id = ?", row.ID).Update("revoked_at", now).Error; err != nil {
			return err
		}
		row.RevokedAt = now
		entries = append(entries, auditOf(w.s, by, "revoke", "token", row.ID, row.Name, before, digest(row.model()), reason))
	}
	return audit(w, entries)
}

// TokenByHash gives the valid token with this hash and marks it used. That of
// a user has no higher role and no wider scope than the user.
// models.ErrNotFound when there is none, it was revoked or has expired, or its
// user is disabled, has expired or was deleted.
func (s *Store) TokenByHash(ctx context.Context, hash string) (models.Token, error) {
	var row tokenRow
	var owner userRow
	err := s.peek(ctx, "read a token", func(tx *gorm.DB) (err error) {
		if row, err = first[tokenRow](tx.Where("hash = ? AND revoked_at IS NULL", hash)); err != nil || row.UserID == "" {
			return found(err, "token")
		}
		owner, err = first[userRow](tx.Where("id = ?", string(row.UserID)))
		return found(err, "user of a token")
	})
	if err != nil {
		return models.Token{}, err
	}
	now := s.clock()
	token := row.model()
	if row.UserID != "" {
		if !owner.model().Active(now) {
			return models.Token{}, found(gorm.ErrRecordNotFound, "token")
		}
		token = token.Under(owner.model())
	}
	if !token.Valid(now) {
		return models.Token{}, found(gorm.ErrRecordNotFound, "token")
	}
	if now.Sub(row.LastUsed.Time) < touchEvery {
		return token, nil
	}
	token.LastUsed = now
	err = s.write(ctx, "mark a token used", func(w *work) error {
		if err := w.Model(&tokenRow{}).Where("id = ?", row.ID).Update("last_used", at(now)).Error; err != nil || row.UserID == "" {
			return err
		}
		return w.Model(&userRow{}).Where("id = ?", owner.ID).Update("last_seen", at(now)).Error
	})
	return token, err
}

// grants is what a role and a scope let somebody do, for the audit log.
func grants(role models.Role, scope models.Scope) string {
	if scope.All {
		return fmt.Sprintf("role %s; sees everything", role)
	}
	var parts []string
	for _, p := range []struct {
		part   string
		values []string
	}{{"tenant", scope.Tenants}, {"site", scope.Sites}, {"provider", scope.Providers}, {"tag", scope.Tags}, {"circuit", scope.Circuits}} {
		for _, v := range p.values {
			parts = append(parts, p.part+" "+v)
		}
	}
	return fmt.Sprintf("role %s; sees %s", role, strings.Join(parts, ", "))
}
