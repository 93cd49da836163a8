package store

import "lineman/models"

type tokenRow struct {
	ID        string                `gorm:"primaryKey;not null"`
	Name      string                `gorm:"not null;uniqueIndex:tokens_name,where:revoked_at IS NULL"`
	Hash      string                `gorm:"not null;uniqueIndex:tokens_hash"`
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
		ID: r.ID, Name: r.Name, Hash: r.Hash, Role: models.Role(r.Role), Scope: models.Scope(r.Scope.V),
		CreatedAt: r.CreatedAt.Time, LastUsed: r.LastUsed.Time, ExpiresAt: r.ExpiresAt.Time, RevokedAt: r.RevokedAt.Time,
	}
}

type userRow struct {
	ID        string                `gorm:"primaryKey;not null"`
	Name      string                `gorm:"not null;uniqueIndex:users_name"`
	Role      string                `gorm:"not null"`
	Scope     document[storedScope] `gorm:"not null"`
	CreatedAt instant               `gorm:"not null"`
	Disabled  bool                  `gorm:"not null"`
}

func (userRow) TableName() string { return "users" }

func (r userRow) model() models.User {
	return models.User{
		ID: r.ID, Name: r.Name, Role: models.Role(r.Role), Scope: models.Scope(r.Scope.V),
		CreatedAt: r.CreatedAt.Time, Disabled: r.Disabled,
	}
}
