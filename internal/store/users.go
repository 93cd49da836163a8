package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"gorm.io/gorm"

	"lineman/models"
)

// userKey is a user's name as it is kept and looked up.
func userKey(name string) string { return strings.ToLower(tidy(name)) }

// User gives a user by name, whatever its state; models.ErrNotFound when there
// is none.
func (s *Store) User(ctx context.Context, name string) (models.User, error) {
	var row userRow
	err := s.read(ctx, "read a user", func(tx *gorm.DB) error {
		return found(tx.Where("name = ?", userKey(name)).Take(&row).Error, "user %q", name)
	})
	return row.model(), err
}

// Users lists all users by name.
func (s *Store) Users(ctx context.Context) ([]models.User, error) {
	var rows []userRow
	err := s.read(ctx, "read users", func(tx *gorm.DB) error { return tx.Order("name").Find(&rows).Error })
	return each(rows, userRow.model), err
}

// CreateUser keeps a new user and gives it as it is kept. An InputError when
// there is one of this name, or a token of nobody that is called so. The write
// is in the audit log.
func (s *Store) CreateUser(ctx context.Context, by models.Principal, u models.User) (models.User, error) {
	u.ID, u.CreatedAt = newID(), s.clock()
	row := newUserRow(u)
	if row.Name == "" {
		return models.User{}, models.Invalid("name", "a user needs a name")
	}
	err := s.write(ctx, "create a user", func(w *work) error {
		var n int64
		err := w.Model(&tokenRow{}).Where("revoked_at IS NULL AND user_id IS NULL AND lower(name) = ?", row.Name).Count(&n).Error
		if err != nil {
			return err
		}
		if n > 0 {
			return models.Invalid("name", "a token is called %q; choose another name, or revoke that token first", row.Name)
		}
		if err := w.Create(&row).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "create", "user", row.ID, row.Name, "", digest(row.model()), grants(u.Role, u.Scope))})
	})
	if isUnique(err) {
		return models.User{}, models.Invalid("name", "there is a user %q already; choose another name, or change that user", row.Name)
	}
	return row.model(), err
}

// ChangeUser changes a user and gives it as it is now. models.ErrNotFound when
// there is none of this name, models.ErrStale when it has another revision than
// is expected. Each kind of change is in the audit log; what
// changes nothing is not.
func (s *Store) ChangeUser(ctx context.Context, by models.Principal, name string, c models.UserChange) (changed models.User, err error) {
	err = s.write(ctx, "change a user", func(w *work) error {
		var row userRow
		if err := locked(s, w.DB).Where("name = ?", userKey(name)).Take(&row).Error; err != nil {
			return found(err, "user %q", name)
		}
		if c.Expected > 0 && c.Expected != row.Revision {
			return models.ErrStale
		}
		before := row.model()
		after, entries := s.applied(by, before, c)
		changed = after
		if len(entries) == 0 {
			return nil
		}
		after.Revision++
		row = newUserRow(after)
		if err := w.Save(&row).Error; err != nil {
			return err
		}
		changed = row.model()
		for i := range entries {
			entries[i].Before, entries[i].After = digest(before), digest(changed)
		}
		return audit(w, entries)
	})
	return changed, err
}

// applied is a user after a change, with what the audit log says of it.
func (s *Store) applied(by models.Principal, u models.User, c models.UserChange) (models.User, []models.Audit) {
	var entries []models.Audit
	note := func(action, reason string) {
		entries = append(entries, auditOf(s, by, action, "user", u.ID, u.Name, "", "", reason))
	}
	was := grants(u.Role, u.Scope)
	if c.Role != nil {
		u.Role = *c.Role
	}
	if c.Scope != nil {
		u.Scope = *c.Scope
	}
	if is := grants(u.Role, u.Scope); is != was {
		note("change", is)
	}
	if c.ExpiresAt != nil && !storedTime(*c.ExpiresAt).Equal(u.ExpiresAt) {
		u.ExpiresAt = storedTime(*c.ExpiresAt)
		note("change", "expires "+ends(u.ExpiresAt))
	}
	if c.Disabled != nil && *c.Disabled == u.DisabledAt.IsZero() {
		if *c.Disabled {
			u.DisabledAt = s.clock()
			note("disable", "")
		} else {
			u.DisabledAt = time.Time{}
			note("enable", "")
		}
	}
	if c.Password != nil {
		u.Password = *c.Password
		note("set password", "")
	}
	return u, entries
}

// DeleteUser removes a user, and revokes the user's tokens. models.ErrNotFound
// when there is none of this name; models.ErrStale when it has another revision
// than is expected (0: any). The writes are in the audit log.
func (s *Store) DeleteUser(ctx context.Context, by models.Principal, name string, expected int64) error {
	return s.write(ctx, "delete a user", func(w *work) error {
		var row userRow
		if err := locked(s, w.DB).Where("name = ?", userKey(name)).Take(&row).Error; err != nil {
			return found(err, "user %q", name)
		}
		if expected > 0 && expected != row.Revision {
			return models.ErrStale
		}
		var tokens []tokenRow
		if err := w.Where("user_id = ? AND revoked_at IS NULL", row.ID).Order("name").Find(&tokens).Error; err != nil {
			return err
		}
		if err := w.revoke(by, tokens, "user "+row.Name+" deleted"); err != nil {
			return err
		}
		if err := w.Delete(&row).Error; err != nil {
			return err
		}
		return audit(w, []models.Audit{auditOf(s, by, "delete", "user", row.ID, row.Name, digest(row.model()), "", "")})
	})
}

// UserSeen notes that a user logged in; a hash that is not empty takes the
// place of old, unless another password was set meanwhile.
func (s *Store) UserSeen(ctx context.Context, id string, old, renewed models.PasswordHash) error {
	now := s.clock()
	return s.write(ctx, "mark a user seen", func(w *work) error {
		if renewed != "" {
			err := w.Model(&userRow{}).Where("id = ? AND password = ?", id, string(old)).Update("password", string(renewed)).Error
			if err != nil {
				return err
			}
		}
		return w.Model(&userRow{}).Where("id = ? AND (last_seen IS NULL OR last_seen < ?)", id, at(now.Add(-touchEvery))).
			Update("last_seen", at(now)).Error
	})
}

// auditOf is one entry of the audit log.
func auditOf(s *Store, by models.Principal, action, object, id, name, before, after, reason string) models.Audit {
	return models.Audit{
		At: s.clock(), Author: by.Name, Role: by.Role, Action: action, Object: object, Ref: id, Name: name,
		Reason: reason, Before: before, After: after,
	}
}

// digest is a SHA-256 over a record; hashes of secrets are left out.
func digest(record any) string {
	switch r := record.(type) {
	case models.Token:
		r.Hash, r.LastUsed = "", time.Time{}
		record = r
	case models.User:
		r.LastSeen = time.Time{} // a password prints as ***
		record = r
	}
	text, err := json.Marshal(record)
	if err != nil {
		return "" // strings and times can always be written
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// ends is a time of expiry for the audit log.
func ends(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
