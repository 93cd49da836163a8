package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"lineman/models"
)

// A token's last use is written at most this often.
const touchEvery = time.Minute

// CreateToken keeps a token by its hash. An InputError when the name is that
// of a token that is not revoked, expired ones too.
func (s *Store) CreateToken(ctx context.Context, t models.Token) error {
	if t.ID == "" {
		t.ID = newID()
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = s.clock()
	}
	row := tokenRow{
		ID: t.ID, Name: tidy(t.Name), Hash: t.Hash, Role: string(t.Role), Scope: document[storedScope]{storedScope(t.Scope)},
		CreatedAt: at(t.CreatedAt), LastUsed: at(t.LastUsed), ExpiresAt: at(t.ExpiresAt), RevokedAt: at(t.RevokedAt),
	}
	if row.Name == "" {
		return models.Invalid("name", "a token needs a name; give it one that says who uses it")
	}
	err := s.write(ctx, "create a token", func(w *work) error { return w.Create(&row).Error })
	if isUnique(err) {
		return models.Invalid("name", "a token named %q is in use; choose another name or revoke it first", row.Name)
	}
	return err
}

// Tokens lists all tokens by name, revoked ones too.
func (s *Store) Tokens(ctx context.Context) ([]models.Token, error) {
	var rows []tokenRow
	err := s.read(ctx, "read tokens", func(tx *gorm.DB) error { return tx.Order("name, created_at").Find(&rows).Error })
	return each(rows, tokenRow.model), err
}

// RevokeToken ends a token for good. models.ErrNotFound when no token of this
// name is there that is not revoked.
func (s *Store) RevokeToken(ctx context.Context, name string) error {
	return s.write(ctx, "revoke a token", func(w *work) error {
		done := w.Model(&tokenRow{}).Where("name = ? AND revoked_at IS NULL", tidy(name)).Update("revoked_at", at(s.clock()))
		if done.Error == nil && done.RowsAffected == 0 {
			return found(gorm.ErrRecordNotFound, "token %q", name)
		}
		return done.Error
	})
}

// TokenByHash gives the valid token with this hash and marks it used.
// models.ErrNotFound when there is none, or it was revoked or has expired.
func (s *Store) TokenByHash(ctx context.Context, hash string) (models.Token, error) {
	var row tokenRow
	err := s.read(ctx, "read a token", func(tx *gorm.DB) error {
		return found(tx.Where("hash = ? AND revoked_at IS NULL", hash).Take(&row).Error, "token")
	})
	if err != nil {
		return models.Token{}, err
	}
	now := s.clock()
	if !row.model().Valid(now) {
		return models.Token{}, found(gorm.ErrRecordNotFound, "token")
	}
	if now.Sub(row.LastUsed.Time) < touchEvery {
		return row.model(), nil
	}
	row.LastUsed = at(now)
	err = s.write(ctx, "mark a token used", func(w *work) error {
		return w.Model(&tokenRow{}).Where("id = ?", row.ID).Update("last_used", row.LastUsed).Error
	})
	return row.model(), err
}

// User gives a user by name; models.ErrNotFound when there is none.
func (s *Store) User(ctx context.Context, name string) (models.User, error) {
	var row userRow
	err := s.read(ctx, "read a user", func(tx *gorm.DB) error {
		return found(tx.Where("name = ?", tidy(name)).Take(&row).Error, "user %q", name)
	})
	return row.model(), err
}

// PutUser creates a user, or changes the role, scope and state of the one who
// has the name.
func (s *Store) PutUser(ctx context.Context, u models.User) error {
	row := userRow{
		ID: u.ID, Name: tidy(u.Name), Role: string(u.Role), Scope: document[storedScope]{storedScope(u.Scope)},
		CreatedAt: at(u.CreatedAt), Disabled: u.Disabled,
	}
	if row.Name == "" {
		return models.Invalid("name", "a user needs a name")
	}
	if row.ID == "" {
		row.ID = newID()
	}
	if row.CreatedAt.IsZero() {
		row.CreatedAt = at(s.clock())
	}
	return s.write(ctx, "keep a user", func(w *work) error {
		return w.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "name"}},
			DoUpdates: clause.AssignmentColumns([]string{"role", "scope", "disabled"}),
		}).Create(&row).Error
	})
}

// Users lists all users by name.
func (s *Store) Users(ctx context.Context) ([]models.User, error) {
	var rows []userRow
	err := s.read(ctx, "read users", func(tx *gorm.DB) error { return tx.Order("name").Find(&rows).Error })
	return each(rows, userRow.model), err
}
