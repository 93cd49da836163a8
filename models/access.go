package models

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// Token is an API token; only the hash of its secret is kept.
type Token struct {
	ID        string
	Name      string // unique among tokens that are not revoked
	Hash      string // hex SHA-256 of the token as printed
	Role      Role
	Scope     Scope
	CreatedAt time.Time
	LastUsed  time.Time
	ExpiresAt time.Time // it opens nothing from then on; zero: never
	RevokedAt time.Time // zero: not revoked
}

// Valid reports whether a token opens anything at an instant.
func (t Token) Valid(at time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || at.Before(t.ExpiresAt))
}

// User is a person that chat and pages know by name.
type User struct {
	ID        string
	Name      string // unique
	Role      Role
	Scope     Scope
	CreatedAt time.Time
	Disabled  bool
}

// Principal is whoever asks: what a token, user or the terminal amounts to.
type Principal struct {
	Name  string
	Role  Role
	Scope Scope
}

// TokenPrefix starts every API token, so that a leaked one can be recognised.
const TokenPrefix = "lm_"

// NewToken makes a token's secret from 32 random bytes and its hash. The
// secret is shown once and never kept.
func NewToken(random io.Reader) (secret, hash string, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", "", fmt.Errorf("make a token: %w", err)
	}
	secret = TokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	return secret, HashToken(secret), nil
}

// HashToken gives the hex SHA-256 under which a token's secret is looked up.
func HashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
