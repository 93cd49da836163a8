package store

import "lineman/models"

type tokenRow struct {
	ID        string                `gorm:"primaryKey;not null"`
	Name      string                `gorm:"not null;uniqueIndex:tokens_name,where:revoked_at IS NULL"`
	Hash      string                `gorm:"not null;uniqueIndex:tokens_hash"`
	UserID    ref                   `gorm:""`
	Role      string                `gorm:"not null"`
	Scope     document[storedScope] `gorm:"not null"`
	CreatedAt instant               `gorm:"not null"`
	LastUsed  instant               `gorm:""`
	ExpiresAt instant               `gorm:""`
	RevokedAt instant               `gorm:""`
}

func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) model() models.Token {
	return models.Token{
		ID: r.ID, Name: r.Name, Hash: r.Hash, UserID: string(r.UserID), Role: models.Role(r.Role), Scope: models.Scope(r.Scope.V),
		CreatedAt: r.CreatedAt.Time, LastUsed: r.LastUsed.Time, ExpiresAt: r.ExpiresAt.Time, RevokedAt: r.RevokedAt.Time,
	}
}

func newTokenRow(t models.Token) tokenRow {
	return tokenRow{
		ID: t.ID, Name: tidy(t.Name), Hash: t.Hash, UserID: ref(t.UserID), Role: string(t.Role), Scope: document[storedScope]{storedScope(t.Scope)},
		CreatedAt: at(t.CreatedAt), LastUsed: at(t.LastUsed), ExpiresAt: at(t.ExpiresAt), RevokedAt: at(t.RevokedAt),
	}
}

type userRow struct {
	ID         string                `gorm:"primaryKey;not null"`
	Name       string                `gorm:"not null;uniqueIndex:users_name"`
	Password   string                `gorm:"not null"`
	Role       string                `gorm:"not null"`
	Scope      document[storedScope] `gorm:"not null"`
	CreatedAt  instant               `gorm:"not null"`
	LastSeen   instant               `gorm:""`
	ExpiresAt  instant               `gorm:""`
	DisabledAt instant               `gorm:""`
	Revision   int64                 `gorm:"not null"`
}

func (userRow) TableName() string { return "users" }

func (r userRow) model() models.User {
	return models.User{
		ID: r.ID, Name: r.Name, Password: models.PasswordHash(r.Password), Role: models.Role(r.Role), Scope: models.Scope(r.Scope.V),
		CreatedAt: r.CreatedAt.Time, LastSeen: r.LastSeen.Time, ExpiresAt: r.ExpiresAt.Time, DisabledAt: r.DisabledAt.Time,
		Revision: r.Revision,
	}
}

func newUserRow(u models.User) userRow {
	return userRow{
		ID: u.ID, Name: userKey(u.Name), Password: string(u.Password), Role: string(u.Role), Scope: document[storedScope]{storedScope(u.Scope)},
		CreatedAt: at(u.CreatedAt), LastSeen: at(u.LastSeen), ExpiresAt: at(u.ExpiresAt), DisabledAt: at(u.DisabledAt),
		Revision: max(u.Revision, 1),
	}
}
